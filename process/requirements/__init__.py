"""What must hold of the process: R1 to R20, each with its source and the function that checks it. Begin with ``catalogue``."""

from process.requirements.catalogue import REQUIREMENTS, Report, Requirement, Result, check

__all__ = ["REQUIREMENTS", "Report", "Requirement", "Result", "check"]
