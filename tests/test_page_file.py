"""The page as one file, opened from the disk without a network: the same tests as with a server."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from playwright.sync_api import BrowserContext

from fgsm.export.write import one_file
from tests.test_page_stage import *  # noqa: F403
from tests.test_page_attacks import *  # noqa: F403
from tests.test_page_tabs import *  # noqa: F403
from tests.test_page_links import *  # noqa: F403
from tests.test_page_present import *  # noqa: F403
from tests.test_page_drawing import *  # noqa: F403
from tests.test_page_how import *  # noqa: F403
from tests.test_page_survey import *  # noqa: F403
from tests.test_page_access import *  # noqa: F403
from tests.test_page_layout import *  # noqa: F403
from tests.test_page_tour import *  # noqa: F403
from tests.test_page_screens import *  # noqa: F403
from tests.test_page_embed import *  # noqa: F403
from tests.test_page_figures import *  # noqa: F403
from tests.test_page_pictures import *  # noqa: F403
from tests.test_page_accuracy import *  # noqa: F403
from tests.test_page_run import *  # noqa: F403
from tests.test_page_zoom import *  # noqa: F403

@dataclass
class File:
    """A page that needs no server."""
    url: str


@pytest.fixture(scope="session")
def app(tmp_path_factory: pytest.TempPathFactory) -> File:
    path = tmp_path_factory.mktemp("file") / "fgsm.html"
    path.write_text(one_file(), "utf-8")
    return File(path.as_uri())
