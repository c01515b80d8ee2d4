"""The tab "How it works" in a real browser."""

import re
from dataclasses import replace

import pytest
from playwright.sync_api import Page, expect
from torch import Tensor, nn

from fgsm.catalogue import FGSM, LENET, RANDOM, ROBUST, SOFTMAX
from fgsm.readings import predict
from fgsm.survey import control, load_survey
from fgsm.ui.how import differences, error_and_confidence, read_correctly
from tests.browser import App, Stage
from tests.helpers import (
    FIGURES,
    FIRST,
    PHONE,
    Questions,
    ask,
    figure,
    look_at,
    open_tab,
    show_tab,
)

HEIGHT = "document.documentElement.scrollHeight"


def test_figures_are_computed_when_looked_at(page: Page, app: App) -> None:
    asked = Questions(page)
    stage = Stage(page)
    stage.open(app.url)
    page.wait_for_timeout(500)
    assert not set(asked) & set(FIGURES)  # nobody has opened the tab yet
    show_tab(page, "how")
    expect(figure(page, FIGURES[0]).locator("figcaption")).not_to_have_text("")
    expect(page.locator("#how .katex").nth(10)).to_be_attached()
    height = page.evaluate(HEIGHT)
    page.wait_for_timeout(500)  # for requests of other figures, which are out of view
    in_sight = page.locator("#how .figure").evaluate_all(
        "(all) => all.map((each) => each.getBoundingClientRect().top < innerHeight)"
    )
    assert in_sight[0] and not any(in_sight[3:])
    seen = [name for name, is_in_sight in zip(FIGURES, in_sight, strict=True) if is_in_sight]
    for name in seen:
        expect(figure(page, name).locator("figcaption")).not_to_have_text("")
    assert sorted(set(asked) & set(FIGURES)) == sorted(seen)
    for name in FIGURES:
        drawn = look_at(page, name)
        lines = drawn.locator("path.line[d^=M]").count()
        colours = drawn.locator("canvas").evaluate_all(
            """(all) => all.map((canvas) => new Set(new Uint32Array(canvas.getContext("2d")
                 .getImageData(0, 0, canvas.width, canvas.height).data.buffer)).size)"""
        )
        assert lines > 1 or max(colours) > 1, name
    for name in FIGURES:
        assert asked.count(name) == 1, name
    assert page.locator("#how .figure").count() == len(FIGURES)
    assert page.evaluate(HEIGHT) == pytest.approx(height, rel=0.05)


@pytest.mark.parametrize("context", [PHONE], indirect=True)
def test_a_link_to_a_figure_shows_its_top_on_a_phone(page: Page, app: App) -> None:
    """And what is drawn later has its room already, so that nothing moves while one reads."""
    page.route("**/ask/church_window", lambda route: None)  # it takes its time
    Stage(page).open(f"{app.url}#tab=how&figure=church_window&reach=0.4")
    drawn = figure(page, "church_window")
    expect(drawn.locator("select")).to_have_value("0.4")
    expect(page.locator("#how .katex").nth(10)).to_be_attached()
    height = page.evaluate(HEIGHT)
    page.unroute("**/ask/church_window")
    page.reload()
    expect(drawn.locator("figcaption")).to_contain_text("up to 0.4")
    expect(drawn.locator("select")).to_be_in_viewport()
    for name in FIGURES:
        look_at(page, name)
    assert page.evaluate(HEIGHT) == pytest.approx(height, rel=0.05)


def test_figures_follow_the_stage_when_looked_at_again(how: Stage) -> None:
    page = how.page
    expect(look_at(page, "directions").locator("figcaption")).to_contain_text("a 4")
    look_at(page, "church_window")
    show_tab(page, "attack")
    asked = Questions(page)
    how.pick(301)
    page.wait_for_timeout(800)
    assert "a 3" in how.text(".clean figcaption")
    assert not set(asked) & set(FIGURES)  # they are out of view
    show_tab(page, "how")
    for name in FIGURES:
        drawn = look_at(page, name)
        if name in ("directions", "church_window"):
            expect(drawn.locator("figcaption")).to_contain_text("a 3")
    page.wait_for_timeout(300)
    assert sorted(name for name in asked if name in FIGURES) == sorted(FIGURES)


def test_three_directions_at_every_epsilon(how: Stage) -> None:
    drawn = look_at(how.page, "directions")
    assert "✗" in drawn.locator(".reading").nth(0).inner_text()
    findings = drawn.locator(".findings")
    said = load_survey(LENET, "test"), load_survey(LENET, "test", RANDOM)
    counts = control(*said)
    for k in (round(200 * how.epsilon()), 100):
        drawn.locator("input").fill(str(k))
        expect(findings).to_contain_text(
            f"FGSM fools {counts.fooled[k]:,} of these, and random signs fool "
            f"{counts.by_chance[k]:,} of the same"
        )
    drawn.locator("input").fill(str(round(200 * how.epsilon())))
    for i in (1, 2):
        assert drawn.locator(".reading").nth(i).inner_text().startswith("✓ 4")
    asked = Questions(how.page)
    drawn.locator("input").fill("0")
    texts = drawn.locator(".reading").all_inner_texts()
    assert len(set(texts)) == 1 and texts[0].startswith("✓ 4")  # all three are the digit itself
    assert drawn.locator("output").inner_text() == "0.00" and asked == []


