"""What is asked of Gradio, checked as far as Gradio would do harm by it.

Gradio keeps something for every session that it is told of, and fails on a function that it does
not have. Among the arguments of any function, it takes an object for a file: it fetches the address
that the object names, and keeps what it gets. And where arguments are missing, it prints those that
are there.
"""

import json
import re
from collections.abc import Callable, Mapping
from itertools import count
from typing import Any
from urllib.parse import parse_qs

from fgsm.ui.http.refusals import Refused

NAME = re.compile(r"[A-Za-z0-9_-]{1,64}")
"""Gradio's browsers make eleven letters and digits, its Python client a UUID."""


def check_names(names: Mapping[str, object]) -> None:
    """Check the names of a session and an event, if there are some.

    Args:
        names: by what they name, such as "session_hash".

    Raises:
        Refused: 400.
    """
    for key in ("session", "session_hash", "event_id"):
        name = names.get(key)
        if name is not None and not (isinstance(name, str) and NAME.fullmatch(name)):
            raise Refused(400, f"{key} must be 1 to 64 letters, digits, hyphens or underscores.")


def check_query(query: bytes) -> None:
    """Check the names in a query.

    Args:
        query: as it was sent.

    Raises:
        Refused: 400.
    """
    try:
        fields = parse_qs(query.decode("latin-1"), keep_blank_values=True, max_num_fields=50)
    except ValueError:
        raise Refused(400, "The query has too many fields; at most 50 are read.") from None
    for key, values in fields.items():
        for value in values:
            check_names({key: value})


def check_body(body: bytes, functions: Mapping[int, int]) -> None:
    """Check that a body is JSON, and what is in it.

    Args:
        body: as it was sent.
        functions: how many arguments Gradio's functions have, by their numbers.

    Raises:
        Refused: 400, 404 if there is no such function, or 422 if the arguments are not for it.
    """
    objects = count(1)

    def one(fields: dict[str, Any]) -> dict[str, Any]:
        if next(objects) > 1:
            raise Refused(422, "Arguments are numbers, texts and lists of them, but no objects.")
        return fields

    fields = _read(body, one)
    if not isinstance(fields, dict):
        raise Refused(400, "The body must be a JSON object.")
    check_names(fields)
    number = fields.get("fn_index")
    if number is None or "data" not in fields:
        return
    if type(number) is not int or number not in functions:
        raise Refused(404, "There is no function of this fn_index.")
    data = fields["data"]
    if not isinstance(data, list) or len(data) != functions[number]:
        raise Refused(422, f"data must be a list of {functions[number]} arguments.")


def check_message(body: bytes) -> None:
    """Check that a message to the Model Context Protocol is JSON, and has no file in it.

    Args:
        body: as it was sent.

    Raises:
        Refused: 400, or 422 for a file.
    """

    def one(fields: dict[str, Any]) -> dict[str, Any]:
        if {"path", "meta"} <= fields.keys():
            raise Refused(422, "An argument is an object that Gradio takes for a file.")
        return fields

    _read(body, one)


def _read(body: bytes, hook: Callable[[dict[str, Any]], dict[str, Any]]) -> Any:
    try:
        return json.loads(body, object_hook=hook)
    except (ValueError, RecursionError):
        raise Refused(400, "The body is no JSON, or it nests too deep.") from None
