"""Runs on this device: one at a time, the others wait for their turn; and the download.

A page asks again and again how its run is, and gets an answer as soon as there is news. That needs
no connection that stays open: if the server is started anew meanwhile, the same question begins the
run again. Whoever asks no more has left, and the run ends. A page has one run, and addresses take
turns: who begins many runs waits for them, the others do not.
"""

import asyncio
import logging
import time
from collections import Counter
from dataclasses import dataclass, field
from functools import partial

from fgsm.catalogue import BUILTIN, MNIST_TEST
from fgsm.digits import MnistMissing, mnist_digits
from fgsm.service.all_digits import readings_of
from fgsm.service.answer import Progress, Series
from fgsm.service.digits import device
from fgsm.service.request import CancelRequest, FollowRequest, RunRequest
from fgsm.ui.door import DOOR
from fgsm.ui.settings import settings
from fgsm.ui.turns import Busy, Gone, Visitor
from fgsm.ui.wire import FAILED, Json, packed, refused
from fgsm.ui.zero import IS_ZERO, Steps, evaluated

PAUSE = 0.6
"""Seconds between two news of a run: often enough to look alive, too seldom to cost anything."""
HOLD = 8.0
"""Seconds after which a question is answered even if there is no news."""
GONE = 10.0
"""Seconds without a question after which the visitor has left."""
MOST = 24_000_000
"""Readings of all runs that are not over (`readings_of` counts them): ten runs of the largest kind.
Whoever wants one more is told to try again."""
LEAST = MOST // 200
"""What a run counts as, however small it is: every run that waits is told whenever one is over, and
with thousands of them the server would do nothing else."""
SHARE = 4
"""An address may have a part of `MOST` by this number."""

logger = logging.getLogger(__name__)


@dataclass
class Run:
    """One run: where it comes from, how it is, and who asks about it."""

    visitor: Visitor
    request: RunRequest
    steps: Steps
    ahead: int = 0
    """How many runs come first."""
    is_going: bool = False
    series: Series | None = None
    seconds: float = 0.0
    device: str = field(default_factory=lambda: str(device()))
    is_over: bool = False
    problem: str | None = None
    news: int = 1
    """How often something has changed, its beginning included."""
    changed: asyncio.Event = field(default_factory=asyncio.Event)
    asking: int = 0
    """How many questions are waiting for news."""
    asked: float = field(default_factory=time.monotonic)
    """When the last question was answered."""

    @property
    def has_left(self) -> bool:
        """Whether its visitor asks no more."""
        return self.asking == 0 and time.monotonic() - self.asked > GONE

    async def is_gone(self) -> bool:
        """Whether nobody wants any more of it."""
        return self.is_over or self.has_left

    def tell(self) -> None:
        """Let all questions that wait be answered."""
        self.news += 1
        self.changed.set()
        self.changed = asyncio.Event()

    def stop(self) -> None:
        """Compute no more."""
        self.is_over = True
        self.tell()

    async def progress(self, known: int) -> Json:
        """How it is, once that is something else than what the page knows."""
        self.asking += 1
        try:
            if self.news == known:
                await asyncio.wait_for(self.changed.wait(), HOLD)
        except asyncio.TimeoutError:
            pass  # nothing new: the page asks again, and so shows that it is still there
        finally:
            self.asking -= 1
            self.asked = time.monotonic()
        if self.problem:
            return {"error": self.problem}
        told = Progress(self.news, self.ahead, self.series, self.seconds, self.device)
        answer: Json = packed(told)
        return answer


