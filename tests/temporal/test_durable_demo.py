"""``demo --temporal``."""

from __future__ import annotations

import pytest

from process import Step
from process.cli import durable_demo
from process.cli.examples import EXAMPLES
from tests.support.running import started


def test_the_workers_answer_what_the_examples_have_the_system_the_verifier_and_the_lender_do() -> None:
    for example in EXAMPLES:
        for request, _, happening in durable_demo.happenings(example):
            assert request is not None
            if isinstance(happening, Step):
                answered = request.kind in durable_demo.ANSWERED
                assert answered == (happening.by in ("system", "verifier", "lender"))
                assert not answered or happening.by is request.to


def test_an_address_without_a_server_is_unusable() -> None:
    done = started("demo", "--temporal", "--address", "127.0.0.1:1", "--lang", "en")
    assert (done.returncode, done.stderr) == (2, b"no Temporal server answers at 127.0.0.1:1\n")


@pytest.mark.thorough
@pytest.mark.parametrize("lang", ["zh", "en"])
def test_the_examples_go_on_though_a_worker_is_killed(lang: str) -> None:
    done = started("demo", "--temporal", "--lang", lang, timeout=60)
    shown = done.stdout.decode()
    assert (done.returncode, done.stderr) == (0, b"")
    steps = 0
    for example in EXAMPLES:
        moments = [each for _, _, each in durable_demo.happenings(example)]
        happened = [each for each in moments if isinstance(each, Step)]
        steps += len(happened)
        for each in moments:
            assert isinstance(each, Step) or each.text(lang) in shown
        place = shown.index(example.title.of(lang))
        for step in happened:
            place = shown.index(step.event.words.of(lang), place)
            place = shown.index(step.target.words.of(lang), place)
        assert shown.count("✗") == 2
        assert shown.index(example.summary.of(lang)) > place
    assert shown.count("SIGKILL") == shown.count("↻") == 1
    assert shown.index("☠") < shown.index("↻")
    assert str(steps) in shown.splitlines()[-1]
