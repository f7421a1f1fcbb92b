"""What must hold of the process: R1 to R20, each with its source and its check. Begin with ``catalogue``."""

from process.requirements.catalogue import REQUIREMENTS, Report, Requirement, Result, check

__all__ = ["REQUIREMENTS", "Report", "Requirement", "Result", "check"]
