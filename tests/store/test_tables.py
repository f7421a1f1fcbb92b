"""The tables as a host's migration tool writes them down: the types by their names, no condition of one database."""

from __future__ import annotations

import pytest
from sqlalchemy import Dialect
from sqlalchemy.dialects import registry

from process import store
from process.store import tables

COLUMNS = [column for table in store.metadata.tables.values() for column in table.c if table.name.startswith("canc")]
NAMES = ("sqlite", "postgresql", "mysql")
DIALECTS: list[Dialect] = [registry.load(name)() for name in NAMES]


@pytest.mark.parametrize("dialect", DIALECTS, ids=NAMES)
def test_a_script_can_name_the_types_and_gets_the_same_columns(dialect: Dialect) -> None:
    own = {written for column in COLUMNS for written in (column.type, *column.type._variant_mapping.values())}
    own = {written for written in own if type(written).__module__ == tables.__name__}
    assert {type(written).__name__ for written in own} == {"Moment", "TextOfJson"}, "a private name would bind nobody"
    for written in own:
        again = eval(repr(written), vars(tables))  # noqa: S307  # our own text
        assert again.compile(dialect=dialect) == written.compile(dialect=dialect)


def test_every_unique_index_is_over_whole_columns_as_no_condition_is_known_to_all_databases() -> None:
    indexes = {index for column in COLUMNS for index in column.table.indexes}
    assert {index.name for index in indexes if index.unique} == {
        f"cancellation_case_one_{of}" for of in ("open", "plan", "face")
    }
    assert [index.name for index in indexes if index.unique and index.dialect_kwargs] == []
