"""The tour, in a real browser."""

import pytest
from playwright.sync_api import expect

from fgsm.catalogue import EPSILONS
from fgsm.service.request import AttackRequest
from tests.browser import Stage
from tests.helpers import DESKTOP, FIRST, PHONE, TOUR, check_step


def test_the_tours_requests_can_be_answered() -> None:
    assert 6 <= len(TOUR) <= 10
    for step in TOUR:
        assert {"title", "text", "target"} <= step.keys()
        assert step.keys() <= {
            *("title", "text", "target", "show", "epsilon", "tab", "open", "side")
        }
        if "tab" in step:
            assert step["tab"] in ("test-set", "how")
        else:
            assert step["epsilon"] in EPSILONS
        if "show" in step:
            AttackRequest.parse({**FIRST, **step["show"]})


@pytest.mark.parametrize("context", [DESKTOP, PHONE], indirect=True, ids=["desktop", "phone"])
def test_the_tour_from_start_to_end(stage: Stage) -> None:
    page = stage.page
    page.click(".start-tour")
    for number in range(len(TOUR)):
        check_step(stage, number)
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
        page.click(".tour .next")
    expect(page.locator(".tour")).to_be_hidden()
    assert page.locator(".is-pointed-at").count() == 0


def test_the_tour_tells_no_lies(stage: Stage) -> None:
    """What the words say about the stage can be seen on it."""
    page = stage.page
    page.click(".start-tour")
    verdicts = []
    for number, step in enumerate(TOUR):
        check_step(stage, number)
        if "tab" not in step:
            assert stage.shown()["request"].items() >= {**FIRST, **step.get("show", {})}.items()
            panels = page.locator(".live .verdict .words").count()
            verdicts.append([stage.verdict(i) for i in range(panels)])
        page.keyboard.press("ArrowRight")
    assert verdicts[0] == verdicts[1] == ["Still 4"]
    assert verdicts[2][0].startswith("Fooled: 4 → ") and verdicts[2] == verdicts[3]
    assert verdicts[4] == ["Still 4"]  # random signs
    assert verdicts[5][0].startswith("Fooled: 4") and verdicts[5][1] == "Still 4"  # twins


def test_the_tour_by_keyboard(stage: Stage) -> None:
    page = stage.page
    page.focus(".start-tour")
    page.keyboard.press("Enter")
    for number in range(len(TOUR)):
        check_step(stage, number)
        if number + 1 < len(TOUR):
            page.keyboard.press("ArrowRight")
    for number in reversed(range(len(TOUR) - 1)):
        page.keyboard.press("ArrowLeft")
        check_step(stage, number)
    expect(page.locator(".tour .back")).to_be_disabled()
    page.keyboard.press("ArrowLeft")
    check_step(stage, 0)
    page.focus(".tour .next")
    page.keyboard.press("Enter")
    check_step(stage, 1)


@pytest.mark.parametrize(
    ("step", "where"),
    [
        (0, ".tour .next"),
        (2, "#fgsm-epsilon"),
        (2, ".epsilon .number"),
        (3, ".attack-menu"),
        (7, ".run-epsilons"),
        (8, ".start-tour"),
        (4, None),
    ],
)
def test_escape_leaves_the_tour_from_anywhere(stage: Stage, step: int, where: str | None) -> None:
    page = stage.page
    page.click(".start-tour")
    for number in range(step):
        check_step(stage, number)
        page.click(".tour .next")
    check_step(stage, step)
    if where:
        page.locator(where).first.focus()
    else:
        page.evaluate("document.activeElement.blur()")
    page.keyboard.press("Escape")
    expect(page.locator(".tour")).to_be_hidden()
    assert page.locator(".is-pointed-at").count() == 0
    assert page.evaluate("document.activeElement.className") == "start-tour"
    page.keyboard.press("Enter")
    check_step(stage, 0)


def test_arrow_keys_in_the_tour_keep_their_own_meaning(stage: Stage) -> None:
    page = stage.page
    page.click(".start-tour")
    for number in range(2):
        check_step(stage, number)
        page.click(".tour .next")
    check_step(stage, 2)
    page.focus("#fgsm-epsilon")
    page.keyboard.press("ArrowRight")
    stage.settle()
    assert stage.epsilon() == TOUR[2]["epsilon"] + 0.005  # the slider moved, the tour did not
    expect(page.locator(".tour .count")).to_have_text(f"3 of {len(TOUR)}")
