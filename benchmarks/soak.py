"""Thousands of interactions of every kind with one server, which must not grow by them."""

import asyncio
import base64
import io
import time
from collections.abc import Sequence
from random import Random
from statistics import median
from typing import Any

from PIL import Image

from benchmarks.server import bytes_in, memory_of, resources, server
from benchmarks.visitors import HALL, SENT, STEPS, Seen, Visitor, drawing, request
from fgsm.catalogue import BUILTIN, DRAWING, EPSILONS, IMAGE, MODELS, attacks_offered
from fgsm.service import FUNCTIONS
from fgsm.service.fields import REACHES
from fgsm.service.image_fields import PIXELS
from tests.browser import App

SOAK = """Ten thousand interactions of every kind: what a server keeps of them, it gives back.

    memory, last quarter against first tenth    <= 1.1
    errors                                      <= 0
    bytes left on disk                          <= 0
"""
INTERACTIONS = 10_000
AT_ONCE = 4
"""Visitors."""
PAGE = 50
"""One interaction of so many is a page load, by a new visitor."""
SAMPLES = 200
"""How often memory is looked at."""


def soak() -> tuple[dict[str, float], dict[str, object]]:
    """The figures of the claims."""
    start = time.perf_counter()
    with server() as (app, folder):
        before = bytes_in(folder)
        memory, seen = asyncio.run(_interact(app, resources(app.url)))
        left = bytes_in(folder) - before
    tenth, quarter = SAMPLES // 10, SAMPLES // 4
    measured: dict[str, float] = {
        "memory, last quarter against first tenth": median(memory[-quarter:]) / memory[tenth],
        "errors": seen.errors.total(),
        "bytes left on disk": left,
    }
    details: dict[str, object] = {
        "memory, MB, after each tenth": [round(each) for each in memory[tenth - 1 :: tenth]],
        "seconds": round(time.perf_counter() - start),
        "put off": seen.busy,
        "what was wrong": dict(seen.errors),
    }
    return measured, details


async def _interact(app: App, paths: Sequence[str]) -> tuple[list[float], Seen]:
    """All interactions; returns the memory now and then, in MB, and what the visitors met."""
    seen, memory = Seen(), []
    numbers = iter(range(1, INTERACTIONS + 1))

    async def visit() -> None:
        visitor = Visitor(app.port, HALL, seen)
        for number in numbers:
            if number % PAGE == 0:
                visitor.leave()
                visitor = Visitor(app.port, HALL, seen)
                await visitor.load(paths)
            else:
                await visitor.ask(*any_question(Random(number)))
            if number % (INTERACTIONS // SAMPLES) == 0:
                memory.append(memory_of(app.process.pid))
        visitor.leave()

    await asyncio.gather(*(visit() for _ in range(AT_ONCE)))
    return memory, seen


def any_question(random: Random) -> tuple[str, dict[str, Any]]:
    """A question of any kind that the service answers, and its name."""
    name = random.choice(list(FUNCTIONS))
    model = random.choice(list(MODELS))
    if name == "picture":
        return name, {"picture": _file(random)}
    if name == "qr":
        return name, {"link": f"https://example.org/?{'e' * random.randrange(1_000)}"}
    if name in ("counts", "grid", "cell"):
        k = random.randrange(len(EPSILONS))
        return name, {"model": model, "seed": random.randrange(100), "k": k}
    return name, request(
        **_digit(random),
        model=model,
        twin=random.random() < 0.5,
        attack=random.choice(list(attacks_offered("stage"))),
        reach=random.choice(REACHES),
    )


def _digit(random: Random) -> dict[str, Any]:
    """A digit of those that every machine has, drawn ones and pictures included."""
    source = random.choice((BUILTIN, DRAWING, IMAGE))
    if source is BUILTIN:
        return {"source": source.key, "index": random.randrange(source.size)}
    if source is DRAWING:
        place = random.randrange(SENT), random.randrange(SENT)
        return {"source": source.key, "drawing": drawing(random.randrange(STEPS), place)}
    return {"source": source.key, "pixels": base64.b64encode(random.randbytes(PIXELS)).decode()}


def _file(random: Random) -> str:
    """A picture of any size, as a file in base64."""
    side = random.randrange(28, 400)
    file = io.BytesIO()
    Image.frombytes("L", (side, side), random.randbytes(side * side)).save(file, "PNG")
    return base64.b64encode(file.getvalue()).decode()
