"""Candidates for ``shrinking``: shorter scenarios in place of a failing one, which may fail as well."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import partial
from itertools import combinations

from process.exploration.expansion import Configuration, canonical
from process.exploration.explorer import Exploration
from process.exploration.inputs import RIGHT
from process.model import Actor, Event, Facts, State
from process.testing.scenario import Delivery, Exchange, Scenario, scenario_of

NEAREST = 4  # configurations like the last one that are tried
ALIKE, ALIKE_AT_LAST = 1, 2  # facts that a configuration must share with another one in the same state to stand for it
_FAIL = Delivery(Event.FAIL_VERIFICATION, Actor.VERIFIER)
_STARTS = {Event.START_FACE_VERIFICATION: "face_limit", Event.START_OTHER_VERIFICATION: "other_limit"}


def exchanges_of(scenario: Scenario) -> list[Exchange]:
    return list(scenario.exchanges(scenario.open()))


def refusal_count(scenario: Scenario) -> int:
    """The number of deliveries that the model refuses."""
    return sum(not each.is_accepted for each in scenario.exchanges(scenario.open()))


def fewer_refused(scenario: Scenario) -> Iterator[Scenario]:
    """Without what the model refuses, but for the last delivery; then with what it refuses most often alone."""
    exchanges = exchanges_of(scenario)
    counts: dict[Delivery, int] = {}
    for each in exchanges[:-1]:
        if not each.is_accepted:
            counts[each.delivery] = counts.get(each.delivery, 0) + 1
    events = dict.fromkeys(each.event for each in counts)
    groups = [set(), *({each for each in counts if each.event is event} for event in events)]
    groups += [{each} for each in sorted(counts, key=lambda each: -counts[each])]
    for group in groups:
        kept = [each.delivery for each in exchanges[:-1] if each.is_accepted or each.delivery in group]
        yield scenario._replace(deliveries=(*kept, scenario.deliveries[-1]))


def without(scenario: Scenario, start: int, end: int) -> Scenario:
    """The scenario without these deliveries, and without those that the model answers otherwise when they are missing."""
    return _spliced(scenario, scenario, scenario.deliveries[:start], end)


def without_a_loop(scenario: Scenario) -> Iterator[Scenario]:
    """Without the deliveries between two visits to the same state; the longest of these first."""
    states = [each.before.state for each in scenario.exchanges(scenario.open())]
    loops = [
        (start - end, start, end) for start, end in combinations(range(len(states)), 2) if states[start] is states[end]
    ]
    *_, last = scenario.deliveries
    name, _, number = last.variant.partition(": number ")
    for _, start, end in sorted(loops):
        shorter = without(scenario, start, end)
        yield shorter
        if number.isdigit() and int(number) > 1:  # there is one attempt less
            fewer = last._replace(variant=f"{name}: number {int(number) - 1}")
            yield shorter._replace(deliveries=(*shorter.deliveries[:-1], fewer))


def by_another_path(scenario: Scenario, exploration: Exploration) -> Iterator[Scenario]:
    """The last deliveries, few or many, and before them the shortest path to a configuration like the one before them."""
    exchanges = exchanges_of(scenario)
    size, variants = len(exchanges), _accepted_variants(exchanges)
    found: list[tuple[int, int, int, int]] = []
    for start in range(1, size):
        alike = ALIKE_AT_LAST if start == size - 1 else ALIKE
        for index in _similar(exploration, exchanges[start].before, alike):
            length = exploration.depths[index] + size - start
            if length < size:
                found += [(length, is_varied, start, index) for is_varied in (0, 1)]
    for _, is_varied, start, index in sorted(found):
        path = exploration.path_to(index)
        begin = scenario_of(exploration, path, exploration.goal_of(path, index))
        deliveries = tuple(map(variants, begin.deliveries)) if is_varied else begin.deliveries
        yield _spliced(scenario, scenario._replace(goal=begin.goal), deliveries, start)


def by_a_shorter_way_on(scenario: Scenario, exploration: Exploration) -> Iterator[Scenario]:
    """The first deliveries, and after them the shortest path to the state in which the last one is delivered."""
    exchanges = exchanges_of(scenario)
    size, last, variants = len(exchanges), exchanges[-1].before, _accepted_variants(exchanges)
    for targets in _targets(exploration, last):
        distance = exploration.distances_to(targets)
        for start in range(1, size - 1):
            index = _explored_index(exploration, exchanges[start].before)
            if index is None or start + distance.get(index, size) + 1 >= size:
                continue
            onward = scenario_of(exploration, exploration.path_between(index, targets) or (), scenario.goal).deliveries
            for further in dict.fromkeys((onward, tuple(map(variants, onward)))):
                deliveries = (*scenario.deliveries[:start], *further, scenario.deliveries[-1])
                yield scenario._replace(deliveries=deliveries)


def with_an_earlier_end(scenario: Scenario, exploration: Exploration) -> Iterator[Scenario]:
    """The first deliveries, and after them one of those that the process has a row for, or attempts until none is left."""
    machine = exploration.machine
    for at, exchange in enumerate(exchanges_of(scenario)[:-1]):
        facts, state = exchange.before.facts, exchange.before.state
        for event, limit in _STARTS.items() if state is State.VERIFICATION_CHOICE else ():
            start = Delivery(event, Actor.CUSTOMER)
            for times in range(1, getattr(facts, limit) + 1):
                yield scenario._replace(deliveries=(*scenario.deliveries[:at], *(start, _FAIL) * times, start))
        for event, compiled in machine.compiled_events.items():
            actors = dict.fromkeys(by for row in compiled.transitions_from.get(state, ()) for by in row.by)
            for by in actors:
                yield scenario._replace(deliveries=(*scenario.deliveries[:at], Delivery(event, by)))


def with_refused_repeated(scenario: Scenario, exploration: Exploration) -> Iterator[tuple[Callable[[int], Scenario], int]]:
    """Yield the shortest path to the last delivery with a refused one before it, repeated, and its present number."""
    exchanges = exchanges_of(scenario)
    counts: dict[Event, int] = {}
    found: dict[Event, Delivery] = {}
    for each in exchanges[:-1]:
        if not each.is_accepted:
            counts[each.delivery.event] = counts.get(each.delivery.event, 0) + 1
            found[each.delivery.event] = each.delivery
    nearest = _similar(exploration, exchanges[-1].before, ALIKE)[:NEAREST]
    for event in sorted(counts, key=lambda each: -counts[each]):
        if counts[event] > 1:
            for index in nearest:
                path = exploration.path_to(index)
                begin = scenario_of(exploration, path, exploration.goal_of(path, index))
                yield partial(_refused_repeated, scenario, begin, found[event]), counts[event]


def _refused_repeated(scenario: Scenario, begin: Scenario, refused: Delivery, times: int) -> Scenario:
    deliveries = (*[refused] * times, *begin.deliveries, scenario.deliveries[-1])
    return scenario._replace(goal=begin.goal, deliveries=deliveries)


def repeated_events(scenario: Scenario) -> list[tuple[Event, int]]:
    """The events that are accepted several times, each with its count; the last delivery's first, then by count."""
    counts: dict[Event, int] = {}
    for each in scenario.exchanges(scenario.open()):
        if each.is_accepted:
            counts[each.delivery.event] = counts.get(each.delivery.event, 0) + 1
    last = scenario.deliveries[-1].event
    found = [(event, times) for event, times in counts.items() if times > 1]
    return sorted(found, key=lambda each: (each[0] is not last, -each[1]))


