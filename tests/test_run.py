"""``run``: files of events, told to people and to programs."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from rich.cells import cell_len
from rich.console import Console
from trips import at_choice, at_decision, at_options, finished, opened
from typer.testing import CliRunner, Result

from process import MODEL, Actor, Case, Channel, Event, State, eventfile
from process.commands import app, view

HERE = Path(__file__).parents[1]
MORNING = datetime(2026, 11, 22, 9, tzinfo=UTC)


def written(path: Path, *lines: str) -> Path:
    path.write_text("".join(line.rstrip("\n") + "\n" for line in lines), encoding="utf-8")
    return path


def run(*arguments: object, stdin: str | bytes | None = None) -> Result:
    return CliRunner().invoke(app, ["run", *map(str, arguments)], input=stdin)


def started(*arguments: object, env: dict[str, str] | None = None, **settings: Any) -> subprocess.CompletedProcess[bytes]:
    command = [sys.executable, "-m", "process", *map(str, arguments)]
    environment = {**os.environ, "PYTHONPATH": str(HERE), "LC_ALL": "C.UTF-8", **(env or {})}
    return subprocess.run(command, env=environment, capture_output=True, check=False, **settings)


def named(case: Case, name: str) -> Case:
    return Case.from_dict({**case.to_dict(), "case_id": name})


def lines_of(case: Case, name: str) -> list[str]:
    return list(eventfile.dump(named(case, name), name))


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
    assert "2026-11-23 09:05:00+08:00 (1 d after the last step)" in screen
    may, rest = screen.split("What may happen next")[1].split("Why the rest may not")
    for event in MODEL.events:
        assert (event.words.en in " ".join(may.split())) == (
            event in {Event.FIND_OPTION, Event.REPORT_OPTION_MISSING, *LEAVING}
        )
    assert "only in: Installment options" in " ".join(rest.split())


LEAVING = {Event.REPORT_PROBLEM, Event.ABANDON, Event.TIME_OUT}


def test_a_refused_event_gives_exit_code_1_its_line_and_its_reasons_and_later_lines_still_run(refused_file: Path) -> None:
    done = run(refused_file, "--lang", "en")
    assert done.exit_code == 1
    third, fifth, sixth = done.stderr.splitlines()
    assert third.startswith("line 3: open the order (open_order) refused: ")
    assert "only" not in third
    assert "My orders" in third
    assert fifth.startswith("line 5: ")
    assert "'by'" in fifth
    assert "'at'" in fifth
    assert sixth == "line 6: open the order (open_order) refused: This is not the order that the case is about."
    assert "3 events taken, 3 refused (lines 3, 5, 6)." in done.stdout
    assert "Order details" in done.stdout


def test_reasons_come_in_chinese_where_chinese_is_asked_for(refused_file: Path) -> None:
    done = run(refused_file, "--lang", "zh")
    assert "第 6 行：「查看订单详情」(open_order) 被拒绝：这不是本次办理的订单。" in done.stderr
    assert "接受 3 个事件，拒绝 3 个（第 3, 5, 6 行）。" in done.stdout


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
        console = Console(width=80, record=True, file=open(os.devnull, "w", encoding="utf-8"))  # noqa: SIM115
        console.print(view.whole(case, lang, range(1, case.version + 1)))
        text = console.export_text()
        console.file.close()
        assert max(map(cell_len, text.splitlines())) <= 80
        assert "…" not in text
        for event in case.allowed_events():
            assert event.words.of(lang) in text


def test_a_control_character_in_a_payload_never_reaches_the_terminal(tmp_path: Path) -> None:
    case = at_options()
    case.report_problem(problem="\x1b[31mred\x07\u202e", by=Actor.CUSTOMER)
    done = run(written(tmp_path / "file", *eventfile.dump(case)))
    assert done.exit_code == 0
    assert not {"\x1b", "\x07", "\u202e"} & set(done.output)
    assert "\\x1b[31mred" in done.stdout.replace("\n", "").replace(" ", "")


def test_output_into_a_pipe_is_plain(refused_file: Path) -> None:
    done = started("run", refused_file, env={"TERM": "xterm-256color"})
    assert done.returncode == 1
    assert b"\x1b" not in done.stdout + done.stderr


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
        "awaits": "customer",
        "due_at": due.isoformat(),
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
    assert blocker["en"] == "This is not the order that the case is about."
    assert [b["parameters"]["field"] for b in refusals[1]["blockers"]] == ["by", "at"]
    assert done.stderr.count("line ") == 3


def test_json_holds_what_no_encoding_can_say(tmp_path: Path) -> None:
    first = '{"case": {"goal": "plan", "account": "买家", "order": "o"}}'
    file = written(tmp_path / "file", first, '{"event": "abandon", "data": {"\\ud800": 1}}')
    for encoding in ("utf-8", "latin-1"):
        done = started("run", file, "--json", env={"PYTHONIOENCODING": encoding})
        assert done.returncode == 1
        told = json.loads(done.stdout)
        assert told["snapshot"]["facts"]["account"] == "买家"
        assert told["refusals"][0]["blockers"][0]["parameters"]["field"] == "\ud800"


# ------------------------------------------------------------------------------------------------------------ many cases


def test_events_of_many_cases_find_their_case(tmp_path: Path) -> None:
    a, b = lines_of(finished(), "a"), lines_of(at_choice(), "b")
    mixed = [line for pair in zip(a, b, strict=False) for line in pair] + a[len(b) :]
    done = run(written(tmp_path / "file", *mixed), "--json")
    assert done.exit_code == 0
    told = json.loads(done.stdout)
    assert told["refusals"] == []
    assert {key: Case.from_dict(one["snapshot"]) for key, one in told["cases"].items()} == {
        "a": named(finished(), "a"),
        "b": named(at_choice(), "b"),
    }


def test_an_event_after_the_end_is_refused_with_its_line_and_the_end_of_its_own_case(tmp_path: Path) -> None:
    left, cancelled = at_options(), at_decision()
    left.abandon()
    cancelled.skip_face_verification(reason="low risk")
    cancelled.complete_cancellation(quote="quote-1", by=Actor.LENDER)
    lines = [*lines_of(left, "a"), *lines_of(cancelled, "b"), *lines_of(cancelled, "c")]
    late = [json.dumps({"case_id": key, "event": "abandon"}) for key in ("a", "b", "c", "a")]
    done = run(written(tmp_path / "file", *lines, *late), "--json")
    assert done.exit_code == 1
    refusals = json.loads(done.stdout)["refusals"]
    assert [(one["line"], one["case_id"], one["kind"]) for one in refusals] == [
        (len(lines) + number, key, "EndReached") for number, key in enumerate(("a", "b", "c", "a"), 1)
    ]
    states = [one["blockers"][0]["parameters"]["state"] for one in refusals]
    assert states == ["abandoned", "plan_cancelled", "plan_cancelled", "abandoned"]


def test_of_many_cases_the_first_are_told_whole_the_others_in_a_line_and_all_are_counted(tmp_path: Path) -> None:
    lines = [line for number in range(13) for line in lines_of(finished(), f"case-{number}")]
    lines += lines_of(at_choice(), "waiting")
    screen = run(written(tmp_path / "file", *lines), "--lang", "en").stdout
    assert screen.count("Steps\n") == 10
    assert "case-12  Plan cancelled (10 steps)" not in screen
    assert f"case-12  {finished().state.words.en} ({finished().version} steps)" in screen
    assert "waiting  Choice of verification" in screen
    counted = [line.split() for line in screen.split("All cases")[1].splitlines()]
    assert [finished().state.words.en.split()[0], "13"] in [[words[0], words[-1]] for words in counted if words]


# ------------------------------------------------------------------------------------------------------------ bad input


@pytest.mark.parametrize("arguments", [(), ("--json",)])
@pytest.mark.parametrize(
    ("lines", "told"),
    [
        ([], "line 1: there is nothing in it"),
        (['{"event": "sign_in"}'], "line 1: an event stands before its case"),
        (
            ['{"case": {"goal": "plan", "account": "a", "order": "o"}}', '{"event": "sing_in"}'],
            "line 2: event can't be 'sing_in'",
        ),
    ],
)
def test_what_is_no_such_file_gives_exit_code_2_and_says_what_was_expected(
    lines: list[str], told: str, arguments: tuple[str, ...]
) -> None:
    done = run("-", "--lang", "en", *arguments, stdin="\n".join(lines))
    assert done.exit_code == 2
    assert done.stdout == ""
    assert f"standard input: {told}" in done.stderr
    assert "Expected: " in done.stderr


def test_a_file_that_is_not_there_or_no_file_gives_exit_code_2_in_either_language(tmp_path: Path) -> None:
    missing = run(tmp_path / "none", "--lang", "en")
    assert (missing.exit_code, missing.stderr) == (2, f"can't open {tmp_path / 'none'}: there is no such file\n")
    folder = run(tmp_path, "--lang", "zh", "--json")
    assert (folder.exit_code, folder.stdout, folder.stderr) == (2, "", f"打不开 {tmp_path}：这是一个目录\n")


def test_a_language_that_is_none_gives_exit_code_2(finished_file: Path) -> None:
    assert run(finished_file, "--lang", "fr").exit_code == 2


def test_a_bad_line_after_finished_cases_leaves_a_whole_json_object_that_says_so(tmp_path: Path) -> None:
    lines = [*lines_of(finished(), "a"), *lines_of(at_choice(), "b"), "oops"]
    done = run(written(tmp_path / "file", *lines), "--json")
    assert done.exit_code == 2
    told = json.loads(done.stdout)
    assert list(told["cases"]) == ["a"]
    assert told["error"]["line"] == len(lines)
    assert set(told["error"]["problem"]) == {"zh", "en"}
    assert f"line {len(lines)}: not JSON" in done.stderr


# ------------------------------------------------------------------------------------------------------------ large input


def test_standard_input_is_read_as_a_file_is(finished_file: Path) -> None:
    from_file, from_input = run(finished_file, "--json"), run("-", "--json", stdin=finished_file.read_bytes())
    assert from_input.exit_code == 0
    assert json.loads(from_input.stdout)["snapshot"]["history"] == json.loads(from_file.stdout)["snapshot"]["history"]


@pytest.mark.parametrize(("command", "code"), [("run -", 2), ("walk --goal plan", 0)])
def test_without_any_standard_input_a_command_ends_without_a_traceback(command: str, code: int) -> None:
    closed = f'exec "{sys.executable}" -m process {command} <&-'
    done = subprocess.run(["/bin/sh", "-c", closed], cwd=HERE, capture_output=True, text=True, check=False)
    assert done.returncode == code
    assert "Traceback" not in done.stderr


MEASURED = """
import pathlib, re, resource, sys
from process.__main__ import main
try:
    main()
