"""What the engine in the browser computes with, as text; `fgsm/engine/data.js` reads it."""

import base64
import json
import zlib
from typing import Any

import torch

from fgsm.catalogue import BUILTIN, FGSM, MODELS, load_model
from fgsm.service.figures import control_of
from fgsm.survey import load_survey
from fgsm.ui.wire import packed


def engine_data() -> str:
    """The models' parameters, what FGSM does to every built-in digit, and the controls, as JSON.

    Raises:
        OSError, ValueError: a file of the project is missing or damaged.
    """
    found: dict[str, dict[str, Any]] = {"models": {}, "surveys": {}, "controls": {}}
    for key, model in MODELS.items():
        state = load_model(key, torch.device("cpu")).state_dict()
        found["models"][key] = {
            "architecture": model.architecture.__name__,
            "parameters": {
                name: _in_base64(values.contiguous().numpy().astype("<f4").tobytes())
                for name, values in state.items()
            },
        }
        found["controls"][key] = packed(control_of(key))
        if model.survey.is_file():
            # By digit, since along epsilon a prediction changes once or twice.
            by_digit = load_survey(model, BUILTIN.key).predictions.T.byte().contiguous()
            bytes_ = zlib.compress(by_digit.numpy().tobytes(), 9)
            found["surveys"][key] = {FGSM.key: _in_base64(bytes_)}
    return json.dumps(found)


def _in_base64(content: bytes) -> str:
    return base64.b64encode(content).decode("ascii")
