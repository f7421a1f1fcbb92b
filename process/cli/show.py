"""``show``: prints the model."""

from __future__ import annotations

from typing import Any

from rich.text import Text

from process.cli.call_language import LangOption, lang_of
from process.cli.options import JsonOption
from process.cli.output import case_text
from process.cli.output.streams import as_json, console, say
from process.cli.output.text_tables import DIM, STRONG, TextTable, titled
from process.json_vocabulary import words_to_dict
from process.model import ELSE, MODEL, MODEL_VERSION, Actor, Facts, Field, Goal, Kind, State, Transition, Words

_AT_ENTRY = Facts(Goal.BOTH, "account", "order", MODEL.limits.face, MODEL.limits.other)


def show_model(json: JsonOption = False, lang: LangOption = None) -> None:
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
    screen.print(Text(title.of(language).format(*counts), STRONG), end="\n\n")
    screen.print(titled(Words("状态", "States").of(language), _state_table(language)))
    screen.print(titled(Words("事件", "Events").of(language), _event_table(language)))
    screen.print(
        Text(Words("流转（按出发状态）", "Transitions, by the state they start from").of(language), STRONG), end="\n\n"
    )
    for state in MODEL.states:
        if not MODEL.states[state].end:
            screen.print(titled(state.words.of(language), _transition_table(state, language)))
    screen.print(titled(Words("要求", "Requirements").of(language), _requirement_sentences(language)))


# ----------------------------------------------------------------------------------------------------------- for people


def _state_table(lang: str) -> Any:
    headers = case_text.STATE, Words("步骤", "Step"), case_text.WAITING_FOR, case_text.DEADLINE
    table = TextTable(*(header.of(lang) for header in headers), whole=[0])
    for state, info in MODEL.states.items():
        if info.phase is None or info.deadline is None:
            end = "" if info.end is None else Words("终态：", "end: ").of(lang) + info.end.words.of(lang)
            table.add_row(Text.assemble(case_text.state_text(state, lang), (f"\n{state.value}", DIM)), "—", end, "—")
            continue
        owners = Words("，然后", ", then ").of(lang).join(owner.words.of(lang) for owner in owners_of(state))
        begins = Words("（起点）", " (start)").of(lang) if state is MODEL.initial else ""
        name = Text.assemble(state.words.of(lang), begins, (f"\n{state.value}", DIM))
        step = f"{info.phase.number} {info.phase.words.of(lang)}"
        table.add_row(name, step, owners, case_text.duration(info.deadline, lang))
    return table


def _event_table(lang: str) -> Any:
    table = TextTable(*(header.of(lang) for header in (case_text.EVENT, case_text.BY, case_text.PAYLOAD)), whole=[0])
    for event, fields in MODEL.events.items():
        name = Text.assemble(event.words.of(lang), (f"\n{event.value}", DIM))
        carries = "\n".join(f"{name}: {_field_words(field, lang)}" for name, field in fields.items())
        table.add_row(name, case_text.names(MODEL.actors[event], lang), carries)
    return table


def _field_words(field: Field, lang: str) -> str:
    return field.words.of(lang) if isinstance(field, Kind) else " | ".join(member.value for member in field)


def _transition_table(state: State, lang: str) -> Any:
    headers = case_text.EVENT, case_text.BY, Words("条件；随后", "Only if; then"), Words("到", "To")
    widest = {0: 19, 1: 10, 3: 18}  # the rest is for the longest texts
    table = TextTable(*(header.of(lang) for header in headers), widest=widest)
    for transition in MODEL.transitions:
        if transition.source is state:
            what = (
                Words("；\n", ";\n")
                .of(lang)
                .join(filter(None, (_condition_text(transition, lang), _then_text(transition, lang))))
            )
            event, target = transition.event.words.of(lang), case_text.state_text(transition.target, lang)
            table.add_row(event, case_text.names(transition.by, lang), what, target)
    return table


