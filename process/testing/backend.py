"""The adapter that a tester writes around a back end, so that the model can drive it.

What an adapter has to do
    * ``reset`` begins a case like the one it is given: goal, account, order, limits. Each case has an order of its own.
    * A quote's reference comes with ``quote_consequences``. A back end that makes its own keeps a dictionary in the
      adapter, from the kit's reference to its own, and hands on references that are not in it as they are: they are meant
      to be unknown. So are those, of accounts and orders too, that differ from a known one by a space or a letter's case
      only: the adapter must not tidy them up.
    * Attempts are numbered from 1 in each case, as they are started, and a number is never used twice. A back end that has
      identifiers of its own keeps a dictionary likewise.
    * ``time_out`` by the clock means that the deadline has passed: the adapter moves its clock, or runs the job that looks.
    * Where a back end has no way to do what is asked (no button, no address), that is a refusal.

The methods may be ``async``. The run tests what the back end shows; the more hooks an adapter has, the more that is.
"""

from __future__ import annotations

import asyncio
import inspect
from collections.abc import Awaitable, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from difflib import SequenceMatcher
from typing import Any, Protocol, Self

from process.case import Case
from process.model import Actor, Event, State

HOOKS: Mapping[str, str] = {
    "blockers": "reasons of refusals",
    "facts": "facts",
    "awaits": "whose move it is",
    "allowed": "allowed events",
    "request": "the current request",
    "requests": "the number of requests sent",
    "select": "several cases at once",
    "restart": "restarts between events",
}
"""The optional methods of an adapter, each with what it lets the run compare."""

REQUIRED = ("reset", "apply", "state")


class Backend(Protocol):
    """The adapter around the system under test. Methods that may be there as well, and are then compared or used:

    * ``blockers() -> Collection[str]``: the code of every reason why the last event was refused (``"wrong_state"``, …);
    * ``facts() -> Mapping[str, object]``: any of the facts of ``process.Facts`` that the system shows, by name
      (``{"face_attempts": 1, "fee": 1200}``);
    * ``awaits() -> Actor | str | None``: whose move it is, None at an end;
    * ``allowed() -> Collection[Event | str]``: the events that someone can raise now, given the right payload;
      or ``Mapping[Actor, Collection[Event]]``, for the actors that the system knows this of;
    * ``request() -> RequestKind | Mapping | Request | None``: what is asked of someone now, as ``Case.request`` has it: its
      kind, or any of its ``kind``, ``to``, ``key``, ``payload``. The key may be the system's own: it must stay while the
      request is the same, and be another one for another request;
    * ``requests() -> Mapping[RequestKind | str, int]``: how often the system has sent each kind of request in this case,
      for the kinds that it names (``{"cancel_plan": 1, "verify_face": 2}``);
    * ``select(case)``: what follows is about this case, one of those that ``reset`` began; with it, cases run side by
      side, two of one account, and a second one about the order of a case that has ended;
    * ``restart()``: stop the system and start it again; it must still have every case.
    """

    def reset(self, case: Case, /) -> object:
        """Begin a case with the goal, account, order and limits of *case*, which has not begun. Do not move *case*."""

    def apply(self, event: Event, by: Actor, data: Mapping[str, Any], /) -> Any:
        """Raise the event in the case; True if the system accepted it, False if it refused (or an awaitable of that)."""

    def state(self) -> Any:
        """The state of the case now: a State, or its value (``"order_list"``), or an awaitable of that."""


class Connection:
    """An adapter whose methods are called alike, whether they are ``async`` or not."""

    def __init__(self, backend: Backend, loop: asyncio.AbstractEventLoop | None = None) -> None:
        check_hooks(backend)
        self.backend, self._loop = backend, loop
        self.hooks = tuple(name for name in HOOKS if callable(getattr(backend, name, None)))
        self._stack = ExitStack()
        self._run: Any = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._stack.close()

    def call(self, name: str, *args: object) -> Any:
        """Call the method; wait for its result, where it is one to wait for."""
        __tracebackhide__ = True
        result = getattr(self.backend, name)(*args)
        return self._wait(result) if inspect.isawaitable(result) else result

    def observed_state(self) -> State | str:
        """The state as a State, or as text where there is no such state."""
        state = self.call("state")
        try:
            return State(state)
        except ValueError:
            return str(state)

    def _wait(self, result: Awaitable[Any]) -> Any:
        if self._loop is not None:
            return asyncio.run_coroutine_threadsafe(_awaited(result), self._loop).result()
        if self._run is None:
            runner = asyncio.Runner()
            if _is_in_a_loop():  # which can't wait for itself: another thread has a loop of its own
                thread = self._stack.enter_context(ThreadPoolExecutor(1))
                self._stack.callback(lambda: thread.submit(runner.close).result())
                self._run = lambda coroutine: thread.submit(runner.run, coroutine).result()
            else:
                self._stack.callback(runner.close)
                self._run = runner.run
        return self._run(_awaited(result))


async def _awaited(awaitable: Awaitable[Any]) -> Any:
    return await awaitable


def _is_in_a_loop() -> bool:
    try:
        asyncio.get_running_loop()
    except RuntimeError:
        return False
    return True


def check_hooks(backend: object) -> None:
    """Raise TypeError where a method is missing, or where one bears almost the name of a hook."""
    for name in REQUIRED:
        if not callable(getattr(backend, name, None)):
            raise TypeError(f"{type(backend).__name__} has no method {name}(); an adapter needs {', '.join(REQUIRED)}")
    for name in HOOKS:
        if isinstance(inspect.getattr_static(backend, name, None), property):
            raise TypeError(
                f"{type(backend).__name__}.{name} is a property, which is not called; make it a method: {name}()"
            )
    known = {*REQUIRED, *HOOKS}
    for name in dir(backend):
        if name.startswith("_") or name in known or not callable(inspect.getattr_static(backend, name, None)):
            continue
        meant = next((hook for hook in HOOKS if _is_almost(name, hook)), None)
        if meant is not None:
            raise TypeError(
                f"{type(backend).__name__}.{name}() is never called; did you mean {meant}()? "
                f"The hooks are {', '.join(HOOKS)}; begin the names of other methods with an underscore."
            )


def _is_almost(name: str, hook: str) -> bool:
    plain = name.lower().replace("_", "").removeprefix("get")
    return plain == hook or (plain[:1] == hook[:1] and SequenceMatcher(None, plain, hook).ratio() > 0.82)
