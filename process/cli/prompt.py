"""Asks for values on the console: each is checked before the next is asked for."""

from __future__ import annotations

import sys
from typing import Any

from rich.console import Console
from rich.text import Text

from process.cli.output import case_text
from process.cli.output.streams import say
from process.cli.output.text_tables import printable
from process.model import Field, Kind, Term, Words
from process.value_checks import INVALID, check_of, wrong_field


class Quit(Exception):
    """The input has ended, or the user quits."""


class Back(Exception):
    """The user wants back to where the value was needed."""


class Prompt:
    """Asks questions in one language."""

    def __init__(self, lang: str, console: Console) -> None:
        self._lang, self._console = lang, console

    def value(self, name: str, field: Field, right: Any) -> Any:
        """Ask for a field of a payload; Enter gives the *right* value. Raises Quit and Back."""
        if not isinstance(field, Kind):
            return self.pick(name, field, right)
        if field is Kind.TEXT:
            right = self._t("示例", "an example")
        none = self._t("，- 表示没有", ", - for none") if field is Kind.CONSENT else ""
        while True:
            text = self._ask_value(f"  {name} ({field.words.of(self._lang)}{none}) [{right}]: ")
            if not text:
                return right
            if field is Kind.CONSENT and text == "-":
                return None
            is_number = field in (Kind.MONEY, Kind.ATTEMPT) and text.removeprefix("-").isdecimal() and len(text) < 20
            value = int(text) if is_number else text
            try:
                return check_of(field)(value)
            except INVALID:  # at once, before anything else is asked for
                blocker = wrong_field(name, value, *field.words)
                self._console.print(Text(getattr(blocker, self._lang), "red"))

    def pick(self, name: str, enum: type[Term], usual: Any) -> Any:
        """Ask for a member of an enum by its number or name; Enter gives the *usual* one. Raises Quit and Back."""
        members = list(enum)
        for number, member in enumerate(members, 1):
            self._console.print(Text.assemble(f"    {number} ", case_text.label(member, self._lang)))
        while True:
            text = self._ask_value(f"  {name} (1-{len(members)}) [{members.index(usual) + 1}]: ")
            if not text:
                return usual
            for number, member in enumerate(members, 1):
                if text in (str(number), member.value):
                    return member
            zh, en = "{} 不在其中，请输入 1 到 {}。", "{} is not a choice; type a number from 1 to {}."
            say(self._t(zh, en).format(printable(text), len(members)))

    def _ask_value(self, prompt: str) -> str:
        text = self.ask(prompt)
        if text.lower() == "q":
            raise Quit
        if text.lower() == "b":
            raise Back
        return text

    def ask(self, prompt: str) -> str:
        """Ask for a line of text. Raises Quit."""
        try:
            text = input(prompt).strip()
        except (EOFError, RuntimeError):  # the end of the input, or none at all
            raise Quit from None
        if not sys.stdin.isatty():
            say(text)
        return text

    def _t(self, zh: str, en: str) -> str:
        return Words(zh, en).of(self._lang)
