"""Pictures that come in, in a real browser: chosen as a file, pasted, dropped; and refused."""

import base64
import io
import json
from pathlib import Path

import numpy as np
from PIL import Image, ImageOps
from playwright.sync_api import FilePayload, expect
from torch import Tensor

from fgsm.drawing import MAX_SIDE, to_mnist
from fgsm.picture import MOST_BYTES, MOST_PIXELS
from tests.browser import App, Stage
from tests.helpers import FIRST, Questions, in_node

BRING = """([kind, name, type, text]) => {
  const data = new DataTransfer();
  const bytes = Uint8Array.from(atob(text), (each) => each.charCodeAt(0));
  data.items.add(new File([bytes], name, { type }));
  const options = { bubbles: true, cancelable: true };
  const event = kind === "paste"
    ? new ClipboardEvent(kind, { ...options, clipboardData: data })
    : new DragEvent(kind, { ...options, dataTransfer: data });
  return !document.querySelector(".live").dispatchEvent(event);
}"""


def bring(stage: Stage, kind: str, content: bytes, name: str = "a.png") -> bool:
    """Paste or drop a file; whether the page takes it for itself."""
    file = [
        kind,
        name,
        "image/png" if name.endswith("png") else "",
        base64.b64encode(content).decode(),
    ]
    taken: bool = stage.page.evaluate(BRING, file)
    return taken


def test_pictures_come_in(stage: Stage, app: App, builtin: tuple[Tensor, Tensor]) -> None:
    page = stage.page
    asked = Questions(page)

    def png(index: int, times: int = 1) -> tuple[bytes, Image.Image]:
        digit = Image.fromarray((builtin[0][index, 0] * 255).byte().numpy())
        picture, file = digit.resize((28 * times, 28 * times)), io.BytesIO()
        picture.save(file, "PNG")
        return file.getvalue(), picture

    # A file of 28 x 28 pixels is taken as it is; the model's prediction is attacked.
    content, picture = png(345)
    page.click("#fgsm-tab-draw")
    with (
        stage.answered(),
        page.expect_file_chooser() as chooser,
        page.expect_request("**/ask/picture") as question,
    ):
        page.click(".open-picture")
        chooser.value.set_files({"name": "3.png", "mimeType": "image/png", "buffer": content})
    assert question.value.post_data_json == {"picture": base64.b64encode(content).decode()}
    assert stage.picture("clean") == list(picture.tobytes())
    assert stage.text(".clean figcaption") == "image x, yours"
    assert stage.text(".named option:checked") == "3?" and page.is_enabled(".named")
    with stage.answered():
        page.select_option(".named", "3")
    assert stage.text(".clean figcaption") == "image x, a 3"
    assert stage.shown()["request"]["source"] == "image"
    page.wait_for_function("!document.querySelector('.compare').textContent.includes('…')")
    mine = [stage.text(".also"), stage.text(".compare")]

    # It is attacked as the same digit of the package is.
    stage.show({**FIRST, "index": 345}, stage.epsilon())
    page.wait_for_function("document.querySelector('.clean .label').textContent === ', a 3'")
    for name, text in zip((".also", ".compare"), mine, strict=True):
        expect(page.locator(name)).to_have_text(text, use_inner_text=True)

    # Pasted, from another tab; a large picture is made like MNIST, and a link holds it exactly.
    content, picture = png(720, 9)
    before = page.evaluate("location.hash")  # perhaps still the first picture's
    page.click("#how-button")
    with stage.answered():
        assert bring(stage, "paste", content)
    expect(page.locator("#attack")).to_be_visible()
    pixels = [int(level) for level in (to_mnist(picture) * 255).flatten()]
    assert stage.picture("clean") == pixels and stage.reading("clean") == 7
    assert page.input_value(".named") == ""
    page.wait_for_function(
        "(before) => location.hash !== before && location.hash.startsWith('#d=image-')", arg=before
    )
    page.reload()
    page.wait_for_selector(".live[data-state=ready] .equation")
    assert stage.picture("clean") == pixels
    assert stage.text(".clean figcaption") == "image x, yours"

    pasted = page.evaluate("location.hash")

    # Dropped: a hint while it is dragged.
    hint = page.locator(".drop-hint")
    expect(hint).to_be_hidden()
    assert bring(stage, "dragover", b"")
    expect(hint).to_be_visible()
    with stage.answered():
        assert bring(stage, "drop", png(105)[0])
    expect(hint).to_be_hidden()
    assert stage.picture("clean") == list(png(105)[1].tobytes())

    # Each picture is a place of its own, to go back to.
    page.wait_for_function("(before) => location.hash !== before", arg=pasted)
    with stage.answered():
        page.go_back()
    assert stage.picture("clean") == pixels
    with stage.answered():
        page.go_forward()
    assert stage.picture("clean") == list(png(105)[1].tobytes())

    # Refused: with a sentence, by the server or, if it is too large, before it is sent.
    # What a browser cannot read is sent if it is short, and the server says what is wrong with it.
    notice = page.locator(".notice")
    bring(stage, "drop", b"<svg onload=alert(1)>")
    expect(notice).to_contain_text(
        "Picture is not one that can be read: it is no file of PNG, JPEG, WEBP, GIF or BMP"
    )
    asked.clear()
    bring(stage, "paste", bytes(1_000_001), "big.png")
    expect(notice).to_contain_text("“big.png” has 1,000,001 bytes, and this browser cannot read it")
    assert "picture" not in asked and stage.picture("clean") == list(png(105)[1].tobytes())

    # Other files are for whoever listens; and text is still pasted into fields.
    page.evaluate(
        "document.addEventListener('fgsm-file', ({ detail }) => { window.got = detail.file.name; })"
    )
    assert bring(stage, "drop", b"{}", "story.json")
    assert page.evaluate("window.got") == "story.json"
    assert not bring(stage, "paste", b"{}", "story.json")

    # A drawing takes over again, without the name that the picture had.
    with stage.answered():
        page.select_option(".named", "5")
    with stage.answered():
        page.click(".pad")
    assert "drawn" in stage.text(".clean figcaption")
    assert stage.shown()["request"]["pixels"] is None


