"""Who runs the nine-event scenario: this package twice, the stock library twice, and a bare table as the floor."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

from . import floor, ours, stock

EVENTS_OF_THE_SCENARIO = 9


class Contestant(NamedTuple):
    """One way to run the process."""

    new: Callable[[], Any]
    """Makes a case."""
    scenario: Callable[[Any], None]
    """Takes a fresh case through the nine events."""
    to_order_list: Callable[[Any], None]
    """Takes a fresh case through the first two events, to where the calls are made."""
    calls: Mapping[str, Callable[[Any], object]]
    """Attempts that are refused, giving False or the exception, and questions; by kind. None of them changes the case."""


OURS, STOCK, FLOOR = "ours, trigger", "stock, shared machine", "floor, dict of dicts"
OURS_TYPED, STOCK_EACH = "ours, typed methods", "stock, machine per case"

CONTESTANTS: Mapping[str, Contestant] = {
    OURS: Contestant(ours.new, ours.scenario_through_trigger, ours.to_order_list, ours.CALLS_OF_TRIGGER),
    OURS_TYPED: Contestant(ours.new, ours.scenario_through_methods, ours.to_order_list, ours.CALLS_OF_METHODS),
    STOCK_EACH: Contestant(stock.Order, stock.scenario_of_order, stock.order_to_order_list, stock.CALLS_OF_ORDER),
    STOCK: Contestant(stock.Plain, stock.scenario_of_plain, stock.plain_to_order_list, stock.CALLS_OF_PLAIN),
    FLOOR: Contestant(floor.new, floor.scenario, floor.to_order_list, floor.CALLS),
}
"""In the order of their turns."""

CALLS = tuple(ours.CALLS_OF_TRIGGER)
