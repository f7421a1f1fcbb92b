"""Mutants of the model: every model with one change must be refused when built, killed by a requirement, or equivalent.

``mutant_catalogue`` lists them; ``row_operators``, ``guard_operators`` and ``declaration_operators`` make each by one
change.
``score`` evaluates them against the requirements, with what of the model's own evaluation still holds (``incremental``).
``equivalents`` explains those that behave like the model.
"""
