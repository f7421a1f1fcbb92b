"""Finds a place for every box, arrow and text of a picture. Begin with ``placement.place``."""
