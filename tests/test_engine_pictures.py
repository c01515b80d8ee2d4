"""Pictures in the engine: drawings, files of pictures, and the file of the built-in digits.

The package reads the same while the test runs. Drawings, and files without loss, become the same
images bit for bit.
"""

import base64
import io
import random
import struct
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest
from PIL import Image, ImageDraw, ImageFilter, ImageOps
from playwright.sync_api import Page, Route

from fgsm.digits import SPRITE, builtin_digits
from fgsm.drawing import to_mnist
from fgsm.strokes import on_pad, written
from fgsm.styles import STYLES
from fgsm.ui.assets import FILES
from tests.browser import ROOT
from tests.engine import in_engine
from tests.helpers import ask, unpack

pytestmark = pytest.mark.without_a_server


# ---- drawings ----

TO_MNIST = """
import { toMnist } from "./fgsm/engine/drawing.js";

export const answer = (pictures) => pictures.map((picture) => {
  try {
    return toMnist(picture);
  } catch (error) {
    return error.message;
  }
});
"""


def drawings(rng: random.Random) -> Iterator[Image.Image]:
    """Pictures of mode L, and of mode LA, with all that makes them hard to read."""
    noise = np.random.default_rng(rng.randrange(2**32))
    for side in (28, 29, 57, 112, 200, 280, 281, 640, 1000) * 4:
        yield scribble(rng, side, width=max(1, round(side * rng.uniform(0.01, 0.12))))
        yield scribble(rng, min(side, 300), width=1)  # a hairline
    for _ in range(30):
        yield on_pad(a_digit(rng), rng.uniform(0.2, 1.2), 0.085)
    for _ in range(20):
        yield with_dirt(scribble(rng, 200, width=12), rng)
        yield photograph(scribble(rng, 280, width=20), rng, noise)
        size = rng.randrange(1, 60), rng.randrange(1, 60)
        yield Image.fromarray(noise.integers(0, 256, size, np.uint8))
    for side in (1001, 1500, 2300):  # shrunk before it is read
        wide = scribble(rng, 300, width=20).resize((side, side // 2 + 1))
        yield wide
        yield Image.merge("LA", (wide, ImageOps.invert(wide)))
    for i in range(12):
        ink, fog = scribble(rng, 100, width=9), noise.integers(0, 256, (100, 100), np.uint8)
        opacity = ImageOps.invert(ink) if i % 3 else ink
        yield Image.merge("LA", (Image.fromarray(fog) if i % 2 else ink, opacity))
    for flat in (0, 90, 255):
        yield Image.new("L", (50, 50), flat)  # which is refused
    for size in ((1, 1), (1, 70), (70, 1), (4001, 2)):
        yield Image.fromarray(noise.integers(0, 256, size[::-1], np.uint8))


def a_digit(rng: random.Random) -> list[list[tuple[float, float]]]:
    return written(rng.choice(STYLES), rng.uniform, rng)


def scribble(rng: random.Random, side: int, width: int) -> Image.Image:
    """A digit, white on black or the other way round, with sharp or with soft edges."""
    picture = Image.new("L", (side, side))
    draw, size = ImageDraw.Draw(picture), rng.uniform(0.3, 1.1)
    for stroke in a_digit(rng):
        places = [((size * x + 0.5) * side, (size * y + 0.5) * side) for x, y in stroke]
        draw.line(places, fill=rng.choice([255, 255, 200, 90]), width=width)
    if rng.random() < 0.5:
        picture = picture.filter(ImageFilter.GaussianBlur(rng.uniform(0.3, 3)))
    return ImageOps.invert(picture) if rng.random() < 0.3 else picture


def with_dirt(picture: Image.Image, rng: random.Random) -> Image.Image:
    draw = ImageDraw.Draw(picture)
    for _ in range(rng.randrange(1, 30)):
        x, y, side = rng.randrange(196), rng.randrange(196), rng.randrange(5)
        draw.rectangle((x, y, x + side, y + side), fill=rng.randrange(256))
    return picture


def photograph(ink: Image.Image, rng: random.Random, noise: np.random.Generator) -> Image.Image:
    """A page with a shadow across it, and grain."""
    width, height = rng.randrange(40, 900), rng.randrange(40, 900)
    strength = np.asarray(ink.resize((width, height))) / 255
    page = np.linspace(rng.uniform(0.4, 0.7), 0.9, width) * (1 - 0.75 * strength)
    page += noise.normal(0, rng.choice([0, 0.01, 0.03]), page.shape)
    return Image.fromarray((255 * page.clip(0, 1)).astype(np.uint8))


def as_asked(picture: Image.Image) -> dict[str, Any]:
    grey, *opacity = (np.asarray(channel) for channel in picture.split())
    asked = {"pixels": grey, "width": picture.width, "height": picture.height}
    return {**asked, "opacity": opacity[0]} if opacity else asked


def in_python(picture: Image.Image) -> npt.NDArray[np.float32] | str:
    try:
        image: npt.NDArray[np.float32] = to_mnist(picture).numpy().ravel()
        return image
    except ValueError as error:
        return str(error)


def test_drawings_become_the_same_images_bit_for_bit(tmp_path: Path) -> None:
    pictures = list(drawings(random.Random(0)))
    found = in_engine(tmp_path, TO_MNIST, [as_asked(picture) for picture in pictures])
    expected = [in_python(picture) for picture in pictures]
    assert sum(isinstance(image, str) for image in expected) == 5
    for picture, image, same in zip(pictures, found, expected, strict=True):
        assert np.array_equal(image, same), picture


def test_sums_medians_and_quartiles_are_numpys(tmp_path: Path) -> None:
    """Their last bits decide little; but drawings that lie on the border do exist."""
    module = """
        import { median, sum, sumOfDoubles, upperQuartile } from "./fgsm/engine/numpy.js";
        const found = (values) => [
          sum(values), sumOfDoubles(new Float64Array(values)),
          median(values), upperQuartile(values),
        ];
        export const answer = (rows) => rows.map(found);
    """
    noise = np.random.default_rng(0)
    lengths = [*range(1, 40), 127, 128, 129, 136, 137, 255, 256, 257, 1000, 78_400, 99_999]
    rows = [noise.normal(0.1, 1, length).astype(np.float32) for length in lengths]
    expected = [
        [row.sum(), row.astype(np.float64).sum(), np.median(row), np.percentile(row, 75)]
        for row in rows
    ]
    assert in_engine(tmp_path, module, rows) == [[float(each) for each in row] for row in expected]


# ---- the built-in digits ----

DIGITS = """
import { readFileSync } from "node:fs";
import { builtinDigits } from "./fgsm/engine/digits.js";
import { readPng } from "./fgsm/engine/png.js";

const read = (name) => new Uint8Array(readFileSync(name));
const found = {
  digits: await builtinDigits(read("digits.png")),
  picture: await readPng(read("picture.png")),
  problems: await Promise.all(["colour", "cut", "picture"].map((name) =>
    builtinDigits(read(`${name}.png`)).then(() => null, (error) => error.message))),
};
export const answer = () => found;
"""


def test_the_built_in_digits_are_read_from_their_picture(tmp_path: Path) -> None:
    noise = np.random.default_rng(0).integers(0, 256, (40, 90), np.uint8)
    (tmp_path / "picture.png").write_bytes(png_in_all_ways(noise))
    assert np.array_equal(np.asarray(Image.open(tmp_path / "picture.png")), noise)
    Image.new("RGB", (90, 90)).save(tmp_path / "colour.png")
    (tmp_path / "digits.png").write_bytes(SPRITE.read_bytes())
    (tmp_path / "cut.png").write_bytes(SPRITE.read_bytes()[:50_000])

    found = in_engine(tmp_path, DIGITS, None)
    images, labels = builtin_digits()
    assert np.array_equal(found["digits"]["images"] / np.float32(255), images.numpy().ravel())
    assert found["digits"]["labels"].tolist() == labels.tolist()
    assert (found["picture"]["height"], found["picture"]["width"]) == noise.shape
    assert np.array_equal(found["picture"]["pixels"], noise.ravel())
    assert found["problems"] == [
        "this PNG is not a plain grey picture",
        "this PNG is damaged",
        "this is not the picture of the built-in digits",
    ]


def png_in_all_ways(picture: npt.NDArray[np.uint8]) -> bytes:
    """A PNG file whose rows are written as differences of each of the five kinds in turn."""
    padded = np.pad(picture.astype(int), ((1, 0), (1, 0)))
    left, above, corner = padded[1:, :-1], padded[:-1, 1:], padded[:-1, :-1]
    three = np.stack([left, above, corner])
    paeth = np.take_along_axis(three, abs(left + above - corner - three).argmin(0)[None], 0)[0]
    guesses = np.stack([0 * left, left, above, (left + above) // 2, paeth])
    kinds = np.arange(len(picture)) % 5
    rows = (picture - guesses[kinds, np.arange(len(picture))]) % 256
    content = zlib.compress(np.column_stack([kinds, rows]).astype(np.uint8).tobytes())
    header = struct.pack(">IIBBBBB", *picture.shape[::-1], 8, 0, 0, 0, 0)
    parts = (b"IHDR", header), (b"IDAT", content[:99]), (b"IDAT", content[99:]), (b"IEND", b"")
    chunks = [
        struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
        for kind, data in parts
    ]
    return b"\x89PNG\r\n\x1a\n" + b"".join(chunks)


# ---- pictures ----

WORKER = """
import { Refusal } from "./fgsm/engine/refusal.js";
import { picture } from "./fgsm/engine/service/incoming.js";
import { refused } from "./fgsm/engine/service/pack.js";

onmessage = async ({ data }) => {
  try {
    postMessage([...(await picture({ picture: data })).frame]);
  } catch (error) {
    postMessage(error instanceof Refusal ? refused(error).error : `no refusal: ${error}`);
  }
};
"""
SITE = "http://127.0.0.1:8000/"  # which is never asked
READ = """async (files) => {
  const worker = new Worker("worker.js", { type: "module" });
  const answers = [];
  for (const file of files) {
    answers.push(await new Promise((resolve, reject) => {
      worker.onmessage = ({ data }) => resolve(data);
      worker.onerror = reject;
      worker.postMessage(file);
    }));
  }
  return answers;
}"""


@pytest.fixture
def reader(page: Page) -> Page:
    """A page whose worker reads pictures."""

    def serve(route: Route) -> None:
        path = route.request.url.removeprefix(SITE)
        if path == "worker.js":
            route.fulfill(content_type="text/javascript", body=WORKER)
        elif path.startswith("fgsm/ui/"):
            route.fulfill(content_type="text/javascript", body=FILES[path.removeprefix("fgsm/ui/")])
        elif path.startswith("fgsm/engine/"):
            route.fulfill(content_type="text/javascript", body=(ROOT / path).read_bytes())
        else:
            route.fulfill(content_type="text/html", body="<link rel=icon href=data:,>")

    page.route("**", serve)
    page.goto(SITE)
    return page


def saved(picture: Image.Image, kind: str = "PNG", **options: Any) -> bytes:
    file = io.BytesIO()
    picture.save(file, kind, **options)
    return file.getvalue()


def in_base64(file: bytes) -> str:
    return base64.b64encode(file).decode()


def read_by_browser(reader: Page, files: list[bytes]) -> list[list[int] | str]:
    """The grey levels of each image, or why it is refused."""
    found: list[list[int] | str] = reader.evaluate(READ, [in_base64(file) for file in files])
    return found


def read_by_python(file: bytes) -> list[int] | str:
    answer = ask("picture", {"picture": in_base64(file)})
    return str(answer["error"]) if "error" in answer else unpack(answer["frame"]).flatten().tolist()


def pictures_without_loss() -> Iterator[bytes]:
    """Files that Python and a browser decode alike."""
    digit = Image.fromarray((builtin_digits()[0][403, 0] * 255).byte().numpy())
    large = digit.resize((280, 280))
    paper = ImageOps.invert(large)
    rng = random.Random(0)
    colours = Image.merge("RGB", [scribble(rng, 150, width=12) for _ in range(3)])
    ink = Image.new("RGBA", large.size, (200, 30, 90, 0))
    ink.putalpha(large)
    for picture in (digit, ImageOps.invert(digit), large, paper, colours):
        yield saved(picture)
        yield saved(picture.convert("RGB"))
        yield saved(picture, "BMP")
        yield saved(picture.convert("RGB"), "WEBP", lossless=True)
    yield saved(colours.resize((1700, 1100)))
    yield saved(colours.quantize(60))
    yield saved(large, "GIF")
    yield saved(digit.convert("RGBA"))  # opaque
    yield saved(ink)  # on a transparent ground, whatever is opaque is ink
    yield saved(ink.resize((1300, 1300)))
    yield saved(ink, "WEBP", lossless=True, exact=True)


def test_picture_files_give_the_same_images(reader: Page) -> None:
    files = list(pictures_without_loss())
    for i, (file, image) in enumerate(zip(files, read_by_browser(reader, files), strict=True)):
        assert image == read_by_python(file), i


def pictures_with_loss() -> Iterator[bytes]:
    """Files that Python and a browser may decode a level apart."""
    rng = random.Random(0)
    colours = Image.merge("RGB", [scribble(rng, 300, width=20) for _ in range(3)])
    grey = scribble(rng, 300, width=25)
    upright = Image.Exif()
    upright[0x0112] = 6  # turned by a quarter
    for picture in (colours, grey):
        yield saved(picture, "JPEG", quality=60)
        yield saved(picture, "JPEG", quality=90, progressive=True, exif=upright)
        yield saved(picture, "WEBP", quality=80)
    grain = np.random.default_rng(0).integers(-128, 128, (300, 300))
    sixteen = (257 * np.asarray(grey, int) + grain).clip(0, 65_535).astype(np.uint16)
    yield saved(Image.fromarray(sixteen))
    half = colours.convert("RGBA")
    half.putalpha(
        ImageOps.expand(scribble(rng, 280, width=25).point(lambda v: 255 - v // 3), 10, 255)
    )
    yield saved(half)


def test_pictures_with_loss_are_within_a_level(reader: Page) -> None:
    files = list(pictures_with_loss())
    for i, (file, image) in enumerate(zip(files, read_by_browser(reader, files), strict=True)):
        assert image == pytest.approx(read_by_python(file), abs=1), i


def pictures_refused() -> Iterator[bytes]:
    """Files that are refused before they are decoded, or because there is no digit in them."""
    noise = np.random.default_rng(0)
    yield b""
    yield bytes(1_000_001)
    yield bytes(1_000_003)  # which its base64 gives away
    yield from (b"\x00\x7f\xff't\n\\\r", b'<svg width="5">', b"'\"\t", b"RIFF1234WAVE")
    large = Image.new("L", (2001, 2000))
    for kind in ("PNG", "JPEG", "GIF", "BMP"):
        yield saved(large, kind)[:1_000_000]
    yield saved(large, "WEBP")
    yield saved(large, "WEBP", lossless=True)
    frames = [Image.new("RGB", (2001, 2000), colour) for colour in ("red", "blue")]
    yield saved(frames[0], "WEBP", save_all=True, append_images=frames[1:])  # an extended file
    jpeg = saved(Image.fromarray(noise.integers(0, 256, (40, 40), np.uint8)), "JPEG")
    yield jpeg + 100 * b"\xff\xda"
    yield saved(Image.new("L", (40, 40), 77))
    yield saved(Image.new("L", (4001, 3), 77))


def test_pictures_are_refused_in_the_packages_words(reader: Page) -> None:
    files = list(pictures_refused())
    for file, found in zip(files, read_by_browser(reader, files), strict=True):
        assert isinstance(found, str) and found == read_by_python(file), file[:16]
    broken = saved(Image.new("L", (90, 90)))[:60]
    (found,) = read_by_browser(reader, [broken])
    assert isinstance(found, str) and found.startswith("Picture is broken: ")
