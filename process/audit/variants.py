"""The one SQL query that turns a log's rows into variants, for DuckDB, PostgreSQL and Spark.

Times become microseconds since 1970; references become places (``trace``); entries of one time are put into an order of
their own content, so that the order of the rows never counts where ``ties`` is ``free``.
"""

from __future__ import annotations

from typing import Final

from process.audit.dialects import PRINTED, Dialect
from process.audit.mapping import ByColumn, Mapping
from process.audit.trace import FIELDS
from process.model import MODEL, Event, Kind

TOLD: Final = "!"
"""A warehouse's rows that begin so are no traces: they count what can't be judged, as ``!no_case``."""
SEVERAL_GOALS, UNREADABLE, NO_CASE, NO_TIME, UNKNOWN_EVENT = (
    f"{TOLD}{code}" for code in ("several_goals", "unreadable", "no_case", "no_time", "unknown_event")
)


def events_query(mapping: Mapping, columns: tuple[str, ...], table: str, sql: Dialect) -> str:
    """Return the query for one row an event, in the model's terms.

    Args:
        columns: the columns that the table has.
        table: the table or query that holds the log.
    """
    roles = {role: _joined_columns(mapping.columns_of(role), columns, sql) for role in (*FIELDS, *_OTHER_ROLES)}
    row = sql.column("_row") if sql.is_own else "0"
    cast = "try_cast" if sql.is_own else "cast"
    tie = {"free": "0", "rows": row}.get(mapping.ties) or f"{cast}({sql.column(mapping.ties)} as bigint)"
    flags = {
        "account_ok": _flag(roles["account"], roles["buyer"]),
        "order_ok": _flag(roles["order"], roles["case_order"]),
        "consent_ok": "null"
        if roles["consent"] is None
        else f"case when {_present(roles['consent'])} then '1' else '0' end",
    }
    selected = {
        "case_id": _trimmed(roles["case"]),
        "at_us": sql.microseconds(_raw(mapping.columns_of("at"), columns, sql), mapping.zone),
        "tie": tie,
        "row_number": row,
        "event": _event(mapping, roles["event"], sql),
        "raised_by": _named({name: actor.value for name, actor in mapping.by.items()}, roles["by"], sql),
        "goal": _named({name: goal.value for name, goal in mapping.goals.items()}, roles["goal"], sql),
        "quote": _trimmed(roles["quote"]),
        "fee": _whole(roles["fee"]),
        "currency": _trimmed(roles["currency"]),
        "attempt": _whole(roles["attempt"]),
        **flags,
        "event_id": _trimmed(roles["id"]),
    }
    if not sql.is_own:
        selected["unknown"] = _unknown(mapping, roles["event"], sql)
    return f"select {', '.join(f'{value} as {name}' for name, value in selected.items())}\nfrom {table}"


_OTHER_ROLES: Final = ("case", "at", "goal", "quote", "fee", "currency", "buyer", "case_order", "id")


