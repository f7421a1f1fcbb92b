"""The typed methods are code that is generated and committed; they must not fall behind the model."""

from __future__ import annotations

from process import Case, Event
from process.model import MODEL
from process.write_event_methods import TARGET, source


def test_the_committed_methods_are_what_the_model_makes_of_them() -> None:
    stale = TARGET.read_text(encoding="utf-8") != source(MODEL)
    assert not stale, (
        "process/event_methods.py is not what the model makes of it; mend it: python -m process.write_event_methods"
    )


def test_the_written_methods_keep_a_line_within_the_limit() -> None:
    assert max(map(len, source(MODEL).splitlines())) <= 124


def test_no_event_has_the_name_of_what_a_case_has_beside_its_methods() -> None:
    """A method of that name would be hidden by the case's own, or hide it."""
    assert {event.value for event in Event} & (set(vars(Case)) | {"machine", "trigger"}) == set()
