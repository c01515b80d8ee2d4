"""A stand-in for the package `spaces` on a Space with ZeroGPU.

    SPACES_ZERO_GPU=true python -m tests.zero

starts the app with it. As there, nothing may ask for CUDA before `spaces` is imported; then PyTorch
claims that there is CUDA, and what is marked runs in a copy of the process, which here computes on
the CPU after all. What happens is written to the file that `ZERO_NOTES` names. Without `ZERO_QUOTA`
no GPU is to be had.
"""

import inspect
import json
import multiprocessing
import os
import runpy
import sys
from collections.abc import Callable, Generator
from functools import wraps
from multiprocessing.queues import SimpleQueue
from pathlib import Path
from typing import Any, NoReturn

import gradio as gr
import torch
from gradio.context import LocalContext

Task = Callable[..., Generator[Any, None, None]]
_fork = multiprocessing.get_context("fork")


def GPU(*, duration: Callable[..., int]) -> Callable[[Task], Task]:
    """Marks what borrows the GPU, for as many seconds as `duration` says of its arguments."""

    torch.cuda.is_available = lambda: True

    def mark(task: Task) -> Task:
        assert inspect.isgeneratorfunction(task)
        note(marked=task.__name__)

        @wraps(task)
        def borrowed(*args: Any) -> Generator[Any, None, None]:
            request = LocalContext.request.get(None)
            token = request and request.headers.get("x-ip-token")
            note(called=task.__name__, token=token, duration=duration(*args))
            if not os.environ.get("ZERO_QUOTA"):
                raise gr.Error("Space app has reached its GPU limit.")
            steps: SimpleQueue[Any] = _fork.SimpleQueue()
            _fork.Process(target=_copy, args=(task, args, steps), daemon=True).start()
            while (step := steps.get()) is not None:
                yield step

        return borrowed

    return mark


def _copy(task: Task, args: tuple[Any, ...], steps: "SimpleQueue[Any]") -> None:
    from fgsm.ui import zero

    def the_cpu(wanted: str | None = None) -> torch.device:
        note(wanted=wanted, copied=os.getppid() == _SERVER)
        return torch.device("cpu")

    setattr(zero, "available_device", the_cpu)  # noqa: B010
    for step in task(*args):
        steps.put(step)
    steps.put(None)


def note(**what: object) -> None:
    """Write down what happens."""
    with Path(os.environ["ZERO_NOTES"]).open("a") as notes:
        notes.write(json.dumps(what) + "\n")


def _too_early() -> NoReturn:
    raise RuntimeError("CUDA has been initialized before importing the `spaces` package.")


_SERVER = os.getpid()
sys.modules["spaces"] = sys.modules[__name__]
if os.environ.get("SPACES_ZERO_GPU"):
    torch.cuda.is_available = _too_early

if __name__ == "__main__":
    runpy.run_path("app.py", run_name="__main__")
