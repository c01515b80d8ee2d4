"""The one door through which all work goes to the one thread that computes.

There are three ranks. Small work for which somebody waits, such as a pick, goes first; then small
work that can wait, such as a stroke of a drawing, after which the next one comes; then large work,
such as a batch of a run, which gives way to the others where the service pauses. Where a rank never
ends, those behind it still have a quarter of the time. Within a rank, visitors take turns
(`fgsm.ui.turns`). What nobody listens for any more is not computed. Nobody is let in whose work
would not be done while the page waits for it: the page is told when to ask again.

How long work takes is learned from how long it took: on another machine it is something else. Small
work is computed by one thread alone. More would make it a little faster where nobody else is, but
they wait for each other where there are others, and then cost more than they bring.
"""

import asyncio
import math
import time
from collections.abc import Awaitable, Callable
from typing import Any, TypeVar

import torch

from fgsm.service.digits import device
from fgsm.service.pause import give_way
from fgsm.ui.compute import thread
from fgsm.ui.turns import Busy, Gone, Turns, Visitor, Work

Result = TypeVar("Result")

PATIENCE = 8.0
"""Seconds that work may probably have to wait; a page waits twice as long for an answer."""
SMALL = 0.1
"""Seconds that small work takes at most."""
THREADS = torch.get_num_threads()
UNKNOWN = 0.2
"""Seconds that work takes which was never done before."""
AHEAD = 3
"""Seconds of work of lower ranks that go before a second of work that waits."""
FIRST, SOON, LATER = RANKS = range(3)
REPLACED = 1
"""Seconds after which a page may ask again for what its own later wish has replaced."""


async def _stays() -> bool:
    return False


def _nothing() -> None:
    return None


def _now() -> float:
    """Seconds, in the computing thread, of which only differences mean something.

    They are of the thread's own time: while a page is sent, work takes longer by the clock. But a
    thread may sleep while a GPU computes for it.
    """
    return time.thread_time() if device().type == "cpu" else time.perf_counter()


class Door:
    """Lets work in, one piece at a time. Its methods are for one event loop."""

    def __init__(self) -> None:
        self.finished = 0.0
        """When the last piece of work was finished, as `time.monotonic` says it."""
        self._queues = tuple(Turns() for _ in RANKS)
        self._took: dict[object, float] = {}
        self._last, self._since = [UNKNOWN for _ in RANKS], [0.0 for _ in RANKS]
        """Seconds that the last work of each rank took, and of work that went before it since."""
        self._worker: asyncio.Task[None] | None = None

    async def work(
        self,
        visitor: Visitor,
        kind: str,
        function: Callable[[], Result],
        *,
        cost: object = None,
        can_wait: bool = False,
        is_gone: Callable[[], Awaitable[bool]] = _stays,
        known: Callable[[], Result | None] = _nothing,
    ) -> Result:
        """What the function returns or raises, computed when its turn comes.

        Args:
            visitor: who waits for it.
            kind: a visitor's later wish of the same kind replaces one that still waits.
            function: is called in the computing thread.
            cost: the same for work that takes about as long; by default, the kind.
            can_wait: whether the visitor sees something else meanwhile.
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
        rank = LATER if seconds > SMALL else SOON if can_wait else FIRST
        wait = self._queues[rank].seconds_before(visitor)
        # What goes ahead does so for a time only, however much it is.
        ahead = sum(turns.seconds for turns in self._queues[:rank])
        wait += min(ahead, AHEAD * (wait + self._last[rank]))
        if wait > PATIENCE:
            raise Busy(math.ceil(wait - PATIENCE) + 1)
        done: asyncio.Future[Result] = asyncio.get_running_loop().create_future()
        work = Work(visitor, kind, function, cost, seconds, rank, is_gone, known, done)
        replaced = self._queues[rank].put(work)
        if replaced and not replaced.done.done():
            replaced.done.set_exception(Busy(REPLACED))
        if self._worker is None or self._worker.done():
            self._worker = asyncio.create_task(self._work())
        return await done

    async def _work(self) -> None:
        loop = asyncio.get_running_loop()
        while any(self._queues):
            due = [rank for rank in RANKS if self._since[rank] > AHEAD * self._last[rank]]
            if work := await self._next(*due[::-1], *RANKS):
                await loop.run_in_executor(thread, self._compute, work, loop)

    async def _next(self, *ranks: int) -> Work | None:
        """The next piece of work that somebody still waits for."""
        for rank in ranks:
            while work := self._queues[rank].take():
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
        begin, others = _now(), 0.0

        def let_others_go_first() -> None:
            nonlocal others
            own = _now() - begin - others
            # What takes longer than it was taken for is large work.
            ranks = RANKS[: LATER if is_outermost and own > SMALL else work.rank]
            # They may never end; this would then never go on, and neither would its like.
            while any(self._queues[rank] for rank in ranks) and others <= AHEAD * own:
                taking = self._next(*ranks)
                if other := asyncio.run_coroutine_threadsafe(taking, loop).result():
                    others += self._compute(other, loop)
            torch.set_num_threads(threads)

        threads = 1 if work.seconds <= SMALL else THREADS
        torch.set_num_threads(threads)
        is_outermost = give_way.get() is None
        token = give_way.set(let_others_go_first)
        try:
            outcome: tuple[Callable[[Any], None], Any] = work.done.set_result, work.function()
        except Exception as error:
            outcome = work.done.set_exception, error
        finally:
            give_way.reset(token)
        took = _now() - begin
        own = took - others
        self._last[work.rank], self._since[work.rank] = own, 0.0
        for rank in RANKS[work.rank + 1 :]:
            if self._queues[rank]:
                self._since[rank] += own
        self._took[work.cost] = 0.5 * (self._took.get(work.cost, own) + own)
        self.finished = time.monotonic()
        loop.call_soon_threadsafe(_tell, work.done, *outcome)
        return took


def _tell(done: asyncio.Future[Any], set_it: Callable[[Any], None], outcome: Any) -> None:
    if not done.done():  # whoever waited may have been cancelled meanwhile
        set_it(outcome)


DOOR = Door()
"""This process's."""
