"""Starting the page, and stopping it.

What can be wrong on a machine is found before the port opens, and said in one sentence on the
terminal. Gradio and PyTorch are imported where they are needed, since that takes seconds: whoever
has a variable wrong need not wait for them.
"""

import errno
import logging
import os
import signal
import socket
import sys
import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn

from fgsm.ui.settings import settings

if TYPE_CHECKING:
    import gradio as gr

GRACE = 2
"""Seconds that answers under way have when the server is stopped."""
SIGNALS = (signal.SIGTERM, signal.SIGINT)
"""What stops the server: the system, and Ctrl+C."""
MADE_BY_GRADIO = "vibe_edit_history"
"""A folder that Gradio makes at every start among its temporary files, and needs for nothing here.
Besides that, neither Gradio nor the page writes anything."""
IN_MEMORY = Path("/dev/shm/fgsm")
"""A place for that folder where the disk is full or read-only, as it is in many containers."""

logger = logging.getLogger(__name__)


# ---- starting ----


def checked_page() -> "gr.Blocks":
    """The page, made once all that it needs is in order.

    Otherwise the process ends, with exit code 1 and one sentence on stderr.
    """
    with _ending_at_once():
        try:
            check_environment()
            # On such a Space it must come before anything asks whether there is CUDA.
            import fgsm.ui.zero  # noqa: F401
            from fgsm.ui.compute import computed

            computed(check_files)
        except (OSError, ValueError) as error:
            sys.exit(str(error))
        except ModuleNotFoundError as error:
            _end_without(error)
        try:
            from fgsm.ui.page import page

            return page()
        except OSError as error:  # a script or a template is missing
            sys.exit(f"{error}; get the project again from where it came from")
        except ModuleNotFoundError as error:
            _end_without(error)


def serve(demo: "gr.Blocks") -> NoReturn:
    """Serve the page until SIGTERM or Ctrl+C; the process then ends, with exit code 0."""
    from fgsm.ui.launch import launch

    stopped = threading.Event()

    def stop(*_: object) -> None:
        stopped.set()
        demo.is_running = False  # with GRADIO_DEBUG, `launch` waits for that

    for each in SIGNALS:
        signal.signal(each, stop)
    try:
        launch(demo, server_port=port_given(), prevent_thread_lock=True, quiet=True)
    except OSError as error:  # there is no free port, or none any more
        sys.exit(str(error))
    with suppress(OSError):  # a log on a full disk stops nobody
        print(f"* Running on {demo.local_url}", flush=True)
    while not stopped.wait(1):  # without a time, Windows would not let Ctrl+C through
        pass
    _end(demo)


def check_environment() -> None:
    """Check what the environment says, and whether this machine can do that.

    Raises:
        ValueError, OSError: a variable means nothing, or asks for what the machine cannot give.
    """
    for name in ("GRADIO_SERVER_NAME", "GRADIO_SERVER_PORT"):
        if not os.environ.get(name):  # Gradio would take "" for every network
            os.environ.pop(name, None)
    settings()
    check_address()
    check_temporary_folder()
    _reach_itself()


def port_given() -> int | None:
    """`GRADIO_SERVER_PORT`; None if it is not set: Gradio then looks for a free port."""
    given = os.environ.get("GRADIO_SERVER_PORT")
    if given is None:
        return None
    if not (given.isascii() and given.isdecimal() and 1 <= int(given) <= 65_535):
        raise ValueError(f"GRADIO_SERVER_PORT is {given!r}; it must be a number from 1 to 65535")
    return int(given)


def check_address() -> None:
    """Check that the port is free, and the name one of this machine, in the way of Gradio's."""
    name, port = os.environ.get("GRADIO_SERVER_NAME", "127.0.0.1"), port_given()
    with socket.socket() as listener:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            listener.bind((name, port or 0))
        except (OSError, TypeError, UnicodeError) as error:  # no name at all raises the others
            kind = error.errno if isinstance(error, OSError) else None
            raise OSError(
                {
                    errno.EADDRINUSE: f"GRADIO_SERVER_PORT is {port}, which another program uses; "
                    "give one that is free, or none: the page then looks for one itself",
                    errno.EACCES: f"GRADIO_SERVER_PORT is {port}, which this user may not use; "
                    "give one above 1023",
                }.get(
                    kind or 0,
                    f"GRADIO_SERVER_NAME is {name!r}, which is no IPv4 address or name of this "
                    "machine; give 127.0.0.1 for this machine alone, 0.0.0.0 for its networks",
                )
            ) from error


