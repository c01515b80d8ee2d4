"""The page in another page: in a frame, on a slide of reveal.js, and as `<gradio-app>`."""

import mimetypes
import re
import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest
from playwright.sync_api import Frame, FrameLocator, Page, expect

from tests.browser import READY, ROOT, App, Stage
from tests.helpers import PHONE, missing, serious

ADDRESS = "http://127.0.0.1:7860/"
"""Where the examples in `docs/` have the page."""
LINK = "d=403&e=0.12&a=fgsm&m=lenet"

HOST = """<!doctype html><meta charset="utf-8"><title>Host</title><link rel="icon" href="data:,">
<meta name="viewport" content="width=device-width, initial-scale=1">
<style>body { margin: 8px } .tall { height: 900px } iframe { width: 100%; border: 0 }</style>
"""
FRAMED = """<p>before</p><iframe src="SRC"></iframe><p class="tall">after</p>
<script>
  var told = [];
  const frame = document.querySelector("iframe");
  addEventListener("message", ({ source, data }) => {
    if (source !== frame.contentWindow || !data.type?.startsWith("fgsm:")) return;
    told.push(data);
    if (data.type === "fgsm:height") frame.style.height = `${data.height}px`;
  });
</script>"""
GUEST = """<p class="tall"><input id="mine"></p><script type="module" src="URLgradio.js"></script>
<gradio-app src="URL" data-link="d=12&e=0.3&view=change"
  eager="true"></gradio-app>"""

Serve = Callable[[dict[str, bytes]], str]


@pytest.fixture
def serve() -> Iterator[Serve]:
    """Serves files from memory, at an origin of their own; returns its address."""
    servers = []

    def start(files: dict[str, bytes]) -> str:
        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                path = self.path.partition("?")[0].lstrip("/")
                self.send_response(200 if path in files else 204)
                self.send_header("Content-Type", mimetypes.guess_type(path)[0] or "text/plain")
                self.end_headers()
                self.wfile.write(files.get(path, b""))

            def log_message(self, *_: object) -> None:
                """Say nothing."""

        server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        threading.Thread(target=server.serve_forever, daemon=True).start()
        servers.append(server)
        return f"http://127.0.0.1:{server.server_address[1]}/"

    yield start
    for server in servers:
        server.shutdown()
        server.server_close()


def opened(page: Page, serve: Serve, body: str) -> None:
    page.goto(serve({"host.html": (HOST + body).encode()}) + "host.html")


def framed(page: Page, serve: Serve, address: str) -> tuple[FrameLocator, Frame]:
    """A page that has ours in a frame, which is as high as ours says."""
    opened(page, serve, FRAMED.replace("SRC", address.replace("&", "&amp;")))
    inside = page.frame_locator("iframe")
    expect(inside.locator(READY)).to_be_visible()
    return inside, page.frames[1]


def told(page: Page, kind: str) -> list[dict[str, Any]]:
    """The messages of that kind that the page around has got."""
    messages: list[dict[str, Any]] = page.evaluate(
        "(type) => told.filter((data) => data.type === type)", kind
    )
    return messages


def keys(page: Page, *pressed: str) -> list[str]:
    """Which of the keys, pressed one after the other, are passed on."""
    before = len(told(page, "fgsm:key"))
    for key in pressed:
        page.keyboard.press(key)
    page.evaluate("new Promise((done) => setTimeout(done, 50))")  # messages take their time
    return [message["key"] for message in told(page, "fgsm:key")[before:]]


def is_whole(page: Page) -> None:
    """The frame is as high as the page in it, which neither scrolls nor leaves room."""
    page.wait_for_function(
        """() => {
             const last = told.findLast(({ type }) => type === "fgsm:height");
             return document.querySelector("iframe").offsetHeight === last?.height;
           }"""
    )
    frame = page.frames[1]
    frame.wait_for_function("document.documentElement.scrollHeight === innerHeight")
    assert frame.evaluate("document.documentElement.scrollWidth <= innerWidth")


