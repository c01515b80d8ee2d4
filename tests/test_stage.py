"""What the stage is sent: every figure checked against the attack itself."""

import base64
import json
from itertools import product
from typing import Any

import numpy as np
import pytest
import torch
from torch import Tensor

from fgsm import service
from fgsm.attack import fgsm, gradient_sign, iterative_fgsm
from fgsm.catalogue import EPSILONS, TWINS, load_model
from fgsm.frames import change_frames, change_of, eight_bit, image_frames, survives_eight_bits
from fgsm.readings import predict, sweep
from fgsm.service.digits import device
from fgsm.service.listing import FIRST_EPSILON
from fgsm.service.request import AttackRequest
from fgsm.ui.wire import pack
from tests.helpers import FIRST, ask, unpack

ATTACKS = ["fgsm", "targeted", "iterative", "random", "reversed"]


def attacked(**changes: Any) -> dict[str, Any]:
    return ask("attack", {**FIRST, **changes})


def compared(**changes: Any) -> dict[str, Any]:
    return ask("compare", {**FIRST, **changes})


def test_packing_is_lossless() -> None:
    generator = torch.Generator().manual_seed(0)
    frames = torch.randint(0, 256, (7, 1, 28, 28), generator=generator, dtype=torch.uint8)
    assert torch.equal(unpack(pack(frames)), frames)


def test_change_frames_keep_sign_and_order() -> None:
    change = torch.tensor([-1.0, -0.5, -0.125, -0.001, 0.0, 0.001, 0.125, 0.5, 1.0])
    assert change_frames(change, largest=0.5).tolist() == [1, 1, 64, 122, 128, 134, 192, 255, 255]


def test_change_of_counts_pixels() -> None:
    image = torch.full((1, 28, 28), 0.5)
    image[0, 1, :5] = torch.tensor([0.0, 0.0, 0.0, 1.0, 1.0])
    moved = image.repeat(2, 1, 1, 1)
    moved[1, 0, 0, :3] += torch.tensor([0.1, -0.25, 0.0])
    moved[1, 0, 1, 0] += 0.05
    change = change_of(image, moved)
    assert change.moved.tolist() == [0, 3]
    assert change.saturated.tolist() == [5, 4]  # of those that did not move
    assert change.largest.tolist() == [0, 0.25]
    assert change.mean.tolist() == pytest.approx([0, 0.4 / 784])


def test_eight_bits_can_undo_an_attack() -> None:
    """Below half a level the rounded image is the clean one."""
    model = load_model("lenet", torch.device("cpu"))
    torch.manual_seed(0)
    images = (torch.rand(50, 1, 28, 28) * 255).round() / 255
    labels = predict(model, images).argmax(1)
    swept = sweep(model, images, labels, [0.0, 0.4 / 255, 0.1])
    survives = survives_eight_bits(model, swept)
    assert torch.equal(survives[:2], ~swept.fooled[:2])
    assert torch.equal(eight_bit(swept.adversarial[1]), images)
    assert survives[2].float().mean() > 0.9


@pytest.mark.parametrize("attack", ATTACKS)
@pytest.mark.parametrize("index", [403, 345])
def test_a_stage_is_the_sweep(attack: str, index: int, builtin: tuple[Tensor, Tensor]) -> None:
    image, label = builtin[0][index : index + 1].to(device()), index // 100
    answer = attacked(attack=attack, index=index)
    (stage,) = answer["stages"]
    assert answer["digit"]["label"] == stage["label"] == label
    frames = unpack(stage["frames"])
    clean = unpack(answer["digit"]["frame"])[0]
    assert torch.equal(clean, image_frames(image.cpu())[0])
    assert torch.equal(frames[0], clean)  # epsilon 0 is the clean image
    assert stage["moved"][0] == 0 and stage["largest"][0] == 0

    model = load_model("lenet")
    labels = torch.tensor([label], device=image.device)
    if attack == "fgsm":
        expected = fgsm(model, image, labels, EPSILONS)
    elif attack == "reversed":
        expected = fgsm(model, image, labels, EPSILONS, targeted=True)
    elif attack == "targeted":
        second = predict(model, image)[0].topk(2).indices[1:]
        assert stage["target"] == second.item() != label
        expected = fgsm(model, image, second, EPSILONS, targeted=True)
    elif attack == "iterative":
        expected = iterative_fgsm(model, image, labels, EPSILONS)
        assert stage["direction"] is None
    else:
        assert set(unpack(stage["direction"]).unique().tolist()) == {1, 255}
        assert max(stage["largest"]) == pytest.approx(0.5, abs=1e-6)
        return
    log_probs = predict(model, expected[:, 0])
    assert torch.equal(frames, image_frames(expected[:, 0].cpu()))
    assert torch.equal(
        unpack(stage["changes"]), change_frames(expected[:, 0] - image, largest=0.5).cpu()
    )
    probabilities = torch.tensor(stage["probabilities"])
    assert torch.allclose(probabilities, log_probs.exp().cpu(), atol=1e-6)
    assert stage["predictions"] == log_probs.argmax(1).tolist()
    wrong = [e for e, p in zip(EPSILONS, stage["predictions"], strict=True) if p != label]
    assert stage["breaking_point"] == (wrong[0] if wrong else None) != 0


