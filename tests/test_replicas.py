"""Two replicas behind nginx, with the configuration that `compose.yaml` gives it."""

import http.client
import json
import os
import re
import shutil
import subprocess
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
import yaml  # type: ignore[import-untyped]
from playwright.sync_api import Page, expect

from fgsm.ui.assets import BASE
from tests.browser import ROOT, App, Stage, free_port
from tests.helpers import missing, show_tab

CONFIGURATION = ROOT / "deploy" / "nginx.conf"
COMPOSE = ROOT / "compose.yaml"
REPLICA = re.compile(r"server (app-\d):(\d+)")
SCRIPT = f"/{BASE}/page.js"


@dataclass
class Proxy:
    """A running nginx."""

    port: int
    log: Path
    process: subprocess.Popen[bytes]

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}/"

    def ask(
        self, path: str, method: str = "GET", body: bytes | None = None, **headers: str
    ) -> tuple[http.client.HTTPResponse, bytes]:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=20)
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        connection.request(method, path, body, named)
        answer = connection.getresponse()
        content = answer.read()
        connection.close()
        return answer, content

    def lines(self, pattern: str) -> list[re.Match[str]]:
        """What the log says of requests: address, request, status, replicas, cache."""
        return list(re.finditer(pattern, self.log.read_text(), re.MULTILINE))


Start = Callable[[int, int], Proxy]


@pytest.fixture(scope="module")
def start(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Start]:
    """Starts nginx in front of two ports, with our configuration: only addresses are replaced."""
    nginx = shutil.which("nginx", path=f"{os.environ['PATH']}:/usr/sbin")
    if nginx is None:
        missing("no nginx to be had", expected=True)
    processes: list[subprocess.Popen[bytes]] = []

    def begin(*ports: int) -> Proxy:
        folder, port = tmp_path_factory.mktemp("nginx"), free_port()
        text = CONFIGURATION.read_text("utf-8")
        for (name, inner), mine in zip(REPLICA.findall(text), ports, strict=True):
            text = text.replace(f"server {name}:{inner}", f"server 127.0.0.1:{mine}")
        for old, new in (
            ("listen 8080;", f"listen 127.0.0.1:{port};"),
            ("/var/cache/nginx", str(folder)),
            ("/tmp/nginx.pid", str(folder / "pid")),
            ("/dev/stdout", str(folder / "log")),
        ):
            assert old in text
            text = text.replace(old, new)
        (folder / "nginx.conf").write_text(text, "utf-8")
        as_root = "user root;" if os.geteuid() == 0 else ""
        process = subprocess.Popen(
            [nginx, "-c", folder / "nginx.conf", "-g", f"daemon off; {as_root}"],
            stderr=(folder / "errors").open("wb"),
        )
        processes.append(process)
        proxy = Proxy(port, folder / "log", process)
        deadline = time.monotonic() + 20
        while True:
            assert process.poll() is None, (folder / "errors").read_text()
            try:
                proxy.ask("/fgsm/0/is-nginx-there")
                return proxy
            except OSError:
                assert time.monotonic() < deadline
                time.sleep(0.05)

    yield begin
    for process in processes:
        process.terminate()
        process.wait(20)


# ---- in front of servers that only say what they were asked ----


@dataclass
class Echo:
    """A server that answers with what it was asked; or closes the connection, or holds it open."""

    asked: list[str] = field(default_factory=list)
    is_broken: bool = False
    release: threading.Event = field(default_factory=threading.Event)

    def __post_init__(self) -> None:
        echo = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_GET(self) -> None:
                body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
                echo.asked.append(self.path)
                if echo.is_broken:
                    self.close_connection = True
                    return
                told = {
                    "headers": {name.lower(): value for name, value in self.headers.items()},
                    "length": len(body),
                }
                content = json.dumps(told).encode()
                self.send_response(200)
                if self.path.startswith("/gradio_api/"):
                    self.send_header("Transfer-Encoding", "chunked")
                    self.end_headers()
                    self.wfile.write(b"6\r\nfirst\n\r\n")
                    self.wfile.flush()
                    echo.release.wait(20)
                    self.wfile.write(b"5\r\nlast\n\r\n0\r\n\r\n")
                    return
                self.send_header("Content-Length", str(len(content)))
                self.end_headers()
                self.wfile.write(content)

            do_POST = do_GET

            def log_message(self, *_: object) -> None:
                """Say nothing."""

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    @property
    def port(self) -> int:
        return int(self.server.server_address[1])


@pytest.fixture(scope="module")
def echoes() -> Iterator[tuple[Echo, Echo]]:
    pair = Echo(), Echo()
    yield pair
    for echo in pair:
        echo.server.shutdown()
        echo.server.server_close()


