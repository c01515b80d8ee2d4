"""What the answers are computed with: the device, the models, and the digit that is asked for."""

import functools

import torch
from torch import Tensor

from fgsm.catalogue import BUILTIN, MNIST_TEST, Source, load_model
from fgsm.digits import MnistMissing, builtin_digits, mnist_digits
from fgsm.drawing import to_mnist
from fgsm.model import available_device
from fgsm.picture import as_it_is
from fgsm.readings import predict
from fgsm.service.request import DigitRequest

device = functools.cache(available_device)
model_of = functools.cache(load_model)
"""The model with that key; each is loaded once."""
mnist_test = functools.cache(functools.partial(mnist_digits, train=False))
"""MNIST's test set. Once it has been read, it stays, whatever becomes of its files; while it is
missing it is looked for again at each call."""


def data_set(source: str) -> tuple[Tensor, Tensor]:
    """The images and labels of a data set, by its key in the catalogue, on the CPU.

    Raises:
        MnistMissing: the test set is asked for but is not there.
    """
    return builtin_digits() if source == BUILTIN.key else mnist_test()


def digits_here() -> tuple[Source, Tensor, Tensor]:
    """The larger of the data sets on this machine, its images and labels, on the CPU."""
    try:
        return MNIST_TEST, *mnist_test()
    except MnistMissing:
        return BUILTIN, *builtin_digits()


def has_mnist_test() -> bool:
    """Whether the test set is what `digits_here` gives."""
    return digits_here()[0] is MNIST_TEST


def digit_of(request: DigitRequest) -> tuple[Tensor, Tensor]:
    """The image `(1, 1, 28, 28)` and its label `(1,)`, on the device.

    A drawing or a picture has no true label: until someone names it, the prediction of the model
    shown is its label, which is attacked in every model that is compared.

    Raises:
        ValueError: there is no digit in the drawing.
        MnistMissing: the test set is asked for but is not there.
    """
    if request.pixels is not None:
        image = as_it_is(request.pixels)
    elif request.drawing is not None:
        image = to_mnist(request.drawing)
    else:
        images, labels = data_set(request.source)
        which = slice(request.index, request.index + 1)
        return images[which].to(device()), labels[which].to(device())
    image = image.to(device())
    if request.label is None:
        return image, predict(model_of(request.models[0].key), image).argmax(1)
    return image, torch.tensor([request.label], device=image.device)
