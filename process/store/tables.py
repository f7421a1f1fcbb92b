"""The tables: cases, their steps, and the refusals that are kept; and the types of their columns.

``metadata.create_all(engine)`` creates them, or the host's own migration tool. With Alembic, add them to
``target_metadata`` in ``env.py``::

    from process import store
    target_metadata = [my_metadata, store.metadata]

and the line ``import process.store.tables`` to ``script.py.mako``, because the scripts name the types of this module.
Tables that an earlier release made are brought up to date by ``store.upgrade(op.get_bind())``.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import (
    Boolean,
    Column,
    DateTime,
    Dialect,
    ForeignKey,
    Index,
    Integer,
    MetaData,
    String,
    Table,
    Text,
    TypeDecorator,
    UniqueConstraint,
    cast,
)
from sqlalchemy.dialects import mysql
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.functions import FunctionElement
from sqlalchemy.types import UserDefinedType

EARLIEST = datetime.min.replace(tzinfo=UTC) + timedelta(days=2)
LATEST = datetime.max.replace(tzinfo=UTC) - timedelta(days=2)

# --------------------------------------------------------------------------------------------------------------- types


def stored_time(moment: datetime) -> datetime:
    """The moment in UTC as a column keeps it: two days off the calendar's ends, so that every time zone can show it."""
    try:
        return min(max(moment.astimezone(UTC), EARLIEST), LATEST)
    except OverflowError:
        return EARLIEST if moment.year == 1 else LATEST


class Moment(TypeDecorator[Any]):
    """A time: ``timestamptz`` in PostgreSQL, ``DATETIME(6)`` in UTC in MySQL, and text in UTC that sorts by time in SQLite.

    A text in SQLite's column that the store did not write is given as it is: whoever reads it names the row.
    """

    impl = DateTime(timezone=True)
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> Any:
        if dialect.name == "postgresql":
            return dialect.type_descriptor(self.impl_instance)
        return dialect.type_descriptor(String(26) if dialect.name == "sqlite" else mysql.DATETIME(fsp=6))

    def process_bind_param(self, value: Any, dialect: Dialect) -> Any:
        if not isinstance(value, datetime):
            return value
        moment = stored_time(value)
        if dialect.name == "postgresql":
            return moment
        return _sortable_text(moment) if dialect.name == "sqlite" else moment.replace(tzinfo=None)

    def column_expression(self, column: Any) -> Any:
        return InUtc(column)

    def process_result_value(self, value: Any, dialect: Dialect) -> Any:  # noqa: ARG002  # the value shows which form it has
        if isinstance(value, datetime):
            return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)
        try:
            moment = datetime.fromisoformat(value).replace(tzinfo=UTC)
        except (TypeError, ValueError):
            return value
        return moment if _sortable_text(moment) == value else value


class InUtc(FunctionElement[Any]):
    """A time as it is read: of PostgreSQL in UTC without a zone, whatever zone the host's session and driver are set to."""

    inherit_cache = True

    def __init__(self, column: Any) -> None:
        super().__init__(column)
        self.type = column.type


class Unindexed(InUtc):
    """A column without its indexes: SQLite would take the one in the order of a list where others look less selective."""

    inherit_cache = True


@compiles(Unindexed, "sqlite")
def _without_index(element: Unindexed, compiler: Any, **keywords: Any) -> str:
    return f"+{compiler.process(element.clauses, **keywords)}"


@compiles(Unindexed)
@compiles(InUtc)
def _as_it_is(element: InUtc, compiler: Any, **keywords: Any) -> str:
    text: str = compiler.process(element.clauses, **keywords)
    return text


@compiles(InUtc, "postgresql")
def _at_utc(element: InUtc, compiler: Any, **keywords: Any) -> str:
    return f"({compiler.process(element.clauses, **keywords)} AT TIME ZONE 'UTC')"


def _sortable_text(moment: datetime) -> str:
    return moment.replace(tzinfo=None).isoformat(" ", "microseconds")


class TextOfJson(UserDefinedType[str]):
    """A JSON column that gives its text: the store reads it strictly, whatever the host's engine decodes JSON with."""

    cache_ok = True

    def get_col_spec(self, **_: Any) -> str:
        return "JSON"

    def column_expression(self, column: Any) -> Any:
        return cast(column, Text)


# MySQL compares texts by a collation: only a binary one tells "o" from "O" and from "ó". Its own JSON would reorder keys.
_EXACT = {"charset": "utf8mb4", "collation": "utf8mb4_bin"}


def _exact(length: int) -> Any:
    return String(length).with_variant(mysql.VARCHAR(length, **_EXACT), "mysql", "mariadb")


