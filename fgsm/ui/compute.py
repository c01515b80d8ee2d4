"""The one thread in which everything is computed, one thing after the other.

OpenMP gives each thread that calls PyTorch a team of its own, with a thread for every core. Two
teams have more threads than there are cores; OpenMP then lets idle threads sleep instead of spin,
and waking them for every layer made a run over the test set take a third longer. Gradio would call
us from any of its threads. Who may use the thread when is for `fgsm.ui.door` to say.
"""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import ParamSpec, TypeVar

Parameters = ParamSpec("Parameters")
Result = TypeVar("Result")

thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix="compute")


def computed(
    function: Callable[Parameters, Result],
    *args: Parameters.args,
    **kwargs: Parameters.kwargs,
) -> Result:
    """What the function returns or raises, computed there while the caller waits."""
    return thread.submit(function, *args, **kwargs).result()
