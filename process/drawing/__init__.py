"""How pictures are made: what a view shows, where it stands, and how it is painted; behind ``process.diagram``."""
