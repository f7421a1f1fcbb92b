"""The test kit for those who build on the process; needs the extra ``testing``. Begin with ``conformance``.

``check_conformance`` drives a back end through the process by an adapter (``Backend``). ``cases``, ``configurations``,
``events``, ``hostile_payloads`` and ``scenarios`` are Hypothesis strategies (``strategies``). ``minimal_suites`` finds the
smallest set of scenarios that takes every transition.
"""

from typing import TYPE_CHECKING, Any

from process.exploration.expansion import Configuration
from process.testing.backend import Backend
from process.testing.conformance import check_conformance
from process.testing.conformance_report import ConformanceReport, InsufficientCoverage, Mismatch
from process.testing.scenario import Delivery, Exchange, Scenario

if TYPE_CHECKING:
    from process.testing.strategies import cases, configurations, events, hostile_payloads, scenarios

_STRATEGIES = ("cases", "configurations", "events", "hostile_payloads", "scenarios")  # these need Hypothesis

__all__ = [
    "Backend",
    "Configuration",
    "ConformanceReport",
    "Delivery",
    "Exchange",
    "InsufficientCoverage",
    "Mismatch",
    "Scenario",
    "cases",
    "check_conformance",
    "configurations",
    "events",
    "hostile_payloads",
    "scenarios",
]


def __getattr__(name: str) -> Any:
    if name in _STRATEGIES:
        from process.testing import strategies

        return getattr(strategies, name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
