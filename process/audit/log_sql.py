"""The SQL that reads a log's rows as events, and counts their variants, for DuckDB, PostgreSQL and Spark.

Times become microseconds since 1970; references become places (``trace``); entries of one time are put into an order of
their own content, so that the order of the rows never counts where ``ties`` is ``free``.
"""

from __future__ import annotations

from collections.abc import Container
from typing import Final

from process.audit.dialects import PRINTED, Dialect
from process.audit.mapping_file import ByColumn, Mapping
from process.audit.trace import FIELDS
from process.model import MODEL, Actor, Event, Goal, Kind

PROBLEM_MARK: Final = "!"
"""A warehouse's rows that begin so are no traces: they count what can't be judged, as ``!no_case``."""
SEVERAL_GOALS, UNREADABLE, NO_CASE, NO_TIME, NO_EVENT, UNKNOWN_EVENT = (
    f"{PROBLEM_MARK}{code}" for code in ("several_goals", "unreadable", "no_case", "no_time", "no_event", "unknown_event")
)


def events_query(
    mapping: Mapping, columns: tuple[str, ...], table: str, sql: Dialect, instants: Container[str] = ()
) -> str:
    """Return the query for one row an event, in the model's terms.

    Args:
        columns: the columns that the table has.
        table: the table or query that holds the log.
        instants: the columns of the audit's own table that are points in time, and no texts.
    """
    roles = {role: _joined_columns(mapping.columns_of(role), columns, sql) for role in (*FIELDS, *_OTHER_ROLES)}
    row, cast = sql.column("_row"), "try_cast" if sql.is_own else "cast"
    tie = {"free": "0", "rows": row}.get(mapping.ties) or f"{cast}({sql.column(mapping.ties)} as bigint)"
    at_name = mapping.columns_of("at")[0]
    at = sql.column(at_name) if at_name in columns else "null"
    flags = {
        "account_ok": _flag(roles["account"], roles["buyer"]),
        "order_ok": _flag(roles["order"], roles["case_order"]),
        "consent_ok": "null"
        if roles["consent"] is None
        else f"case when {_present(roles['consent'])} then '1' else '0' end",
    }
    selected = {
        "case_id": _trimmed(roles["case"]),
        "at_us": f"epoch_us({at})" if at_name in instants else sql.microseconds(at, mapping.zone),
        "tie": tie,
        **({"row_number": row} if sql.is_own else {}),
        "event": _event(mapping, roles["event"], sql),
        "raised_by": _named({name: actor.value for name, actor in mapping.by.items()}, Actor, roles["by"], sql),
        "goal": _named({name: goal.value for name, goal in mapping.goals.items()}, Goal, roles["goal"], sql),
        "quote": _trimmed(roles["quote"]),
        "fee": _whole(roles["fee"]),
        "currency": _trimmed(roles["currency"]),
        "attempt": _whole(roles["attempt"]),
        **flags,
        "event_id": _trimmed(roles["id"]),
    }
    if not sql.is_own:
        selected["unknown"] = _unknown(mapping, roles["event"], sql)
        selected["nameless"] = f"coalesce(trim({roles['event']}), '') = ''"
    return f"select {', '.join(f'{value} as {name}' for name, value in selected.items())}\nfrom {table}"


_OTHER_ROLES: Final = ("case", "at", "goal", "quote", "fee", "currency", "buyer", "case_order", "id")


def variants_query(events: str, sql: Dialect) -> str:
    """Return the query for the trace of each case, from a table or query of events in the model's terms.

    The result has ``case_id``, ``trace``, ``goals`` (how many its rows name, at most 2), ``begin_us`` and ``end_us``.
    DuckDB works on lists, which is much faster than windows are.
    """
    named = f"""select case_id, goal, at_us, tie, {_entry(sql)} as entry,
        {_only("quote", "quote", sql)} as quote_name, {OFFER} as offer_name
    from ({events}) events
    where event is not null and case_id is not null and at_us is not null"""
    return _by_lists(named, sql) if sql.name == "duckdb" else _by_windows(named, sql)


FEE, ATTEMPT = "(0|[1-9][0-9]{0,15})", "[1-9][0-9]{0,8}"
"""The texts that can be a fee, and the number of an attempt."""
OFFER: Final = "case when event = 'quote_consequences' then fee || ' ' || coalesce(currency, '') end"
REFERENCES: Final = (  # few entries have any, so both stand in one text, which is cut up at the end
    "case when quote_name is null and offer_name is null then '' else concat(quote_name, chr(31), offer_name) end"
)


