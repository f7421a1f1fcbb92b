"""JSON read strictly, for the whole package: no key twice in an object, no NaN, no endless number or nesting."""

from __future__ import annotations

import json
from typing import Any, NoReturn

from process.model import Words
from process.value_checks import short_repr


class NotJSON(ValueError):
    """The text is not JSON; ``problem`` says in zh and en what is wrong.

    Attributes:
        problem: what is wrong.
        line: where a parser stopped, counted from 1; None where the fault has no place.
        column: likewise.
        is_extra: the text goes on after its value.
    """

    def __init__(
        self, problem: Words, line: int | None = None, column: int | None = None, *, is_extra: bool = False
    ) -> None:
        super().__init__(problem, line, column)
        self.problem, self.line, self.column, self.is_extra = problem, line, column, is_extra

    def __str__(self) -> str:
        return self.problem.en


def parse_json(text: str | bytes) -> Any:
    """Return the value of JSON text or of its UTF-8.

    Raises:
        NotJSON: it is not JSON, or an object has a key twice.
    """
    try:
        text = text if isinstance(text, str) else text.decode()
    except UnicodeDecodeError as error:
        number = error.start + 1
        raise NotJSON(Words(f"第 {number} 字节不是 UTF-8", f"byte {number} is not UTF-8")) from None
    try:
        return json.loads(text, object_pairs_hook=_object, parse_constant=_constant)
    except json.JSONDecodeError as error:
        line, column = error.lineno, error.colno
        words = Words(f"第 {line} 行第 {column} 列起无法解析", f"{error.msg}: line {line} column {column}")
        raise NotJSON(words, line, column, is_extra=error.msg == "Extra data") from None
    except NotJSON:
        raise
    except RecursionError:
        raise NotJSON(Words("嵌套过深", "the nesting is too deep")) from None
    except ValueError:
        raise NotJSON(Words("有数千位的整数", "a number is too long")) from None


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        seen: set[str] = set()
        twice = short_repr(next(key for key, _ in pairs if key in seen or seen.add(key)))  # type: ignore[func-returns-value]  # None
        raise NotJSON(Words(f"键 {twice} 在同一对象中出现两次", f"the key {twice} appears twice in one object"))
    return found


def _constant(name: str) -> NoReturn:
    raise NotJSON(Words(f"{name} 不是 JSON 数字", f"{name} is not a JSON number"))
