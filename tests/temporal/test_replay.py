"""Histories that running cases of hosts may have: they replay, whatever becomes of the model."""

from __future__ import annotations

import random
from collections.abc import AsyncIterator, Iterable
from hashlib import sha256
from importlib.util import module_from_spec, spec_from_loader
from itertools import cycle, islice
from pathlib import Path
from typing import Any

import pytest
from temporalio.client import WorkflowHistory
from temporalio.worker import Replayer
from temporalio.workflow import NondeterminismError

from process import Case, ModelError
from process.machine import build
from process.mutation.mutant_catalogue import all_mutants
from process.temporal import workflow
from tests.support.asynchronous import run as run_async
from tests.support.temporal import replayer_of
from tests.support.temporal_histories import CHECKSUMS, FOLDER, RECORDINGS, kept_histories, without_folders
from tests.support.thorough import counts

HISTORIES = kept_histories()
MUTANTS = 50


def failures(histories: Iterable[WorkflowHistory], shell: type = workflow.CaseWorkflow) -> list[Exception]:
    """The errors of the replays."""

    async def given() -> AsyncIterator[WorkflowHistory]:
        for history in histories:
            yield history

    async def replay() -> list[Exception]:
        results = await replayer_of(shell).replay_workflows(given(), raise_on_replay_failure=False)
        return list(results.replay_failures.values())

    return run_async(replay())


def test_each_recording_is_kept() -> None:
    assert {name.partition(".")[0] for name in HISTORIES} == set(RECORDINGS)


def test_no_kept_history_was_removed_or_altered() -> None:
    """Lines are only ever added to the list, by what records a history: each stands for running cases of hosts."""
    listed = dict(line.split("  ")[::-1] for line in CHECKSUMS.read_text(encoding="utf-8").splitlines())
    assert listed == {file.name: sha256(file.read_bytes()).hexdigest() for file in FOLDER.iterdir() if file != CHECKSUMS}
    assert set(listed) == {f"{name}.json" for name in HISTORIES}


def test_no_kept_history_names_a_folder_of_the_machine_that_recorded_it() -> None:
    here, library = (function.__code__.co_filename for function in (failures, Replayer.replay_workflows))
    assert without_folders(f"{here} {library}") == "tests/temporal/test_replay.py temporalio/worker/_replayer.py"
    for file in FOLDER.glob("*.json"):
        assert 'File \\"/' not in file.read_text(encoding="utf-8"), file.name


@pytest.mark.parametrize("name", HISTORIES)
def test_a_kept_history_replays(name: str) -> None:
    assert failures([HISTORIES[name]]) == []


def test_the_kept_histories_replay_without_asking_the_model(monkeypatch: pytest.MonkeyPatch) -> None:
    def asked(*args: Any, **kwargs: Any) -> Any:
        raise AssertionError("a replay asked the model")

    for name in ("from_dict", "from_json", "trigger", "__init__"):
        monkeypatch.setattr(Case, name, asked)
    assert failures(HISTORIES.values()) == []


@counts("at_once", 1, len(HISTORIES))
def test_the_kept_histories_replay_under_changed_models(monkeypatch: pytest.MonkeyPatch, at_once: int) -> None:
    """Each history under some of the mutants, and under all of them in the long run."""
    mutants, tried = list(all_mutants()), 0
    random.Random(14).shuffle(mutants)  # noqa: S311  # no secret
    turns = cycle(HISTORIES.values())
    for mutant in mutants:
        try:
            machine = build(mutant.model)
        except ModelError:
            continue
        monkeypatch.setattr(Case, "machine", machine)
        assert failures(islice(turns, at_once)) == [], mutant.name
        tried += 1
        if tried == MUTANTS:
            break
    assert tried == MUTANTS


EDITS = {
    "another command first": (
        "            await self._open()",
        "            await workflow.sleep(1)\n            await self._open()",
    ),
    "an event decided twice": (
        "        decision = await self._decide(event)",
        "        await self._decide(event)\n        decision = await self._decide(event)",
    ),
    "another activity": ("                request.kind,\n", '                "ask",\n'),
    "another id of the call": ("activity_id=request.key", "activity_id=request.kind"),
    "a timer for each step": ("or _is_nearer(self._due_at(), rings_at)", "or self._due_at() != rings_at"),
    "no timer": ("timeout=None if rings_at is None else min(rings_at - workflow.now(), LONGEST_TIMER)", "timeout=None"),
    "calls that nobody waits for go on": ("                call.cancel()\n", ""),
    "a new run is never begun": ("info.is_continue_as_new_suggested() or ", ""),
    "no search attributes": ("if self.searchable and ", "if False and "),
}


@pytest.mark.parametrize("edit", EDITS)
def test_a_changed_shell_does_not_replay_the_kept_histories(edit: str) -> None:
    """The kept histories find what would break running cases; else they would prove nothing."""
    source = Path(workflow.__file__).read_text(encoding="utf-8")
    old, new = EDITS[edit]
    assert source.count(old) == 1
    shell: Any = module_from_spec(spec_from_loader("edited_shell", None))  # type: ignore[arg-type]  # there is a spec
    exec(compile(source.replace(old, new), "edited_shell", "exec"), vars(shell))  # noqa: S102  # our own source
    found = failures(HISTORIES.values(), shell.CaseWorkflow)
    assert any(isinstance(error, NondeterminismError) for error in found)
