"""Environment of every test: its own folders, no display, one thread, and no network.

Set before anything of genstudio, torch or Qt is imported: all three read the environment when they are.
"""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, settings

from genstudio.core.openmp import sleep_while_waiting
from genstudio.core.registry import Registry

ROOT = Path(__file__).resolve().parents[1]
SCRATCH = Path(tempfile.mkdtemp(prefix="genstudio-tests-"))

os.environ["QT_QPA_PLATFORM"] = "offscreen"
os.environ["GENSTUDIO_CACHE"] = str(SCRATCH / "cache")
os.environ["GENSTUDIO_HOME"] = str(SCRATCH / "home")
os.environ["GENSTUDIO_LANGUAGE"] = "en"
os.environ.pop("GENSTUDIO_TRANSLATIONS", None)
os.environ.pop("GENSTUDIO_DATA", None)
# Small nets gain nothing by threads; and threads that wait for each other on a busy computer lose a lot.
os.environ["OMP_NUM_THREADS"] = "1"
sleep_while_waiting()  # for those tests that compute on two
# pytest-qt would take any binding that it finds first.
os.environ["PYTEST_QT_API"] = "pyside6"

settings.register_profile("genstudio", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("genstudio")


def pytest_unconfigure() -> None:
    """Run in each process that runs tests, and in the one that distributes them."""
    shutil.rmtree(SCRATCH, ignore_errors=True)


@pytest.fixture(scope="session")
def pseudo_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder of catalogues with the pseudo-language, extracted from the sources as they are now."""
    from tools.translations import PSEUDO, compile_into, pseudo_catalogue

    folder = tmp_path_factory.mktemp("translations")
    compile_into(folder, PSEUDO, pseudo_catalogue())
    return folder


@pytest.fixture
def use_language(monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[Path, str], None]]:
    """``use_language(folder, language)``: messages are shown from this catalogue until the test ends."""
    from genstudio.core.messages import catalogue

    def use(folder: Path, language: str) -> None:
        monkeypatch.setenv("GENSTUDIO_TRANSLATIONS", str(folder))
        monkeypatch.setenv("GENSTUDIO_LANGUAGE", language)
        catalogue.cache_clear()

    yield use
    catalogue.cache_clear()  # read again, when monkeypatch has put the environment back


@pytest.fixture
def pseudo_language(pseudo_folder: Path, use_language: Callable[[Path, str], None]) -> None:
    """Messages are shown in the pseudo-language: accented, and longer."""
    from tools.translations import PSEUDO

    use_language(pseudo_folder, PSEUDO)


@pytest.fixture
def put_in() -> Iterator[Callable[[Registry[Any], str, Any], None]]:
    """``put_in(registry, name, thing)``: it is registered, or stands for another one, until the test ends."""
    with ExitStack() as stack:

        def put(registry: Registry[Any], name: str, thing: Any) -> None:
            stack.enter_context(registry.restored()).replace(name, thing)

        yield put


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """The folder with real MNIST and real photographs beside the repository; tests that need it are skipped without it."""
    folder = ROOT.parent / "shared" / "data"
    if not folder.is_dir():
        pytest.skip("the folder ../shared/data is not there")
    return folder
