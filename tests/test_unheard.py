"""Answers of calls that nobody fetches do not fill the memory; whoever listens gets his."""

import gradio as gr
import httpx
from starlette.middleware import Middleware

from fgsm.ui.programs import Unheard, endpoints
from fgsm.ui.programs.calls import ROUTES

MOST = 30


def test_answers_that_nobody_fetches_do_not_fill_the_memory() -> None:
    with gr.Blocks() as demo:
        endpoints()
    kept = demo._queue.pending_messages_per_session
    guarded = {"routes": ROUTES, "middleware": [Middleware(Unheard, most=MOST)]}
    _, url, _ = demo.launch(
        prevent_thread_lock=True, quiet=True, server_name="127.0.0.1", app_kwargs=guarded
    )

    def call() -> str:
        begun = httpx.post(f"{url}gradio_api/call/v2/classify", json={"images": [403]})
        return str(begun.json()["event_id"])

    def answer(call: str) -> httpx.Response:
        return httpx.get(f"{url}gradio_api/call/classify/{call}", timeout=60)

    def join(session: str) -> None:
        asked = {"data": [[403]], "fn_index": 0, "session_hash": session}
        assert httpx.post(f"{url}gradio_api/queue/join", json=asked).is_success

    try:
        first = call()
        for k in range(2 * MOST):
            join(f"session-{k}")
        for _ in range(2 * MOST):
            join("one-and-the-same")
        last = call()
        assert "event: complete" in answer(last).text
        assert answer(first).status_code == 404
        # Some messages may have come since others were counted.
        assert sum(each.qsize() for each in kept.values()) < 2 * MOST
        assert len(demo._queue.pending_event_ids_session) < 2 * MOST
    finally:
        demo.close()
