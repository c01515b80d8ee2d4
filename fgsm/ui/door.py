"""The one door through which all work goes to the one thread that computes.

Small work, such as a pick, goes before large work, such as a batch of a run, and large work gives
way to it where the service pauses; where small work never ends, large work still has a quarter of
the time. Among equals, visitors take turns (`fgsm.ui.turns`). What nobody listens for any more is
not computed. Nobody is let in whose work would not be done while the page waits for it: the page is
told when to ask again.

How long work takes is learned from how long it took: on another machine it is something else.
"""

import asyncio
import math
import time
from collections.abc import Awaitable, Callable
from typing import Any, TypeVar

from fgsm.service.pause import give_way
from fgsm.ui.compute import thread
from fgsm.ui.turns import Busy, Gone, Turns, Visitor, Work

Result = TypeVar("Result")

PATIENCE = 8.0
"""Seconds that work may probably have to wait; a page waits twice as long for an answer."""
SMALL = 0.1
"""Seconds that small work takes at most."""
UNKNOWN = 0.2
"""Seconds that work takes which was never done before."""
LESS = 3
"""Seconds of small work that go before a second of large work."""
REPLACED = 1
"""Seconds after which a page may ask again for what its own later wish has replaced."""


async def _stays() -> bool:
    return False


def _nothing() -> None:
    return None


class Door:
    """Lets work in, one piece at a time. Its methods are for one event loop."""

    def __init__(self) -> None:
        self._small, self._large = Turns(), Turns()
        self.finished = 0.0
        """When the last piece of work was finished, as `time.monotonic` says it."""
        self._took: dict[object, float] = {}
        self._small_since, self._last_large = 0.0, UNKNOWN
        """Seconds of small work since the last large work, and the seconds that took."""
        self._worker: asyncio.Task[None] | None = None

    async def work(
        self,
        visitor: Visitor,
        kind: str,
        function: Callable[[], Result],
        *,
        cost: object = None,
        is_gone: Callable[[], Awaitable[bool]] = _stays,
        known: Callable[[], Result | None] = _nothing,
    ) -> Result:
        """What the function returns or raises, computed when its turn comes.

        Args:
            visitor: who waits for it.
            kind: a visitor's later wish of the same kind replaces one that still waits.
            function: is called in the computing thread.
            cost: the same for work that takes about as long; by default, the kind.
            is_gone: whether the visitor has left; asked when the turn comes.
            known: what the function would return, if somebody else had that computed; asked at
                once, and again when the turn comes.

        Raises:
            Busy: it would not be done in time, or a later wish has replaced it.
            Gone: the visitor has left.
        """
        if (answer := known()) is not None:
            return answer
        cost = cost or kind
        seconds = self._took.get(cost, UNKNOWN)
        turns = self._small if seconds <= SMALL else self._large
        wait = turns.seconds_before(visitor)
        if turns is self._large:
            wait += self._small.seconds
        if wait > PATIENCE:
            raise Busy(math.ceil(wait - PATIENCE) + 1)
        done: asyncio.Future[Result] = asyncio.get_running_loop().create_future()
        replaced = turns.put(Work(visitor, kind, function, cost, seconds, is_gone, known, done))
        if replaced and not replaced.done.done():
            replaced.done.set_exception(Busy(REPLACED))
        if self._worker is None or self._worker.done():
            self._worker = asyncio.create_task(self._work())
        return await done

    async def _work(self) -> None:
        loop = asyncio.get_running_loop()
        while self._small or self._large:
            queues = self._small, self._large
            if self._small_since > LESS * self._last_large:
                queues = self._large, self._small
            if work := await self._next(*queues):
                await loop.run_in_executor(thread, self._compute, work, loop)

    async def _next(self, *queues: Turns) -> Work | None:
        """The next piece of work that somebody still waits for."""
        for turns in queues:
            while work := turns.take():
                if work.done.done():
                    continue
                if (answer := work.known()) is not None:
                    work.done.set_result(answer)
                elif await work.is_gone():
                    work.done.set_exception(Gone())
                else:
                    return work
        return None

    def _compute(self, work: Work, loop: asyncio.AbstractEventLoop) -> float:
        """Compute it, in the computing thread.

        Returns:
            The seconds that took.
        """
        begin, others = time.perf_counter(), 0.0

        def let_others_go_first() -> None:
            nonlocal others
            while self._small:
                small = asyncio.run_coroutine_threadsafe(self._next(self._small), loop).result()
                if small:
                    others += self._compute(small, loop)

        # Small work is over soon, and gives way to nobody.
        is_large = work.seconds > SMALL
        token = give_way.set(let_others_go_first if is_large else None)
        try:
            outcome: tuple[Callable[[Any], None], Any] = work.done.set_result, work.function()
        except Exception as error:
            outcome = work.done.set_exception, error
        finally:
            give_way.reset(token)
        took = time.perf_counter() - begin
        own = took - others
        if is_large:
            self._small_since, self._last_large = 0.0, own
        elif self._large:
            self._small_since += own
        self._took[work.cost] = 0.5 * (self._took.get(work.cost, own) + own)
        self.finished = time.monotonic()
        loop.call_soon_threadsafe(_tell, work.done, *outcome)
        return took


def _tell(done: asyncio.Future[Any], set_it: Callable[[Any], None], outcome: Any) -> None:
    if not done.done():  # whoever waited may have been cancelled meanwhile
        set_it(outcome)


DOOR = Door()
"""This process's."""
