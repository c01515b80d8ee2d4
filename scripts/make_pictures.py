"""Take the README's pictures of the running app.

    python -m scripts.make_pictures

Writes `docs/*.png` and `docs/drag.gif`, an animated picture of a drag. Needs what the browser tests
need.
"""

import io
import tempfile
from pathlib import Path

from PIL import Image
from playwright.sync_api import Browser, sync_playwright

from tests.browser import ROOT, Stage, launch_browser, running_app

DOCS = ROOT / "docs"
DESKTOP = (1280, 800)
PHONE = (390, 844)
COLOURS = 128  # in a picture's palette: the page has few, so the files stay small


def save(picture: bytes, path: Path) -> None:
    """A screenshot as a small PNG."""
    quantized(picture).save(path, optimize=True)


def quantized(picture: bytes) -> Image.Image:
    """The picture with `COLOURS` colours, undithered: dithering would change the digits' pixels."""
    image = Image.open(io.BytesIO(picture)).convert("RGB")
    return image.quantize(COLOURS, dither=Image.Dither.NONE)


def open_stage(browser: Browser, url: str, theme: str, size: tuple[int, int]) -> Stage:
    """The page in a window of that size."""
    page = browser.new_page(viewport={"width": size[0], "height": size[1]})
    stage = Stage(page)
    stage.open(f"{url}?__theme={theme}")
    page.wait_for_timeout(500)
    return stage


def all_digits(browser: Browser, url: str) -> bytes:
    """The second tab: the curves, and digit by digit."""
    page = open_stage(browser, url, "light", (1280, 2000)).page
    page.click("#test-set-button")
    page.click("[data-label='4'][data-prediction='9']")
    page.wait_for_selector(".cell .tile")
    return page.screenshot(clip={"x": 0, "y": 0, "width": 1280, "height": 1620})


def how_it_works(browser: Browser, url: str) -> bytes:
    """The third tab: its second to fourth step, about a digit that breaks early."""
    page = open_stage(browser, url, "dark", (1280, 2000)).page
    page.click("#how-button")
    page.wait_for_selector(".window canvas")
    page.wait_for_timeout(500)
    steps = [page.locator(".step").nth(i).bounding_box() for i in (1, 3)]
    assert steps[0] is not None and steps[1] is not None
    top, bottom = steps[0]["y"], steps[1]["y"] + steps[1]["height"]
    return page.screenshot(clip={"x": 0, "y": top, "width": 1280, "height": bottom - top})


def presentation(browser: Browser, url: str) -> bytes:
    """The third step of the talk, at its end, on a projector."""
    page = browser.new_page(viewport={"width": 1920, "height": 1080}, reduced_motion="reduce")
    Stage(page).open(f"{url}?present&tour=talk&__theme=light")
    page.wait_for_selector(".present[data-fetched]")
    for _ in range(2):
        page.keyboard.press("PageDown")
        page.wait_for_timeout(1000)
    return page.screenshot()


def drag(browser: Browser, url: str) -> None:
    """Epsilon up to .25 and back, a frame for each step on the way."""
    stage = open_stage(browser, url, "light", DESKTOP)
    epsilons = [k / 100 for k in range(26)]
    frames = []
    for epsilon in epsilons + epsilons[-2:0:-1]:
        stage.page.fill(".epsilon input[type=range]", str(epsilon))
        stage.settle()
        picture = Image.open(io.BytesIO(stage.page.screenshot())).convert("RGB")
        frames.append(picture.crop((325, 55, 1280, 800)).resize((764, 596), Image.Resampling.BOX))
    # One palette for all frames; otherwise the background would flicker.
    palette = frames[len(frames) // 2].quantize(COLOURS, dither=Image.Dither.NONE)
    small = [frame.quantize(palette=palette, dither=Image.Dither.NONE) for frame in frames]
    small[0].save(DOCS / "drag.gif", save_all=True, append_images=small[1:], duration=80, loop=0)


def main() -> None:
    """Start the app, open it, take the pictures."""
    DOCS.mkdir(exist_ok=True)
    with (
        tempfile.TemporaryFile("w") as log,
        running_app(log) as app,
        sync_playwright() as playwright,
    ):
        browser = launch_browser(playwright)
        stage = open_stage(browser, app.url, "light", DESKTOP)
        save(stage.page.screenshot(), DOCS / "stage.png")
        stage = open_stage(browser, app.url, "dark", DESKTOP)
        with stage.answered():
            stage.page.check(".twin")
        stage.page.wait_for_timeout(500)  # for the comparison
        save(stage.page.screenshot(), DOCS / "twins.png")
        stage = open_stage(browser, app.url, "light", PHONE)
        save(stage.page.screenshot(), DOCS / "phone.png")
        save(all_digits(browser, app.url), DOCS / "test-set.png")
        save(how_it_works(browser, app.url), DOCS / "how.png")
        save(presentation(browser, app.url), DOCS / "present.png")
        drag(browser, app.url)
        browser.close()


if __name__ == "__main__":
    main()
