"""The page gives the library's answers: what is possible, the facts, and the reasons for everything that is refused."""

from __future__ import annotations

import random
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from playwright.sync_api import Page

from process import MODEL, Actor, Case, Event, Goal, Refused, State
from process.exploration.explorer import Edge, Exploration
from process.exploration.inputs import ACCOUNT, ORDER, RIGHT, payload_for, payload_variants
from process.exploration.replay import replay_path
from process.gallery import page
from process.model import Term, Words
from tests.support.browser import follow, read_json

DEADLINE = {"zh": "时限：", "en": "Deadline: "}
IN_WORDS = {
    timedelta(hours=1): {"zh": "1 小时", "en": "1 hour"},
    timedelta(days=1): {"zh": "1 天", "en": "1 day"},
    timedelta(days=3): {"zh": "3 天", "en": "3 days"},
    timedelta(days=7): {"zh": "7 天", "en": "7 days"},
}

READ = """(indices) => {
  const seen = [];
  const text = (element) => element.textContent.trim();
  const reasons = (root) => [...root.querySelectorAll(".reasons li")].map((item) => [item.dataset.code, text(item)]);
  for (const index of indices) {
    stepThrough.show(index);
    const offered = [...document.querySelectorAll("#offered li[data-event]")].map((item) => {
      const taken = [...item.querySelectorAll("button:not([data-refused])")].map((button) => button.dataset.variant);
      const refused = [...item.querySelectorAll("button[data-refused]")].map((button) => {
        button.click();
        const refusal = item.querySelector(".refusal");
        return [button.dataset.variant, reasons(refusal), "final" in refusal.dataset];
      });
      return [item.dataset.event, item.dataset.by, taken, refused];
    });
    const facts = Object.fromEntries([...document.querySelectorAll("#fact-list div")].map((row) =>
      [row.dataset.fact, text(row.querySelector("dd"))]));
    const marked = [...document.querySelectorAll("svg.picture:not([hidden]) .is-here")].map((node) => node.id);
    seen.push({ state: text(document.querySelector("#state")), turn: text(document.querySelector("#turn")),
      deadline: text(document.querySelector("#deadline")), facts, offered, marked });
  }
  return seen;
}"""

BLOCKED = """(indices) => {
  const seen = [];
  const numbers = new Map(); // most lists appear often, so each is read once
  const lists = [];
  const number = (root) => {
    const key = root.innerHTML;
    if (!numbers.has(key)) {
      numbers.set(key, lists.length);
      const parts = (reason) => [reason.dataset.code, reason.textContent.trim()];
      const reasons = (item) => [...item.querySelectorAll(".reasons li")].map(parts);
      const later = (item) => "later" in item.dataset;
      const items = [...root.querySelectorAll("li[data-blocked]")];
      lists.push(items.map((item) => [item.dataset.blocked, reasons(item), later(item)]));
    }
    return numbers.get(key);
  };
  const as = document.querySelector("#as");
  for (const index of indices) {
    stepThrough.show(index);
    seen.push([...as.options].map((option) => {
      as.value = option.value;
      as.dispatchEvent(new Event("change"));
      return number(document.querySelector("#reasons"));
    }));
  }
  as.value = "0";
  as.dispatchEvent(new Event("change"));
  return [seen, lists];
}"""


def samples(exploration: Exploration) -> list[int]:
    """The first configuration of each state, goal and set of possible inputs, and every 97th."""
    first: dict[Any, int] = {}
    for index, here in enumerate(exploration.configurations):
        inputs = frozenset((edge.event, edge.by, edge.variant) for edge in exploration.outgoing[index])
        first.setdefault((here.state, here.facts.goal, inputs), index)
    return sorted({*first.values(), *range(0, len(exploration.configurations), 97)})


SIZES = pytest.mark.parametrize("every", [False, pytest.param(True, marks=pytest.mark.thorough)], ids=["sample", "every"])


def shown_reasons(reasons: Any, lang: str) -> list[list[str]]:
    """Blockers as the page shows them: code, then text and code."""
    return [[blocker.code, f"{getattr(blocker, lang)} {blocker.code}"] for blocker in reasons]


