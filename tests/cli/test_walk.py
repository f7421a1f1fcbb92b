"""``walk``: a case by hand, with what is typed coming through a pipe."""

from __future__ import annotations

import json
import random
import re
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from process import Case, Event, Goal, State, eventfile
from process.cli import app
from process.eventfile import CaseLine
from tests.support.thorough import counts

SIGN_IN = ("sign_in", "", "")  # the event by its name, then Enter for the usual account and channel
TO_THE_OPTIONS = (*SIGN_IN, "open_orders", "open_order", "", "find_option", "")


def walk(*typed: str, arguments: tuple[str, ...] = ("--goal", "plan"), lang: str = "en") -> Result:
    return CliRunner().invoke(app, ["walk", "--lang", lang, *arguments], input="".join(f"{text}\n" for text in typed))


def saved(path: Path) -> Case:
    """The case that a saved case makes, by way of run."""
    done = CliRunner().invoke(app, ["run", str(path), "--json"])
    assert done.exit_code == 0, done.stderr
    return Case.from_dict(json.loads(done.stdout)["snapshot"])


def test_a_trip_goes_to_its_end_on_the_usual_values_and_is_saved_for_run(tmp_path: Path) -> None:
    file = tmp_path / "saved.jsonl"
    to_the_decision = ("choose_cancellation", "quote_consequences", "", "", "", "confirm_cancellation", "")
    typed = (*TO_THE_OPTIONS, *to_the_decision, "skip_face_verification", "", "complete_cancellation", "", "q")
    done = walk(*typed, arguments=("--goal", "plan", "--save", str(file)))
    assert done.exit_code == 0
    assert "Refused: " not in done.stdout
    assert "Plan cancelled (plan_cancelled)" in done.stdout
    case = saved(file)
    assert (case.state, case.version) == (State.PLAN_CANCELLED, 9)
    assert case.due_at is None
    assert all(step.at is not None for step in case.history)


def test_the_screen_shows_state_move_and_numbered_events_with_their_actors() -> None:
    screen = walk(*SIGN_IN, "q").stdout
    assert "Signed in (signed_in) · step 1 of 6" in screen
    assert "customer: open my orders" in screen
    rows = [line.split("\t")[1:] for line in screen.splitlines() if "report a problem" in line]
    assert rows[-2:] == [["report a problem (report_problem)", actor] for actor in ("customer", "system")]


def test_events_are_raised_by_number_too() -> None:
    assert "✓ customer, sign in: Signed out → Signed in" in walk("1", "", "", "q").stdout


def test_a_refused_event_is_told_with_its_reasons_and_changes_nothing(tmp_path: Path) -> None:
    file = tmp_path / "saved.jsonl"
    done = walk("sign_in", "another-account", "", "open_orders", "q", arguments=("--goal", "plan", "--save", str(file)))
    assert "Refused: This account did not buy the order" in done.stdout
    assert 'Refused: "open my orders" is not possible in state "Signed out"; possible in: Signed in.' in done.stdout
    assert saved(file).version == 0


def test_b_goes_back_a_step_and_the_trip_goes_another_way_from_there(tmp_path: Path) -> None:
    file = tmp_path / "saved.jsonl"
    typed = (*TO_THE_OPTIONS, "choose_cancellation", "b", "b", "report_option_missing", "q")
    walk(*typed, arguments=("--goal", "plan", "--save", str(file)))
    events = [step.event for step in saved(file).history]
    assert events == [Event.SIGN_IN, Event.OPEN_ORDERS, Event.OPEN_ORDER, Event.REPORT_OPTION_MISSING]


def test_nobody_goes_back_beyond_the_beginning() -> None:
    done = walk("b", *SIGN_IN, "q")
    assert "There is no step to undo." in done.stdout
    assert "Signed in (signed_in)" in done.stdout


def test_an_end_can_be_gone_back_from() -> None:
    done = walk("abandon", "open_orders", "b", *SIGN_IN, "q")
    assert "Abandoned (abandoned)" in done.stdout
    assert "The case has ended." in done.stdout
    assert "✓ customer, sign in: Signed out → Signed in" in done.stdout


def test_s_saves_where_it_is_told_and_the_walk_goes_on(tmp_path: Path) -> None:
    file = tmp_path / "between.jsonl"
    done = walk(*SIGN_IN, "s", str(file), "open_orders", "q")
    assert saved(file).state is State.SIGNED_IN
    assert "Signed in → My orders" in done.stdout


