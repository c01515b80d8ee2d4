"""What programs can call by HTTP, as OpenAPI: in place of the document that Gradio makes.

Gradio's knows types, but no bounds and no errors, and it names an upload that this server does not
have. This one is made from the checks of `fgsm.service.programs`, at the same address.
"""

import inspect
from typing import Any

from pydantic import TypeAdapter
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route

from fgsm import __version__
from fgsm.catalogue import SOFTMAX
from fgsm.service.programs.answer import Attacked, Classified, Evaluated
from fgsm.ui.programs.tools import REQUESTS, TOOLS

ANSWERS = {"classify": Classified, "attack": Attacked, "evaluate": Evaluated}
SCHEMAS = "#/components/schemas/{model}"
EXAMPLES = {
    "classify": {"images": [403]},
    "attack": {"image": 403, "epsilons": [0.05, 0.12]},
    "evaluate": {"model": SOFTMAX.key, "epsilons": [0, 0.1], "digits": 200},
}
REFUSAL = {
    "type": "object",
    "properties": {"error": {"type": "string", "description": "A sentence that says why."}},
    "required": ["error"],
}
EVENT_ID = {
    "type": "string",
    "pattern": "^[0-9a-f]{32}$",
    "description": "The name of the call.",
}
CALL = {
    "type": "object",
    "properties": {"event_id": EVENT_ID},
    "required": ["event_id"],
}


def document() -> dict[str, Any]:
    """The document."""
    schemas: dict[str, Any] = {"Refusal": REFUSAL, "Call": CALL}
    paths: dict[str, Any] = {}
    for tool in TOOLS:
        name = tool.__name__
        hints: tuple[Any, ...] = (REQUESTS[name], ANSWERS[name])
        for hint in hints:
            schema = TypeAdapter(hint).json_schema(ref_template=SCHEMAS)
            schemas.update(schema.pop("$defs", {}))
            schemas[hint.__name__] = schema
        words = str(inspect.getdoc(tool)).partition("\n\nArgs:")[0]
        summary, _, description = " ".join(words.split()).partition(". ")
        paths[f"/gradio_api/call/v2/{name}"] = {"post": _asking(name, summary, description)}
        paths[f"/gradio_api/call/{name}/{{event_id}}"] = {"get": _answering(name)}
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "Fast Gradient Sign Method",
            "version": __version__,
            "license": {"name": "MIT", "identifier": "MIT"},
            "description": "Each call takes two requests: a POST, whose answer names the call, "
            "and a GET, which waits for the call's answer. Numbers are rounded to six decimals.",
        },
        "servers": [{"url": ".."}],
        "paths": paths,
        "components": {"schemas": schemas},
    }


def _refusals(described: dict[str, str]) -> dict[str, Any]:
    """What is answered in place of what was asked, by its status."""
    busy = {
        "413": "The body is too large.",
        "429": "Too many requests come from this address.",
        "503": "The server has too much to do.",
    }
    return {status: _json(words, "Refusal") for status, words in (described | busy).items()}


def _asking(name: str, summary: str, description: str) -> dict[str, Any]:
    parameters = {"event_id": "$response.body#/event_id"}
    link = {"operationId": f"{name}_answer", "parameters": parameters}
    example = {"schema": _ref(REQUESTS[name].__name__), "example": EXAMPLES[name]}
    return {
        "operationId": name,
        "summary": summary,
        "description": description,
        "requestBody": {"required": True, "content": {"application/json": example}},
        "responses": {
            "200": {**_json("The call is going on.", "Call"), "links": {"answer": link}},
            **_refusals(
                {
                    "400": "The body is no JSON object.",
                    "422": "A field is wrong, missing or not known.",
                }
            ),
        },
    }


def _answering(name: str) -> dict[str, Any]:
    answer = ANSWERS[name].__name__
    return {
        "operationId": f"{name}_answer",
        "summary": f"Wait for the answer of a call of {name}; it can be fetched once",
        "description": "The last event is `complete`, or `error`. The data of `complete` is a list "
        f"of one {answer}, in JSON. The data of `error` is an object, of whose fields `error` is a "
        "sentence. Whoever closes the connection ends the call.",
        "parameters": [{"name": "event_id", "in": "path", "required": True, "schema": EVENT_ID}],
        "responses": {
            "200": {
                "description": "Server-sent events.",
                "content": {
                    "text/event-stream": {
                        "schema": {"type": "string", "pattern": "event: (complete|error)\ndata: "},
                        "x-data-of-complete": {
                            "type": "array",
                            "minItems": 1,
                            "maxItems": 1,
                            "items": _ref(answer),
                        },
                    }
                },
            },
            **_refusals({"404": "No such call has an answer to fetch."}),
        },
    }


def _json(description: str, schema: str) -> dict[str, Any]:
    return {
        "description": description,
        "content": {"application/json": {"schema": _ref(schema)}},
    }


def _ref(name: str) -> dict[str, str]:
    return {"$ref": SCHEMAS.format(model=name)}


def _serve(_request: Request) -> JSONResponse:
    return JSONResponse(document())


ROUTES = [Route("/gradio_api/openapi.json", _serve)]
