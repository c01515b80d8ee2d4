"""Reading the files that come with the project: weights, cards, surveys, the sprite of digits.

What is wrong with one is said in a sentence, with what to do, before anybody tries to understand
its content.
"""

import hashlib
from pathlib import Path

LFS_POINTER = b"version https://git-lfs.github.com/spec/"
GET_IT_AGAIN = "get it again from where it came from"


class BadFile(ValueError):
    """A file does not hold what it should; the message names it, which is no visitor's business."""


def content_of(path: Path) -> bytes:
    """The content of a file.

    Raises:
        FileNotFoundError: there is no such file.
        OSError: it cannot be read.
        BadFile: it is empty, or Git LFS has left a pointer in its place.
    """
    try:
        content = path.read_bytes()
    except FileNotFoundError:
        raise FileNotFoundError(f"{path} is missing; {GET_IT_AGAIN}") from None
    except OSError as error:
        raise OSError(f"{path} cannot be read: {error.strerror}") from error
    if not content:
        raise BadFile(f"{path} is empty; {GET_IT_AGAIN}")
    if content.startswith(LFS_POINTER):
        raise BadFile(f"{path} is only a pointer to the file, of Git LFS; run git lfs pull")
    return content


def sha256_of(path: Path) -> str:
    """The SHA-256 of a file, which tells whether a card or a survey was made from it.

    Raises:
        OSError, BadFile: as `content_of` does.
    """
    return hashlib.sha256(content_of(path)).hexdigest()


def foreign(path: Path, what: str) -> BadFile:
    """The error that a file does not hold what it should."""
    return BadFile(f"{path} cannot be read as {what}: truncated or foreign; {GET_IT_AGAIN}")
