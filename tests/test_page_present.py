"""Presenting, in a real browser: as in a lecture hall, with a clicker only, and the server gone.

With `FGSM_SCREENSHOTS` naming a folder, the talk leaves a picture there of each of its steps.
"""

import json
import os
import re
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from fgsm.catalogue import EPSILONS
from fgsm.export.write import one_file
from fgsm.service.all_digits import cards
from tests.browser import ROOT, App, Stage, running_app
from tests.helpers import FIRST, TALK, TARGETS, Questions, ask, serious, state_of, strokes

PROJECTOR = {"viewport": {"width": 1920, "height": 1080}}
SMALLEST = 28  # pixels on a projector, for any type; the verdict has 120
ON_A_PHONE = 12

# The smallest type that is seen, the verdict's, what leaves the window, captions of two lines, and
# what lies on something else. Of a line of type, as much counts as letters without marks have.
MEASURE = """() => {
  const root = document.querySelector(".present");
  const visible = { visibilityProperty: true, opacityProperty: true };
  const seen = [...root.querySelectorAll("*")]
    .filter((each) => each.checkVisibility(visible) && each.getClientRects().length);
  const size = (each) => parseFloat(getComputedStyle(each).fontSize);
  const isText = (node) => node.nodeType === 3 && node.textContent.trim();
  const oneLine = ".caption, .said, figcaption, .where";
  const boxOf = (each, name, { left, top, right, bottom }, part = 0) => {
    const less = part * (bottom - top);
    return { each, name, left, right, top: top + less, bottom: bottom - less };
  };
  const linesOf = (text) => {
    const range = document.createRange();
    range.selectNodeContents(text);
    return [...range.getClientRects()];
  };
  // The signs and the hint lie on pictures; so do the buttons of a wide window while it is awake.
  const onTop = innerWidth > innerHeight ? ".sign, .pad-hint, .tools" : ".sign, .pad-hint";
  const solid = "canvas, .code svg, .plot svg, .rule .line, button, select";
  const boxes = seen.filter((each) => !each.closest(onTop)).flatMap((each) => [
    ...(each.matches(solid) ? [boxOf(each, each.tagName, each.getBoundingClientRect())] : []),
    ...[...each.childNodes].filter(isText).flatMap((text) =>
      linesOf(text).map((line) => boxOf(each, text.textContent.trim(), line, 0.2))),
  ]);
  const isOver = (one, other) => !one.each.contains(other.each) && !other.each.contains(one.each)
    && Math.min(one.right, other.right) - Math.max(one.left, other.left) > 1
    && Math.min(one.bottom, other.bottom) - Math.max(one.top, other.top) > 1;
  return {
    smallest: Math.min(...seen.filter((each) => [...each.childNodes].some(isText)).map(size)),
    verdict: Math.max(0, ...seen.filter((each) => each.matches(".said")).map(size)),
    outside: seen.filter((each) => {
      const { left, top, right, bottom, width, height } = each.getBoundingClientRect();
      return width && height && !each.closest(".thumb")
        && (left < -1 || top < -1 || right > innerWidth + 1 || bottom > innerHeight + 1);
    }).map((each) => each.outerHTML.slice(0, 80)),
    cut: seen.filter((each) => each.matches(oneLine) && each.scrollWidth > each.clientWidth + 1)
      .map((each) => each.textContent),
    over: boxes.flatMap((one, i) => boxes.slice(i + 1).filter((other) => isOver(one, other))
      .map((other) => `${one.name} on ${other.name}`)),
  };
}"""


