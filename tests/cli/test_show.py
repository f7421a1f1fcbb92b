"""``show``: the model for people and for programs."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest
from rich.cells import cell_len
from typer.testing import CliRunner

from process import MODEL, MODEL_VERSION, Actor, Event, State
from process.cli import app
from process.cli.output import case_text
from process.model import ELSE, Kind
from process.requirements.catalogue import REQUIREMENTS
from tests.support.running import on_terminal


def show(*arguments: str) -> str:
    done = CliRunner().invoke(app, ["show", *arguments])
    assert done.exit_code == 0, done.output
    assert done.stderr == ""
    return done.stdout


@pytest.fixture(scope="module")
def told() -> dict[str, Any]:
    return json.loads(show("--json"))  # type: ignore[no-any-return]  # an object, by the tests


def test_json_has_the_keys_that_programs_read(told: dict[str, Any]) -> None:
    assert list(told) == ["model_version", "states", "events", "transitions", "requirements"]
    assert told["model_version"] == MODEL_VERSION
    keys = {"name", "phase", "owner", "deadline_s", "end", "initial", "words"}
    assert all(set(state) - {"owner_then"} == keys for state in told["states"])
    assert all(set(event) == {"name", "actors", "fields", "words"} for event in told["events"])
    keys = {"source", "event", "actors", "guards", "effects", "target", "phase", "words"}
    assert all(set(transition) == keys for transition in told["transitions"])
    named = [*told["states"], *told["events"], *told["transitions"]]
    assert all(set(one["words"]) == {"zh", "en"} and all(one["words"].values()) for one in named)


def test_the_states_of_the_json_are_those_of_the_model(told: dict[str, Any]) -> None:
    assert [state["name"] for state in told["states"]] == [state.value for state in State]
    for state in told["states"]:
        info = MODEL.states[State(state["name"])]
        assert state["words"] == {"zh": State(state["name"]).words.zh, "en": State(state["name"]).words.en}
        assert state["end"] == info.end
        assert state["initial"] == (state["name"] == MODEL.initial)
        assert (state["phase"] is None) == (state["deadline_s"] is None) == (state["owner"] is None) == bool(info.end)


def test_an_open_state_names_its_phase_its_owner_and_its_deadline_in_seconds(told: dict[str, Any]) -> None:
    states = {state["name"]: state for state in told["states"]}
    assert {name: state["phase"] for name, state in states.items() if state["phase"]} == {
        "signed_out": 1,
        "signed_in": 1,
        "order_list": 2,
        "order_details": 3,
        "installment_options": 4,
        "consequences": 5,
        "verification_decision": 5,
        "verification_choice": 5,
        "face_verification": 5,
        "other_verification": 5,
        "cancelling": 5,
        "support_needed": 6,
        "in_support": 6,
    }
    assert (states["consequences"]["owner"], states["consequences"]["owner_then"]) == ("lender", "customer")
    assert [name for name, state in states.items() if state["owner_then"]] == ["consequences"]
    assert len({tuple(state) for state in told["states"]}) == 1, "every state has the same keys"
    assert states["cancelling"]["owner"] == "lender"
    assert states["cancelling"]["deadline_s"] == 3 * 24 * 3600
    assert states["plan_kept"]["end"] == "neutral"


def test_the_events_of_the_json_name_their_actors_and_what_they_carry(told: dict[str, Any]) -> None:
    events = {event["name"]: event for event in told["events"]}
    assert list(events) == [event.value for event in Event]
    assert events["sign_in"]["fields"] == {"account": "reference", "channel": ["app", "website"]}
    assert events["complete_cancellation"]["actors"] == ["lender", "support"]
    for event, fields in MODEL.events.items():
        assert events[event]["actors"] == [actor.value for actor in Actor if actor in MODEL.actors[event]]
        assert list(events[event]["fields"]) == list(fields)
        for name, field in fields.items():
            expected = field.value if isinstance(field, Kind) else [member.value for member in field]
            assert events[event]["fields"][name] == expected


def test_the_transitions_of_the_json_are_every_row_for_every_source_in_the_order_of_the_table(told: dict[str, Any]) -> None:
    assert len(told["transitions"]) == len(MODEL.transitions) == sum(len(row.sources) for row in MODEL.table)
    for transition, declared in zip(told["transitions"], MODEL.transitions, strict=True):
        phase = MODEL.states[declared.source].phase
        assert phase is not None
        assert {key: value for key, value in transition.items() if key != "words"} == {
            "source": declared.source.value,
            "event": declared.event.value,
            "actors": [actor.value for actor in declared.by],
            "guards": [guard.name for guard in declared.guards],
            "effects": [effect.name for effect in declared.effects],
            "target": declared.target.value,
            "phase": phase.number,
        }
        for lang, sentence in transition["words"].items():
            parts = [declared.source, declared.target, declared.event, *declared.by]
            told_words = [part.words.of(lang) for part in parts] + [effect.words.of(lang) for effect in declared.effects]
            assert all(words in sentence for words in told_words)
            assert all(guard.condition.of(lang) in sentence for guard in declared.guards if guard is not ELSE)


def test_the_requirements_of_the_json_are_all_with_their_sources(told: dict[str, Any]) -> None:
    assert [one["id"] for one in told["requirements"]] == [f"R{number}" for number in range(1, len(REQUIREMENTS) + 1)]
    for one, requirement in zip(told["requirements"], REQUIREMENTS, strict=True):
        assert one["sentence"] == {"zh": requirement.sentence.zh, "en": requirement.sentence.en}
        assert one["basis"] == {"zh": requirement.source.zh, "en": requirement.source.en}


@pytest.mark.parametrize("lang", ["zh", "en"])
@pytest.mark.parametrize("columns", [80, 60])
def test_the_tables_show_the_whole_model_within_the_terminal(lang: str, columns: int) -> None:
    screen = on_terminal("show", "--lang", lang, columns=columns)
    assert max(map(cell_len, screen.splitlines())) <= columns
    assert "…" not in screen
    text = case_text
    for header in (text.STATE, text.WAITING_FOR, text.DEADLINE, text.EVENT, text.BY, text.PAYLOAD):
        assert all(re.search(rf"(?m)^.*{word}\s", screen) for word in header.of(lang).split())
    flowed = "".join(screen.split())
    for name in (*State, *Event):
        assert name.value in screen
        assert columns < 80 or name.words.of(lang).split()[0] in screen
    for fields in MODEL.events.values():
        assert all(name in flowed for name in fields)
    assert all(requirement.id in screen for requirement in REQUIREMENTS)


def test_each_state_s_table_holds_its_transitions_and_no_others() -> None:
    text = show("--lang", "zh").split("流转（按出发状态）")[1].split("\n要求\n")[0]
    opened = [state for state, info in MODEL.states.items() if not info.end]
    for state in opened:
        header, *rows = text.split(f"\n{state.words.zh}\n")[1].split("\n\n")[0].splitlines()
        assert header.split("\t") == ["事件", "发起方", "条件；随后", "到"]
        assert [row.split("\t")[0] for row in rows] == [t.event.words.zh for t in MODEL.transitions if t.source is state]


def test_the_tables_say_else_and_whose_move_changes() -> None:
    english, chinese = show("--lang", "en"), show("--lang", "zh")
    assert "lender, then customer" in english
    assert "资方，然后客户" in chinese
    assert "else, if a quote is open" in " ".join(english.split())
    assert "否则须：有待确认的报价" in chinese


def test_else_is_said_only_after_an_earlier_row_of_the_event_for_the_same_actor(told: dict[str, Any]) -> None:
    seen: dict[tuple[str, str], set[str]] = {}
    firsts = 0
    for transition in told["transitions"]:
        actors = seen.setdefault((transition["source"], transition["event"]), set())
        if "else" in transition["guards"]:
            is_first = actors.isdisjoint(transition["actors"])
            firsts += is_first
            assert ("; else" not in transition["words"]["en"]) == is_first
            assert ("；否则" not in transition["words"]["zh"]) == is_first
        actors |= set(transition["actors"])
    assert firsts, "a state in which no other row comes before one with ELSE"
