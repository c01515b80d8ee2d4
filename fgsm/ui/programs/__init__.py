"""The demo for programs: three endpoints of Gradio's, which are three tools of MCP as well.

`tools.py` has the functions. Gradio's clients and its MCP server call them as they are. By plain
HTTP they are called at `/gradio_api/call/v2/NAME`; `calls.py` stands in front of that, and
`openapi.py` describes it. `unheard.py` forgets answers that nobody fetches.
"""

from importlib.util import find_spec

from gradio.events import api

from fgsm.ui.programs.calls import ROUTES as CALLS
from fgsm.ui.programs.openapi import ROUTES as DOCUMENT
from fgsm.ui.programs.tools import TOOLS
from fgsm.ui.programs.unheard import Unheard
from fgsm.ui.settings import settings

__all__ = ["ROUTES", "Unheard", "endpoints", "mcp"]

ROUTES = CALLS + DOCUMENT


def endpoints() -> None:
    """Have Gradio serve the functions, as a part of the page that nobody sees."""
    for tool in TOOLS:
        # Not in Gradio's queue: `fgsm.ui.door` has one, in which programs and pages take turns.
        api(tool, queue=False, concurrency_limit=None)


def mcp() -> bool:
    """Whether the functions are offered by the Model Context Protocol as well.

    Raises:
        SystemExit: they are wanted, and cannot be.
    """
    if settings().mcp and find_spec("mcp") is None:
        raise SystemExit("FGSM_MCP is 1, but the package is missing: pip install 'mcp>=1.21,<2'")
    return settings().mcp
