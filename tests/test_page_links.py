"""Links: the address says what is shown, and what an address says is shown."""

from typing import Any

import pytest
from playwright.sync_api import Browser, Page, Route, expect

from fgsm.catalogue import EPSILONS
from tests.browser import READY, App, Stage
from tests.helpers import FIRST, ask, draw_seven, figure, show_tab

HOME = "d=403&e=0.12&a=fgsm&m=lenet"


def address(page: Page, hash: str) -> None:
    """Wait until the address says that."""
    page.wait_for_function("(hash) => location.hash === hash", arg=f"#{hash}" if hash else "")


def history(page: Page) -> int:
    length: int = page.evaluate("history.length")
    return length


def open_link(stage: Stage, url: str) -> None:
    """Open an address anew; another hash alone would not load the page."""
    stage.page.goto("about:blank")
    stage.open(url)
    stage.settle()


def seen(stage: Stage) -> list[Any]:
    """What a visitor can see of the stage."""
    pictures = [stage.picture(name) for name in ("clean", "change", "adversarial")]
    return [*pictures, stage.verdict(), stage.epsilon(), stage.text(".also"), stage.text(".what")]


def test_the_address_follows_and_brings_everything_back(stage: Stage, app: App) -> None:
    page = stage.page
    page.wait_for_timeout(400)
    assert page.url == app.url  # nothing was chosen yet
    entries = history(page)
    for epsilon in ("0.05", "0.30", "0.20"):
        stage.set_epsilon(float(epsilon))
    with stage.answered():
        page.check(".twin")
    page.locator("[data-view=change]").first.click()
    address(page, "d=403&e=0.20&a=fgsm&m=lenet&twin=1&view=change")
    assert history(page) == entries  # Back leads away from the page, not through all epsilons
    before = seen(stage)

    stage.pick(705)
    address(page, "d=705&e=0.20&a=fgsm&m=lenet&twin=1&view=change")
    show_tab(page, "how")
    address(page, "d=705&e=0.20&a=fgsm&m=lenet&twin=1&view=change&tab=how&figure=directions")
    assert history(page) == entries + 2
    page.go_back()
    expect(page.locator("#attack")).to_be_visible()
    with stage.answered():
        page.go_back()
    address(page, "d=403&e=0.20&a=fgsm&m=lenet&twin=1&view=change")
    assert seen(stage) == before
    page.go_forward()
    page.go_forward()
    expect(page.locator("#how")).to_be_visible()
    assert history(page) == entries + 2

    # Another tab of the same browser goes its own way.
    other = Stage(page.context.new_page())
    other.open(f"{app.url}#d=12&e=0.40")
    other.set_epsilon(0.1)
    address(other.page, "d=12&e=0.10&a=fgsm&m=lenet")
    other.page.close()
    address(page, "d=705&e=0.20&a=fgsm&m=lenet&twin=1&view=change&tab=how&figure=directions")

    # Back and Forward lead out of a story, or its words would be about something else.
    page.click(".start-tour")
    expect(page.locator(".tour h2")).to_be_visible()
    page.go_back()
    expect(page.locator(".tour")).to_be_hidden()
    address(page, "d=705&e=0.20&a=fgsm&m=lenet&twin=1&view=change")
    expect(page.locator("#attack")).to_be_visible()
    page.keyboard.press("p")
    expect(page.locator(".present")).to_be_visible()
    page.go_forward()
    expect(page.locator(".present")).to_be_hidden()
    expect(page.locator("#how")).to_be_visible()
    page.go_back()
    expect(page.locator("#attack")).to_be_visible()
    page.wait_for_function("document.querySelector('.live').dataset.asking === 'false'")
    draw_seven(stage)
    with stage.answered():
        page.select_option(".named", "7")
    page.wait_for_function("location.hash.includes('&is=7&')")
    before = seen(stage)
    drawing = stage.shown()["request"]["drawing"]
    page.reload()
    page.wait_for_selector(READY)
    stage.settle()
    assert seen(stage) == before
    assert stage.shown()["request"]["drawing"] == drawing
    assert page.input_value(".named") == "7"
    expect(page.locator(".pad")).to_be_visible()

    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    page.click(".copy-link")
    expect(page.locator(".copy-link")).to_have_text("Copied")
    link = page.evaluate("navigator.clipboard.readText()")
    assert link == page.url and link.startswith(f"{app.url}#d=drawing-")
    expect(page.locator(".copy-link")).to_have_text("Copy link")
    # Over plain http from another machine, browsers have no such clipboard.
    page.evaluate("navigator.clipboard.writeText('')")
    page.evaluate("Object.defineProperty(navigator, 'clipboard', { value: undefined })")
    page.click(".copy-link")
    expect(page.locator(".copy-link")).to_have_text("Copied")
    page.evaluate("document.body.append(document.createElement('textarea'))")
    page.locator("body > textarea").focus()
    page.keyboard.press("Control+V")
    expect(page.locator("body > textarea")).to_have_value(link)


