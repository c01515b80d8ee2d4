"""The page without a server: how its files are made, and how a browser opens and keeps them."""

import base64
import functools
import json
import os
import posixpath
import re
import shutil
import threading
import time
import xml.etree.ElementTree as ET
from collections.abc import Iterator
from contextlib import contextmanager
from html.parser import HTMLParser
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import numpy as np
import pytest
import torch
from PIL import Image
from playwright.sync_api import Browser, BrowserContext, Page, Route, expect

from fgsm.attack import fgsm
from fgsm.catalogue import MODELS, load_model
from fgsm.digits import SPRITE
from fgsm.export import scripts, write
from fgsm.export.__main__ import main
from fgsm.export.join import IMPORT
from fgsm.export.text import html_of
from fgsm.frames import image_frames
from fgsm.service.listing import FIRST, FIRST_EPSILON
from fgsm.ui.how import paper, steps
from tests.browser import READY, ROOT, Stage
from tests.helpers import TALK

pytestmark = pytest.mark.without_a_server
HOME = "https://example.org/fgsm/"
LARGEST_FILE = 1_500_000
"""Bytes of the one file, so that it can be sent by mail and kept on anything."""
ENTRIES = (scripts.PAGE, scripts.ENGINE, scripts.SPEAKER)


@pytest.fixture(scope="module")
def files() -> dict[str, bytes]:
    """The files of a folder, by their paths."""
    return write.files(HOME)


@pytest.fixture(scope="module")
def one_file() -> str:
    """The page in one file."""
    return write.one_file(HOME)


# ---- the scripts ----


def parts_of(script: str) -> set[str]:
    """The modules that were joined in a script."""
    return set(re.findall(r"^// ---- ([\w/]+\.js) ----$", script, re.MULTILINE))


def test_every_module_is_in_a_script_or_has_another_in_its_place() -> None:
    modules = scripts._modules()
    in_scripts = set().union(*(parts_of(scripts.script(entry)) for entry in ENTRIES))
    files_of_their_own = {f"{scripts.SHELL}/{name}" for name in ("theme.js", "service_worker.js")}
    left = set(modules) - in_scripts - files_of_their_own
    assert left == set(scripts.INSTEAD) and set(scripts.INSTEAD.values()) <= in_scripts


def test_what_stands_in_a_modules_place_exports_all_that_others_import() -> None:
    modules = scripts._modules()
    wanted: dict[str, set[str]] = {path: set() for path in scripts.INSTEAD}
    for importer, text in modules.items():
        for names, whole, relative in IMPORT.findall(text):
            found = posixpath.normpath(posixpath.join(posixpath.dirname(importer), relative))
            if found in wanted:
                assert not whole, importer  # else any of its exports may be used
                wanted[found] |= {name.split()[0] for name in names.split(",") if name.strip()}
    for path, names in wanted.items():
        there = re.findall(r"^export (?:async )?\w+\*? (\w+)", modules[scripts.INSTEAD[path]], re.M)
        assert names and names <= set(there), path


# ---- words and formulas ----


@pytest.mark.parametrize("text", [*(text for text, _ in steps()), paper()])
def test_formulas_become_mathml(text: str) -> None:
    html = html_of(text)
    blocks = re.findall(r"\$\$.+?\$\$", text, re.DOTALL)
    inline = re.findall(r"\$[^$]+\$", re.sub(r"\$\$.+?\$\$", "", text, flags=re.DOTALL))
    assert html.count('display="block"') == len(blocks)
    assert html.count("<math ") == len(blocks) + len(inline)
    assert "$" not in html and not re.search(r"\\\w|\\[,;{}]", html)
    for formula in re.findall(r"<math .*?</math>", html, re.DOTALL):
        ET.fromstring(formula)


def test_formulas_are_spaced_as_tex_spaces_them() -> None:
    html = html_of("$a - b = -\\operatorname{sign}(w)$")
    assert "<mi>sign</mi>" in html
    between, after_equals = re.findall("<mo([^>]*)>&#x02212;</mo>", html)
    assert not between and after_equals == ' form="prefix"'


def test_markdown_becomes_html() -> None:
    html = html_of("## A table\n\n| ε |\n|---|\n| $\\varepsilon^*$ |\n")
    assert "<h2>A table</h2>" in html and "<th>ε</th>" in html
    assert re.search(r"<td>.*<msup><mi>.*</mi><mo.*</mo></msup>.*</td>", html, re.DOTALL)


