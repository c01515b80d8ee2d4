"""The page as one file, opened from a disk, with the network off.

The tests of the stage, the tabs, links and presenting run here once more, with the file in the
server's place, in Chromium and in Firefox, and some others that depend on who answers; but not
those that are about the server's own requests, or need MNIST. What is the same script in both
pages, such as what a finger does on the pad, is tested with a server alone.
"""

import inspect
import re
from collections.abc import Iterator
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path

import pytest
import torch
from PIL import Image
from playwright.sync_api import BrowserContext, FilePayload, Page, expect
from torch import Tensor

from fgsm.catalogue import EPSILONS, MODELS, load_model
from fgsm.evaluate import evaluate
from fgsm.export.join import name_of
from fgsm.export.write import one_file
from fgsm.frames import image_frames
from fgsm.survey import load_survey
from tests import (
    test_firefox,
    test_page_access,
    test_page_attacks,
    test_page_drawing,
    test_page_links,
    test_page_present,
    test_page_stage,
    test_page_tabs,
)
from tests.browser import Stage
from tests.helpers import FIGURES, FIRST, TALK, ask, look_at, serious, show_tab, table_of
from tests.test_firefox import firefox, window

__all__ = ["firefox", "window"]  # fixtures

NEED_A_SERVER = {
    # its own requests and answers, looked at on the wire, or held back there
    "test_a_page_is_opened_although_the_one_before_writes_its_address",
    "test_in_the_frame_of_a_space",
    # a story beside the page, which a file cannot ask for
    "test_a_story_from_elsewhere",
    # MNIST's test digits
    "test_any_test_digit_by_number",
}
SAME = {
    # Only the tabs and the words of "How it works" are the file's own; they are tested below.
    "test_axe_finds_nothing_serious",
}
SOME = {
    "test_an_unnamed_drawing_is_not_misread",
    "test_answers_while_drawing",
    "test_draws_with_the_mouse",
    "test_each_attack",
    "test_every_control_is_reached_with_the_tab_key",
    "test_every_tab_has_headings_and_every_slider_a_value_in_words",
    "test_names_a_drawing",
    "test_ten_steps_come_in_parts_and_end_up_whole",
}
"""Of the other modules."""
pytestmark = pytest.mark.without_a_server
CPU = torch.device("cpu")
OPEN_A_PAGE = {"app", "firefox", "how", "stage", "test_tab"}
"""Fixtures of tests that do."""

WHOLE = (test_page_stage, test_page_tabs, test_page_links, test_page_present, test_firefox)
TESTS = {
    name: test
    for module in (*WHOLE, test_page_access, test_page_attacks, test_page_drawing)
    for name, test in vars(module).items()
    if name.startswith("test_")
    and OPEN_A_PAGE & inspect.signature(test).parameters.keys()
    and (module in WHOLE or name in SOME)
}
assert TESTS.keys() >= NEED_A_SERVER | SAME | SOME
globals().update({name: test for name, test in TESTS.items() if name not in NEED_A_SERVER | SAME})


@dataclass(frozen=True)
class File:
    """A page that needs no server."""

    url: str


@pytest.fixture(scope="session")
def app(tmp_path_factory: pytest.TempPathFactory) -> File:
    """The file; with one line more, which lets tests call what is in its modules."""
    html = one_file()
    modules = ", ".join(
        f'"{path}": {name_of(f"ui/{path}")}' for path in ("stage/shown.js", "shared/words.js")
    )
    end = html.rindex("</script>")
    path = tmp_path_factory.mktemp("file") / "fgsm.html"
    path.write_text(f"{html[:end]}\nwindow.modules = {{ {modules} }};\n{html[end:]}", "utf-8")
    return File(path.as_uri())