@pytest.mark.parametrize("context", [PHONE], indirect=True)
def test_three_readings_fit_below_their_pictures(how: Stage) -> None:
    over = (
        look_at(how.page, "directions")
        .locator(".reading")
        .evaluate_all(
            """(all) => all.map((each) => {
             const text = document.createRange();
             text.selectNodeContents(each);
             return text.getBoundingClientRect().width - each.clientWidth;
           })"""
        )
    )
    assert len(over) == 3 and max(over) <= 0


@pytest.mark.parametrize("context", [PHONE], indirect=True)
def test_a_finger_points_at_the_window_before_it_opens_a_point(how: Stage) -> None:
    page = how.page
    drawn = look_at(page, "church_window")
    canvas, where = drawn.locator("canvas").first, drawn.locator(".where").first
    box = canvas.bounding_box()
    assert box is not None
    cell = box["width"] / 41

    def tap(along: float, across: float) -> None:
        canvas.tap(position={"x": (20.5 + along) * cell, "y": (20.5 - across) * cell})

    tap(-10, 4)
    expect(where).to_contain_text(re.compile("^along −0.10, across 0.04: .*; tap again to see it$"))
    tap(12, 5)  # elsewhere
    expect(where).to_contain_text(re.compile("^along 0.12, across 0.05: .*; tap again to see it$"))
    with how.answered():
        tap(13, 4)  # near enough
    expect(page.locator("#attack")).to_be_visible()
    assert how.epsilon() == pytest.approx(0.17)


@pytest.mark.parametrize("by", ["mouse", "keyboard"])
def test_a_point_of_the_window_opens_on_the_stage(how: Stage, by: str) -> None:
    at = (0, 0)  # where the keys begin: the digit first, then the point that was opened last
    for point in ((15, 6), (12, 0), (-9, 0), (3, -16)):
        check_a_point(how, by, at, *point)
        at = point
        with how.answered():
            how.show(FIRST, 0.12)
        show_tab(how.page, "how")


def check_a_point(how: Stage, by: str, at: tuple[int, int], along: int, across: int) -> None:
    page = how.page
    drawn = look_at(page, "church_window")
    canvas, where = drawn.locator("canvas").first, drawn.locator(".where").first
    if by == "mouse":
        canvas.scroll_into_view_if_needed()
        box = canvas.bounding_box()
        assert box is not None
        cell = box["width"] / 41
        place = {"x": (20.5 + along) * cell, "y": (20.5 - across) * cell}
        canvas.hover(position=place)  # type: ignore[arg-type]
    else:
        canvas.focus()
        right, up = along - at[0], across - at[1]
        for count, keys in ((right, "ArrowLeft ArrowRight"), (up, "ArrowDown ArrowUp")):
            for _ in range(abs(count)):
                page.keyboard.press(keys.split()[count > 0])
    said = re.fullmatch(r"along (\S+), across (\S+): read as (\d)", where.inner_text())
    assert said is not None
    assert [round(100 * float(part.replace("−", "-"))) for part in said.groups()[:2]] == [
        along,
        across,
    ]
    with how.answered():
        if by == "mouse":
            canvas.click(position=place)  # type: ignore[arg-type]
        else:
            page.keyboard.press("Enter")
    expect(page.locator("#attack")).to_be_visible()
    assert how.epsilon() == pytest.approx((abs(along) + abs(across)) / 100)
    assert how.reading("adversarial") == int(said[3])
    attack = "ray" if across else "fgsm" if along > 0 else "reversed"
    assert page.input_value(".attack-menu") == attack


def test_a_window_of_one_class_says_so_and_is_widened(
    how: Stage, lenet: nn.Module, builtin: tuple[Tensor, Tensor]
) -> None:
    """The misread digit too: grey is its label, wherever that is read."""
    page = how.page
    images, labels = builtin
    prediction = predict(lenet, images).argmax(1)
    for misread in (prediction != labels).nonzero()[:, 0].tolist():
        planes = ask("church_window", {**FIRST, "index": misread, "reach": 0.1})["planes"]
        classes = [set("".join(plane["rows"])) for plane in planes]
        if {str(int(prediction[misread]))} in classes:
            break
    label, read = int(labels[misread]), int(prediction[misread])
    with how.answered():
        how.show({"source": "builtin", "index": misread}, 0.1)
    show_tab(page, "how")
    drawn = look_at(page, "church_window")
    caption = drawn.locator("figcaption")
    expect(caption).to_contain_text(f"a {label}. Grey: read as {label}.")
    expect(caption).to_contain_text(f"LeNet misreads the digit itself, as {read}.")
    drawn.locator("select").select_option("0.1")
    expect(caption).to_contain_text("up to 0.1")
    said = drawn.locator(".shares").all_inner_texts()
    assert f"All read as {read}; a wider reach may show more" in said
    drawn.locator("select").select_option("0.5")
    expect(caption).to_contain_text("Faded: beyond ε = 0.5, where the stage ends.")
    canvas, where = drawn.locator("canvas").first, drawn.locator(".where").first
    canvas.focus()
    for _ in range(15):
        page.keyboard.press("ArrowLeft")
    expect(where).to_contain_text("along −0.375, across 0.00: read as")
    for _ in range(6):
        page.keyboard.press("ArrowUp")
    expect(where).to_contain_text("across 0.15: read as")
    expect(where).to_contain_text("not on the stage")
    page.keyboard.press("Enter")
    expect(page.locator("#how")).to_be_visible()  # it does not open
    page.keyboard.press("ArrowDown")
    with how.answered():
        page.keyboard.press("Enter")
    expect(page.locator("#attack")).to_be_visible()
    assert how.epsilon() == 0.5 and page.input_value(".attack-menu") == "ray"


