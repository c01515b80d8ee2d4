"""The page in Firefox: pick, drag, draw, and open each tab, with Firefox's own mouse."""

from collections.abc import Iterator

import pytest

from tests.browser import READY, App
from tests.firefox import Firefox, FirefoxError, firefox_path, running_firefox
from tests.helpers import FIGURES, ZIGZAG, missing

SLIDER = "#fgsm-epsilon"
NUMBER = "document.querySelector('.epsilon .number').value"
READING = ".clean .reading b"


@pytest.fixture(scope="module")
def window(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Firefox]:
    """Firefox's window; without Firefox the test is skipped, or fails under CI."""
    path = firefox_path()
    if path is None:
        missing("no Firefox to be had", expected=True)
    try:
        with running_firefox(path, tmp_path_factory.mktemp("firefox")) as firefox:
            firefox.resize(1280, 800)
            yield firefox
    except FirefoxError as error:
        missing(str(error), expected=True)


@pytest.fixture
def firefox(window: Firefox, app: App) -> Iterator[Firefox]:
    """The page, just opened. No errors, no requests to other hosts."""
    window.errors.clear()
    window.requests.clear()
    window.open(app.url)
    window.wait(f"document.querySelector('{READY}') !== null")
    yield window
    assert window.errors == []
    ours = (app.url, "data:", "blob:")
    assert [url for url in window.requests if not url.startswith(ours)] == []


def settled(firefox: Firefox) -> None:
    """Wait until the last request to the server is answered, and the answer painted."""
    firefox.wait("document.querySelector('.live').dataset.asking !== 'true'")
    firefox.evaluate("new Promise((f) => requestAnimationFrame(() => requestAnimationFrame(f)))")


def test_a_page_is_opened_although_the_one_before_writes_its_address(firefox: Firefox) -> None:
    write = "history.replaceState(null, '', `#${Math.random()}`)"
    firefox.evaluate(f"void setInterval(() => {write}, 1)")
    firefox.open(firefox.evaluate("location.origin"))
    assert firefox.evaluate("location.hash") == ""
    firefox.wait(f"document.querySelector('{READY}') !== null")


def test_picks_a_digit(firefox: Firefox) -> None:
    assert firefox.text(READING) == "4"
    firefox.click(".classes button:nth-child(5)")  # threes
    firefox.click(".thumbnails [data-index='301']")
    firefox.wait("document.querySelector('.clean figcaption').innerText.endsWith(' 3')")
    settled(firefox)
    assert firefox.text(READING) == "3"
    assert "3" in firefox.text(".verdict .words")


def test_dragging_epsilon_changes_the_verdict_and_asks_nobody(firefox: Firefox) -> None:
    left, middle, right = firefox.at(SLIDER, [(0, 0.5), (0.5, 0.5), (1, 0.5)])
    settled(firefox)
    asked = len(firefox.requests)
    firefox.drag([middle, right], steps=20)
    firefox.wait(f"{NUMBER} === '0.50'")
    assert firefox.text(".verdict .words").startswith("Fooled: 4 →")
    firefox.evaluate(
        """(() => {
             window.seen = new Set();
             const slider = document.querySelector("#fgsm-epsilon");
             slider.addEventListener("input", () => seen.add(slider.value));
           })()"""
    )
    firefox.drag([right, middle, left], steps=20)
    firefox.wait(f"{NUMBER} === '0.00'")
    assert firefox.text(".verdict .words") == "Still 4"
    assert firefox.evaluate("seen.size") > 5  # including those on the way
    assert len(firefox.requests) == asked


def test_draws_a_seven(firefox: Firefox) -> None:
    firefox.click("#fgsm-tab-draw")
    firefox.drag(firefox.at(".pad", ZIGZAG))
    firefox.wait("document.querySelector('.clean figcaption').innerText.includes('drawn')")
    settled(firefox)
    assert firefox.text(READING) == "7"


def test_opens_each_tab(firefox: Firefox) -> None:
    firefox.click("#test-set-button")
    firefox.wait("document.querySelector('.survey[aria-busy=false]') !== null")
    firefox.wait("document.querySelectorAll('.rows .tile canvas').length > 0")
    assert firefox.evaluate("document.querySelector('#test-set').checkVisibility()")
    firefox.click("#how-button")
    for number in range(len(FIGURES)):
        figure = f"document.querySelectorAll('#how .figure')[{number}]"
        firefox.wait(f"{figure}?.checkVisibility()")
        firefox.evaluate(f"{figure}.scrollIntoView()")
        firefox.wait(f"{figure}.querySelector('figcaption').innerText !== ''")
    firefox.click("#attack-button")
    firefox.wait("document.querySelector('.live').checkVisibility()")
    assert firefox.text(READING) == "4"


def test_saves_figures(firefox: Firefox) -> None:
    """Both figures of the stage as PNG, in the other theme, and the animation."""
    firefox.evaluate(
        """(() => {
             window.files = [];
             HTMLAnchorElement.prototype.click = function () {
               files.push(fetch(this.href).then((answer) => answer.blob()).then(async (file) => {
                 if (file.type !== "image/png") return [this.download, file.size];
                 const picture = await createImageBitmap(file);
                 const pen = new OffscreenCanvas(picture.width, picture.height).getContext("2d");
                 pen.drawImage(picture, 0, 0);
                 const { data } = pen.getImageData(0, 0, picture.width, picture.height);
                 const colours = new Set(new Uint32Array(data.buffer));
                 return [this.download, picture.width, data[0], colours.size > 100];
               }));
             };
           })()"""
    )
    done = "document.querySelector('.figure-dialog .done').textContent"
    firefox.click(".save-figure")
    firefox.click(".look [value=dark]")
    firefox.click(".figure-dialog .png")
    firefox.wait(f"{done} === 'Saved.'")
    firefox.click(".which label:nth-of-type(2)")
    firefox.click(".figure-dialog .png")
    firefox.wait("files.length === 2")
    firefox.click(".extras button:nth-child(2)")
    firefox.wait("files.length === 3")
    [equation, chart, film] = firefox.evaluate("Promise.all(files)")
    assert equation == ["fgsm-403-lenet-fgsm-0.12-equation-dark.png", 2000, 15, True]
    assert chart == ["fgsm-403-lenet-fgsm-confidence-dark.png", 2000, 15, True]
    assert film[0] == "fgsm-403-lenet-fgsm.gif" and 20_000 < film[1] < 1_500_000
    firefox.click(".figure-dialog .close")
    assert firefox.evaluate("document.querySelector('.figure-dialog') === null")