class Runs:
    """All runs of this server, in the order in which they came."""

    def __init__(self) -> None:
        self._runs: dict[str, Run] = {}
        self._worker: asyncio.Task[None] | None = None

    async def follow(self, data: object, visitor: Visitor) -> Json:
        """How a run is; it begins, or waits for its turn, when it is asked about first."""
        try:
            request = FollowRequest.parse(data)
            run = self._runs.get(request.id) or self._begin(request, visitor)
        except ValueError as error:
            return refused(error)
        return await run.progress(request.known)

    async def cancel(self, data: object, _visitor: Visitor) -> Json:
        """Stop a run after the batch that is being computed; those behind it move up."""
        try:
            run = self._runs.pop(CancelRequest.parse(data).id, None)
        except ValueError as error:
            return refused(error)
        if run:
            run.stop()
            self._move_up()
        return {"cancelled": run is not None}

    def _begin(self, request: FollowRequest, visitor: Visitor) -> Run:
        self._runs = {key: run for key, run in self._runs.items() if not run.has_left}
        for run in self._queue():
            if run.visitor == visitor:  # the page follows another run by now
                run.stop()
        self._check(request, visitor.address)
        run = self._runs[request.id] = Run(visitor, request, evaluated(request))
        self._move_up()
        if self._worker is None or self._worker.done():
            self._worker = asyncio.create_task(self._work())
        return run

    def _check(self, request: RunRequest, address: str) -> None:
        """Whether there is room for one more run.

        Raises:
            ValueError: there is none.
        """
        queue = self._queue()
        own = [run for run in queue if run.visitor.address == address]
        for waiting, most in ((queue, MOST), (own, MOST // SHARE)):
            if sum(_cost(each) for each in [request, *(run.request for run in waiting)]) > most:
                raise ValueError(f"{len(waiting)} runs are waiting already; please try again later")

    def _queue(self) -> list[Run]:
        """The run that is going on, then those that wait: the first of each address comes first."""
        before: Counter[str] = Counter()
        ranks: dict[int, tuple[bool, int]] = {}
        queue = [run for run in self._runs.values() if not run.is_over]
        for run in queue:
            ranks[id(run)] = not run.is_going, before[run.visitor.address]
            before[run.visitor.address] += 1
        return sorted(queue, key=lambda run: ranks[id(run)])

    def _move_up(self) -> None:
        for place, run in enumerate(self._queue()):
            if run.ahead != place:
                run.ahead = place
                run.tell()

    async def _work(self) -> None:
        """Compute one run after the other, until none is left."""
        while queue := self._queue():
            run = queue[0]
            run.is_going = True
            self._move_up()
            try:
                await _compute(run)
                await asyncio.to_thread(run.steps.close)  # gives a GPU back, if it has one
            except Exception:
                logger.exception("a run failed")
                run.problem = FAILED
            run.stop()


def _cost(request: RunRequest) -> int:
    return max(LEAST, readings_of(request))


async def _compute(run: Run) -> None:
    """Go through a run, and tell of its results now and then, of those of the last batch always.

    Each batch waits its turn, so that a visitor who picks a digit meanwhile waits for one at most.
    """
    told = 0.0
    cost = ("run", run.request.model, run.request.attack, len(run.request.epsilons))
    batch = partial(next, run.steps, None)
    while not await run.is_gone():
        try:
            if IS_ZERO:  # waits for the GPU, and computes nothing here
                step = await asyncio.to_thread(batch)
            else:
                step = await DOOR.work(run.visitor, "run", batch, cost=cost, is_gone=run.is_gone)
        except Busy as busy:
            await asyncio.sleep(busy.again)
            continue
        except Gone:
            return
        if step is None:
            return
        run.series, run.seconds, run.device = step
        now = time.monotonic()
        if run.series.n in (0, run.series.of) or now - told >= PAUSE:
            told = now
            run.tell()


RUNS = Runs()
"""This process's."""
NOT_OFFERED = "The test set can be downloaded only by whoever runs this server."
_downloading = asyncio.Lock()


async def download(_data: object, _visitor: Visitor) -> Json:
    """Fetch what is missing or damaged of the test set, where visitors may; one at a time."""
    if not settings().download:
        return {"error": NOT_OFFERED}
    async with _downloading:
        return await asyncio.to_thread(_download)


def _download() -> Json:
    try:
        mnist_digits(train=False, download=True)
    except MnistMissing as error:
        logger.warning("%s", error)
        return {
            "error": "The test set could not be downloaded: there is no network, or no right or "
            f"room to write. {BUILTIN.phrase[0].upper()}{BUILTIN.phrase[1:]} work without it."
        }
    return {"said": f"{MNIST_TEST.phrase} are here now."}