@pytest.fixture(autouse=True)
def offline(request: pytest.FixtureRequest) -> Iterator[None]:
    """The network is off, where the test opens a window of Chromium."""
    if "context" not in request.fixturenames:
        yield
        return
    context: BrowserContext = request.getfixturevalue("context")
    context.set_offline(True)
    yield
    context.set_offline(False)


def test_a_run_is_computed_here(stage: Stage, builtin: tuple[Tensor, Tensor]) -> None:
    page = stage.page
    show_tab(page, "test-set")
    expect(page.locator(".missing")).to_contain_text("are not in this page")
    status = page.locator("#run-status p")
    page.click("#run [type=submit]")
    expect(status).to_contain_text("digits per second")
    page.click(".cancel")
    expect(status).to_contain_text("Run cancelled. It had attacked ")

    page.fill(".run-epsilons", "0 0.07 0.25")
    page.select_option(".run-model", "softmax")
    page.click("#run [type=submit]")
    expect(status).to_contain_text("Done: 1,000 of 1,000 built-in digits")
    expect(status).to_contain_text("on this device")
    *_, evaluation = evaluate(load_model("softmax", CPU), *builtin, [0.0, 0.07, 0.25])
    row = table_of(page)["Softmax (your run, 1,000 digits)", "FGSM"]
    found = {epsilon: cell for epsilon, cell in row.items() if cell}
    assert found == {each.epsilon: f"{100 * each.accuracy:.2f} %" for each in evaluation.results}


def test_a_pick_does_not_wait_for_a_run(stage: Stage) -> None:
    page = stage.page
    show_tab(page, "test-set")
    page.select_option(".run-attack", "iterative")
    page.click("#run [type=submit]")
    expect(page.locator("#run-status p")).to_contain_text("Running")
    show_tab(page, "attack")
    stage.pick(201)
    assert stage.reading("clean") == 2
    expect(page.locator(".compare.is-partial")).to_have_count(0)
    expect(page.locator("#run-status p")).to_contain_text("Running")
    page.locator(".cancel").evaluate("(button) => button.click()")


def test_only_what_is_old_is_dimmed(page: Page, app: File) -> None:
    page.add_init_script(
        """const post = Worker.prototype.postMessage;
           Worker.prototype.postMessage = function (message) {
             setTimeout(() => post.call(this, message), message.name === "attack" ? 500 : 0);
           };"""
    )
    stage = Stage(page)
    stage.open(app.url)
    page.evaluate(
        """() => {
             const [stage, also] = [".stage", ".also"].map((name) => document.querySelector(name));
             window.dimmed = [];
             new MutationObserver(() => {
               if (stage.ariaBusy === "true") dimmed.push(also.innerText);
             }).observe(stage, { attributeFilter: ["aria-busy"] });
           }"""
    )
    old = stage.text(".also")
    with stage.answered():
        page.select_option(".attack-menu", "iterative")
    assert stage.answers() > 2  # parts of a sweep
    assert page.evaluate("dimmed") == [old]


def test_the_survey_is_that_of_the_built_in_digits(stage: Stage) -> None:
    page = stage.page
    show_tab(page, "test-set")
    expect(page.locator(".survey .which")).to_have_text("FGSM on the 1,000 built-in digits")
    for model in MODELS.values():
        page.get_by_role("button", name=model.title, exact=True).click()
        misread = int((~load_survey(model, "builtin").right_before).sum())
        expect(page.locator(".breaking")).to_contain_text(f"{misread} were misread before")
    tile = page.locator(".rows .tile").nth(7)
    caption = tile.inner_text()
    with stage.answered():
        tile.click()
    expect(page.locator("#attack")).to_be_visible()
    assert stage.verdict() == f"Fooled: {caption}"


def test_all_pictures_of_how_it_works_are_drawn(stage: Stage) -> None:
    page = stage.page
    show_tab(page, "how")
    for name in FIGURES:
        look_at(page, name)
    expect(page.locator("#how math").nth(20)).to_be_attached()
    expect(page.locator("#how math[display=block]")).to_have_count(3)
    reads = page.locator(f"[data-figure={FIGURES[0]}] .reading b").all_inner_texts()
    stages = ask("directions", FIRST)["stages"]
    k = EPSILONS.index(0.12)
    assert [read[-1] for read in reads] == [str(each["predictions"][k]) for each in stages]


