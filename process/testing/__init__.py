"""The test kit: Hypothesis strategies, and a conformance run that drives a back end through the process."""

from typing import Any

__all__ = [
    "Backend",
    "Configuration",
    "Delivery",
    "InsufficientCoverage",
    "Mismatch",
    "Report",
    "Scenario",
    "cases",
    "configurations",
    "conformance",
    "events",
    "hostile_payloads",
    "trips",
]


def __getattr__(name: str) -> Any:
    if name in __all__:
        from process.testing import strategies

        return getattr(strategies, name)
    raise AttributeError(name)