def _condition_text(transition: Transition, lang: str) -> str:
    demands = [guard.condition.of(lang) for guard in transition.guards if guard is not ELSE]
    joined = Words("，且", " and ").of(lang).join(demands)
    if ELSE in transition.guards and has_alternative(transition):
        return Words("否则须：{}", "else, if {}").of(lang).format(joined) if joined else ELSE.condition.of(lang)
    return Words("须：{}", "if {}").of(lang).format(joined) if joined else ""


def has_alternative(transition: Transition) -> bool:
    """Return True if an earlier row may take the event in the same state from one of the same actors."""
    for earlier in MODEL.transitions:
        if earlier is transition:
            return False
        if (earlier.source, earlier.event) == (transition.source, transition.event) and {*earlier.by} & {*transition.by}:
            return True
    return False


def _then_text(transition: Transition, lang: str) -> str:
    joined = Words("；", "; ").of(lang).join(effect.words.of(lang) for effect in transition.effects)
    return Words("随后：{}", "then {}").of(lang).format(joined) if joined else ""


def _requirement_sentences(lang: str) -> Any:
    from process.requirements.catalogue import REQUIREMENTS

    table = TextTable(
        Words("编号", "Id").of(lang), Words("须成立", "Requirement").of(lang), Words("依据", "Source").of(lang)
    )
    for requirement in REQUIREMENTS:
        table.add_row(requirement.id, requirement.sentence.of(lang), requirement.source.of(lang))
    return table


# --------------------------------------------------------------------------------------------------------- for programs


def model_dict() -> dict[str, Any]:
    """The whole model; every row once for each of its sources, in the order of the table."""
    from process.requirements.catalogue import REQUIREMENTS

    return {
        "model_version": MODEL_VERSION,
        "states": [_state_dict(state) for state in MODEL.states],
        "events": [
            {
                "name": event,
                "actors": MODEL.actors[event],
                "fields": {name: field if isinstance(field, Kind) else list(field) for name, field in fields.items()},
                "words": words_to_dict(event.words),
            }
            for event, fields in MODEL.events.items()
        ],
        "transitions": [_transition_dict(transition) for transition in MODEL.transitions],
        "requirements": [requirement.to_dict() for requirement in REQUIREMENTS],
    }


def owners_of(state: State) -> tuple[Actor, ...]:
    """Whose move it is in the state: on entry, and later where the facts change it."""
    entry = MODEL.responsibility(state, _AT_ENTRY)
    later = [responsibility.owner for responsibility in MODEL.states[state].responsibilities]
    return tuple(dict.fromkeys([entry.owner, *later] if entry else later))


def _state_dict(state: State) -> dict[str, Any]:
    info, owners = MODEL.states[state], owners_of(state)
    form = {
        "name": state,
        "phase": info.phase and info.phase.number,
        "owner": owners[0] if owners else None,
        "deadline_s": info.deadline and int(info.deadline.total_seconds()),
        "end": info.end,
        "initial": state is MODEL.initial,
        "words": words_to_dict(state.words),
    }
    return form | {"owner_then": owners[1] if len(owners) > 1 else None}


def _transition_dict(transition: Transition) -> dict[str, Any]:
    phase = MODEL.states[transition.source].phase
    return {
        "source": transition.source,
        "event": transition.event,
        "actors": transition.by,
        "guards": [guard.name for guard in transition.guards],
        "effects": [effect.name for effect in transition.effects],
        "target": transition.target,
        "phase": phase and phase.number,
        "words": {lang: _sentence(transition, lang) for lang in Words._fields},
    }


def _sentence(transition: Transition, lang: str) -> str:
    by = Words("（{}）", " ({})").of(lang).format(case_text.names(transition.by, lang))
    parts = [
        f"{transition.source.words.of(lang)} → {transition.target.words.of(lang)}",
        f"{transition.event.words.of(lang)}{by}",
        _condition_text(transition, lang),
        _then_text(transition, lang),
    ]
    return Words("：", ": ").of(lang).join(parts[:2]) + "".join(
        Words("；", "; ").of(lang) + part for part in parts[2:] if part
    )
