"""Who asks: the host that is meant, and the page that a request comes from.

Gradio believes several headers about its own address, and fails on some that are malformed. So what
arrives there is checked here, once.
"""

import re
from collections.abc import Sequence
from urllib.parse import urlsplit

from starlette.datastructures import Headers

from fgsm.ui.http.refusals import Refused

Raw = Sequence[tuple[bytes, bytes]]
HOST = re.compile(r"([A-Za-z0-9_.-]{1,253}|\[[0-9A-Fa-f:.]{2,45}\])(:\d{1,5})?")
ORIGIN = re.compile(rf"null|[a-z][a-z0-9+.-]{{0,30}}://({HOST.pattern})?")
LOCAL = ("localhost", "127.0.0.1", "0.0.0.0", "::1")
JSON = "application/json"


def believed(headers: Raw) -> list[tuple[bytes, bytes]]:
    """The headers without those about our address that mean nothing, or that are Gradio's own.

    A proxy says with them under which address a visitor knows the page.
    """
    return [(name, value) for name, value in headers if _is_believed(name, value.decode("latin-1"))]


def _is_believed(name: bytes, value: str) -> bool:
    first = value.partition(",")[0].strip()
    if name == b"x-forwarded-host":
        return HOST.fullmatch(first) is not None
    if name == b"x-forwarded-proto":
        return first in ("http", "https")
    return name != b"x-gradio-server"  # it is for a second server of Gradio's, which is off


def check_origin(method: str, headers: Headers) -> None:
    """Refuse what a page of another host must not have computed here.

    While the page is at `localhost`, it is for this machine's user only, so no site may use it:
    Gradio lets none read an answer, and here none is computed. Elsewhere the page may be a
    `<gradio-app>` of any site, which `docs/embedding.md` promises. A program that is no browser
    sends no Origin, and is not asked for one.

    Args:
        method: such as "POST".
        headers: of the request.

    Raises:
        Refused: 400 if Host or Origin mean nothing; 403 for a foreign page; 415 for a body that a
            page can send anywhere without being asked, such as a form.
    """
    host, origin = ", ".join(headers.getlist("host")), headers.get("origin")
    if host and not HOST.fullmatch(host):
        raise Refused(400, "The header Host is no host.")
    if origin is not None and not (host and ORIGIN.fullmatch(origin)):
        raise Refused(400, "The header Origin is no origin, or there is no Host.")
    site = headers.get("sec-fetch-site")
    if method != "POST" or (origin is None and site is None):
        return
    # A browser says so itself, whatever a proxy has made of Host; an old one does not. A page of
    # another host cannot send X-Forwarded-Host without asking first, which Gradio's CORS refuses.
    forwarded = headers.get("x-forwarded-host", host).partition(",")[0].strip()
    own = {f"{scheme}://{name}" for scheme in ("http", "https") for name in (host, forwarded)}
    is_own = site == "same-origin" or origin in own
    is_foreign = site == "cross-site" if origin is None else _name(origin) not in LOCAL
    if not is_own and is_foreign and _name(f"//{host}") in LOCAL:
        raise Refused(403, "Pages of other hosts may not ask anything of this machine.")
    kind = headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind != JSON:
        raise Refused(415, f"The Content-Type must be {JSON}.")


def _name(address: str) -> str:
    return urlsplit(address).hostname or ""