def test_pixels_that_did_not_move_were_black_or_white_or_have_no_gradient(
    builtin: tuple[Tensor, Tensor],
) -> None:
    image = builtin[0][403]
    (stage,) = attacked()["stages"]
    still = unpack(stage["direction"])[0] == 128
    at_a_bound = (image == 0) | (image == 1)
    assert stage["idle"] == int(still.sum()) > 0
    for k in (1, 24, 100):
        unmoved = unpack(stage["changes"])[k] == 128
        assert stage["moved"][k] == 784 - int(unmoved.sum())
        assert bool((at_a_bound | still)[unmoved].all())
        assert stage["saturated"][k] == int((unmoved & at_a_bound).sum())
    assert attacked(attack="iterative")["stages"][0]["idle"] is None


@pytest.mark.parametrize("twin", [False, True])
def test_parts_of_a_sweep_are_the_sweep(twin: bool) -> None:
    asked = {"attack": "iterative", "twin": twin}
    whole = attacked(**asked)["stages"]
    parts = [[0, 10, 24, 50], [0, 1, 100]]
    for ks in parts:
        for stage, part in zip(whole, attacked(**asked, ks=ks)["stages"], strict=True):
            assert part["ks"] == ks and stage["ks"] == list(range(101))
            assert torch.equal(unpack(part["frames"]), unpack(stage["frames"])[ks])
            for name in ("predictions", "survives", "moved", "saturated", "largest", "mean"):
                assert part[name] == [stage[name][k] for k in ks]
            expected = [stage["probabilities"][k] for k in ks]
            assert np.allclose(part["probabilities"], expected, atol=2e-6)


def test_a_target_is_reached_where_it_is_read() -> None:
    reached = set()
    for index, target in product(range(400, 410), (0, 9)):
        asked = {"attack": "targeted", "index": index, "target": target}
        (stage,) = attacked(**asked)["stages"]
        at = [e for e, p in zip(EPSILONS, stage["predictions"], strict=True) if p == target]
        assert stage["target"] == target
        assert stage["reached"] == (at[0] if at else None)
        reached.add(bool(at))
        answer = compared(**asked)
        assert answer["targets"]["lenet"] == target
        assert answer["reached"]["lenet"] == stage["reached"]
    assert reached == {True, False}  # both cases were seen
    assert attacked()["stages"][0]["reached"] is None


def test_only_the_models_asked_for_are_compared() -> None:
    everything = compared()
    some = compared(compared=["softmax", "lenet-robust"])
    for name in ("breaking_points", "predictions", "targets", "reached"):
        assert list(some[name]) == ["softmax", "lenet-robust"]
        assert some[name].items() <= everything[name].items()


def test_right_again_is_where_success_ends(builtin: tuple[Tensor, Tensor]) -> None:
    images, labels = (tensor.to(device()) for tensor in builtin)
    swept = sweep(load_model("lenet"), images, labels, EPSILONS)
    not_monotone = (~swept.monotone).nonzero()[:, 0].tolist()
    assert not_monotone
    for index in [*not_monotone[:5], 0, 100, 200]:
        (stage,) = attacked(index=index)["stages"]
        fooled = [p != stage["label"] for p in stage["predictions"]]
        if index not in not_monotone:
            assert stage["right_again"] is None and fooled == sorted(fooled)
        else:
            k = EPSILONS.index(stage["right_again"])
            assert fooled[k - 1] and not fooled[k]
            assert fooled[:k] == sorted(fooled[:k])  # the first such place


def test_the_page_opens_on_a_fooled_digit() -> None:
    (stage,) = attacked()["stages"]
    assert stage["predictions"][0] == stage["label"]
    assert stage["predictions"][EPSILONS.index(FIRST_EPSILON)] != stage["label"]


