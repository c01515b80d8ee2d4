"""A drawing becomes the image MNIST would have made of it.

The yardstick is MNIST itself: take its digits, draw them large, elsewhere, in other colours, and
what comes back must be the same digit, to the eye (pixels) and to the network (prediction).
"""

import io
import sys
from collections.abc import Callable
from types import FrameType
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest
import torch
from PIL import Image, ImageDraw, ImageFilter, ImageOps
from torch import Tensor, nn

import fgsm.drawing
from fgsm.drawing import to_mnist

Picture = Image.Image | npt.NDArray[Any]


def enlarged(
    digit: Tensor, times: int, filter: Image.Resampling = Image.Resampling.BICUBIC
) -> Image.Image:
    """A digit `(1, 28, 28)` as a larger grey picture, white on black."""
    small = Image.fromarray((digit[0] * 255).round().to(torch.uint8).numpy())
    return small.resize((28 * times, 28 * times), filter)


def on_transparent(ink: Image.Image, colour: tuple[int, int, int]) -> Image.Image:
    picture = Image.new("RGBA", ink.size, (*colour, 0))
    picture.putalpha(ink)
    return picture


def in_a_corner(ink: Image.Image) -> Image.Image:
    """The ink alone, flush with the right and lower edge of a 400 x 300 canvas."""
    cut = ink.crop(ink.getbbox())
    canvas = Image.new("L", (400, 300))
    canvas.paste(cut, (400 - cut.width, 300 - cut.height))
    return canvas


def as_jpeg(picture: Image.Image) -> Image.Image:
    file = io.BytesIO()
    picture.save(file, "JPEG", quality=50)
    return Image.open(file)


