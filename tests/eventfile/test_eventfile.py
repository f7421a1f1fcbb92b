"""Files of cases and events: what is written is read back, what is no such line is refused with what would be right."""

from __future__ import annotations

import gzip
import io
import json
import pickle
import random
import tracemalloc
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from process import MODEL_VERSION, Actor, Case, Channel, Event, Goal, Limits, ProcessError, State, eventfile
from process.eventfile import CaseLine, EventLine, LineInvalid
from tests.support.begun_cases import at_options, finished, opened
from tests.support.thorough import counts

CASE = '{"case": {"goal": "plan", "account": "acct-1", "order": "order-9"}}'
SIGN_IN = '{"event": "sign_in", "by": "customer", "data": {"account": "acct-1", "channel": "app"}}'
OPEN_ORDERS = '{"event": "open_orders", "by": "customer"}'


def replayed(lines: Iterable[str | bytes]) -> dict[str | None, Case]:
    cases: dict[str | None, Case] = {}
    for entry in eventfile.read(lines):
        if isinstance(entry, CaseLine):
            cases[entry.key] = entry.case
        else:
            cases[entry.key].trigger(entry.event, entry.data, by=entry.by, at=entry.at)
    return cases


def keyed(line: str, key: str) -> str:
    return json.dumps({"case_id": key, **json.loads(line)})


# ------------------------------------------------------------------------------------------------------ there and back


def test_every_case_is_read_back_as_it_was_written(small_cases: tuple[Case, ...]) -> None:
    for case in small_cases:
        assert replayed(eventfile.dump(case)) == {None: case}


def test_many_cases_in_one_file_are_read_back_whatever_the_order_of_their_lines(small_cases: tuple[Case, ...]) -> None:
    named = [Case.from_dict({**case.to_dict(), "case_id": f"c-{n}"}) for n, case in enumerate(small_cases[::40])]
    waiting = [list(eventfile.dump(case, case.case_id)) for case in named]
    chance, mixed = random.Random(1), []  # noqa: S311  # a fixed order
    while waiting:
        lines = chance.choice(waiting)
        mixed.append(lines.pop(0))
        waiting = [lines for lines in waiting if lines]
    assert replayed(mixed) == {case.case_id: case for case in named}


def test_limits_deadlines_and_times_are_kept() -> None:
    opening = datetime(2026, 11, 22, 9, tzinfo=UTC)
    case = opened(Goal.BOTH, limits=Limits(1, 2), deadlines={State.SIGNED_IN: timedelta(hours=5)}, at=opening)
    case.sign_in(account="acct-1", channel=Channel.APP, at=opening + timedelta(minutes=1))
    read = replayed(eventfile.dump(case))[None]
    assert read == case
    assert read.due_at == opening + timedelta(hours=5, minutes=1)


def test_a_case_that_no_longer_has_its_whole_history_is_written_as_a_snapshot() -> None:
    case = Case.from_dict(finished().to_dict(steps=2))
    lines = list(eventfile.dump(case))
    assert len(lines) == 1
    assert replayed(lines) == {None: case}


def test_a_snapshot_is_taken_on_from_where_it_stands() -> None:
    case = at_options()
    lines = [json.dumps({"case": case.to_dict()}), '{"event": "choose_cancellation"}']
    assert replayed(lines)[None].state is State.CONSEQUENCES


def test_a_byte_order_mark_crlf_and_blank_lines_are_passed_over_and_counted() -> None:
    lines = [b"\xef\xbb\xbf" + CASE.encode() + b"\r\n", b"\r\n", b"   \n", SIGN_IN.encode() + b"\r\n", b"\n"]
    entries = list(eventfile.read(lines))
    assert [entry.line for entry in entries] == [1, 4]
    assert replayed(line.decode() for line in lines)[None].state is State.SIGNED_IN


def test_an_event_says_what_its_line_says() -> None:
    line = '{"event": "sign_in", "by": "customer", "data": {"account": 7, "by": null}, "at": "2026-11-22T09:00:00+08:00"}'
    raised = list(eventfile.read([CASE, line, '{"event": "time_out", "by": null, "at": null}']))[1:]
    at = datetime.fromisoformat("2026-11-22T09:00:00+08:00")
    assert raised[0] == EventLine(2, None, Event.SIGN_IN, Actor.CUSTOMER, {"account": 7, "by": None}, at)
    assert raised[1] == EventLine(3, None, Event.TIME_OUT, None, {}, None)