def cycled(scenario: Scenario, event: Event, exploration: Exploration) -> Callable[[int], Scenario] | None:
    """The shortest path to a cycle through the event, the cycle so many times, and on to the last delivery."""
    last = exchanges_of(scenario)[-1].before
    configurations, component = exploration.configurations, exploration.components
    cyclic = [
        edge
        for edge in exploration.edges
        if edge.event is event
        and component[edge.source] == component[edge.target]
        and configurations[edge.source].facts.goal is scenario.goal
    ]
    if not cyclic:
        return None
    edge = min(cyclic, key=lambda each: exploration.depths[each.source])
    back = exploration.path_between(edge.target, {edge.source}) or ()
    onward = next(filter(None, (exploration.path_between(edge.source, each) for each in _targets(exploration, last))), ())
    before, cycle, after = (
        scenario_of(exploration, tuple(path), scenario.goal).deliveries
        for path in (exploration.path_to(edge.source), (edge, *back), onward)
    )
    return lambda times: scenario._replace(deliveries=(*before, *cycle * times, *after, scenario.deliveries[-1]))


def more_plainly_wrong(delivery: Delivery) -> list[Delivery]:
    """Deliveries that are wrong in the same field, and in every case."""
    gross = {"account": "another", "order": "another", "quote": "stale", "attempt": "unknown"}
    name, _, choice = delivery.variant.partition(": ")
    found = [delivery._replace(variant=f"{name}: {gross[name]}")] if name in gross else []
    if choice.startswith("number "):
        found.append(delivery._replace(variant=f"{name}: number 1"))
    return [each for each in found if each != delivery]


