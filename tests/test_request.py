"""The boundary: any JSON may arrive, and only what makes sense passes."""

import base64
import io
from typing import Any

import numpy as np
import pytest
import torch
from PIL import Image
from torch import Tensor

from fgsm import service
from fgsm.service import FUNCTIONS
from fgsm.service.digits import digit_of
from fgsm.service.fields import REACHES
from fgsm.service.image_fields import LARGEST_DRAWING
from fgsm.service.request import (
    AttackRequest,
    CellRequest,
    CompareRequest,
    RunRequest,
    WindowRequest,
)
from fgsm.ui.wire import answering
from tests.helpers import FIRST, ask, unpack

GOOD = {**FIRST, "index": 3}


def drawn(pixels: bytes) -> str:
    return base64.b64encode(pixels).decode()


def test_a_good_request_is_typed() -> None:
    request = AttackRequest.parse(GOOD)
    assert (request.source, request.index, request.attack) == ("builtin", 3, "fgsm")
    assert (request.model, request.twin, request.target, request.label) == (
        "lenet",
        False,
        None,
        None,
    )


def test_a_drawing_is_its_pixels() -> None:
    pixels = np.arange(16, dtype=np.uint8)
    request = AttackRequest.parse(
        {**GOOD, "source": "drawing", "drawing": drawn(pixels.tobytes()), "label": 4}
    )
    assert request.drawing is not None
    assert np.array_equal(request.drawing, pixels.reshape(4, 4))
    assert (request.index, request.label) == (0, 4)


def test_a_picture_is_its_pixels_exactly() -> None:
    pixels = np.random.default_rng(0).integers(0, 256, (28, 28), dtype=np.uint8)
    asked = {**GOOD, "source": "image", "pixels": drawn(pixels.tobytes()), "index": 3}
    request = AttackRequest.parse({**asked, "drawing": "!"})
    assert request.pixels is not None and np.array_equal(request.pixels, pixels)
    assert (request.index, request.drawing, request.is_named) == (0, None, False)
    image, label = digit_of(request)
    assert torch.equal(image[0, 0].cpu() * 255, torch.from_numpy(pixels).float())
    named = AttackRequest.parse({**asked, "label": (int(label) + 1) % 10})
    assert named.is_named and int(digit_of(named)[1]) == named.label
    assert AttackRequest.parse({**GOOD, "pixels": "!"}).pixels is None


def test_what_is_read_in_a_file_can_be_asked_for(builtin: tuple[Tensor, Tensor]) -> None:
    """A digit of MNIST's, saved and sent as a picture, is the digit that the stage shows."""
    file = io.BytesIO()
    frame = (builtin[0][403, 0] * 255).round().byte()
    Image.fromarray(frame.numpy()).save(file, "PNG")
    answer = ask("picture", {"picture": drawn(file.getvalue())})
    assert torch.equal(unpack(answer["frame"])[0, 0], frame)
    pixels = drawn(frame.numpy().tobytes())
    mine = ask("attack", {**GOOD, "source": "image", "pixels": pixels, "label": 4})
    its = ask("attack", {**GOOD, "index": 403})
    assert mine["stages"] == its["stages"]
    assert mine["digit"] == {**its["digit"], "source": "image"}


@pytest.mark.parametrize(
    ("data", "words"),
    [
        ({}, "Picture is missing; it must be a file's bytes in base64."),
        ({"picture": "-"}, "Picture is not base64; it must be a file's bytes in base64."),
        ({"picture": ""}, "Picture has 0 bytes; it must be a picture file."),
        ({"picture": "A" * 1_333_340}, "Picture has 1,333,340 characters of base64; the file may"),
        ({"picture": drawn(b"<svg/>")}, "Picture is not one that can be read: it is no file of"),
    ],
)
def test_a_file_that_is_refused(data: dict[str, Any], words: str) -> None:
    assert ask("picture", data)["error"].startswith(words)


@pytest.mark.parametrize(
    ("link", "words"),
    [
        (None, "Link is missing; it must be text of at most 1,200 characters."),
        ("https://a.b/" + "a" * 1200, "Link is 1,212 characters long; it must be text"),
        ("javascript:alert(1)", "Link is 'javascript:alert(1)'; it must begin with http:// or"),
        ("https://a.b/ c", "Link is 'https://a.b/ c'; it must begin with"),
        ("https://a.b/\n", "Link is 'https://a.b/"),
        ("https://", "Link is 'https://'; it must begin"),
    ],
)
def test_a_link_that_has_no_code(link: object, words: str) -> None:
    assert ask("qr", {"link": link})["error"].startswith(words)


