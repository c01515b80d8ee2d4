"""The scripts of a page without a server: the page's own, the engine's and the shell's, joined."""

import functools
from pathlib import Path

from fgsm.export.join import joined
from fgsm.ui.assets import FILES

PACKAGE = Path(__file__).resolve().parent.parent
SHELL = "export/shell"
INSTEAD = {
    f"ui/shared/{name}": f"{SHELL}/{name}" for name in ("server.js", "home.js", "connection.js")
}
"""The modules that know of a server, and those that stand in their places."""
PAGE = f"{SHELL}/main.js"
ENGINE = "engine/worker.js"
SPEAKER = "ui/present/speaker.js"


def script(entry: str) -> str:
    """One script that does what a module does: `PAGE`, `ENGINE` or `SPEAKER`."""
    return joined(_modules(), entry, INSTEAD)


@functools.cache
def _modules() -> dict[str, str]:
    """All modules by their paths in the package."""
    modules = {f"ui/{path}": text.decode() for path, text in FILES.items() if path.endswith(".js")}
    for folder in ("engine", SHELL):
        for path in sorted((PACKAGE / folder).rglob("*.js")):
            modules[path.relative_to(PACKAGE).as_posix()] = path.read_text("utf-8")
    return modules
