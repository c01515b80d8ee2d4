"""The stage when something is wrong: a refusal, a server that is slow or has an error."""

import json

from playwright.sync_api import Page, Route, expect

from fgsm.ui.component import UNLOADED
from tests.browser import App, Stage
from tests.helpers import connection


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


def test_any_json_gets_a_sentence(stage: Stage) -> None:
    """Sent to where the page sends its requests, as anybody could."""
    page = stage.page
    with page.expect_request(lambda request: "/fgsm/ask/" in request.url) as sent:
        page.click(".any")
    name = {"X-Fgsm-Page": sent.value.headers["x-fgsm-page"]}
    anything: list[object] = [None, [], {}, "x", {"source": "builtin", "index": 1e9}]
    for data in anything:
        body = json.dumps(data)
        headers = {"Content-Type": "application/json", **name}
        response = page.request.post(sent.value.url, data=body, headers=headers)
        assert response.ok and set(response.json()) == {"error"}, data


def test_a_slow_server_is_waited_for_aloud(stage: Stage) -> None:
    page = stage.page
    held: list[Route] = []
    page.route("**/fgsm/ask/*", lambda route: held.append(route))
    page.click(".any")
    expect(page.locator(".notice")).to_contain_text("Still waiting")
    stage.set_epsilon(0.3)
    assert stage.epsilon() == 0.3
    with stage.answered():
        for route in held:
            route.continue_()
        page.unroute("**/fgsm/ask/*")
    expect(page.locator(".notice")).to_be_hidden()


def test_an_error_of_the_server_is_no_lost_connection(page: Page, app: App) -> None:
    stage = Stage(page)
    stage.open(app.url)
    page.route("**/fgsm/ask/*", lambda route: route.abort("connectionfailed"))
    page.click("[data-index='100']")
    expect(page.locator(".notice")).to_contain_text("could not compute this")
    assert page.locator("[data-index='403'][aria-current]").count() == 1
    page.unroute("**/fgsm/ask/*")
    with stage.answered():
        page.click("[data-index='100']")
    expect(page.locator(".notice")).to_be_hidden()


def test_a_busy_server_is_asked_again_for_what_is_wanted_then(page: Page, app: App) -> None:
    """Not for what was wanted when it had no time."""
    stage = Stage(page)
    stage.open(app.url)
    page.wait_for_function("!document.querySelector('.compare').textContent.includes('…')")
    asked: list[int] = []

    def turn_away(route: Route) -> None:
        asked.append(json.loads(route.request.post_data or "")["index"])
        if len(asked) > 1:
            return route.continue_()
        told = json.dumps({"error": "The server is busy; again in 1 s.", "again": 1})
        return route.fulfill(status=503, headers={"Retry-After": "1"}, body=told)

    page.route("**/fgsm/ask/attack", turn_away)
    with stage.answered():
        page.click("[data-index='400']")
        expect(connection(page)).to_contain_text("The server is busy: asking again in 1 s.")
        stage.set_epsilon(0.3)
        assert stage.verdict().startswith("Fooled: 4")
        expect(page.locator(".stage")).to_have_attribute("aria-busy", "true")
        expect(page.locator(".live .equation")).to_have_css("opacity", "1")
        page.click("[data-index='401']")
    assert asked == [400, 401]
    assert page.locator("[data-index='401'][aria-current]").count() == 1
    expect(page.locator(".notice")).to_be_hidden()
    expect(connection(page)).to_have_text("")  # as soon as there is an answer
    page.unroute("**/fgsm/ask/attack")


def test_scripts_that_do_not_come_are_not_waited_for_in_silence(page: Page, app: App) -> None:
    page.route("**/page.js", lambda route: route.abort("connectionfailed"))
    page.goto(app.url)
    expect(page.locator(".in-stage").first).to_contain_text(UNLOADED)
    expect(page.locator(".in-header").first).to_contain_text(UNLOADED)


def test_what_comes_before_the_tabs_waits_for_them(page: Page, app: App) -> None:
    """As Gradio may do it on a busy machine: the tabs are there a second after the page."""
    page.add_init_script(
        """{
             const find = Document.prototype.querySelector;
             let isThere = false;
             Document.prototype.querySelector = function (selector) {
               return !isThere && /#tabs|-button/.test(selector) ? null : find.call(this, selector);
             };
             addEventListener("load", () => setTimeout(() => {
               isThere = true;
               document.body.append(document.createElement("i"));
             }, 1000));
           }"""
    )
    stage = Stage(page)
    stage.open(f"{app.url}?embed#d=403&tab=test-set")
    expect(page.locator(".rows .tile").first).to_be_visible()
    expect(page.locator(".open-page .back")).to_be_hidden()
    expect(page.locator(".in-header .head")).to_have_count(1)
