"""Loading weights, choosing a device."""

from pathlib import Path

import pytest
import torch
from torch import nn

from fgsm.catalogue import MODELS, load_model
from fgsm.model import LeNet, SoftmaxRegression, available_device

CPU = torch.device("cpu")


@pytest.mark.parametrize("name", MODELS)
def test_builtin_models_are_ready_to_be_attacked(name: str) -> None:
    model = load_model(name, CPU)
    assert type(model) is MODELS[name].architecture
    assert not any(module.training for module in model.modules())
    assert not any(parameter.requires_grad for parameter in model.parameters())
    log_probs = model(torch.rand(3, 1, 28, 28))
    assert log_probs.shape == (3, 10)
    assert torch.allclose(log_probs.exp().sum(1), torch.ones(3))


@pytest.mark.parametrize("name", MODELS)
def test_log_probabilities_are_the_logits_normalised(name: str) -> None:
    torch.manual_seed(0)
    model = load_model(name, CPU).double()
    images = torch.rand(3, 1, 28, 28).double()
    logits = model.logits(images)
    assert (logits.exp().sum(1) - 1).abs().min() > 0.1  # they are not log-probabilities already
    expected = (logits.exp() / logits.exp().sum(1, keepdim=True)).log()
    assert torch.allclose(model(images), expected, atol=1e-10)


def test_lenet_is_the_articles() -> None:
    shapes = {key: tuple(value.shape) for key, value in LeNet().state_dict().items()}
    assert shapes["conv1.weight"] == (10, 1, 5, 5) and shapes["conv2.weight"] == (20, 10, 5, 5)
    assert shapes["fc1.weight"] == (50, 320) and shapes["fc2.weight"] == (10, 50)
    assert sum(p.numel() for p in LeNet().parameters()) == 21840
    model = LeNet().train()  # both dropout layers are there
    image = torch.rand(1, 1, 28, 28)
    assert not torch.equal(model(image), model(image))


def test_a_path_finds_its_architecture(tmp_path: Path) -> None:
    for model in (LeNet(), SoftmaxRegression()):
        path = tmp_path / "any name"
        torch.save(model.state_dict(), path)
        loaded = load_model(path, CPU)
        assert type(loaded) is type(model)
        assert torch.allclose(
            loaded(torch.ones(1, 1, 28, 28)), model.eval()(torch.ones(1, 1, 28, 28))
        )


def test_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError, match=r"no weights at .*nowhere\.pth.*lenet-robust"):
        load_model(tmp_path / "nowhere.pth")
    with pytest.raises(FileNotFoundError, match="no weights at"):
        load_model(tmp_path)  # a folder


class Payload:
    def __reduce__(self) -> tuple[object, tuple[str]]:
        return print, ("a checkpoint ran code",)


def truncated(path: Path) -> None:
    torch.save(LeNet().state_dict(), path)
    path.write_bytes(path.read_bytes()[:5000])


def misshaped(path: Path) -> None:
    torch.save({**LeNet().state_dict(), "fc2.bias": torch.zeros(7)}, path)


@pytest.mark.parametrize(
    "write",
    [
        truncated,
        misshaped,
        lambda path: path.write_bytes(b""),
        lambda path: path.write_bytes(b"not weights at all"),
        lambda path: path.write_bytes(b"\x80\x04" + bytes(range(256))),
        lambda path: torch.save(nn.Linear(3, 3).state_dict(), path),
        lambda path: torch.save([1, 2, 3], path),
        lambda path: torch.save({"conv1.weight": Payload()}, path),
        lambda path: torch.save(LeNet(), path),
        lambda path: torch.save(dict.fromkeys(LeNet().state_dict(), "text"), path),
    ],
)
def test_bad_files_are_one_clear_error(
    write: object, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "bad.pth"
    assert callable(write)
    write(path)
    with pytest.raises(ValueError, match=r"bad\.pth"):
        load_model(path, CPU)
    assert "ran code" not in capsys.readouterr().out


def test_device_override(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FGSM_DEVICE", "cpu")
    assert available_device() == CPU
    monkeypatch.setenv("FGSM_DEVICE", "auto")
    assert available_device().type in ("cpu", "cuda", "mps")
    monkeypatch.setenv("FGSM_DEVICE", "tpu")
    with pytest.raises(ValueError, match=r"'tpu'.*auto, cuda, mps or cpu"):
        available_device()
    assert available_device("cpu") == CPU


def test_device_order(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("FGSM_DEVICE", raising=False)
    monkeypatch.setattr(torch.cuda, "is_available", lambda: True)
    monkeypatch.setattr(torch.backends.mps, "is_available", lambda: True)
    assert available_device().type == "cuda"
    monkeypatch.setattr(torch.cuda, "is_available", lambda: False)
    assert available_device().type == "mps"
    with pytest.raises(ValueError, match="'cuda' is not available here; there is mps and cpu"):
        available_device("cuda")
    monkeypatch.setattr(torch.backends.mps, "is_available", lambda: False)
    assert available_device().type == "cpu"
