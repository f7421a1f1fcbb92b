"""``show``: prints the model."""

from __future__ import annotations

from typing import Any

from rich.text import Text

from process.cli import view
from process.cli.common import JsonOption, LangOption, as_json, console, lang_of, say
from process.model import ELSE, MODEL, MODEL_VERSION, Actor, Event, Facts, Field, Goal, Kind, State, Transition, Words
from process.requirements.catalogue import REQUIREMENTS

_AT_ENTRY = Facts(Goal.BOTH, "account", "order", MODEL.limits.face, MODEL.limits.other)


def show(json: JsonOption = False, lang: LangOption = None) -> None:
    """列出状态、事件、流转与要求 · Print the model: states, events, transitions, requirements."""
    if json:
        say(as_json(model_dict()))
        return
    language = lang_of(lang)
    screen = console()
    title = Words(
        "模型（第 {} 版）：{} 个状态，{} 个事件，{} 条流转", "The model, version {}: {} states, {} events, {} transitions"
    )
    counts = MODEL_VERSION, len(MODEL.states), len(MODEL.events), len(MODEL.transitions)
    screen.print(Text(title.of(language).format(*counts), view.STRONG), end="\n\n")
    screen.print(view.titled("状态", "States", language, _states(language)))
    screen.print(view.titled("事件", "Events", language, _events(language)))
    screen.print(
        Text(Words("流转（按出发状态）", "Transitions, by the state they start from").of(language), view.STRONG), end="\n\n"
    )
    for state in MODEL.states:
        if not MODEL.states[state].end:
            screen.print(view.titled(state.words.zh, state.words.en, language, _transitions(state, language)))
    screen.print(view.titled("要求", "Requirements", language, _requirements(language)))


# ----------------------------------------------------------------------------------------------------------- for people


def _states(lang: str) -> Any:
    headers = Words("状态", "State"), Words("步骤", "Step"), Words("轮到", "Whose move"), Words("期限", "Deadline")
    table = view.grid(*(header.of(lang) for header in headers))
    table.columns[0].min_width = max(map(len, State))
    for state, info in MODEL.states.items():
        if info.phase is None or info.deadline is None:
            end = "" if info.end is None else Words("终态：", "end: ").of(lang) + info.end.words.of(lang)
            table.add_row(Text.assemble(view.state_text(state, lang), (f"\n{state.value}", view.DIM)), "—", end, "—")
            continue
        owners = Words("，然后", ", then ").of(lang).join(owner.words.of(lang) for owner in owners_of(state))
        begins = Words("（起点）", " (start)").of(lang) if state is MODEL.initial else ""
        name = Text.assemble(state.words.of(lang), begins, (f"\n{state.value}", view.DIM))
        step = f"{info.phase.number} {info.phase.words.of(lang)}"
        table.add_row(name, step, owners, view.duration(info.deadline, lang))
    return table


def _events(lang: str) -> Any:
    table = view.grid(*(header.of(lang) for header in (view.EVENT, view.BY, view.CARRIES)))
    table.columns[0].min_width = max(map(len, Event))
    for event, fields in MODEL.events.items():
        name = Text.assemble(event.words.of(lang), (f"\n{event.value}", view.DIM))
        carries = "\n".join(f"{name}: {_field_words(field, lang)}" for name, field in fields.items())
        table.add_row(name, view.names(MODEL.actors[event], lang), carries)
    return table


def _field_words(field: Field, lang: str) -> str:
    return field.words.of(lang) if isinstance(field, Kind) else " | ".join(member.value for member in field)


def _transitions(state: State, lang: str) -> Any:
    headers = view.EVENT, view.BY, Words("条件；随后", "Only if; then"), Words("到", "To")
    table = view.grid(*(header.of(lang) for header in headers))
    for column, width in ((0, 19), (1, 10), (3, 18)):  # the rest is for what has most to say
        table.columns[column].max_width = width
    for transition in MODEL.transitions:
        if transition.source is state:
            what = "\n".join(filter(None, (_condition(transition, lang), _effect(transition, lang))))
            event, target = transition.event.words.of(lang), view.state_text(transition.target, lang)
            table.add_row(event, view.names(transition.by, lang), what, target)
    return table


