"""The one door that every request goes through, before Gradio sees anything of it."""

import logging
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import AbstractAsyncContextManager, ExitStack, asynccontextmanager

import gradio as gr
from starlette.applications import Starlette
from starlette.datastructures import Headers
from starlette.exceptions import HTTPException
from starlette.middleware.errors import ServerErrorMiddleware
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from fgsm.ui.http.bodies import Bodies, Gone, again, check_length
from fgsm.ui.http.headers import with_headers
from fgsm.ui.http.origins import believed, check_origin
from fgsm.ui.http.protocol import LARGEST_HEAD
from fgsm.ui.http.questions import check_body, check_message, check_names, check_query
from fgsm.ui.http.rates import AS_MANY, Rates, slot
from fgsm.ui.http.refusals import Refused, answer_to
from fgsm.ui.http.routes import rule_for
from fgsm.ui.wire import FAILED

logger = logging.getLogger(__name__)


class Guard:
    """Lets through what is asked of the page, and answers everything else by itself."""

    def __init__(
        self,
        app: ASGIApp,
        functions: Mapping[int, int],
        mcp: bool,
        bodies: Bodies | None = None,
        rates: Rates | None = None,
    ) -> None:
        """Guard an app.

        Args:
            app: what answers.
            functions: how many arguments Gradio's functions have, by their numbers.
            mcp: whether the Model Context Protocol is offered.
            bodies: those that are here; by default none.
            rates: what clients have asked; by default nothing.
        """
        self._app = app
        self._functions = functions
        self._mcp = mcp
        self._bodies = bodies or Bodies()
        self._rates = rates or Rates()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """As ASGI says."""
        if scope["type"] == "websocket":
            return await send({"type": "websocket.close", "code": 1008})
        if scope["type"] != "http":
            return await self._app(scope, receive, send)
        has_begun = False

        async def noting(message: Message) -> None:
            nonlocal has_begun
            has_begun = True
            await send(message)

        safe = with_headers(noting)
        path = scope["path"].removeprefix(scope.get("root_path", ""))
        try:
            await self._answer(path, scope, receive, safe)
        except Refused as refused:
            await answer_to(refused, path)(scope, receive, safe)
        except Gone:
            pass
        except Exception as error:
            if has_begun and isinstance(error.__cause__, HTTPException):
                # A stream of a session that is not there; Gradio has said so in it, and then fails.
                return await safe({"type": "http.response.body", "body": b""})
            if has_begun:
                raise  # Uvicorn logs it, and breaks off, so that nobody takes a part for the whole
            logger.exception("%s %s failed", scope["method"], path)
            await answer_to(Refused(500, FAILED), path)(scope, receive, safe)

    async def _answer(self, path: str, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request.

        Raises:
            Refused: it is not let through.
            Gone: the client has left.
        """
        url_length = len(scope["raw_path"]) + len(scope["query_string"])
        method = scope["method"]
        if sum(len(name) + len(value) for name, value in scope["headers"]) > LARGEST_HEAD:
            raise Refused(431, f"The headers are too large; at most {LARGEST_HEAD} bytes are read.")
        headers = Headers(raw=believed(scope["headers"]))
        if method == "OPTIONS" and "access-control-request-method" in headers:
            method = headers["access-control-request-method"]  # Gradio says whether it may be sent
        rule, found = rule_for(method, path, url_length, self._mcp)
        check_names(found)
        check_query(scope["query_string"])
        check_origin(scope["method"], headers)
        client = slot(scope["client"][0] if scope["client"] else "")
        await self._rates.count(rule.cost, client)
        scope = {**scope, "headers": headers.raw}
        if rule.cost == "page" and "app" in scope:
            # Else Gradio tells everybody the address by which the first one came.
            scope["app"].api_info = None
        with ExitStack() as stack:
            if rule.cost == "stream":
                stack.enter_context(self._rates.stream(client))
            if scope["method"] != "POST":
                check_length(headers, 0)
            else:
                body = await self._bodies.read(receive, headers, rule.largest)
                stack.callback(self._bodies.done, len(body))
                if more := len(body) // AS_MANY:
                    await self._rates.count(rule.cost, client, more)
                if path.startswith("/gradio_api/mcp"):
                    check_message(body)
                elif path.startswith("/gradio_api/"):
                    check_body(body, self._functions)
                receive = again(body, receive)
            try:
                await self._app(scope, receive, send)
            except (LookupError, TypeError, ValueError) as error:
                if rule.cost != "call":
                    raise
                # Gradio lets these out if a call is not as its function wants it, before it begins.
                sentence = "No function takes this; /gradio_api/info says what they take."
                raise Refused(422, sentence) from error


def guarding(
    demo: gr.Blocks, mcp: bool
) -> Callable[[Starlette], AbstractAsyncContextManager[None]]:
    """What `launch` of Gradio's takes as "lifespan", to have its app guarded.

    As "middleware" the guard would be within Gradio's own, which fails on some headers.
    """

    @asynccontextmanager
    async def guarded(app: Starlette) -> AsyncIterator[None]:
        outermost = app.middleware_stack
        assert isinstance(outermost, ServerErrorMiddleware)  # whose place this takes
        functions = {number: len(function.inputs) for number, function in demo.fns.items()}
        app.middleware_stack = Guard(outermost.app, functions, mcp)
        yield

    return guarded
