"""Whether the page can show anything: `GET /fgsm/health` answers 200 if it can, and otherwise 503.

A digit is attacked, as for a visitor. Whoever asks often is told what was found a moment ago. A
server that is busy is healthy; one whose work does not go on is not.
"""

import asyncio
import time
from collections.abc import Awaitable, Callable
from functools import partial

from starlette.requests import Request as HttpRequest
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from fgsm import service
from fgsm.service.listing import FIRST
from fgsm.ui.door import DOOR
from fgsm.ui.turns import Busy, Visitor
from fgsm.ui.wire import Json, answering

KEPT = 5.0
"""Seconds for which a finding holds."""
PATIENCE = 3.0
"""Seconds that whoever asks waits for the digit."""
STUCK = 20.0
"""Seconds after which a server that has finished no work is not busy but stuck."""
PROBE = Visitor("health", "health")


async def first_answer() -> Json:
    """The attack that the page opens with; it waits for its turn like any other."""
    attack = partial(answering(service.attack), FIRST.model_dump())
    return await DOOR.work(PROBE, "health", attack)


class Health:
    """What is known of this server's health.

    Args:
        work: attacks a digit, or raises `Busy`.
        finished: when the last work of all was finished, as `time.monotonic` says it.
    """

    def __init__(
        self,
        work: Callable[[], Awaitable[Json]] = first_answer,
        finished: Callable[[], float] = lambda: DOOR.finished,
    ) -> None:
        self._work = work
        self._finished = finished
        self._probe: asyncio.Future[Json] | None = None
        self._has_answered = False
        self._unanswered: float | None = None
        """When a digit was asked for, if there is no answer yet."""
        self._found = PlainTextResponse("")
        self._until = 0.0
        """When what was found is too old."""
        self._looking = asyncio.Lock()

    async def respond(self, _request: HttpRequest) -> Response:
        """What is the matter, in words."""
        async with self._looking:
            if time.monotonic() > self._until:
                problem = await self._problem()
                status = 503 if problem else 200
                words = problem or "a digit can be attacked"
                self._found = PlainTextResponse(words, status, {"Cache-Control": "no-store"})
                self._until = time.monotonic() + KEPT
            return self._found

    async def _problem(self) -> str | None:
        """Why nothing can be shown, if so."""
        if self._unanswered is None:
            self._unanswered = time.monotonic()
        if self._probe is None:
            self._probe = asyncio.ensure_future(self._work())
        done, _ = await asyncio.wait([self._probe], timeout=PATIENCE)
        if not done:
            return self._stuck()
        probe, self._probe = self._probe, None
        try:
            answer = await probe
        except Busy:
            return self._stuck()
        if "error" not in answer:
            self._has_answered, self._unanswered = True, None
        return answer.get("error")

    def _stuck(self) -> str | None:
        """Why there is no answer yet, unless others are answered meanwhile."""
        if not self._has_answered:
            return "no digit has been attacked yet"
        since = time.monotonic() - max(self._finished(), self._unanswered or 0)
        return f"nothing was finished in {since:.0f} s" if since > STUCK else None


ROUTES = [Route("/fgsm/health", Health().respond)]
