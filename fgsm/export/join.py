"""ES modules -> one script, for browsers that may not load them: none does from a file on disk.

Each module becomes a function that is called once and returns what the module exports, in the order
in which the modules import each other:

    const $dom = (() => { …; return { create, find }; })();

This covers what the page's scripts use, and nothing else (whatever else one of them does is an
error): imports of names or of a whole module at the top, from relative paths, without a cycle;
exports of declarations, none of which is assigned again.
"""

import posixpath
import re
from collections.abc import Mapping

IMPORT = re.compile(r'^import (?:\{([^}]*)\}|\* as (\w+)) from "(\.[^"]+)";\n', re.MULTILINE)
EXPORT = re.compile(
    r"^export (?=(?:async )?(?:function\*?|class|const) (\w+|[{\[][^=]*[}\]]) ?)", re.MULTILINE
)
LEFT = re.compile(r"^(?:import|export)\b.*|import\.meta|\bimport\(", re.MULTILINE)
"""What must not be left once imports and exports are written otherwise."""
ENDS = re.compile(r"</script|<!--", re.IGNORECASE)
"""What would end the element that the script may be written into, in a comment too."""

COMMENT = re.compile(r"/\*.*?\*/", re.DOTALL)  # those that may speak of imports, as types do


def joined(modules: Mapping[str, str], entry: str, instead: Mapping[str, str]) -> str:
    """One script that does what the module does once it is imported.

    Args:
        modules: scripts by their paths, such as "ui/page.js".
        entry: the path of one of them.
        instead: paths of modules, and which others stand in their places.

    Raises:
        ValueError: a module is not there, imports itself by a detour, or does what is not covered.
    """
    parts: dict[str, str] = {}

    def add(path: str, importers: tuple[str, ...]) -> None:
        """Add a module to the parts, after those that it imports."""
        if path in importers:
            raise ValueError(f"modules import each other: {' -> '.join([*importers, path])}")
        if path in parts:
            return
        if path not in modules:
            raise ValueError(f"there is no module {path}, which {importers[-1]} imports")
        for found in IMPORT.finditer(modules[path]):
            add(target(path, found[3]), (*importers, path))
        parts[path] = as_function(path)

    def as_function(path: str) -> str:
        def imported(found: re.Match[str]) -> str:
            names = found[2] or f"{{{found[1].replace(' as ', ': ')}}}"
            return f"const {names} = {name_of(target(path, found[3]))};\n"

        text = modules[path]
        exports = [name for found in EXPORT.finditer(text) for name in _names(found[1])]
        body = EXPORT.sub("", IMPORT.sub(imported, text))
        if left := ENDS.search(body) or LEFT.search(COMMENT.sub("", body)):
            raise ValueError(f"{path} cannot be joined with others: {left[0]!r}")
        return (
            f"// ---- {path} ----\nconst {name_of(path)} = (() => {{\n"
            f"{body}\nreturn {{ {', '.join(exports)} }};\n}})();\n"
        )

    def target(importer: str, relative: str) -> str:
        path = posixpath.normpath(posixpath.join(posixpath.dirname(importer), relative))
        return instead.get(path, path)

    add(entry, ())
    return '"use strict";\n' + "".join(parts.values())


def _names(declared: str) -> list[str]:
    """The names that a declaration declares, such as `name` or `{ a, b: c }`."""
    if declared[0] not in "{[":
        return [declared]
    return [part.split(":")[-1].strip() for part in declared[1:-1].split(",")]


def name_of(path: str) -> str:
    """The name of a module's exports: one for each path."""
    return "$" + re.sub(r"\W", lambda found: f"${ord(found[0]):x}", path.removesuffix(".js"))
