"""Work that waits, and whose turn it is.

Addresses take turns. Among the pages that are open at one address, the one that was served longest
ago comes first: whoever picks a digit now and then does not wait for all who draw. So whoever asks
for much waits longer, the others do not. Each page has at most one piece of work of a kind here; a
later wish takes the place of the earlier.
"""

import asyncio
import ipaddress
import math
from collections import OrderedDict
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any, NamedTuple


class Visitor(NamedTuple):
    """Who asks: a page that is open in somebody's browser, or a program."""

    address: str
    """As `network_of` gives it."""
    page: str
    """A name that the page made up."""


def network_of(address: str) -> str:
    """What counts as one address: of IPv6 a network of 64 bits, as anybody has one to himself."""
    try:
        ip = ipaddress.ip_address(address)
    except ValueError:
        return address
    if ip.version == 4:
        return str(ip)
    if ip.ipv4_mapped:
        return str(ip.ipv4_mapped)
    return str(ipaddress.ip_network((int(ip) >> 64 << 64, 64)))


class Busy(Exception):
    """There is more to do than anyone would wait for."""

    def __init__(self, again: int) -> None:
        super().__init__(f"The server is busy; again in {again} s.")
        self.again = again
        """Seconds after which to ask again."""


class Gone(Exception):
    """Whoever asked does not listen any more."""


@dataclass(eq=False)
class Work:
    """A piece of work that somebody waits for."""

    visitor: Visitor
    kind: str
    function: Callable[[], Any]
    cost: object
    """Work of the same cost takes about as long; see `fgsm.ui.door`."""
    seconds: float
    """How long it will probably take."""
    rank: int
    """What is of a lower rank goes first; see `fgsm.ui.door`."""
    is_gone: Callable[[], Awaitable[bool]]
    known: Callable[[], Any]
    """What the function would return, if that is known by now; otherwise None."""
    done: asyncio.Future[Any]


KNOWN = 2_000
"""Visitors of whom it is remembered when they were served."""


class Turns:
    """A queue of work in which visitors take turns."""

    def __init__(self) -> None:
        self._addresses: OrderedDict[str, dict[str, dict[str, Work]]] = OrderedDict()
        self._served: OrderedDict[Visitor, int] = OrderedDict()
        """The turn in which a visitor was served. A new page comes into the middle of those that
        wait at its address: as the first, whoever makes up pages would go before all others."""
        self._turn = 0

    def __bool__(self) -> bool:
        return bool(self._addresses)

    def put(self, work: Work) -> Work | None:
        """Let it wait.

        Returns:
            The visitor's earlier wish of that kind, whose place it takes.
        """
        pages = self._addresses.setdefault(work.visitor.address, {})
        if work.visitor not in self._served:
            self._note(work.visitor, self._turn - len(pages) // 2)
        wishes = pages.setdefault(work.visitor.page, {})
        replaced = wishes.get(work.kind)
        wishes[work.kind] = work
        return replaced

    def take(self) -> Work | None:
        """The next piece of work; its address and its visitor are the last from now on."""
        if not self._addresses:
            return None
        address, pages = self._addresses.popitem(last=False)
        page = min(pages, key=lambda page: self._served.get(Visitor(address, page), 0))
        wishes = pages[page]
        work = wishes.pop(next(iter(wishes)))
        self._turn += 1
        self._note(work.visitor, self._turn)
        if not wishes:
            del pages[page]
        if pages:
            self._addresses[address] = pages
        return work

    def _note(self, visitor: Visitor, turn: int) -> None:
        self._served[visitor] = turn
        self._served.move_to_end(visitor)
        if len(self._served) > KNOWN:
            self._served.popitem(last=False)

    @property
    def seconds(self) -> float:
        """How long all that waits will take."""
        return sum(work.seconds for address in self._addresses for work in self._all(address))

    def seconds_before(self, visitor: Visitor) -> float:
        """How long the work will take that comes before a new wish of that visitor's, at most."""
        own = self._addresses.get(visitor.address, {})
        rounds = len(own) + (visitor.page not in own)
        before = 0.0
        for address in self._addresses:
            work = self._all(address)
            turns = rounds - 1 if address == visitor.address else rounds
            before += math.fsum(each.seconds for each in work) * min(1, turns / len(work))
        return before

    def _all(self, address: str) -> list[Work]:
        return [work for wishes in self._addresses[address].values() for work in wishes.values()]
