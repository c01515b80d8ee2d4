"""What whoever starts the page can set, by environment variables; read once, at the start.

Gradio reads its own, such as `GRADIO_SERVER_NAME`; here is only what else follows from them.
`FGSM_DEVICE` and `MNIST_ROOT` also hold without a page: `fgsm.model` and `fgsm.digits` read them.
"""

import ipaddress
import os
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache

YES_OR_NO = {"1": True, "0": False}
LOCAL = ("", "127.0.0.1", "localhost", "::1")
"""What `GRADIO_SERVER_NAME` may be where nobody else can open the page."""
INSIDE_SPACES = "10.0.0.0/8"
"""Where Hugging Face's proxy has its addresses, as seen from a Space (which has a `SPACE_ID`)."""


@dataclass(frozen=True)
class Settings:
    """How the page is served."""

    is_local: bool
    """Nobody but this machine's user can open the page."""
    download: bool
    """`FGSM_DOWNLOAD`: visitors may start the test set's download. Default: if `is_local`."""
    mcp: bool
    """`FGSM_MCP`: programs may use the demo by the Model Context Protocol."""
    proxies: tuple[str, ...]
    """`FGSM_PROXIES`: addresses or networks of proxies, whose word about a client's address is
    trusted. By default, on a Hugging Face Space its proxy, elsewhere none."""


def settings_of(environment: Mapping[str, str]) -> Settings:
    """The settings in an environment.

    Raises:
        ValueError: a variable has a value that means nothing.
    """
    proxies = _networks(environment, "FGSM_PROXIES")
    is_shared = environment.get("GRADIO_SHARE", "").lower() == "true"  # as Gradio reads it
    is_local = environment.get("GRADIO_SERVER_NAME", "") in LOCAL and not (is_shared or proxies)
    return Settings(
        is_local=is_local,
        download=_flag(environment, "FGSM_DOWNLOAD", is_local),
        mcp=_flag(environment, "FGSM_MCP", False),
        proxies=proxies,
    )


def _flag(environment: Mapping[str, str], name: str, default: bool) -> bool:
    value = environment.get(name, "")
    if value and value not in YES_OR_NO:
        raise ValueError(f"{name} is {value!r}; it must be 1 or 0")
    return YES_OR_NO.get(value, default)


def _networks(environment: Mapping[str, str], name: str) -> tuple[str, ...]:
    default = INSIDE_SPACES if "SPACE_ID" in environment else ""
    networks = tuple(environment.get(name, default).replace(",", " ").split())
    for network in networks:
        try:
            ipaddress.ip_network(network)
        except ValueError:
            raise ValueError(
                f"{name} has {network!r}; it must be addresses or networks, such as 10.0.0.0/8"
            ) from None
    return networks


@cache
def settings() -> Settings:
    """Those of this process.

    Raises:
        ValueError: as `settings_of` does.
    """
    return settings_of(os.environ)
