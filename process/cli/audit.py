"""``audit``: checks a shop's event log against the model; ``audit merge`` adds up the parts of a large one."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from process.cli.call_language import LangOption, lang_of
from process.cli.options import FORCE_HINT, JsonOption, known_names
from process.cli.output import audit_report
from process.cli.output.progress import ProgressBar
from process.cli.output.streams import REFUSED, as_json, cannot_open, console, say, unusable
from process.extras import ExtraMissing
from process.model import Words

SourcesArgument = Annotated[
    list[str] | None,
    typer.Argument(
        metavar="SOURCE…",
        help="日志：文件、模式、目录或数据库地址；或 merge 与各部分的目录。\n\n"
        "The log: a file, a pattern, a folder or a database's address; or merge and the folders of the parts.",
        show_default=False,
    ),
]


def _value_option(name: str, metavar: str, zh: str, en: str) -> Any:
    return typer.Option(name, metavar=metavar, help=f"{zh}\n\n{en}", show_default=False)


def audit_log(
    sources: SourcesArgument = None,
    map_file: Annotated[
        Path | None, _value_option("--map", "FILE", "映射文件（TOML）。", "The mapping file (TOML).")
    ] = None,
    case: Annotated[
        str | None,
        _value_option("--case", "COLUMN", "日志中办理编号所在的列名。", "The name of the log's column with the case's id."),
    ] = None,
    event: Annotated[
        str | None,
        _value_option("--event", "COLUMN", "日志中事件名所在的列名。", "The name of the column with the event's name."),
    ] = None,
    at: Annotated[
        str | None, _value_option("--at", "COLUMN", "日志中时间所在的列名。", "The name of the column with the time.")
    ] = None,
    by: Annotated[
        str | None, _value_option("--by", "COLUMN", "日志中发起方所在的列名。", "The name of the column with the actor.")
    ] = None,
    zone: Annotated[
        str | None,
        _value_option(
            "--zone",
            "ZONE",
            "无偏移时间的时区，如 Asia/Shanghai。",
            "The zone of times without an offset, such as Asia/Shanghai.",
        ),
    ] = None,
    query: Annotated[
        str | None,
        _value_option("--query", "SQL", "从数据库读取日志的查询。", "The query that reads the log from a database."),
    ] = None,
    db: Annotated[
        str | None,
        _value_option(
            "--db",
            "URL",
            "本程序的数据库，代替来源：审计其中的办理。",
            "A database of this program instead of a source: its cases.",
        ),
    ] = None,
    own_store: Annotated[
        bool, typer.Option("--own-store", help="来源是本程序的数据库。\n\nThe source is a database of this program.")
    ] = False,
    object_type: Annotated[
        str | None, _value_option("--object-type", "TYPE", "OCEL 日志的对象类型。", "The object type of an OCEL log.")
    ] = None,
    out: Annotated[
        Path | None,
        _value_option(
            "--out",
            "FOLDER",
            "写入结果的目录：表格、带流量的五张图（SVG）、可筛选并逐笔查看的网页 index.html。不覆盖他人的文件。",
            "The folder for the results: tables, the five diagrams with traffic (SVG), and the page index.html, on "
            "which cases are filtered and opened. Files of other origin are never replaced.",
        ),
    ] = None,
    pictures: Annotated[
        str,
        typer.Option(
            "--pictures", metavar="zh,en,both", help="--out 中图的语言。\n\nThe languages of the diagrams in --out."
        ),
    ] = "zh,en",
    force: Annotated[
        bool,
        typer.Option(
            "--force", help="也覆盖并非由本程序写入的文件。\n\nAlso replace files that this program did not write."
        ),
    ] = False,
    bucket: Annotated[
        str | None,
        _value_option("--bucket", "K/N", "只审计 N 份中的第 K 份；须有 --out。", "Audit only part K of N; needs --out."),
    ] = None,
    only: Annotated[
        str | None, _value_option("--only", "ID", "只审计这一笔办理。", "Audit only the case with this id.")
    ] = None,
    variants: Annotated[
        bool,
        typer.Option("--variants", help="来源是已统计的变体（CSV）。\n\nThe source is a CSV file of counted variants."),
    ] = False,
    print_sql: Annotated[
        str | None,
        _value_option(
            "--print-sql",
            "DIALECT",
            "打印统计变体的查询：duckdb、spark、postgres。",
            "Print the query that counts variants: duckdb, spark, postgres.",
        ),
    ] = None,
    suggest: Annotated[
        bool, typer.Option("--suggest", help="提出一份映射文件。\n\nPrint a proposal for the mapping file.")
    ] = False,
    ignore_unknown: Annotated[
        bool, typer.Option("--ignore-unknown", help="略过未映射的事件。\n\nIgnore events that are not mapped.")
    ] = False,
    memory: Annotated[
        str | None, _value_option("--memory", "SIZE", "内存上限，如 512MB。", "The memory limit, such as 512MB.")
    ] = None,
    json: JsonOption = False,
    lang: LangOption = None,
) -> None:
    """审计事件日志；有办理偏离模型即以 1 退出 · Audit an event log; exit with 1 if a case deviates from the model."""
    language = lang_of(lang)
    sources = _sources_or_db(sources, db, language)
    own_store = own_store or db is not None
    try:
        import process.audit as auditing
        from process.diagram import LANGUAGES, CannotDraw, WouldOverwrite
    except ExtraMissing as missing:
        unusable(missing.text(language))
    langs = known_names("--pictures", pictures.split(","), LANGUAGES, language)
    if only is not None and (variants or sources[0] == "merge"):
        unusable(Words("--only 只用于日志", "--only is for a log, not for counted variants or parts").of(language))
    bar = ProgressBar(None, Words("审计", "auditing").of(language))

    def progress(stage: auditing.Stage, done: int, total: int) -> None:
        bar.reach(done, total or None, stage.words.of(language))

    try:
        if sources[0] == "merge":
            report = auditing.merge(sources[1:], out=out, force=force)
        else:
            mapping = auditing.Mapping() if map_file is None else auditing.read_mapping(map_file)
            mapping = mapping.with_columns(case=case, event=event, at=at, by=by).with_settings(zone, ignore_unknown)
            source = _one_source(sources, language)
            if print_sql is not None:
                say(auditing.variants_sql(mapping, print_sql, table=source))
                return
            if suggest:
                say(auditing.suggest_mapping(source, mapping, query=query, object_type=object_type), newline=False)
                return
            with bar:
                if variants:
                    report = auditing.audit_variants(auditing.read_variants(source), mapping, progress=progress)
                else:
                    report = auditing.audit(
                        source,
                        mapping,
                        query=query,
                        own=own_store,
                        object_type=object_type,
                        bucket=_bucket(bucket, out, language),
                        only=only,
                        memory=memory,
                        out=out,
                        force=force,
                        progress=progress,
                    )
        if out is not None and bucket is None:
            with bar:
                auditing.write_views(report, out, lang=language, langs=langs, force=force, progress=progress)
    except (auditing.MappingInvalid, auditing.SourceUnusable, CannotDraw) as error:
        unusable(error.text(language))
    except WouldOverwrite as error:
        unusable(error.text(language) + FORCE_HINT.of(language))
    except OSError as error:
        cannot_open(error.filename or sources[0], error, language)
    if json:
        say(as_json(report.as_dict()))
    else:
        screen = console()
        for part in audit_report.render_audit(report, language):
            screen.print(part)
    if not report.conforms:
        raise typer.Exit(REFUSED)


def _sources_or_db(sources: list[str] | None, db: str | None, lang: str) -> list[str]:
    if bool(sources) == (db is not None):
        words = Words("请写明一个来源，或用 --db 指明数据库", "name a source, or a database with --db, and not both")
        unusable(words.of(lang))
    return sources or [db or ""]


def _one_source(sources: list[str], lang: str) -> str:
    if len(sources) > 1:
        words = Words("只能有一个来源；多个文件请用引号括住模式", "one source only; quote a pattern for several files")
        unusable(words.of(lang))
    return sources[0]


def _bucket(text: str | None, out: Path | None, lang: str) -> tuple[int, int] | None:
    if text is None:
        return None
    first, _, last = text.partition("/")
    if not (first.isdecimal() and last.isdecimal() and 1 <= int(first) <= int(last)):
        unusable(Words("--bucket 须写作 K/N，如 3/16", "--bucket must be K/N, as in 3/16").of(lang))
    if out is None:
        unusable(Words("--bucket 需要 --out 目录", "--bucket needs a folder, --out").of(lang))
    return int(first), int(last)
