"""The lesson in `docs/teaching.md`: links can be opened, and answers are what the service says.

An answer stands in a table's column "Answer", beside its link, in the words of `CLAIMS`; so nothing
there is true because somebody says so. If models are trained anew, the tests say what is so now.
"""

import base64
import re
from collections.abc import Callable, Iterator
from functools import cache
from urllib.parse import parse_qsl, urlsplit

import pytest
import torch

from fgsm import service
from fgsm.card import Card, load_card
from fgsm.catalogue import EPSILONS, IMAGE, MODELS
from fgsm.service.answer import Stage
from fgsm.service.request import AttackRequest, CompareRequest
from fgsm.ui.link import HIDEABLE, link
from tests.browser import ROOT

TEXT = (ROOT / "docs" / "teaching.md").read_text("utf-8")
LINK = re.compile(r"\[[^\]]+\]\((http://127\.0\.0\.1:7860/[^)]*)\)")
LINKS = LINK.findall(TEXT)
NUMBER = r"(\d+(?:\.\d+)?)"


def said(address: str) -> dict[str, str]:
    """What a link says, by name; all of it must be known."""
    query, fragment = urlsplit(address).query, urlsplit(address).fragment
    pairs = parse_qsl(fragment, strict_parsing=True)
    assert not query and len(dict(pairs)) == len(pairs)
    known = {"d", "e", "a", "m", "to", "twin", "pad", "tab", "figure", "hide"}
    assert {"d", "e", "a", "m"} <= {name for name, _ in pairs} <= known, address
    return dict(pairs)


def unpacked(text: str) -> bytes:
    """The picture of a link, if it is packed as runs, as every picture of a digit is."""
    kind, *runs = base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
    assert kind == 1
    return b"".join(bytes([value]) * n for n, value in zip(runs[::2], runs[1::2], strict=True))


def asked(address: str) -> dict[str, object]:
    """The request that the page would make."""
    values = said(address)
    source, dash, which = values["d"].rpartition("-")
    is_image = source == IMAGE.key
    return {
        "source": source if dash else "builtin",
        "index": 0 if is_image else int(which),
        "pixels": base64.b64encode(unpacked(which)).decode() if is_image else None,
        "attack": values["a"],
        "model": values["m"],
        "target": int(values["to"]) if "to" in values else None,
        "twin": values.get("twin") == "1",
    }


@cache
def stage(address: str) -> Stage:
    return service.attack(AttackRequest.parse(asked(address))).stages[0]


def k_of(address: str) -> int:
    return EPSILONS.index(float(said(address)["e"]))


def card(address: str) -> Card:
    found = load_card(MODELS[said(address)["m"]])
    assert found is not None
    return found


def sure(probabilities: torch.Tensor) -> str:
    """As the page writes it, see `percent` in `words.js`; here it is never below 0.1 %."""
    most = float(probabilities.max())
    return "> 99.9 % sure" if most > 0.9995 else f"{100 * most:.1f} % sure"


def read(address: str, k: int, how_sure: bool) -> str:
    swept = stage(address)
    end = f", {sure(swept.probabilities[k])}" if how_sure else ""
    return f"{swept.predictions[k]}{end}"


def point(epsilon: float | None, name: str) -> str:
    return f"no {name}" if epsilon is None else f"{name} = {in_decimals(epsilon)}"


def in_decimals(epsilon: float) -> str:
    return f"{epsilon:.3f}".removesuffix("0")


def reached(address: str) -> str:
    target, epsilon = stage(address).target, stage(address).reached
    return (
        f"never reaches {target}"
        if epsilon is None
        else f"reaches {target} at {in_decimals(epsilon)}"
    )


def compared(address: str) -> str:
    points = service.compare(CompareRequest.parse(asked(address))).breaking_points
    ranked = sorted(MODELS.values(), key=lambda model: model.rank)
    return ", ".join(f"{model.title} {points[model.key]}" for model in ranked)


def accuracy(address: str) -> str:
    results = card(address)["results"][said(address)["a"]]
    (found,) = (each for each in results if each["epsilon"] == float(said(address)["e"]))
    return f"{100 * found['accuracy']:.2f} %"


def before(address: str, claim: str) -> str:
    digit, _, end = read(address, 0, "sure" in claim).partition(",")
    return f"read as {digit} before the attack{',' + end if end else ''}"