# ------------------------------------------------------------------------------------------------------ one case or many


def test_a_case_id_inside_the_only_case_does_not_ask_for_it_on_the_events() -> None:
    inside = '{"case": {"goal": "plan", "account": "a", "order": "o", "case_id": "c-1"}}'
    first, second = eventfile.read([inside, OPEN_ORDERS])
    assert (first.key, second.key) == (None, None)
    assert isinstance(first, CaseLine)
    assert first.case.case_id == "c-1"


def test_a_case_id_inside_the_case_counts_for_its_line_where_the_others_have_one() -> None:
    inside = '{{"case": {{"goal": "plan", "account": "a", "order": "o", "case_id": "{}"}}}}'
    lines = [inside.format("c-1"), inside.format("c-2"), keyed(OPEN_ORDERS, "c-1")]
    assert [entry.key for entry in eventfile.read(lines)] == ["c-1", "c-2", "c-1"]
    assert [entry.key for entry in eventfile.read([lines[0], lines[2]])] == ["c-1", "c-1"]


def test_a_case_gets_the_case_id_of_its_line() -> None:
    (only,) = eventfile.read([keyed(CASE, "c-9")])
    assert isinstance(only, CaseLine)
    assert (only.key, only.case.case_id) == ("c-9", "c-9")


# ---------------------------------------------------------------------------------------------------------- what is wrong