def _condition(transition: Transition, lang: str) -> str:
    demands = [guard.condition.of(lang) for guard in transition.guards if guard is not ELSE]
    told = Words("，且", " and ").of(lang).join(demands)
    if ELSE in transition.guards:
        return Words("否则：{}", "else, if {}").of(lang).format(told) if told else ELSE.condition.of(lang)
    return Words("须：{}", "if {}").of(lang).format(told) if told else ""


def _effect(transition: Transition, lang: str) -> str:
    told = Words("；", "; ").of(lang).join(effect.words.of(lang) for effect in transition.effects)
    return Words("随后：{}", "then {}").of(lang).format(told) if told else ""


def _requirements(lang: str) -> Any:
    table = view.grid("", Words("须成立", "What must hold").of(lang), Words("依据", "Source").of(lang))
    for requirement in REQUIREMENTS:
        table.add_row(requirement.id, requirement.sentence.of(lang), requirement.source.of(lang))
    return table


# --------------------------------------------------------------------------------------------------------- for programs


def model_dict() -> dict[str, Any]:
    """The whole model as JSON can hold it; every row for every of its sources, in the order of the table."""
    return {
        "model_version": MODEL_VERSION,
        "states": [_state_dict(state) for state in MODEL.states],
        "events": [
            {
                "name": event,
                "by": MODEL.actors[event],
                "fields": {name: field if isinstance(field, Kind) else list(field) for name, field in fields.items()},
                "words": event.words._asdict(),
            }
            for event, fields in MODEL.events.items()
        ],
        "transitions": [_transition_dict(transition) for transition in MODEL.transitions],
        "requirements": [
            {"id": one.id, "sentence": one.sentence._asdict(), "source": one.source._asdict()} for one in REQUIREMENTS
        ],
    }


def owners_of(state: State) -> tuple[Actor, ...]:
    """Whose move the state is: at entry, and then, where the facts change it."""
    turn = MODEL.responsibility(state, _AT_ENTRY)
    at_entry = () if turn is None else (turn.owner,)
    return tuple(dict.fromkeys((*at_entry, *(turn.owner for turn in MODEL.states[state].responsibilities))))


def _state_dict(state: State) -> dict[str, Any]:
    info, owners = MODEL.states[state], owners_of(state)
    told = {
        "name": state,
        "phase": info.phase and info.phase.number,
        "owner": owners[0] if owners else None,
        "deadline_s": info.deadline and int(info.deadline.total_seconds()),
        "end": info.end,
        "initial": state is MODEL.initial,
        "words": state.words._asdict(),
    }
    return told | {"owner_then": owners[1] if len(owners) > 1 else None}


def _transition_dict(transition: Transition) -> dict[str, Any]:
    phase = MODEL.states[transition.source].phase
    return {
        "source": transition.source,
        "event": transition.event,
        "by": transition.by,
        "guard": [guard.name for guard in transition.guards],
        "effect": [effect.name for effect in transition.effects],
        "target": transition.target,
        "step": phase and phase.number,
        "words": {lang: _sentence(transition, lang) for lang in Words._fields},
    }


def _sentence(transition: Transition, lang: str) -> str:
    parts = [
        f"{transition.source.words.of(lang)} → {transition.target.words.of(lang)}",
        f"{transition.event.words.of(lang)}{Words('（{}）', ' ({})').of(lang).format(view.names(transition.by, lang))}",
        _condition(transition, lang),
        _effect(transition, lang),
    ]
    return Words("：", ": ").of(lang).join(parts[:2]) + "".join(
        Words("；", "; ").of(lang) + part for part in parts[2:] if part
    )