CLAIMS: dict[str, Callable[[str, str], str]] = {
    r"it is an? \d": lambda at, claim: f"it is {claim.split()[2]} {stage(at).label}",
    r"read as \d before the attack(, .* sure)?": before,
    r"read as \d(, .* sure)?": lambda at, claim: f"read as {read(at, k_of(at), 'sure' in claim)}",
    rf"no ε\*|ε\* = {NUMBER}": lambda at, _: point(stage(at).breaking_point, "ε*"),
    rf"right again at {NUMBER}": lambda at, _: f"right again at {stage(at).right_again}",
    rf"reaches \d at {NUMBER}|never reaches \d": lambda at, _: reached(at),
    r"\d+ pixels moved": lambda at, _: f"{int(stage(at).moved[k_of(at)])} pixels moved",
    rf"largest change {NUMBER}": lambda at, _: (
        f"largest change {float(stage(at).largest[k_of(at)]):.3f}"
    ),
    r"ε\* of Softmax .*": lambda at, _: f"ε* of {compared(at)}",
    r".* of the test digits are right": lambda at, _: (
        f"{accuracy(at)} of the test digits are right"
    ),
    rf"trained up to ε = {NUMBER}": lambda at, _: (
        f"trained up to ε = {card(at)['recipe']['epsilon']}"
    ),
}


def claims() -> Iterator[tuple[str, str]]:
    """Every claim with its link: the cells of the tables that have a column "Answer"."""
    columns: list[str] = []
    for line in TEXT.splitlines():
        cells = [cell.strip() for cell in line.strip("|").split("|")]
        if not line.startswith("|"):
            columns = []
        elif not columns:
            columns = cells
        elif "Answer" in columns and not set(line) <= set("|-"):
            assert len(cells) == len(columns), line
            (address,) = LINK.findall(cells[columns.index("Link")])
            for claim in cells[columns.index("Answer")].replace("\\*", "*").split("; "):
                yield address, claim


ALL = list(claims())


@pytest.mark.parametrize(("address", "claim"), ALL, ids=[claim for _, claim in ALL])
def test_the_answer_is_true(address: str, claim: str) -> None:
    (tell,) = [tell for form, tell in CLAIMS.items() if re.fullmatch(form, claim)]
    assert tell(address, claim) == claim


def test_there_are_many_answers_of_every_kind() -> None:
    assert len(ALL) >= 40
    for form in CLAIMS:
        assert any(re.fullmatch(form, claim) for _, claim in ALL), form


def test_every_link_can_be_opened() -> None:
    assert len(LINKS) == TEXT.count("http://127.0.0.1:7860/#") >= 35
    for address in LINKS:
        values = said(address)
        AttackRequest.parse(asked(address))
        assert values["e"] == in_decimals(EPSILONS[k_of(address)])
        assert values.get("tab", "how") in ("test-set", "how")
        if "figure" in values:
            assert values["figure"] in [function.__name__ for function in service.FIGURES]
        assert set(values.get("hide", "point").split(",")) <= set(HIDEABLE)


def test_a_link_is_written_as_the_page_writes_it() -> None:
    for address in LINKS:
        values = said(address)
        if {"pad", "tab"} & set(values):
            continue  # `link` says nothing of these
        again = link(
            values["d"],
            epsilon=float(values["e"]),
            attack=values["a"],
            target=int(values["to"]) if "to" in values else None,
            model=values["m"],
            twin="twin" in values,
            hide=values["hide"].split(",") if "hide" in values else (),
        )
        assert urlsplit(address).fragment == again


def test_who_is_asked_where_it_breaks_does_not_see_it() -> None:
    exercise = TEXT[TEXT.index("## Exercise 1") : TEXT.index("<details>")]
    assert LINK.findall(exercise)
    for address in LINK.findall(exercise):
        assert said(address)["hide"] == "point,chart" and k_of(address) == 0


def test_what_is_calculated_beside_the_answers() -> None:
    """And no other decimal stands outside of the answers and links, but what MNIST is known by."""
    prose = LINK.sub("", TEXT)
    for first, sign, second, result in re.findall(rf"{NUMBER} ?([/×]) ?{NUMBER} = {NUMBER}", prose):
        exact = float(first) / float(second) if sign == "/" else float(first) * float(second)
        assert f"{exact:.{len(result.partition('.')[2])}f}" == result
    for _, claim in sorted(ALL, key=lambda each: -len(each[1])):  # some are parts of others
        prose = prose.replace(claim.replace("*", "\\*"), "")
    decimals = set(re.findall(r"\d+\.\d+", prose.replace("127.0.0.1", "").replace("0.0.0.0", "")))
    assert decimals == {"0.12", "0.118", "0.0005", "0.1307", "0.3081", "0.037"}
