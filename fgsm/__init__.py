"""The Fast Gradient Sign Method on MNIST: the science, without any page around it.

    from fgsm import builtin_digits, fgsm, load_model, sweep

Read the modules in this order:

- `files`: what may be wrong with a file of the project.
- `model`: the networks.
- `checks`: what the attacks ask of their arguments.
- `attack`: the method and its relatives.
- `readings`: what a network reads in the attacked images.
- `frames`: pictures of eight bits, and what became of the pixels.
- `digits`, `drawing`, `picture`: where images come from.
- `styles`, `strokes`: synthetic drawings, for training.
- `explain`: why the attack works, in numbers.
- `catalogue`: which attacks, models, epsilons and digits there are.
- `evaluate`: accuracy under attack.
- `survey`: what the attack does to every single digit.
- `card`, `train`: what a model is worth, and how ours were trained.

Then come `service`, which answers questions about all of this, and `ui`, the page. `engine` is the
same as science and service, in JavaScript, and `export` writes the page that asks it instead of a
server. None of the modules above imports any of them.
"""

from typing import TYPE_CHECKING

__version__ = "0.2.0"
"""The only place that states the version: the package's metadata are made from it."""

__all__ = ["builtin_digits", "fgsm", "load_model", "show", "sweep"]

if TYPE_CHECKING:
    from fgsm.attack import fgsm
    from fgsm.catalogue import load_model
    from fgsm.digits import builtin_digits
    from fgsm.readings import sweep
    from fgsm.ui.notebook import show
else:
    # Imported when first used: PyTorch takes a second or two, and code that needs only the version,
    # or a module without PyTorch, does not wait for it. Type checkers read the lines above instead.
    from importlib import import_module

    # None of these functions may share its name with a module of this package: importing the module
    # would replace the function.
    _HOME = {
        "builtin_digits": "digits",
        "fgsm": "attack",
        "load_model": "catalogue",
        "show": "ui.notebook",
        "sweep": "readings",
    }

    def __getattr__(name):
        """Import a function of `__all__` from its module, and keep it: this runs once per name."""
        if name not in _HOME:
            raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
        globals()[name] = value = getattr(import_module(f"{__name__}.{_HOME[name]}"), name)
        return value

    def __dir__():
        """All names, including the functions that have not been imported yet."""
        return sorted({*globals(), *__all__})
