"""Picture files: every grey level of a digit comes back, and no file can do harm."""

import io
import struct
import subprocess
import sys
import zlib
from typing import Any

import numpy as np
import pytest
import torch
from PIL import Image, ImageOps, PngImagePlugin
from torch import Tensor, nn

from fgsm.drawing import to_mnist
from fgsm.picture import MOST_BYTES, MOST_SCANS, read_picture
from fgsm.readings import predict

# Pillow warns of pictures that are large; ours refuses them by itself.
pytestmark = pytest.mark.filterwarnings("ignore::PIL.Image.DecompressionBombWarning")
LEVELS = np.arange(784, dtype=np.uint16).reshape(28, 28) // 4 % 256
RAMP = Image.fromarray(LEVELS.astype(np.uint8)).transpose(Image.Transpose.ROTATE_90)
"""28 x 28, with most of the grey levels."""


def saved(picture: Image.Image, kind: str = "PNG", **options: Any) -> bytes:
    file = io.BytesIO()
    picture.save(file, kind, **options)
    return file.getvalue()


def levels_of(image: Tensor) -> list[int]:
    scaled = image * 255
    assert torch.equal(scaled, scaled.round()) and image.shape == (1, 1, 28, 28)
    return [int(level) for level in scaled.flatten()]


def enlarged(digit: Tensor, times: int = 10) -> Image.Image:
    return Image.fromarray((digit[0] * 255).byte().numpy()).resize((28 * times, 28 * times))


# ---- 28 x 28 on a dark ground: as it is ----


@pytest.mark.parametrize("level", range(256))
def test_every_grey_level_is_kept(level: int) -> None:
    pixels = np.zeros((28, 28), np.uint8)
    pixels[9:20, 9:20] = level
    assert levels_of(read_picture(saved(Image.fromarray(pixels)))) == pixels.flatten().tolist()


@pytest.mark.parametrize(
    ("mode", "kind"),
    [
        ("L", "PNG"),
        ("RGB", "PNG"),
        ("RGBA", "PNG"),
        ("LA", "PNG"),
        ("P", "PNG"),
        ("L", "BMP"),
        ("L", "GIF"),
        ("RGB", "WEBP"),
    ],
)
def test_lossless_formats_keep_the_digits(
    mode: str, kind: str, builtin: tuple[Tensor, Tensor]
) -> None:
    for digit in builtin[0][::100]:
        picture = enlarged(digit, 1).convert(mode)
        content = saved(picture, kind, **({"lossless": True} if kind == "WEBP" else {}))
        assert torch.equal(read_picture(content)[0], digit), (mode, kind)


def test_sixteen_bits_are_rounded_to_eight() -> None:
    ramp = np.asarray(RAMP).astype(np.uint16)
    content = saved(Image.fromarray(ramp * 257))
    assert levels_of(read_picture(content)) == ramp.flatten().tolist()


def test_one_bit_is_black_and_white() -> None:
    picture = Image.new("1", (28, 28))
    picture.paste(1, (10, 4, 16, 24))
    assert set(levels_of(read_picture(saved(picture)))) == {0, 255}


def test_a_grey_ground_is_an_attack_and_a_light_one_is_paper(
    builtin: tuple[Tensor, Tensor],
) -> None:
    digit = builtin[0][403]
    attacked = (digit + 0.5).clamp(0, 1)
    picture = enlarged(attacked, 1)
    assert levels_of(read_picture(saved(picture))) == list(picture.tobytes())
    paper = ImageOps.invert(enlarged(digit, 1))
    assert torch.equal(read_picture(saved(paper)), to_mnist(paper))
    transparent = Image.new("RGBA", (28, 28), (255, 255, 255, 0))
    transparent.putalpha(enlarged(digit, 1))
    assert torch.equal(read_picture(saved(transparent)), to_mnist(transparent))


# ---- anything else: made like MNIST ----


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "WEBP", "GIF", "BMP"])
def test_larger_pictures_are_made_like_mnist(
    kind: str, builtin: tuple[Tensor, Tensor], lenet: nn.Module
) -> None:
    images, labels = builtin[0][::10], builtin[1][::10]
    read = torch.cat([read_picture(saved(enlarged(digit), kind)) for digit in images])
    assert (predict(lenet, read).argmax(1) == labels).float().mean() >= 0.97


