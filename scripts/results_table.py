"""The README's results, from the cards in `weights/`.

    python -m scripts.results_table

Replaces the table in README.md, and the sentence on the softmax regression, so that no figure of
ours is typed by hand.
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
SENTENCE = re.compile(r"At ε = \.25 our softmax.*?\n(?=\n)", re.DOTALL)
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


def sentence() -> str:
    """Our softmax regression beside that of the paper."""
    card = json.loads((WEIGHTS / "softmax.json").read_text("utf-8"))
    (found,) = (result for result in card["results"]["fgsm"] if result["epsilon"] == 0.25)
    error, confidence = 1 - found["accuracy"], found["mean_confidence_wrong"]
    return (
        f"At ε = .25 our softmax regression errs on {error:.1%} of digits, with a mean confidence\n"
        f"of {confidence:.1%}; the FGSM paper reports 99.9% and 79.3% for its own.\n"
    ).replace("%", " %")


def main() -> None:
    """Put the table and the sentence into the README."""
    text = README.read_text("utf-8")
    text = TABLE.sub(lambda _: table(), text)
    README.write_text(SENTENCE.sub(lambda _: sentence(), text), "utf-8")


if __name__ == "__main__":
    main()
