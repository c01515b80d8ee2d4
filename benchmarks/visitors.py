"""Visitors of the page, as a server meets them: they load it, pick digits, draw, and wait.

They do what the page's scripts do. Of the stage's questions one is on its way at a time. After its
answer the other models are compared, unless another answer follows at once. A busy server is asked
again when it said.
"""

import asyncio
import base64
import itertools
import json
import random
import time
import uuid
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from typing import Any

import numpy as np

from benchmarks.client import Answer, Browser
from fgsm.catalogue import BUILTIN, DRAWING, FGSM, LENET, MODELS

BETWEEN = 2.0
"""Seconds from a pick to the next, give or take a quarter."""
DRAWN = 3.0
"""Seconds that a drawing takes."""
STROKES = 10
"""A second: how often a drawing is asked about at most."""
PAUSE = 0.15
"""Seconds after which the page compares the models; see `stage/comparison.js`."""
PATIENCE = 15.0
"""Seconds after which the page takes the connection for lost; see `shared/server.js`."""
SPREAD = 0.5
"""Of a wait for a busy server: how much longer a page may wait; see there too."""
SENT = 112
"""Pixels a side of a drawing that is sent."""
STEPS = 30
"""In which a drawing grows."""
HALL = "192.0.2.1"
"""Where honest visitors come from; nobody has that address."""

_digits = itertools.cycle(random.sample(range(BUILTIN.size), BUILTIN.size))
# Each once, as long as there are any: the server may keep answers.


@dataclass
class Seen:
    """What visitors met. Times are in milliseconds; where no answer came, it is `PATIENCE`."""

    pages: list[float] = field(default_factory=list)
    picks: list[float] = field(default_factory=list)
    """From the click to the answer, the waits for a busy server included."""
    drawn: list[float] = field(default_factory=list)
    """As `picks`, of drawings that grow."""
    compared: list[float] = field(default_factory=list)
    asked: int = 0
    """Questions sent, the repeated ones too."""
    busy: int = 0
    """How many of them were politely put off: 503, and when to ask again."""
    errors: Counter[str] = field(default_factory=Counter)
    """What came instead of an answer otherwise, and how often."""