def test_other_colours(builtin: tuple[Tensor, Tensor]) -> None:
    """Print colours, 16 bits, one bit, a palette."""
    picture = ImageOps.invert(enlarged(builtin[0][700]))
    expected = to_mnist(picture)
    sixteen = Image.fromarray(np.asarray(picture).astype(np.uint16) * 257)
    for content in (
        saved(picture.convert("CMYK"), "JPEG", quality=95),
        saved(sixteen),
        saved(picture.convert("P")),
        saved(picture.convert("1", dither=Image.Dither.NONE)),
    ):
        assert (read_picture(content) - expected).abs().mean() < 0.03


def test_a_telephone_held_on_its_side(builtin: tuple[Tensor, Tensor]) -> None:
    upright = ImageOps.invert(enlarged(builtin[0][700]))
    exif = Image.Exif()
    exif[0x0112] = 6  # to be turned by 90° clockwise when shown
    content = saved(upright.transpose(Image.Transpose.ROTATE_90), "JPEG", quality=95, exif=exif)
    assert (read_picture(content) - to_mnist(upright)).abs().mean() < 0.01


def test_only_the_first_frame_of_a_film_is_read(builtin: tuple[Tensor, Tensor]) -> None:
    first, *others = [enlarged(digit) for digit in builtin[0][[700, 100, 200, 300]]]
    for kind in ("GIF", "PNG", "WEBP"):
        film = saved(first, kind, save_all=True, append_images=others)
        assert (read_picture(film) - to_mnist(first)).abs().mean() < 0.02, kind


# ---- what can do harm ----


def chunk(name: bytes, content: bytes) -> bytes:
    checked = name + content
    return struct.pack(">I", len(content)) + checked + struct.pack(">I", zlib.crc32(checked))


def png(width: int, height: int, *chunks: bytes) -> bytes:
    head = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + b"".join(chunks) + chunk(b"IEND", b"")


PIXELS = chunk(b"IDAT", zlib.compress(b"\0" * (29 * 28)))
EMPTY = zlib.compress(bytes(10**8))  # 100 MB of nothing in 97 kB


def gif(screen: tuple[int, int], frame: tuple[int, int]) -> bytes:
    head = b"GIF89a" + struct.pack("<HHBBB", *screen, 0x80, 0, 0) + bytes(6)
    return head + b"," + struct.pack("<HHHHB", 0, 0, *frame, 0) + b"\x02\x02\x4c\x01\x00;"


def webp(width: int, height: int) -> bytes:
    extended = b"VP8X" + struct.pack("<I", 10) + b"\x02\0\0\0"
    extended += struct.pack("<I", width - 1)[:3] + struct.pack("<I", height - 1)[:3]
    return b"RIFF" + struct.pack("<I", len(extended) + 4) + b"WEBP" + extended


def bmp(width: int, height: int) -> bytes:
    info = struct.pack("<IiiHHIIiiII", 40, width, height, 1, 8, 1, 0, 0, 0, 0, 0)
    return b"BM" + struct.pack("<IHHI", 54, 0, 0, 54) + info


BOMBS = {
    "a PNG of 100,000 x 100,000": png(100_000, 100_000, PIXELS),
    "a PNG of 10,000 x 10,000": png(10_000, 10_000, PIXELS),
    "a PNG just too large": png(2_001, 2_000, PIXELS),
    "a GIF with a huge screen": gif((65_535, 65_535), (1, 1)),
    "a GIF with a huge frame": gif((10, 10), (65_535, 65_535)),
    "a WebP with a huge canvas": webp(16_777_216, 255),
    "a BMP of 30,000 x 30,000": bmp(30_000, 30_000),
}


@pytest.mark.parametrize("name", BOMBS)
def test_a_picture_that_is_too_large_is_not_decoded(name: str) -> None:
    with pytest.raises(ValueError, match=r"picture is (too large: Image size \(\d+|\d+ x \d+)"):
        read_picture(BOMBS[name])


