"""`python -m fgsm.export`: write the page without a server."""

import argparse
from collections.abc import Sequence
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
    add("folder", nargs="?", type=Path, metavar="OUT/", help="a folder for any host of files")
    add("--one-file", type=Path, metavar="OUT.html", help="one file, opened by a double click")
    add(
        "--home",
        metavar="URL",
        help="where others find the page; a file's links and codes go there",
    )
    options = parser.parse_args(arguments)
    if options.folder is None and options.one_file is None:
        parser.error("nothing to write; give a folder, or --one-file and a file's name")
    if options.home is not None and not _is_address(options.home):
        parser.error(
            f"--home is {options.home!r}; it must be an address that begins with http:// or https://"
        )
    try:
        if options.folder is not None:
            _write_all(options.folder, files(options.home))
        if options.one_file is not None:
            _write_all(
                options.one_file.parent,
                {options.one_file.name: one_file(options.home).encode()},
            )
    except (OSError, ValueError) as error:
        parser.exit(2, f"{parser.prog}: {error}\n")


def _is_address(text: str) -> bool:
    try:
        parts = urlsplit(text)
    except ValueError:  # half an IPv6 address, for example
        return False
    return parts.scheme in ("http", "https") and bool(parts.netloc)


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
