"""What a real browser saves: other programs show it, and read it, as the page does."""

import io
import json
import re
import shutil
import subprocess
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pytest
import segno
from axe_playwright_python.sync_playwright import Axe
from PIL import Image, ImageSequence
from playwright.sync_api import Page, expect

from fgsm import evaluate
from tests.browser import Stage
from tests.helpers import draw_seven, look_at, missing, show_tab

DIALOG = ".figure-dialog"
Picture = npt.NDArray[np.float64]


def saved(page: Page, button: str, folder: Path) -> Path:
    """Click what saves a file; where the file is."""
    with page.expect_download() as download:
        page.click(f"{DIALOG} {button}")
    file = folder / download.value.suggested_filename
    download.value.save_as(file)
    return file


def opened(page: Page, button: str = ".save-figure >> nth=0") -> None:
    """Open the dialog, with the link's code."""
    page.click(button)
    page.wait_for_function(
        """() => {
          const { src } = document.querySelector(".figure-dialog img");
          return fetch(src).then((file) => file.text()).then((svg) => svg.includes("#ffffff"));
        }"""
    )


def test_what_the_stage_gives_away(
    stage: Stage, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    page = stage.page
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])

    # By keyboard; shortcuts are not for the stage behind; the focus comes back.
    page.focus(".save-figure >> nth=0")
    page.keyboard.press("Enter")
    dialog = page.locator(DIALOG)
    expect(dialog).to_be_visible()
    page.keyboard.press("b")
    page.keyboard.press("+")
    stage.settle()
    assert stage.epsilon() == 0.12
    found = Axe().run(page, options={"runOnly": ["wcag2a", "wcag2aa", "wcag21aa", "wcag22aa"]})
    assert not found.response["violations"], found.generate_report()
    page.keyboard.press("Escape")
    expect(dialog).to_have_count(0)
    assert page.evaluate("document.activeElement.className") == "save-figure"

    # The adversarial image is read elsewhere, and here again, as the page says. (Rounded to eight
    # bits, epsilon is 31/255, a little more than 0.12; so the confidence is too.)
    said, percentage = stage.text(".adversarial .reading").split(maxsplit=1)
    picture = stage.picture("adversarial")
    opened(page)
    image = saved(page, ".extras button:nth-child(1)", tmp_path)
    expect(page.locator(f"{DIALOG} .done")).to_contain_text("read as shown here")
    assert image.name == "fgsm-403-lenet-fgsm-0.12.png"
    with Image.open(image) as file:
        assert (file.mode, file.size) == ("L", (28, 28)) and list(file.tobytes()) == picture
    capsys.readouterr()
    evaluate.main(["--image", str(image), "--json"])
    report = json.loads(capsys.readouterr().out)
    confidence = max(report["confidences"])
    assert said == str(report["prediction"]) == "9"
    assert abs(float(percentage.removesuffix(" %")) / 100 - confidence) < 0.03

    # The animation: all of the sweep, the pictures to a grey level or two.
    film = saved(page, ".extras button:nth-child(2)", tmp_path)
    assert film.name == "fgsm-403-lenet-fgsm.gif" and film.stat().st_size <= 1_500_000
    with Image.open(film) as played:
        frames = [np.asarray(frame.convert("RGB")) for frame in ImageSequence.Iterator(played)]
        assert played.info["loop"] == 0 and played.size == (560, 286)
    assert len(frames) == 52  # 0 to 0.50 by 0.01, and the breaking point

    # The Python, and its copy.
    page.click(f"{DIALOG} .extras button:nth-child(3)")
    code = page.inner_text(f"{DIALOG} pre")
    assert 'load_model("lenet"' in code and "k = 24" in code
    page.click(f"{DIALOG} .copy")
    expect(page.locator(f"{DIALOG} .done").last).to_have_text("Copied.")
    assert page.evaluate("navigator.clipboard.readText()") == code
    page.keyboard.press("Escape")
    page.keyboard.press("Escape")
    expect(dialog).to_have_count(0)

    # Twins: each has a button of its own.
    with stage.answered():
        page.check(".twin")
    page.click(".save-figure >> nth=1")
    expect(page.locator(f"{DIALOG} img")).to_have_attribute("alt", re.compile("FGSM on Robust"))
    page.keyboard.press("Escape")
    with stage.answered():
        page.uncheck(".twin")

    for at, number in ((0.0, 0), (0.3, 31), (0.5, 51)):
        stage.set_epsilon(at)
        for left, name in ((14, "clean"), (378, "adversarial")):
            tile = frames[number][36 + 3 : 36 + 168 : 6, left + 3 : left + 168 : 6, 0]
            apart = np.abs(tile.flatten().astype(int) - np.array(stage.picture(name)))
            assert apart.max() <= 4, (at, name)

    page.click("#fgsm-tab-draw")
    with stage.answered():
        page.set_input_files(".picture-file", image)
    assert stage.picture("clean") == picture
    assert stage.text(".clean .reading") == f"{report['prediction']} {confidence:.1%}".replace(
        "%", " %"
    )

    # With the server gone, figures are saved without the code; the page's own colours stay.
    draw_seven(stage)
    before = stage.picture("change"), page.evaluate("document.body.className")
    page.route("**/fgsm/ask/**", lambda route: route.abort("connectionrefused"))
    stage.set_epsilon(0.2)
    page.click(".save-figure >> nth=0")
    page.check(f"{DIALOG} .look [value=dark]")
    svg = saved(page, ".svg", tmp_path)
    assert svg.name == "fgsm-drawing-lenet-fgsm-0.20-equation-dark.svg"
    text = svg.read_text("utf-8")
    assert "image </tspan>" in text and "drawn" in text
    assert 'fill="#ffffff"/><path' not in text  # the ground of a code
    assert (stage.picture("change"), page.evaluate("document.body.className")) == before