def test_a_link_shows_what_it_says(page: Page, app: App) -> None:
    stage = Stage(page)
    open_link(stage, f"{app.url}#d=705&e=0.3&a=iterative&m=lenet-robust&view=change")
    wanted = {**FIRST, "index": 705, "attack": "iterative", "model": "lenet-robust"}
    answer = ask("attack", wanted)["stages"][0]
    page.wait_for_function("document.querySelector('.live').dataset.asking === 'false'")
    assert stage.reading("adversarial") == answer["predictions"][EPSILONS.index(0.3)]
    assert stage.breaking_point() == answer["breaking_point"]
    assert page.locator(".top").get_attribute("data-view") == "change"
    assert page.input_value(".attack-menu") == "iterative"

    open_link(stage, f"{app.url}#a=targeted&to=7&d=401&pad=1")
    assert stage.shown()["request"]["target"] == 7
    expect(page.locator(".pad")).to_be_visible()  # empty: the stage shows the digit
    assert stage.shown()["request"]["index"] == 401

    open_link(stage, f"{app.url}#a=ray&ray=0.1,-0.05&e=0.15")
    assert stage.shown()["request"]["ray"] == [0.1, -0.05]
    assert stage.epsilon() == 0.15
    with stage.answered():
        page.select_option(".attack-menu", "fgsm")
    address(page, "d=403&e=0.15&a=fgsm&m=lenet")  # which has no ray

    # In the query too, as some hosts pass it on; from there it moves into the hash.
    open_link(stage, f"{app.url}?__theme=dark&d=7&e=0.2")
    assert stage.shown()["request"]["index"] == 7
    address(page, "d=7&e=0.20&a=fgsm&m=lenet")
    assert page.url == f"{app.url}?__theme=dark#d=7&e=0.20&a=fgsm&m=lenet"

    page.goto("about:blank")
    page.goto(f"{app.url}#tab=how&figure=church_window&reach=0.4")
    window = figure(page, "church_window")
    expect(window).to_be_in_viewport()
    expect(window.locator("select")).to_have_value("0.4")
    expect(window).to_have_attribute("aria-busy", "false")
    window.locator("select").select_option("0.3")
    address(page, f"{HOME}&tab=how&figure=church_window&reach=0.3")


@pytest.mark.parametrize(
    ("link", "sentence"),
    [
        ("#d=9999", "This link says d=9999: its number must be from 0 to 999."),
        ("#a=targeted&to=4", "The digit's own class is 4; choose another target."),
        (
            "#<img src=x onerror=alert(1)>",
            "This link has “<img src”, which this page does not know.",
        ),
    ],
)
def test_a_link_that_is_wrong_opens_the_first_page_and_says_why(
    page: Page, app: App, link: str, sentence: str
) -> None:
    stage = Stage(page)
    stage.open(app.url + link)
    expect(page.locator(".notice span")).to_contain_text(sentence)
    expect(page.locator(".notice span")).to_contain_text("So here is the first page.")
    assert stage.shown()["request"].items() >= FIRST.items()
    assert (stage.verdict(), stage.epsilon()) == ("Fooled: 4 → 9", 0.12)
    address(page, HOME)
    # Typed into the address of a page that is open, what is wrong changes nothing.
    page.evaluate("location.hash = '#e=7'")
    expect(page.locator(".notice span")).to_contain_text("e=7: it goes from 0 to 0.50.")
    assert stage.epsilon() == 0.12
    with stage.answered():
        page.evaluate("location.hash = '#d=705&e=0.2'")
    assert stage.shown()["request"]["index"] == 705
    # What the server refuses is no place where Back leads to, again and again.
    entries = history(page)
    page.evaluate("location.hash = '#d=403&a=targeted&to=4'")
    expect(page.locator(".notice span")).to_contain_text("The digit's own class is 4")
    address(page, "d=705&e=0.12&a=fgsm&m=lenet")
    assert history(page) == entries + 1


