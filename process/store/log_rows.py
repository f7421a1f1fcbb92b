"""Rows for an audit: what the store keeps, or what a query of the host's gives, as plain dictionaries of text."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from sqlalchemy import select, text

from process.store.engines import create_engine, reading
from process.store.tables import cases, steps

BATCH = 5_000  # rows fetched at a time


def rows_of_history(address: str) -> Iterator[dict[str, Any]]:
    """Yield every stored step under the model's own names, with what the case was opened with."""
    engine = create_engine(address)
    columns = (steps.c.case_id, steps.c.event, steps.c.by, steps.c.at, steps.c.data, steps.c.version, steps.c.event_id)
    query = (
        select(*columns, cases.c.goal, cases.c.account, cases.c.order_ref)
        .join(cases)
        .order_by(steps.c.case_id, steps.c.version)
    )
    try:
        with reading(engine) as conn:
            for row in conn.execution_options(stream_results=True, yield_per=BATCH).execute(query):
                yield {
                    "case": row.case_id,
                    "event": row.event,
                    "by": row.by,
                    "at": row.at and row.at.isoformat(),
                    "version": row.version,
                    "id": row.event_id,
                    "goal": row.goal,
                    "buyer": row.account,
                    "case_order": row.order_ref,
                    **json.loads(row.data),
                }
    finally:
        engine.dispose()


def rows_of_query(address: str, query: str) -> Iterator[dict[str, Any]]:
    """Yield the rows of a query, by column; raise as SQLAlchemy does where the database refuses it."""
    engine = create_engine(address)
    try:
        with reading(engine) as conn:
            for row in conn.execution_options(stream_results=True, yield_per=BATCH).execute(text(query)).mappings():
                yield {name: value.isoformat() if hasattr(value, "isoformat") else value for name, value in row.items()}
    finally:
        engine.dispose()