class Talk:
    """A presentation as an audience sees it."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.root = page.locator(".present")

    def press(self, *keys: str) -> None:
        for key in keys:
            self.page.keyboard.press(key)

    def at(self, step: dict[str, Any], broken: float = 0) -> None:
        """Wait until a step is shown, and epsilon has come to its end: `broken`, past a break."""
        place = ".closing h2" if step.get("scene") == "end" else ".caption"
        expect(self.root.locator(place)).to_have_text(step["title"])
        end = step["to"] if "to" in step else float(state_of(step)["e"])
        self.is_at(broken if end == "break" else end)

    def is_at(self, epsilon: float) -> None:
        expect(self.root).to_have_attribute("data-epsilon", str(EPSILONS.index(epsilon)))

    def says(self, *verdicts: str) -> None:
        """Wait until these are the verdicts, one for each model."""
        lines = [re.compile(re.escape(text).replace(r"\ ", r"\s+")) for text in verdicts]
        expect(self.root.locator(".said")).to_have_text(lines)

    def measured(self) -> dict[str, Any]:
        measured: dict[str, Any] = self.page.evaluate(MEASURE)
        return measured


def verdicts_of(step: dict[str, Any], epsilon: float) -> list[str]:
    """What the service says of a step's state at an epsilon."""
    state = state_of(step)
    request = {
        **FIRST,
        "index": int(state["d"]),
        "attack": state["a"],
        "model": state["m"],
        "twin": "twin" in state,
    }
    answer = ask("attack", request)
    label, k = answer["digit"]["label"], EPSILONS.index(epsilon)
    now = [stage["predictions"][k] for stage in answer["stages"]]
    return [f"Still {label}" if read == label else f"Fooled: {label} → {read}" for read in now]


# ---- the words ----


def test_the_talk_tells_no_lies() -> None:
    """What the words and the notes say can be computed."""
    said = {number: f"{step['text']} {step['notes']}" for number, step in enumerate(TALK)}
    accuracy = {
        (series.model, series.attack, result.epsilon): result.accuracy
        for series in cards()
        for result in series.results
    }

    def in_100(*key: object) -> str:
        return str(round(100 * accuracy[key]))  # type: ignore[index]

    assert in_100("lenet", "fgsm", 0.0) == "99" and "99 in 100" in said[0]
    assert verdicts_of(TALK[0], 0.0) == verdicts_of(TALK[1], 0.05) == ["Still 4"]
    first = ask("attack", FIRST)["stages"][0]
    assert first["breaking_point"] == 0.115
    assert (
        "0.115" in TALK[2]["text"] and "0.115" in TALK[2]["notes"] and "0.115" in TALK[4]["notes"]
    )
    # From there to the end of the step it is the nine that the notes speak of.
    at = {EPSILONS[k]: read for k, read in zip(first["ks"], first["predictions"], strict=True)}
    assert {read for epsilon, read in at.items() if 0.115 <= epsilon <= TALK[2]["to"]} == {9}
    random = ask("attack", {**FIRST, "attack": "random"})["stages"][0]
    assert random["breaking_point"] > TALK[3]["to"] == 0.2
    assert in_100("lenet", "random", 0.2) == "97" and "97 in 100" in said[3]
    twin = ask("attack", {**FIRST, "twin": True})["stages"][1]
    assert twin["breaking_point"] == 0.395 and "0.395" in said[4]
    assert verdicts_of(TALK[4], 0.3) == ["Fooled: 4 → 9", "Still 4"] and TALK[4]["to"] == 0.3
    waiting = ask("attack", {**FIRST, "index": int(state_of(TALK[5])["d"])})
    assert waiting["digit"]["label"] == 7 and "a seven waiting" in said[5]
    assert waiting["stages"][0]["breaking_point"] is not None
    assert TALK[7]["to"] == 0.2
    for key, number in (
        (("lenet", "fgsm", 0.2), "26"),
        (("lenet", "random", 0.2), "97"),
        (("lenet-robust", "fgsm", 0.2), "97"),
    ):
        assert in_100(*key) == number and number in TALK[7]["text"] and number in TALK[7]["notes"]
    assert in_100("lenet", "iterative", 0.2) == "0"
    seconds = sum(step.get("seconds", 0) + len(step["notes"].split()) / 2.2 for step in TALK)
    assert 240 <= seconds + 30 <= 330, seconds  # with half a minute for the one who draws


def open_speaker(talk: Talk) -> Page:
    """The speaker's window."""
    with talk.page.context.expect_page() as opened:
        talk.press("n")
    speaker = opened.value
    expect(speaker.locator(".place")).not_to_be_empty()
    return speaker


