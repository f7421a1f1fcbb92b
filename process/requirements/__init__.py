"""The requirements of the process, each with its source and its check. ``check(model)`` checks them all.

``catalogue`` lists R1 to R22. The checks stand by subject: R1-R3 ``reachability``; R4 ``quotes``; R5, R7, R9-R11, R21
``verification``; R6, R18 ``ownership``; R8, R12 ``steps``; R13, R14, R17, R19 ``cancellation``; R15 ``data_independence``;
R16 ``refusals``; R20 ``histories``; R22 ``finality``. They walk over what happened (``observation``) and do not rely on the
facts of a case; ``evidence`` has the kinds of check that they share.
"""

from process.requirements.catalogue import REQUIREMENTS, Requirement
from process.requirements.counterexample import CheckResult, Counterexample
from process.requirements.report import CheckReport, RequirementResult, check

__all__ = ["REQUIREMENTS", "CheckReport", "CheckResult", "Counterexample", "Requirement", "RequirementResult", "check"]
