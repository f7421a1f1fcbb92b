"""Files that are damaged, foreign or strange: read, counted, or refused with the place and what to write."""

from __future__ import annotations

import gzip
import json
from collections.abc import Callable
from pathlib import Path

import duckdb
import pytest

from process import Event
from process.audit import Mapping, MappingInvalid, Report, SourceUnusable, audit

HEADER, ROW = "case,event,at\n", "c1,sign_in,2026-06-01T09:00:00Z\n"
GOOD = HEADER + ROW
EVERY = Mapping(records=frozenset(Event))


def written(folder: Path, name: str, content: str | bytes) -> Path:
    path = folder / name
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return path


def problems(report: Report) -> dict[str, int]:
    return {each.code: each.rows for each in report.problems}


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("bom.csv", b"\xef\xbb\xbf" + GOOD.encode()),
        ("semicolons.csv", GOOD.replace(",", ";")),
        ("tabs.tsv", GOOD.replace(",", "\t")),
        ("lines-of-windows.csv", GOOD.replace("\n", "\r\n")),
        ("no-last-line-end.csv", GOOD.strip()),
        ("quoted.csv", GOOD.replace("sign_in", '"sign_in"')),
        ("huge-cell.csv", GOOD.replace("at\n", "at,note\n").replace("Z\n", f"Z,{'x' * 3_000_000}\n")),
        ("array.json", json.dumps([{"case": "c1", "event": "sign_in", "at": "2026-06-01T17:00:00+08:00"}])),
        ("bom.jsonl", b"\xef\xbb\xbf" + json.dumps({"case": 1, "event": "sign_in", "at": 1780304400}).encode()),
        ("spaces.csv", GOOD.replace("c1,sign_in", "  c1 ,sign_in")),
    ],
)
def test_a_file_of_an_unusual_form_is_read(name: str, content: str | bytes, tmp_path: Path) -> None:
    report = audit(written(tmp_path, name, content), EVERY)
    assert (report.rows, report.conforming, report.first) == (1, 1, "2026-06-01T09:00:00+00:00")
    assert report.problems == ()


@pytest.mark.parametrize(
    ("name", "content", "told"),
    [
        ("empty.csv", "", "the file is empty"),
        ("header.csv", HEADER, "has a header and no rows"),
        ("cut.csv.gz", gzip.compress((HEADER + ROW * 9999).encode())[:-60], "the gzip data is cut off or damaged"),
        ("cut.jsonl.gz", gzip.compress(b'{"case": 1}\n' * 999, mtime=0)[:-8], "the gzip data is cut off or damaged"),
        ("cut.xes.gz", gzip.compress(b"<log>" * 999, mtime=0)[:-8], "the gzip data is cut off or damaged"),
        ("plain.csv.gz", GOOD, "the gzip data is cut off or damaged"),
        (
            "chinese.csv",
            (GOOD + "c2,登录,x\n").encode("gbk"),
            "line 3 is not UTF-8 text; convert the file first, as with iconv",
        ),
        ("windows.csv", GOOD.encode("utf-16"), "line 1 is not UTF-8 text"),
        ("binary.csv", GOOD + "c\0d,sign_in,2026-06-01T09:00:00Z\n", "line 3 holds a NUL byte; this is not a text file"),
        ("twice.csv", GOOD.replace("case", "at"), "line 1: the column 'at' is there more than once; rename it"),
        ("bad.jsonl", '{"case": "1"}\n{"case": oops}\n', "line 2, column 10: Expecting value: not valid JSON"),
        ("events.jsonl", '{"case": {"goal": "plan", "account": "a", "order": "o"}}\n{"event": 1}\n', "line 2: "),
        ("broken.xes", "<log>\n<trace>\n<event></trace></log>", "not valid XML: line 3, column 10: mismatched tag"),
        ("short.xes", "<log>\n<trace>\n", "not valid XML: line 3, column 1: no element found"),
        ("doctype.xes", '<!DOCTYPE log SYSTEM "x"><log/>', "XML with a DOCTYPE or entities is refused"),
        ("entity.xes", '<!DOCTYPE log [<!ENTITY a "b">]><log>&a;</log>', "XML with a DOCTYPE or entities is refused"),
        ("page.xes", "<html><body>not found</body></html>", "holds no events"),
        ("broken.jsonocel", '{\n"objects": }', "not valid JSON: line 2, column 12"),
        ("list.jsonocel", "[]", "not OCEL 2.0 JSON"),
        ("text.sqlite", "no database at all" * 50, "not OCEL 2.0 SQLite .* give sqlite:///FILE and --query"),
        ("text.parquet", "no parquet at all", "can't be read: .*[Nn]o magic bytes"),
        ("sheet.xlsx", "PK", "unknown kind of file; use .csv, .tsv"),
    ],
)
def test_a_file_that_cannot_be_read_is_refused_with_the_place(
    name: str, content: str | bytes, told: str, tmp_path: Path
) -> None:
    path = written(tmp_path, name, content)
    with pytest.raises(SourceUnusable, match=told) as refused:
        audit(path, object_type="case")
    assert refused.value.source == str(path)
    assert refused.value.text("zh") != refused.value.text("en")


