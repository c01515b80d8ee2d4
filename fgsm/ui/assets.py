"""The page's own files: scripts, styles and the digits' sprite, served with a version in the URL.

Everything is read once, at the start. The version is a hash of all of it, so that a browser may
keep a file for good, and still gets a new one as soon as anything changes. `fgsm.ui.kept` sends it.

A script is an ES module and imports its neighbours by relative paths. Two are made here:
`shared/catalogue.js` from `fgsm.catalogue`, and `stories/built_in.js` from the stories. Style
sheets become one, `page.css`: `page.css` itself applies everywhere, the sheets of a folder only
within the components that `SCOPES` names.
"""

import hashlib
import json
from pathlib import Path

from fgsm.catalogue import MODELS
from fgsm.digits import SPRITE
from fgsm.service.listing import listing
from fgsm.ui.wire import packed

FOLDER = Path(__file__).parent
SCOPES = {
    "shared": ".gradio-container",
    "stage": ".in-stage",
    "all_digits": ".in-all-digits",
    "how": ".in-how",
    "header": ".in-header",
    "present": ".in-header",
    "figures": ".gradio-container",
    "embed": "[data-embed]",
}
"""The components that the style sheets of a folder are for; see `fgsm.ui.component`."""
SHEETS = (
    "shared/chart.css",
    "shared/connection.css",
    "shared/dropping.css",
    "header/header.css",
    "header/tour.css",
    "present/present.css",
    "present/scenes.css",
    # stage.css is the last of its folder: its rules for small windows override the others.
    "stage/choosing.css",
    "stage/plots.css",
    "stage/stage.css",
    "all_digits/accuracy.css",
    "all_digits/survey.css",
    "how/figure.css",
    "figures/figures.css",
    # The last: it overrides the others where the page is embedded.
    "embed/embed.css",
)
WINDOWS = ("present/speaker.html", "present/speaker.css")
"""A page of its own, without Gradio, and its style sheet."""


def _style_sheet() -> str:
    """One sheet for the page."""
    parts = [(FOLDER / "page.css").read_text("utf-8"), _colours()]
    for name in SHEETS:
        scope = SCOPES[name.partition("/")[0]]
        # `:is(#…)` is as specific as an id, and so overrides Gradio's rules; no element has the id.
        parts.append(f":is(#ours, {scope}) {{\n{(FOLDER / name).read_text('utf-8')}}}\n")
    return "\n".join(parts)


def _colours() -> str:
    """The models' colours as custom properties, for the light and for the dark page."""
    root = ".gradio-container.gradio-container"
    light, dark = (
        "".join(f"--model-{model.key}: {model.colour[i]};" for model in MODELS.values())
        for i in (0, 1)
    )
    return f"{root} {{ {light} }}\n.dark {root} {{ {dark} }}\n"


def _catalogue() -> str:
    return f"export const catalogue = {json.dumps(packed(listing()))};\n"


def _stories() -> str:
    """The stories as texts, which `stories/story.js` reads like anybody's."""
    texts = {path.stem: path.read_text("utf-8") for path in (FOLDER / "stories").glob("*.json")}
    return f"export const BUILT_IN = {json.dumps(dict(sorted(texts.items())))};\n"


def _files() -> dict[str, bytes]:
    """Every file by its path."""
    scripts = {
        path.relative_to(FOLDER).as_posix(): path.read_bytes() for path in FOLDER.rglob("*.js")
    }
    return {
        **dict(sorted(scripts.items())),
        "shared/catalogue.js": _catalogue().encode(),
        "stories/built_in.js": _stories().encode(),
        **{path: (FOLDER / path).read_bytes() for path in WINDOWS},
        "page.css": _style_sheet().encode(),
        SPRITE.name: SPRITE.read_bytes(),
    }


FILES = _files()
VERSION = hashlib.sha256(b"".join(path.encode() + FILES[path] for path in FILES)).hexdigest()[:12]
BASE = f"fgsm/{VERSION}"
"""Where the files are, below the page's own address."""
_LINKS = f'<link rel="stylesheet" href="{BASE}/page.css">' + "".join(
    f'<link rel="modulepreload" href="{BASE}/{path}">' for path in FILES if path.endswith(".js")
)
HEAD = (
    '<script>if (window.__gradio_mode__ === "app") '
    f"document.head.insertAdjacentHTML('beforeend', '{_LINKS}');</script>"
)
"""For the page's head: the browser asks for all files at once, and keeps them. A tab that is opened
later needs nothing more, even if the server is gone. Gradio writes this into the head of whatever
document it is in, where the addresses are right only in its own; elsewhere `page.js` sees to it."""
