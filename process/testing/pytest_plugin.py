"""The fixture ``check_conformance`` and its options for pytest's command line.

A test can call ``process.testing.check_conformance`` as it is. Who wants the options asks for the plugin, in the
``conftest.py`` at the root: ``pytest_plugins = ["process.testing.pytest_plugin"]``. ::

    from my_shop import Adapter
    def test_our_back_end_follows_the_process(check_conformance):
        check_conformance(Adapter())
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from process.testing import conformance
from process.testing.backend import Backend
from process.testing.conformance_report import ConformanceReport


def pytest_addoption(parser: pytest.Parser) -> None:
    group = parser.getgroup("conformance", "conformance with the process of cancelling an installment plan")
    group.addoption("--conformance-events", type=int, metavar="N", help="about how many events to deliver")
    group.addoption("--conformance-seed", type=int, metavar="N", help="another number gives other scenarios (default: 0)")
    group.addoption("--conformance-thorough", action="store_true", default=None, help="about 100,000 events")
    group.addoption("--conformance-lang", choices=["zh", "en"], help="the language of the report (default: en)")


@pytest.fixture
def check_conformance(request: pytest.FixtureRequest) -> Callable[..., ConformanceReport]:
    """``process.testing.check_conformance`` with the command line's options; what the test passes comes first."""
    names = ("events", "seed", "thorough", "lang")
    options = {name: request.config.getoption(f"conformance_{name}") for name in names}
    given = {name: value for name, value in options.items() if value is not None}

    def check(backend: Backend, **asked: Any) -> ConformanceReport:
        __tracebackhide__ = True
        report = conformance.check_conformance(backend, **{**given, **asked})
        request.node.user_properties.append(("conformance", str(report)))
        return report

    return check
