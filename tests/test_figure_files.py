"""What the page gives away: Python that gives the same, and GIFs that others can play."""

import base64
import io
import random
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from PIL import Image, ImageSequence
from torch import Tensor

from fgsm.catalogue import ATTACKS, EPSILONS, MODELS, attacks_offered
from fgsm.digits import mnist_available
from tests.helpers import FIRST, ask, in_node, unpack

PYTHON = """
import { python } from "./fgsm/ui/figures/python.js";
const of = ({ request, stage, frame, k }) => python(request, stage, frame, k);
export const answer = (states) => states.map(of);
"""
GIF = """
import { encodeGif } from "./fgsm/ui/figures/gif.js";
export const answer = ({ frames, ...film }) =>
  [...encodeGif({ ...film, frames: frames.map((frame) => Uint8Array.from(frame)) })];
"""


def state_of(any_: random.Random, digits: Tensor) -> dict[str, Any]:
    """A request such as the stage may ask: any digit, attack, model, target and ray."""
    source = any_.choice(["builtin", "builtin", "drawing", "image", *["test"] * mnist_available()])
    picture = (digits[any_.randrange(1000)] * 255).byte().numpy().tobytes()
    own = {"drawing": "drawing", "image": "pixels"}.get(source)
    attack = any_.choice(list(attacks_offered("stage")))
    return {
        **FIRST,
        "source": source,
        "index": 0 if own else any_.randrange(1000),
        **({own: base64.b64encode(picture).decode()} if own else {}),
        "label": any_.choice([None, any_.randrange(10)]) if own else None,
        "attack": attack,
        "target": None,
        "ray": [any_.choice([-0.2, 0.0, 0.1]), any_.choice([-0.05, 0.015])],
        "model": any_.choice(list(MODELS)),
        "twin": any_.random() < 0.2,
    }


def test_the_python_gives_the_pixels_and_numbers_of_the_stage(
    builtin: tuple[Tensor, Tensor], tmp_path: Path
) -> None:
    """Of 50 random states: what is on the stage, and what the snippet computes."""
    any_ = random.Random(0)
    states = []
    for _ in range(50):
        request = state_of(any_, builtin[0])
        answer = ask("attack", request)
        if ATTACKS[request["attack"]].needs_target and any_.random() < 0.5:
            request["target"] = (answer["digit"]["label"] + any_.randrange(1, 10)) % 10
            answer = ask("attack", request)
        stage = any_.choice(answer["stages"])
        k = any_.randrange(len(EPSILONS))
        states.append(
            {"request": request, "stage": stage, "frame": answer["digit"]["frame"], "k": k}
        )
    snippets = in_node(tmp_path, PYTHON, states)
    assert {state["request"]["attack"] for state in states} == {*attacks_offered("stage")}
    for state, snippet in zip(states, snippets, strict=True):
        names: dict[str, Any] = {}
        exec(compile(snippet, "snippet", "exec"), names)
        stage, k = state["stage"], state["k"]
        told = {key: state["request"][key] for key in ("source", "index", "attack", "model")}
        assert torch.equal(names["picture"], unpack(stage["frames"])[k, 0]), told
        assert torch.equal((names["image"] * 255).round().byte(), unpack(state["frame"])), told
        assert int(names["label"]) == stage["label"], told
        assert int(names["prediction"]) == stage["predictions"][k], told
        expected = torch.tensor(stage["probabilities"][k])
        assert torch.allclose(names["probabilities"], expected, atol=2e-6), told
        breaks = float(names["swept"].breaking_point)
        assert (None if breaks == torch.inf else round(breaks, 6)) == stage["breaking_point"], told
        lines = [line for line in snippet.splitlines() if line]
        assert len(lines) <= 15, snippet
        assert all(len(line) <= 80 for line in lines if "base64.b64decode" not in line), snippet


@pytest.mark.parametrize("colours", [2, 200, 255])
def test_a_gif_is_played_frame_by_frame_as_it_was_made(colours: int, tmp_path: Path) -> None:
    """Noise, which fills the code table, then small changes, none, and one everywhere."""
    any_ = np.random.default_rng(colours)
    height, width = 71, 93
    frames = [any_.integers(0, colours, (height, width), dtype=np.uint8)]
    for i in range(6):
        frame = frames[-1].copy()
        if i == 1:
            frame[20:30, 40:70] = 1
        elif i == 3:
            frame[:] = 0
        elif i != 2:
            frame[-1, -1] ^= 1
        frames.append(frame)
    palette = any_.choice(2**24, colours, replace=False)
    film = {
        "width": width,
        "height": height,
        "palette": palette.tolist(),
        "frames": [frame.flatten().tolist() for frame in frames],
        "delays": [7, 90, 7, 7, 7, 7, 180],
    }
    with Image.open(io.BytesIO(bytes(in_node(tmp_path, GIF, film)))) as played:
        assert (played.size, played.info["loop"]) == ((width, height), 0)
        shown = [
            (frame.convert("RGB"), frame.info["duration"])
            for frame in ImageSequence.Iterator(played)
        ]
    assert [duration for _, duration in shown] == [10 * delay for delay in (7, 90, 7, 7, 7, 7, 180)]
    for frame, (picture, _) in zip(frames, shown, strict=True):
        expected = palette[frame]
        seen = np.asarray(picture).astype(np.int64)
        assert np.array_equal(seen[..., 0] << 16 | seen[..., 1] << 8 | seen[..., 2], expected)