class Visitor:
    """One page load, and the person before it."""

    def __init__(self, port: int, address: str, seen: Seen) -> None:
        """A visitor who comes from that address, as a proxy would tell."""
        self.browser = Browser(
            port, {"X-Forwarded-For": address, "X-Fgsm-Page": uuid.uuid4().hex[:16]}
        )
        self.seen = seen
        self._comparing: asyncio.Task[Any] | None = None
        self._attacks = 0
        self._tasks: set[asyncio.Task[Any]] = set()

    async def load(self, paths: Sequence[str]) -> None:
        """Load the page, with nothing in the browser's cache: the document, then all it needs."""
        start = time.perf_counter()
        document, *others = paths
        await self._get(document)
        await asyncio.gather(*map(self._get, others))
        self.seen.pages.append(1000 * (time.perf_counter() - start))

    async def _get(self, path: str) -> None:
        try:
            answer = await asyncio.wait_for(self.browser.fetch(path), 2 * PATIENCE)
        except (ConnectionError, asyncio.TimeoutError) as error:
            self.seen.errors[f"page: {type(error).__name__}"] += 1
            return
        if answer.status != 200:
            self.seen.errors[f"page: status {answer.status}"] += 1

    async def look_around(self) -> None:
        """Pick, pick, draw, and again, for ever."""
        await asyncio.sleep(random.uniform(0, BETWEEN))
        for turn in itertools.count(1):
            if turn % 3:
                start = time.perf_counter()
                await self.pick()
                wait = BETWEEN * random.uniform(0.75, 1.25)
                await asyncio.sleep(max(0, start + wait - time.perf_counter()))
            else:
                await self.draw()

    async def pick(self) -> None:
        """Pick one of the built-in digits."""
        await self._attack(request(index=next(_digits)), self.seen.picks)

    async def draw(self) -> None:
        """Draw a digit; the page asks about it as it grows."""
        place = random.randrange(SENT), random.randrange(SENT)
        start = time.perf_counter()
        while (drawn := (time.perf_counter() - start) / DRAWN) < 1:
            asked = time.perf_counter()
            picture = drawing(int(drawn * STEPS), place)
            await self._attack(request(source=DRAWING.key, drawing=picture), self.seen.drawn)
            await asyncio.sleep(max(0, asked + 1 / STROKES - time.perf_counter()))

    async def _attack(self, wanted: dict[str, Any], times: list[float]) -> None:
        self._attacks += 1
        if self._comparing:
            self._comparing.cancel()
        answer = await self._timed("attack", {**wanted, "ks": None}, times)
        if answer is not None:
            others = [key for key in MODELS if key != wanted["model"]]
            self._comparing = asyncio.create_task(self._compare({**wanted, "compared": others}))
            self._tasks.add(self._comparing)
            self._comparing.add_done_callback(self._tasks.discard)

    async def _compare(self, wanted: dict[str, Any]) -> None:
        await asyncio.sleep(PAUSE)
        self._comparing = None  # sent now, it is not called back
        begun = self._attacks
        await self._timed("compare", wanted, self.seen.compared, lambda: self._attacks == begun)

    async def _timed(
        self,
        name: str,
        wanted: Mapping[str, Any],
        times: list[float],
        is_wanted: Callable[[], bool] = lambda: True,
    ) -> Any:
        """What `ask` returns; the milliseconds that took are added to `times`.

        What is put off, and of no use when its time comes, is not asked again, and not timed.
        """
        start = time.perf_counter()
        answer = await self.ask(name, wanted, is_wanted)
        if answer is None and not is_wanted():
            return None
        seconds = PATIENCE if answer is None else time.perf_counter() - start
        times.append(1000 * seconds)
        return answer

    async def ask(
        self, name: str, wanted: Mapping[str, Any], is_wanted: Callable[[], bool] = lambda: True
    ) -> Any:
        """The answer to a question, asked until there is one, or until it is of no use.

        None if something goes wrong, or if it is of no use.
        """
        try:
            while True:
                self.seen.asked += 1
                answer = await asyncio.wait_for(question(self.browser, name, wanted), PATIENCE)
                again = answer.headers.get("retry-after", "")
                if answer.status not in (429, 503) or not again.isdigit():
                    break
                if answer.status == 503:
                    self.seen.busy += 1
                else:  # nobody here asks too often
                    self.seen.errors["status 429"] += 1
                await asyncio.sleep(int(again) * random.uniform(1, 1 + SPREAD))
                if not is_wanted():
                    return None
        except (ConnectionError, asyncio.TimeoutError) as error:
            self.seen.errors[f"{name}: {type(error).__name__}"] += 1
            return None
        if answer.status != 200 or "error" in (found := answer.json()):
            self.seen.errors[f"{name}: status {answer.status}, {answer.body[:80]!r}"] += 1
            return None
        return found

    def leave(self) -> None:
        """Close the page: nothing is asked any more, and no answer waited for."""
        for task in self._tasks:
            task.cancel()
        self.browser.close()


async def question(browser: Browser, name: str, wanted: Mapping[str, Any]) -> Answer:
    """Ask once, as the page does."""
    return await browser.fetch(f"/fgsm/ask/{name}", json.dumps(wanted).encode())


def request(**fields: Any) -> dict[str, Any]:
    """What the stage sends of a digit, with the default settings but for `fields`."""
    return {
        "source": BUILTIN.key,
        "index": 0,
        "drawing": None,
        "pixels": None,
        "label": None,
        "model": LENET.key,
        "twin": False,
        "attack": FGSM.key,
        "target": None,
        "ray": None,
        **fields,
    }


def drawing(step: int, place: tuple[int, int]) -> str:
    """A drawing after that many steps, moved around the picture's edges, as it is sent."""
    return base64.b64encode(np.roll(_growing()[step], place, (0, 1)).tobytes()).decode()


@cache
def _growing() -> np.ndarray[Any, np.dtype[np.uint8]]:
    """A seven that is drawn step by step: `(STEPS, SENT, SENT)`, white on black."""
    corners = [(0.25, 0.25), (0.75, 0.25), (0.45, 0.8)]
    lines = [np.linspace(a, b, STEPS // 2) for a, b in itertools.pairwise(corners)]
    path = np.concatenate(lines)  # (STEPS, 2), x and y
    y, x = np.mgrid[:SENT, :SENT] / SENT
    near = np.hypot(x - path[:, 0, None, None], y - path[:, 1, None, None]) < 0.05
    return 255 * np.maximum.accumulate(near, axis=0).astype(np.uint8)
