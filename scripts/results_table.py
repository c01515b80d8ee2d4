"""The README's results, from the cards in `weights/`.

    python -m scripts.results_table

Replaces the table in README.md, and the sentence on the softmax regression, so that no result
of ours is typed by hand.
"""

import re
from pathlib import Path

from fgsm.card import Card, load_card
from fgsm.catalogue import ARTICLE_EPSILONS, FGSM, MODELS, SOFTMAX, Model, attacks_offered

README = Path(__file__).resolve().parent.parent / "README.md"
SENTENCE = re.compile(r"At ε = 0\.25 our softmax.*?\n(?=\n)", re.DOTALL)
TABLE = re.compile(r"\| model \| attack \|.*?\n(?=\n)", re.DOTALL)


def table() -> str:
    """The table, as Markdown."""
    epsilons = [f"{epsilon:.2f}" for epsilon in ARTICLE_EPSILONS[1:]]
    lines = [f"| model | attack | ε = 0 | {' | '.join(epsilons)} |", "|---" * 9 + "|"]
    for model in MODELS.values():
        results = card_of(model)["results"]
        for key, attack in attacks_offered("cards").items():
            found = {result["epsilon"]: result for result in results[key]}
            cells = [f"{found[epsilon]['accuracy']:.2%}" for epsilon in ARTICLE_EPSILONS]
            row = f"| {model.title} | {attack.name} | {' | '.join(cells)} |"
            lines.append(row.replace("%", " %"))
    return "\n".join(lines) + "\n"


def sentence() -> str:
    """Our softmax regression compared with the paper's."""
    results = card_of(SOFTMAX)["results"][FGSM.key]
    (found,) = (result for result in results if result["epsilon"] == 0.25)
    error, confidence = 1 - found["accuracy"], found["mean_confidence_wrong"]
    return (
        f"At ε = 0.25 our softmax regression errs on {error:.1%} of digits, with a mean\n"
        f"confidence of {confidence:.1%}; the FGSM paper reports 99.9% and 79.3% for its own.\n"
    ).replace("%", " %")


def card_of(model: Model) -> Card:
    """The model's card, which must be there."""
    card = load_card(model)
    assert card is not None
    return card


def main() -> None:
    """Put the table and the sentence into the README."""
    text = README.read_text("utf-8")
    text = TABLE.sub(lambda _: table(), text)
    README.write_text(SENTENCE.sub(lambda _: sentence(), text), "utf-8")


if __name__ == "__main__":
    main()
