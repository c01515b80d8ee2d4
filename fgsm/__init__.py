"""The Fast Gradient Sign Method on MNIST: the science, without any page around it.

Read the modules in this order: `model` (the networks), `attack` (the method), `digits` and
`drawing` (where images come from), `evaluate` (accuracy under attack), `train` (our weights),
`frames` (what is shown of it).
Nothing here imports `fgsm.ui`, which is the page.
"""

__version__ = "0.2.0"
"""The one place where the version stands: the package's metadata are made from it."""
