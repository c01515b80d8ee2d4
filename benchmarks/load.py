"""Many visitors at once, and hostile ones: what an honest visitor feels.

    python -m benchmarks.load [--small | --soak] [--json] [--check]

All visitors load the page at the same moment, with nothing cached, over six connections each: what
Chromium asks for. Then they pick a digit every two seconds, or draw one, and models are compared;
`visitors.py` does what the page's scripts do. All come from one address, as from a lecture hall.
Times are the client's, which shares this machine's cores with the server; how much of a core each
took is among the details.

Hostile clients send what costs most, each time as another page; `hostile.py` has them all. A run
that is going on is not interrupted, so an honest one begins when the hostile one before it is over.

    50 visitors, pick, p95                      <= 500 ms
    50 visitors, cold page, p95                 <= 3000 ms
    50 visitors, errors                         <= 0
    200 visitors, neither answer nor "later"    <= 0
    200 visitors left, well again after         <= 2 s
    200 visitors left, memory                   <= 1.1 of that before
    32 hostile elsewhere, pick, p95             <= 500 ms
    32 hostile at the same address, pick, p95   <= 500 ms
    8 heavy questions ahead, pick, p95          <= 500 ms
    32 heavy questions ahead, pick, p95         <= 500 ms
    128 heavy questions ahead, pick, p95        <= 500 ms
    128 heavy questions aborted, next pick      <= 300 ms
    40 MB sent, slowest pick meanwhile          <= 500 ms
    40 MB sent, memory after                    <= 20 MB more
    20 runs asked for, an honest one begins in  <= 15 s
    2,000 visitors who come and go, memory      <= 20 MB more
    requests made for others                    <= 0
    doors open that nobody needs                <= 0
    bytes left on disk                          <= 0
"""

import asyncio
import time
from collections.abc import Coroutine, Sequence
from statistics import median, quantiles
from typing import Any

from benchmarks import common, hostile
from benchmarks.server import Work, bytes_in, memory_of, resources, server
from benchmarks.soak import SOAK, soak
from benchmarks.visitors import HALL, Seen, Visitor

SMALL = """The same for a busy machine and little time: few visitors, few hostile ones.

    10 visitors, pick, p95                      <= 500 ms
    10 visitors, cold page, p95                 <= 3000 ms
    10 visitors, errors                         <= 0
    8 hostile elsewhere, pick, p95              <= 500 ms
    8 hostile at the same address, pick, p95    <= 500 ms
    16 heavy questions aborted, next pick       <= 500 ms
    requests made for others                    <= 0
    doors open that nobody needs                <= 0
    bytes left on disk                          <= 0
"""

CROWDS = (1, 10, 50, 100, 200)
SECONDS = 20.0
ELSEWHERE = "198.51.100.1"
"""Where hostile ones come from, unless they share an address; nobody has it."""

Measured = dict[str, float]
Details = dict[str, object]


def p95(values: Sequence[float]) -> float:
    """The value that nineteen out of twenty stay below; infinite if there are none."""
    if len(values) < 2:
        return max(values, default=float("inf"))
    return quantiles(values, n=20, method="inclusive")[-1]


async def crowd(port: int, paths: Sequence[str], count: int, seconds: float) -> Seen:
    """So many visitors load the page at once, look around for so long, and leave."""
    seen = Seen()
    visitors = [Visitor(port, HALL, seen) for _ in range(count)]
    await asyncio.gather(*(visitor.load(paths) for visitor in visitors))
    async with hostile.meanwhile(*(visitor.look_around() for visitor in visitors)):
        await asyncio.sleep(seconds)
    for visitor in visitors:
        visitor.leave()
    return seen


async def well_again(port: int, enough: float, patience: float) -> float:
    """Seconds until a pick takes at most so many milliseconds."""
    start = time.perf_counter()
    while time.perf_counter() < start + patience:
        pick = await hostile.honest_picks(port, HALL, 0)
        if not pick.errors and pick.picks[0] <= enough:
            break
    return time.perf_counter() - start


def crowds(counts: Sequence[int], seconds: float) -> tuple[dict[int, Seen], Measured, Details]:
    """What crowds of these sizes meet, each at its own server, and what the last one leaves."""
    met: dict[int, Seen] = {}
    details: Details = {}
    for count in counts:
        with server() as (app, _):
            pid, paths = app.process.pid, resources(app.url)
            asyncio.run(hostile.honest_picks(app.port, HALL, 2))
            memory, work = memory_of(pid), Work(pid)
            seen = met[count] = asyncio.run(crowd(app.port, paths, count, seconds))
            used = work.told()
            again = asyncio.run(well_again(app.port, 500, 30))
            time.sleep(1)  # for what is freed at leisure
            after = memory_of(pid)
            details[f"{count} visitors"] = told(seen)
            details[f"{count} visitors, used"] = (
                f"{used}; {memory:.0f} MB before, {after:.0f} after"
            )
    left = {"well again after": again, "memory": after / memory}
    return met, left, details