# ---- the talk ----


@pytest.mark.parametrize("context", [{**PROJECTOR, "reduced_motion": "reduce"}], indirect=True)
def test_a_talk_by_clicker_with_the_server_killed_midway(page: Page, tmp_path: Path) -> None:
    """From the first key to the last. Every step is right, and legible from the last row."""
    folder = os.environ.get("FGSM_SCREENSHOTS")

    def picture(name: str) -> None:
        if folder:
            page.screenshot(path=Path(folder) / f"{name}.png")

    talk = Talk(page)
    with (tmp_path / "log").open("w") as log, running_app(log) as app:
        asked = Questions(page)
        Stage(page).open(app.url)
        talk.press("p")
        expect(talk.root.locator(".caption")).to_have_text("FGSM on LeNet")
        talk.says("Fooled: 4 → 9")
        picture("0-what-is-shown")
        talk.press("PageDown")
        talk.at(TALK[0])
        expect(talk.root).to_have_attribute("data-fetched", "")
        speaker = open_speaker(talk)
        asked.until_quiet()
        asked.clear()
        for number, step in enumerate(TALK):
            if number == 3:
                app.stop()
            talk.at(step, broken=0.11)  # if nobody draws: of the digit that waits
            scene = talk.root.get_attribute("data-scene")
            if scene == "pictures" and step.get("to") != "break":
                end = step.get("to", float(state_of(step)["e"]))
                talk.says(*verdicts_of(step, end))
            picture(f"{number + 1}-{scene}")
            measured = talk.measured()
            assert measured["outside"] == measured["cut"] == [], (step["title"], measured)
            assert measured["smallest"] >= SMALLEST
            if scene == "pictures":
                assert measured["verdict"] >= (96 if "twin" in step.get("state", "") else 120)
            assert serious(page, ".present") == [], step["title"]
            expect(page.locator(".connection")).to_be_empty()
            expect(speaker.locator("h1")).to_have_text(step["title"])
            talk.press("PageDown")
        talk.at(TALK[-1])  # beyond the last step there is none
        assert talk.root.locator(".closing .code path").count() == 1
        talk.press("PageUp", "PageUp")
        talk.at(TALK[6], broken=0.11)
        talk.says("Fooled: 7 → 2")
        talk.press("PageUp", "PageUp")
        talk.at(TALK[4])
        talk.says("Fooled: 4 → 9", "Still 4")
        talk.press("q")
        expect(talk.root.locator(".qr .code path")).to_be_visible()
        expect(talk.root.locator(".qr .link")).to_contain_text("e=0.30")
        picture("qr")
        talk.press("q", "?")
        picture("keys")
        assert serious(page, ".present") == []
        talk.press("Escape", "Escape")
        expect(talk.root).to_be_hidden()
        assert asked == []
        verdict = page.locator(".live .verdict .words").first
        expect(verdict).to_have_text(re.compile(r"^Fooled:\s4 → 9$"), use_inner_text=True)


