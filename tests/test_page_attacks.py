"""The stage in a real browser: attacks, targets and models, and what is said of them."""

import re
from itertools import product

import pytest
from playwright.sync_api import expect
from torch import Tensor, nn

from fgsm.readings import predict
from tests.browser import Stage
from tests.helpers import FIRST, ask


def test_each_attack(stage: Stage) -> None:
    page = stage.page
    for attack in ("fgsm", "targeted", "iterative", "random", "reversed"):
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
            assert stage.verdict().startswith("Fooled: 4 →"), attack
        else:
            assert stage.verdict() == "Still 4", attack
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
    assert stage.text(".compare").startswith("ε that reaches 9: Softmax: ")
    assert stage.text(".bound").startswith("This is the smallest ε of the slider that reaches it: ")


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
    page.keyboard.press(".")
    stage.settle()
    assert stage.epsilon() == breaks and stage.verdict().startswith("Target missed: 4 → ")
    page.keyboard.press(".")  # on to the next mark
    stage.settle()
    assert stage.epsilon() == reached and stage.verdict() == f"Target hit: 4 → {target}"
    at = f"{reached:.3f}".removesuffix("0")
    assert stage.text(".also").endswith(f"target {target} at ε = {at}")
    assert [stage.text(".breaks", i) for i in (0, 1)] == ["▼ ε*", f"▼ → {target}"]
    assert [stage.text(".mark span", i) for i in (0, 1)] == ["ε*", f"→ {target}"]
    expect(page.locator(".compare")).to_contain_text(f"ε that reaches {target}:")
    expect(page.locator(".compare .is-shown b")).to_have_text(at)


def test_ten_steps_come_in_parts_and_end_up_whole(stage: Stage) -> None:
    page = stage.page
    page.evaluate(
        """() => {
             window.seen = [];
             const look = () => {
               const text = (name) => document.querySelector(`.live ${name}`).textContent;
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
        assert compare.startswith("ε* under Iterative FGSM:")
    answer = ask("attack", {**FIRST, "attack": "iterative"})["stages"][0]
    assert stage.breaking_point() == answer["breaking_point"]
    for k in (1, 34, 35, 100):
        stage.set_epsilon(k / 200)
        assert stage.reading("adversarial") == answer["predictions"][k]
        assert stage.text(".live .at") == f"at ε = {k / 200:.3f}".removesuffix("0")


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
        shown = page.wait_for_function(
            """() => document.querySelector(".stage").ariaBusy === "true"
                 && [".what", ".compare"].map((name) => document.querySelector(name).innerText)"""
        ).json_value()
        assert [re.sub(r"\s+", " ", text).strip() for text in shown] == ["FGSM on LeNet", compared]
        expect(page.locator(".what")).to_have_text("Iterative FGSM on LeNet")
        assert stage.text(".compare").startswith("ε* under Iterative FGSM: Softmax: …")
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


def test_an_attack_may_put_a_misread_digit_right(
    stage: Stage, lenet: nn.Module, builtin: tuple[Tensor, Tensor]
) -> None:
    """And where it does, the page says so."""
    asked = {**FIRST, "attack": "reversed"}  # towards the label: plain FGSM leads away from it
    misread = (predict(lenet, builtin[0]).argmax(1) != builtin[1]).nonzero()[:, 0].tolist()
    answers = ((i, ask("attack", {**asked, "index": i})["stages"][0]) for i in misread)
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


def test_a_late_comparison_marks_the_model_that_is_shown_by_then(stage: Stage) -> None:
    """It comes right after another model was shown, before the page would ask again."""
    page = stage.page
    page.evaluate(
        """() => {
             const send = window.fetch;
             window.held = 0;
             window.fetch = async (...all) => {
               const response = await send(...all);
               if (!String(all[1]?.body).includes('"compared"')) return response;
               window.held += 1;
               await new Promise((release) => { window.release = release; });
               return response;
             };
           }"""
    )
    with stage.answered():
        page.select_option(".attack-menu", "random")
    page.wait_for_function("held === 1")
    page.evaluate(
        """() => new MutationObserver(() => release()).observe(document.querySelector(".live"),
             { attributes: true, attributeFilter: ["data-shown"] })"""
    )
    with stage.answered():
        page.select_option(".model-menu", "softmax")
    expect(page.locator(".compare.is-partial")).to_have_count(0)
    expect(page.locator(".compare .is-shown")).to_contain_text("Softmax")


@pytest.mark.parametrize("model", ["lenet-robust", "softmax"])
def test_each_model_and_the_comparison(stage: Stage, model: str) -> None:
    with stage.answered():
        stage.page.select_option(".model-menu", model)
    names = {"lenet": "LeNet", "lenet-robust": "Robust LeNet", "softmax": "Softmax"}
    expect(stage.page.locator(".compare .is-shown")).to_contain_text(names[model])
    point = stage.breaking_point()
    shown = stage.text(".compare .is-shown b")
    assert shown == ("holds up to 0.50" if point is None else f"{point:.3f}".removesuffix("0"))


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