@pytest.mark.parametrize(
    ("source", "told"),
    [
        (lambda folder: folder / "missing.csv", "no such file"),
        (lambda folder: str(folder / "*.nothing"), "no file matches this pattern"),
        (lambda folder: folder / "empty", "this folder has no files"),
        (lambda folder: folder, "files of several kinds: csv, parquet"),
    ],
)
def test_a_name_without_a_file_is_refused(source: Callable[[Path], Path | str], told: str, tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    for name in ("log.csv", "log.parquet"):
        written(tmp_path, name, GOOD)
    with pytest.raises(SourceUnusable, match=told):
        audit(source(tmp_path))


def test_a_file_that_may_not_be_read_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = written(tmp_path, "log.csv", GOOD)

    def forbidden(self: Path, *_args: object) -> None:  # the tests may run as root, who may read everything
        raise PermissionError(13, "Permission denied", str(self))

    monkeypatch.setattr(Path, "open", forbidden)
    with pytest.raises(SourceUnusable, match=r"log\.csv: can't be opened: Permission denied"):
        audit(path)


def test_a_memory_limit_that_is_no_size_is_refused(tmp_path: Path) -> None:
    with pytest.raises(SourceUnusable, match="--memory lots: the memory limit must be written as 512MB or 2GB"):
        audit(written(tmp_path, "log.csv", GOOD), memory="lots")


def test_rows_of_another_length_or_encoding_are_counted_with_their_lines(tmp_path: Path) -> None:
    rows = (HEADER + ROW * 20_000).encode() + b"c2,sign_in\nc3,sign_in,2026-06-01T09:00:00Z,1,2\n"
    report = audit(written(tmp_path, "log.csv", rows + "c4,登录,x\n".encode("gbk")), Mapping(records=frozenset(Event)))
    assert problems(report)["unreadable_row"] == 3
    (found,) = (each for each in report.problems if each.code == "unreadable_row")
    assert [example.partition(" ")[0].rpartition(":")[2] for example in found.examples] == ["20002", "20003", "20004"]


def times(folder: Path, *given: str) -> Path:
    rows = "".join(f'c{number},sign_in,"{time}"\n' for number, time in enumerate(given))
    return written(folder, "times.csv", HEADER + rows)


def test_times_of_several_forms_in_one_column_are_read_and_told(tmp_path: Path) -> None:
    zoned = ("2026-06-01T09:00:00Z", "2026-06-01T17:00:00+0800", "2026-06-01 17:00:00 +08", "2026-06-01 09:00:00 UTC")
    epochs = ("1780304400", "1780304400.0", "1780304400000", "1780304400000000", "1780304400000000000")
    report = audit(times(tmp_path, *zoned, *epochs), Mapping(zone="Asia/Shanghai", records=frozenset(Event)))
    assert (report.conforming, report.first, report.last) == (9, *["2026-06-01T09:00:00+00:00"] * 2)
    (found,) = report.problems
    assert (found.code, found.rows) == ("several_time_forms", 5)
    assert found.examples[:2] == ("with its offset (4)", "seconds since 1970 (2)")


def test_local_times_are_read_in_the_zone_of_the_mapping(tmp_path: Path) -> None:
    given = ("2026-06-01 17:00:00", "2026/06/01 17:00", "20260601170000", "01.06.2026 17:00:00", "2026-06-01 17:00:00,0")
    report = audit(times(tmp_path, *given), Mapping(zone="Asia/Shanghai", records=frozenset(Event)))
    assert (report.first, report.last) == ("2026-06-01T09:00:00+00:00", "2026-06-01T09:00:00+00:00")
    assert report.problems == ()


@pytest.mark.parametrize(
    ("given", "told"),
    [
        (("2026-06-01T09:00:00Z", "2026-06-01 17:00"), "the time '2026-06-01 17:00' has no offset; write zone ="),
        (("06/01/2026 9:00 AM",), r"no time in column 'at' can be read, such as '06/01/2026 9:00 AM'; write at = \"…\""),
    ],
)
def test_times_that_say_too_little_are_refused_with_what_to_write(
    given: tuple[str, ...], told: str, tmp_path: Path
) -> None:
    with pytest.raises(MappingInvalid, match=told):
        audit(times(tmp_path, *given))


@pytest.mark.parametrize(
    ("mapping", "told"),
    [
        (Mapping(ties="seqno"), "the log has no column 'seqno'; write ties = "),
        (Mapping(ties="event"), "column 'event' holds 'sign_in', which is not a whole number; write ties = \"free\""),
    ],
)
def test_a_column_for_ties_must_be_there_and_count(mapping: Mapping, told: str, tmp_path: Path) -> None:
    with pytest.raises(MappingInvalid, match=told):
        audit(written(tmp_path, "log.csv", GOOD), mapping)


def test_a_required_column_of_a_like_name_is_proposed(tmp_path: Path) -> None:
    with pytest.raises(MappingInvalid, match=r'write case = "Case" in \[columns\]; the log has Case, event, at'):
        audit(written(tmp_path, "log.csv", GOOD.replace("case", "Case")))


def test_a_row_without_an_event_is_counted(tmp_path: Path) -> None:
    report = audit(written(tmp_path, "log.csv", GOOD + "c1,,2026-06-01T10:00:00Z\n"), EVERY)
    assert problems(report) == {"no_event": 1}


def test_a_case_of_very_many_events_is_no_case_and_told(tmp_path: Path) -> None:
    report = audit(written(tmp_path, "log.csv", HEADER + ROW * 10_001), EVERY)
    assert (report.cases, report.unknown) == (1, 1)
    assert problems(report)["too_long"] == 10_001


def test_the_types_of_parquet_are_read_as_what_they_say(tmp_path: Path) -> None:
    expressions = {
        "instant": "timestamptz '2026-06-01 17:00:00+08'",
        "date": "date '2026-06-01'",
        "local": "timestamp_ns '2026-06-01 08:00:00.000000001'",
        "epoch": "cast(1780272000000 as bigint)",
    }
    for name, expression in expressions.items():
        path = tmp_path / f"{name}.parquet"
        duckdb.sql(
            f'copy (select 7 as "case", cast(\'quote_consequences\' as blob) as event, {expression} as "at",'
            f" 'both' as goal, 'lender' as by, 'q' as quote, 12.0::double as fee, 'CNY' as currency) to '{path}'"
        )
        report = audit(path, Mapping(zone="Asia/Shanghai", records=frozenset(Event)))
        (found,) = report.deviations
        expected = {"instant": "09:00", "date": "16:00", "local": "00:00", "epoch": "00:00"}[name]
        assert report.first is not None
        assert report.first[11:16] == expected, name
        assert found.codes == ("wrong_state",), "the fee is a whole number"