HARMFUL = {
    **BOMBS,
    "compressed text": png(28, 28, *[chunk(b"zTXt", b"a\0\0" + EMPTY)] * 9, PIXELS),
    "international text": png(28, 28, *[chunk(b"iTXt", b"a\0\1\0\0\0" + EMPTY)] * 9, PIXELS),
    "text after the pixels": png(28, 28, PIXELS, *[chunk(b"zTXt", b"a\0\0" + EMPTY)] * 9),
    "a colour profile": png(28, 28, chunk(b"iCCP", b"a\0\0" + EMPTY), PIXELS),
    "too many pixels": png(28, 28, chunk(b"IDAT", EMPTY)),
}


def test_no_bomb_fills_the_memory() -> None:
    """All of them in a process of its own, whose memory hardly grows."""
    program = """
import resource
from tests.test_picture import HARMFUL, saved, RAMP
from fgsm.picture import read_picture
def most():
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
read_picture(saved(RAMP))
before = most()
for content in HARMFUL.values():
    try:
        read_picture(content)
    except ValueError as error:
        assert str(error).startswith("picture is"), error
print(most() - before)
"""
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert int(done.stdout) < 60_000  # KiB


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "picture has 0 bytes; it must be a picture file"),
        (bytes(MOST_BYTES + 1), "picture has 1,000,001 bytes; it may have 1,000,000 at most"),
        (b"\x00", "GIF or BMP; its first bytes are 00$"),
        (b"<svg xmlns='http://www.w3.org/2000/svg'/>", "first bytes are 3c 73 76 67 20 78 6d 6c$"),
        (b"<!doctype html><script>", "picture is not one that can be read"),
        (b"PK\x03\x04" + bytes(100), "picture is not one that can be read"),
        (b"%PDF-1.7", "it is no file of PNG, JPEG, WEBP, GIF or BMP;"),
        (b"P5 28 28 255 " + bytes(784), "picture is not one that can be read"),
        (b"%!PS-Adobe-3.0 EPSF-3.0\n", "picture is not one that can be read"),
        (b"\x89PNG\r\n\x1a\n", "picture is"),
        (saved(RAMP)[:-60], "picture is broken: .*[Tt]runcated"),
        (saved(RAMP, "JPEG")[:300], "picture is broken"),
        (saved(RAMP, "WEBP")[:60], "picture is"),
        (saved(RAMP, "BMP")[:600], "picture is broken"),
        (png(0, 28, PIXELS), "picture is"),
        (saved(RAMP, "JPEG") + b"\xff\xda" * MOST_SCANS, "picture has 101 scans; a JPEG may have"),
        (saved(Image.new("L", (50, 50))), "picture is blank"),
    ],
)
def test_what_is_no_picture_is_refused_with_a_sentence(content: bytes, words: str) -> None:
    with pytest.raises(ValueError, match=words) as refused:
        read_picture(content)
    assert len(str(refused.value)) < 200 and "0x" not in str(refused.value)


def test_files_that_were_damaged_on_the_way() -> None:
    """Any byte may be wrong; there is an image or a sentence, and nothing else."""
    generator = np.random.default_rng(0)
    text = PngImagePlugin.PngInfo()
    text.add_text("a", "b" * 50, zip=True)
    files = [saved(RAMP, pnginfo=text)] + [saved(RAMP, kind) for kind in ("JPEG", "GIF", "WEBP")]
    refused = 0
    for content in files:
        for _ in range(300):
            damaged = bytearray(content)
            for at in generator.integers(0, len(content), 4):
                damaged[at] = generator.integers(0, 256)
            try:
                assert read_picture(bytes(damaged)).shape == (1, 1, 28, 28)
            except ValueError as error:
                refused += str(error).startswith("picture ")
    assert 300 < refused < 1200


def test_real_progressive_pictures_pass() -> None:
    noise = np.random.default_rng(0).integers(0, 90, (400, 400), dtype=np.uint8)
    noise[100:300, 180:220] = 255
    content = saved(Image.fromarray(noise).convert("RGB"), "JPEG", progressive=True, quality=95)
    assert content.count(b"\xff\xda") > 5
    assert read_picture(content).max() == 1
