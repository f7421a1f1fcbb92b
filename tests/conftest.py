"""What several files of tests share: a browser, the search of every configuration, and real cases in them."""

from __future__ import annotations

import gc
from collections.abc import Generator, Iterator
from typing import TYPE_CHECKING

import pytest

from process import MODEL, Case, Limits
from process.exploration.explorer import Exploration, explored_model
from process.exploration.inputs import payload_for

if TYPE_CHECKING:
    from playwright.sync_api import Browser
    from xdist.remote import Producer
    from xdist.scheduler import LoadScopeScheduling
    from xdist.workermanage import WorkerController

ACCOUNT, ORDER = "account-1", "order-1"


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--thorough", action="store_true", help="run the tests marked thorough, too: larger counts, every mutant"
    )


@pytest.hookimpl(wrapper=True)
def pytest_collection() -> Generator[None]:
    """Collect without the garbage collector, and let it pass over what stays: it took an eighth of the tests' time."""
    gc.disable()
    try:
        return (yield)
    finally:
        gc.collect()
        gc.freeze()
        gc.set_threshold(100_000, 20, 20)
        gc.enable()


GROUPS = {
    "mutants": ("tests/mutation/",),
    "servers": ("tests/temporal/",),
    "databases": ("tests/store/", "tests/cli/test_store_commands.py"),
    "pages": (
        "tests/gallery/test_page",
        "tests/gallery/test_links",
        "tests/gallery/test_saving",
        "tests/audit/test_report_page",
    ),
    "plans": (
        "tests/testing/test_conformance",
        "tests/testing/test_hooks",
        "tests/test_readme.py::test_the_examples_of_tests",
    ),
}
"""By the beginnings of their names, the tests that one process runs: what they share takes long to start.

They come first, in this order: mutants keep all processors busy while tests of servers and databases wait.
"""


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Producer) -> LoadScopeScheduling:
    """Hand out groups as wholes and all other tests one by one, whatever ``--dist`` says."""
    from xdist.scheduler import LoadScopeScheduling  # here, since other environments run these tests without it

    class ByGroup(LoadScopeScheduling):
        def _split_scope(self, nodeid: str) -> str:
            return next((group for group, names in GROUPS.items() if nodeid.startswith(names)), nodeid)

        def _assign_work_unit(self, node: WorkerController) -> None:
            first = next((group for group in GROUPS if group in self.workqueue), None)
            if first:
                self.workqueue.move_to_end(first, last=False)
            super()._assign_work_unit(node)

    return ByGroup(config, log)


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave the tests marked ``thorough`` out, unless asked for; ``--thorough -m thorough`` runs them alone."""
    if not config.getoption("--thorough"):
        left_out = [item for item in items if item.get_closest_marker("thorough")]
        config.hook.pytest_deselected(items=left_out)
        items[:] = [item for item in items if not item.get_closest_marker("thorough")]


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """One browser for all tests of pages."""
    from tests.support.browser import chromium  # here, since few tests need it

    with chromium() as started:
        yield started


@pytest.fixture(scope="session")
def exploration() -> Exploration:
    """Every configuration under the limits of the model."""
    return explored_model(MODEL.limits)


@pytest.fixture(scope="session")
def small_exploration() -> Exploration:
    """Every configuration with one attempt by each way: the same behaviour, with a quarter of the configurations."""
    return explored_model(Limits(1, 1))


@pytest.fixture(scope="session")
def cases(exploration: Exploration) -> tuple[Case, ...]:
    """A real case for each configuration of ``exploration``, in its order. Copy before moving one."""
    return drive(exploration)


@pytest.fixture(scope="session")
def small_cases(small_exploration: Exploration) -> tuple[Case, ...]:
    """A real case for each configuration of ``small_exploration``, in its order. Copy before moving one."""
    return drive(small_exploration)


def drive(exploration: Exploration) -> tuple[Case, ...]:
    """A case for each configuration, brought there by the events of the shortest path."""
    cases: list[Case] = []
    for found, edge in zip(exploration.configurations, exploration.predecessor, strict=True):
        facts = found.facts
        if edge is None:
            limits = Limits(facts.face_limit, facts.other_limit)
            case = Case(goal=facts.goal, account=ACCOUNT, order=ORDER, case_id=f"case-{len(cases)}", limits=limits)
        else:
            case = cases[edge.source].copy()
            data = payload_for(MODEL, edge.event, edge.variant, case.facts, f"quote-{case.version + 1}")
            case.trigger(edge.event, data, by=edge.by)
        cases.append(case)
    return tuple(cases)
