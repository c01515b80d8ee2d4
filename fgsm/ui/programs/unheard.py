"""Answers that no program fetches: Gradio would keep them all, and one may have half a megabyte."""

from gradio.queueing import Queue
from starlette.types import ASGIApp, Receive, Scope, Send

MOST = 600
"""Messages that wait to be fetched; a call has about three, the last of which is its answer."""


class Unheard:
    """Middleware that makes room for a call by forgetting others.

    Whoever listens gets each message at once, so only those are forgotten to whom nobody listens.
    """

    def __init__(self, app: ASGIApp, most: int = MOST) -> None:
        self._app = app
        self._most = most

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """As ASGI says."""
        if scope["type"] == "http" and scope["method"] == "POST":
            await forget(scope["app"].get_blocks()._queue, self._most)
        await self._app(scope, receive, send)


async def forget(queue: Queue, most: int) -> None:
    """Forget the oldest sessions to which nobody listens, until no more messages than that wait."""
    sessions = queue.pending_messages_per_session
    waiting = {name: kept.qsize() for name, kept in sessions.items() if not kept.empty()}
    excess = sum(waiting.values()) - most
    for name, messages in waiting.items():
        if excess <= 0:
            return
        excess -= messages
        await queue.clean_events(session_hash=name)  # what is still computed for it ends
        sessions.pop(name, None)
        queue.pending_event_ids_session.pop(name, None)
