"""Where long work stops for a moment, so that short work of others need not wait for its end.

A function of the service calls `pause` between two parts that each take a while. What happens then
is for whoever called it to say; on the command line nothing does.
"""

from collections.abc import Callable
from contextvars import ContextVar

give_way: ContextVar[Callable[[], None] | None] = ContextVar("give_way", default=None)
"""What a pause is used for, in the thread that computes."""


def pause() -> None:
    """Let others go first."""
    if others := give_way.get():
        others()