def told(seen: Seen) -> str:
    """What visitors met, in one line: medians and p95 in milliseconds, and of how many."""
    parts = {
        "page": seen.pages,
        "pick": seen.picks,
        "drawing": seen.drawn,
        "comparison": seen.compared,
    }
    words = [
        f"{len(times)} x {name} {median(times):.0f}, p95 {p95(times):.0f}"
        for name, times in parts.items()
        if times
    ]
    return f"{'; '.join(words)}; asked {seen.asked}, busy {seen.busy}, {dict(seen.errors)}"


def among_hostile(
    count: int, piles: Sequence[int], aborted: int, seconds: float
) -> tuple[Measured, Details]:
    """What one visitor feels of heavy questions: asked without end, in a pile, and given up."""
    measured: Measured = {}
    details: Details = {}
    with server() as (app, _):
        pid, port = app.process.pid, app.port

        def row(name: str, work: Coroutine[Any, Any, Seen]) -> None:
            used = Work(pid)
            seen = asyncio.run(work)
            measured[name] = p95(seen.picks)
            details[f"{name}, all"] = f"{told(seen)}; {used.told()}"
            asyncio.run(well_again(port, 500, 30))

        row("nobody else, pick, p95", hostile.honest_picks(port, HALL, seconds / 2))
        for where, theirs in (("elsewhere", ELSEWHERE), ("at the same address", HALL)):
            row(
                f"{count} hostile {where}, pick, p95",
                hostile.among_heavy(port, count, theirs, HALL, seconds),
            )
        for pile in piles:
            row(
                f"{pile} heavy questions ahead, pick, p95",
                hostile.behind_a_pile(port, pile, ELSEWHERE, HALL, seconds / 4),
            )
        row(
            f"{aborted} heavy questions aborted, next pick",
            hostile.after_aborting(port, aborted, ELSEWHERE, HALL),
        )
    del measured["nobody else, pick, p95"]
    return measured, details


def doors() -> tuple[Measured, Details]:
    """What can be got at that should not be."""
    with server() as (app, folder):
        before, port = bytes_in(folder), app.port
        made = asyncio.run(hostile.fetched_for_others(port, ELSEWHERE))
        found = asyncio.run(hostile.open_doors(port, ELSEWHERE))
        asyncio.run(hostile.fill_the_disk(port, ELSEWHERE, 20))
        left = bytes_in(folder) - before
    measured: Measured = {
        "requests made for others": made,
        "doors open that nobody needs": len(found),
        "bytes left on disk": left,
    }
    return measured, {"doors open": ", ".join(found) or "none"}


def large_bodies_and_many_visitors() -> tuple[Measured, Details]:
    """What is felt of a huge body, of many runs, and of many who come and go."""
    with server() as (app, _):
        pid, port = app.process.pid, app.port
        asyncio.run(hostile.many_sessions(port, ELSEWHERE, 100))  # to warm up
        asyncio.run(hostile.honest_picks(port, HALL, 2))
        start, memory = time.perf_counter(), memory_of(pid)
        asyncio.run(hostile.many_sessions(port, ELSEWHERE, 2_000))
        seconds, more = time.perf_counter() - start, memory_of(pid) - memory
        memory = memory_of(pid)
        sent = asyncio.run(hostile.during_a_large_post(port, 40_000_000, ELSEWHERE, HALL))
        time.sleep(1)
        kept = memory_of(pid) - memory
        begun = asyncio.run(hostile.honest_run(port, 20, ELSEWHERE, HALL, 30))
    measured: Measured = {
        "2,000 visitors who come and go, memory": more,
        "40 MB sent, slowest pick meanwhile": max(sent.picks),
        "40 MB sent, memory after": kept,
        "20 runs asked for, an honest one begins in": begun,
    }
    return measured, {
        "2,000 visitors who come and go, s": round(seconds, 1),
        "40 MB": told(sent),
    }


def measure() -> tuple[Measured, Details]:
    """The figures of all claims."""
    met, left, details = crowds(CROWDS, SECONDS)
    measured: Measured = {
        "50 visitors, pick, p95": p95(met[50].picks),
        "50 visitors, cold page, p95": p95(met[50].pages),
        "50 visitors, errors": met[50].errors.total(),
        '200 visitors, neither answer nor "later"': met[200].errors.total(),
        "200 visitors left, well again after": left["well again after"],
        "200 visitors left, memory": left["memory"],
    }
    for figures, more in (
        among_hostile(32, (8, 32, 128), 128, SECONDS),
        large_bodies_and_many_visitors(),
        doors(),
    ):
        measured |= figures
        details |= more
    return measured, details


def measure_small() -> tuple[Measured, Details]:
    """The figures of the small claims."""
    met, _, details = crowds((10,), 5)
    measured: Measured = {
        "10 visitors, pick, p95": p95(met[10].picks),
        "10 visitors, cold page, p95": p95(met[10].pages),
        "10 visitors, errors": met[10].errors.total(),
    }
    for figures, more in (among_hostile(8, (), 16, 4), doors()):
        measured |= figures
        details |= more
    return measured, details


if __name__ == "__main__":
    common.run(__doc__, measure, small=(SMALL, measure_small), soak=(SOAK, soak))
