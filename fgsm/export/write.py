"""The page without a server: as one file, and as the files of a folder for any host."""

import base64
import hashlib
import io
import json

import numpy as np
from PIL import Image

from fgsm.attack import fgsm
from fgsm.catalogue import FGSM
from fgsm.digits import SPRITE
from fgsm.export.data import engine_data
from fgsm.export.page import SHELL, document, style_sheet
from fgsm.export.scripts import ENGINE, PAGE, SPEAKER, script
from fgsm.frames import image_frames
from fgsm.service.digits import data_set, model_of
from fgsm.service.listing import FIRST, FIRST_EPSILON
from fgsm.ui.assets import FOLDER
from fgsm.ui.page import TITLE

SPEAKER_WINDOW = "present/speaker.html"
ICONS = (192, 512)
"""Pixels per side, as installed pages need them."""
UNSERVED = (
    "The scripts of this page could not be loaded. A browser does not load them from a disk: let a "
    "host serve the folder, for example by <code>python -m http.server</code>, or open the page as "
    "one file, which <code>python -m fgsm.export --one-file fgsm.html</code> writes."
)
BLANK = "VERSION-OF-THE-PAGE"
"""Where the page says its version, which is known only once the page is written."""


def one_file(home: str | None = None) -> str:
    """The page with all that it needs, as HTML that opens by a double click.

    Args:
        home: where others find the page; for the links and codes that are made in the file.

    Raises:
        OSError, ValueError: a file of the project is missing or damaged.
    """
    # In base64, since HTML within HTML would end the element that it stands in.
    parts = [
        _within("engine.js", "text/javascript", script(ENGINE).encode()),
        _within("engine.json", "application/json", engine_data().encode()),
        _within(SPEAKER_WINDOW, "text/html", _speaker_window().encode()),
        _within(SPRITE.name, "image/png", SPRITE.read_bytes()),
        f'<script type="module">\n{script(PAGE)}</script>',
    ]
    head = f'<link rel="icon" href="data:,">\n<style>{style_sheet()}</style>'
    return document(head, "\n".join(parts), {"home": home, "version": None})


def files(home: str | None = None) -> dict[str, bytes]:
    """The files of a folder, by their paths; what `one_file` says holds here too."""
    found = {
        "page.css": style_sheet().encode(),
        "page.js": script(PAGE).encode(),
        "engine.js": script(ENGINE).encode(),
        "engine.json": engine_data().encode(),
        SPEAKER_WINDOW: _speaker_window().encode(),
        SPRITE.name: SPRITE.read_bytes(),
        "manifest.webmanifest": _manifest().encode(),
        **{_icon_name(side): _icon(side) for side in ICONS},
        "README.md": (SHELL / "README.md").read_bytes(),
    }

    head = (
        f'<link rel="icon" href="{_icon_name(ICONS[0])}" type="image/png">\n'
        '<link rel="manifest" href="manifest.webmanifest">\n'
        f'<link rel="stylesheet" href="page.css?v={BLANK}">\n'
        f'<link rel="modulepreload" href="page.js?v={BLANK}">'
    )
    foot = (
        f'<p class="unserved" hidden>{UNSERVED}</p>\n'
        f'<script type="module" src="page.js?v={BLANK}" onerror="'
        "const said = document.querySelector('.unserved'); said.hidden = false; "
        'document.body.prepend(said);"></script>'
    )
    page = document(head, foot, {"home": home, "version": BLANK})
    # Hosts let browsers keep files for a while; another version of one has another address. The
    # page counts too: a browser that keeps it fetches it anew only for another version.
    version = hashlib.sha256(b"".join([page.encode(), *found.values()])).hexdigest()[:12]
    kept = [name for name in found if name != "README.md"]
    worker = (SHELL / "service_worker.js").read_text("utf-8")
    worker = worker.replace("VERSION", version).replace('["FILES"]', json.dumps(["./", *kept]))
    return {
        "index.html": page.replace(BLANK, version).encode(),
        **found,
        "service_worker.js": worker.encode(),
    }


def _within(path: str, kind: str, content: bytes) -> str:
    """A file in the page; `shell/home.js` finds it there."""
    packed = base64.b64encode(content).decode("ascii")
    return f'<script type="text/plain" data-file="{path}" data-kind="{kind}">{packed}</script>'


def _speaker_window() -> str:
    """The speaker's window, with its style and its script in it."""
    html = (FOLDER / SPEAKER_WINDOW).read_text("utf-8")
    style = (FOLDER / "present" / "speaker.css").read_text("utf-8")
    for link, content in (
        ('<link rel="stylesheet" href="speaker.css">', f"<style>{style}</style>"),
        (
            '<script type="module" src="speaker.js"></script>',
            f'<script type="module">{script(SPEAKER)}</script>',
        ),
    ):
        assert link in html
        html = html.replace(link, content)
    return html


def _manifest() -> str:
    """What a browser needs to install the page."""
    return json.dumps(
        {
            "name": TITLE,
            "short_name": FGSM.title,
            "start_url": ".",
            "display": "standalone",
            "background_color": "#ffffff",
            "theme_color": "#d95f02",
            "icons": [
                {"src": _icon_name(side), "sizes": f"{side}x{side}", "type": "image/png"}
                for side in ICONS
            ],
        },
        indent=1,
    )


def _icon_name(side: int) -> str:
    return f"icon-{side}.png"


def _icon(side: int) -> bytes:
    """The adversarial image that the page opens with."""
    images, labels = (each[FIRST.index : FIRST.index + 1] for each in data_set(FIRST.source))
    device = next(model_of(FIRST.model).parameters()).device
    attacked = fgsm(model_of(FIRST.model), images.to(device), labels.to(device), FIRST_EPSILON)
    picture = Image.fromarray(np.asarray(image_frames(attacked[0, 0]).cpu()))
    file = io.BytesIO()
    picture.resize((side, side), Image.Resampling.NEAREST).save(file, "PNG", optimize=True)
    return file.getvalue()