@pytest.mark.parametrize("context", [PROJECTOR], indirect=True)
def test_what_people_do_in_a_talk(page: Page, app: App) -> None:
    stage, talk = Stage(page), Talk(page)
    caption = talk.root.locator(".caption")
    asked = Questions(page)
    stage.open(app.url)
    page.focus(".start-present")
    page.keyboard.press("Enter")
    expect(talk.root).to_be_visible()
    # No tap leaves by a button that is not seen.
    expect(talk.root.locator(".tools")).to_have_css("pointer-events", "none")
    # What lies below is out of reach for keys and screen readers.
    reached = page.evaluate(
        """() => [...document.querySelectorAll("button, input, select, canvas")]
             .filter((each) => !each.closest(".present") && !each.closest("[inert]")).length"""
    )
    assert reached == 0
    shown = stage.shown()["request"]
    for key, epsilon in (("+", 0.125), ("-", 0.12), ("-", 0.115), ("r", 0.115), (".", 0.115)):
        talk.press(key)
        talk.is_at(epsilon)
    assert stage.shown()["request"] == shown  # R is a key of what lies below

    # Epsilon glides: it is seen on its way. Reduced motion is a jump.
    page.evaluate(
        """() => {
             window.places = [];
             const root = document.querySelector(".present");
             new MutationObserver(() => places.push(Number(root.dataset.epsilon)))
               .observe(root, { attributeFilter: ["data-epsilon"] });
           }"""
    )
    talk.press("PageDown", "ArrowRight")
    talk.at(TALK[1])
    places = list(dict.fromkeys(page.evaluate("places")))
    glide = places[places.index(0) :]
    assert glide == sorted(glide) and glide[-1] == 10
    assert len(glide) > 5  # a busy machine may leave out some
    page.emulate_media(reduced_motion="reduce")

    # Any of a clicker's keys steps, whatever has the focus, but for what the keyboard chose itself.
    for number, key in ((2, "Enter"), (3, " "), (4, "ArrowDown"), (3, "Shift+ "), (4, "PageDown")):
        talk.press(key)
        expect(caption).to_have_text(TALK[number]["title"])
    talk.press("Tab")
    expect(talk.root.get_by_role("button", name="Back")).to_be_focused()
    talk.press("PageDown")
    expect(caption).to_have_text(TALK[5]["title"])

    # B blanks the screen, and any key brings it back, without a step; so does a click.
    blank = talk.root.locator(".blank")
    for key in ("PageDown", "b", "x"):
        talk.press("b")
        expect(blank).to_be_visible()
        talk.press(key)
        expect(blank).to_be_hidden()
    expect(caption).to_have_text(TALK[5]["title"])
    talk.press("d")
    expect(page.locator("body")).to_have_class(re.compile(r"\bdark\b"))
    assert serious(page, ".present") == []

    # Somebody draws. The pad is that of the page; Space then steps, as no keyboard chose the pad.
    pad = talk.root.locator(".board .pad")
    box = pad.bounding_box()
    assert box is not None and box["width"] > 700
    draw(stage, talk)
    expect(talk.root.locator(".read b")).to_have_text("7")
    assert talk.measured()["outside"] == []
    talk.press(" ")
    expect(caption).to_have_text(TALK[6]["title"])
    expect(talk.root.locator(".said")).to_contain_text("Fooled:")
    point = stage.shown()["stages"][0]["breaking_point"]
    talk.is_at(round(point + 0.02, 3))
    expect(talk.root).to_have_attribute("data-fetched", "", timeout=60_000)
    asked.until_quiet()  # as the drawing is fetched too
    asked.clear()
    talk.press("PageDown", "PageUp")
    expect(caption).to_have_text(TALK[6]["title"])
    expect(talk.root.locator(".said")).to_contain_text("Fooled: 7".replace(": ", ":\n"))
    talk.press("PageUp")
    expect(talk.root.locator(".read b")).to_have_text("7")
    page.wait_for_timeout(400)
    assert asked == []  # nor does going back to a drawing ask anybody
    talk.press("Shift+Tab", "Tab")
    page.locator(".board .pad").focus()
    for key in (" ", "ArrowDown", "ArrowRight", " "):
        talk.press(key)
    expect(caption).to_have_text(TALK[5]["title"])  # the keyboard chose the pad, and draws on it
    assert len(stage.page.evaluate("document.querySelector('.pen').className").split()) == 1

    # The edges of the screen step, for a tablet without a keyboard; the rule moves epsilon.
    talk.press("PageDown", "PageDown")
    expect(caption).to_have_text(TALK[7]["title"])
    page.mouse.click(30, 300)
    expect(caption).to_have_text(TALK[6]["title"])
    page.mouse.click(1900, 300)
    expect(caption).to_have_text(TALK[7]["title"])
    # The chart's line stands where its figures are, which were not measured at every epsilon.
    talk.is_at(0.2)
    talk.press("-")
    expect(talk.root.locator(".curve .there")).to_have_text("at ε = 0.15")
    expect(talk.root.locator(".playhead")).to_have_attribute("style", re.compile("left: 30%"))
    talk.press("Home")
    talk.at(TALK[0])
    line = talk.root.locator(".rule .line").bounding_box()
    assert line is not None
    page.mouse.click(line["x"] + 0.6 * line["width"], line["y"] + line["height"] / 2)
    talk.is_at(0.3)
    expect(caption).to_have_text(TALK[0]["title"])
    page.mouse.move(900, 300)
    expect(talk.root.locator(".tools")).to_have_css("opacity", "1")
    talk.root.get_by_role("button", name="Next").click()
    expect(caption).to_have_text(TALK[1]["title"])

    # Other windows: a phone, either way; a smaller projector, 4 to 3, and a very large one.
    phone = ((844, 390), (390, 844))
    for width, height in (*phone, (1280, 720), (1024, 768), (1600, 1200), (2560, 1080)):
        page.set_viewport_size({"width": width, "height": height})
        talk.press("Home")
        for step in TALK:
            place = ".closing h2" if step.get("scene") == "end" else ".caption"
            expect(talk.root.locator(place)).to_have_text(step["title"])
            measured = talk.measured()
            assert measured["outside"] == measured["cut"] == [], (width, step["title"], measured)
            assert measured["over"] == [], (width, step["title"])
            if (width, height) in phone:
                assert measured["smallest"] >= ON_A_PHONE
            else:
                assert measured["smallest"] >= SMALLEST * min(width / 1600, height / 1080) > 15
            talk.press("PageDown")

    # Who leaves finds the page as it was, with what was shown last; P goes on at the same step.
    talk.press("PageUp", "Escape")
    expect(talk.root).to_be_hidden()
    expect(page.locator("body")).not_to_have_class(re.compile(r"\bdark\b"))
    expect(page.locator(".start-present")).to_be_focused()
    assert page.locator("[inert]").count() == 0
    assert page.locator(".live #fgsm-draw .pad").count() == 1
    page.keyboard.press("p")
    expect(caption).to_have_text(TALK[7]["title"])