SNAPSHOT = json.dumps({"case": at_options().to_dict()})
INVALID: dict[str, tuple[list[Any], int, str]] = {
    "nothing at all": ([], 1, "the file is empty"),
    "blank lines alone": (["", "  \n"], 1, "the file is empty"),
    "no JSON": ([CASE, "oops"], 2, "not JSON"),
    "half a line": ([CASE, SIGN_IN[:-4]], 2, "not JSON"),
    "two objects on a line": ([CASE, OPEN_ORDERS * 2], 2, "unexpected text after the object, from column"),
    "a compressed file": ([gzip.compress(CASE.encode())], 1, "compressed with gzip"),
    "a file in UTF-16": ([CASE.encode("utf-16-le")], 1, "like UTF-16"),
    "a file in UTF-16 that says so": ([CASE.encode("utf-16")], 1, "like UTF-16"),
    "a NUL character": ([CASE.encode(), b'{"event": "sign_in\0"}'], 2, "column 19 is a NUL"),
    "a byte order mark in the middle": (
        [CASE.encode(), b"\xef\xbb\xbf" + SIGN_IN.encode()],
        2,
        "column 1 is the invisible character U+FEFF",
    ),
    "a zero width space": (
        [CASE, OPEN_ORDERS.replace(": ", "\u200b: ", 1)],
        2,
        "column 9 is the invisible character U+200B (ZERO WIDTH SPACE)",
    ),
    "the end of a DOS file": ([CASE, "\x1a"], 2, "column 1 is the invisible character U+001A (Ctrl-Z)"),
    "a control character in a text": ([CASE, OPEN_ORDERS.replace("open", "op\x1ben")], 2, "U+001B"),
    "a list": ([CASE, "[1]"], 2, "not a JSON object"),
    "a key twice": ([CASE, '{"event": "open_orders", "event": "open_orders"}'], 2, "appears twice"),
    "a key twice in the payload": ([CASE, '{"event": "open_order", "data": {"order": "a", "order": "b"}}'], 2, "'order'"),
    "NaN": ([CASE, '{"event": "open_order", "data": {"order": NaN}}'], 2, "NaN is not a JSON number"),
    "infinity": ([CASE, '{"event": "open_order", "data": {"order": -Infinity}}'], 2, "-Infinity is not a JSON number"),
    "deep nesting": ([CASE, "[" * 100_000], 2, "too deep"),
    "a long number": ([CASE, '{"event": "open_order", "data": {"order": ' + "9" * 5000 + "}}"], 2, "too long"),
    "other bytes than UTF-8": ([CASE.encode(), b'{"event": "\xff"}'], 2, "byte 12 is not UTF-8"),
    "a line without end": ([CASE, " " * (eventfile.MAX_LINE + 1)], 2, "longer than"),
    "neither case nor event": ([CASE, '{"by": "customer"}'], 2, "neither a case nor an event"),
    "case and event": (['{"case": {}, "event": "sign_in"}'], 1, "unknown key 'event'"),
    "an unknown key": ([CASE, '{"event": "open_orders", "actor": "customer"}'], 2, "unknown key 'actor'"),
    "an unknown event": ([CASE, '{"event": "sign-in"}'], 2, "did you mean sign_in?"),
    "an event like no other": ([CASE, '{"event": "xyzzy"}'], 2, "Expected: the name of an event"),
    "an event that is no text": ([CASE, '{"event": 3}'], 2, "event can't be 3"),
    "an unknown actor": ([CASE, '{"event": "sign_in", "by": "Customer"}'], 2, "did you mean customer?"),
    "a payload that is no object": ([CASE, '{"event": "sign_in", "data": []}'], 2, "data can't be []"),
    "a payload of null": ([CASE, '{"event": "sign_in", "data": null}'], 2, "data can't be None"),
    "a time without zone": ([CASE, '{"event": "sign_in", "at": "2026-11-22T09:00:00"}'], 2, "with its zone"),
    "a time that is none": ([CASE, '{"event": "sign_in", "at": 1732240800}'], 2, "at can't be 1732240800"),
    "an event before its case": ([SIGN_IN, CASE], 1, "before its case is opened"),
    "a second case without ids": ([CASE, CASE], 2, "a second case"),
    "a second case of the same id": ([keyed(CASE, "a"), keyed(CASE, "b"), keyed(CASE, "a")], 3, "opened a second time"),
    "an event of a case not opened": ([keyed(CASE, "a"), keyed(SIGN_IN, "b")], 2, "'b' comes before it is opened"),
    "a case_id on later lines alone": ([CASE, keyed(SIGN_IN, "a")], 2, "on every line, or on none"),
    "a case_id on the first line alone": ([keyed(CASE, "a"), SIGN_IN], 2, "on every line, or on none"),
    "a case_id that is none": ([CASE.replace('{"case"', '{"case_id": 7, "case"')], 1, "1 to 64 printable"),
    "two case_ids": (
        ['{"case_id": "a", "case": {"goal": "plan", "account": "x", "order": "y", "case_id": "b"}}'],
        1,
        "same",
    ),
    "a case that is no object": (['{"case": "plan"}'], 1, "case can't be 'plan'"),
    "a case without order": (['{"case": {"goal": "plan", "account": "a"}}'], 1, "order is missing"),
    "an unknown goal": ([CASE.replace('"plan"', '"plans"')], 1, "did you mean plan?"),
    "an account that is none": ([CASE.replace('"acct-1"', '""')], 1, "Field account must be text of 1 to 64"),
    "a case with a typing error": ([CASE.replace("}}", ', "limit": {}}}')], 1, "unknown key 'limit'"),
    "limits out of range": ([CASE.replace("}}", ', "limits": {"other": 0}}}')], 1, '"other": 1 to 99'),
    "a deadline at an end": ([CASE.replace("}}", ', "deadlines": {"expired": 5}}}')], 1, "open states"),
    "an endless deadline": ([CASE.replace("}}", ', "deadlines": {"cancelling": 1e999}}}')], 1, "at most 10 years"),
    "a snapshot of no case": ([SNAPSHOT.replace('"installment_options"', '"cancelling"', 1)], 1, "invalid snapshot"),
    "a snapshot of a newer model": (
        [SNAPSHOT.replace(f'_version": {MODEL_VERSION}', '_version": 99')],
        1,
        "99",
    ),
}


@pytest.mark.parametrize("name", INVALID)
def test_a_wrong_line_is_refused_by_its_number_with_what_would_be_right(name: str) -> None:
    lines, number, told = INVALID[name]
    with pytest.raises(LineInvalid) as caught:
        list(eventfile.read(lines))
    error = caught.value
    assert error.line == number
    assert told in str(error)
    assert str(error).startswith(f"line {number}: ")
    assert error.text("zh").startswith(f"第 {number} 行：")
    assert error.expected.zh
    assert error.expected.en
    assert isinstance(error, ProcessError)
    assert str(pickle.loads(pickle.dumps(error))) == str(error)  # noqa: S301  # our own