def test_in_a_frame(page: Page, app: App, serve: Serve) -> None:
    inside, frame = framed(page, serve, f"{app.url}?embed&__theme=light#{LINK}")
    for left_away in (".head", "#tabs > .tab-wrapper"):
        expect(inside.locator(left_away)).to_be_hidden()
    is_whole(page)
    height = told(page, "fgsm:height")[-1]
    assert height == {"type": "fgsm:height", "version": 1, "height": height["height"]}
    assert 500 <= height["height"] <= 800
    assert frame.evaluate("getComputedStyle(document.body).backgroundColor") == "rgba(0, 0, 0, 0)"

    # The wheel scrolls the page around, wherever it turns.
    box = page.locator("iframe").bounding_box()
    assert box is not None
    page.evaluate("scrollTo(0, 50)")
    for x, y in ((0.1, 300), (0.5, 200), (0.6, 380), (0.8, 550)):
        before = page.evaluate("scrollY")
        page.mouse.move(x * box["width"], box["y"] - before + y)
        page.mouse.wheel(0, 60)
        page.wait_for_function("(before) => scrollY === before + 60", arg=before)
    assert frame.evaluate("scrollY") == 0

    # Keys that mean something stay inside; all others, and a clicker's in any case, go out.
    inside.locator(".verdict").click()
    assert keys(page, "PageDown", "Space", "ArrowLeft", "End", "Escape") == [
        "PageDown",
        " ",
        "ArrowLeft",
        "End",
        "Escape",
    ]
    assert keys(page, "Enter", "a", "p", "Control+ArrowRight", "Tab") == []
    expect(inside.locator(".present")).to_be_hidden()
    inside.locator(".verdict").click()
    page.keyboard.press("Shift+Space")
    page.wait_for_function("told.at(-1).shift")
    assert told(page, "fgsm:key")[-1] == {
        "type": "fgsm:key",
        "version": 1,
        "key": " ",
        "shift": True,
        "repeat": False,
    }
    slider = inside.locator("#fgsm-epsilon")
    slider.focus()
    assert keys(page, "ArrowRight", "ArrowUp", "PageUp", "Home") == ["PageUp"]
    expect(inside.locator(".live")).to_have_attribute("data-epsilon", "0.00")
    own = {
        ".thumbnails [aria-current]": ["ArrowRight", "ArrowDown"],
        ".attack-menu": ["ArrowDown", "ArrowUp"],
        ".any": ["Space"],
        ".epsilon .number": ["ArrowUp", "Home", "Space"],
    }
    for selector, pressed in own.items():
        inside.locator(selector).focus()
        assert keys(page, *pressed, "PageDown") == ["PageDown"], selector
    inside.locator("#fgsm-tab-draw").click()
    inside.locator(".pad").focus()
    assert keys(page, "Space", "ArrowRight", "PageUp") == ["PageUp"]
    is_whole(page)

    # The link, and what picking leaves behind: nothing in the history.
    inside.locator("#fgsm-tab-pick").click()
    before = page.evaluate("history.length")
    inside.locator(".classes button").nth(8).click()
    inside.locator(".thumbnails [data-index='705']").click()
    link = inside.locator(".open-page a")
    expect(link).to_have_attribute("href", re.compile(r"#d=705&"))
    assert (
        link.get_attribute("href") == f"{app.url}#d=705&e=0.005&a=fgsm&m=lenet"
    )  # the number was moved above
    frame.wait_for_function("location.hash.startsWith('#d=705')")
    assert page.evaluate("history.length") == before
    assert link.get_attribute("target") == "_blank"
    expect(inside.locator(".open-page .back")).to_be_hidden()
    # On its own, for axe, which does not look into frames of other origins. A link that is wrong is
    # embedded all the same.
    page.goto(f"{app.url}?embed#d=9999")
    expect(page.locator(READY)).to_be_visible()
    expect(page.locator(".live > .notice")).to_contain_text("So here is the first page.")
    expect(page.locator(".head")).to_be_hidden()
    assert serious(page, ".open-page") == []