def variants_query(events: str, sql: Dialect, bucket: tuple[int, int] | None = None) -> str:
    """Return the query for the trace of each case, from a table or query of events in the model's terms.

    The result has ``case_id``, ``trace``, ``goals`` (how many goals the case's rows name), ``begin_us`` and ``end_us``;
    in the audit's own dialect also ``times``, the time of each entry. Only there a bucket may be asked for.
    """
    carries = {kind: _events_with(kind) for kind in ("quote", "fee", "attempt", "account", "order", "consent")}

    def only(field: str, expression: str) -> str:
        names = ", ".join(sql.literal(event.value) for event in carries[field])
        return f"case when event in ({names}) then {expression} end"

    number = "(0|[1-9][0-9]{0,15})"
    wrong_fee = f"event = 'quote_consequences' and fee is not null and not {sql.matches('fee', number)}"
    wrong_attempt = f"{only('attempt', 'attempt')} is not null and not {sql.matches('attempt', '[1-9][0-9]{0,8}')}"
    entry = " || '|' || ".join(
        (
            "event",
            "coalesce(raised_by, '')",
            f"coalesce(cast(quote_place as {sql.text}), '')",
            f"coalesce(cast(offer_place as {sql.text}), '')",
            f"coalesce(case when not ({wrong_attempt}) then {only('attempt', 'attempt')} end, '')",
            f"coalesce({only('account', 'account_ok')}, '')",
            f"coalesce({only('order', 'order_ok')}, '')",
            f"coalesce({only('consent', 'consent_ok')}, '')",
            f"case when {wrong_fee} then 'fee' when {wrong_attempt} then 'attempt' else '' end",
            "case when tied then '1' else '' end",
        )
    )
    number_of_case = "cast(md5_number_lower(case_id) % 1000003 as bigint)"
    chosen = "" if bucket is None else f" and {number_of_case} % {bucket[1]} = {bucket[0] - 1}"
    order = f"at_us, tie, {sql.ordered(_STRUCTURE)}, {sql.ordered(_REFERENCES)}, row_number"
    times = ", list(at_us order by place) as times" if sql.is_own else ""
    return f"""with named as (
    select *, {only("quote", "quote")} as named_quote,
        case when event = 'quote_consequences' then fee || ' ' || coalesce(currency, '') end as named_offer,
        row_number() over (partition by case_id order by {order}) as place,
        lag(at_us) over (partition by case_id order by {order}) as before_us,
        lag(tie) over (partition by case_id order by {order}) as before_tie
    from ({events}) events
    where event is not null and case_id is not null and at_us is not null{chosen}
), quotes as (
    select case_id, named_quote, dense_rank() over (partition by case_id order by min(place)) as quote_place
    from named where named_quote is not null group by case_id, named_quote
), offers as (
    select case_id, named_offer, dense_rank() over (partition by case_id order by min(place)) as offer_place
    from named where named_offer is not null group by case_id, named_offer
), placed as (
    select n.*, quote_place, offer_place, before_us = at_us and before_tie = tie as tied
    from named n
    left join quotes q on q.case_id = n.case_id and q.named_quote = n.named_quote
    left join offers o on o.case_id = n.case_id and o.named_offer = n.named_offer
)
select case_id,
    case when count(distinct goal) = 1 then min(goal) else '' end || ':' || {sql.joined(f"({entry})", "place")} as trace,
    count(distinct goal) as goals, min(at_us) as begin_us, max(at_us) as end_us{times}
from placed
group by case_id"""


_STRUCTURE: Final = ("event", "raised_by", "attempt", "account_ok", "order_ok", "consent_ok")
_REFERENCES: Final = ("quote", "fee", "currency")


def counted_query(mapping: Mapping, columns: tuple[str, ...], table: str, name: str) -> str:
    """Return the query that a warehouse runs: each variant with the number of its cases, most frequent first.

    Rows that can't be judged are counted, too, under traces that begin with TOLD.
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
select {unknown}, count(*), min(case_id) from given where unknown is not null group by unknown
order by 2 desc, 1"""


def _events_with(field: str) -> tuple[Event, ...]:
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


def _raw(names: tuple[str, ...], columns: tuple[str, ...], sql: Dialect) -> str:
    return sql.column(names[0]) if names[0] in columns else "null"


def _trimmed(expression: str | None) -> str:
    return "null" if expression is None else f"nullif(trim({expression}), '')"


def _whole(expression: str | None) -> str:
    """Return a number as text; whole numbers also where a program wrote them with a fraction of zero."""
    return "null" if expression is None else f"regexp_replace({_trimmed(expression)}, '[.]0+$', '')"


def _present(expression: str) -> str:
    return f"nullif(trim({expression}), '') is not null"


def _flag(given: str | None, right: str | None) -> str:
    if given is None or right is None:
        return "null"
    return f"case when {_present(given)} and {_present(right)} then case when {given} = {right} then '1' else '0' end end"


def _named(names: dict[str, str], expression: str | None, sql: Dialect) -> str:
    if expression is None:
        return "null"
    known = {**names}
    if not known:
        return f"lower(nullif(trim({expression}), ''))"
    arms = " ".join(f"when {expression} = {sql.literal(name)} then {sql.literal(value)}" for name, value in known.items())
    return f"case {arms} else lower(nullif(trim({expression}), '')) end"


def _event(mapping: Mapping, expression: str | None, sql: Dialect) -> str:
    names = mapping.event_names()
    same = [name for name, event in names.items() if isinstance(event, Event) and event.value == name]
    arms = [f"when {expression} in ({', '.join(map(sql.literal, same))}) then {expression}"] if same else []
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
    return f"case {' '.join(arms)} else {expression} end"
