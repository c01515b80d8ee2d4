"""Run a program with one more attack and one more model in the catalogue, otherwise unchanged.

    python -m tests.made_up FOLDER app.py
    python -m tests.made_up FOLDER fgsm.evaluate --attack halved --weights made-up

FOLDER holds the weights of the model, `made-up.pth`, and nothing else: no card, no survey.
"""

import runpy
import sys
from dataclasses import replace
from pathlib import Path

from torch import Tensor, nn

from fgsm.attack import gradient_sign
from fgsm.catalogue import ATTACKS, MODELS, SOFTMAX, Aim, Attack, Model


def halved(model: nn.Module, images: Tensor, labels: Tensor, _: Aim) -> Tensor:
    """Half of FGSM's step."""
    return gradient_sign(model, images, labels) / 2


ATTACK = Attack(
    key="halved",
    title="Half a step",
    explanation="Every pixel moves by half of ε.",
    formula="<i>ε</i> / 2 × sign ∇<sub><i>x</i></sub><i>J</i>",
    offered=("stage", "menu", "runs"),
    direction=halved,
)
MODEL = replace(SOFTMAX, key="made-up", title="Made up", colour=("#008000", "#00ff00"), rank=0)


def with_made_up(folder: Path) -> Model:
    """Add the attack and the model to the catalogue; returns the model, its files in the folder."""
    model = replace(MODEL, folder=folder)
    ATTACKS[ATTACK.key] = ATTACK
    MODELS[model.key] = model
    return model


if __name__ == "__main__":
    folder, program, *arguments = sys.argv[1:]
    with_made_up(Path(folder))
    sys.argv = [program, *arguments]
    if program.endswith(".py"):
        runpy.run_path(program, run_name="__main__")
    else:
        runpy.run_module(program, run_name="__main__")
