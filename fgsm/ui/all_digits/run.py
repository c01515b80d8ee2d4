"""Runs on this device: one at a time, the others wait for their turn; and the download.

A page asks again and again how its run is, and gets an answer as soon as there is news. That needs
no connection that stays open: if the server is started anew meanwhile, the same question begins the
run again. Whoever asks no more has left, and the run ends.
"""

import asyncio
import logging
import time
from collections.abc import Iterator
from dataclasses import dataclass, field

from fgsm.catalogue import BUILTIN, MNIST_TEST
from fgsm.digits import MnistMissing, mnist_digits
from fgsm.service.all_digits import run as evaluated
from fgsm.service.answer import Progress, Series
from fgsm.service.digits import device
from fgsm.service.request import CancelRequest, FollowRequest
from fgsm.ui.compute import computing
from fgsm.ui.wire import FAILED, Json, packed, refused

PAUSE = 0.6
"""Seconds between two news of a run: often enough to look alive, too seldom to cost anything."""
HOLD = 8.0
"""Seconds after which a question is answered even if there is no news."""
GONE = 10.0
"""Seconds without a question after which the visitor has left."""
MOST = 16
"""How many runs may wait; one visitor more is told to try again."""

logger = logging.getLogger(__name__)


@dataclass
class Run:
    """One run: where it comes from, how it is, and who asks about it."""

    steps: Iterator[tuple[Series, float]]
    """The results so far, and the seconds they took, batch by batch."""
    ahead: int
    """How many runs come first."""
    series: Series | None = None
    seconds: float = 0.0
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
        told = Progress(self.news, self.ahead, self.series, self.seconds, str(device()))
        answer: Json = packed(told)
        return answer


class Runs:
    """All runs of this server, in the order in which they came."""

    def __init__(self) -> None:
        self._runs: dict[str, Run] = {}
        self._worker: asyncio.Task[None] | None = None

    async def follow(self, data: object) -> Json:
        """How a run is; it begins, or waits for its turn, when it is asked about first."""
        try:
            request = FollowRequest.parse(data)
            run = self._runs.get(request.id) or self._begin(request)
        except ValueError as error:
            return refused(error)
        return await run.progress(request.known)

    async def cancel(self, data: object) -> Json:
        """Stop a run after the batch that is being computed; those behind it move up."""
        try:
            run = self._runs.pop(CancelRequest.parse(data).id, None)
        except ValueError as error:
            return refused(error)
        if run:
            run.stop()
            self._move_up()
        return {"cancelled": run is not None}

    def _begin(self, request: FollowRequest) -> Run:
        self._runs = {key: run for key, run in self._runs.items() if not run.has_left}
        queue = self._queue()
        if len(queue) > MOST:
            raise ValueError(f"{MOST} runs are waiting already; please try again later")
        run = self._runs[request.id] = Run(evaluated(request), ahead=len(queue))
        if self._worker is None or self._worker.done():
            self._worker = asyncio.create_task(self._work())
        return run

    def _queue(self) -> list[Run]:
        return [run for run in self._runs.values() if not run.is_over]

    def _move_up(self) -> None:
        for place, run in enumerate(self._queue()):
            if run.ahead != place:
                run.ahead = place
                run.tell()

    async def _work(self) -> None:
        """Compute one run after the other, until none is left."""
        while queue := self._queue():
            self._move_up()
            try:
                await _compute(queue[0])
            except Exception:
                logger.exception("a run failed")
                queue[0].problem = FAILED
            queue[0].stop()


async def _compute(run: Run) -> None:
    """Go through a run, and tell of its results now and then, of those of the last batch always.

    Each batch waits its turn, so that a visitor who picks a digit meanwhile waits for one at most.
    """
    told = 0.0
    while not (run.is_over or run.has_left):
        step = await computing(next)(run.steps, None)
        if step is None:
            return
        run.series, run.seconds = step
        now = time.monotonic()
        if run.series.n in (0, run.series.of) or now - told >= PAUSE:
            told = now
            run.tell()


_downloading = asyncio.Lock()


async def download(_data: object = None) -> Json:
    """Fetch what is missing or damaged of the test set; one visitor at a time."""
    async with _downloading:
        return await asyncio.to_thread(_download)


def _download() -> Json:
    try:
        mnist_digits(train=False, download=True)
    except MnistMissing as error:
        logger.warning("%s", error)
        return {
            "error": "The test set could not be downloaded: there is no network, or no right to "
            f"write. {BUILTIN.phrase[0].upper()}{BUILTIN.phrase[1:]} work without it."
        }
    return {"said": f"{MNIST_TEST.phrase} are here now."}