def test_a_file_has_words_in_the_place_of_a_code(page: Page, tmp_path: Path) -> None:
    path = tmp_path / "talk.html"
    path.write_text(one_file(), "utf-8")
    Stage(page).open(path.as_uri())
    talk = Talk(page)

    def is_in_the_middle(selector: str) -> bool:
        box = talk.root.locator(selector).bounding_box()
        assert box is not None
        across, down = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
        return abs(across / 1280 - 0.5) < 0.02 and abs(down / 720 - 0.5) < 0.2

    page.set_viewport_size({"width": 1280, "height": 720})
    talk.press("p", "q")
    expect(talk.root.locator(".qr .note")).to_contain_text("There is no QR code")
    assert is_in_the_middle(".qr .link") and is_in_the_middle(".qr .note")
    # End, and so Home, begins the talk too.
    talk.press("q", "End")
    expect(talk.root.locator(".closing h2")).to_have_text(TALK[-1]["title"])
    assert is_in_the_middle(".closing h2") and is_in_the_middle(".closing .note")
    sentences = talk.root.locator(".closing h2 span")
    expect(sentences).to_have_text(["We still saw a four.", "The network did not."])
    tops = sentences.evaluate_all("(each) => each.map(({ offsetTop }) => offsetTop)")
    assert tops[0] < tops[1]  # each has lines of its own


def draw(stage: Stage, talk: Talk) -> None:
    """Draw a seven with the mouse."""
    first, *others = strokes(stage)
    with stage.answered():
        talk.page.mouse.move(*first)
        talk.page.mouse.down()
        for corner in others:
            talk.page.mouse.move(*corner, steps=10)
        talk.page.mouse.up()


