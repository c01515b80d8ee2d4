"""The stage in a real browser: digits, epsilon, attacks and models, as people use them."""

from itertools import product
from pathlib import Path

import pytest
from playwright.sync_api import expect
from torch import Tensor, nn

from fgsm.readings import predict
from tests.browser import Stage
from tests.helpers import FIRST, ask


def test_opens_on_a_digit_already_fooled(stage: Stage) -> None:
    assert stage.verdict().startswith("Fooled: 4 →")
    assert stage.reading("clean") == 4 and stage.reading("adversarial") != 4
    assert stage.breaking_point() is not None and stage.epsilon() > (stage.breaking_point() or 1)


def test_zero_epsilon_is_the_clean_digit(stage: Stage) -> None:
    stage.set_epsilon(0)
    assert stage.picture("adversarial") == stage.picture("clean")
    assert stage.reading("adversarial") == stage.reading("clean")
    assert stage.text(".adversarial .reading span") == stage.text(".clean .reading span")
    assert stage.verdict() == "Still 4"
    assert stage.text(".moved").startswith("0 of 784 pixels moved. ")
    assert stage.text(".survives") == ""  # nothing was attacked
    stage.page.click("[data-view=change]")
    assert len(set(stage.picture("change"))) == 1  # neutral everywhere


def test_picks_with_the_mouse(stage: Stage) -> None:
    stage.pick(301)
    assert "a 3" in stage.text(".clean figcaption")
    assert stage.page.get_attribute("[data-index='301']", "aria-current") == "true"
    assert stage.page.locator("[aria-current]").count() == 1


def test_picks_with_the_keyboard(stage: Stage) -> None:
    page = stage.page
    page.focus(".thumbnails [data-index='0']")
    for key, digit in (("ArrowRight", 1), ("ArrowDown", 9), ("ArrowLeft", 8), ("ArrowUp", 0)):
        with stage.answered():
            page.keyboard.press(key)
        assert stage.text(".clean figcaption").endswith(f" {digit}")
    page.keyboard.press("ArrowUp")  # there is nothing above
    assert page.evaluate("document.activeElement.dataset.index") == "0"


def test_pages_classes_and_random(stage: Stage) -> None:
    page = stage.page
    page.click(".classes button:nth-child(6)")  # fours
    names = page.locator(".thumbnails button").evaluate_all("all => all.map(b => b.ariaLabel)")
    assert len(names) == 48 and all(name.startswith("A 4, number 4") for name in names)
    page.click(".pager .next")
    page.click(".pager .next")
    assert stage.text(".page") == "3 / 3" and page.locator(".thumbnails button").count() == 4
    page.click(".pager .previous")
    assert stage.text(".page") == "2 / 3"
    with stage.answered():
        page.click(".any")
    assert "a 4" in stage.text(".clean figcaption")
    assert page.locator(".thumbnails [aria-current]").count() == 1


def test_any_built_in_digit_by_number(stage: Stage) -> None:
    page = stage.page
    assert page.input_value(".by-number input") == "403"
    page.click(".classes button:nth-child(2)")  # only zeros are shown
    with stage.answered():
        page.fill(".by-number input", "999")
        page.press(".by-number input", "Enter")
    assert "a 9" in stage.text(".clean figcaption")
    expect(page.locator("[data-index='999'][aria-current]")).to_be_visible()
    with stage.answered():
        page.click("[data-index='899']")
    assert page.input_value(".by-number input") == "899"
    page.fill(".by-number input", "1000")
    page.press(".by-number input", "Enter")
    expect(page.locator(".notice")).to_contain_text("index is 1000; it must be a whole number from")


def test_any_test_digit_by_number(stage: Stage, mnist_root: Path) -> None:
    with stage.answered():
        stage.page.fill(".by-number input", "0")
        stage.page.select_option(".by-number select", label="MNIST test digits")
    assert "a 7" in stage.text(".clean figcaption")  # MNIST's test set begins with a seven
    stage.page.fill(".by-number input", "10000")
    stage.page.press(".by-number input", "Enter")
    expect(stage.page.locator(".notice")).to_contain_text("from 0 to 9999")
    assert "a 7" in stage.text(".clean figcaption")
    stage.page.click(".notice .close")
    expect(stage.page.locator(".notice")).to_be_hidden()
    stage.page.click(".by-number input")
    stage.page.keyboard.type("--")  # no number at all
    stage.page.keyboard.press("Enter")
    expect(stage.page.locator(".notice")).to_contain_text("from 0 to 9999")