def test_a_worksheet_hides_what_it_asks_for(page: Page, app: App) -> None:
    stage = Stage(page)
    stage.open(f"{app.url}#d=403&hide=point,options,bars,verdict")
    stage.set_epsilon(0.1)
    address(page, "d=403&e=0.10&a=fgsm&m=lenet&hide=point,options,bars,verdict")
    for selector in (".options", ".bars", ".jump", ".compare", ".also", ".breaks", ".point-key"):
        for element in page.locator(f".live {selector}").all():
            expect(element).to_be_hidden()
    page.evaluate("document.activeElement.blur()")
    page.keyboard.press("b")
    page.keyboard.press(".")
    stage.settle()
    assert stage.epsilon() == 0.1
    # Nor is it told to those who listen.
    told = page.locator(".gradio-container").evaluate(
        """(root) => [root, ...root.querySelectorAll("[aria-label], [aria-valuetext]")]
             .flatMap(({ ariaLabel, ariaValueText }) => [ariaLabel, ariaValueText])
             .concat(root.innerText).join(" ")"""
    )
    assert "Confidence in each class against epsilon" in told
    for word in ("ε*", "breaks", "0.115", "adversarial image at epsilon 0.10, read as"):
        assert word not in told

    page.keyboard.press("p")
    expect(page.locator(".present .onto canvas")).to_be_visible()
    for selector in (".ruling", ".onto b", ".onto b + span"):
        expect(page.locator(f".present {selector}")).to_be_hidden()
    expect(page.get_by_label("The adversarial image", exact=True)).to_be_visible()

    # A link that hides something else is opened anew, in the same window too.
    page.evaluate("location.hash = '#d=705&e=0.3&hide=picker,epsilon'")
    expect(page.locator(".pick")).to_be_hidden()
    expect(page.locator(".options")).to_be_visible()
    page.wait_for_selector(READY)
    page.keyboard.press("r")
    page.keyboard.press("+")
    stage.settle()
    assert (stage.shown()["request"]["index"], stage.epsilon()) == (705, 0.3)


def test_how_it_works_begins_at_the_epsilon_of_the_link(page: Page, app: App) -> None:
    Stage(page).open(f"{app.url}#e=0.3&tab=how")
    expect(page.locator("[data-figure=directions] output")).to_have_text("0.30")


def test_the_python_is_not_offered_where_it_would_tell(page: Page, app: App) -> None:
    Stage(page).open(f"{app.url}#hide=point")
    page.click(".live .save-figure")
    expect(page.locator("dialog").get_by_role("button", name="GIF")).to_be_visible()
    expect(page.locator("dialog").get_by_role("button", name="Python")).to_have_count(0)


def test_in_the_frame_of_a_space(browser: Browser, app: App) -> None:
    """The parent's hash comes with the frame's address, and the parent is told of a new one."""
    space, host = "https://huggingface.co/spaces/somebody/fgsm", "somebody-fgsm.hf.space"

    def forward(route: Route) -> None:
        """What the proxy of Spaces does."""
        url = route.request.url.replace(f"https://{host}/", app.url)
        if "heartbeat" in url:  # it never ends
            return route.abort()
        headers = {**route.request.headers, "x-forwarded-host": host, "x-forwarded-proto": "https"}
        return route.fulfill(response=route.fetch(url=url, headers=headers))

    around = f"""<!doctype html><script>
      const told = []; addEventListener("message", ({{ data }}) => told.push(data.hash));
    </script><iframe src="https://{host}/#d=705&e=0.2" width=1280 height=800></iframe>"""
    context = browser.new_context()
    context.route(f"https://{host}/**", forward)
    context.route(space, lambda route: route.fulfill(body=around, content_type="text/html"))
    page = context.new_page()
    page.goto(space)
    frame = page.frame_locator("iframe")
    expect(frame.locator(".by-number input")).to_have_value("705")
    frame.locator(".epsilon .up").click()
    page.wait_for_function("told.includes('#d=705&e=0.205&a=fgsm&m=lenet')")
    frame.locator("#test-set-button").click()
    page.wait_for_function("told.at(-1)?.endsWith('&tab=test-set')")
    page.evaluate("history.back()")
    page.wait_for_function("told.at(-1) === '#d=705&e=0.205&a=fgsm&m=lenet'")
    context.unroute_all(behavior="ignoreErrors")
    context.close()
