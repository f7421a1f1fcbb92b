"""What pytest gets when this package is installed: the fixture ``conformance``, and its three options.

It is loaded in every run of pytest, so it imports nothing of the package before the fixture is asked for. ::

    from my_shop import Adapter
    def test_our_back_end_follows_the_process(conformance):
        conformance(Adapter())
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from process.testing.conformance import Backend, Report


def pytest_addoption(parser: pytest.Parser) -> None:
    group = parser.getgroup("conformance", "conformance with the process of cancelling an installment plan")
    group.addoption("--conformance-events", type=int, metavar="N", help="about how many events to deliver")
    group.addoption("--conformance-seed", type=int, metavar="N", help="another number gives other trips (0 if left out)")
    group.addoption("--conformance-lang", choices=["zh", "en"], help="the language of the report (en if left out)")


@pytest.fixture
def conformance(request: pytest.FixtureRequest) -> Callable[..., Report]:
    """``process.testing.conformance`` with the options of the command line; what the test says itself comes first."""
    from process.testing.conformance import conformance as drive

    options = {name: request.config.getoption(f"conformance_{name}") for name in ("events", "seed", "lang")}
    given = {name: value for name, value in options.items() if value is not None}

    def driven(backend: Backend, **asked: Any) -> Report:
        report = drive(backend, **{**given, **asked})
        request.node.user_properties.append(("conformance", str(report)))
        return report

    return driven
