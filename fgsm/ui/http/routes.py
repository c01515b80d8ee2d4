"""What the server answers at all: an allow-list of paths, each with its methods.

Gradio serves much that this page has no use for: it fetches files from other hosts for anybody,
keeps uploads and links on the disk, and has routes for its own development. So nothing passes but
what the page, `<gradio-app>` in another page, `gradio_client` and programs with curl need.
"""

import re
from dataclasses import dataclass
from typing import Literal

from fgsm.ui.http.refusals import Refused

KIB = 1024
BODY = 256 * KIB
PICTURE = 1_400 * KIB
"""Bytes of a picture that a visitor gives, as base64 in JSON."""
LONGEST_URL = 8 * KIB

Cost = Literal["file", "page", "ask", "call", "stream"]
"""What an answer costs the server: see `fgsm.ui.http.rates`."""


@dataclass(frozen=True)
class Rule:
    """Paths that are answered."""

    pattern: re.Pattern[str]
    methods: tuple[str, ...]
    cost: Cost
    largest: int = BODY
    """Bytes of the body of a POST."""


def _rule(pattern: str, methods: str, cost: Cost, largest: int = BODY) -> Rule:
    return Rule(re.compile(pattern, re.ASCII), tuple(methods.split()), cost, largest)


# No folder above, no empty name, no control characters. The name of a session may be anything here;
# `fgsm.ui.http.questions` says what is wrong with one. Those of calls are looked up where they go.
_FILE = r"(?!.*\.\.)[\w.@-]+(/[\w.@-]+)*"
_API = "/gradio_api"

RULES = (
    _rule("/", "GET HEAD", "page"),
    _rule(r"/fgsm/ask/picture", "POST", "ask", PICTURE),
    _rule(r"/fgsm/ask/\w{1,40}", "POST", "ask"),
    _rule(r"/fgsm/health", "GET HEAD", "file"),  # refusing it would stop a server that is well
    _rule(rf"/fgsm/(?!ask/)\w{{1,40}}/{_FILE}", "GET HEAD", "file"),
    _rule(r"/gradio\.js", "GET HEAD", "file"),
    _rule(rf"/(assets|static)/{_FILE}", "GET HEAD", "file"),
    _rule(rf"({_API})?/theme\.css|/(manifest\.json|favicon\.ico|robots\.txt)", "GET HEAD", "file"),
    # What Gradio's clients, in a page or in a program, ask before anything else.
    _rule("/config/?", "GET HEAD", "page"),
    _rule(rf"{_API}/(info|openapi\.json|startup-events)/?", "GET", "page"),
    # A function of the interface for programs, to which pictures may be given, and its answer.
    _rule(rf"{_API}/call/(v2/)?[^/]+/?", "POST", "call", PICTURE),
    _rule(rf"{_API}/call/(v2/)?[^/]+/[^/]+", "GET", "stream"),
    _rule(rf"{_API}/queue/join/?", "POST", "call", PICTURE),
    _rule(rf"{_API}/queue/data", "GET", "stream"),
    _rule(rf"{_API}/heartbeat/(?P<session>[^/]+)", "GET", "stream"),
    _rule(rf"{_API}/(reset|cancel)/?", "POST", "call"),
)
MCP = (
    _rule(rf"{_API}/mcp(/|/sse|/schema|/http/?)?", "GET DELETE POST", "stream", PICTURE),
    _rule(rf"{_API}/mcp/messages/?", "POST", "call", PICTURE),
)
"""The Model Context Protocol, which whoever starts the page may switch on."""


def rule_for(method: str, path: str, url_length: int, mcp: bool) -> tuple[Rule, dict[str, str]]:
    """The rule for a request, and the names in its path.

    Args:
        method: such as "GET".
        path: decoded, below the page's own address.
        url_length: bytes of the path and the query, as they were sent.
        mcp: whether the Model Context Protocol is offered.

    Raises:
        Refused: 404, 405 or 414.
    """
    if url_length > LONGEST_URL:
        raise Refused(414, f"The address has {url_length} bytes; at most {LONGEST_URL} are read.")
    allowed: set[str] = set()
    for rule in RULES + (MCP if mcp else ()):
        match = rule.pattern.fullmatch(path)
        if match is None:
            continue
        if method in rule.methods:
            return rule, {name: value for name, value in match.groupdict().items() if value}
        allowed |= {*rule.methods}
    if allowed:
        methods = ", ".join(sorted(allowed))
        raise Refused(405, f"Only {methods} is answered here.", {"Allow": methods})
    raise Refused(404, "There is nothing at this address.")
