"""Training of the built-in models, plain and adversarial.

    python -m fgsm.train lenet-robust --data ~/mnist

Trains a model of the catalogue by its recipe, and writes `KEY.pth`, the weights, and `KEY.json`,
the card (see `fgsm.card`). The digits that ship with the package are held out, so that they are as
new to our models as the test set is.
"""

import argparse
import math
import time
from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from pathlib import Path

import torch
from torch import Tensor, nn
from torch.nn import functional as F
from torch.utils.data import DataLoader, TensorDataset
from tqdm import tqdm

from fgsm.attack import iterative_fgsm
from fgsm.card import measure, write_card
from fgsm.catalogue import MODELS, Model
from fgsm.digits import MnistMissing, builtin_digits, mnist_digits
from fgsm.model import WEIGHTS, available_device
from fgsm.strokes import strokes_to_train_on


def train(
    entry: Model, images: Tensor, labels: Tensor, *, seed: int, device: torch.device
) -> nn.Module:
    """Train a model of the catalogue from scratch, by its recipe, which may add synthetic strokes.

    Args:
        images: float32 `(N, 1, 28, 28)` in [0, 1].
        labels: int64 `(N,)`.
    """
    recipe = entry.recipe
    if recipe.strokes:
        drawn, drawn_labels = strokes_to_train_on(recipe.strokes, seed)
        images, labels = torch.cat([images, drawn]), torch.cat([labels, drawn_labels])
    torch.manual_seed(seed)
    generator = torch.Generator().manual_seed(seed)
    model = entry.architecture().to(device).to(memory_format=torch.channels_last)
    model.train(recipe.dropout)
    loader = DataLoader(
        TensorDataset(images, labels),
        batch_size=recipe.batch_size,
        shuffle=True,
        drop_last=True,
        generator=generator,
    )
    optimizer = torch.optim.Adam(model.parameters())
    total_steps = recipe.epochs * len(loader)
    schedule = torch.optim.lr_scheduler.OneCycleLR(
        optimizer, recipe.max_learning_rate, total_steps=total_steps
    )
    with tqdm(total=total_steps, unit="batch") as bar:
        for _ in range(recipe.epochs):
            for some_images, some_labels in loader:
                x, y = some_images.to(device), some_labels.to(device)
                if recipe.augmented:
                    part = int(recipe.augmented * len(x))
                    x = torch.cat([random_affine(x[:part], generator), x[part:]])
                if recipe.epsilon:
                    grown = min(1.0, bar.n / (recipe.warmup * total_steps))
                    x = iterative_fgsm(
                        model, x, y, grown * recipe.epsilon, steps=recipe.steps, generator=generator
                    )
                loss = F.nll_loss(model(x), y)
                if recipe.weight_penalty:
                    weights = [p for n, p in model.named_parameters() if n.endswith("weight")]
                    loss = loss + recipe.weight_penalty * sum(w.square().sum() for w in weights)
                optimizer.zero_grad()
                loss.backward()
                optimizer.step()
                schedule.step()
                bar.update()
                if bar.n % 50 == 0:
                    bar.set_postfix(loss=f"{loss.item():.3f}")
    return model.eval()


def random_affine(images: Tensor, generator: torch.Generator) -> Tensor:
    """Each image rotated by up to 10°, scaled by 10 %, sheared by .15 and shifted by 2 pixels.

    Returns:
        float32 `(N, 1, 28, 28)` in [0, 1], interpolated bilinearly on a black ground.
    """
    n = len(images)
    angle, scale, shear, right, down = torch.rand(5, n, generator=generator) * 2 - 1
    angle, scale, shear = math.radians(10) * angle, 1 + 0.1 * scale, 0.15 * shear
    cos, sin = angle.cos() / scale, angle.sin() / scale
    shift = 2 * 2 / images.shape[-1]  # two pixels, in a grid that goes from -1 to 1
    rows = [
        torch.stack([cos, shear * cos - sin, shift * right], dim=1),
        torch.stack([sin, shear * sin + cos, shift * down], dim=1),
    ]
    theta = torch.stack(rows, dim=1).to(images.device)
    grid = F.affine_grid(theta, list(images.shape), align_corners=False)
    return F.grid_sample(images, grid, align_corners=False).clamp(0, 1)


def without_builtin(images: Tensor, labels: Tensor) -> tuple[Tensor, Tensor]:
    """The digits that are not, byte for byte, among the built-in ones."""

    def as_bytes(digits: Tensor) -> list[bytes]:
        return [digit.tobytes() for digit in (digits * 255).round().byte().numpy()]

    builtin = set(as_bytes(builtin_digits()[0]))
    kept = torch.tensor([digit not in builtin for digit in as_bytes(images)])
    return images[kept], labels[kept]


def main(arguments: Sequence[str] | None = None) -> None:
    """Train one model, write its weights and its card."""
    parser = argparse.ArgumentParser(prog="python -m fgsm.train", description=__doc__)
    add = parser.add_argument
    add("key", choices=MODELS, metavar="MODEL", help=f"one of {', '.join(MODELS)}")
    add("--data", type=Path, metavar="DIR", help="where MNIST is, or shall be")
    add("--epochs", type=int, metavar="N", help="instead of the recipe's")
    add("--seed", type=int, default=0, metavar="S")
    add("--out", type=Path, default=WEIGHTS, metavar="DIR")
    options = parser.parse_args(arguments)
    entry = replace(MODELS[options.key], folder=options.out)
    try:
        if options.epochs is not None and options.epochs < 1:
            raise ValueError(f"--epochs is {options.epochs}; it must be at least 1")
        if options.epochs is not None:
            entry = replace(entry, recipe=replace(entry.recipe, epochs=options.epochs))
        device = available_device()
        every_image, every_label = mnist_digits(train=True, root=options.data, download=True)
        test_images, test_labels = mnist_digits(train=False, root=options.data, download=True)
        entry.folder.mkdir(parents=True, exist_ok=True)
    except (ValueError, OSError, MnistMissing) as error:
        parser.exit(2, f"{parser.prog}: {error}\n")
    images, labels = without_builtin(every_image, every_label)

    start = time.perf_counter()
    model = train(entry, images, labels, seed=options.seed, device=device)
    seconds = time.perf_counter() - start
    torch.save(
        {key: value.cpu().contiguous() for key, value in model.state_dict().items()}, entry.weights
    )
    card = {
        **measure(entry, test_images, test_labels),
        "seed": options.seed,
        "date": date.today().isoformat(),
        "training_digits": len(images),
        "held_out_digits": len(every_image) - len(images),
        "training_seconds": round(seconds),
        "device": str(device),
    }
    write_card(entry, card)
    print(f"{entry.weights}: {card['accuracy']:.2%} of {len(test_images)} test digits")


if __name__ == "__main__":
    main()