def test_s_never_takes_the_name_of_a_file_that_is_there(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("case.jsonl").write_text("mine", encoding="utf-8")
    walk("s", "", "q")
    assert Path("case.jsonl").read_text(encoding="utf-8") == "mine"
    assert saved(tmp_path / "case-2.jsonl").version == 0


def test_a_trip_that_can_t_be_saved_is_told_and_not_lost(tmp_path: Path) -> None:
    file = tmp_path / "good.jsonl"
    done = walk(*SIGN_IN, "s", str(tmp_path), "s", str(file), "q")
    assert f"Not saved, {tmp_path}: it is a directory" in done.stdout
    assert f"没有保存，{tmp_path}：这是一个目录" in walk("s", str(tmp_path), "q", lang="zh").stdout
    assert saved(file).version == 1
    assert walk("q", arguments=("--goal", "plan", "--save", str(tmp_path))).exit_code == 2


def test_the_end_of_the_input_ends_the_walk_cleanly_and_saves_wherever_it_comes(tmp_path: Path) -> None:
    typed = [*TO_THE_OPTIONS, "choose_cancellation", "quote_consequences", "quote-1", "0"]
    for length in range(len(typed) + 1):
        file = tmp_path / f"{length}.jsonl"
        done = walk(*typed[:length], arguments=("--goal", "plan", "--save", str(file)))
        assert done.exit_code == 0, done.output
        assert saved(file).version <= length


def test_the_goal_is_asked_for_where_it_is_not_given(tmp_path: Path) -> None:
    file = tmp_path / "saved.jsonl"
    for answer, goal in (("", Goal.PLAN), ("3", Goal.BOTH), ("face_verification", Goal.FACE_VERIFICATION)):
        walk(answer, "q", arguments=("--save", str(file)))
        assert saved(file).facts.goal is goal
    assert "type a number from 1 to 3" in walk("4", "1", "q", arguments=()).stdout
    assert walk(arguments=()).exit_code == 0


def test_what_is_no_choice_is_told_with_the_choices() -> None:
    screen = walk("99", "0", "xyzzy", "\x1b[31m", "q").stdout
    assert len(re.findall(r"Type a number from 1 to \d+, an event's name, b, s, \? or q\.", screen)) == 4
    assert "\x1b" not in screen.replace("> \x1b[31m", "")


@pytest.mark.parametrize(
    ("lang", "told"),
    [("zh", "没有选项 opn_orders。您是想输入 open_orders、"), ("en", "no choice opn_orders. Did you mean open_orders or ")],
)
def test_an_event_that_is_spelt_wrong_is_answered_with_the_nearest(lang: str, told: str) -> None:
    assert told in walk("opn_orders", "q", lang=lang).stdout


def test_each_value_is_checked_before_the_next_is_asked_for_and_asked_for_again() -> None:
    typed = (*TO_THE_OPTIONS, "choose_cancellation", "quote_consequences", "q-1", "12.50", "1250", "money", "CNY", "q")
    screen = walk(*typed).stdout
    fee, again, currency = (screen.index(text) for text in ("12.50\n", "1250\n", "currency ("))
    assert fee < screen.index("Field fee must be an integer of 0 or more") < again < currency
    assert "Field currency must be an ISO 4217 currency code, not 'money'." in " ".join(screen.split())
    assert "quote the consequences: Consequences → Consequences" in screen


def test_one_step_is_called_one_step(tmp_path: Path) -> None:
    assert "(1 step)." in " ".join(walk(*SIGN_IN, "s", str(tmp_path / "a"), "q").stdout.split())


def test_a_question_mark_shows_why_the_rest_is_not_possible() -> None:
    screen = " ".join(walk("?", "q").stdout.split())
    assert "open my orders possible in: Signed in" in screen


def test_values_of_the_wrong_type_are_refused_with_what_would_be_right() -> None:
    typed = (*TO_THE_OPTIONS, "choose_cancellation", "quote_consequences", "q-1", "12.50", "CNY")
    assert "Field fee must be an integer of 0 or more, in minor units" in " ".join(walk(*typed, "q").stdout.split())


def test_a_dash_says_that_there_is_no_consent() -> None:
    to_the_choice = (
        "choose_cancellation",
        "quote_consequences",
        "",
        "",
        "",
        "confirm_cancellation",
        "",
        "require_verification",
    )
    screen = walk(*TO_THE_OPTIONS, *to_the_choice, "start_face_verification", "-", "q").stdout
    assert "Refused: Separate consent" in screen


def test_in_chinese_the_walk_speaks_chinese() -> None:
    screen = walk(*SIGN_IN, "open_order", "q", lang="zh").stdout
    assert "轮到" in screen
    assert "✓ 客户，登录：未登录 → 已登录" in screen
    assert "被拒绝：「查看订单详情」不能发生在「已登录」，只能在：我的订单。" in screen
    assert "b 退一步" in screen


@counts("walks", 3, 30)
@pytest.mark.parametrize("goal", list(Goal))
def test_whatever_is_numbered_is_taken_on_the_usual_values(goal: Goal, tmp_path: Path, walks: int) -> None:
    chance = random.Random(goal.value)  # noqa: S311  # the same walks in every run
    reached: set[Event] = set()
    for number in range(walks):
        file = tmp_path / f"{number}.jsonl"
        typed = [
            text
            for _ in range(30)
            for text in (chance.choice("1111112234"), "", "", "", "b" if chance.random() < 0.1 else "")
        ]
        done = walk(*typed, arguments=("--goal", goal.value, "--save", str(file)))
        assert done.exit_code == 0
        assert "Refused: " not in done.stdout
        with file.open("rb") as lines:
            reached |= {entry.event for entry in eventfile.read(lines) if not isinstance(entry, CaseLine)}
    assert len(reached) > 8, "the walks should come far enough to say something"


# ------------------------------------------------------------------------------------- within the prompt of a field


def test_b_in_a_fields_prompt_goes_back_to_the_choice_of_events() -> None:
    screen = walk("sign_in", "b", *SIGN_IN, "q").stdout
    assert screen.count("✓ customer, sign in: Signed out → Signed in") == 1
    assert screen.count("Signed out (signed_out)") == 2, "the screen is shown again"


def test_q_in_a_fields_prompt_quits_and_saves(tmp_path: Path) -> None:
    file = tmp_path / "case.jsonl"
    done = walk(*SIGN_IN, "open_orders", "open_order", "q", arguments=("--goal", "plan", "--save", str(file)))
    assert done.exit_code == 0
    assert saved(file).state is State.ORDER_LIST


def test_an_event_by_another_actor_than_the_one_whose_move_it_is_is_named_with_the_actor() -> None:
    assert "✓ customer, report a problem: " in walk("report_problem", "", "q").stdout
    assert "✓ system, report a problem: " in walk("report_problem system", "", "q").stdout


def test_an_event_that_is_nobodys_move_is_asked_for_by_its_actors() -> None:
    to_cancelling = ("choose_cancellation", "quote_consequences", "", "", "", "confirm_cancellation", "")
    screen = walk(*TO_THE_OPTIONS, *to_cancelling, "report_plan_ended", "q").stdout  # it is the system's move
    assert "✓ system, report that the plan has ended" in walk(*TO_THE_OPTIONS, "report_plan_ended system", "", "q").stdout
    screen = walk("report_plan_ended", "q").stdout
    assert "report_plan_ended can be raised by several actors: type " in screen
    assert "or write report_plan_ended " in screen


def test_ctrl_c_offers_to_save(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)

    def typed(*answers: str) -> Result:
        lines = iter(answers)

        def answer(_prompt: str) -> str:
            text = next(lines, "")
            if text == "^C":
                raise KeyboardInterrupt
            return text

        monkeypatch.setattr("builtins.input", answer)
        return CliRunner().invoke(app, ["walk", "--goal", "plan", "--lang", "en"])

    done = typed(*SIGN_IN, "^C", "")
    assert (done.exit_code, "Saved to case.jsonl (1 step)." in done.stdout) == (0, True)
    assert saved(tmp_path / "case.jsonl").state is State.SIGNED_IN
    assert "Saved" not in typed(*SIGN_IN, "^C", "n").stdout
    assert "Saved" not in typed(*SIGN_IN, "^C", "^C").stdout
    assert "Saved to own.jsonl" in typed(*SIGN_IN, "sign_in", "^C", "own.jsonl").stdout
    assert "Saved" not in typed("^C", "").stdout, "there is no step to save"