@pytest.mark.parametrize(
    ("line", "zh"),
    [
        ('{"event": "sign-in"}', "第 2 行：event 不能是 'sign-in'（您是想写 sign_in"),
        ('{"event": "打开订单"}', "第 2 行：event 不能是 '打开订单'（您是想写 open_orders"),
        ('{"event": }', "第 2 行：不是 JSON，从第 11 列起无法解析。应为："),
        ('{"event": "time_out"} {}', "第 2 行：对象之后从第 23 列起还有内容。应为：一行一个对象"),
    ],
)
def test_a_wrong_line_is_told_in_chinese_without_the_parsers_words(line: str, zh: str) -> None:
    with pytest.raises(LineInvalid) as caught:
        list(eventfile.read([CASE, line]))
    assert caught.value.text("zh").startswith(zh)


@pytest.mark.parametrize(
    ("data", "told"),
    [
        ({**at_options().to_dict(), "version": -1}, "快照无效：version：须是不小于 0 的整数，不能是 -1"),
        ({**at_options().to_dict(), "state": "nowhere"}, "快照无效：state：须是：signed_out、signed_in、"),
        ({"format": "x", "facts": {}}, "快照无效：format：须是 "),
    ],
)
def test_a_wrong_snapshot_on_a_line_is_told_in_chinese(data: dict[str, Any], told: str) -> None:
    with pytest.raises(LineInvalid) as caught:
        list(eventfile.read([json.dumps({"case": data})]))
    assert caught.value.text("zh").startswith(f"第 1 行：{told}")


def test_a_wrong_payload_is_left_for_the_case_to_refuse() -> None:
    entries = list(eventfile.read([CASE, '{"event": "open_order", "data": {"ordre": 3.5}}']))
    assert entries[1] == EventLine(2, None, Event.OPEN_ORDER, None, {"ordre": 3.5}, None)


@counts("texts", 900, 10_000)
def test_whatever_a_file_holds_nothing_but_a_refused_line_comes_of_it(small_cases: tuple[Case, ...], texts: int) -> None:
    chance, refused = random.Random(2), 0  # noqa: S311  # the same texts in every run
    for _ in range(texts):
        lines = [bytearray(line.encode()) for line in eventfile.dump(chance.choice(small_cases))]
        for _ in range(chance.randint(1, 3)):
            line = chance.choice(lines)
            place = chance.randrange(len(line))
            line[place : place + chance.randint(0, 3)] = bytes(
                chance.choices(b'"{}[],:0aE\\\xe4\xff \n', k=chance.randint(0, 2))
            )
        try:
            for _ in eventfile.read(bytes(line) for line in lines):
                pass
        except LineInvalid:
            refused += 1
    assert texts / 3 < refused < texts, "the mutations should both break lines and leave some whole"


# ---------------------------------------------------------------------------------------------------------------- streams


def test_reading_looks_at_most_one_line_ahead() -> None:
    drawn = 0

    def source() -> Iterator[str]:
        nonlocal drawn
        for line in (CASE, SIGN_IN, OPEN_ORDERS, "oops"):
            drawn += 1
            yield line

    for number, entry in enumerate(eventfile.read(source()), 1):
        assert entry.line == number
        assert drawn <= number + 1
        if number == 3:
            break


def test_reading_keeps_no_line() -> None:
    lines = (OPEN_ORDERS if number else CASE for number in range(20_000))
    tracemalloc.start()
    try:
        for _ in eventfile.read(lines):
            pass
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert peak < 200_000, "20,000 lines of 43 bytes, kept, would be more than 800,000"


def test_a_line_without_end_is_not_read_to_its_end() -> None:
    file = io.BytesIO(b"x" * (3 * eventfile.MAX_LINE))
    with pytest.raises(LineInvalid, match="longer than"):
        list(eventfile.read(eventfile.split_lines(file)))
    assert file.tell() == eventfile.MAX_LINE + 1
