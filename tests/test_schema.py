"""The OpenAPI document tells the truth: Schemathesis asks whatever it allows, and what it does not.

The number of questions is bounded, and they are the same in every run.
"""

import json
import re
from collections import Counter
from collections.abc import Iterator
from itertools import count
from typing import Any

import httpx
import pytest
import schemathesis
from hypothesis import HealthCheck, given, settings
from jsonschema_rs import Draft202012Validator, meta
from schemathesis.generation import GenerationMode
from schemathesis.specs.openapi.checks import negative_data_rejection, positive_data_acceptance

from tests.browser import App, running_app

QUESTIONS = 15
"""Of each kind of call."""
MORE_THAN_A_SCHEMA_SAYS = re.compile(
    r"Digits is \d+; (with .* there may be 70,000|it must be a whole number from 1 to 1000)"
)
"""What depends on several fields."""


@pytest.fixture(scope="module")
def app(tmp_path_factory: pytest.TempPathFactory) -> Iterator[App]:
    """An app that believes whatever is said of a client's address: one may not ask so much."""
    log = tmp_path_factory.mktemp("schema") / "log"
    with log.open("w") as file, running_app(file, FGSM_PROXIES="127.0.0.1") as app:
        yield app
    assert "Traceback" not in log.read_text()


_numbers = count()


def somebody() -> dict[str, str]:
    """The headers of another client."""
    number = next(_numbers)
    return {"X-Forwarded-For": f"10.0.{number // 250}.{number % 250 + 1}"}


@pytest.fixture(scope="module")
def document(app: App) -> dict[str, Any]:
    """As it is served."""
    answer = httpx.get(f"{app.url}gradio_api/openapi.json")
    assert answer.headers["content-type"] == "application/json"
    found: dict[str, Any] = answer.json()
    return found


@pytest.fixture(scope="module")
def described(app: App) -> Any:
    """The document as Schemathesis reads it."""
    schema = schemathesis.openapi.from_url(f"{app.url}gradio_api/openapi.json")
    schema.config.update(base_url=app.url.rstrip("/"))
    return schema


def test_the_document_names_the_three_calls_only(document: dict[str, Any]) -> None:
    assert sorted(document["paths"]) == sorted(
        path
        for name in ("classify", "attack", "evaluate")
        for path in (f"/gradio_api/call/v2/{name}", f"/gradio_api/call/{name}/{{event_id}}")
    )
    for schema in document["components"]["schemas"].values():
        meta.validate(schema)


def test_its_examples_are_answered(app: App, document: dict[str, Any]) -> None:
    for path, item in document["paths"].items():
        if "post" in item:
            content = item["post"]["requestBody"]["content"]["application/json"]
            check_answer(app, document, path, content["example"])


def check_answer(app: App, document: dict[str, Any], path: str, body: object) -> None:
    """Call, and hold the answer to its schema."""
    name = path.rsplit("/", 1)[1]
    begun = httpx.post(f"{app.url.rstrip('/')}{path}", json=body, headers=somebody())
    assert begun.status_code == 200, begun.text
    follow(app, document, name, begun.json()["event_id"])


def follow(app: App, document: dict[str, Any], name: str, event_id: str) -> None:
    """The answer of a call must be what the document says of it, or a sentence."""
    stream = httpx.get(
        f"{app.url}gradio_api/call/{name}/{event_id}", timeout=120, headers=somebody()
    )
    assert stream.headers["content-type"].startswith("text/event-stream")
    event, data = re.findall(r"event: (\w+)\ndata: (.*)\n\n", stream.text)[-1]
    answer = json.loads(data)
    if event == "error":
        assert re.fullmatch(r"[A-Z].{10,300}\.", answer["error"], re.DOTALL), answer
        return
    assert event == "complete"
    get = document["paths"][f"/gradio_api/call/{name}/{{event_id}}"]["get"]
    content = get["responses"]["200"]["content"]["text/event-stream"]
    schema = {**content["x-data-of-complete"], "components": document["components"]}
    Draft202012Validator(schema).validate(answer)


@pytest.mark.parametrize(
    ("path", "method", "mode"),
    [
        (f"/gradio_api/call/{path}", method, mode)
        for name in ("classify", "attack", "evaluate")
        for path, method, mode in (
            (f"v2/{name}", "POST", GenerationMode.POSITIVE),
            (f"v2/{name}", "POST", GenerationMode.NEGATIVE),
            (f"{name}/{{event_id}}", "GET", GenerationMode.POSITIVE),
        )
    ],
)
def test_the_server_does_what_the_document_says(
    path: str,
    method: str,
    mode: GenerationMode,
    described: Any,
    app: App,
    document: dict[str, Any],
) -> None:
    counted: Counter[int] = Counter()

    @given(case=described[path][method].as_strategy(generation_mode=mode))
    @settings(
        max_examples=QUESTIONS,
        derandomize=True,
        database=None,
        deadline=None,
        suppress_health_check=list(HealthCheck),
    )
    def ask(case: Any) -> None:
        if path.endswith("/v2/evaluate") and mode.is_positive:
            digits = case.body.get("digits", 1000)
            if 20 < digits <= 1000:
                case.body["digits"] = int(digits) % 20 + 1  # what costs more is no other question
        answer = case.call(headers=somebody())
        counted[answer.status_code] += 1
        unchecked = [positive_data_acceptance]  # that is done below
        if answer.status_code == 413:
            unchecked.append(negative_data_rejection)  # which does not count this as one
        case.validate_response(answer, excluded_checks=unchecked)
        if method == "POST" and answer.status_code == 200:
            follow(app, document, path.rsplit("/", 1)[1], answer.json()["event_id"])
        if method == "POST" and answer.status_code == 422 and mode.is_positive:
            assert MORE_THAN_A_SCHEMA_SAYS.match(answer.json()["error"]), answer.text

    ask()
    expected = 404 if method == "GET" else 200 if mode.is_positive else 422
    assert counted[expected] >= QUESTIONS // 3, counted  # else nothing was tried


def test_what_is_refused_is_answered_with_a_sentence(app: App, document: dict[str, Any]) -> None:
    refusal = document["components"]["schemas"]["Refusal"]
    url = f"{app.url}gradio_api/call/v2/attack"
    for status, content in ((400, "{"), (422, "{}"), (400, "[]"), (422, '{"image": 3, "x": 1}')):
        answer = httpx.post(url, content=content)
        assert answer.status_code == status
        Draft202012Validator(refusal).validate(answer.json())