@pytest.mark.parametrize("length", [12, 100, 1200])
def test_a_link_has_a_code(length: int) -> None:
    """With its three finders, and no larger than the largest code there is."""
    rows = ask("qr", {"link": "https://a.b/".ljust(length, "e")})["rows"]
    assert len(rows) in range(21, 178, 4) and all(len(row) == len(rows) for row in rows)
    assert set("".join(rows)) == {"0", "1"}
    for corner in (rows[0][:7], rows[0][-7:], rows[-1][:7]):
        assert corner == "1111111"


def test_a_data_sets_label_is_not_for_the_browser_to_say() -> None:
    assert AttackRequest.parse({**GOOD, "label": 5}).label is None


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"source": "attic"}, "source is 'attic'; it must be one of builtin, test, drawing, image"),
        ({"source": ["builtin"]}, "source is"),
        ({"source": None}, "source is missing"),
        ({"index": -1}, "index is -1; it must be a whole number from 0 to 999"),
        ({"index": 1000}, "index is 1000"),
        ({"index": 1.5}, "index is 1.5"),
        ({"index": "3"}, "index is '3'"),
        ({"index": True}, "index is True"),
        ({"index": float("nan")}, "index is nan"),
        ({"index": None}, "index is missing"),
        ({"source": "test", "index": 10_000}, "from 0 to 9999"),
        ({"attack": "magic"}, "attack is 'magic'"),
        ({"attack": {}}, "attack is {}"),
        ({"model": "../../etc/passwd"}, "model is '../../etc/passwd'"),
        ({"model": "x" * 1000}, r"model is 'x+\.\.\.x+'; it must be one of"),
        ({"target": 10}, "target is 10"),
        ({"target": "7"}, "target is '7'"),
        ({"twin": 1}, "twin is 1; it must be true or false"),
        ({"ks": 3}, "ks is 3; it must be a list of whole numbers from 0 to 100, increasing"),
        ({"ks": []}, r"ks is \[\]; it must be a list"),
        ({"ks": [1, 2]}, r"ks is \[1, 2\]; .* the first one 0"),
        ({"ks": [0, 2, 2]}, r"ks is \[0, 2, 2\]; .* increasing"),
        ({"ks": [0, 101]}, "ks is 101; it must be a whole number from 0 to 100"),
        ({"ks": [0, 1.5]}, "ks is 1.5"),
        ({"ks": list(range(102))}, r"ks is \[0, 1, 2.*\]; it must be a list"),
        ({"ks": "0"}, "ks is '0'"),
        ({"ray": "up"}, "ray is 'up'; it must be two numbers whose sizes add up to at most 0.5"),
        ({"ray": {}}, "ray is {}; it must be two"),
        ({"ray": 3}, "ray is 3"),
        ({"ray": []}, r"ray is \[\]"),
        ({"ray": [1]}, r"ray is \[1\]"),
        ({"ray": [1, 2, 3]}, r"ray is \[1, 2, 3\]"),
        ({"ray": [0.2, 0.31]}, r"ray is \[0.2, 0.31\]"),
        ({"ray": [-0.3, 0.205]}, r"ray is \[-0.3, 0.205\]"),
        ({"ray": [0.1, 10**400]}, "ray is"),
        ({"ray": [-1, 0]}, r"ray is \[-1, 0\]"),
        ({"ray": [10**400, 0]}, "ray is"),
        ({"ray": [0.0, 0]}, "the digit itself"),
        ({"ray": [True, 0]}, r"ray is \[True, 0\]"),
        ({"ray": ["1", 0]}, "ray is"),
        ({"ray": [None, 0]}, "ray is"),
        ({"ray": [float("nan"), 0]}, "ray is"),
        ({"ray": [0, 0]}, r"ray is \[0, 0\], the digit itself"),
        ({"ray": [1e-60, 0]}, "at least 0.001"),  # in float32 a direction of 0 / 0
        ({"source": "drawing"}, "drawing is missing"),
        ({"source": "drawing", "drawing": "!"}, "drawing is not base64"),
        ({"source": "drawing", "drawing": "é"}, "drawing is not base64"),
        ({"source": "drawing", "drawing": ""}, "drawing has 0 pixels"),
        ({"source": "drawing", "drawing": drawn(bytes(15))}, "drawing has 15 pixels"),
        ({"source": "drawing", "drawing": "A" * 10**6}, "drawing has 1000000 characters"),
        ({"source": "drawing", "drawing": drawn(bytes(16)), "label": 11}, "label is 11"),
        ({"source": "image"}, "pixels are missing; they must be 784 bytes in base64"),
        ({"source": "image", "pixels": 7}, "pixels are 7"),
        ({"source": "image", "pixels": drawn(bytes(781))}, "pixels are 1044 characters"),
        ({"source": "image", "pixels": drawn(bytes(786))}, "pixels are 786 bytes; they must be"),
        ({"source": "image", "pixels": drawn(bytes(787))}, "pixels are 1052 characters"),
        ({"source": "image", "pixels": "é" * 1048}, "pixels is not base64"),
        ({"source": "image", "pixels": drawn(bytes(784)), "label": -1}, "label is -1"),
    ],
)
def test_a_bad_field_is_named(change: dict[str, Any], words: str) -> None:
    with pytest.raises(ValueError, match=words):
        AttackRequest.parse({**GOOD, **change})