def _spliced(scenario: Scenario, onto: Scenario, begin: Iterable[Delivery], start: int) -> Scenario:
    """*begin*, then the scenario's deliveries from *start* on but for those that the model answers otherwise there."""
    answers = [each.is_accepted for each in scenario.exchanges(scenario.open())]
    case, kept = onto.open(), list(begin)
    for delivery in kept:
        delivery.deliver(case, delivery.payload(case))
    for index, delivery in enumerate(scenario.deliveries[start:], start):
        data = delivery.payload(case)
        event = case.machine.compiled_events[delivery.event]
        is_accepted = event.decide(case.state, case.facts, delivery.by, dict(data)) is not None
        if is_accepted == answers[index] or index == len(answers) - 1:
            kept.append(delivery)
            delivery.deliver(case, data)
    return onto._replace(deliveries=tuple(kept))


def _accepted_variants(exchanges: list[Exchange]) -> Callable[[Delivery], Delivery]:
    """A function that gives a delivery the payload with which the same event was last accepted."""
    last: Mapping[Event, str] = {each.delivery.event: each.delivery.variant for each in exchanges[:-1] if each.is_accepted}
    return lambda each: each._replace(variant=last.get(each.event, each.variant)) if each.variant == RIGHT else each


def _similar(exploration: Exploration, here: Configuration, alike: int) -> list[int]:
    """The nearest configurations in the same state that share so many facts, whichever these are; the nearest first."""
    facts = _explored_facts(exploration, here.facts)
    wanted = {
        sum(1 << at for at in chosen) for size in range(alike + 1) for chosen in combinations(range(len(facts)), size)
    }
    found: list[int] = []
    for index, each in enumerate(exploration.configurations):
        if each.state is here.state:
            shared = sum((one == other) << at for at, (one, other) in enumerate(zip(each.facts, facts, strict=True)))
            new = {chosen for chosen in wanted if chosen & shared == chosen}
            wanted -= new
            found += [index] if new else []
            if not wanted:
                break
    return found


def _targets(exploration: Exploration, last: Configuration) -> Iterator[set[int]]:
    """The configurations in the state of the last one: those with the same status of the quote, then all."""
    same = {index for index, each in enumerate(exploration.configurations) if each.state is last.state}
    alike = {i for i in same if exploration.configurations[i].facts.quote_status is last.facts.quote_status}
    yield from (each for each in (alike, same) if each)


def _explored_index(exploration: Exploration, here: Configuration) -> int | None:
    try:
        return exploration.index(here.state, _explored_facts(exploration, here.facts))
    except KeyError:  # more attempts than the limits that were explored
        return None


def _explored_facts(exploration: Exploration, facts: Facts) -> Facts:
    """The facts as they are under the limits that were explored."""
    explored = exploration.configurations[0].facts
    return canonical(facts._replace(face_limit=explored.face_limit, other_limit=explored.other_limit))
