"""Synthetic strokes beside MNIST's digits, as a picture to look at.

    python -m scripts.make_contact_sheet [sheet.png]

A row for each style, the held-out ones with a mark before them; the last columns are MNIST's.
"""

import random
import sys
from pathlib import Path

import numpy as np
from PIL import Image, ImageDraw

from fgsm.digits import PER_CLASS, builtin_digits
from fgsm.drawing import to_mnist
from fgsm.strokes import BRUSH, SIZES, beyond, on_pad, written
from fgsm.styles import STYLES

DRAWN, OF_MNIST, TILE, NAME = 16, 6, 30, 190  # digits per row; pixels


def main() -> None:
    """Draw the sheet."""
    path = Path(sys.argv[1] if len(sys.argv) > 1 else "contact-sheet.png")
    images, _ = builtin_digits()
    rng = random.Random(0)
    sheet = Image.new("L", (NAME + TILE * (DRAWN + OF_MNIST) + 10, TILE * len(STYLES)), 40)
    for row, style in enumerate(STYLES):
        mark = "x" if style.held_out else " "
        ImageDraw.Draw(sheet).text((4, TILE * row + 9), f"{mark} {style.digit} {style.name}", 255)
        r = beyond(rng) if style.held_out else rng.uniform
        drawn = [
            to_mnist(on_pad(written(style, r, rng), rng.uniform(*SIZES), BRUSH))
            for _ in range(DRAWN)
        ]
        first = style.digit * PER_CLASS + OF_MNIST * (row % 8)
        for column, image in enumerate([*drawn, *images[first : first + OF_MNIST]]):
            tile = (255 * image.squeeze().numpy()).astype(np.uint8)
            at = NAME + TILE * column + (10 if column >= DRAWN else 0)
            sheet.paste(Image.fromarray(tile), (at, TILE * row + 1))
    sheet.resize((2 * sheet.width, 2 * sheet.height), Image.Resampling.NEAREST).save(path)
    print(path)


if __name__ == "__main__":
    main()
