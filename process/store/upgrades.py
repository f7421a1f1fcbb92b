"""Tables that an earlier release made, brought up to today's.

What is new since the first release: columns by which cases are found and claim their order, ``who`` in steps and refusals,
and an event's id that belongs to its sender.
"""

from __future__ import annotations

from typing import Any, Final

from sqlalchemy import Connection, Table, inspect, select, text, update
from sqlalchemy.schema import CreateColumn, CreateIndex

from process.exceptions import SnapshotInvalid
from process.store import claims, rows
from process.store.host_transaction import demand_writing
from process.store.tables import cases, refusals, steps

NEW: Final = ("opened_at", "moved_at", "quote", *claims.CLAIMS)
_OLD_INDEXES: Final = ("open_order", "awaits", "due")
BATCH: Final = 500


def is_of_earlier_release(conn: Connection) -> bool:
    """Return True if the tables are there and lack something of today's."""
    there = inspect(conn)
    return there.has_table(cases.name) and not {column["name"] for column in there.get_columns(cases.name)} >= {*NEW}


def upgrade(conn: Connection) -> bool:
    """Bring the tables of an earlier release up to date, with their contents; False where there was nothing to do.

    Call it once, in a transaction that nothing else writes beside: ``with engine.begin() as conn: store.upgrade(conn)``, or
    in a script of Alembic's ``store.upgrade(op.get_bind())``. Every case keeps its snapshot and steps as they are. Where
    two cases of one order have cancelled its plan, which the first release let happen, one of them gets the claim. An open
    case whose plan another one has cancelled gets none: ``handle`` raises AlreadyDone where it would cancel it again.

    Raises:
        NoTransaction, ReadOnly: as for ``handle``.
    """
    demand_writing(conn)
    if not is_of_earlier_release(conn):
        return False
    for name in _OLD_INDEXES:
        conn.execute(text(f"DROP INDEX IF EXISTS cancellation_case_{name}"))
    for name in NEW:
        _add_column(conn, cases.c[name])
    if conn.dialect.name == "sqlite":  # which can't change a key of a table
        for table in (steps, refusals):
            _rebuild(conn, table)
    else:
        _change_keys(conn)
    _fill(conn)
    there = {index["name"] for table in (cases, steps) for index in inspect(conn).get_indexes(table.name)}
    for index in sorted((*cases.indexes, *steps.indexes), key=lambda index: str(index.name)):
        if index.name not in there:
            conn.execute(CreateIndex(index))
    return True


def _add_column(conn: Connection, column: Any) -> None:
    words = CreateColumn(column).compile(dialect=conn.dialect)
    conn.execute(text(f"ALTER TABLE {column.table.name} ADD COLUMN {words}"))


def _change_keys(conn: Connection) -> None:
    for table in (steps, refusals):
        _add_column(conn, table.c.who)
    for statement in (
        "ALTER TABLE cancellation_step DROP CONSTRAINT cancellation_step_event_id",
        "ALTER TABLE cancellation_step ADD CONSTRAINT cancellation_step_of_sender UNIQUE (case_id, by, event_id)",
        "UPDATE cancellation_refusal SET by = '' WHERE by IS NULL",
        "ALTER TABLE cancellation_refusal DROP CONSTRAINT cancellation_refusal_pkey",
        "ALTER TABLE cancellation_refusal ADD PRIMARY KEY (case_id, by, event_id)",
    ):
        conn.execute(text(statement))


def _rebuild(conn: Connection, table: Table) -> None:
    old = f"{table.name}_of_earlier_release"
    conn.execute(text(f"ALTER TABLE {table.name} RENAME TO {old}"))
    for index in inspect(conn).get_indexes(old):
        conn.execute(text(f"DROP INDEX {index['name']}"))
    table.create(conn)
    columns = [f'"{column.name}"' for column in table.c if column.name != "who"]
    values = ["coalesce(\"by\", '')" if name == '"by"' else name for name in columns]
    conn.execute(text(f"INSERT INTO {table.name} ({', '.join(columns)}) SELECT {', '.join(values)} FROM {old}"))  # noqa: S608
    conn.execute(text(f"DROP TABLE {old}"))


def _fill(conn: Connection) -> None:
    """The new columns of every case; claims go to those that have achieved something before those that may yet."""
    claimed: dict[str, set[str]] = {name: set() for name in claims.CLAIMS}
    for ended in (True, False):
        last = ""
        while found := _page(conn, ended, last):
            for row in found:
                values = _new_values(row)
                for name, taken in claimed.items():
                    order = values[name]
                    values[name] = None if order in taken else order
                    taken.add(order)
                conn.execute(update(cases).where(cases.c.case_id == row.case_id).values(**values))
            last = found[-1].case_id


def _page(conn: Connection, ended: bool, last: str) -> list[Any]:
    wanted = select(cases).where(cases.c.ended == ended, cases.c.case_id > last)
    return list(conn.execute(wanted.order_by(cases.c.case_id).limit(BATCH)))


def _new_values(row: Any) -> dict[str, Any]:
    try:
        case = rows.case_of(row)
    except SnapshotInvalid:  # it is found by the columns that it has
        return {**dict.fromkeys(NEW), "open_order": None if row.ended else row.order_ref}
    values = rows.case_values(case)  # a case that a migration moved to another state is found by that one
    found_by = {name: values[name] for name in ("state", "awaits", "due_at", "moved_at")}
    return {**found_by, "opened_at": rows.opened_at(case), "quote": case.facts.quote, **claims.held_claims(case)}
