"""The Fast Gradient Sign Method on MNIST: the science, without any page around it.

    from fgsm import builtin_digits, fgsm, load_model, sweep

Read the modules in this order: `model` (the networks), `attack` (the method), `digits` and
`drawing` (where images come from), `evaluate` (accuracy under attack), `train` (our weights),
`frames` (what is shown of it).
Nothing here imports `fgsm.ui`, which is the page.
"""

from typing import TYPE_CHECKING

__version__ = "0.2.0"
"""The one place where the version stands: the package's metadata are made from it."""

__all__ = ["builtin_digits", "fgsm", "load_model", "sweep"]

if TYPE_CHECKING:
    from fgsm.attack import fgsm, sweep
    from fgsm.digits import builtin_digits
    from fgsm.model import load_model
else:
    # Imported when first asked for: PyTorch takes a second or two, and who wants the version, or a
    # module that does without, need not wait. Type checkers read the lines above instead.
    from importlib import import_module

    # A name must not also be that of a module of this package: importing the module would put it
    # in the function's place.
    _HOME = {
        "builtin_digits": "digits",
        "fgsm": "attack",
        "load_model": "model",
        "sweep": "attack",
    }

    def __getattr__(name):
        """A function of `__all__`, from its module; kept, so that this is asked once per name."""
        if name not in _HOME:
            raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
        globals()[name] = value = getattr(import_module(f"{__name__}.{_HOME[name]}"), name)
        return value

    def __dir__():
        """With the functions that have not been asked for yet."""
        return sorted({*globals(), *__all__})
