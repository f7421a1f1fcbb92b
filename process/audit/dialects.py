"""The expressions of SQL that differ between DuckDB, PostgreSQL and Spark."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

DIALECTS: Final = ("duckdb", "postgres", "spark")
OFFSET: Final = r".*[0-9]:[0-9]{2}.*([Zz]|UTC|[+-][0-9]{2}(:?[0-9]{2})?)"
"""The regular expression of a time that ends in its offset; without backslashes, which Spark's texts read otherwise."""


@dataclass(frozen=True)
class Dialect:
    """One database's SQL.

    Attributes:
        name: one of DIALECTS.
        identifier_mark: the mark around a name.
        text: the type of texts.
        is_own: the query is the audit's own, over its table ``raw`` of texts, with its own macro for times.
    """

    name: str
    identifier_mark: str
    text: str
    is_own: bool = False

    def column(self, name: str) -> str:
        """Return the column's name as an identifier."""
        mark = self.identifier_mark
        return f"{mark}{name.replace(mark, mark * 2)}{mark}"

    def literal(self, value: str) -> str:
        """Return the value as a text literal; in Spark a doubled quote would end one text and begin the next."""
        if self.name == "spark":
            return "'" + value.replace("\\", "\\\\").replace("'", "\\'") + "'"
        return "'" + value.replace("'", "''") + "'"

    def microseconds(self, column: str, zone: str | None) -> str:
        """Return a time as microseconds since 1970: of a timestamp with or without a zone, or of a text.

        The database refuses what it can't read; the audit's own macro gives null instead, which is counted.
        """
        if self.is_own:
            return f"audit_time({column}, {self.literal(zone or '')})"
        text = f"cast({column} as {self.text})"
        in_zone = self.literal(zone or "")
        if self.name == "spark":
            # A timestamp with a local zone is shown without an offset, but is an instant already.
            known = f"typeof({column}) = 'timestamp' then unix_micros(cast({column} as timestamp)) when "
            with_offset = f"unix_micros(cast({text} as timestamp))"
            local = f"unix_micros(cast(concat({text}, ' ', {in_zone}) as timestamp))"
        elif self.name == "duckdb":
            known, with_offset = "", f"epoch_us(cast({text} as timestamptz))"
            local = f"epoch_us(timezone({in_zone}, cast({text} as timestamp)))"
        else:
            known, with_offset = "", f"cast(extract(epoch from cast({text} as timestamptz)) * 1000000 as bigint)"
            local = f"cast(extract(epoch from cast({text} as timestamp) at time zone {in_zone}) * 1000000 as bigint)"
        otherwise = "" if zone is None else f" else {local}"
        return f"case when {known}{self.matches(text, OFFSET)} then {with_offset}{otherwise} end"

    def matches(self, expression: str, pattern: str) -> str:
        """Return the condition that the whole text matches a regular expression."""
        if self.name == "postgres":
            return f"({expression} ~ {self.literal(f'^({pattern})$')})"
        function = "regexp_full_match" if self.name == "duckdb" else "rlike"
        whole = pattern if self.name == "duckdb" else f"^({pattern})$"
        return f"{function}({expression}, {self.literal(whole)})"

    def is_among(self, expression: str, values: Iterable[str]) -> str:
        """Return the condition that a text is one of these; DuckDB would join long lists, row by row."""
        listed = ", ".join(map(self.literal, values))
        return f"list_contains([{listed}], {expression})" if self.name == "duckdb" else f"{expression} in ({listed})"

    def binary(self, expression: str) -> str:
        """Return a text for an ORDER BY that is the same in every database and locale."""
        return f'{expression} collate "C"' if self.name == "postgres" else expression

    def joined(self, expression: str, order: str) -> str:
        """Return the aggregate that joins texts with ``;`` in an order."""
        if self.name == "spark":
            pairs = f"array_sort(collect_list(struct({order} as p, {expression} as e)))"
            return f"array_join(transform({pairs}, x -> x.e), ';')"
        return f"string_agg({expression}, ';' order by {order})"


OWN: Final = Dialect("duckdb", '"', "varchar", is_own=True)
"""The dialect of the audit's own queries."""
PRINTED: Final = {
    "duckdb": Dialect("duckdb", '"', "varchar"),
    "postgres": Dialect("postgres", '"', "text"),
    "spark": Dialect("spark", "`", "string"),
}
"""The dialects of queries that a warehouse runs."""
