"""``run``: what it tells people and programs of a case."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

import pytest
from rich.cells import cell_len
from rich.console import Console
from typer.testing import CliRunner

from process import MODEL, Actor, Case, Channel, Event, State, eventfile
from process.cli import app
from process.cli.output import case_text
from tests.support.begun_cases import at_options, finished, opened
from tests.support.running import HERE, run, started, written

MORNING = datetime(2026, 11, 22, 9, tzinfo=UTC)


@pytest.fixture
def finished_file(tmp_path: Path) -> Path:
    return written(tmp_path / "finished.jsonl", *eventfile.dump(finished()))


@pytest.fixture
def refused_file(tmp_path: Path) -> Path:
    """Line 3 in the wrong state, 5 a wrong payload, 6 a wrong order; line 7 is taken again."""
    return written(
        tmp_path / "refused.jsonl",
        '{"case": {"goal": "plan", "account": "acct-1", "order": "order-9", "case_id": "case-1"}}',
        '{"event": "sign_in", "data": {"account": "acct-1", "channel": "app"}, "at": "2026-11-22T09:00:00+08:00"}',
        '{"event": "open_order", "data": {"order": "order-9"}}',
        '{"event": "open_orders"}',
        '{"event": "open_order", "data": {"order": "order-9", "by": "me", "at": 1}}',
        '{"event": "open_order", "data": {"order": "order-8"}}',
        '{"event": "open_order", "data": {"order": "order-9"}, "at": "2026-11-22T09:05:00+08:00"}',
    )


# ----------------------------------------------------------------------------------------------------------- for people


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_a_good_file_is_told_step_by_step(finished_file: Path, lang: str) -> None:
    done = run(finished_file, "--lang", lang)
    assert done.exit_code == 0, done.output
    assert done.stderr == ""
    for step in finished().history:
        assert step.event.words.of(lang) in done.stdout
        assert step.by.words.of(lang) in done.stdout
        assert step.target.words.of(lang) in done.stdout
    assert "10" in done.stdout


def test_an_open_case_is_told_with_whose_move_until_when_what_next_and_why_not(refused_file: Path) -> None:
    screen = run(refused_file, "--lang", "en").stdout
    assert "Order details (order_details) · step 3 of 6" in screen
    assert "customer: find the installment option" in screen
    due = datetime.fromisoformat("2026-11-23T09:05:00+08:00")
    assert f"{case_text.local_time(due)} (" in screen
    assert "; 1 d after the last step)" in screen
    allowed = case_at(Event.OPEN_ORDER).allowed_events()
    may, rest = screen.split("Possible next")[1].split("Not possible now")
    for event in MODEL.events:
        is_possible = any(line.split("\t")[0].endswith((f"({event})", event.words.en)) for line in may.splitlines())
        assert is_possible == (event in allowed)
    assert "possible in: Installment options" in " ".join(rest.split())


def case_at(last: Event) -> Case:
    """A case with the steps of ``finished`` up to this one."""
    case = opened()
    for step in finished().history:
        case.trigger(step.event, step.data, by=step.by)
        if step.event is last:
            break
    return case


def test_a_refused_event_gives_exit_code_1_its_line_and_its_reasons_and_later_lines_still_run(refused_file: Path) -> None:
    done = run(refused_file, "--lang", "en")
    assert done.exit_code == 1
    third, fifth, sixth = done.stderr.splitlines()
    assert third.startswith("line 3: open the order (open_order) refused: ")
    assert "My orders" in third
    assert fifth.startswith("line 5: ")
    assert "'by'" in fifth
    assert "'at'" in fifth
    assert sixth.startswith("line 6: open the order (open_order) refused: ")
    assert "3 events accepted, 3 refused (lines 3, 5, 6)." in done.stdout
    assert "Order details" in done.stdout


def test_reasons_come_in_chinese_where_chinese_is_asked_for(refused_file: Path) -> None:
    done = run(refused_file, "--lang", "zh")
    assert "第 6 行：「查看订单详情」(open_order) 被拒绝：这不是本次办理的订单。" in done.stderr
    assert "接受 3 个事件，拒绝 3 个（第 3、5、6 行）。" in done.stdout


def test_the_language_is_the_locale_s_unless_asked_for(finished_file: Path) -> None:
    def language(*arguments: str, **locale: str) -> str:
        env = {"LC_ALL": "", "LC_MESSAGES": "", "LANG": "", **locale}
        done = CliRunner(env=env).invoke(app, ["run", str(finished_file), *arguments])
        return "zh" if "步骤" in done.stdout else "en"

    assert language(LANG="zh_CN.UTF-8") == "zh"
    assert language(LANG="de_DE.UTF-8") == "en"
    assert language(LANG="de_DE.UTF-8", LC_ALL="zh_TW.UTF-8") == "zh"
    assert language("--lang", "en", LANG="zh_CN.UTF-8") == "en"


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_no_screen_of_any_state_is_wider_than_80_columns_or_cut(small_cases: tuple[Case, ...], lang: str) -> None:
    longest: dict[State, Case] = {}
    for case in small_cases:
        if case.state not in longest or case.version > longest[case.state].version:
            longest[case.state] = case
    assert set(longest) == set(State)
    for case in longest.values():
        console = Console(width=80, record=True, force_terminal=True, file=open(os.devnull, "w", encoding="utf-8"))  # noqa: SIM115
        console.print(case_text.render_case(case, lang, range(1, case.version + 1)))
        text = console.export_text()
        console.file.close()
        assert max(map(cell_len, text.splitlines())) <= 80
        assert "…" not in text
        for event in case.allowed_events():
            assert event.value in "".join(text.split())


@pytest.mark.parametrize("lang", ["zh", "en"])
@pytest.mark.parametrize("width", [50, 60])
def test_no_screen_is_so_narrow_that_a_time_loses_its_zone(width: int, lang: str) -> None:
    case = opened(at=MORNING)
    case.sign_in(account="acct-1", channel=Channel.APP, at=MORNING)
    with Path(os.devnull).open("w", encoding="utf-8") as nowhere:
        console = Console(width=width, record=True, file=nowhere, force_terminal=True)
        console.print(case_text.render_history(case, lang, [2]))
        assert case_text.local_time(MORNING).split()[1] in console.export_text()


def test_the_account_and_the_order_are_named_in_the_language(refused_file: Path) -> None:
    assert "取消分期 · 账号 acct-1 · 订单 order-9" in run(refused_file, "--lang", "zh").stdout


def test_an_actor_who_may_not_is_told_in_plain_words(tmp_path: Path) -> None:
    refuse = '{"event": "refuse", "by": "customer", "data": {"reason": "no"}}'
    file = written(tmp_path / "file", '{"case": {"goal": "plan", "account": "a", "order": "o"}}', refuse)
    said = run(file, "--lang", "en").stderr
    assert "support" in said
    assert "customer" in said


def test_a_control_character_in_a_payload_never_reaches_the_terminal(tmp_path: Path) -> None:
    case = at_options()
    case.report_problem(problem="\x1b[31mred\x07\u202e", by=Actor.CUSTOMER)
    done = run(written(tmp_path / "file", *eventfile.dump(case)))
    assert done.exit_code == 0
    assert not {"\x1b", "\x07", "\u202e"} & set(done.output)
    assert "\\x1b[31mred" in done.stdout.replace("\n", "").replace(" ", "")


def test_output_into_a_pipe_is_plain(refused_file: Path) -> None:
    done = CliRunner(env={"TERM": "xterm-256color"}).invoke(app, ["run", str(refused_file)])
    assert done.exit_code == 1
    assert "\x1b" not in done.output


@pytest.mark.parametrize("command", ["show", "run file --json"])
def test_a_reader_who_closes_the_pipe_ends_the_program_quietly_and_not_as_a_refusal(command: str, tmp_path: Path) -> None:
    name = written(tmp_path / "file", *eventfile.dump(finished()))
    words = [str(name) if word == "file" else word for word in command.split()]
    reader, writer = os.pipe()
    os.close(reader)
    try:
        done = subprocess.run(
            [sys.executable, "-m", "process", *words], cwd=HERE, stdout=writer, stderr=subprocess.PIPE, check=False
        )
    finally:
        os.close(writer)
    assert (done.returncode, done.stderr) == (141, b"")


def test_a_terminal_without_chinese_gets_escapes_and_no_traceback(refused_file: Path) -> None:
    env = {"LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"}
    done = started("run", refused_file, "--lang", "zh", env=env)
    assert done.returncode == 1
    assert b"Traceback" not in done.stderr
    assert b"\\u7b2c 6 \\u884c" in done.stderr


# --------------------------------------------------------------------------------------------------------- for programs


def test_json_is_one_object_that_says_what_the_case_says(tmp_path: Path) -> None:
    case = opened(at=MORNING)
    case.sign_in(account="acct-1", channel=Channel.APP, at=MORNING)
    done = run(written(tmp_path / "file", *eventfile.dump(case)), "--json")
    assert done.exit_code == 0
    told = json.loads(done.stdout)
    due = case.due_at
    assert due is not None
    assert told.pop("snapshot") == case.to_dict()
    assert told.pop("history") == case.to_dict()["history"]
    assert told == {
        "case_id": "case-1",
        "state": "signed_in",
        "version": 1,
        "is_done": False,
        "achieved": None,
        "unmet": "plan",
        "awaits": "customer",
        "due_at": due.isoformat(),
        "facts": json.loads(json.dumps(case.facts._asdict())),
        "request": {
            "kind": "open_orders",
            "to": "customer",
            "key": "case-1:1",
            "payload": {"case_id": "case-1", "account": "acct-1", "order": "order-9", "goal": "plan"},
        },
        "allowed_events": {actor.value: [e.value for e in case.allowed_events(by=actor)] for actor in Actor},
        "refusals": [],
    }


def test_json_of_an_ended_case_allows_nothing_and_awaits_nobody(finished_file: Path) -> None:
    told = json.loads(run(finished_file, "--json").stdout)
    assert (told["is_done"], told["awaits"], told["due_at"]) == (True, None, None)
    assert not any(told["allowed_events"].values())
    assert Case.from_dict(told["snapshot"]) == finished()


def test_json_with_refusals_is_still_only_json_and_names_line_event_kind_and_blockers(refused_file: Path) -> None:
    done = run(refused_file, "--json")
    assert done.exit_code == 1
    refusals = json.loads(done.stdout)["refusals"]
    kinds = [(refusal["line"], refusal["event"], refusal["kind"]) for refusal in refusals]
    assert kinds == [(3, "open_order", "WrongState"), (5, "open_order", "InvalidPayload"), (6, "open_order", "GuardNotMet")]
    (blocker,) = refusals[2]["blockers"]
    assert blocker["code"] == "wrong_order"
    assert blocker["zh"] == "这不是本次办理的订单。"
    assert blocker["en"]
    assert [b["parameters"]["field"] for b in refusals[1]["blockers"]] == ["by", "at"]
    assert done.stderr.count("line ") == 3


def test_json_holds_what_no_encoding_can_say(tmp_path: Path) -> None:
    first = '{"case": {"goal": "plan", "account": "买家", "order": "o"}}'
    file = written(tmp_path / "file", first, '{"event": "abandon", "data": {"\\ud800": 1}}')
    for encoding in ("utf-8", "latin-1"):
        done = CliRunner(charset=encoding).invoke(app, ["run", str(file), "--json"])
        assert done.exit_code == 1
        told = json.loads(done.stdout)
        assert told["snapshot"]["facts"]["account"] == "买家"
        assert told["refusals"][0]["blockers"][0]["parameters"]["field"] == "'\\ud800'"
