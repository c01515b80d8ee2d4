"""How much one client may ask, and how many streams may be open.

A client is an address. A lecture hall has one for everybody in it, so what the page itself asks is
hardly limited; what is computed takes turns in any case. What costs much is limited to what a class
does by hand.
"""

import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager

from limits import RateLimitItem, parse
from limits.aio.storage import MemoryStorage
from limits.aio.strategies import FixedWindowRateLimiter

from fgsm.ui.http.refusals import later
from fgsm.ui.http.routes import Cost
from fgsm.ui.turns import network_of

RATES: dict[Cost, RateLimitItem] = {
    "page": parse("400 per 20 seconds"),  # 200 people open it at once, and load it again
    "ask": parse("4000 per 10 seconds"),  # 40 people draw at once; more than any server computes
    "call": parse("100 per 10 seconds"),
    "stream": parse("600 per minute"),
}
"""Files cost nothing: they are in memory, and browsers keep them."""
AS_MANY = 64 * 1024
"""Bytes of a body that count as one more request; a megabyte keeps Gradio busy for 0.1 s."""
SLOTS = 1024
STREAMS = 800
"""Open at a time; a process may often have no more than 1,024 connections."""
STREAMS_OF_A_CLIENT = 400


def slot(address: str) -> int:
    """Which of the counters are a client's.

    There is a fixed number, so that no number of clients fills the memory; two that share one are
    as two in a lecture hall. Python's hashes of texts are others in every process, so nobody can
    work out with whom to share.
    """
    return hash(network_of(address)) % SLOTS


class Rates:
    """What the clients have asked lately, and which streams they have open."""

    def __init__(self, rates: dict[Cost, RateLimitItem] = RATES) -> None:
        self._rates = rates
        self._limiter = FixedWindowRateLimiter(MemoryStorage())
        self._streams: Counter[int] = Counter()

    async def count(self, cost: Cost, client: int, times: int = 1) -> None:
        """Count a request.

        Args:
            cost: of its answer.
            client: its slot.
            times: as how many it counts.

        Raises:
            Refused: 429.
        """
        rate = self._rates.get(cost)
        if rate is None or await self._limiter.hit(rate, cost, str(client), cost=times):
            return
        window = await self._limiter.get_window_stats(rate, cost, str(client))
        seconds = window.reset_time - time.time()
        raise later(
            429, f"Too many requests from your address; at most {rate} are answered.", seconds
        )

    @contextmanager
    def stream(self, client: int) -> Iterator[None]:
        """A stream of a client is open.

        Raises:
            Refused: 429 if the client has too many, 503 if all together have.
        """
        if self._streams[client] >= STREAMS_OF_A_CLIENT:
            raise later(429, "Too many streams from your address are open.", 5)
        if self._streams.total() >= STREAMS:
            raise later(503, "Too many streams are open.", 5)
        self._streams[client] += 1
        try:
            yield
        finally:
            self._streams[client] -= 1
            self._streams += Counter()  # forget those that have none
