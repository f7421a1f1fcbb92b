"""The tables as a host's migration tool writes them down: the types by their names, the conditions as text."""

from __future__ import annotations

import pytest
from sqlalchemy import Dialect
from sqlalchemy.dialects import registry

from process import store
from process.store import tables

COLUMNS = [column for table in store.metadata.tables.values() for column in table.c if table.name.startswith("canc")]
CONDITIONS = {"sqlite": "ended = 0", "postgresql": "NOT ended"}
DIALECTS: list[Dialect] = [registry.load(name)() for name in CONDITIONS]


@pytest.mark.parametrize("dialect", DIALECTS, ids=CONDITIONS)
def test_a_script_can_name_the_types_and_gets_the_same_columns(dialect: Dialect) -> None:
    own = {written for column in COLUMNS for written in (column.type, *column.type._variant_mapping.values())}
    own = {written for written in own if type(written).__module__ == tables.__name__}
    assert {type(written).__name__ for written in own} == {"Moment", "TextOfJson"}, "a private name would bind nobody"
    for written in own:
        again = eval(repr(written), vars(tables))  # noqa: S307  # our own text
        assert again.compile(dialect=dialect) == written.compile(dialect=dialect)


@pytest.mark.parametrize("at_hand", DIALECTS, ids=CONDITIONS)
def test_a_script_written_with_one_database_at_hand_has_the_conditions_of_both(at_hand: Dialect) -> None:
    indexes = {index for column in COLUMNS for index in column.table.indexes if index.dialect_kwargs}
    assert len(indexes) == 2
    for index in indexes:
        for name, condition in CONDITIONS.items():
            assert str(index.dialect_options[name]["where"].compile(dialect=at_hand)) == condition
