"""Settings come from the environment; a wrong one is a sentence."""

import os
import subprocess
import sys

import pytest

from fgsm.ui.settings import settings_of


def test_without_any_the_page_is_for_this_machine() -> None:
    settings = settings_of({})
    assert settings.is_local and settings.download and not settings.mcp and settings.proxies == ()


@pytest.mark.parametrize("name", ["0.0.0.0", "::", "192.168.1.20", "demo.example.org"])
def test_strangers_do_not_start_downloads_unless_the_owner_says_so(name: str) -> None:
    served = settings_of({"GRADIO_SERVER_NAME": name})
    assert not served.is_local and not served.download
    assert settings_of({"GRADIO_SERVER_NAME": name, "FGSM_DOWNLOAD": "1"}).download
    assert not settings_of({"FGSM_DOWNLOAD": "0"}).download


@pytest.mark.parametrize(
    "environment", [{"GRADIO_SHARE": "True"}, {"FGSM_PROXIES": "127.0.0.1"}, {"SPACE_ID": "a/b"}]
)
def test_strangers_may_come_through_a_tunnel_or_a_proxy(environment: dict[str, str]) -> None:
    served = settings_of({"GRADIO_SERVER_NAME": "127.0.0.1", **environment})
    assert not served.is_local and not served.download
    assert settings_of({**environment, "FGSM_DOWNLOAD": "1"}).download


def test_on_a_space_its_own_proxy_says_who_a_visitor_is() -> None:
    """Else all visitors of a Space were one address, which takes one turn."""
    assert settings_of({"SPACE_ID": "name/fgsm"}).proxies == ("10.0.0.0/8",)
    chosen = {"SPACE_ID": "name/fgsm", "FGSM_PROXIES": "192.0.2.1"}
    assert settings_of(chosen).proxies == ("192.0.2.1",)
    assert settings_of({"SPACE_ID": "name/fgsm", "FGSM_PROXIES": ""}).proxies == ()


def test_proxies_are_addresses_and_networks() -> None:
    assert settings_of({"FGSM_PROXIES": "127.0.0.1, 10.0.0.0/8 ::1"}).proxies == (
        "127.0.0.1",
        "10.0.0.0/8",
        "::1",
    )


@pytest.mark.parametrize(
    ("variable", "value", "words"),
    [
        ("FGSM_MCP", "yes", "FGSM_MCP is 'yes'; it must be 1 or 0"),
        ("FGSM_DOWNLOAD", "2", "FGSM_DOWNLOAD is '2'; it must be 1 or 0"),
        ("FGSM_PROXIES", "*", "FGSM_PROXIES has '\\*'; it must be addresses or networks"),
    ],
)
def test_what_means_nothing_is_said(variable: str, value: str, words: str) -> None:
    with pytest.raises(ValueError, match=words):
        settings_of({variable: value})


@pytest.mark.parametrize(("given", "policy"), [({}, "PASSIVE"), ({"OMP_WAIT_POLICY": "a"}, "a")])
def test_threads_that_wait_do_not_spin(given: dict[str, str], policy: str) -> None:
    """OpenMP reads it when PyTorch is imported, so it must be set before."""
    program = "import sys, os, fgsm.ui.start; print('torch' in sys.modules, os.environ[%r])"
    variable = "OMP_WAIT_POLICY"
    environment = {name: value for name, value in os.environ.items() if name != variable}
    done = subprocess.run(
        [sys.executable, "-c", program % variable],
        env={**environment, **given},
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout.split() == ["False", policy]
