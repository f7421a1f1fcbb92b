"""An audit from beginning to end: read the log, find its variants, judge each once, and count."""

from __future__ import annotations

from pathlib import Path

from process.audit.log import read_events
from process.audit.mapping_file import Mapping, read_mapping
from process.audit.parts import write_part
from process.audit.progress import Progress, silent
from process.audit.report import Report
from process.audit.report_tables import check_folder, write_tables
from process.audit.sources import connect, load_source, raising_unusable
from process.audit.summary import build_report
from process.audit.unmapped_names import suggest
from process.audit.variant_verdicts import judge_cases


def audit(
    source: str | Path,
    mapping: Mapping | str | Path | None = None,
    *,
    query: str | None = None,
    own: bool = False,
    object_type: str | None = None,
    bucket: tuple[int, int] | None = None,
    only: str | None = None,
    memory: str | None = None,
    threads: int | None = None,
    progress: Progress = silent,
    out: str | Path | None = None,
    force: bool = False,
) -> Report:
    """Check a log against the model.

    Args:
        source: a file (CSV, Parquet, JSON Lines, XES, OCEL 2.0, a file of events), a pattern, a folder, or the address of a
            database.
        mapping: how the log's names become the model's, or the path of a mapping file.
        query: the query for a database.
        own: the address is of a store of this package, whose own history is read.
        object_type: of OCEL the type of object whose events make a case.
        bucket: (k, n): only the cases of the k-th of n buckets, k from 1; ``merge`` adds the parts up.
        only: only the case with this id.
        memory: the most memory that the database may use, as ``"512MB"``.
        threads: how many threads the database may use.
        progress: called with the stage, how much of it is done, and how much there is (0: not known).
        out: a folder for the report's tables; with *bucket* for the part that ``merge`` reads.
        force: replace also files in *out* that this program did not write.

    Raises:
        SourceUnusable: the log can't be read, or has no case *only*.
        MappingInvalid: the mapping does not fit the log; says what to write.
        WouldOverwrite: a file stands in *out* that this program did not write; nothing was written.
    """
    if out is not None and not force:
        check_folder(Path(out))
    chosen = mapping if isinstance(mapping, Mapping) else Mapping() if mapping is None else read_mapping(mapping)
    with raising_unusable(str(source)), connect(memory, threads) as conn:
        raw = load_source(conn, str(source), query=query, own=own, object_type=object_type, progress=progress)
        chosen = chosen.with_defaults(raw.roles)
        events = read_events(conn, raw, chosen, bucket, only, progress)
        judge_cases(conn, events, chosen, progress)
        report = build_report(conn, raw.files, events)
        if out is not None and bucket is not None:
            write_part(conn, Path(out), raw.files, events, bucket)
        elif out is not None:
            write_tables(conn, report, Path(out))
    return report


def suggest_mapping(source: str, mapping: Mapping, *, query: str | None = None, object_type: str | None = None) -> str:
    """Return a proposal for the mapping file of a log, to be read and corrected by a person."""
    with connect() as conn:
        raw = load_source(conn, source, query=query, object_type=object_type)
        return suggest(conn, raw, mapping.with_defaults(raw.roles))