@pytest.mark.parametrize("context", [PHONE], indirect=True)
def test_on_a_phone_and_in_a_frame_that_is_too_low(page: Page, app: App, serve: Serve) -> None:
    inside, frame = framed(page, serve, f"{app.url}?embed#{LINK}")
    is_whole(page)
    # A finger that moves up on a picture scrolls the page around.
    touch = page.context.new_cdp_session(page)
    inside.locator(".adversarial canvas").scroll_into_view_if_needed()
    box = inside.locator(".adversarial canvas").bounding_box()
    assert box is not None
    before = page.evaluate("scrollY")
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    for kind, up in [("touchStart", 0), *[("touchMove", 25 * i) for i in range(1, 9)]]:
        points = [{"x": x, "y": y - up}]
        touch.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": points})
    touch.send("Input.dispatchTouchEvent", {"type": "touchEnd", "touchPoints": []})
    page.wait_for_function("(before) => scrollY > before + 100", arg=before)
    assert frame.evaluate("scrollY") == 0
    page.set_viewport_size({"width": 336, "height": 700})  # 320 in the frame
    is_whole(page)

    # Too low: the page scrolls in it, also with keys, and all of it can be reached.
    page.evaluate("document.querySelector('iframe').style.height = '240px'")
    frame.wait_for_function("innerHeight === 240")
    page.evaluate("document.querySelector('iframe').scrollIntoView()")
    inside.locator(".verdict").click()
    assert keys(page, "ArrowDown", "End", "PageDown") == ["PageDown"]
    frame.wait_for_function("scrollY > 0")
    inside.locator(".open-page a").scroll_into_view_if_needed()
    expect(inside.locator(".open-page a")).to_be_in_viewport()


def test_another_tab_and_the_way_back(page: Page, app: App, serve: Serve, mnist_root: Any) -> None:
    address = f"{app.url}?embed#{LINK}&tab=test-set&hide=picker,options"
    opened(page, serve, FRAMED.replace("SRC", address.replace("&", "&amp;")))
    inside = page.frame_locator("iframe")
    back = inside.locator(".open-page .back")
    expect(inside.locator(".rows .tile").first).to_be_visible()
    expect(back).to_be_hidden()
    is_whole(page)
    inside.locator(".rows .tile").first.click()
    expect(inside.locator("#attack")).to_be_visible()
    expect(inside.locator(".choose")).to_be_hidden()
    link = inside.locator(".open-page a")
    expect(link).to_have_attribute("href", re.compile(r"&hide=picker,options$"))
    back.click()
    expect(inside.locator("#test-set")).to_be_visible()
    expect(back).to_be_hidden()


def test_slides(page: Page, app: App, serve: Serve) -> None:
    reveal = ROOT / "node_modules" / "reveal.js"
    if not reveal.is_dir():
        missing("no reveal.js: say npm ci", expected=True)
    files = {
        path.relative_to(ROOT).as_posix(): path.read_bytes() for path in reveal.rglob("dist/**/*.*")
    }
    slides = (ROOT / "docs" / "slides.html").read_text("utf-8")
    assert slides.count(ADDRESS) == 2  # in the comment, and the frame's
    files["docs/slides.html"] = slides.replace(ADDRESS, app.url).encode()
    page.goto(serve(files) + "docs/slides.html")
    page.wait_for_function("Reveal.isReady()")
    number = "Reveal.getIndices().h"

    def is_on(slide: int) -> None:
        page.wait_for_function(f"(slide) => {number} === slide", arg=slide)

    is_on(0)
    page.keyboard.press("PageDown")
    is_on(1)
    inside = page.frame_locator("iframe")
    live = inside.locator(READY)
    expect(live).to_be_visible()
    frame = page.frames[1]
    frame.wait_for_function("document.documentElement.scrollHeight === innerHeight")
    expect(page.locator("iframe")).to_be_in_viewport(ratio=1)

    # Drag: the page has the keys now, and passes on those that turn slides.
    track = inside.locator("#fgsm-epsilon").bounding_box()
    assert track is not None
    page.mouse.move(track["x"] + 0.1 * track["width"], track["y"] + track["height"] / 2)
    page.mouse.down()
    page.mouse.move(track["x"] + 0.4 * track["width"], track["y"] + track["height"] / 2, steps=5)
    page.mouse.up()
    epsilon = float(live.get_attribute("data-epsilon") or 0)
    assert epsilon > 0.15
    page.keyboard.press("ArrowRight")
    expect(live).to_have_attribute("data-epsilon", f"{epsilon + 0.005:.3f}".removesuffix("0"))
    assert page.evaluate(number) == 1
    page.keyboard.press("PageDown")
    is_on(2)
    page.keyboard.press("PageUp")
    is_on(1)
    inside.locator(".verdict").click()
    page.keyboard.press("Space")
    is_on(2)
    page.keyboard.press("Shift+Space")
    is_on(1)
    # What another window says turns nothing.
    page.evaluate("postMessage({ type: 'fgsm:key', version: 1, key: 'PageDown' })")
    page.evaluate("new Promise((done) => setTimeout(done, 100))")
    assert page.evaluate(number) == 1


