"""The README's results table, from the cards in `weights/`.

    python -m scripts.results_table

Replaces the table in README.md, so that no figure is typed by hand.
"""

import json
import re
from pathlib import Path

from fgsm.evaluate import ARTICLE_EPSILONS
from fgsm.model import ARCHITECTURES, WEIGHTS

README = Path(__file__).resolve().parent.parent / "README.md"
METHODS = {
    "fgsm": "FGSM",
    "iterative": "10 steps",
    "pgd-40": "PGD, 40 steps",
    "random": "random signs",
}
TABLE = re.compile(r"\| model \| attack \|.*?\n(?=\n)", re.DOTALL)


def table() -> str:
    """The table, as Markdown."""
    epsilons = [f"{epsilon:g}".removeprefix("0") for epsilon in ARTICLE_EPSILONS[1:]]
    lines = [f"| model | attack | ε = 0 | {' | '.join(epsilons)} |", "|---" * 9 + "|"]
    for name in ARCHITECTURES:
        card = json.loads((WEIGHTS / f"{name}.json").read_text("utf-8"))
        for method, title in METHODS.items():
            found = {result["epsilon"]: result for result in card["results"][method]}
            cells = [f"{found[epsilon]['accuracy']:.2%}" for epsilon in ARTICLE_EPSILONS]
            lines.append(f"| {name} | {title} | {' | '.join(cells)} |".replace("%", " %"))
    return "\n".join(lines) + "\n"


def main() -> None:
    """Put the table into the README."""
    text = README.read_text("utf-8")
    README.write_text(TABLE.sub(lambda _: table(), text), "utf-8")


if __name__ == "__main__":
    main()
