"""Reads a Dockerfile and a .dockerignore, as far as ours go.

An instruction of another kind, or a flag that is not known here, is an error rather than ignored.
"""

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

KNOWN = {
    "FROM": (),
    "ARG": (),
    "ENV": (),
    "WORKDIR": (),
    "USER": (),
    "COPY": (),
    "RUN": (),
    "EXPOSE": (),
    "HEALTHCHECK": ("interval", "timeout", "start-period"),
    "CMD": (),
}
"""The instructions, and their flags."""


@dataclass(frozen=True)
class Instruction:
    """One instruction of a Dockerfile."""

    keyword: str
    text: str
    """All that follows the keyword and the flags."""
    flags: Mapping[str, str] = field(default_factory=dict)

    @property
    def command(self) -> list[str]:
        """What `RUN`, `CMD` or `HEALTHCHECK` runs: a list, or a line for the shell."""
        text = self.text.removeprefix("CMD ") if self.keyword == "HEALTHCHECK" else self.text
        return json.loads(text) if text.startswith("[") else ["/bin/sh", "-c", text]

    @property
    def copied(self) -> tuple[list[str], str]:
        """What `COPY` copies, and where to."""
        *sources, target = self.text.split()
        return sources, target

    @property
    def settings(self) -> dict[str, str]:
        """What `ENV` or `ARG` sets."""
        return dict(re.findall(r"(\w+)=(\S*)", self.text))


def instructions(dockerfile: str) -> list[Instruction]:
    """The instructions of a Dockerfile.

    Raises:
        ValueError: one is not known here, or has a flag that is not.
    """
    return [_instruction(line) for line in _lines(dockerfile)]


def _lines(dockerfile: str) -> Iterator[str]:
    """The lines, with those joined that end with a backslash, and without comments."""
    whole = ""
    for line in dockerfile.splitlines():
        if not line.strip() or line.lstrip().startswith("#"):
            continue
        whole += line.strip()
        if not whole.endswith("\\"):
            yield whole
            whole = ""
        whole = whole.removesuffix("\\")
    if whole:
        raise ValueError(f"the Dockerfile ends within {whole!r}")


def _instruction(line: str) -> Instruction:
    keyword, _, text = line.partition(" ")
    if keyword not in KNOWN:
        raise ValueError(f"{keyword!r} is not an instruction that is known: {', '.join(KNOWN)}")
    flags = {}
    while found := re.match(r"--([\w-]+)=(\S+)\s+", text):
        if found[1] not in KNOWN[keyword]:
            raise ValueError(f"{keyword} has the flag --{found[1]}, which is not known here")
        flags[found[1]] = found[2]
        text = text[found.end() :]
    return Instruction(keyword, text, flags)


def filled_in(text: str, values: Mapping[str, str]) -> str:
    """A text with `$NAME` replaced by its value; a name without a value is replaced by nothing."""
    return re.sub(r"\$(?:(\w+)|\{(\w+)\})", lambda name: values.get(name[1] or name[2], ""), text)


def context(folder: Path) -> list[Path]:
    """The files that a build may copy, relative to the folder: all that .dockerignore leaves."""
    patterns = [
        line.strip()
        for line in (folder / ".dockerignore").read_text("utf-8").splitlines()
        if line.strip() and not line.startswith("#")
    ]
    paths = (path.relative_to(folder) for path in sorted(_files(folder)))
    return [path for path in paths if not is_ignored(path, patterns)]


def _files(folder: Path) -> Iterator[Path]:
    """All files below a folder; a link to a folder is not followed."""
    for path in folder.iterdir():
        if path.is_dir() and not path.is_symlink():
            yield from _files(path)
        elif path.is_file():
            yield path


def is_ignored(path: Path, patterns: Sequence[str]) -> bool:
    """Whether .dockerignore leaves a file out: the last pattern decides that fits it or a folder
    that it is in."""
    ignored = False
    for pattern in patterns:
        bare = pattern.removeprefix("!").strip("/")
        if any(_fits(place, bare) for place in (path, *path.parents[:-1])):
            ignored = not pattern.startswith("!")
    return ignored


def _fits(path: Path, pattern: str) -> bool:
    """Whether a pattern is about this very path. `*` stays within a folder, `**` does not."""
    expression = re.escape(pattern).replace(r"\*\*/", "(?:.*/)?").replace(r"\*\*", ".*")
    expression = expression.replace(r"\*", "[^/]*").replace(r"\?", "[^/]")
    return re.fullmatch(expression, path.as_posix()) is not None