def test_as_gradio_app_in_a_page_of_another_origin(page: Page, app: App, serve: Serve) -> None:
    """Files that the browser kept from the app's own page serve this one, too."""
    stage = Stage(page)
    stage.open(app.url)
    opened(page, serve, GUEST.replace("URL", app.url))
    expect(page.locator(READY)).to_be_visible()
    address = page.url
    assert (stage.epsilon(), page.title()) == (0.3, "Host")
    assert page.locator(".toggle [data-view=change]").get_attribute("aria-pressed") == "true"
    for left_away in (".head", "#tabs > .tab-wrapper"):
        expect(page.locator(left_away)).to_be_hidden()
    assert page.evaluate("document.documentElement.scrollHeight") < 1800  # 900 of it are the host's
    link = page.locator(".open-page a")
    assert link.get_attribute("href") == f"{app.url}#d=12&e=0.30&a=fgsm&m=lenet&view=change"

    # It turns dark with the system, pictures included.
    light = set(stage.picture("change"))
    page.emulate_media(color_scheme="dark")
    expect(page.locator("gradio-app")).to_have_class("dark")
    stage.settle()
    assert 212 in light and 212 not in stage.picture("change")  # the red of the neutral grey

    # The address, the clipboard and the keys are the host's, until the focus is in the page.
    pasted = page.evaluate(
        """() => {
             const clipboardData = new DataTransfer();
             clipboardData.items.add(new File(["x"], "x.png", { type: "image/png" }));
             const how = { clipboardData, bubbles: true, cancelable: true };
             return document.querySelector("#mine").dispatchEvent(new ClipboardEvent("paste", how));
           }"""
    )
    assert pasted  # nobody has taken it
    for target in ("body", "#mine"):
        page.press(target, "+")
        page.press(target, "r")
    stage.settle()
    assert stage.epsilon() == 0.3
    page.focus("#fgsm-epsilon")
    page.keyboard.press("+")
    expect(page.locator(".live")).to_have_attribute("data-epsilon", "0.305")
    before = page.evaluate("history.length")
    stage.pick(705)
    expect(link).to_have_attribute("href", re.compile("#d=705&e=0.305&"))
    # Nor does a story that ends write the address.
    page.locator(".live").evaluate(
        """(live) => {
             const dataTransfer = new DataTransfer();
             const story = JSON.stringify({ title: "One", steps: [{ title: "One", text: "." }] });
             dataTransfer.items.add(new File([story], "one.json", { type: "application/json" }));
             const drop = { dataTransfer, bubbles: true, cancelable: true };
             live.dispatchEvent(new DragEvent("drop", drop));
           }"""
    )
    expect(page.locator(".tour h2")).to_have_text("One")
    page.click(".tour .leave")
    expect(page.locator(".tour")).to_be_hidden()
    page.evaluate("new Promise((done) => setTimeout(done, 400))")  # longer than an address rests
    assert page.url == address and page.evaluate("history.length") == before
