"""The server's log: a line a problem, with time, level and logger.

What visitors send may be in a message; so control characters are escaped, and lines are cut off.
Nobody can write a line that looks like the server's.
"""

import copy
import logging
import re
import sys

from uvicorn.config import LOGGING_CONFIG

LINE = "%(asctime)s %(levelname)s %(name)s: %(message)s"
LONGEST = 1_000
"""Characters of a message."""
# Also those that some viewers take for the end of a line, or that turn the direction of writing.
UNSEEN = re.compile(
    "[\x00-\x1f\x7f-\x9f\u200b-\u200f\u2028-\u202e\u2066-\u2069\ufeff\ud800-\udfff]"
)


def escaped(text: str) -> str:
    """The text with what cannot be seen written as in Python."""
    return UNSEEN.sub(lambda match: ascii(match[0])[1:-1], text)


class Line(logging.Formatter):
    """Makes one line of a message; the lines of a traceback follow, indented."""

    def __init__(self) -> None:
        super().__init__(LINE)

    def format(self, record: logging.LogRecord) -> str:
        """The lines."""
        record = copy.copy(record)
        record.exc_text = None  # how another formatter has written the traceback
        return super().format(record)

    def formatMessage(self, record: logging.LogRecord) -> str:
        """The line."""
        line = escaped(super().formatMessage(record).rstrip())
        return line if len(line) <= LONGEST else f"{line[:LONGEST]}…"

    def formatException(self, info: object) -> str:
        """The traceback."""
        lines = super().formatException(info).split("\n")  # type: ignore[arg-type]
        return "\n".join(f"    {escaped(line)[:LONGEST]}" for line in lines)


def set_up_logs() -> None:
    """Have problems written to the standard error, those of the web server too."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(Line())
    logging.basicConfig(level=logging.WARNING, handlers=[handler])
    # Its warnings are about what clients send; with them, anyone could fill the disk.
    LOGGING_CONFIG["handlers"]["default"]["level"] = logging.ERROR
    LOGGING_CONFIG["formatters"]["default"] = {"()": Line}