@pytest.fixture(scope="module")
def before_echoes(start: Start, echoes: tuple[Echo, Echo]) -> Proxy:
    return start(*(echo.port for echo in echoes))


def test_a_replica_is_told_the_visitors_address_and_not_what_the_visitor_claims(
    before_echoes: Proxy,
) -> None:
    _, content = before_echoes.ask(
        "/",
        Host="page.test",
        X_Forwarded_For="192.0.2.1",
        X_Forwarded_Proto="https",
        X_Forwarded_Host="evil.test",
        X_Gradio_Server="http://evil.test",
    )
    told = json.loads(content)["headers"]
    assert told["x-forwarded-for"] == "127.0.0.1"
    assert told["x-forwarded-proto"] == "http"
    assert told["host"] == told["x-forwarded-host"] == "page.test"
    assert "x-gradio-server" not in told


def test_all_questions_of_a_page_go_to_one_replica_and_pages_are_spread(
    before_echoes: Proxy, echoes: tuple[Echo, Echo]
) -> None:
    by_page = set()
    for page in range(20):
        before = [len(echo.asked) for echo in echoes]
        for _ in range(5):
            before_echoes.ask("/fgsm/ask/attack", "POST", b"{}", X_Fgsm_Page=f"page-{page:04}")
        asked = [len(echo.asked) - n for echo, n in zip(echoes, before, strict=True)]
        assert sorted(asked) == [0, 5], page
        by_page.add(asked.index(5))
    assert by_page == {0, 1}


def test_a_question_without_an_answer_is_asked_at_the_other_replica(
    before_echoes: Proxy, echoes: tuple[Echo, Echo]
) -> None:
    body = b'{"picture": "' + b"x" * 1_400_000 + b'"}'
    broken, other = echoes
    broken.is_broken = True
    before = len(broken.asked), len(other.asked)
    for n in range(8):
        answer, content = before_echoes.ask(
            "/fgsm/ask/read", "POST", body, X_Fgsm_Page=f"page-{n:04}"
        )
        assert answer.status == 200
        assert json.loads(content)["length"] == len(body)
    broken.is_broken = False
    assert len(broken.asked) > before[0]  # so that there was something to mend
    assert len(other.asked) == before[1] + 8


def test_a_body_that_no_question_has_is_refused(before_echoes: Proxy) -> None:
    answer, _ = before_echoes.ask("/fgsm/ask/read", "POST", b"x" * 1_600_000)
    assert answer.status == 413


def test_events_come_one_by_one(before_echoes: Proxy, echoes: tuple[Echo, Echo]) -> None:
    connection = http.client.HTTPConnection("127.0.0.1", before_echoes.port, timeout=20)
    connection.request("GET", "/gradio_api/heartbeat/abc")
    answer = connection.getresponse()
    assert answer.readline() == b"first\n"  # while the server still holds back the rest
    for echo in echoes:
        echo.release.set()
    assert answer.read() == b"last\n"
    connection.close()


def test_a_flood_is_held_off_in_the_words_of_the_page(start: Start) -> None:
    proxy = start(free_port(), free_port())  # nobody is there, so that nothing slows the flood down
    connection = http.client.HTTPConnection("127.0.0.1", proxy.port, timeout=20)
    deadline = time.monotonic() + 30
    while time.monotonic() < deadline:
        connection.request("POST", "/fgsm/ask/attack", b"{}")
        answer = connection.getresponse()
        content = answer.read()
        if answer.status == 503:
            break
        assert answer.status == 502
    connection.close()
    assert answer.status == 503 and answer.headers["Retry-After"] == "2"
    assert answer.headers["Content-Type"] == "application/json"
    assert json.loads(content)["again"] == 2 and "2 seconds" in json.loads(content)["error"]


# ---- in front of two real apps ----


@pytest.fixture(scope="module")
def apps(tmp_path_factory: pytest.TempPathFactory) -> Iterator[list[App]]:
    folder = tmp_path_factory.mktemp("replicas")
    with ExitStack() as stack:
        logs = [stack.enter_context((folder / f"log-{i}").open("w")) for i in range(2)]
        pair = [App(log, FGSM_PROXIES="127.0.0.1") for log in logs]  # they start at the same time
        for app in pair:
            stack.callback(app.stop)
        for app in pair:
            app.wait()
        yield pair
    for i in range(2):
        assert "Traceback" not in (folder / f"log-{i}").read_text()


@pytest.fixture(scope="module")
def before_apps(start: Start, apps: list[App]) -> Proxy:
    return start(*(app.port for app in apps))