def test_twins_are_attacked_each_with_its_own_gradient(builtin: tuple[Tensor, Tensor]) -> None:
    stages = attacked(twin=True)["stages"]
    assert [stage["model"] for stage in stages] == [twin.key for twin in TWINS]
    index = FIRST["index"]
    image, label = (t[index : index + 1].to(device()) for t in builtin)
    for stage in stages:
        direction = gradient_sign(load_model(stage["model"]), image, label)
        assert torch.equal(
            unpack(stage["direction"])[0], change_frames(direction, largest=1).cpu()[0]
        )


def test_comparison_is_what_the_stages_say() -> None:
    for attack in ATTACKS:
        points = compared(attack=attack)["breaking_points"]
        for name, point in points.items():
            (stage,) = attacked(attack=attack, model=name)["stages"]
            assert stage["breaking_point"] == point
    points = compared()["breaking_points"]
    assert points["lenet"] < points["lenet-robust"]


def test_a_drawing_is_attacked_at_its_prediction_until_it_is_named(
    builtin: tuple[Tensor, Tensor],
) -> None:
    large = np.kron(image_frames(builtin[0][712, 0]).numpy(), np.ones((4, 4), np.uint8))
    pixels = base64.b64encode(large.tobytes()).decode()
    drawing = {"source": "drawing", "drawing": pixels}
    answer = attacked(**drawing)
    (stage,) = answer["stages"]
    assert answer["digit"]["label"] == 7 and not answer["digit"]["named"]
    assert stage["label"] == stage["predictions"][0] == 7
    named = attacked(**drawing, label=1)
    assert named["digit"]["label"] == named["stages"][0]["label"] == 1
    assert named["stages"][0]["breaking_point"] is None  # it is misread before any attack


def test_every_model_attacks_the_same_label_of_a_drawing(builtin: tuple[Tensor, Tensor]) -> None:
    """Even where they read it differently: the label is what the model shown reads."""
    images = builtin[0].to(device())
    reads = [predict(load_model(name), images).argmax(1) for name in ("lenet", "softmax")]
    index = int((reads[0] != reads[1]).nonzero()[0])
    drawing = base64.b64encode(image_frames(builtin[0][index]).numpy().tobytes()).decode()
    for twin, model in ((True, "softmax"), (False, "softmax"), (False, "lenet")):
        asked = {"source": "drawing", "drawing": drawing, "twin": twin, "model": model}
        answer = attacked(**asked)
        first = answer["stages"][0]
        assert {stage["label"] for stage in answer["stages"]} == {first["predictions"][0]}
        if not twin:
            points = compared(**asked)["breaking_points"]
            assert points[model] == first["breaking_point"]


def test_a_target_is_only_for_the_targeted_method() -> None:
    same = {"index": 300, "target": 3}
    assert attacked(**same)["stages"][0]["target"] is None
    assert "lenet" in compared(**same)["breaking_points"]
    with pytest.raises(ValueError, match="the digit's own class is 3"):
        service.attack(AttackRequest.parse({**FIRST, **same, "attack": "targeted"}))


def test_plain_fgsm_is_a_small_message() -> None:
    for index in range(0, 1000, 97):
        assert len(json.dumps(attacked(index=index))) < 64 * 1024


def test_a_test_digit_has_its_own_label(
    mnist_test: tuple[Tensor, Tensor], monkeypatch: Any
) -> None:
    monkeypatch.setattr("fgsm.service.digits.mnist_test", lambda: mnist_test)
    for index in (0, 9_999):
        answer = attacked(source="test", index=index)
        assert answer["digit"]["label"] == mnist_test[1][index]
        assert torch.equal(unpack(answer["digit"]["frame"])[0], image_frames(mnist_test[0][index]))


def test_the_runner_up_of_a_misread_digit_is_a_third_class(builtin: tuple[Tensor, Tensor]) -> None:
    images, labels = (tensor.to(device()) for tensor in builtin)
    predictions = predict(load_model("lenet"), images).argmax(1)
    misread = (predictions != labels).nonzero()[:, 0].tolist()
    assert misread
    for index in misread:
        (stage,) = attacked(index=index, attack="targeted")["stages"]
        assert stage["target"] not in (stage["label"], stage["predictions"][0])
        log_probs = predict(load_model("lenet"), images[index : index + 1])
        assert stage["target"] in log_probs.topk(3).indices
