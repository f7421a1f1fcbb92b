"""The requirements of the process, each with its source and its check. ``check(model)`` checks them all.

Begin with ``catalogue``, which lists R1 to R22; the checks stand by subject: reachability, quotes, cancellation,
verification, steps, ownership, refusals, replay, data_independence, finality. They walk over what happened
(``observation``) and do not rely on the facts of a case; ``evidence`` has the kinds of check that they share.
"""

from process.requirements.catalogue import REQUIREMENTS, Requirement
from process.requirements.counterexample import CheckResult, Counterexample
from process.requirements.report import CheckReport, RequirementResult, check

__all__ = ["REQUIREMENTS", "CheckReport", "CheckResult", "Counterexample", "Requirement", "RequirementResult", "check"]
