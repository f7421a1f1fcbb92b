"""Writes event_methods.py, the typed methods of a case, from the model: ``python -m process.write_event_methods``.

They are written as code, not made at run time, so that editors and type checkers see them.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from process.model import MODEL, Actor, Event, Field, Kind, Model

TARGET = Path(__file__).with_name("event_methods.py")

_TYPES = {
    Kind.REFERENCE: "str",
    Kind.CONSENT: "str | None",
    Kind.MONEY: "int",
    Kind.CURRENCY: "str",
    Kind.ATTEMPT: "int",
    Kind.TEXT: "str",
}

_HEAD = '''"""Typed methods of a case, one for each event. Written from the model by write_event_methods.py, not by hand."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Literal

from process.model import {names}
from process.records import Step

# Bound once: until Python 3.12 reading a member from its enum costs as much as a guard.
{constants}

class EventMethods:
    """The base of Case: each method raises its event and returns the step, or refuses as ``Case.trigger`` does."""

    __slots__ = ()

    def trigger(
        self,
        event: Event,
        data: Mapping[str, Any] | None = None,
        *,
        by: Actor | None = None,
        who: str | None = None,
        at: datetime | None = None,
    ) -> Step:
        raise NotImplementedError
'''

_METHOD = '''
    def {name}({parameters}) -> Step:
        """{zh}: {en}.{fields}"""
        return self.trigger({constant}, {data}, by=by, who=who, at=at)
'''


def source(model: Model) -> str:
    """Return the text of event_methods.py."""
    enums = {field.__name__ for fields in model.events.values() for field in fields.values() if not isinstance(field, Kind)}
    names = ", ".join(sorted({"Actor", "Event", *enums}))
    constants = "".join(f"{event.name} = Event.{event.name}\n" for event in model.events)
    return _HEAD.format(names=names, constants=constants) + "".join(_method(model, event) for event in model.events)


def _method(model: Model, event: Event) -> str:
    fields = model.events[event]
    parameters = ["self", "*", *(f"{name}: {_type(field)}" for name, field in fields.items())]
    parameters += [_by(model.actors[event]), "who: str | None = None", "at: datetime | None = None"]
    one_line = ", ".join(parameters)
    if len(one_line) + len(event) > 96:
        one_line = "\n        " + ",\n        ".join(parameters) + ",\n    "
    return _METHOD.format(
        name=event.value,
        constant=event.name,
        parameters=one_line,
        zh=event.words.zh,
        en=event.words.en,
        fields=_documented_arguments(fields),
        data="{" + ", ".join(f'"{name}": {name}' for name in fields) + "}" if fields else "None",
    )


def _documented_arguments(fields: Mapping[str, Field]) -> str:
    described = [f"            {name}: {field.words.en}." for name, field in fields.items() if isinstance(field, Kind)]
    return "\n\n        Args:\n" + "\n".join(described) + "\n        " if described else ""


def _type(field: Field) -> str:
    return _TYPES[field] if isinstance(field, Kind) else field.__name__


def _by(actors: tuple[Actor, ...]) -> str:
    literal = f"by: Literal[{', '.join(f'Actor.{actor.name}' for actor in actors)}]"
    return f"{literal} = Actor.{actors[0].name}" if len(actors) == 1 else literal


if __name__ == "__main__":
    TARGET.write_text(source(MODEL), encoding="utf-8")