def _by_lists(named: str, sql: Dialect) -> str:
    def place(names: str, number: int) -> str:
        name = f"split_part(x.r, chr(31), {number})"
        return f"case when {name} = '' then '' else cast(list_position({names}, {name}) as {sql.text}) end"

    both = f"case when x.r = '' then '|' else concat({place('quotes', 1)}, '|', {place('offers', 2)}) end"
    tied = "i > 1 and times[i - 1] = x.a and ties[i - 1] = x.t"
    entry = f"concat(x.e, '|', {both}, case when {tied} then '|1' else '|' end)"
    return f"""with cases as (
    select case_id, min(goal) as goal, max(goal) as other_goal,
        list_sort(list({{'a': at_us, 't': tie, 'e': entry, 'r': {REFERENCES}}})) as sorted
    from ({named}) named group by case_id
), listed as (
    select *, list_transform(sorted, lambda x: x.a) as times, list_transform(sorted, lambda x: x.t) as ties,
        list_transform(sorted, lambda x: split_part(x.r, chr(31), 1)) as quotes,
        list_transform(sorted, lambda x: split_part(x.r, chr(31), 2)) as offers,
        case when goal is null then 0 when goal = other_goal then 1 else 2 end as goals
    from cases
)
select case_id,
    case when goals = 1 then goal else '' end || ':'
        || array_to_string(list_transform(sorted, lambda x, i: {entry}), ';') as trace,
    goals, times[1] as begin_us, times[-1] as end_us
from listed"""


def _by_windows(named: str, sql: Dialect) -> str:
    names = (sql.binary(f"coalesce({name}, '')") for name in ("quote_name", "offer_name"))
    order = f"at_us, tie, {sql.binary('entry')}, {', '.join(names)}"

    def place(name: str) -> str:
        first = f"min(place) over (partition by case_id, {name})"
        return f"case when {name} is null then '' else cast({first} as {sql.text}) end"

    parts = ("entry", "quote_place", "offer_place", "case when before_us = at_us and before_tie = tie then '1' else '' end")
    return f"""with named as (
{named}
), ordered as (
    select *, row_number() over (partition by case_id order by {order}) as place,
        lag(at_us) over (partition by case_id order by {order}) as before_us,
        lag(tie) over (partition by case_id order by {order}) as before_tie
    from named
), placed as (
    select *, {place("quote_name")} as quote_place, {place("offer_name")} as offer_place from ordered
)
select case_id, case when count(distinct goal) = 1 then min(goal) else '' end || ':'
        || {sql.joined(" || '|' || ".join(parts), "place")} as trace,
    count(distinct goal) as goals, min(at_us) as begin_us, max(at_us) as end_us
from placed
group by case_id"""


def _entry(sql: Dialect) -> str:
    """Return the expression of an entry's text but for its references and the mark of a tie."""
    attempt = _only("attempt", "attempt", sql)
    wrong_fee = f"event = 'quote_consequences' and fee is not null and not {sql.matches('fee', FEE)}"
    wrong_attempt = f"{attempt} is not null and not {sql.matches('attempt', ATTEMPT)}"
    parts = (
        "event",
        "coalesce(raised_by, '')",
        f"coalesce(case when not ({wrong_attempt}) then {attempt} end, '')",
        f"coalesce({_only('account', 'account_ok', sql)}, '')",
        f"coalesce({_only('order', 'order_ok', sql)}, '')",
        f"coalesce({_only('consent', 'consent_ok', sql)}, '')",
        f"case when {wrong_fee} then 'fee' when {wrong_attempt} then 'attempt' else '' end",
    )
    return f"concat_ws('|', {', '.join(parts)})"


def _only(field: str, expression: str, sql: Dialect) -> str:
    """Return the expression for the events that carry the field, and null for all others."""
    return f"case when {sql.is_among('event', (event.value for event in events_with(field)))} then {expression} end"


def counted_query(mapping: Mapping, columns: tuple[str, ...], table: str, name: str) -> str:
    """Return the query that a warehouse runs: each variant with the number of its cases, most frequent first.

    Rows that can't be judged are counted, too, under traces that begin with PROBLEM_MARK.
    """
    sql = PRINTED[name]
    unique = "select * from given"
    if all(column in columns for column in mapping.columns_of("id")):
        copies = "row_number() over (partition by case_id, raised_by, event_id order by at_us, event) as copy"
        unique = f"select * from (select *, {copies} from given) copies where event_id is null or copy = 1"
    unknown = f"concat({sql.literal(UNKNOWN_EVENT + ' ')}, unknown)"
    return f"""with given as (
{events_query(mapping, columns, table, sql)}
), unique_events as (
{unique}
), unreadable as (
    select distinct case_id from unique_events where event is not null and at_us is null and case_id is not null
), traces as (
{variants_query("select * from unique_events", sql)}
), judged as (
    select t.case_id,
        case when goals > 1 then '{SEVERAL_GOALS}' when u.case_id is not null then '{UNREADABLE}' else trace end as trace
    from traces t left join unreadable u on u.case_id = t.case_id
)
select trace, count(*) as cases, min(case_id) as example from judged group by trace
union all
select '{NO_CASE}', count(*), '' from unique_events where event is not null and case_id is null having count(*) > 0
union all
select '{NO_TIME}', count(*), '' from unique_events where event is not null and at_us is null having count(*) > 0
union all
select '{NO_EVENT}', count(*), '' from given where nameless having count(*) > 0
union all
select {unknown}, count(*), min(case_id) from given where unknown is not null group by unknown
order by 2 desc, 1"""


