"""``check``: verifies the requirements and prints the evidence; with ``--mutants`` also that each could fail."""

from __future__ import annotations

from typing import Annotated

import typer

from process.cli.call_language import LangOption, lang_of
from process.cli.options import JsonOption
from process.cli.output.progress import ProgressBar
from process.cli.output.streams import REFUSED, as_json, console, say
from process.model import Words

MutantsOption = Annotated[
    bool,
    typer.Option(
        "--mutants",
        help="再逐一改动模型，检验每处改动都会被发现（约数分钟）。\n\n"
        "Also change the model in one place at a time and check that each change is detected (takes some minutes).",
    ),
]


def check_model(json: JsonOption = False, lang: LangOption = None, mutants: MutantsOption = False) -> None:
    """验证全部要求，给出证据；有一条不成立即给出反例，以 1 退出。

    Verify every requirement; if one fails, print a counterexample and exit with 1.
    """
    from process.cli.output import check_report
    from process.mutation.mutant_catalogue import all_mutants
    from process.mutation.score import compute_score
    from process.requirements.catalogue import REQUIREMENTS
    from process.requirements.report import check as check_all

    language = lang_of(lang)
    checking = Words("验证", "checking").of(language)
    with ProgressBar(len(REQUIREMENTS), checking) as bar:
        report = check_all(on=lambda requirement: bar.step(requirement.id))
    scores = None
    if mutants:
        with ProgressBar(len(all_mutants()), checking) as bar:
            scores = compute_score(on=lambda result: bar.step(result.mutant.kind))
    if json:
        say(as_json(check_report.check_dict(report, scores)))
    else:
        screen = console()
        for part in check_report.render_check(report, scores, language):
            screen.print(part)
    if not report.holds or (scores is not None and scores.survived):
        raise typer.Exit(REFUSED)
