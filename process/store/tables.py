"""The two tables of cases and their steps, the one of refusals, and the types of their columns."""

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
    text,
)
from sqlalchemy.types import UserDefinedType

EARLIEST = datetime.min.replace(tzinfo=UTC) + timedelta(days=2)
LATEST = datetime.max.replace(tzinfo=UTC) - timedelta(days=2)

# --------------------------------------------------------------------------------------------------------------- types


def utc(moment: datetime) -> datetime:
    """The moment in UTC, kept two days off the ends of the calendar, so that every time zone can show it."""
    try:
        return min(max(moment.astimezone(UTC), EARLIEST), LATEST)
    except OverflowError:
        return EARLIEST if moment.year == 1 else LATEST


class Moment(TypeDecorator[Any]):
    """A time: ``timestamptz`` in PostgreSQL, and in SQLite, which has no zones, text in UTC that sorts by time.

    What somebody else wrote into SQLite's column, and is no such text, is given as it is stored: who reads it tells which
    row it is in.
    """

    impl = DateTime(timezone=True)
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> Any:
        return dialect.type_descriptor(self.impl_instance if dialect.name == "postgresql" else String(26))

    def process_bind_param(self, value: Any, dialect: Dialect) -> Any:
        if not isinstance(value, datetime):
            return value
        return utc(value) if dialect.name == "postgresql" else _text(utc(value))

    def process_result_value(self, value: Any, dialect: Dialect) -> Any:  # noqa: ARG002  # either form says which it is
        if isinstance(value, datetime):
            return value.astimezone(UTC)
        try:
            moment = datetime.fromisoformat(value).replace(tzinfo=UTC)
        except (TypeError, ValueError):
            return value
        return moment if _text(moment) == value else value


def _text(moment: datetime) -> str:
    return moment.replace(tzinfo=None).isoformat(" ", "microseconds")


class TextOfJson(UserDefinedType[str]):
    """A JSON column that gives its text: reading it strictly is ours, whatever the host's engine decodes with."""

    cache_ok = True

    def get_col_spec(self, **_: Any) -> str:
        return "JSON"

    def column_expression(self, column: Any) -> Any:
        return cast(column, Text)


JsonText = Text().with_variant(TextOfJson(), "postgresql")
Reference = String(64)
Name = String(40)
"""For the value of an enum of the model, or of a kind of refusal."""

# -------------------------------------------------------------------------------------------------------------- tables

metadata = MetaData()
"""The tables, for the host's own migration tool, or ``metadata.create_all(engine)``.

The scripts that Alembic writes name the types of this module but don't import it: add ``import process.store.tables`` to
its ``script.py.mako``.
"""

cases = Table(
    "cancellation_case",
    metadata,
    Column("case_id", Reference, primary_key=True),
    Column("account", Reference, nullable=False),
    Column("order_ref", Reference, nullable=False),
    Column("goal", Name, nullable=False),
    Column("version", Integer, nullable=False, comment="how many events the case has taken"),
    Column("refusals", Integer, nullable=False, comment="how many it has refused"),
    Column("model_version", Integer, nullable=False, comment="of the model that wrote the snapshot"),
    Column("state", Name, nullable=False),
    Column("awaits", Name, comment="whose move it is; null at an end"),
    Column("due_at", Moment, comment="when time_out is to be raised; null at an end"),
    Column("ended", Boolean, nullable=False),
    Column("snapshot", JsonText, nullable=False, comment="the case with its last step"),
    Column("digest", String(64), nullable=False, comment="of the opening and of all steps, each over the one before"),
)
# As text, because a script written with the one database at hand would else have its words for both.
_STILL_OPEN: Any = {"sqlite_where": text("ended = 0"), "postgresql_where": text("NOT ended")}
Index("cancellation_case_open_order", cases.c.order_ref, unique=True, **_STILL_OPEN)
Index("cancellation_case_awaits", cases.c.awaits, cases.c.due_at, cases.c.case_id, **_STILL_OPEN)
Index("cancellation_case_due", cases.c.due_at, cases.c.case_id)
Index("cancellation_case_account", cases.c.account)
Index("cancellation_case_order", cases.c.order_ref)

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
    Column("at", Moment, comment="as the host said it"),
    Column("model_version", Integer, nullable=False, comment="of the model that took the step"),
    Column("digest", String(64), nullable=False),
    UniqueConstraint("case_id", "event_id", name="cancellation_step_event_id"),
)

refusals = Table(
    "cancellation_refusal",
    metadata,
    Column("case_id", Reference, ForeignKey(cases.c.case_id), primary_key=True),
    Column("event_id", Reference, primary_key=True),
    Column("version", Integer, nullable=False, comment="of the case when it refused"),
    Column("kind", Name, nullable=False, comment="the class of the refusal"),
    Column("event", Name, nullable=False),
    Column("by", String(80), comment="as the host said it; null where nobody was named"),
    Column("data", JsonText, nullable=False),
    Column("state", Name, nullable=False),
    Column("blockers", JsonText, nullable=False),
    Column("at", Moment),
    Column("model_version", Integer, nullable=False, comment="of the model that refused"),
    Column("digest", String(64), nullable=False),
)
