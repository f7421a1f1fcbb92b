"""Mutants of the model: every model with one change must be refused when built, killed by a requirement, or equivalent.

``operators`` makes the mutants, ``score`` evaluates them against the requirements, ``equivalents`` explains those that
behave like the model.
"""