def check_temporary_folder() -> None:
    """See to it that Gradio can make its folder.

    Raises:
        OSError: it cannot; the message says what to do.
    """
    given = os.environ.get("GRADIO_TEMP_DIR")
    try:
        # tempfile tries several places, and raises an OSError if none can be written to.
        folder = Path(given or tempfile.gettempdir() + "/gradio") / MADE_BY_GRADIO
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        if given:
            raise OSError(
                f"GRADIO_TEMP_DIR is {given!r}, where nothing can be written ({error.strerror}); "
                "name another folder"
            ) from error
        try:
            (IN_MEMORY / MADE_BY_GRADIO).mkdir(parents=True, exist_ok=True)
        except OSError:
            raise OSError(
                "nothing can be written to the folder of temporary files, which Gradio needs at "
                "its start; let GRADIO_TEMP_DIR name a folder that can be written to"
            ) from error
        os.environ["GRADIO_TEMP_DIR"] = str(IN_MEMORY)
        logger.warning("Nothing can be written to the disk; the page works without it.")


def check_files() -> None:
    """Load the models, and check all that is known of them, and the built-in digits.

    To be called in the thread that computes. What is loaded stays loaded.

    Raises:
        ValueError, OSError: a file is missing or damaged, or the device is not here.
    """
    from fgsm.card import check_card
    from fgsm.catalogue import BUILTIN, MODELS
    from fgsm.digits import SPRITE, builtin_digits, mnist_root
    from fgsm.files import content_of
    from fgsm.service.digits import device, has_mnist_test, model_of
    from fgsm.survey import check_survey

    device()
    content_of(SPRITE)
    builtin_digits()
    for key, model in MODELS.items():
        model_of(key)
        check_card(model)
        if model.survey.exists():  # as with the card, the page says so if there is none yet
            check_survey(model)
    root = mnist_root()
    if not has_mnist_test() and (os.environ.get("MNIST_ROOT") or (root / "MNIST").exists()):
        logger.warning(
            "MNIST's test set is missing or damaged in %s; the page uses %s.", root, BUILTIN.phrase
        )


def _reach_itself() -> None:
    """Let Gradio ask its own server, as it does at the start, without a detour by a proxy."""
    own = {"127.0.0.1", "localhost", os.environ.get("GRADIO_SERVER_NAME", "127.0.0.1")}
    others = os.environ.get("no_proxy") or os.environ.get("NO_PROXY")
    os.environ["no_proxy"] = ",".join(filter(None, [others, *sorted(own)]))


def _end_without(error: ModuleNotFoundError) -> NoReturn:
    """End the process because a package is missing, unless it is a part of this one."""
    if (error.name or "").startswith("fgsm."):
        raise error
    sys.exit(f"the package {error.name} is missing; run pip install -r requirements.txt")


# ---- stopping ----


@contextmanager
def _ending_at_once() -> Iterator[None]:
    """End at once when a signal comes: nothing has begun yet that would have to be ended.

    Without it Ctrl+C would show a traceback, and a container would not hear SIGTERM.
    """
    if threading.current_thread() is not threading.main_thread():
        yield  # Gradio makes the page anew in another thread when its source changes
        return
    before = {each: signal.signal(each, lambda *_: os._exit(0)) for each in SIGNALS}
    try:
        yield
    finally:
        for each, handler in before.items():
            signal.signal(each, handler)


def _end(demo: "gr.Blocks") -> NoReturn:
    """End the process: answers have a moment to be sent, and nothing else is waited for."""
    # It would report everything that is cut off as an error.
    logging.getLogger("uvicorn.error").setLevel(logging.CRITICAL)
    demo.server.config.timeout_graceful_shutdown = GRACE
    demo.server_app.stop_event.set()  # every open page has a stream that would never end
    demo.server.should_exit = True
    demo.server.thread.join(GRACE + 1)
    for stream in (sys.stdout, sys.stderr):
        with suppress(OSError):
            stream.flush()
    # Python would wait for a batch that is being computed, and for a download.
    os._exit(0)
