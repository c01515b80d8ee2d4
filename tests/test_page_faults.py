"""The stage when something is wrong: a refusal, a server that is slow, has an error, is gone."""

from pathlib import Path
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Locator, Page, Route, expect

from fgsm.ui.component import UNLOADED
from tests.browser import App, Stage, running_app
from tests.helpers import open_tab


def test_a_refusal_changes_nothing(stage: Stage) -> None:
    page = stage.page
    with stage.answered():
        page.select_option(".attack-menu", "targeted")
    with stage.answered():
        page.select_option(".target select", "3")
    page.select_option(".target select", "4")
    expect(page.locator(".notice")).to_contain_text("The digit's own class is 4")
    assert page.input_value(".target select") == "3"
    page.click(".classes button:nth-child(5)")  # threes
    page.click("[data-index='301']")
    expect(page.locator(".notice")).to_contain_text("The digit's own class is 3")
    assert "a 4" in stage.text(".clean figcaption")
    assert page.locator("[data-index='301'][aria-current]").count() == 0
    with stage.answered():
        page.select_option(".attack-menu", "fgsm")  # which has no target
    expect(page.locator(".notice")).to_be_hidden()
    with stage.answered():
        page.click("[data-index='301']")
    assert "a 3" in stage.text(".clean figcaption")


@pytest.mark.parametrize("data", [None, [], {}, "x", {"source": "builtin", "index": 1e9}])
def test_any_json_gets_a_sentence(stage: Stage, app: App, data: object) -> None:
    """Sent to where the page sends its requests, as anybody could."""
    page = stage.page
    with page.expect_request(lambda request: "component_server" in request.url) as sent:
        page.click(".any")
    body: dict[str, Any] = {**(sent.value.post_data_json or {}), "data": data}
    response = page.request.post(sent.value.url, data=body)
    assert response.ok and set(response.json()) == {"error"}
    assert page.request.post(sent.value.url, data={**body, "fn_name": "stage"}).status == 404


def test_nothing_can_be_uploaded(stage: Stage, app: App) -> None:
    file = {"name": "large.bin", "mimeType": "application/octet-stream", "buffer": bytes(100_000)}
    response = stage.page.request.post(
        f"{app.url}gradio_api/upload",
        multipart={"files": file},  # type: ignore[dict-item]
    )
    assert response.status == 413


def test_a_slow_server_is_waited_for_aloud(stage: Stage) -> None:
    page = stage.page
    held: list[Route] = []
    page.route("**/component_server**", lambda route: held.append(route))
    page.click(".any")
    expect(page.locator(".notice")).to_contain_text("Still waiting")
    stage.set_epsilon(0.3)
    assert stage.epsilon() == 0.3
    with stage.answered():
        for route in held:
            route.continue_()
        page.unroute("**/component_server**")
    expect(page.locator(".notice")).to_be_hidden()


def test_an_error_of_the_server_is_no_lost_connection(page: Page, app: App) -> None:
    stage = Stage(page)
    stage.open(app.url)
    # What Gradio's own script logs about it would count as an error of the page.
    page.evaluate("console.error = console.warn = () => {}")
    page.route("**/component_server**", lambda route: route.abort("connectionfailed"))
    page.click("[data-index='100']")
    expect(page.locator(".notice")).to_contain_text("could not compute this")
    assert page.locator("[data-index='403'][aria-current]").count() == 1
    page.unroute("**/component_server**")
    with stage.answered():
        page.click("[data-index='100']")
    expect(page.locator(".notice")).to_be_hidden()


def test_scripts_that_do_not_come_are_not_waited_for_in_silence(page: Page, app: App) -> None:
    page.route("**/page.js", lambda route: route.abort("connectionfailed"))
    page.goto(app.url)
    expect(page.locator(".in-stage").first).to_contain_text(UNLOADED)
    expect(page.locator(".in-header").first).to_contain_text(UNLOADED)


