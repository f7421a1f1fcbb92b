"""Files of a log: which ones a source names, and those that DuckDB reads by itself (CSV, Parquet, JSON Lines)."""

from __future__ import annotations

import codecs
import csv
import gzip
import json
from glob import glob, has_magic
from pathlib import Path
from typing import Any, Final
from zlib import error as ZlibError  # noqa: N812  # zlib names it in lower case

import duckdb

from process.audit.progress import Progress
from process.audit.sources.raw_table import Raw, SourceUnusable, fill_from_relation, listed, not_readable, quoted
from process.model import Words

BEGINNING: Final = 1 << 16  # bytes that are looked at before a file is read
LONGEST_LINE: Final = 1 << 24  # bytes of a line of CSV


def find_files(source: str) -> tuple[str, ...]:
    """Return the files that a path, a pattern or a folder names, all of one kind; raise SourceUnusable if there is none."""
    path = Path(source)
    try:
        if path.is_dir():
            found = sorted(str(each) for each in path.iterdir() if each.is_file() and not each.name.startswith("."))
            missing = Words("目录中没有文件", "this folder has no files")
        elif path.exists() or not has_magic(source):
            found, missing = [source] if path.exists() else [], Words("没有这样的文件", "no such file")
        else:
            found, missing = sorted(glob(source)), Words("没有文件符合此模式", "no file matches this pattern")
        if not found:
            raise SourceUnusable(source, missing)
        kinds = {kind_of(file) for file in found}
        if len(kinds) > 1:
            zh, en = f"文件类型不一：{'、'.join(sorted(kinds))}", f"files of several kinds: {', '.join(sorted(kinds))}"
            raise SourceUnusable(source, Words(zh, en))
        for file in found:
            with Path(file).open("rb") as bytes_of_file:
                if not bytes_of_file.read(1):
                    raise SourceUnusable(file, Words("文件是空的", "the file is empty"))
    except OSError as error:
        file = str(error.filename or source)
        raise SourceUnusable(file, Words(f"无法打开：{error.strerror}", f"can't be opened: {error.strerror}")) from None
    return tuple(found)


def kind_of(file: str) -> str:
    """Return a file's ending without the dot, that of a compression left out."""
    return file.lower().removesuffix(".gz").removesuffix(".zst").rpartition(".")[2]


def opened(file: str) -> Any:
    """Open a file, compressed by gzip or not, for reading bytes."""
    return gzip.open(file, "rb") if file.lower().endswith(".gz") else Path(file).open("rb")


def broken_gzip(file: str) -> SourceUnusable:
    """Return the error of a file whose compressed data ends early or is damaged."""
    words = Words(
        "gzip 数据不完整或已损坏；请重新导出或下载", "the gzip data is cut off or damaged; export or download it again"
    )
    return SourceUnusable(file, words)


GZIP_ERRORS: Final = (EOFError, gzip.BadGzipFile, ZlibError)


def fill_from_csv(conn: duckdb.DuckDBPyConnection, files: tuple[str, ...], progress: Progress) -> Raw:
    """Read CSV files, whatever their separator; columns are matched by name."""
    for file in files:
        _check_header(file, _beginning_of(file))
    options = f"all_varchar=true, header=true, store_rejects=true, sample_size=20480, max_line_size={LONGEST_LINE},"
    options += f" buffer_size={2 * LONGEST_LINE}"
    scans = (f"select * from read_csv({quoted(file, chr(39))}, {options})" for file in files)
    raw = fill_from_relation(conn, files, f"({' union all by name '.join(scans)})", progress, is_text=True)
    rejected = conn.execute(
        "select s.file_path, e.line, e.error_message from reject_errors e join reject_scans s"
        " on e.scan_id = s.scan_id and e.file_id = s.file_id order by all"
    ).fetchall()
    reasons = {(file, line): reason.splitlines()[0] for file, line, reason in reversed(rejected)}
    return raw._replace(unreadable=tuple((*place, reason) for place, reason in sorted(reasons.items())))