def rendered(svg: Path) -> Picture:
    """The SVG as rsvg shows it, 2,000 pixels wide."""
    run = subprocess.run(["rsvg-convert", "-w", "2000", svg], capture_output=True, check=True)
    return np.asarray(Image.open(io.BytesIO(run.stdout)).convert("RGB")).astype(float)


def in_parts(picture: Picture, side: int = 25) -> Picture:
    """The mean colours of squares."""
    height, width = (size // side for size in picture.shape[:2])
    cut = picture[: height * side, : width * side]
    means: Picture = cut.reshape(height, side, width, side, 3).mean((1, 3))
    return means


def test_saved_figures_look_alike_everywhere(stage: Stage, tmp_path: Path) -> None:
    """The PNG, drawn by Chromium, and the SVG, drawn by rsvg: as a whole, and in each part."""
    if not shutil.which("rsvg-convert"):
        missing("no rsvg-convert (librsvg2-bin) to be had", expected=True)
    page = stage.page

    def compare(look: str) -> tuple[str, Picture]:
        page.check(f"{DIALOG} .look [value={look}]")
        svg, png = saved(page, ".svg", tmp_path), saved(page, ".png", tmp_path)
        text = svg.read_text("utf-8")
        assert not re.search(r"foreignObject|href|<image|<style|url\(|NaN|undefined", text)
        seen = np.asarray(Image.open(png).convert("RGB")).astype(float)
        other = rendered(svg)
        assert seen.shape == other.shape and seen.shape[1] == 2000
        # Letters may stand a pixel further on; but no part is lighter or darker, or missing.
        parts = np.abs(in_parts(seen) - in_parts(other)).max()
        assert np.abs(seen - other).mean() < 1 and parts < 20, (svg.name, parts)
        is_dark = seen[5, 5].mean() < 128
        assert is_dark == (look == "dark")
        # The code is that of the link.
        link = page.evaluate("location.href")
        rows = segno.make(link, error="m", micro=False).matrix
        drawn = {
            (int(x) + i, int(y))
            for x, y, length in re.findall(r"M(\d+) (\d+)h(\d+)v1", text.rpartition('d="')[2])
            for i in range(int(length))
        }
        assert drawn == {(x, y) for y, row in enumerate(rows) for x, dark in enumerate(row) if dark}
        return text, seen

    stage.set_epsilon(0.15)
    page.wait_for_function("location.hash.includes('e=0.15')")
    page.click(".toggle [data-view=change]")
    page.wait_for_function("location.hash.includes('view=change')")
    opened(page)
    for look in ("light", "dark"):
        text, seen = compare(look)
        for place, name in ((60, "clean"), (374, "change"), (688, "adversarial")):
            left, top, pixel = 2 * place, 2 * (104 + 34), 18
            tile = seen[top + 9 : top + 504 : pixel, left + 9 : left + 504 : pixel, 0]
            if name != "change" or look == "light":  # the page is light
                assert tile.flatten().tolist() == stage.picture(name), (look, name)
    page.click(f"{DIALOG} .which label:nth-of-type(2)")
    assert "50 %" in compare("light")[0]
    page.keyboard.press("Escape")

    show_tab(page, "test-set")
    page.wait_for_function("location.hash.includes('tab=test-set')")
    opened(page, ".accuracy .save-figure")
    text, _ = compare("dark")
    for words in ("Robust LeNet", "75 %", "iterative FGSM (10 steps)"):
        assert words in text
    assert text.count("<path") > 12
    page.keyboard.press("Escape")
    opened(page, ".confusion .save-figure")
    text, _ = compare("light")
    largest = page.locator(".confusion td:not(.still) button").all_inner_texts()
    for number in filter(None, largest):
        assert f">{number}</text>" in text
    page.keyboard.press("Escape")

    show_tab(page, "how")
    look_at(page, "church_window")
    page.wait_for_function("location.hash.includes('figure=church_window')")
    for window, look in enumerate(("dark", "light")):
        opened(page, f"[data-figure=church_window] .save-figure >> nth={window}")
        text, _ = compare(look)
        assert "Church window of" in text and "read as" in text
        page.keyboard.press("Escape")
