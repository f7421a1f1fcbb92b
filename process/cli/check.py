"""``check``: proves the requirements and prints the evidence; with ``--mutants`` also that the proof could fail."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Annotated, Any

import typer
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn

from process.cli import proof
from process.cli.common import REFUSED, JsonOption, LangOption, as_json, console, lang_of, say
from process.model import Words

MutantsOption = Annotated[
    bool,
    typer.Option(
        "--mutants",
        help="再逐一改动模型，检验每处改动都会被发现（约数分钟）\n\n"
        "Also change the model in one place at a time and see that each change is found (some minutes).",
    ),
]


def check(json: JsonOption = False, lang: LangOption = None, mutants: MutantsOption = False) -> None:
    """验证全部要求，给出证据；有一条不成立即以 1 退出 · Prove the requirements; exit 1 and counterexample if one fails."""
    from process.mutation.operators import all_mutants
    from process.mutation.score import compute_score
    from process.requirements.catalogue import REQUIREMENTS
    from process.requirements.report import check as check_all

    language = lang_of(lang)
    with _bar(len(REQUIREMENTS), language) as step:
        report = check_all(on=lambda requirement: step(requirement.id))
    scores = None
    if mutants:
        with _bar(len(all_mutants()), language) as step:
            scores = compute_score(on=lambda result: step(result.mutant.kind))
    if json:
        say(as_json(proof.as_dict(report, scores)))
    else:
        screen = console()
        for part in proof.told(report, scores, language):
            screen.print(part)
    if not report.holds or (scores is not None and scores.survived):
        raise typer.Exit(REFUSED)


@contextmanager
def _bar(total: int, lang: str) -> Iterator[Callable[[str], Any]]:
    """A progress bar on the error stream, if that is a terminal; gives what is called before each step with its name."""
    if not sys.stderr.isatty():
        yield lambda _name: None
        return
    columns = (
        TextColumn(Words("验证", "checking").of(lang)),
        BarColumn(),
        MofNCompleteColumn(),
        TextColumn("{task.description}"),
    )
    with Progress(
        *columns, console=console(err=True), transient=True, redirect_stdout=False, redirect_stderr=False
    ) as progress:
        task = progress.add_task("", total=total)
        yield lambda name: progress.update(task, advance=1, description=name)