@pytest.mark.parametrize(
    ("compared", "words"),
    [
        ("lenet", "compared is 'lenet'; it must be a list of one to 3 models"),
        ([], r"compared is \[\]; it must be a list"),
        (["lenet"] * 4, "compared is .* it must be a list of one to 3 models"),
        (["lenet", "attic"], "compared is 'attic'; it must be one of lenet, lenet-robust, softmax"),
        ([None], "compared is missing"),
    ],
)
def test_the_models_to_compare_are_checked(compared: object, words: str) -> None:
    assert CompareRequest.parse(GOOD).compared is None
    with pytest.raises(ValueError, match=words):
        CompareRequest.parse({**GOOD, "compared": compared})


def test_a_ray_is_a_point_of_the_church_window() -> None:
    on_the_slider = [(a / 200, (100 - a) / 200) for a in range(101)]
    for point in ([0.1, 0], [0, -0.01], [-0.2, 0.2], *on_the_slider):
        assert AttackRequest.parse({**GOOD, "attack": "ray", "ray": point}).ray == tuple(point)
    for nothing in ({}, {"ray": None}):
        assert AttackRequest.parse({**GOOD, "attack": "ray", **nothing}).ray is None


def test_a_window_has_one_of_a_few_reaches() -> None:
    assert WindowRequest.parse(GOOD).reach == 0.2
    for reach in REACHES:
        assert WindowRequest.parse({**GOOD, "reach": reach}).reach == reach
    for wrong in (0, 0.25, 1, True, "0.2", None, [0.2], float("nan"), 10**400):
        with pytest.raises(ValueError, match=r"reach is .*; it must be one of 0\.1, 0\.2, 0\.3"):
            WindowRequest.parse({**GOOD, "reach": wrong})


@pytest.mark.parametrize("data", [None, 3, "builtin", [], [GOOD], True])
def test_only_an_object_is_a_request(data: object) -> None:
    assert "A request is an object, not" in ask("attack", data)["error"]


def test_the_largest_drawing_passes() -> None:
    pixels = bytes(LARGEST_DRAWING**2)
    assert (
        AttackRequest.parse({**GOOD, "source": "drawing", "drawing": drawn(pixels)}).drawing
        is not None
    )


@pytest.mark.parametrize("name", ["attack", "compare"])
def test_the_browser_gets_a_sentence(name: str) -> None:
    for data in (None, {}, {**GOOD, "index": 5000}):
        error = ask(name, data)["error"]
        assert error.endswith(".") and len(error) < 200
    blank = {**GOOD, "source": "drawing", "drawing": drawn(bytes(112 * 112))}
    assert set(ask(name, blank)) == {"error"}
    same = {**GOOD, "index": 300, "attack": "targeted", "target": 3}
    assert ask(name, same) == {"error": "The digit's own class is 3; choose another target."}


@pytest.mark.parametrize("name", FUNCTIONS)
def test_an_error_of_ours_is_told_and_logged(
    name: str, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """The browser would take silence for a lost connection."""

    def breaks(*_: object, **__: object) -> None:
        raise RuntimeError("out of memory")

    for module in ("stage", "figures"):
        monkeypatch.setattr(f"fgsm.service.{module}.digit_of", breaks)
    monkeypatch.setattr("fgsm.service.all_digits.digits_here", breaks)
    monkeypatch.setattr("fgsm.service.incoming.read_picture", breaks)
    monkeypatch.setattr("fgsm.service.codes.segno.make", breaks)
    everything = {**GOOD, "seed": 1, "k": 1, "picture": "", "link": "https://a.b"}
    answer = answering(getattr(service, name))(everything)
    assert answer["error"].startswith("The server had an error")
    assert "out of memory" in caplog.text and "out of memory" not in answer["error"]


@pytest.mark.parametrize("request_class", [AttackRequest, CellRequest, RunRequest])
def test_every_missing_field_is_named(request_class: Any) -> None:
    """One after the other, until the request is good."""
    good = {**GOOD, "seed": 1, "k": 1, "epsilons": "0 .1"}
    given: dict[str, Any] = {}
    for _ in range(10):
        try:
            request_class.parse(given)
            break
        except ValueError as error:
            (name,) = (name for name in good if str(error).startswith(name))
            assert name not in given
            given[name] = good[name]
    assert given.keys() == {
        name for name, field in request_class.model_fields.items() if field.is_required()
    }


def test_what_is_asked_does_not_change() -> None:
    request = AttackRequest.parse(GOOD)
    with pytest.raises(ValueError, match="frozen"):
        request.index = 4