@pytest.mark.parametrize("context", [{"reduced_motion": "reduce"}], indirect=True)
def test_two_talks_and_their_speakers(page: Page, app: App) -> None:
    """Each speaker's window follows its own presentation, and steps it."""
    talks = [Talk(page), Talk(page.context.new_page())]
    speakers = []
    for talk in talks:
        Stage(talk.page).open(f"{app.url}?present&tour=talk")
        talk.at(TALK[0])
        speakers.append(open_speaker(talk))
    title, notes = (speakers[0].locator(selector) for selector in ("h1", ".notes"))
    expect(title).to_have_text(TALK[0]["title"])
    expect(notes).to_have_text(TALK[0]["notes"])
    expect(speakers[0].locator(".place")).to_have_text(f"1 of {len(TALK)}")
    expect(speakers[0].locator(".upcoming")).to_have_text(f"Next: {TALK[1]['title']}")
    expect(speakers[0].locator(".seen")).to_have_text("FGSM on LeNet: Still 4")
    expect(speakers[0].locator(".since")).to_have_text(re.compile(r"^0:\d\d$"))
    assert serious(speakers[0], "body") == []
    speakers[0].get_by_role("button", name="Next").click()
    talks[0].at(TALK[1])
    speakers[0].keyboard.press("PageDown")
    talks[0].at(TALK[2])
    expect(notes).to_have_text(TALK[2]["notes"])
    expect(speakers[0].locator(".seen")).to_contain_text("Fooled: 4 → 9")
    talks[1].at(TALK[0])
    expect(speakers[1].locator("h1")).to_have_text(TALK[0]["title"])
    talks[0].press("b")
    expect(speakers[0].locator(".seen")).to_have_text("The screen is blank.")
    talks[0].press("b", "Escape")
    expect(title).to_have_text("The presentation was left.")
    expect(speakers[1].locator("h1")).to_have_text(TALK[0]["title"])


def test_a_story_from_elsewhere(page: Page, app: App) -> None:
    """By its address on this host or as a file; what is wrong with it is a sentence."""
    stage = Stage(page)
    notice, tour = page.locator(".notice"), page.locator(".tour h2")
    seen: list[str] = []
    page.on("request", lambda request: seen.append(request.url))
    stage.open(f"{app.url}?tour=https://other.example/story.json")
    expect(notice).to_contain_text(
        "A story comes from this page's own host, not from other.example"
    )
    assert not [url for url in seen if url.startswith("https:")]
    expect(page.locator(".tour")).to_be_hidden()

    def drop(name: str, text: str) -> None:
        page.evaluate(
            """([name, text]) => document.dispatchEvent(
                 new CustomEvent("fgsm-file", { detail: { file: new File([text], name) } }))""",
            [name, text],
        )

    words = "<b>Not bold</b><img src=x onerror='document.title = 1'>"
    step = {"title": words[:70], "text": words, "state": "d=210&e=0.1", "target": "chart"}
    drop("mine.json", json.dumps({"title": "Mine", "steps": [step]}))
    expect(tour).to_have_text(step["title"])
    assert page.locator(".tour :is(b, img)").count() == 0
    expect(page.locator(".is-pointed-at")).to_have_class(re.compile("chart"))
    expect(page.locator(".clean figcaption")).to_contain_text("a 2")
    with stage.answered():
        page.keyboard.press("Escape")
    drop("mine.json", json.dumps({"title": "Mine", "steps": [{**step, "target": "body"}]}))
    expect(notice).to_contain_text('Step 1, “target”: it is "body"')

    # The example of the guide, presented from its address.
    guide = (ROOT / "docs" / "stories.md").read_text("utf-8")
    example = re.search(r"```json\n(.*?)```", guide, re.DOTALL)
    assert example is not None
    page.route("**/my-talk.json", lambda route: route.fulfill(body=example[1]))
    page.emulate_media(reduced_motion="reduce")
    stage.open(f"{app.url}?present&tour=my-talk.json")
    talk = Talk(page)
    for step in json.loads(example[1])["steps"]:
        place = ".closing h2" if step.get("scene") == "end" else ".caption"
        expect(talk.root.locator(place)).to_have_text(step["title"])
        if step["title"] == "Its robust twin still reads a seven.":
            talk.says("Fooled: 7 → 2", "Still 7")
        page.keyboard.press("PageDown")
    for field in ("title", "text", "notes", "state", "to", "seconds", "scene", "target"):
        assert f"| `{field}` |" in guide
    for name in TARGETS:
        assert f"`{name}`" in guide