JsonText = Text().with_variant(TextOfJson(), "postgresql").with_variant(mysql.MEDIUMTEXT(**_EXACT), "mysql", "mariadb")
Reference = _exact(64)
Name = _exact(40)
"""Column type for the value of an enum of the model, or for a kind of refusal."""

# -------------------------------------------------------------------------------------------------------------- tables

metadata = MetaData()

_IN_MYSQL: Any = {"mysql_engine": "InnoDB", "mariadb_engine": "InnoDB"}  # another engine would ignore a rollback

cases = Table(
    "cancellation_case",
    metadata,
    Column("case_id", Reference, primary_key=True),
    Column("account", Reference, nullable=False),
    Column("order_ref", Reference, nullable=False),
    Column("goal", Name, nullable=False),
    Column("version", Integer, nullable=False, comment="number of events taken"),
    Column("refusals", Integer, nullable=False, comment="number of refusals kept"),
    Column("model_version", Integer, nullable=False, comment="of the model that wrote the snapshot"),
    Column("state", Name, nullable=False),
    Column("awaits", Name, comment="whose move it is; null at an end"),
    Column("due_at", Moment, comment="when time_out is to be raised; null at an end"),
    Column("ended", Boolean, nullable=False),
    Column("snapshot", JsonText, nullable=False, comment="the case with its last step"),
    Column("digest", _exact(64), nullable=False, comment="of the opening and of all steps, each over the one before"),
    Column("opened_at", Moment),
    Column("moved_at", Moment, comment="time of the last step; of the opening before the first"),
    Column("quote", Reference, comment="reference of the last quote"),
    Column("open_order", Reference, comment="order_ref while the case is open, else null"),
    Column("plan_claim", Reference, comment="order_ref while the case may cancel the plan or has cancelled it, else null"),
    Column("face_claim", Reference, comment="likewise for the face verification"),
    **_IN_MYSQL,
)
Index("cancellation_case_one_open", cases.c.open_order, unique=True)
Index("cancellation_case_one_plan", cases.c.plan_claim, unique=True)
Index("cancellation_case_one_face", cases.c.face_claim, unique=True)
for _name in ("awaits", "state", "goal", "ended"):
    Index(f"cancellation_case_{_name}", cases.c[_name], cases.c.due_at, cases.c.case_id)
Index("cancellation_case_moved", cases.c.ended, cases.c.moved_at)
for _name, _column in (("account", "account"), ("order", "order_ref"), ("opened", "opened_at")):
    Index(f"cancellation_case_{_name}", cases.c[_column])
# Without the nulls, which SQLite counts as one value that most rows have: so it would rather read all of them.
Index("cancellation_case_quote", cases.c.quote, sqlite_where=cases.c.quote.is_not(None))

steps = Table(
    "cancellation_step",
    metadata,
    Column("case_id", Reference, ForeignKey(cases.c.case_id), primary_key=True),
    Column("version", Integer, primary_key=True, autoincrement=False, comment="of the case after the step"),
    Column("event_id", Reference, nullable=False),
    Column("event", Name, nullable=False),
    Column("by", Name, nullable=False),
    Column("data", JsonText, nullable=False),
    Column("source", Name, nullable=False),
    Column("target", Name, nullable=False),
    Column("at", Moment, comment="as the host gave it"),
    Column("model_version", Integer, nullable=False, comment="of the model that took the step"),
    Column("digest", _exact(64), nullable=False),
    Column("who", Reference, comment="the host's reference to who is behind by"),
    UniqueConstraint("case_id", "by", "event_id", name="cancellation_step_of_sender"),
    **_IN_MYSQL,
)
Index("cancellation_step_who", steps.c.who, sqlite_where=steps.c.who.is_not(None))

refusals = Table(
    "cancellation_refusal",
    metadata,
    Column("case_id", Reference, ForeignKey(cases.c.case_id), primary_key=True),
    Column("by", _exact(80), primary_key=True, comment="as the host gave it; empty where nobody was named"),
    Column("event_id", Reference, primary_key=True),
    Column("version", Integer, nullable=False, comment="of the case when it refused"),
    Column("kind", Name, nullable=False, comment="class of the refusal"),
    Column("event", Name, nullable=False),
    Column("data", JsonText, nullable=False),
    Column("state", Name, nullable=False),
    Column("blockers", JsonText, nullable=False),
    Column("at", Moment),
    Column("model_version", Integer, nullable=False, comment="of the model that refused"),
    Column("digest", _exact(64), nullable=False),
    Column("who", Reference),
    **_IN_MYSQL,
)
