"""The cases of a log by keys of integers: two cases have one key exactly if they have one trace.

Texts are costly, and a log has far fewer variants than cases. So an entry becomes a number and a case the list of its
numbers; only each distinct key becomes a trace's text, the same that the query of ``log_sql`` gives.
"""

from __future__ import annotations

from enum import StrEnum
from functools import cache
from operator import itemgetter
from typing import Final

import duckdb

from process.audit.bulk_insert import insert_columns
from process.audit.dialects import OWN
from process.audit.log_sql import ATTEMPT, FEE, OFFER, events_with
from process.audit.progress import Progress, Stage, watched
from process.audit.trace import Entry
from process.model import Actor, Event, Goal

LONGEST: Final = 10_000  # entries of a case; one that has more is no case
PLACES: Final = 2 * LONGEST
"""A quote's place and an offer's are one number: the first times this, and the second."""
ENTRY_BITS: Final = 60
"""The bits of an entry's number; above them stands its time."""
TIED: Final = 1
"""The lowest bit of an entry's number is set if it has the time of the one before it."""
EVENT_BITS, BY_BITS, FLAG_BITS = 8, 4, 2
"""The next bits, in this order: event, actor, the flags of DETAILS, and the number of the attempt, of nine digits."""
EVENTS, ACTORS, GOALS = tuple(Event), tuple(Actor), tuple(Goal)
WORDS: Final = range(3)
"""Each id sets one bit in each of so many words of 64; as many bits as ids in one of them, and no id is there twice."""
DETAILS: Final = {
    "account": "1 + cast(account_ok as bigint)",
    "order": "1 + cast(order_ok as bigint)",
    "consent": "1 + cast(consent_ok as bigint)",
    "fee": f"case when not {OWN.matches('fee', FEE)} then 1 end",
    "attempt": f"case when {OWN.matches('attempt', ATTEMPT)} then {1 << FLAG_BITS} * cast(attempt as bigint)"
    " when attempt is not null then 1 end",
}
"""The numbers of what else decides, by the field that an event must have."""


def make_keys(conn: duckdb.DuckDBPyConnection, chosen: str, is_free: bool, progress: Progress) -> None:
    """Make the table ``keyed`` of ``events``: the key of each case, and the times of its entries.

    ``ids`` counts its ids, and ``is_doubtful`` is false only if each is there once.

    Args:
        chosen: the condition that a case is audited.
        is_free: no column orders the entries of one time.
    """
    conn.execute("set disabled_optimizers='filter_pushdown'")  # it would write the whole events into the conditions
    watched(conn, f"create or replace temp table keyed as {_keys_query(chosen, is_free)}", Stage.SORTING, progress)
    conn.execute("reset disabled_optimizers")


def make_cases(conn: duckdb.DuckDBPyConnection) -> None:
    """Make the tables ``cases`` and ``traces`` of ``keyed``, which is gone afterwards.

    A case has the number of its trace, none if it has more than LONGEST entries; ``goals``, how many goals its rows name,
    at most 2; ``begin_us`` and ``end_us``; and ``times``, the time of each entry.
    """
    conn.execute(
        "create or replace temp table keys as select row_number() over () as trace_number, goal, entries, places"
        f" from keyed where len(times) <= {LONGEST} group by goal, entries, places"
    )
    found = conn.execute("select trace_number, goal, entries, places from keys").fetchall()
    traces = [(number, _trace_text(goal, entries, places)) for number, goal, entries, places in found]
    insert_columns(conn, "traces (trace_number bigint, trace varchar)", traces)
    conn.execute(
        "create or replace table cases as select case_id, trace_number, goals, times[1] as begin_us, times[-1] as end_us,"
        " times from keyed left join keys using (goal, entries, places)"
    )
    conn.execute("drop table keyed; drop table keys")