# ---- the files ----


class Elements(HTMLParser):
    """The elements of a document: their names, attributes and, of scripts and styles, the text."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, str], list[str]]] = []
        self.is_open = False
        self.feed(html)

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, {name: value or "" for name, value in attributes}, []))
        self.is_open = True

    def handle_data(self, data: str) -> None:
        if self.is_open:
            self.found[-1][2].append(data)

    def handle_endtag(self, tag: str) -> None:
        self.is_open = False

    def texts(self, tag: str) -> list[tuple[dict[str, str], str]]:
        return [(attributes, "".join(text)) for name, attributes, text in self.found if name == tag]


def test_the_one_file_is_small(one_file: str) -> None:
    assert len(one_file.encode()) <= LARGEST_FILE


def test_the_one_file_holds_the_folders_files(files: dict[str, bytes], one_file: str) -> None:
    """Each as it is: nothing in one of them has ended the element that it stands in."""
    elements = Elements(one_file)
    found = elements.texts("script")
    within = {
        attributes["data-file"]: base64.b64decode(text)
        for attributes, text in found
        if "data-file" in attributes
    }
    assert set(within) == {"engine.js", "engine.json", write.SPEAKER_WINDOW, SPRITE.name}
    assert within == {path: files[path] for path in within}
    (module,) = (text for attributes, text in found if attributes.get("type") == "module")
    assert module.strip() == files["page.js"].decode().strip()
    (style,) = (text for _, text in elements.texts("style"))
    assert style == files["page.css"].decode()


LOADING = {"src", "srcset", "href", "poster", "data", "action", "formaction", "background"}
NAMES_ONLY = {"http://www.w3.org/2000/svg", "http://www.w3.org/1998/Math/MathML"}
"""Of namespaces: nothing is there to be loaded."""
ASKS = r"\b(?:fetch|Worker|WebSocket|EventSource|importScripts|sendBeacon|register|URL)\("


def test_nothing_is_loaded_from_another_host(files: dict[str, bytes], one_file: str) -> None:
    documents = [one_file, *(files[path].decode() for path in ("index.html", write.SPEAKER_WINDOW))]
    sheets = [files["page.css"].decode()]
    code = [files[path].decode() for path in ("page.js", "engine.js", "service_worker.js")]
    for html in documents:
        elements = Elements(html)
        for tag, attributes, _ in elements.found:
            for name in LOADING & set(attributes) if tag != "a" else ():
                address = urlsplit(attributes[name])
                assert address.scheme in ("", "data") and not address.netloc, (tag, attributes)
        sheets += [text for _, text in elements.texts("style")]
    for sheet in sheets:
        assert "@import" not in sheet
        for address in re.findall(r"""url\(["']?([^"')]*)""", sheet):
            assert address.startswith(("data:", "#")), address
    for script in code:
        assert not re.search(ASKS + r"[\"'`](?:[a-z]+:)?//", script)
        named = set(re.findall(r"https?://[\w.-]+\.[a-z]{2,}[^\s\"'`]*", script))
        # Hugging Face is told of the state, where it has the page in a frame; see address.js.
        assert named <= {*NAMES_ONLY, "https://huggingface.co"}


def test_the_service_worker_keeps_all_that_the_page_needs(files: dict[str, bytes]) -> None:
    worker = files["service_worker.js"].decode()
    (kept,) = re.findall(r"^const FILES = (\[.*\]);$", worker, re.MULTILINE)
    others = {"index.html", "README.md", "service_worker.js"}  # "./" is the first of these
    assert sorted(json.loads(kept)) == sorted({"./", *files} - others)
    (version,) = re.findall(r"^const CACHE = `\$\{MINE\}([0-9a-f]{12})`;$", worker, re.MULTILINE)
    page = Elements(files["index.html"].decode())
    addresses = [attributes.get("href") or attributes.get("src") for _, attributes, _ in page.found]
    assert {f"page.js?v={version}", f"page.css?v={version}"} <= set(addresses)


def test_another_page_is_another_version(files: dict[str, bytes]) -> None:
    """Else browsers that keep the page would not notice that it has changed."""
    assert write.files(HOME) == files
    other = write.files(HOME + "elsewhere/")
    assert {path for path in files if other[path] != files[path]} == {
        "index.html",
        "service_worker.js",
    }


def test_the_engine_has_the_weights_bit_for_bit(files: dict[str, bytes]) -> None:
    models = json.loads(files["engine.json"])["models"]
    assert list(models) == list(MODELS)
    for key in MODELS:
        parameters = load_model(key, torch.device("cpu")).state_dict()
        assert models[key]["parameters"].keys() == parameters.keys()
        for name, values in parameters.items():
            found = np.frombuffer(base64.b64decode(models[key]["parameters"][name]), "<f4")
            assert found.tobytes() == values.numpy().tobytes(), (key, name)


def test_the_icon_is_the_first_adversarial_image(
    files: dict[str, bytes], builtin: tuple[torch.Tensor, torch.Tensor], tmp_path: Path
) -> None:
    images, labels = (each[FIRST.index : FIRST.index + 1] for each in builtin)
    attacked = fgsm(load_model(FIRST.model, torch.device("cpu")), images, labels, FIRST_EPSILON)
    for side in write.ICONS:
        path = tmp_path / "icon.png"
        path.write_bytes(files[f"icon-{side}.png"])
        icon = np.asarray(Image.open(path))
        assert icon.shape == (side, side)
        middles = (np.arange(28) * 2 + 1) * side // 56
        assert (icon[np.ix_(middles, middles)] == image_frames(attacked[0, 0]).numpy()).all()


# ---- the command ----


def read_all(folder: Path) -> dict[str, bytes]:
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in folder.rglob("*")
        if path.is_file()
    }


def test_writes_a_folder_and_a_file(
    tmp_path: Path, files: dict[str, bytes], one_file: str, capsys: pytest.CaptureFixture[str]
) -> None:
    folder, file = tmp_path / "a" / "site", tmp_path / "b" / "fgsm.html"
    main([str(folder), "--one-file", str(file), "--home", HOME])
    assert read_all(folder) == files
    assert read_all(file.parent) == {"fgsm.html": one_file.encode()}
    told = capsys.readouterr().out.splitlines()
    assert told[0].startswith(f"{folder}: 1.") and told[1].startswith(f"{file}: 1.")
    assert len(told) == 2 and all(line.endswith(" MB") for line in told)
    for html in (one_file, files["index.html"].decode()):
        (told_home,) = re.findall(r'id="fgsm-page">(.*?)</script>', html)
        assert json.loads(told_home)["home"] == HOME


def test_a_second_export_takes_the_place_of_the_first(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder, file = tmp_path / "site", tmp_path / "fgsm.html"
    for content in ("longer than the second", "second"):
        made = {"index.html": content.encode(), "service_worker.js": content.encode()}
        monkeypatch.setattr("fgsm.export.__main__.files", lambda home, made=made: made)
        monkeypatch.setattr("fgsm.export.__main__.one_file", lambda home, text=content: text)
        main([str(folder), "--one-file", str(file)])
        assert read_all(folder) == made and file.read_text("utf-8") == content


@pytest.mark.parametrize(
    "words, told",
    [
        ([], "nothing to write; give a folder, or --one-file and a file's name"),
        (["--home", HOME], "nothing to write; give a folder, or --one-file and a file's name"),
        *(
            (["OUT", "--home", home], f"--home is {home!r}; it must be an address that begins")
            for home in (
                "example.org",
                "//example.org",
                "file:///tmp",
                "http://",
                "http://[",
                "https://:80/",
                "https://host:99999/",
                "https://exa mple.org/",
                "https://<b>/",
                "https://müller.example/",
            )
        ),
        ([""], "OUT/ is empty; it must be the name of a folder"),
        (["--one-file", ""], "--one-file is ''; a browser opens what ends in .html"),
        (["--one-file", "OUT/"], "--one-file is 'OUT/'; a browser opens what ends in .html"),
    ],
)
def test_a_command_that_cannot_be_meant(
    words: list[str],
    told: str,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.chdir(tmp_path)
    with pytest.raises(SystemExit) as ended:
        main(words)
    assert ended.value.code == 2
    assert (
        capsys.readouterr().err.splitlines()[-1].startswith(f"python -m fgsm.export: error: {told}")
    )
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize(
    "words",
    [["FILE"], ["FILE/site"], ["OTHERS"], ["--one-file", "FILE/a.html"], ["--one-file", "F.html"]],
)
def test_a_place_that_cannot_be_written(
    words: list[str],
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("fgsm.export.__main__.files", lambda home: {"index.html": b""})
    monkeypatch.setattr("fgsm.export.__main__.one_file", lambda home: "")
    (tmp_path / "FILE").write_text("of somebody else")
    (tmp_path / "F.html").mkdir()
    (tmp_path / "OTHERS").mkdir()
    (tmp_path / "OTHERS" / "index.html").write_text("of somebody else")
    monkeypatch.chdir(tmp_path)
    with pytest.raises(SystemExit) as ended:
        main(words)
    assert ended.value.code == 2
    (line,) = capsys.readouterr().err.splitlines()
    assert line.startswith("python -m fgsm.export: ") and words[-1].split("/")[0] in line
    for path in ("FILE", "OTHERS/index.html"):
        assert (tmp_path / path).read_text() == "of somebody else"


# ---- in a browser, from a host of files ----


HOSTING = (ROOT / "docs" / "hosting.md").read_text("utf-8")
(POLICY,) = re.findall(r"^ *Content-Security-Policy: (.+)$", HOSTING, re.MULTILINE)


class Host(SimpleHTTPRequestHandler):
    """A host of files, as strict as docs/hosting.md says that one may be; it keeps no log."""

    def end_headers(self) -> None:
        self.send_header("Content-Security-Policy", POLICY)
        super().end_headers()

    def log_message(self, format: str, *arguments: Any) -> None:
        pass


class WithoutEndings(Host):
    """A host that leaves ".html" out of addresses, as some do."""

    def do_GET(self) -> None:
        path, mark, query = self.path.partition("?")
        if path.endswith(".html"):
            self.send_response(308)
            self.send_header("Location", f"{path.removesuffix('.html')}{mark}{query}")
            self.send_header("Content-Length", "0")
            self.end_headers()
            return
        if Path(f"{self.directory}{path}.html").is_file():
            self.path = f"{path}.html{mark}{query}"
        super().do_GET()


@contextmanager
def serving(folder: Path, kind: type[Host] = Host) -> Iterator[str]:
    """The address of a host of these files, which is gone afterwards."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), functools.partial(kind, directory=folder))
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def write_all(folder: Path, files: dict[str, bytes]) -> None:
    for path, content in files.items():
        (folder / path).parent.mkdir(exist_ok=True)
        (folder / path).write_bytes(content)


@pytest.fixture(scope="module")
def folder(files: dict[str, bytes], tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder as it is written."""
    folder = tmp_path_factory.mktemp("site")
    write_all(folder, files)
    return folder


# A window of its own, since a service worker stays in it.
keeps = pytest.mark.parametrize("context", [{"service_workers": "allow"}], indirect=True)


@keeps
@pytest.mark.parametrize("name", ["", "index.html"])
def test_opens_again_without_host_and_network(
    name: str, context: BrowserContext, page: Page, folder: Path
) -> None:
    stage = Stage(page)
    with serving(folder) as url:
        stage.open(f"{url}{name}#d=403&e=0.115")  # the first digit, but not at its first epsilon
        expect(page.locator(".verdict .words")).to_have_text("Fooled: 4 → 9")
        stage.pick(721)
        assert stage.reading("clean") == 1
        page.evaluate("() => navigator.serviceWorker.ready.then(({ active }) => active.scriptURL)")
    context.set_offline(True)
    try:
        stage.open(f"{url}{name}?__theme=light#d=798&e=0.15")
        assert stage.reading("clean") == 7
        stage.pick(403)
        assert stage.reading("clean") == 4 and stage.breaking_point() is not None
    finally:
        context.set_offline(False)


@keeps
def test_another_version_replaces_the_one_before_and_nothing_else(page: Page, folder: Path) -> None:
    with serving(folder) as url:
        page.route("**/favicon.ico", lambda route: route.fulfill(status=204))
        page.goto(f"{url}icon-192.png")
        before, others = f"fgsm {url} before", f"fgsm {url}others/ theirs"
        page.evaluate(
            "(names) => Promise.all(names.map((name) => caches.open(name)))", [before, others]
        )
        Stage(page).open(url)
        page.evaluate("() => navigator.serviceWorker.ready")
        names = page.evaluate(
            """async (before) => {
                 while (await caches.has(before)) await new Promise((done) => setTimeout(done, 20));
                 return caches.keys();
               }""",
            before,
        )
        assert others in names and len(names) == 2


def version_of(page: Page) -> str:
    version: str = json.loads(page.text_content("#fgsm-page") or "")["version"]
    return version


@keeps
def test_an_open_page_keeps_its_version_while_another_comes(
    context: BrowserContext, page: Page, files: dict[str, bytes], tmp_path: Path
) -> None:
    """Whoever opens the page meanwhile gets the other one at once, and all of that."""
    newer = write.files(HOME + "elsewhere/")
    newer = {**newer, "engine.js": newer["engine.js"] + b"// newer"}
    write_all(tmp_path, files)
    with serving(tmp_path) as url:
        Stage(page).open(url)
        page.evaluate("() => navigator.serviceWorker.ready")
        Stage(page).open(url)  # by what is kept, from now on
        version = version_of(page)
        write_all(tmp_path, newer)
        for path in newer:  # a host may tell versions apart by the second
            os.utime(tmp_path / path, (time.time() + 9, time.time() + 9))
        other = context.new_page()
        Stage(other).open(url)
        assert version_of(other) != version == version_of(page)
        waits = "async () => (await navigator.serviceWorker.getRegistration()).waiting !== null"
        other.wait_for_function(waits)
        for path in ("engine.js", write.SPEAKER_WINDOW):
            for each, of_its_version in ((page, files), (other, newer)):
                text = each.evaluate(
                    "async (address) => (await fetch(address)).text()",
                    f"{path}?v={version_of(each)}",
                )
                assert text == of_its_version[path].decode()


@keeps
def test_an_older_page_is_not_kept_as_a_newer_one(
    page: Page, files: dict[str, bytes], tmp_path: Path
) -> None:
    """Some hosts answer with older files for a while, whatever the address asks for."""
    write_all(tmp_path, files)
    with serving(tmp_path) as url:
        Stage(page).open(url)
        page.evaluate("() => navigator.serviceWorker.ready")
        newer = write.files(HOME + "elsewhere/")["service_worker.js"]
        (tmp_path / "service_worker.js").write_bytes(newer)
        kept = page.evaluate(
            """async () => {
                 const registration = await navigator.serviceWorker.getRegistration();
                 await registration.update();
                 const { installing } = registration;
                 while (installing?.state === "installing")
                   await new Promise((done) => installing.addEventListener("statechange", done));
                 return caches.keys();
               }"""
        )
        assert [name for name in kept if url in name] == [f"fgsm {url} {version_of(page)}"]


@keeps
def test_what_takes_the_place_of_the_page_is_shown(
    context: BrowserContext, page: Page, folder: Path
) -> None:
    """Another project on the same port of this machine, for example."""
    with serving(folder) as url:
        Stage(page).open(url)
        page.evaluate("() => navigator.serviceWorker.ready")
        Stage(page).open(url)
        others = '<link rel="icon" href="data:,"><p>of others'
        context.route(url, lambda route: route.fulfill(content_type="text/html", body=others))
        page.goto(url)
        expect(page.locator("body")).to_have_text("of others")


@keeps
@pytest.mark.parametrize("fault", ["it does not answer", "it is broken"])
def test_a_host_in_trouble_is_not_waited_for(
    fault: str, context: BrowserContext, page: Page, folder: Path
) -> None:
    with serving(folder) as url:
        Stage(page).open(url)
        page.evaluate("() => navigator.serviceWorker.ready")
        held: list[Route] = []

        def answer(route: Route) -> None:
            if fault == "it is broken":
                route.fulfill(status=503)
            else:
                held.append(route)

        context.route(url, answer)
        Stage(page).open(url)
        assert bool(held) == (fault == "it does not answer")
        for route in held:
            route.abort()


@keeps
def test_what_is_kept_is_all_of_one_version(page: Page, folder: Path) -> None:
    """A host may answer with older files for a while, but not at an address that is new."""
    with serving(folder) as url:
        Stage(page).open(url)
        kept = page.evaluate(
            """async () => {
                 await navigator.serviceWorker.ready;
                 const names = (await caches.keys()).filter((name) => name.includes(location.href));
                 const cache = await caches.open(names[0]);
                 return [names, (await cache.keys()).map((request) => request.url)];
               }"""
        )
    (name,), addresses = kept
    version = name.split()[-1]
    assert f"{url}?v={version}" in addresses
    assert all(address.endswith(f"?v={version}") for address in addresses)


@keeps
def test_the_speakers_window_is_kept_though_its_address_was_another(
    page: Page, folder: Path
) -> None:
    with serving(folder, WithoutEndings) as url:
        Stage(page).open(url)
        page.evaluate("() => navigator.serviceWorker.ready")
        page.goto(f"{url}{write.SPEAKER_WINDOW}?v=1")
        expect(page.locator(".notes")).to_be_attached()


def test_a_page_that_may_not_load_its_scripts_says_so(
    browser: Browser, page: Page, folder: Path
) -> None:
    said = page.locator(".unserved")
    with serving(folder) as url:
        Stage(page).open(url)
        expect(said).to_be_hidden()
    other = browser.new_page()  # where errors in the console are no fault
    other.goto((folder / "index.html").as_uri())
    expect(other.locator(".unserved")).to_contain_text("python -m fgsm.export --one-file")
    box = other.locator(".unserved").bounding_box()
    assert box is not None and box["y"] == 0
    other.close()


@keeps
def test_can_be_installed(context: BrowserContext, page: Page, folder: Path) -> None:
    """As Chromium says, which finds fault with the incognito window only."""
    with serving(folder) as url:
        Stage(page).open(url)
        session = context.new_cdp_session(page)
        manifest = session.send("Page.getAppManifest")
        assert manifest["url"] == f"{url}manifest.webmanifest" and manifest["errors"] == []
        assert json.loads(manifest["data"])["name"] == page.title()
        faults = session.send("Page.getInstallabilityErrors")["installabilityErrors"]
        assert {fault["errorId"] for fault in faults} <= {"in-incognito"}


@keeps
def test_the_speakers_window_opens(page: Page, folder: Path) -> None:
    with serving(folder) as url:
        Stage(page).open(f"{url}?present")
        page.keyboard.press("PageDown")
        with page.expect_popup() as opened:
            page.keyboard.press("n")
        speaker = opened.value
        assert urlsplit(speaker.url).path == f"/{write.SPEAKER_WINDOW}"
        expect(speaker.locator("h1")).to_have_text(TALK[0]["title"])
        speaker.get_by_role("button", name="Next").click()
        expect(speaker.locator("h1")).to_have_text(TALK[1]["title"])


@keeps
def test_a_story_beside_the_page(page: Page, folder: Path, tmp_path: Path) -> None:
    site = shutil.copytree(folder, tmp_path / "site")
    step = {"state": "d=798&e=0.15", "title": "A seven.", "text": "From a file beside the page."}
    story = {"title": "Mine", "language": "en", "steps": [step]}
    (site / "my.json").write_text(json.dumps(story), "utf-8")
    with serving(site) as url:
        page.goto(f"{url}?tour=my.json")
        page.wait_for_selector(READY)
        expect(page.locator(".tour h2")).to_have_text("A seven.")
        expect(page.locator(".clean .reading b")).to_have_text("7")


@pytest.mark.parametrize("path", ["engine.js", "engine.json", "digits.png"])
def test_says_so_if_there_is_nothing_to_compute_with(page: Page, folder: Path, path: str) -> None:
    stage = Stage(page)
    page.route(f"**/{path}?*", lambda route: route.fulfill(status=503))
    with serving(folder) as url:
        stage.open(f"{url}#d=798&e=0.15")
        notice = page.locator(".notice")
        expect(notice).to_contain_text("This link cannot be shown. Your browser could not compute")
        assert stage.reading("clean") == 4  # the first page, which needs no engine
        page.click(".notice .close")
        page.keyboard.press("r")
        expect(notice).to_contain_text("Your browser could not compute this; its console says why.")


def test_says_so_if_what_it_computes_with_is_damaged(page: Page, folder: Path) -> None:
    cut = (folder / "engine.json").read_bytes()[:100_000]
    page.route("**/engine.json?*", lambda route: route.fulfill(body=cut))
    with serving(folder) as url:
        Stage(page).open(f"{url}#d=798&e=0.15")
        expect(page.locator(".notice")).to_contain_text("This link cannot be shown.")