def events_with(field: str) -> tuple[Event, ...]:
    """Return the events that carry the field."""
    wanted = {"fee": Kind.MONEY, "attempt": Kind.ATTEMPT, "consent": Kind.CONSENT}.get(field)
    return tuple(
        event for event, fields in MODEL.events.items() if (wanted in fields.values() if wanted else field in fields)
    )


def _joined_columns(names: tuple[str, ...], columns: tuple[str, ...], sql: Dialect) -> str | None:
    """Return the expression of a role as text; several columns are joined; None where the log lacks one of them."""
    if not all(name in columns for name in names):
        return None
    parts = [f"cast({sql.column(name)} as {sql.text})" for name in names]
    return parts[0] if len(parts) == 1 else "(" + " || '/' || ".join(parts) + ")"


def _trimmed(expression: str | None) -> str:
    """Return a text without spaces around it, and null for an empty one. Few texts have any, and to trim is slow."""
    if expression is None:
        return "null"
    untidy = f"{expression} like ' %' or {expression} like '% ' or {expression} = ''"
    return f"case when {untidy} then nullif(trim({expression}), '') else {expression} end"


def _whole(expression: str | None) -> str:
    """Return a number as text; whole numbers also where a program wrote them with a fraction of zero."""
    return "null" if expression is None else f"regexp_replace({_trimmed(expression)}, '[.]0+$', '')"


def _present(expression: str) -> str:
    return f"nullif(trim({expression}), '') is not null"


def _flag(given: str | None, right: str | None) -> str:
    if given is None or right is None:
        return "null"
    same = f"{given} = {right} and {given} <> ''"  # most rows that have both; the rest is costly
    differ = f"{_present(given)} and {_present(right)}"
    return f"case when {given} is null then null when {same} then '1' when {differ} then '0' end"


def _named(names: dict[str, str], kind: type[Actor] | type[Goal], expression: str | None, sql: Dialect) -> str:
    """Return the expression of an actor or goal under the model's name; names of the model may be written in any case."""
    if expression is None:
        return "null"
    arms = "".join(f" when {expression} = {sql.literal(name)} then {sql.literal(value)}" for name, value in names.items())
    members = [member.value for member in kind if member.value not in names]
    tidy = f" when {sql.is_among(expression, members)} then {expression}" if members else ""
    return f"case{arms}{tidy} else lower(nullif(trim({expression}), '')) end"


def _event(mapping: Mapping, expression: str | None, sql: Dialect) -> str:
    names = mapping.event_names()
    same = [name for name, event in names.items() if isinstance(event, Event) and event.value == name]
    arms = [f"when {sql.is_among(str(expression), same)} then {expression}"] if same else []
    for name, event in names.items():
        if name in same:
            continue
        condition = f"when {expression} = {sql.literal(name)} then "
        if isinstance(event, ByColumn):
            inner = " ".join(
                f"when cast({sql.column(event.column)} as {sql.text}) = {sql.literal(value)} then {sql.literal(each.value)}"
                for value, each in event.events.items()
                if each is not None
            )
            arms.append(f"{condition}case {inner} end" if inner else f"{condition}null")
        elif event is not None:
            arms.append(condition + sql.literal(event.value))
    return f"case {' '.join(arms)} end"


def _unknown(mapping: Mapping, expression: str | None, sql: Dialect) -> str:
    """Return the expression that is the event's name where the mapping does not know it, else null."""
    arms = []
    for name, event in mapping.event_names().items():
        condition = f"when {expression} = {sql.literal(name)}"
        if isinstance(event, ByColumn):
            value = f"cast({sql.column(event.column)} as {sql.text})"
            condition += f" and {value} in ({', '.join(map(sql.literal, event.events))})"
        arms.append(f"{condition} then null")
    return f"case when {_present(str(expression))} then case {' '.join(arms)} else {expression} end end"