finally:
    status = pathlib.Path("/proc/self/status")  # its peak is this program's own; getrusage's may be that of who started it
    peak = re.search(r"VmHWM:\\s+(\\d+) kB", status.read_text())[1] if status.exists() else None
    print(peak or resource.getrusage(resource.RUSAGE_SELF).ru_maxrss, file=sys.stderr)
"""


def test_two_hundred_thousand_lines_need_no_more_memory_than_their_open_cases(tmp_path: Path) -> None:
    long = finished()
    trip = [line.replace('"case-1"', '"%s"') for line in eventfile.dump(long, "case-1")]
    refused = '{"case_id": "%s", "event": "abandon"}\n'
    peaks = {}
    for cases in (10, 200_000 // (len(trip) + 1)):
        file = tmp_path / f"{cases}.jsonl"
        with file.open("w", encoding="utf-8") as out:
            for number in range(cases):
                out.writelines(line.replace("%s", f"case-{number}") for line in (*trip, refused))
        command = [sys.executable, "-c", MEASURED, "run", "--json", str(file)]
        with (tmp_path / "out").open("wb") as out_file:
            done = subprocess.run(command, cwd=HERE, stdout=out_file, stderr=subprocess.PIPE, check=False)
        assert done.returncode == 1
        peaks[cases] = int(done.stderr.splitlines()[-1])  # KiB
    assert os.path.getsize(file) > 15_000_000
    few, many = peaks.values()
    assert many - few < 12_000, "the ids of the ended cases, a buffer; the cases themselves would be 75,000 KiB"


def test_a_progress_bar_shows_on_a_terminal_and_leaves_the_json_in_the_pipe_alone(tmp_path: Path) -> None:
    file = tmp_path / "file"
    trip = list(eventfile.dump(finished(), "case-1"))
    file.write_text("".join(line.replace('"case-1"', f'"c{n}"') for n in range(1500) for line in trip), encoding="utf-8")
    primary, secondary = os.openpty()
    try:
        command = [sys.executable, "-m", "process", "run", "--json", str(file)]
        with (tmp_path / "out").open("wb") as out:
            env = {**os.environ, "TERM": "xterm-256color"}
            done = subprocess.run(
                command, cwd=HERE, env=env, stdin=subprocess.DEVNULL, stdout=out, stderr=secondary, check=False
            )
        os.set_blocking(primary, False)
        drawn = os.read(primary, 100_000).decode()
    finally:
        os.close(primary)
        os.close(secondary)
    assert done.returncode == 0
    assert "%" in drawn
    assert "MB" in drawn
    assert len(json.loads((tmp_path / "out").read_bytes())["cases"]) == 1500


def test_no_progress_bar_shows_where_the_error_stream_is_no_terminal(tmp_path: Path) -> None:
    file = tmp_path / "file"
    blank = b"\n" * 2_000_000
    file.write_bytes("".join(eventfile.dump(finished())).encode() + blank)
    done = started("run", file)
    assert (done.returncode, done.stderr) == (0, b"")