def test_dragging_asks_nobody(stage: Stage) -> None:
    page = stage.page
    page.wait_for_timeout(500)
    requests: list[str] = []
    page.on("request", lambda request: requests.append(request.url))
    box = page.locator(".epsilon input[type=range]").bounding_box()
    assert box is not None
    middle = box["y"] + box["height"] / 2
    page.mouse.move(box["x"] + box["width"] / 2, middle)
    page.mouse.down()
    seen = set()
    for step in range(20):
        page.mouse.move(box["x"] + box["width"] * step / 20, middle)
        stage.settle()
        seen.add((stage.epsilon(), stage.text(".at")))
        assert f"at ε = {page.input_value('.epsilon .number')}" in stage.text(".at")
    page.mouse.up()
    assert len(seen) >= 19
    assert requests == []


def test_keys_and_buttons_move_epsilon(stage: Stage) -> None:
    page = stage.page
    stage.set_epsilon(0.2)
    page.click(".up")
    page.click(".up")
    page.click(".down")
    stage.settle()
    assert stage.epsilon() == 0.205
    page.focus(".epsilon input[type=range]")
    page.keyboard.press("ArrowRight")
    stage.settle()
    assert stage.epsilon() == 0.21
    page.keyboard.press("-")
    stage.settle()
    assert stage.epsilon() == 0.205
    page.keyboard.press("Home")
    page.keyboard.press("-")
    stage.settle()
    assert stage.epsilon() == 0


def test_shortcuts_work_wherever_the_focus_is(stage: Stage) -> None:
    page = stage.page
    stage.set_epsilon(0.2)
    page.evaluate("document.activeElement.blur()")
    page.keyboard.press("+")  # as on a fresh page, where nothing has the focus
    stage.settle()
    assert stage.epsilon() == 0.205
    page.focus("[data-index='403']")
    for _ in range(3):  # the thumbnails are replaced each time
        with stage.answered():
            page.keyboard.press("r")
        assert page.evaluate("document.activeElement.hasAttribute('aria-current')")
    page.click(".epsilon .number")
    page.keyboard.press("b")  # this is typing
    page.click("#how-button")
    page.keyboard.press("b")  # and here the stage is not visible
    stage.settle()
    assert stage.epsilon() == 0.205


@pytest.mark.parametrize("typed", ["", "7", "-1", "0.5001"])
def test_a_number_out_of_range_is_put_right(stage: Stage, typed: str) -> None:
    stage.set_epsilon(0.2)
    stage.page.fill(".epsilon .number", typed)
    stage.page.press(".epsilon .number", "Tab")
    stage.settle()
    assert stage.epsilon() == 0.2 and stage.page.input_value(".epsilon .number") == "0.20"


def test_the_page_says_why_pixels_did_not_move_and_what_saving_does(stage: Stage) -> None:
    answer = ask("attack", FIRST)["stages"][0]
    for k in (24, 100):
        stage.set_epsilon(k / 200)
        rest = 784 - answer["moved"][k]
        words = stage.text(".moved")
        assert words.startswith(f"{answer['moved'][k]} of 784 pixels moved; ")
        assert f"other {rest} were already black or white" in words
        assert stage.text(".survives") == (
            "Same reading after saving as PNG"
            if answer["survives"][k]
            else "Another reading after saving as PNG"
        )
    assert "ε* is the smallest ε of the slider that fools" in stage.text(".bound")


def test_jumps_to_the_breaking_point(stage: Stage) -> None:
    stage.set_epsilon(0.4)
    stage.page.click(".jump")
    stage.settle()
    breaking_point = stage.breaking_point()
    assert breaking_point is not None and stage.epsilon() == breaking_point
    assert stage.verdict().startswith("Fooled")
    stage.page.click(".down")
    stage.settle()
    assert stage.verdict() == "Still 4"
    stage.page.keyboard.press("b")
    stage.settle()
    assert stage.epsilon() == breaking_point


def test_the_chart_sets_epsilon(stage: Stage) -> None:
    box = stage.page.locator(".plot").bounding_box()
    assert box is not None
    stage.page.mouse.move(box["x"] + box["width"] * 0.8, box["y"] + 50)
    stage.page.mouse.down()
    stage.settle()
    assert stage.epsilon() == pytest.approx(0.4, abs=0.005)
    stage.page.mouse.move(box["x"] + box["width"] * 0.2, box["y"] + 50, steps=5)
    stage.page.mouse.up()
    stage.settle()
    assert stage.epsilon() == pytest.approx(0.1, abs=0.005)


