"""What the benchmarks share: bounds read from a docstring, and what `--check` makes of them;
and what stands for a phone, and for a host of files."""

import gzip
import json
import subprocess
import sys
import time
import urllib.error
import urllib.request

import pytest

from benchmarks import common
from benchmarks.host import hosted
from benchmarks.server import cpu_of
from benchmarks.slowed import TIMES, held_back

DOCSTRING = """A benchmark.

    faster than others  >= 4.5 times
    memory              <= 16 MB

Prose that says x >= 3 is no claim.
"""


def test_claims_are_read_from_the_docstring() -> None:
    faster, memory = common.claims(DOCSTRING, {"faster than others": 4.5, "memory": 17.0})
    assert faster == common.Claim("faster than others", 4.5, ">=", 4.5, "times", True)
    assert memory == common.Claim("memory", 17.0, "<=", 16.0, "MB", False)


@pytest.mark.parametrize("measured", [{}, {"memory": 1.0}, {"memory": 1.0, "other": 1.0}])
def test_a_claim_without_a_figure_is_an_error(measured: dict[str, float]) -> None:
    with pytest.raises(ValueError, match="claimed are"):
        common.claims(DOCSTRING, measured)


def test_json_is_one_object(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(sys, "argv", ["benchmark", "--json", "--check"])
    common.run(DOCSTRING, lambda: ({"faster than others": 5, "memory": 16}, {"digits": 3}))
    printed = json.loads(capsys.readouterr().out)
    assert printed["digits"] == 3
    assert [claim["holds"] for claim in printed["claims"]] == [True, True]


def test_check_exits_with_1_where_a_bound_is_missed(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(sys, "argv", ["benchmark", "--check"])
    with pytest.raises(SystemExit) as stop:
        common.run(DOCSTRING, lambda: ({"faster than others": 4, "memory": 16}, {}))
    assert stop.value.code == 1
    assert "MISSED: >= 4.5" in capsys.readouterr().out


def test_a_number_is_an_option_with_a_default(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def measure(digits: int, models: int) -> tuple[dict[str, float], dict[str, object]]:
        return {"faster than others": 5, "memory": 16}, {"seen": [digits, models]}

    monkeypatch.setattr(sys, "argv", ["benchmark", "--json", "--digits", "7"])
    common.run(DOCSTRING, measure, {"digits": (1000, "how many"), "models": (3, "how many")})
    assert json.loads(capsys.readouterr().out)["seen"] == [7, 3]


def test_a_process_that_is_held_back_has_a_sixth_of_the_time() -> None:
    with subprocess.Popen([sys.executable, "-c", "while True: pass"]) as process:
        start, before = time.perf_counter(), cpu_of(process.pid)
        with held_back([process.pid]):
            time.sleep(1)
        share = (cpu_of(process.pid) - before) / (time.perf_counter() - start)
        before = cpu_of(process.pid)
        time.sleep(0.5)
        goes_on = cpu_of(process.pid) > before
        process.kill()
    assert share < 1.2 / TIMES  # it may be less, where others compute at the same time
    assert share > 0
    assert goes_on


def test_a_host_sends_files_packed_and_counts_them() -> None:
    content = b"the same " * 1000
    with hosted({"index.html": content, "page.js": b""}) as host:
        with urllib.request.urlopen(f"{host.url}?d=1") as answer:
            sent = answer.read()
            assert answer.headers["Content-Encoding"] == "gzip"
            assert answer.headers["Content-Type"] == "text/html"
        assert gzip.decompress(sent) == content
        assert (host.requests, host.sent) == (["index.html"], len(sent))
        with pytest.raises(urllib.error.HTTPError, match="404"):
            urllib.request.urlopen(f"{host.url}other.js")
