"""The GPU of a Hugging Face Space with ZeroGPU, which a run over the test set borrows.

Such a Space has a GPU only while a function runs that `spaces.GPU` has marked: this process is
copied, and the copy gets the GPU. PyTorch claims here too that there is CUDA, but only stores what
it is given. So whatever a visitor does by hand is computed on the CPU, and waits for no GPU.
Anywhere else the package `spaces` is not needed, and not loaded.
"""

import logging
import os
from collections.abc import Generator
from contextvars import Context, copy_context
from functools import partial

import gradio as gr
from gradio.context import LocalContext
from starlette.requests import Request as HttpRequest

from fgsm.model import available_device
from fgsm.service.all_digits import Step, readings_of, run
from fgsm.service.request import RunRequest
from fgsm.ui.compute import computed

IS_ZERO = os.environ.get("SPACES_ZERO_GPU", "").lower() in ("1", "t", "true")
"""Whether this is such a Space; `spaces` asks in the same words."""
STARTING = 15
"""Seconds that a GPU takes until it computes, at most."""
PER_SECOND = 35_000
"""Readings a second, at least (`readings_of` counts them). The largest run, with ten gradients for
each of 21 epsilons, took 33 seconds on an H200, which is 70,000; a Space gets half of one."""

Steps = Generator[Step, None, None]

logger = logging.getLogger(__name__)


def asked_by(request: HttpRequest) -> None:
    """Let `spaces` know whose quota a run takes, and which server's connections the copy closes."""
    LocalContext.request.set(gr.Request(request))
    LocalContext.blocks.set(request.app.get_blocks())


def evaluated(request: RunRequest) -> Steps:
    """A run. On such a Space a step may wait for the GPU, so it is not for the computing thread."""
    return _borrowed(request, copy_context()) if IS_ZERO else run(request)


def _borrowed(request: RunRequest, visitor: Context) -> Steps:
    """On the GPU, or if none can be had, as anywhere else."""
    try:
        yield from iter(partial(visitor.run, next, _on_gpu(request), None), None)
    except Exception:  # the quota is used up, all GPUs are taken, the copy has died
        logger.warning("a run goes on without a GPU", exc_info=True)
        yield from iter(partial(computed, next, run(request), None), None)


def _on_gpu(request: RunRequest) -> Steps:
    yield from run(request, available_device("cuda"))


def duration(request: RunRequest) -> int:
    """Seconds of GPU to ask for. A visitor has some minutes a day; who asks for less waits less."""
    return STARTING + readings_of(request) // PER_SECOND


if IS_ZERO:
    import spaces

    os.environ["FGSM_DEVICE"] = "cpu"
    _on_gpu = spaces.GPU(duration=duration)(_on_gpu)