@pytest.mark.parametrize("attack", ["fgsm", "targeted", "iterative", "random", "reversed"])
def test_each_attack(stage: Stage, attack: str) -> None:
    page = stage.page
    fools = attack in ("fgsm", "targeted", "iterative")
    with stage.answered():
        page.select_option(".model-menu", "softmax" if fools else "lenet-robust")
    if attack != "fgsm":
        with stage.answered():
            page.select_option(".attack-menu", attack)
    assert page.locator(".target").is_visible() == (attack == "targeted")
    stage.set_epsilon(0.3)
    if attack == "targeted":
        assert stage.verdict().startswith(("Target hit: 4 →", "Target missed: 4 →"))
    elif fools:
        assert stage.verdict().startswith("Fooled: 4 →")
    else:
        assert stage.verdict() == "Still 4"
        assert page.is_disabled(".jump") == (stage.breaking_point() is None)
    if attack == "iterative":
        expect(page.locator("[data-view=direction]")).to_be_disabled()


def test_a_chosen_target(stage: Stage) -> None:
    with stage.answered():
        stage.page.select_option(".attack-menu", "targeted")
    with stage.answered():
        stage.page.select_option(".target select", "9")
    assert "−ε" in stage.text(".change figcaption")
    stage.set_epsilon(0.25)
    assert stage.verdict() == "Target hit: 4 → 9"


def test_another_error_than_the_target_is_no_success(stage: Stage) -> None:
    """And where the target is reached is marked beside the breaking point."""
    page = stage.page
    for index, target in product(range(400, 450), (0, 2, 3, 8)):
        request = {**FIRST, "attack": "targeted", "index": index, "target": target}
        answer = ask("attack", request)["stages"][0]
        breaks, reached = answer["breaking_point"], answer["reached"]
        if breaks and reached and breaks < reached:
            break
    with stage.answered():
        stage.show(request, 0)
    assert stage.verdict() == "Still 4"
    page.keyboard.press("b")
    stage.settle()
    assert stage.epsilon() == breaks and stage.verdict().startswith("Target missed: 4 → ")
    page.keyboard.press("b")  # on to the next mark
    stage.settle()
    assert stage.epsilon() == reached and stage.verdict() == f"Target hit: 4 → {target}"
    at = f"{reached:.3f}".removesuffix("0")
    assert stage.text(".also").endswith(f"target {target} at ε = {at}")
    assert [stage.text(".breaks", i) for i in (0, 1)] == ["▼ ε*", f"▼ → {target}"]
    assert [stage.text(".mark span", i) for i in (0, 1)] == ["ε*", f"→ {target}"]
    expect(page.locator(".compare")).to_contain_text(f"Targeted FGSM reaches {target} at ε =")
    expect(page.locator(".compare .is-shown b")).to_have_text(at)


def test_ten_steps_come_in_parts_and_end_up_whole(stage: Stage) -> None:
    page = stage.page
    page.evaluate(
        """() => {
             window.seen = [];
             const look = () => {
               const text = (name) => document.querySelector(name).textContent;
               window.seen.push([text(".what"), text(".at"), text(".also"), text(".compare")]);
             };
             new MutationObserver(look).observe(document.querySelector(".live"),
               { attributes: true, attributeFilter: ["data-shown"] });
           }"""
    )
    stage.set_epsilon(0.17)
    with stage.answered():
        page.select_option(".attack-menu", "iterative")
    seen = page.evaluate("seen")
    assert len(seen) == 3
    for what, at, also, compare in seen[:-1]:  # the epsilon that is shown, before all the rest
        assert what == "Iterative FGSM on LeNet" and at == "at ε = 0.17"
        assert also == "looking for ε* …"
        assert "FGSM breaks at ε* =" not in compare or compare.startswith("Iterative FGSM")
    answer = ask("attack", {**FIRST, "attack": "iterative"})["stages"][0]
    assert stage.breaking_point() == answer["breaking_point"]
    for k in (1, 34, 35, 100):
        stage.set_epsilon(k / 200)
        assert stage.reading("adversarial") == answer["predictions"][k]
        assert stage.text(".at") == f"at ε = {k / 200:.3f}".removesuffix("0")


