"""Starts the page where there is only the installed package: `python -m fgsm.ui`."""

from fgsm.ui.launch import launch
from fgsm.ui.page import page

if __name__ == "__main__":
    launch(page())
