"""A request that is not answered: which status it gets, and the sentence that says why."""

import json
from collections.abc import Mapping
from typing import Any

from starlette.responses import PlainTextResponse, Response


class Refused(Exception):
    """The request gets this status, and this sentence, and nothing else."""

    def __init__(
        self, status: int, sentence: str, headers: Mapping[str, str] | None = None
    ) -> None:
        super().__init__(sentence)
        self.status = status
        self.sentence = sentence
        self.headers = dict(headers or {})


def later(status: int, sentence: str, seconds: float) -> Refused:
    """A refusal that holds for some seconds only."""
    return Refused(status, sentence, {"Retry-After": str(max(1, int(seconds + 1)))})


def answer_to(refused: Refused, path: str) -> Response:
    """The answer: JSON where the page's scripts and other programs ask, plain text elsewhere.

    The connection is closed, so that what was still to come of the request need not be read.
    """
    headers = {**refused.headers, "Connection": "close", "Cache-Control": "no-store"}
    if not path.startswith(("/fgsm/ask/", "/gradio_api/")):
        return PlainTextResponse(f"{refused.sentence}\n", refused.status, headers)
    body: dict[str, Any] = {"error": refused.sentence}
    if again := refused.headers.get("Retry-After"):
        body["again"] = int(again)
    return Response(json.dumps(body), refused.status, headers, "application/json")