def test_nothing_stale_stands_beside_something_new(stage: Stage) -> None:
    """While the server takes its time, what is shown names the attack that it is of."""
    page = stage.page
    page.evaluate(
        """() => {
             const send = window.fetch;
             window.fetch = async (...all) => {
               const isIterative = String(all[1]?.body).includes('"iterative"');
               if (isIterative) await new Promise((done) => setTimeout(done, 600));
               return send(...all);
             };
           }"""
    )
    compared = stage.text(".compare")
    with stage.answered():
        page.select_option(".attack-menu", "iterative")
        page.wait_for_timeout(350)
        assert stage.text(".what") == "FGSM on LeNet" and stage.text(".compare") == compared
        assert page.get_attribute(".stage", "aria-busy") == "true"
        expect(page.locator(".what")).to_have_text("Iterative FGSM on LeNet")
        assert stage.text(".compare").startswith("Iterative FGSM breaks at ε* = Softmax: …")
    expect(page.locator(".compare.is-partial")).to_have_count(0)
    assert "…" not in stage.text(".compare")


def test_the_comparison_asks_only_for_what_the_stage_does_not_have(stage: Stage) -> None:
    bodies: list[str] = []
    stage.page.on("request", lambda request: bodies.append(request.post_data or ""))
    with stage.answered():
        stage.page.select_option(".attack-menu", "random")
    expect(stage.page.locator(".compare.is-partial")).to_have_count(0)
    asked = [body for body in bodies if '"compared"' in body]
    assert len(asked) == 1 and '"compared":["softmax","lenet-robust"]' in asked[0]
    with stage.answered():
        stage.page.select_option(".model-menu", "softmax")
    stage.page.wait_for_timeout(400)
    assert len([body for body in bodies if '"compared"' in body]) == 1  # all is known


def test_a_digit_misread_before_any_attack(
    stage: Stage, lenet: nn.Module, builtin: tuple[Tensor, Tensor]
) -> None:
    prediction = predict(lenet, builtin[0]).argmax(1)
    index = int((prediction != builtin[1]).nonzero()[0])
    label = index // 100
    stage.page.click(f".classes button:nth-child({label + 2})")
    for _ in range(index % 100 // 48):
        stage.page.click(".pager .next")
    with stage.answered():
        stage.page.click(f"[data-index='{index}']")
    stage.set_epsilon(0)
    article = "an" if label == 8 else "a"
    words = f"Wrong before any attack: {article} {label} read as {int(prediction[index])}"
    assert stage.verdict() == words
    expect(stage.page.locator(".jump")).to_be_disabled()
    expect(stage.page.locator(".breaks")).to_be_hidden()
    expect(stage.page.locator(".compare .is-shown b")).to_have_text(
        f"already misread ({int(prediction[index])})"
    )


def test_an_attack_may_put_a_misread_digit_right(stage: Stage) -> None:
    """And where it does, the page says so."""
    asked = {**FIRST, "attack": "reversed"}  # towards the label: plain FGSM leads away from it
    answers = ((i, ask("attack", {**asked, "index": i})["stages"][0]) for i in range(1000))
    index, right = next(
        (index, answer["right_again"])
        for index, answer in answers
        if answer["predictions"][0] != answer["label"] and answer["right_again"] is not None
    )
    with stage.answered():
        stage.page.select_option(".attack-menu", "reversed")
    with stage.answered():
        stage.show({**asked, "index": index}, 0)
    before, label = stage.reading("clean"), index // 100
    assert stage.verdict().startswith("Wrong before any attack")
    assert stage.text(".also") == f"corrected at ε = {right:.3f}".removesuffix("0")
    stage.set_epsilon(right)
    assert stage.reading("adversarial") == label
    assert stage.verdict() == f"Corrected by the attack: {before} → {label}"


@pytest.mark.parametrize("model", ["lenet-robust", "softmax"])
def test_each_model_and_the_comparison(stage: Stage, model: str) -> None:
    with stage.answered():
        stage.page.select_option(".model-menu", model)
    names = {"lenet": "LeNet", "lenet-robust": "Robust LeNet", "softmax": "Softmax"}
    expect(stage.page.locator(".compare .is-shown")).to_contain_text(names[model])
    point = stage.breaking_point()
    shown = stage.text(".compare .is-shown b")
    assert shown == ("holds up to 0.5" if point is None else f"{point:.3f}".removesuffix("0"))


def test_twins_side_by_side(stage: Stage) -> None:
    with stage.answered():
        stage.page.check(".twin")
    assert [stage.text(".what", i) for i in (0, 1)] == ["FGSM on LeNet", "FGSM on Robust LeNet"]
    assert stage.picture("clean", 0) == stage.picture("clean", 1)
    assert stage.picture("change", 0) != stage.picture("change", 1)
    stage.set_epsilon(0.15)
    assert stage.verdict(0).startswith("Fooled") and stage.verdict(1).startswith("Still")
    with stage.answered():
        stage.page.uncheck(".twin")
    assert stage.page.locator(".verdict").count() == 1