@SIZES
@pytest.mark.parametrize("lang", page.LANGUAGES)
def test_every_configuration_offers_what_the_library_offers_and_shows_its_facts(
    shown: Page, exploration: Exploration, cases: tuple[Case, ...], lang: str, every: bool
) -> None:
    follow(shown, lang)
    assert shown.evaluate("stepThrough.configurations") == len(cases)
    indices = list(range(len(cases))) if every else samples(exploration)
    for index, here in zip(indices, read_json(shown, READ, indices), strict=True):
        case = cases[index]
        offered = {(event, by) for event, by, _, _ in here["offered"]}
        assert len(offered) == len(here["offered"])
        assert offered == {(event, by) for by in Actor for event in case.allowed_events(by=by)}, index
        takes = {(edge.event.value, edge.by.value, edge.variant) for edge in exploration.outgoing[index]}
        assert {(event, by, variant) for event, by, taken, _ in here["offered"] for variant in taken} == takes, index
        for event, by, taken, refused in here["offered"]:
            data = dict(payload_variants(MODEL, Event(event), case.facts))
            assert {*taken, *(variant for variant, _, _ in refused)} == set(data), index
            for variant, reasons, is_final in refused:
                with pytest.raises(Refused) as expected:
                    case.copy().trigger(Event(event), data[variant], by=Actor(by))
                assert reasons == shown_reasons(expected.value.blockers, lang), (index, variant)
                assert is_final == expected.value.is_final, (index, event, variant)
        assert here["state"] == case.state.words.of(lang)
        assert here["marked"] == [f"{lang}-state-{case.state}"]
        if case.request is not None:
            assert case.request.to.words.of(lang) in here["turn"]
            assert here["turn"].endswith(case.request.kind.words.of(lang))
        deadline = MODEL.states[case.state].deadline
        assert here["deadline"] == (f"{DEADLINE[lang]}{IN_WORDS[deadline][lang]}" if deadline else "")
        assert here["facts"] == facts_of(case, lang)


def facts_of(case: Case, lang: str) -> dict[str, str]:
    """The facts of a case as the page lists them."""
    facts = case.facts

    def of(term: Term | None, otherwise: Words) -> str:
        return (term.words if term else otherwise).of(lang)

    none = Words("无", "none")
    no_quote = Words("无；上一份被资方拒绝", "none; the last one was rejected") if facts.rejected_quote else none
    expected = {
        "goal": facts.goal.words.of(lang),
        "identity": of(facts.identity, Words("尚未核实", "not identified yet")),
        "quote": of(facts.quote_status, no_quote),
        "settlement": of(facts.settled, Words("尚无", "not settled")),
        "removal": (Words("已由客服取消", "removed by support") if facts.face_removed else Words("仍需要", "in place")).of(
            lang
        ),
        "face": attempts(facts.face_attempts, facts.face_limit, lang),
        "other": attempts(facts.other_attempts, facts.other_limit, lang),
    }
    if case.is_done:
        expected |= {
            "achieved": of(MODEL.achieved(case.state, facts), none),
            "unmet": of(MODEL.unmet(case.state, facts), none),
        }
    return expected


def attempts(used: int, limit: int, lang: str) -> str:
    return Words(f"已用 {used} 次，共 {limit} 次", f"{used} of {limit} used").of(lang)


@SIZES
@pytest.mark.parametrize("lang", page.LANGUAGES)
def test_every_configuration_names_the_librarys_reasons_for_every_other_event(
    shown: Page, exploration: Exploration, cases: tuple[Case, ...], lang: str, every: bool
) -> None:
    follow(shown, lang)
    indices = list(range(len(cases))) if every else samples(exploration)
    read, lists = read_json(shown, BLOCKED, indices)
    for index, views in zip(indices, read, strict=True):
        for by, number in zip((None, *Actor), views, strict=True):
            blocked = lists[number]
            reasons = cases[index].blocked_events(by=by)
            expected = {event.value: shown_reasons(why, lang) for event, why in reasons.items()}
            assert {event: reasons for event, reasons, _ in blocked} == expected, (index, by)
            assert len(blocked) == len(expected)


