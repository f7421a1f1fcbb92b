"""Mutants of the model, and the score of the requirements against them. Begin with ``score.score``."""