def fill_from_parquet(conn: duckdb.DuckDBPyConnection, files: tuple[str, ...], progress: Progress) -> Raw:
    """Read Parquet files; columns are matched by name."""
    relation = f"read_parquet({listed(files)}, union_by_name=true)"
    return fill_from_relation(conn, files, relation, progress, is_cheap=True)


def fill_from_json_lines(conn: duckdb.DuckDBPyConnection, files: tuple[str, ...], progress: Progress) -> Raw:
    """Read files of one JSON object a line, or of one array in ``.json``.

    All values are taken as text: by a guess at types, times would lose their offsets.
    """
    for file in files:
        _beginning_of(file)
    form = "newline_delimited" if kind_of(files[0]) != "json" else "auto"
    read = f"read_json({listed(files)}, format='{form}', "
    try:
        found = conn.execute(f"describe select * from {read}sample_size=-1, union_by_name=true)").fetchall()
    except duckdb.Error as error:
        if form == "newline_delimited":
            for file in files:
                _check_json_lines(file)
        raise not_readable(files, error) from None
    types = ", ".join(f"{quoted(name, chr(39))}: 'VARCHAR'" for name, *_ in found)
    return fill_from_relation(conn, files, f"{read}columns={{{types}}})", progress, is_text=True)


def _beginning_of(file: str) -> bytes:
    """Return the first bytes; raise SourceUnusable if they are no UTF-8 text, or compressed data is not whole."""
    if file.lower().endswith(".zst"):
        return b""
    try:
        with opened(file) as source:
            beginning: bytes = source.read(BEGINNING)
            while file.lower().endswith(".gz") and source.read(1 << 20):
                pass  # DuckDB takes compressed data that ends early for the whole
    except GZIP_ERRORS:
        raise broken_gzip(file) from None
    try:
        codecs.getincrementaldecoder("utf-8")().decode(beginning)
    except UnicodeDecodeError as error:
        line = beginning[: error.start].count(b"\n") + 1
        zh = f"第 {line} 行不是 UTF-8 文本；请先转换，如 iconv -f GB18030 -t UTF-8"
        en = f"line {line} is not UTF-8 text; convert the file first, as with iconv -f GB18030 -t UTF-8"
        raise SourceUnusable(file, Words(zh, en)) from None
    if b"\0" in beginning:
        line = beginning[: beginning.index(b"\0")].count(b"\n") + 1
        zh, en = f"第 {line} 行含有 NUL 字节；不是文本文件", f"line {line} holds a NUL byte; this is not a text file"
        raise SourceUnusable(file, Words(zh, en))
    return beginning


def _check_header(file: str, beginning: bytes) -> None:
    """Raise SourceUnusable if a CSV file names a column twice, or has nothing after its header."""
    lines = beginning.decode("utf-8-sig", "ignore").splitlines()
    if beginning and len(lines) == 1 and len(beginning) < BEGINNING:
        raise SourceUnusable(file, Words("只有表头，没有任何行", "has a header and no rows"))
    rows = (next(csv.reader(lines[:1], delimiter=each), []) for each in ",;\t|")
    names = [name.strip().lower() for name in max(rows, key=len)]
    for name in names:
        if name and names.count(name) > 1:
            zh, en = (
                f"第 1 行：列 {name!r} 出现多次；请改名",
                f"line 1: the column {name!r} is there more than once; rename it",
            )
            raise SourceUnusable(file, Words(zh, en))


def _check_json_lines(file: str) -> None:
    """Raise SourceUnusable naming the first line that is no JSON; DuckDB's own message counts lines otherwise."""
    with opened(file) as source:
        for number, line in enumerate(source, 1):
            try:
                json.loads(line.decode("utf-8-sig") if line.strip() else "null")
            except ValueError as error:
                where = f", column {error.colno}: {error.msg}" if isinstance(error, json.JSONDecodeError) else ": not UTF-8"
                zh = f"第 {number} 行不是有效的 JSON"
                raise SourceUnusable(file, Words(zh, f"line {number}{where}: not valid JSON")) from None
