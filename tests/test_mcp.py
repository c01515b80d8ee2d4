"""Agents find three tools, with words that say how to use them, and get JSON or a sentence."""

import json
from collections.abc import Awaitable, Callable, Iterator
from typing import Any

import httpx
import pytest
from mcp import ClientSession
from mcp.client.streamable_http import streamable_http_client
from mcp.types import CallToolResult, TextContent

from fgsm.catalogue import MODELS, attacks_offered
from fgsm.service import programs
from fgsm.service.programs.request import AttackRequest
from fgsm.ui import programs as served
from fgsm.ui.settings import Settings
from tests.browser import App, running_app
from tests.helpers import awaited


@pytest.fixture(scope="module")
def agents(tmp_path_factory: pytest.TempPathFactory) -> Iterator[App]:
    """An app that agents can use."""
    log = tmp_path_factory.mktemp("mcp") / "log"
    with log.open("w") as file, running_app(file, FGSM_MCP="1") as app:
        yield app
    assert "Traceback" not in log.read_text()


def asked(app: App, question: Callable[[ClientSession], Awaitable[Any]]) -> Any:
    """What a client of the protocol gets."""

    async def ask() -> Any:
        url = f"{app.url}gradio_api/mcp/"
        async with (
            streamable_http_client(url) as (reading, writing, _),
            ClientSession(reading, writing) as session,
        ):
            await session.initialize()
            return await question(session)

    return awaited(ask())


def called(app: App, name: str, arguments: dict[str, Any]) -> tuple[bool, str]:
    """Whether the call was right, and the text that an agent reads."""
    result: CallToolResult = asked(app, lambda session: session.call_tool(name, arguments))
    (content,) = result.content
    assert isinstance(content, TextContent)
    return not result.isError, content.text


def test_there_are_three_tools_and_they_say_what_they_take(agents: App) -> None:
    listed = asked(agents, lambda session: session.list_tools())
    tools = {tool.name: tool for tool in listed.tools}
    assert list(tools) == ["classify", "attack", "evaluate"]
    for tool in tools.values():
        assert "Example: {" in tool.description and "Returns: " in tool.description
        for name, schema in tool.inputSchema["properties"].items():
            assert len(schema["description"]) > 15, name
            assert "request" not in name
    attack = tools["attack"].inputSchema
    assert attack["required"] == ["image", "epsilons"]
    assert attack["properties"]["attack"]["enum"] == list(attacks_offered("menu"))
    assert attack["properties"]["model"]["enum"] == list(MODELS)
    assert attack["properties"]["model"]["default"] == "lenet"
    for words in ("0 to 999", "test-9999", "28 rows", "base64"):
        assert words in tools["attack"].description
    assert "70,000" in tools["evaluate"].description


def test_each_tool_answers_in_json(agents: App) -> None:
    arguments = {"image": 403, "epsilons": [0.05, 0.12]}
    is_right, text = called(agents, "attack", arguments)
    assert is_right
    assert json.loads(text) == programs.attack(AttackRequest.parse(arguments))
    is_right, text = called(agents, "classify", {"images": [403, 404]})
    assert is_right
    assert [each["label"] for each in json.loads(text)["images"]] == [4, 4]
    is_right, text = called(agents, "evaluate", {"digits": 40, "epsilons": 0})
    assert is_right
    assert json.loads(text)["results"][0]["correct"] >= 38


@pytest.mark.parametrize(
    ("name", "arguments", "words"),
    [
        ("attack", {"image": 403, "epsilons": 0.7}, "Epsilons has 0.7; each must be a number from"),
        ("attack", {"image": 1000, "epsilons": 0}, "Image is 1000; it must be a built-in digit's"),
        ("attack", {"image": 403}, "Input validation error: 'epsilons' is a required property"),
        (
            "attack",
            {"image": 403, "epsilons": 0.1, "attack": "targeted", "target": 4},
            "The digit's own class is 4; choose another target.",
        ),
        (
            "attack",
            {"image": 403, "epsilons": 0.1, "model": "vgg"},
            "Input validation error: 'vgg' is not one of ['lenet', 'lenet-robust', 'softmax']",
        ),
        ("evaluate", {"digits": 0}, "Digits is 0; it must be a whole number from 1 to 1000."),
    ],
)
def test_a_wrong_call_gets_a_sentence(
    agents: App, name: str, arguments: dict[str, Any], words: str
) -> None:
    is_right, text = called(agents, name, arguments)
    assert not is_right and text.startswith(words)


def test_agents_are_not_served_unless_it_is_asked_for(app: App) -> None:
    assert httpx.post(f"{app.url}gradio_api/mcp/", json={}).status_code in (404, 405)


def test_what_is_missing_is_said_at_the_start(monkeypatch: pytest.MonkeyPatch) -> None:
    wanted = Settings(is_local=True, download=True, mcp=True, proxies=())
    monkeypatch.setattr(served, "settings", lambda: wanted)
    assert served.mcp()
    monkeypatch.setattr(served, "find_spec", lambda name: None)
    with pytest.raises(SystemExit, match=r"^FGSM_MCP is 1, but the package is missing: pip inst"):
        served.mcp()
