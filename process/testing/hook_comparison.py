"""Compares what the optional methods of an adapter show with the model's own case."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Mapping
from typing import Any

from process.case import Case
from process.model import Actor, Event, RequestKind, Term, Words
from process.records import Request, Step
from process.testing.backend import Connection
from process.testing.scenario import Exchange, value_text
from process.value_checks import short_repr


class HookComparison:
    """Compares the hooks for one case.

    Args:
        connection: the adapter, which has the case selected.
        case: the model's case.
        without: the events that the back end does not have.
        facts_shown: takes the names of the facts that the adapter shows.
    """

    def __init__(
        self, connection: Connection, case: Case, without: Collection[Event], facts_shown: dict[str, None]
    ) -> None:
        self.connection, self.case, self.without, self.facts_shown = connection, case, without, facts_shown
        self.keys: dict[str, object] = {}
        self.sent: Counter[str] = Counter()
        self.last_key: str | None = None

    def difference(self, refused: Exchange | None) -> tuple[Words, Words] | None:
        """The first difference in what the hooks show; *refused*: the exchange, if both have refused it."""
        comparers: Mapping[str, Callable[[Any], tuple[Words, Words] | None]] = {
            "facts": self._facts,
            "awaits": self._awaits,
            "allowed": self._allowed,
            "request": self._request,
            "requests": self._requests,
        }
        hooks = self.connection.hooks
        if not hooks:
            return None
        if refused is not None and not isinstance(refused.answer, Step) and "blockers" in hooks:
            model, theirs = {each.code for each in refused.answer.blockers}, set(self.connection.call("blockers"))
            if model != theirs:
                return _codes_words(model), _codes_words(theirs)
        for name, compare in comparers.items():
            if name in hooks and (found := compare(self.connection.call(name))):
                return found
        return None

    def _facts(self, theirs: Mapping[str, object]) -> tuple[Words, Words] | None:
        known = self.case.facts._asdict()
        _only_known("facts", theirs, known)
        self.facts_shown.update(dict.fromkeys(theirs))
        other = [name for name, value in theirs.items() if value != known[name]]
        if not other:
            return None
        return _kept({name: known[name] for name in other}), _kept({name: theirs[name] for name in other})

    def _awaits(self, theirs: object) -> tuple[Words, Words] | None:
        return None if theirs == self.case.awaits else (_waits_for(self.case.awaits), _waits_for(theirs))

    def _allowed(self, theirs: Any) -> tuple[Words, Words] | None:
        by_actor = {Actor(by): events for by, events in theirs.items()} if isinstance(theirs, Mapping) else {None: theirs}
        for by, events in by_actor.items():
            model = {each for each in self.case.allowed_events(by=by) if each not in self.without}
            found = {Event(each) for each in events}
            if model != found:
                return _allows(by, model - found, found - model, "model"), _allows(
                    by, model - found, found - model, "backend"
                )
        return None

    def _request(self, theirs: Any) -> tuple[Words, Words] | None:
        model = self.case.request
        if model is None or theirs is None:
            return None if model is theirs else (_asks(model), _asks(theirs))
        known = model._asdict()
        named: dict[str, Any] = (
            {"kind": theirs}
            if isinstance(theirs, str)
            else dict(theirs._asdict() if isinstance(theirs, Request) else theirs)
        )
        _only_known("request", named, known)
        if "key" in named:  # which is the system's own: it need only stay and change when the model's does
            own = self.keys.setdefault(model.key, named["key"])
            used = [key for key, value in self.keys.items() if value == named["key"]]
            if own != named["key"] or len(used) > 1:
                stays, changes = (
                    Words("请求未变，编号不变", "the same request, under the same key"),
                    Words("新的请求，编号须不同", "a new request, under a key of its own"),
                )
                return (stays if own != named["key"] else changes), Words(
                    f"编号 {value_text(named['key'])}", f"key {value_text(named['key'])}"
                )
        payload: Mapping[str, Any] = named.pop("payload", None) or {}
        _only_known("request", payload, model.payload)
        other = {name: value for name, value in named.items() if name != "key" and value != known[name]}
        other |= {name: value for name, value in payload.items() if value != model.payload[name]}
        if not other:
            return None
        return _asks({name: known.get(name, model.payload.get(name)) for name in other}), _asks(other)

    def _requests(self, theirs: Mapping[str, int]) -> tuple[Words, Words] | None:
        named = {RequestKind(kind): number for kind, number in theirs.items()}
        self._count_request()
        other = {kind: number for kind, number in named.items() if number != self.sent[kind]}
        return (_sent({kind: self.sent[kind] for kind in other}), _sent(other)) if other else None

    def _count_request(self) -> None:
        request = self.case.request
        if request is not None and request.key != self.last_key:
            self.last_key = request.key
            self.sent[request.kind] += 1


def _only_known(hook: str, theirs: Mapping[str, object], known: Mapping[str, object]) -> None:
    unknown = [name for name in theirs if name not in known]
    if unknown:
        raise ValueError(f"{hook}() names {short_repr(unknown[0])}; the process has {', '.join(known)}")


def _codes_words(codes: Collection[str]) -> Words:
    listed = ", ".join(sorted(codes)) or "-"
    return Words(f"拒绝，原因：{listed}", f"refused, for these reasons: {listed}")


def _kept(facts: Mapping[str, Any]) -> Words:
    listed = _shown_values(facts)
    return Words(f"记录为 {listed}", f"has {listed}")


def _shown_values(values: Mapping[str, Any]) -> str:
    return ", ".join(
        f"{name}={value_text(value) if isinstance(value, Term) else short_repr(value)}" for name, value in values.items()
    )


def _waits_for(actor: object) -> Words:
    if actor is None:
        return Words("不等待任何一方", "waits for nobody")
    try:
        return Words(f"等待{Actor(actor).words.zh}", f"waits for the {Actor(actor).words.en}")  # type: ignore[arg-type]
    except ValueError:
        return Words(
            f"等待未知的一方 {short_repr(actor)}", f"waits for {short_repr(actor)}, which is no actor of the process"
        )


def _allows(by: Actor | None, missing: Collection[Event], more: Collection[Event], side: str) -> Words:
    only = sorted(missing if side == "model" else more)
    who = Words(f"{by.words.zh}", f" to the {by.words.en}") if by else Words("", "")
    zh = "、".join(event.words.zh for event in only)
    en = ", ".join(event.words.en for event in only)
    if not only:
        return Words("不允许这些事件", f"does not allow{who.en} the events that the other side allows")
    return Words(f"{who.zh}还允许：{zh}", f"also allows{who.en}: {en}")


def _asks(request: object) -> Words:
    if request is None:
        return Words("没有请求", "has no open request")
    fields = (
        request
        if isinstance(request, Mapping)
        else request._asdict()
        if isinstance(request, Request)
        else {"kind": request}
    )
    listed = _shown_values({name: value for name, value in fields.items() if name != "payload"})
    return Words(f"请求 {listed}", f"requests {listed}")


def _sent(counts: Mapping[RequestKind, int]) -> Words:
    zh = "、".join(f"{kind.words.zh} {number} 次" for kind, number in counts.items())
    en = ", ".join(f"{kind.words.en}: {number} times" for kind, number in counts.items())
    return Words(f"已发请求：{zh}", f"has sent these requests: {en}")