def test_bends_are_told_for_each_class(how: Stage) -> None:
    drawn = look_at(how.page, "linearity")
    softmax, lenet = (
        table.locator("td").all_inner_texts() for table in drawn.locator("table").all()
    )
    assert softmax == ["0"] * 20
    assert len(lenet) == 20 and max(map(int, lenet)) > 20
    expect(drawn).to_contain_text("the logit of 4 moves by −")


def test_what_is_said_of_the_defence_is_on_the_cards(how: Stage) -> None:
    words = how.page.locator("#how .step").nth(5)
    for model in (ROBUST, LENET):
        expect(words).to_contain_text(read_correctly(model, FGSM, ROBUST.recipe.epsilon))
    expect(words).to_contain_text(f"{read_correctly(ROBUST, RANDOM, 0.5)} under random signs")
    assert (
        re.search(r"[A-Z]{4,}", words.inner_text().replace("FGSM", "").replace("MNIST", "")) is None
    )


def test_differences_of_training_are_named() -> None:
    plain = LENET.recipe
    assert differences(plain, plain) == "in the same way otherwise"
    other = replace(plain, epochs=plain.epochs - 4, dropout=False, augmented=0)
    assert differences(plain, other) == (
        f"for {plain.epochs - 4} epochs instead of {plain.epochs}, "
        "without dropout and without augmentation"
    )
    assert differences(plain, replace(plain, dropout=False)) == "without dropout"


def test_formulas_are_typeset_and_none_is_cut_off(how: Stage) -> None:
    page = how.page
    expect(page.locator("#how .katex").nth(10)).to_be_attached()
    assert page.locator("#how .katex-error").count() == 0
    assert page.locator("#how .katex-display").count() >= 3
    texts = page.locator("#how .prose").evaluate_all(
        """(all) => all.map((each) => { const copy = each.cloneNode(true);
             for (const formula of copy.querySelectorAll(".katex")) formula.remove();
             return copy.textContent; }).join()"""
    )
    assert "$" not in texts and "\\" not in texts and "Direction or size?" in texts
    for width in (1280, 820, 390, 320):
        check_that_no_formula_is_cut_off(how, width)


def check_that_no_formula_is_cut_off(how: Stage, width: int) -> None:
    how.page.set_viewport_size({"width": width, "height": 900})
    how.settle()
    wide = how.page.locator("#how .katex-display").evaluate_all(
        """(all) => all.filter((each) => {
             const edge = each.closest(".prose").getBoundingClientRect().right;
             return [...each.querySelectorAll(".base")].some((part) =>
               part.getBoundingClientRect().right > edge + 1);
           }).map((each) => each.textContent)"""
    )
    assert wide == [], width


def test_the_papers_table_has_our_cards(how: Stage) -> None:
    expect(how.page.locator(".paper tr").first).to_be_visible()
    rows = how.page.locator(".paper tr").all_inner_texts()
    for model, words in ((SOFTMAX, "softmax regression"), (LENET, "LeNet")):
        error, confidence = error_and_confidence(model)
        assert any(
            row.startswith(f"{words}, ours") and error in row and confidence in row for row in rows
        )


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_figures_in_both_themes(page: Page, app: App, theme: str) -> None:
    """Neutral is neutral in both themes: in the church window, and in the gradients."""
    open_tab(page, f"{app.url}?__theme={theme}", "how")
    middle = """(canvas) => [...canvas.getContext("2d").getImageData(canvas.width / 2,
                  canvas.height / 2, 1, 1).data].slice(0, 3)"""
    window = look_at(page, "church_window").locator("canvas").first.evaluate(middle)
    corner = (
        """(canvas) => [...canvas.getContext("2d").getImageData(0, 0, 1, 1).data].slice(0, 3)"""
    )
    robust = look_at(page, "defence").locator("canvas").nth(2).evaluate(corner)
    for colour in (window, robust):
        assert max(colour) - min(colour) < 12  # grey
        assert min(colour) > 180 if theme == "light" else max(colour) < 90