def test_gradios_monitoring_is_closed(stage: Stage, app: App) -> None:
    for path in ("monitoring", "monitoring/summary"):
        assert stage.page.request.get(f"{app.url}{path}").status == 403


def connection(page: Page) -> Locator:
    """The line that says that the server is lost, or back."""
    return page.locator(".connection")


def test_a_lost_server(page: Page, tmp_path: Path) -> None:
    with (tmp_path / "log").open("w") as log, running_app(log) as app:
        stage = Stage(page)
        stage.open(app.url)
        page.wait_for_load_state("networkidle")
        page.evaluate("window.isTheSamePage = true")
        app.stop()
        page.click(".thumbnails [data-index='100']")
        expect(connection(page)).to_contain_text("Connection lost.")
        serious = [
            v
            for v in Axe().run(page, ".gradio-container").response["violations"]
            if v["impact"] in ("serious", "critical")
        ]
        assert serious == []
        stage.set_epsilon(0.3)  # what is on the page keeps working
        assert stage.epsilon() == 0.3 and stage.verdict().startswith("Fooled: 4")
        with_again = App(log, app.port)
        try:
            with_again.wait()
            page.wait_for_function(
                "document.querySelector('.clean figcaption').textContent.includes('a 1')"
            )
            expect(connection(page)).to_have_text("The connection is back.")
            expect(page.locator(".notice")).to_be_hidden()
            assert page.evaluate("window.isTheSamePage")
        finally:
            with_again.stop()


def test_what_was_asked_while_the_server_was_lost_is_answered_when_it_is_back(
    page: Page, tmp_path: Path
) -> None:
    """In the tab "Test set": a run that was going on, and another model's survey."""
    with (tmp_path / "log").open("w") as log, running_app(log) as app:
        open_tab(page, app.url, "test-set")
        page.evaluate("window.isTheSamePage = true")
        page.select_option(".run-attack", "iterative")
        page.fill(".run-epsilons", "0 0.1")
        page.click("#run [type=submit]")
        line = page.locator("#run-status p")
        expect(line).to_contain_text("digits per second", timeout=60_000)
        app.stop()
        expect(connection(page)).to_contain_text("Connection lost.")
        page.click(".survey [data-model=softmax]")
        page.wait_for_timeout(4_000)  # for what Gradio might have to say
        assert page.get_by_test_id("toast-body").count() == 0
        before, survey = line.inner_text(), page.locator(".breaking .lead").inner_text()
        with_again = App(log, app.port)
        try:
            with_again.wait()
            expect(connection(page)).to_have_text("The connection is back.")
            page.wait_for_selector(".survey[aria-busy=false]")
            expect(page.locator(".survey .problem")).to_be_hidden()
            expect(page.locator(".breaking .lead")).not_to_have_text(survey)
            expect(line).not_to_have_text(before)
            expect(line).to_contain_text("digits per second", timeout=60_000)
            page.click("#run .cancel")
            expect(line).to_have_text("Run cancelled.")
            expect(connection(page)).to_have_text("", timeout=20_000)
            assert page.get_by_test_id("toast-body").count() == 0
            assert page.evaluate("window.isTheSamePage")
        finally:
            with_again.stop()


def test_a_server_with_another_page_says_so(page: Page, app: App) -> None:
    """It was started anew after an update, and has other files by now."""
    Stage(page).open(app.url)
    is_up = [False]

    def answer(route: Route) -> None:
        if is_up[0]:
            route.fulfill(status=200, headers={"Cache-Control": "no-cache"})
        else:
            route.abort("connectionfailed")

    page.evaluate("console.error = console.warn = () => {}")
    page.route("**/component_server**", lambda route: route.abort("connectionfailed"))
    page.route("**/connection.js", answer)
    page.click("[data-index='100']")
    expect(connection(page)).to_contain_text("Connection lost")
    is_up[0] = True
    expect(connection(page)).to_contain_text("please load the page again")
