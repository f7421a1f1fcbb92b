"""``run`` on files of many cases, on what is no such file, and on large ones."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from process import Actor, Case, eventfile
from tests.support.begun_cases import at_choice, at_decision, at_options, finished
from tests.support.running import HERE, lines_of, named, run, started, written
from tests.support.thorough import counts

# ------------------------------------------------------------------------------------------------------------ many cases


def test_events_of_many_cases_find_their_case(tmp_path: Path) -> None:
    a, b = lines_of(finished(), "a"), lines_of(at_choice(), "b")
    mixed = [line for pair in zip(a, b, strict=False) for line in pair] + a[len(b) :]
    done = run(written(tmp_path / "file", *mixed), "--json")
    assert done.exit_code == 0
    told = json.loads(done.stdout)
    assert told["refusals"] == []
    assert {one["case_id"]: Case.from_dict(one["snapshot"]) for one in told["cases"]} == {
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
    assert f"waiting  {at_choice().state.words.en}" in screen
    counted = [line.split("\t") for line in screen.split("All cases")[1].splitlines()]
    assert [f"{finished().state.words.en} ({finished().state})", "13"] in counted


# ------------------------------------------------------------------------------------------------------------ bad input


@pytest.mark.parametrize("arguments", [(), ("--json",)])
@pytest.mark.parametrize(
    ("lines", "told"),
    [
        ([], "line 1: the file is empty"),
        (['{"event": "sign_in"}'], "line 1: an event comes before its case is opened"),
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
    assert (missing.exit_code, missing.stderr) == (2, f"can't open {tmp_path / 'none'}: no such file\n")
    folder = run(tmp_path, "--lang", "zh", "--json")
    assert (folder.exit_code, folder.stdout, folder.stderr) == (2, "", f"打不开 {tmp_path}：这是一个目录\n")


def test_a_language_that_is_none_gives_exit_code_2() -> None:
    assert run("-", "--lang", "fr").exit_code == 2


def test_a_bad_line_after_finished_cases_leaves_a_whole_json_object_that_says_so(tmp_path: Path) -> None:
    lines = [*lines_of(finished(), "a"), *lines_of(at_choice(), "b"), "oops"]
    done = run(written(tmp_path / "file", *lines), "--json")
    assert done.exit_code == 2
    told = json.loads(done.stdout)
    assert [one["case_id"] for one in told["cases"]] == ["a"]
    assert told["error"]["line"] == len(lines)
    assert set(told["error"]["problem"]) == {"zh", "en"}
    assert f"line {len(lines)}: not JSON" in done.stderr


# ------------------------------------------------------------------------------------------------------------ large input


def test_standard_input_is_read_as_a_file_is(tmp_path: Path) -> None:
    finished_file = written(tmp_path / "file", *eventfile.dump(finished()))
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


@counts("lines", 12_000, 200_000)
def test_many_lines_need_no_more_memory_than_their_open_cases(tmp_path: Path, lines: int) -> None:
    long = finished()
    whole = [line.replace('"case-1"', '"%s"') for line in eventfile.dump(long, "case-1")]
    refused = '{"case_id": "%s", "event": "abandon"}\n'
    peaks = {}
    for cases in (10, lines // (len(whole) + 1)):
        file = tmp_path / f"{cases}.jsonl"
        with file.open("w", encoding="utf-8") as out:
            for number in range(cases):
                out.writelines(line.replace("%s", f"case-{number}") for line in (*whole, refused))
        command = [sys.executable, "-c", MEASURED, "run", "--json", str(file)]
        with (tmp_path / "out").open("wb") as out_file:
            done = subprocess.run(command, cwd=HERE, stdout=out_file, stderr=subprocess.PIPE, check=False)
        assert done.returncode == 1
        peaks[cases] = int(done.stderr.splitlines()[-1])  # KiB
    few, many = peaks.values()
    room, whole = 2_000 + lines // 20, lines * 3 // 8  # KiB; what 200,000 lines were measured to need, and would keep
    assert many - few < room, f"the ids of the ended cases, a buffer; the cases themselves would be {whole} KiB"


def test_a_progress_bar_shows_on_a_terminal_and_leaves_the_json_in_the_pipe_alone(tmp_path: Path) -> None:
    file = tmp_path / "file"
    whole = list(eventfile.dump(finished(), "case-1"))
    file.write_text("".join(line.replace('"case-1"', f'"c{n}"') for n in range(1500) for line in whole), encoding="utf-8")
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
    blank = (b" " * 999 + b"\n") * 2_000
    file.write_bytes("".join(eventfile.dump(finished())).encode() + blank)
    done = started("run", file)
    assert (done.returncode, done.stderr) == (0, b"")
