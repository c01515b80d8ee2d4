"""Training of the built-in models, plain and adversarial.

    python -m fgsm.train lenet-robust --data ~/mnist

Writes `NAME.pth`, the weights, and `NAME.json`, the card: how they were made and what they are
worth, every figure of it measured on the 10,000 test digits. The 1,000 digits that the package
carries are held out, so that they are as new to our models as the test set is.
"""

import argparse
import hashlib
import json
import math
import platform
import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from datetime import date
from pathlib import Path

import torch
from torch import Tensor, nn
from torch.nn import functional as F
from torch.utils.data import DataLoader, TensorDataset
from tqdm import tqdm

from fgsm.attack import iterative_fgsm
from fgsm.digits import MnistMissing, builtin_digits, mnist_digits
from fgsm.evaluate import attack_by_name, evaluate, pgd
from fgsm.model import ARCHITECTURES, WEIGHTS, available_device, load_model

CARD_EPSILONS = tuple(n / 20 for n in range(11))  # 0, .05 … .5


@dataclass(frozen=True)
class Recipe:
    """How a model is trained: Adam with a one-cycle learning rate, and what this recipe adds."""

    epochs: int
    batch_size: int
    max_learning_rate: float
    dropout: bool = True
    weight_penalty: float = 0.0
    """Times the sum of squared weights, added to the loss."""
    augmented: float = 0.0
    """The part of each batch that is rotated, scaled, shifted and sheared, so that drawings,
    which are less tidy than MNIST, are read too."""
    epsilon: float = 0.0
    """Train on adversarial images of this epsilon (Madry et al. 2017), found in 5 PGD steps."""
    warmup: float = 0.0
    """The part of the training over which epsilon grows from 0. Without it a small network
    learns to answer the same for every image."""


RECIPES = {
    "lenet": Recipe(epochs=16, batch_size=128, max_learning_rate=0.01, augmented=0.5),
    "lenet-robust": Recipe(
        epochs=12, batch_size=128, max_learning_rate=0.005, dropout=False, epsilon=0.3, warmup=0.4
    ),
    "softmax": Recipe(epochs=10, batch_size=512, max_learning_rate=0.01, weight_penalty=7e-4),
}


def train(
    name: str, recipe: Recipe, images: Tensor, labels: Tensor, *, seed: int, device: torch.device
) -> nn.Module:
    """Train the architecture of that name from scratch.

    Args:
        images: float32 `(N, 1, 28, 28)` in [0, 1].
        labels: int64 `(N,)`.
    """
    torch.manual_seed(seed)
    generator = torch.Generator().manual_seed(seed)
    model = ARCHITECTURES[name]().to(device).to(memory_format=torch.channels_last)
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
                        model, x, y, grown * recipe.epsilon, steps=5, generator=generator
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
    """The digits that are not, byte for byte, among the 1,000 of the package."""

    def as_bytes(digits: Tensor) -> list[bytes]:
        return [digit.tobytes() for digit in (digits * 255).round().byte().numpy()]

    builtin = set(as_bytes(builtin_digits()[0]))
    kept = torch.tensor([digit not in builtin for digit in as_bytes(images)])
    return images[kept], labels[kept]


def card(
    name: str, recipe: Recipe, weights: Path, images: Tensor, labels: Tensor
) -> dict[str, object]:
    """What the weights in that file are worth on these digits, under each method."""
    model = load_model(weights)
    methods = {
        "fgsm": attack_by_name("fgsm"),
        "iterative": attack_by_name("iterative"),
        "pgd-40": pgd(steps=40, step_size=0.01),
        "random": attack_by_name("random"),
    }
    results = {}
    for method_name, method in methods.items():
        with tqdm(total=len(images), unit="digit", desc=method_name) as bar:
            for evaluation in evaluate(model, images, labels, CARD_EPSILONS, method):
                bar.update(evaluation.n - bar.n)
        results[method_name] = [asdict(result) for result in evaluation.results]
    return {
        "name": name,
        "architecture": ARCHITECTURES[name].__name__,
        "recipe": asdict(recipe),
        "sha256": hashlib.sha256(weights.read_bytes()).hexdigest(),
        "test_digits": len(images),
        "accuracy": results[next(iter(results))][0]["accuracy"],
        "results": results,
    }


def main(arguments: Sequence[str] | None = None) -> None:
    """Train one model, write its weights and its card."""
    parser = argparse.ArgumentParser(prog="python -m fgsm.train", description=__doc__)
    add = parser.add_argument
    add("name", choices=RECIPES)
    add("--data", type=Path, metavar="DIR", help="where MNIST is, or shall be")
    add("--epochs", type=int, metavar="N", help="instead of the recipe's")
    add("--seed", type=int, default=0, metavar="S")
    add("--out", type=Path, default=WEIGHTS, metavar="DIR")
    options = parser.parse_args(arguments)
    recipe = RECIPES[options.name]
    try:
        if options.epochs is not None and options.epochs < 1:
            raise ValueError(f"--epochs is {options.epochs}; it must be at least 1")
        recipe = replace(recipe, epochs=options.epochs or recipe.epochs)
        device = available_device()
        every_image, every_label = mnist_digits(train=True, root=options.data, download=True)
        test_images, test_labels = mnist_digits(train=False, root=options.data, download=True)
        options.out.mkdir(parents=True, exist_ok=True)
    except (ValueError, OSError, MnistMissing) as error:
        parser.exit(2, f"{parser.prog}: {error}\n")
    images, labels = without_builtin(every_image, every_label)

    start = time.perf_counter()
    model = train(options.name, recipe, images, labels, seed=options.seed, device=device)
    seconds = time.perf_counter() - start
    weights = options.out / f"{options.name}.pth"
    state = {key: value.cpu().contiguous() for key, value in model.state_dict().items()}
    torch.save(state, weights)
    report = {
        **card(options.name, recipe, weights, test_images, test_labels),
        "seed": options.seed,
        "date": date.today().isoformat(),
        "training_digits": len(images),
        "held_out_digits": len(every_image) - len(images),
        "training_seconds": round(seconds),
        "device": str(device),
        "versions": {"python": platform.python_version(), "torch": torch.__version__},
    }
    weights.with_suffix(".json").write_text(json.dumps(report, indent=1) + "\n")
    print(f"{weights}: {report['accuracy']:.2%} of {len(test_images)} test digits")


if __name__ == "__main__":
    main()
