"""`python -m fgsm.export`: write the page without a server."""

import argparse
import re
from collections.abc import Iterable, Sequence
from pathlib import Path
from urllib.parse import urlsplit

from fgsm.export.write import files, one_file


def main(arguments: Sequence[str] | None = None) -> None:
    """Write a folder, a file, or both, and say how large they are."""
    parser = argparse.ArgumentParser(
        prog="python -m fgsm.export",
        description="Write the page without a server: it computes in the visitor's browser.",
    )
    add = parser.add_argument
    add("folder", nargs="?", metavar="OUT/", help="a folder for any host of files")
    add("--one-file", metavar="OUT.html", help="one file, opened by a double click")
    add(
        "--home",
        metavar="URL",
        help="where others find the page; a file's links and codes go there",
    )
    options = parser.parse_args(arguments)
    if options.folder is None and options.one_file is None:
        parser.error("nothing to write; give a folder, or --one-file and a file's name")
    if options.folder == "":
        parser.error("OUT/ is empty; it must be the name of a folder")
    if options.one_file is not None and not options.one_file.endswith((".html", ".htm")):
        parser.error(f"--one-file is {options.one_file!r}; a browser opens what ends in .html")
    if options.home is not None and not _is_address(options.home):
        parser.error(
            f"--home is {options.home!r}; it must be an address that begins with http:// or "
            "https://, written as browsers write it"
        )
    try:
        if options.folder is not None:
            folder, contents = Path(options.folder), files(options.home)
            _check_that_nothing_is_lost(folder, contents)
            _write_all(folder, contents)
        if options.one_file is not None:
            file = Path(options.one_file)
            _write_all(file.parent, {file.name: one_file(options.home).encode()})
    except (OSError, ValueError) as error:
        parser.exit(2, f"{parser.prog}: {error}\n")


def _is_address(text: str) -> bool:
    if not re.fullmatch(r"""[^\s\x00-\x1f<>"\\^`{|}\x7f-\U0010ffff]+""", text):
        return False
    try:
        parts = urlsplit(text)
        _ = parts.port  # which is checked only when it is asked for
    except ValueError:  # half an IPv6 address, for example
        return False
    return parts.scheme in ("http", "https") and bool(parts.hostname)


def _check_that_nothing_is_lost(folder: Path, names: Iterable[str]) -> None:
    """An earlier export is replaced, but not the files of somebody else.

    Raises:
        FileExistsError: there are such files.
    """
    if (folder / "service_worker.js").exists():
        return
    there = [name for name in names if (folder / name).exists()]
    if there:
        raise FileExistsError(
            f"{folder} holds {there[0]}, which no export wrote; choose another folder, or delete it"
        )


def _write_all(folder: Path, contents: dict[str, bytes]) -> None:
    for name, content in contents.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
    size = sum(map(len, contents.values()))
    what = folder if len(contents) > 1 else folder / next(iter(contents))
    print(f"{what}: {size / 1e6:.2f} MB")


if __name__ == "__main__":
    main()