def test_a_phones_photograph_is_made_smaller_first(
    stage: Stage, builtin: tuple[Tensor, Tensor]
) -> None:
    """It is grainy, of 12 megapixels, and the phone was held on its side."""
    digit = Image.fromarray((builtin[0][720, 0] * 255).byte().numpy())
    large = digit.resize((840, 840))
    ink = ImageOps.expand(large, (1080, 1580)).rotate(90, expand=True)
    grain = np.random.default_rng(0).integers(-20, 20, (3000, 4000), np.int16)
    page = 200 - np.asarray(ink, np.int16) // 2 + grain
    exif, file = Image.Exif(), io.BytesIO()
    exif[0x0112] = 6  # to be turned by a quarter, clockwise
    Image.fromarray(page.astype(np.uint8)).save(file, "JPEG", quality=90, exif=exif)
    content = file.getvalue()
    assert len(content) > MOST_BYTES
    photograph = FilePayload(name="photo.jpg", mimeType="image/jpeg", buffer=content)
    with stage.answered(), stage.page.expect_request("**/ask/picture") as question:
        stage.page.set_input_files(".picture-file", [photograph])
    assert stage.reading("clean") == 7
    sent = base64.b64decode(json.loads(question.value.post_data or "")["picture"])
    assert len(sent) <= MOST_BYTES and Image.open(io.BytesIO(sent)).size == (750, 1000)
    apart = np.subtract(
        stage.picture("clean"), [int(255 * level) for level in to_mnist(large).flatten()]
    )
    assert np.abs(apart).mean() < 5  # upright


def test_the_page_knows_what_the_package_takes(tmp_path: Path) -> None:
    module = """
        import { scaledTo } from "./fgsm/ui/stage/incoming.js";
        const isSmall = ([width, height, bytes]) => scaledTo({ width, height }, bytes) === null;
        export const answer = (files) => files.map(isSmall);
    """
    height = MOST_PIXELS // MAX_SIDE
    largest = [MAX_SIDE, height, MOST_BYTES]
    beyond = [[MAX_SIDE, height + 1, 1], [MAX_SIDE + 1, 1, 1], [1, 1, MOST_BYTES + 1]]
    assert in_node(tmp_path, module, [largest, *beyond]) == [True, False, False, False]