def test_replicas_send_the_same_page(before_apps: Proxy, apps: list[App]) -> None:
    pages = set()
    for app in apps:
        connection = http.client.HTTPConnection("127.0.0.1", app.port, timeout=20)
        connection.request("GET", "/", headers={"Host": "page.test"})
        answer = connection.getresponse()
        pages.add((answer.headers["ETag"], answer.read()))
        connection.close()
    assert len(pages) == 1
    ((tag, content),) = pages
    answer, body = before_apps.ask("/", Host="page.test")
    assert (answer.headers["ETag"], body) == (tag, content)
    assert before_apps.ask("/", Host="page.test", If_None_Match=tag)[0].status == 304


def test_files_come_from_nginx_once_it_has_them(before_apps: Proxy) -> None:
    lengths = set()
    for coding in ("br", "gzip", "identity"):
        first, body = before_apps.ask(SCRIPT, Accept_Encoding=coding, Origin="http://a.test")
        again, same = before_apps.ask(f"{SCRIPT}?more", Accept_Encoding=f"x, {coding}")
        assert first.headers["X-Cache"] in ("MISS", "HIT") and again.headers["X-Cache"] == "HIT"
        assert again.headers.get("Content-Encoding", "identity") == coding
        assert body == same and again.headers["Access-Control-Allow-Origin"] == "*"
        held, nothing = before_apps.ask(
            SCRIPT, Accept_Encoding=coding, If_None_Match=again.headers["ETag"]
        )
        assert (held.status, nothing) == (304, b"")
        lengths.add(len(body))
    assert len(lengths) == 3
    # The page asks with HEAD whether a replica is there; and other versions are not kept.
    assert before_apps.ask(SCRIPT, "HEAD")[0].headers["X-Cache"] == "BYPASS"
    for _ in range(2):
        older, _body = before_apps.ask("/fgsm/0123456789ab/page.js")
        assert older.status == 200 and older.headers["X-Cache"] == "MISS"


def test_a_replica_is_killed_and_no_visitor_sees_it(
    page: Page, before_apps: Proxy, apps: list[App], mnist_root: Path
) -> None:
    stage = Stage(page)
    stage.open(before_apps.url)
    stage.pick(100)
    assert "a 1" in stage.text(".clean figcaption")
    show_tab(page, "test-set")
    page.select_option(".run-attack", "iterative")
    page.fill(".run-epsilons", "0 0.1 0.2 0.3")
    page.click("#run [type=submit]")
    line = page.locator("#run-status p")
    expect(line).to_contain_text("digits per second", timeout=60_000)

    answered = before_apps.lines(r'"POST [^"]*" 200 127\.0\.0\.1:(\d+) ')
    (killed,) = (app for app in apps if str(app.port) == answered[-1][1])
    killed.process.kill()
    killed.process.wait()

    before = line.inner_text()
    show_tab(page, "attack")
    stage.pick(200)
    assert "a 2" in stage.text(".clean figcaption")
    show_tab(page, "test-set")
    expect(line).not_to_have_text(before)
    expect(line).to_contain_text("digits per second", timeout=60_000)
    expect(page.locator("#run-status .problem")).to_have_count(0)
    page.click("#run .cancel")
    expect(line).to_contain_text("Run cancelled.")
    stage.open(before_apps.url)  # and whoever comes now finds the page as ever
    assert before_apps.lines(rf'" 200 127\.0\.0\.1:{killed.port}, 127\.0\.0\.1:\d+ ')
    assert not before_apps.lines(r'" 50\d ')


# ---- what cannot be started without Docker ----


def test_the_compose_file_fits_the_configuration_and_the_image() -> None:
    compose = yaml.safe_load(COMPOSE.read_text("utf-8"))
    nginx = CONFIGURATION.read_text("utf-8")
    image = (ROOT / "Dockerfile").read_text("utf-8")
    services = compose["services"]
    replicas = dict(REPLICA.findall(nginx))
    assert set(services) == {"nginx", *replicas}
    assert set(services["nginx"]["depends_on"]) == set(replicas)
    assert "HEALTHCHECK" in image  # which `service_healthy` waits for
    (listens,) = re.findall(r"listen (\d+);", nginx)
    assert services["nginx"]["ports"] == [f"{listens}:{listens}"]
    address = services["nginx"]["networks"]["inside"]["ipv4_address"]
    addresses = {address}
    for name, port in replicas.items():
        assert f"EXPOSE {port}" in image and f"GRADIO_SERVER_PORT={port}" in image
        assert services[name]["environment"]["FGSM_PROXIES"] == address
        assert "ports" not in services[name]  # nobody gets past nginx
        addresses.add(services[name]["networks"]["inside"]["ipv4_address"])
    assert len(addresses) == 3
    (mounted,) = services["nginx"]["volumes"]
    assert (ROOT / mounted.split(":")[0]).samefile(CONFIGURATION)