def _keys_query(chosen: str, is_free: bool) -> str:
    """Return the query for the key of each case: its goal, its entries as numbers, and the places of their references."""
    if is_free:  # one number sorts faster than three
        item, numbers = f"cast(at_us as hugeint) << {ENTRY_BITS} | entry", (1 << ENTRY_BITS) - 1
        at, number, moment = f"cast(x >> {ENTRY_BITS} as bigint)", f"cast(x & {numbers} as bigint)", f"(x >> {ENTRY_BITS})"
    else:
        item, at, number, moment = "{'a': at_us, 't': tie, 'e': entry}", "x.a", "x.e", "(x.a, x.t)"
    before = moment.replace("x", "sorted[i - 1]")

    def place(names: str, name: str) -> str:
        return f"case when {name} = '' then 0 else list_position({names}, {name}) end"

    quoting = f"event in ({', '.join(str(_event_number(event)) for event in events_with('quote'))})"
    return f"""with known as (
    select * exclude (event), {_place_among(EVENTS, "event")} as event, {_place_among(ACTORS, "raised_by")} as actor,
        {OFFER} as offer, {_place_among(GOALS, "goal")} as goal_number
    from events where event is not null and case_id is not null and at_us is not null and {chosen}
), numbered as (
    select case_id, at_us, tie, goal_number, {_entry_number()} as entry,
        case when {quoting} then coalesce(quote, '') end as quote, coalesce(offer, '') as offer,
        case when event_id is not null then hash(event_id) end as id
    from known
), sorted as (
    select case_id, min(nullif(goal_number, 0)) as first_goal, max(goal_number) as last_goal,
        list_sort(list({item})) as sorted,
        list_sort(list({{'i': {item}, 'q': quote, 'o': offer}}) filter (quote is not null)) as named,
        count(id) as ids, {", ".join(f"bit_or(1::ubigint << ((id >> {6 * word}) & 63)) as word_{word}" for word in WORDS)}
    from numbered group by case_id
), listed as (
    select *, list_transform(named, lambda x: x.q) as quotes, list_transform(named, lambda x: x.o) as offers,
        case when first_goal is null then 0 when first_goal = last_goal then 1 else 2 end as goals
    from sorted
)
select case_id, goals, case when goals = 1 then last_goal else 0 end as goal,
    list_transform(sorted, lambda x: {at}) as times,
    list_transform(sorted, lambda x, i: {number} + case when i > 1 and {before} = {moment} then {TIED} else 0 end)
        as entries,
    coalesce(list_transform(named, lambda x: {PLACES} * {place("quotes", "x.q")} + {place("offers", "x.o")}), []) as places,
    ids, {" and ".join(f"bit_count(word_{word}) < ids" for word in WORDS)} as is_doubtful
from listed"""


def _entry_number() -> str:
    """Return the expression of the number that stands for an entry, but for its references and its tie."""
    weight = 2 * TIED << EVENT_BITS << BY_BITS
    terms: dict[Event, list[str]] = {}
    for field, expression in DETAILS.items():
        for event in events_with(field):
            terms.setdefault(event, []).append(f"{weight} * coalesce({expression}, 0)")
        weight <<= FLAG_BITS
    details = " ".join(f"when {_event_number(event)} then {' + '.join(terms[event])}" for event in terms)
    return f"{2 * TIED} * event + {2 * TIED << EVENT_BITS} * actor + case event {details} else 0 end"


@cache
def _front(number: int) -> tuple[str, bool]:
    """Return the text of the entry with this number, but for references and tie, and whether it can have references."""
    parts = number // (2 * TIED)

    def take(bits: int) -> int:
        nonlocal parts
        parts, part = divmod(parts, 1 << bits)
        return part

    event, by = EVENTS[take(EVENT_BITS) - 1], take(BY_BITS)
    account, order, consent = ((None, False, True)[take(FLAG_BITS)] for _ in ("account", "order", "consent"))
    wrong = [name for name in ("fee", "attempt") if take(FLAG_BITS)]
    entry = Entry(event, ACTORS[by - 1] if by else None, None, None, parts or None, account, order, consent, tuple(wrong))
    return entry.text.removesuffix("|||"), event in events_with("quote")


def _trace_text(goal: int, numbers: list[int], places: list[int]) -> str:
    """Return a key as the text of its trace; entries of one time come in the order of their texts, as in ``log_sql``."""
    references = iter(places)
    moment, found = 0, []
    for number in numbers:
        front, has_references = _front(number & ~TIED)
        moment += not number & TIED
        found.append((moment, front, *divmod(next(references) if has_references else 0, PLACES)))
    found.sort(key=itemgetter(0, 1))  # entries of one text are in the order of their references already
    quotes, offers = {0: ""}, {0: ""}
    texts, before = [], 0
    for place, (moment, front, quote, offer) in enumerate(found, 1):
        named = f"{quotes.setdefault(quote, str(place))}|{offers.setdefault(offer, str(place))}"
        texts.append(f"{front}|{named}|{'1' if moment == before else ''}")
        before = moment
    return f"{GOALS[goal - 1].value if goal else ''}:{';'.join(texts)}"


def _event_number(event: Event) -> int:
    return EVENTS.index(event) + 1


def _place_among(members: tuple[StrEnum, ...], column: str) -> str:
    """Return the expression of a member's place among all, from 1; 0 for null."""
    names = ", ".join(OWN.literal(member.value) for member in members)
    return f"cast(coalesce(list_position([{names}], {column}), 0) as bigint)"
