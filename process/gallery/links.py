"""The address of the page with the path of a real case."""

from __future__ import annotations

from pathlib import Path

from process.case import Case
from process.exceptions import ProcessError
from process.exploration.explorer import explored_model
from process.exploration.inputs import RIGHT, payload_variants
from process.model import MODEL, MODEL_VERSION, Facts, Limits, Words
from process.records import Step


class NotOnPage(ProcessError):
    """The page has no configuration like that of the case; ``problem`` says why."""

    def __init__(self, problem: Words) -> None:
        super().__init__(problem)
        self.problem = problem

    def text(self, lang: str = "en") -> str:
        """The problem in *lang*, ``"zh"`` or ``"en"``."""
        return self.problem.of(lang)

    def __str__(self) -> str:
        return self.problem.en


def link(case: Case, page: str | Path | None = None, *, lang: str = "zh") -> str:
    """Return the address of the page that shows the path of the case.

    It names the goal and the events with their choices, and holds no personal data: no reference, no text, no time. Where
    the history was cut short, or an older model took steps that this one refuses, it names the configuration alone.

    Args:
        page: the file or the address of the page; the part from the ``#`` on alone, where it is left out.
        lang: the language of the page, ``"zh"`` or ``"en"``.

    Raises:
        NotOnPage: the case has other limits than the model.
    """
    if Limits(case.facts.face_limit, case.facts.other_limit) != MODEL.limits:
        counts = f"{MODEL.limits.face}/{MODEL.limits.other}"
        zh, en = f"页面只含次数限制为 {counts} 的办理", f"the page only shows cases with the limits {counts}"
        raise NotOnPage(Words(zh, en))
    path = _steps(case)
    fragment = "/".join([lang, _configuration(case)] if path is None else [lang, case.facts.goal, *path])
    if page is None:
        return f"#{fragment}"
    return f"{page.resolve().as_uri() if isinstance(page, Path) else page}#{fragment}"


def _steps(case: Case) -> list[str] | None:
    """Return the steps of the case as the page names them; None where they can't be retraced from the beginning."""
    facts, history = case.facts, case.history
    if len(history) != case.version:
        return None
    replayed = Case(goal=facts.goal, account=facts.account, order=facts.order)
    names = []
    try:
        for step in history:
            names.append(_step_name(step, replayed.facts))
            replayed.trigger(step.event, dict(step.data), by=step.by)
    except ProcessError:
        return None
    return names if (replayed.state, replayed.facts) == (case.state, facts) else None


def _step_name(step: Step, facts: Facts) -> str:
    by = "" if len(MODEL.actors[step.event]) == 1 else f"@{step.by}"
    variant = _variant(step, facts)
    return f"{step.event}{by}" + ("" if variant == RIGHT else f"~{variant.replace(': ', '=')}")


def _variant(step: Step, facts: Facts) -> str:
    """Return the variant whose differing field has the step's own value; the right one where none has."""
    variants = dict(payload_variants(MODEL, step.event, facts))
    right = variants[RIGHT]
    for variant, data in variants.items():
        differing = [name for name in data if data[name] != right[name]]
        if differing and all(step.data[name] == data[name] for name in differing):
            return variant
    return RIGHT


def _configuration(case: Case) -> str:
    """Return the goal, and the configuration of the case by model version and index."""
    return f"{case.facts.goal}@{MODEL_VERSION}:{explored_model(MODEL.limits).index(case.state, case.facts)}"