def test_axe_finds_nothing_serious_in_what_is_the_files_own(stage: Stage) -> None:
    page = stage.page
    show_tab(page, "how")
    look_at(page, FIGURES[0])
    assert serious(page, "#tabs > .tab-wrapper", "#how .prose") == []


def test_a_picture_comes_in(stage: Stage, builtin: tuple[Tensor, Tensor]) -> None:
    page = stage.page
    content = BytesIO()
    Image.fromarray(image_frames(builtin[0][712, 0]).numpy()).save(content, "PNG")
    file = FilePayload(name="seven.png", mimeType="image/png", buffer=content.getvalue())
    with stage.answered():
        page.set_input_files(".picture-file", [file])
    assert stage.picture("clean") == image_frames(builtin[0][712, 0]).flatten().tolist()
    page.set_input_files(
        ".picture-file", [FilePayload(name="seven.png", mimeType="image/png", buffer=b"nothing")]
    )
    expect(page.locator(".notice")).to_contain_text("Picture is not one that can be read")


def test_a_test_digit_is_not_promised(page: Page, app: File) -> None:
    Stage(page).open(f"{app.url}#d=test-7")
    expect(page.locator(".notice span")).to_have_text(
        "This link cannot be shown. The test set is not in this page. So here is the first page."
    )


def test_a_file_has_no_address_for_others(stage: Stage) -> None:
    page = stage.page
    page.keyboard.press("p")
    page.keyboard.press("q")
    expect(page.locator(".present .qr .link")).to_have_text(
        re.compile("^fgsm.html#d=403&e=0.12&a=fgsm&m=lenet$")
    )
    expect(page.locator(".present .qr .note")).to_contain_text("whoever gets the file")
    expect(page.locator(".present .qr .code svg")).to_have_count(0)


def test_its_codes_lead_to_where_others_find_the_page(page: Page, tmp_path: Path) -> None:
    path = tmp_path / "talk.html"
    path.write_text(one_file("https://example.org/fgsm/"), "utf-8")
    Stage(page).open(path.as_uri())
    page.keyboard.press("p")
    page.keyboard.press("q")
    link = "https://example.org/fgsm/#d=403&e=0.12&a=fgsm&m=lenet"
    expect(page.locator(".present .qr .link")).to_have_text(link.removeprefix("https://"))
    rows = ask("qr", {"link": link})["rows"]
    drawn = page.locator(".present .qr .code path").get_attribute("d")
    dark = sum(int(length) for length in re.findall(r"h(\d+)", drawn or ""))
    assert dark == "".join(rows).count("1")


def test_a_key_brings_back_a_speakers_window_that_was_reloaded(stage: Stage) -> None:
    talk = test_page_present.Talk(stage.page)
    talk.press("p", "PageDown")
    empty = test_page_present.open_speaker(talk)
    empty.reload()
    expect(empty.locator(".place")).to_have_count(0)  # nobody can fill it
    speaker = test_page_present.open_speaker(talk)
    assert empty.is_closed()
    speaker.keyboard.press("PageDown")
    expect(speaker.locator(".place")).to_have_text(f"2 of {len(TALK)}")
    talk.at(TALK[1])


def test_light_and_dark(page: Page, app: File) -> None:
    stage = Stage(page)
    body = page.locator("body")
    page.emulate_media(color_scheme="dark")
    stage.open(app.url)
    expect(body).to_have_class("dark")
    page.emulate_media(color_scheme="light")
    expect(body).not_to_have_class("dark")
    stage.open(f"{app.url}?__theme=dark")
    expect(body).to_have_class("dark")