def test_every_reason_says_whether_the_event_may_still_become_possible(shown: Page, exploration: Exploration) -> None:
    indices = samples(exploration)[::3]
    read, lists = read_json(shown, BLOCKED, indices)
    for index, views in zip(indices, read, strict=True):
        reachable = exploration.reachable_from([index])
        possible = {(edge.event.value, edge.by) for source in reachable for edge in exploration.outgoing[source]}
        for by, number in zip((None, *Actor), views, strict=True):
            for event, _, later in lists[number]:
                assert later == any(event == other and by in (None, actor) for other, actor in possible), (index, event, by)


def link_of(goal: Goal, edges: list[Edge]) -> str:
    """The fragment of the link to a path."""
    parts = ["en", goal.value]
    for edge in edges:
        by = "" if len(MODEL.actors[edge.event]) == 1 else f"@{edge.by}"
        variant = "" if edge.variant == RIGHT else f"~{edge.variant.replace(': ', '=')}"
        parts.append(f"{edge.event}{by}{variant}")
    return "/".join(parts)


def paths_with_outages(exploration: Exploration, count: int) -> Iterator[tuple[str, Case]]:
    """Yield random paths into the middle of a verification after outages: the link, and a real case that took the path."""
    chance = random.Random(7)  # noqa: S311  # the same paths in every run
    verifying = {move.source for move in MODEL.transitions if move.event is Event.VERIFICATION_UNAVAILABLE}
    liked = [Event.VERIFICATION_UNAVAILABLE, *(move.event for move in MODEL.transitions if move.target in verifying)]
    decided = exploration.first(lambda found: found.state is State.VERIFICATION_CHOICE)
    assert decided is not None
    for _ in range(count):
        edges = list(exploration.path_to(decided))
        goal = exploration.goal_of(tuple(edges), decided)
        index, outages = decided, 0
        while outages < 2 or exploration.configurations[index].state not in verifying:
            outgoing = exploration.outgoing[index]
            failures = [edge for edge in outgoing if edge.event is Event.FAIL_VERIFICATION]
            options = [edge for edge in outgoing if edge.event in liked] or failures
            if chance.random() < 0.25:
                options = failures or options
            edges.append(chance.choice(options))
            index = edges[-1].target
            outages += edges[-1].event is Event.VERIFICATION_UNAVAILABLE
            if exploration.configurations[index].state is State.SUPPORT_NEEDED:
                break
        case = replay_path(exploration, tuple(edges), Case(goal=goal, account=ACCOUNT, order=ORDER))
        yield link_of(goal, edges), case


REFUSED_ON_PATHS = """async (links) => {
  const seen = [];
  for (const link of links) {
    const changed = new Promise((done) => addEventListener("hashchange", done, { once: true }));
    location.hash = link;
    await changed;
    const steps = document.querySelectorAll("#steps li").length;
    const refused = [...document.querySelectorAll("#offered button[data-refused]")].map((button) => {
      button.click();
      const item = button.closest("li");
      const lines = [...item.querySelectorAll(".refusal .reasons li")];
      const reasons = lines.map((line) => [line.dataset.code, line.textContent.trim()]);
      const isFinal = "final" in item.querySelector(".refusal").dataset;
      return [item.dataset.event, item.dataset.by, button.dataset.variant, reasons, isFinal];
    });
    seen.push([steps, refused]);
  }
  return seen;
}"""


def test_after_outages_refusals_name_the_attempts_that_the_library_names_on_the_same_path(
    shown: Page, exploration: Exploration
) -> None:
    paths = dict(paths_with_outages(exploration, 60))
    read = read_json(shown, REFUSED_ON_PATHS, list(paths))
    later = 0
    for (link, case), (steps, refused) in zip(paths.items(), read, strict=True):
        assert steps == case.version, link
        for event, by, variant, reasons, is_final in refused:
            data = payload_for(MODEL, Event(event), variant, case.facts)
            with pytest.raises(Refused) as expected:
                case.copy().trigger(Event(event), data, by=Actor(by))
            assert reasons == shown_reasons(expected.value.blockers, "en"), (link, event, variant)
            assert is_final == expected.value.is_final, (link, event, variant)
            counted = case.facts.face_attempts + case.facts.other_attempts
            later += "attempt" in data and data["attempt"] > counted + 1
    assert later > 50, "paths whose attempts were given back should be among them"
