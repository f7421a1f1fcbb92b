"""The data of a report's page: what was found, ready for JSON, with every text in both languages.

Cases appear by their ids alone: no account, order or quote.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from functools import cache
from typing import Any, Final

from process.audit.report import Deviation, Report
from process.audit.trace import DETAILS, Entry, Trace
from process.diagram import View
from process.diagram.quantities import duration_words
from process.diagram.traffic import TransitionKey, arrows_of
from process.diagram.views import build_picture
from process.gallery.configurations import CHOICES
from process.json_vocabulary import words_to_dict
from process.model import MODEL, Actor, Event, Goal, State, Term, Words
from process.requirements.catalogue import REQUIREMENTS

MOST_VARIANTS: Final = 1_000
MOST_CASES: Final = 5_000
MOST_OVERDUE: Final = 1_000
"""Limits of what the page lists one by one; of the rest it gives the number and the file that has all."""

OUTCOMES: Final = {
    "cancelled": Words("分期仍被取消", "plan cancelled anyway"),
    "removed": Words("人脸验证仍被取消", "face verification removed anyway"),
    "neither": Words("未取消", "nothing cancelled"),
}
"""The outcomes of a deviating case: events at its illegal event or after it."""


def page_data(report: Report, *, lang: str, most_cases: int = MOST_CASES) -> dict[str, Any]:
    """Return all that the page needs.

    Args:
        lang: the language in which it opens.
        most_cases: how many cases it lists one by one.
    """
    patterns = _patterns(report)
    numbers = {each.variant: number for number, members in enumerate(patterns.values()) for each in members}
    listed = [each for each in report.listed if each.variant <= MOST_VARIANTS][:most_cases]
    known = {each.variant: each for each in report.deviations}
    shown = dict.fromkeys(each.variant for each in listed)
    places = {variant: place for place, variant in enumerate(shown)}
    return {
        "lang": lang,
        "summary": {
            "files": list(report.files),
            "rows": report.rows,
            "cases": report.cases,
            "conforming": report.conforming,
            "deviating": report.deviating,
            "unknown": report.unknown,
            "variants": report.variants,
            "first": report.first,
            "last": report.last,
        },
        "problems": [
            {"rows": each.rows, "words": words_to_dict(each.words), "examples": each.examples} for each in report.problems
        ],
        "states": _words_by_name(State),
        "events": _words_by_name(Event),
        "actors": _words_by_name(Actor),
        "goals": _words_by_name(Goal),
        "outcomes": {name: words_to_dict(words) for name, words in OUTCOMES.items()},
        "requirements": list(_requirements(report)),
        "patterns": [_pattern_data(key, members) for key, members in patterns.items()],
        "variants": [_variant_data(known[number], numbers[number]) for number in shown],
        "cases": [[each.case_id, places[each.variant], *each.times] for each in listed],
        "arrows": [
            [
                each.source,
                each.event,
                each.target,
                each.times,
                *map(_wait_words, (each.p50, each.p90, each.p99)),
                each.p90 or 0,
            ]
            for each in report.arrows
        ],
        "unseen": [each.split(" ") for each in report.unseen],
        "unrecorded": [event.value for event in Event if event.value not in report.recorded],
        "fields": [name for name in DETAILS if name not in report.fields],
        "standing": report.states,
        "overdue": [list(each) for each in report.overdue[:MOST_OVERDUE]],
        "overdueCount": len(report.overdue),
        "views": {view.value: words_to_dict(view.words) for view in View},
    }


def _words_by_name(terms: Iterable[Term]) -> dict[str, dict[str, str]]:
    return {term.value: words_to_dict(term.words) for term in terms}


def _wait_words(seconds: float | None) -> dict[str, str] | None:
    return None if seconds is None else words_to_dict(duration_words(seconds))


def _requirements(report: Report) -> Iterable[dict[str, Any]]:
    sentences = {each.id: each for each in REQUIREMENTS}
    for each in report.requirements:
        named = sentences[each.id]
        yield {
            "id": each.id,
            "sentence": words_to_dict(named.sentence),
            "source": words_to_dict(named.source),
            "visible": each.visible,
            "broken": each.broken,
            "note": words_to_dict(each.note),
        }


# ---------------------------------------------------------------------------------------------------------- deviations

PatternKey = tuple[str, str | None, str | None, tuple[str, ...], tuple[str, ...], str]


def _pattern_key(found: Deviation) -> PatternKey:
    """The values by which the page groups and filters deviations."""
    return found.event, found.by, found.state, found.codes, found.requirements, outcome_of(found)


def outcome_of(found: Deviation) -> str:
    """Return the key in OUTCOMES: what happened at the illegal event or after it."""
    after = {entry.event for entry in Trace.parse(found.trace).entries[found.position - 1 :]}
    if Event.COMPLETE_CANCELLATION in after:
        return "cancelled"
    return "removed" if Event.REMOVE_FACE_VERIFICATION in after else "neither"


def _patterns(report: Report) -> dict[PatternKey, list[Deviation]]:
    found: dict[PatternKey, list[Deviation]] = {}
    for each in report.deviations:
        found.setdefault(_pattern_key(each), []).append(each)
    return found


def _pattern_data(key: PatternKey, members: list[Deviation]) -> dict[str, Any]:
    event, by, state, codes, requirements, outcome = key
    usual = members[0]  # of most cases
    repairs = Counter[tuple[Words, ...] | None]()
    for each in members:
        repairs[each.repair] += each.cases
    repair = max(repairs, key=lambda each: (repairs[each], each is not None, -len(each or ())))
    return {
        "event": event,
        "by": by,
        "state": state,
        "codes": codes,
        "requirements": requirements,
        "outcome": outcome,
        "cases": sum(each.cases for each in members),
        "reason": words_to_dict(usual.reason),
        "repair": None if repair is None else [words_to_dict(words) for words in repair],
    }


def _variant_data(found: Deviation, pattern: int) -> dict[str, Any]:
    trace = Trace.parse(found.trace)
    path = [*found.path, *([None] * len(trace.entries))]
    return {
        "pattern": pattern,
        "cases": found.cases,
        "goal": trace.goal and trace.goal.value,
        "position": found.position,
        "reason": words_to_dict(found.reason),
        "repair": None if found.repair is None else [words_to_dict(words) for words in found.repair],
        "steps": [
            _step_data(place, entry, step) for place, (entry, step) in enumerate(zip(trace.entries, path, strict=False), 1)
        ],
        "illegal": _illegal(found),
    }


def _step_data(place: int, entry: Entry, step: tuple[str, str] | None) -> list[Any]:
    """Event, actor, details, and of a legal step the state that it leads to and the arrow of the picture."""
    arrow = None if step is None else _overview_arrows().get((step[0], entry.event.value, step[1]))
    return [entry.event.value, entry.by and entry.by.value, _payload_words(place, entry), step and step[1], arrow]


def _payload_words(place: int, entry: Entry) -> dict[str, str]:
    """The decisive parts of a payload in words; the references themselves are not shown."""
    parts = []
    if entry.quote is not None and entry.quote < place:
        parts.append(Words(f"第 {entry.quote} 个事件的报价", f"the quote of event {entry.quote}"))
    elif entry.quote is not None and entry.event is not Event.QUOTE_CONSEQUENCES:
        parts.append(Words("此前未出现的报价", "a quote not seen before"))
    if entry.attempt is not None:
        parts.append(Words(f"第 {entry.attempt} 次核验", f"attempt {entry.attempt}"))
    wrong = (("account", "another", entry.account), ("order", "another", entry.order), ("consent", "none", entry.consent))
    parts += [CHOICES[name, choice] for name, choice, is_right in wrong if is_right is False]
    parts += [Words(f"{name} 无效", f"{name} is invalid") for name in entry.invalid]
    return words_to_dict(Words("，".join(part.zh for part in parts), ", ".join(part.en for part in parts)))


def _illegal(found: Deviation) -> dict[str, Any]:
    """The arrows marked for the illegal event: those of that event from the state, or from there to its target."""
    ways = [each for each in MODEL.transitions if each.event.value == found.event]
    here = [each for each in ways if each.source.value == found.state]
    arrows = [_overview_arrows().get((each.source.value, each.event.value, each.target.value)) for each in here]
    return {
        "state": found.state,
        "arrows": list(dict.fromkeys(arrow for arrow in arrows if arrow)),
        "target": ways[-1].target.value,
    }


@cache
def _overview_arrows() -> dict[TransitionKey, str]:
    """The id of the overview's arrow for each transition."""
    return arrows_of(build_picture(View.OVERVIEW, MODEL))