def with_specks(ink: Image.Image) -> Image.Image:
    """Twelve specks of 2 x 2 pixels in the margin around the digit."""
    canvas = ImageOps.expand(ink, 30)
    draw = ImageDraw.Draw(canvas)
    for at in range(5, canvas.width - 5, canvas.width // 6):
        draw.rectangle((at, 5, at + 1, 6), fill=255)
        draw.rectangle((8, at, 9, at + 1), fill=255)
    return canvas


SHADOW = np.linspace(0.65, 0.9, 180)
GRAIN = np.random.default_rng(0).normal(0, 0.02, (180, 180))


def photographed(ink: Image.Image) -> Image.Image:
    """Dark on light, 140 pixels wide and high, with a shadow across the page, and grain."""
    page = SHADOW * (1 - 0.75 * np.pad(np.asarray(ink) / 255, 20)) + GRAIN
    return Image.fromarray((255 * page.clip(0, 1)).astype(np.uint8))


WAYS_TO_DRAW: dict[str, Callable[[Tensor], Picture]] = {
    "28 x 28": lambda digit: enlarged(digit, 1),
    "5 times": lambda digit: enlarged(digit, 5),
    "10 times": lambda digit: enlarged(digit, 10),
    "20 times": lambda digit: enlarged(digit, 20),
    "shrunk": lambda digit: enlarged(digit, 1).resize((20, 20), Image.Resampling.BICUBIC),
    "in a corner": lambda digit: in_a_corner(enlarged(digit, 7)),
    "thick": lambda digit: enlarged(digit, 3).filter(ImageFilter.MaxFilter(3)),
    "faint on grey": lambda digit: enlarged(digit, 5).point([165 - v // 3 for v in range(256)]),
    "black on transparent": lambda digit: on_transparent(enlarged(digit, 5), (0, 0, 0)),
    "black on white, jpeg": lambda digit: as_jpeg(ImageOps.invert(enlarged(digit, 5))),
    "specks": lambda digit: with_specks(enlarged(digit, 5)),
    "photograph": lambda digit: photographed(enlarged(digit, 5)),
}


@pytest.mark.parametrize("way", WAYS_TO_DRAW)
def test_a_network_still_reads_the_digit(
    way: str, builtin: tuple[Tensor, Tensor], lenet: nn.Module
) -> None:
    images, labels = builtin
    drawn = torch.cat([to_mnist(WAYS_TO_DRAW[way](digit)) for digit in images])
    with torch.no_grad():
        read = (lenet(drawn).argmax(1) == labels).float().mean().item()
    assert read >= 0.97
    # To the eye: an average pixel of a digit shifted by one pixel differs by 0.065.
    assert (drawn - images).abs().mean() < 0.06


def test_mnist_itself_is_left_alone(builtin: tuple[Tensor, Tensor]) -> None:
    images, _ = builtin
    squares = [enlarged(digit, 3, Image.Resampling.NEAREST) for digit in images]
    drawn = torch.cat([to_mnist(picture) for picture in squares])
    assert (drawn - images).abs().mean() < 0.005


def test_a_hairline_is_as_dark_as_a_stroke() -> None:
    canvas = Image.new("L", (280, 280))
    ImageDraw.Draw(canvas).line([(60, 50), (200, 50), (110, 230)], fill=255, width=1)
    drawn = to_mnist(canvas)
    assert drawn.max() == 1
    assert drawn[drawn > 0].median() > 0.5


def seven(left: int = 60, top: int = 50, size: int = 140, canvas: int = 280) -> Image.Image:
    """A seven drawn with a brush, white on black."""
    picture = Image.new("L", (canvas, canvas))
    corners = [(left, top), (left + size, top), (left + size // 3, top + size)]
    ImageDraw.Draw(picture).line(corners, fill=255, width=size // 8, joint="curve")
    return picture


def test_the_result_is_an_mnist_image() -> None:
    drawn = to_mnist(seven())
    assert drawn.shape == (1, 1, 28, 28)
    assert drawn.dtype == torch.float32
    assert drawn.min() == 0
    assert drawn.max() == 1


def test_the_result_lies_on_the_grey_levels_of_a_picture_file(
    builtin: tuple[Tensor, Tensor],
) -> None:
    """So a drawing that is saved and opened again is the same drawing, as MNIST's digits are."""
    for digit in builtin[0][::50]:
        drawn = to_mnist(enlarged(digit, 7))
        file = io.BytesIO()
        Image.fromarray((255 * drawn[0, 0]).round().byte().numpy()).save(file, "PNG")
        opened = torch.from_numpy(np.array(Image.open(file))).float() / 255
        assert torch.equal(drawn[0, 0], opened)


def test_longer_side_is_20_and_centre_of_mass_14(builtin: tuple[Tensor, Tensor]) -> None:
    for digit in builtin[0][::10]:
        drawn = to_mnist(in_a_corner(enlarged(digit, 7)))[0, 0]
        rows, columns = drawn.sum(1), drawn.sum(0)
        assert max((rows > 0).sum(), (columns > 0).sum()) == 20
        index = torch.arange(28)
        for profile in (rows, columns):
            assert (profile @ index.float() / profile.sum()).item() == pytest.approx(14, abs=0.501)


def test_place_does_not_matter() -> None:
    assert torch.equal(to_mnist(seven(left=10, top=30)), to_mnist(seven(left=120, top=100)))


def test_size_hardly_matters() -> None:
    small, large = to_mnist(seven(size=80)), to_mnist(seven(size=800, canvas=1000))
    assert (small - large).abs().mean() < 0.03


def test_colours_do_not_matter() -> None:
    ink = seven()
    expected = to_mnist(ink)
    yellow_on_navy = Image.composite(
        Image.new("RGB", ink.size, "yellow"), Image.new("RGB", ink.size, "navy"), ink
    )
    for picture in (
        ImageOps.invert(ink),
        yellow_on_navy,
        on_transparent(ink, (0, 0, 0)),
        on_transparent(ink, (200, 30, 30)),
        ink.convert("P"),
        ink.convert("LA"),
        on_transparent(ink, (0, 0, 0)).convert("PA"),
    ):
        assert (to_mnist(picture) - expected).abs().max() < 0.02, picture.mode


def test_arrays_and_images_are_the_same() -> None:
    ink = seven()
    expected = to_mnist(ink)
    grey = np.asarray(ink)
    for array in (
        grey,
        grey / 255,
        grey.astype(np.float32) / np.float32(255),
        np.dstack([grey] * 3),
        np.dstack([grey] * 3) / 255,
        np.dstack([grey] * 3 + [np.full_like(grey, 255)]),
        np.asfortranarray(grey),
        grey[::-1][::-1],
    ):
        assert torch.equal(to_mnist(array), expected)


def test_the_picture_is_left_alone_and_the_answer_is_repeatable() -> None:
    array = np.asarray(seven()) / 255
    before = array.copy()
    assert torch.equal(to_mnist(array), to_mnist(array))
    assert np.array_equal(array, before)


def test_transparent_holes_in_a_white_page_are_dark_ink() -> None:
    page = Image.new("RGBA", (280, 280), "white")
    page.putalpha(ImageOps.invert(seven()))
    assert torch.equal(to_mnist(page), to_mnist(seven()))


def test_specks_are_dropped_and_parts_of_the_digit_are_kept() -> None:
    five = Image.new("L", (280, 280))
    draw = ImageDraw.Draw(five)
    draw.line([(120, 60), (110, 140), (170, 150), (170, 210), (110, 220)], fill=255, width=18)
    body = to_mnist(five)
    draw.rectangle((10, 10, 13, 13), fill=255)
    draw.rectangle((270, 100, 273, 103), fill=255)
    assert torch.equal(to_mnist(five), body)
    draw.line([(150, 55), (200, 50)], fill=255, width=18)  # the flag, which touches nothing
    assert not torch.equal(to_mnist(five), body)


def drawn_with(*lines: list[tuple[int, int]]) -> Tensor:
    """The image of lines drawn with a brush on a pad of 280 pixels; one point makes a dot."""
    pad = Image.new("L", (280, 280))
    draw = ImageDraw.Draw(pad)
    for line in lines:
        draw.line(line, fill=255, width=16)
        for x, y in line:
            draw.ellipse((x - 8, y - 8, x + 8, y + 8), fill=255)
    return to_mnist(pad)


DIGITS = {
    "1": [[(140, 60), (140, 210)]],
    "7": [[(90, 60), (180, 60), (120, 220)]],
    "4": [[(100, 60), (80, 150), (200, 150)], [(160, 110), (160, 230)]],
}
BODIES_AND_PARTS = {
    "the bar of a 5": (
        [(115, 60), (110, 140), (170, 150), (170, 210), (110, 220)],
        [(145, 55), (200, 50)],
    ),
    "the second stroke of a 4": ([(120, 60), (90, 150), (190, 150)], [(215, 120), (210, 230)]),
    "the bar of a 7": ([(90, 60), (200, 60), (130, 220)], [(180, 140), (215, 140)]),
    "the foot of a 1": ([(100, 60), (100, 220)], [(70, 245), (130, 245)]),
    "the flag of a 1": ([(110, 60), (110, 220)], [(60, 110), (85, 80)]),
}


@pytest.mark.parametrize("digit", DIGITS)
@pytest.mark.parametrize("dot", [(20, 20), (260, 30), (250, 260)])
def test_an_accidental_dot_is_harmless(digit: str, dot: tuple[int, int]) -> None:
    assert torch.equal(drawn_with(*DIGITS[digit], [dot]), drawn_with(*DIGITS[digit]))


@pytest.mark.parametrize("name", BODIES_AND_PARTS)
def test_a_part_drawn_apart_is_kept(name: str) -> None:
    body, part = BODIES_AND_PARTS[name]
    assert (drawn_with(body, part) - drawn_with(body)).abs().mean() > 0.01


@pytest.mark.parametrize("step", [1, -1])
def test_pieces_that_touch_at_a_corner_only_are_one(step: int) -> None:
    picture = np.zeros((80, 120), dtype=np.uint8)
    picture[10:30, 50:70] = 255
    corner = 70 if step > 0 else 49
    for down in range(40):  # a tail from the block's lower corner, each pixel as small as a speck
        picture[30 + down, corner + step * down] = 255
    drawn = to_mnist(picture)[0, 0]
    block_alone = to_mnist(picture[:30])[0, 0]
    assert drawn.sum() < 0.5 * block_alone.sum()  # the box holds the tail, so the block is smaller


def test_a_smudge_is_ground() -> None:
    clean = seven(left=100)
    smudged = clean.copy()
    ImageDraw.Draw(smudged).rectangle((0, 100, 60, 270), fill=20)
    assert torch.equal(to_mnist(smudged), to_mnist(clean))


def test_a_row_that_ends_in_ink_does_not_touch_the_next_row_that_begins_with_it() -> None:
    picture = np.zeros((60, 60), dtype=np.uint8)
    picture[20:40, 56:] = 255  # the digit, at the right edge
    picture[40, 0] = 255  # a speck at the left edge, one row further down
    speckless = picture.copy()
    speckless[40, 0] = 0
    assert torch.equal(to_mnist(picture), to_mnist(speckless))


@pytest.mark.parametrize("shape", [(1, 200), (200, 1), (2, 3_900), (150, 150)])
def test_odd_shapes_stay_inside(shape: tuple[int, int]) -> None:
    picture = np.pad(np.full(shape, 255, dtype=np.uint8), 10)
    drawn = to_mnist(picture)[0, 0]
    assert drawn.max() == 1
    assert max((drawn > 0).any(0).sum(), (drawn > 0).any(1).sum()) == 20


def test_a_lopsided_scribble_is_not_clipped() -> None:
    picture = np.zeros((240, 240), dtype=np.uint8)
    picture[20:60, 20:60] = 255  # nearly all the ink in one corner, with two long hairs
    picture[20:220, 20] = picture[20, 20:220] = 255
    drawn = to_mnist(picture)[0, 0]
    assert (drawn > 0).any(0).sum() == (drawn > 0).any(1).sum() == 20


@pytest.mark.parametrize("value", [0, 128, 255])
@pytest.mark.parametrize("mode", ["1", "L", "RGB", "RGBA", "LA"])
def test_a_blank_canvas_says_so(mode: str, value: int) -> None:
    canvas = Image.new("L", (28, 28), value)
    with pytest.raises(ValueError, match=r"picture is blank.*ground"):
        to_mnist(canvas.convert(mode, dither=Image.Dither.NONE))


@pytest.mark.parametrize(
    ("picture", "message"),
    [
        (np.zeros((1, 1), np.uint8), "blank"),
        (Image.new("RGBA", (28, 28)), "blank"),
        (np.zeros((0, 28), np.uint8), "28 pixels wide and 0 high; both must be 1 to 4000"),
        (Image.new("L", (0, 0)), "0 pixels wide"),
        (np.zeros((10_000, 10_000), np.uint8), "10000 pixels wide and 10000 high"),
        (Image.new("L", (4_001, 1)), "4001 pixels wide and 1 high"),
        (np.zeros(28, np.uint8), r"shape \(28,\); it must be \(H, W\)"),
        (np.zeros((28, 28, 2), np.uint8), r"shape \(28, 28, 2\)"),
        (np.zeros((1, 1, 28, 28), np.uint8), r"shape \(1, 1, 28, 28\)"),
        (np.zeros((28, 28), np.int64), "int64; it must be uint8"),
        (np.zeros((28, 28), bool), "bool; it must be uint8"),
        (np.full((28, 28), np.nan), "values from nan to nan"),
        (np.full((28, 28), np.inf), "values from inf to inf"),
        (np.linspace(0, 255, 784).reshape(28, 28), r"values from 0.0 to 255.0; .* \[0, 1\]"),
        (np.linspace(-1, 1, 784).reshape(28, 28), r"values from -1.0 to 1.0"),
        (Image.new("I;16", (28, 28)), "mode I;16; convert it to 1, L, LA"),
        (Image.new("CMYK", (28, 28)), "mode CMYK"),
        (Image.new("F", (28, 28)), "mode F"),
    ],
)
def test_a_picture_it_cannot_use_is_refused(picture: Picture, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        to_mnist(picture)


def test_one_nan_is_found() -> None:
    array = np.asarray(seven()) / 255
    array[3, 4] = np.nan
    with pytest.raises(ValueError, match="nan"):
        to_mnist(array)


def test_something_else_is_a_type_error() -> None:
    with pytest.raises(TypeError, match="picture is a str; it must be a PIL image or an array"):
        to_mnist("seven.png")  # type: ignore[arg-type]


# ---- the work it takes ----
#
# The work is counted, because time depends on the machine and on what else it does. NumPy's and
# Pillow's part grows with the pixels; Python's own must not, and is counted in lines run.


def lines_run(picture: Picture) -> int:
    """How many lines of `fgsm.drawing` are run for that picture."""
    lines = 0

    def count(frame: FrameType, event: str, _: object) -> Any:
        nonlocal lines
        if frame.f_code.co_filename != fgsm.drawing.__file__:
            return None
        lines += event == "line"
        return count

    before = sys.gettrace()
    sys.settrace(count)
    try:
        to_mnist(picture)
    finally:
        sys.settrace(before)
    return lines


def noise(side: int) -> npt.NDArray[np.uint8]:
    return np.random.default_rng(0).integers(0, 256, (side, side), dtype=np.uint8)


def test_a_huge_picture_is_shrunk_before_the_work_begins(monkeypatch: pytest.MonkeyPatch) -> None:
    shapes = []

    def noted(shades: npt.NDArray[np.float32]) -> npt.NDArray[np.float32]:
        shapes.append(shades.shape)
        return ink(shades)

    ink = fgsm.drawing._ink
    monkeypatch.setattr(fgsm.drawing, "_ink", noted)
    drawn = to_mnist(seven(left=1600, top=800, size=1600, canvas=4_000))
    assert shapes == [(1000, 1000)]
    assert (drawn - to_mnist(seven(size=400, canvas=1000))).abs().mean() < 0.01


def test_noise_takes_work_in_proportion_to_its_pixels() -> None:
    """Although noise is all small pieces of ink, which have to be joined."""
    small, large = noise(100), noise(400)
    assert lines_run(large) / large.size < 1.2 * lines_run(small) / small.size


def test_a_drawing_takes_work_in_proportion_to_its_rows() -> None:
    """Not to its pixels, so that it keeps up with the pen."""
    small, large = lines_run(seven(size=100, canvas=250)), lines_run(seven(size=400, canvas=1000))
    assert large < 4.5 * small < 20_000
