"""Windows for tests: a small data set, a recipe file for it, and a check that nothing remains of a closed window."""

from __future__ import annotations

import gc
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest
import shiboken6
from PySide6.QtCore import QCoreApplication, QEvent, QThread, QTimer
from PySide6.QtWidgets import QApplication

from genstudio.core.messages import N_
from genstudio.data.base import DataKnobs, Source, data_sets
from genstudio.studio.pane_area.area import PaneArea
from genstudio.training.run.run import Run
from genstudio.viewing.pane import panes
from tests.small_runs import small_run
from tests.studio.pane_area import RECIPES, SERVED_BY, VAE, area_on

PATIENCE = 60_000  # ms: a machine under load is no failure
RECIPE = """
title = "Dots"
[model]
name = "vae"
hidden = 16
[data]
name = "dots-for-windows"
[plan]
steps = {steps}
batch_size = 16
save_every = 0
sample_every = 0
evaluate_every = 0
log_every = 1
"""


@data_sets.register("dots-for-windows")
class Dots(Source):
    """300 grey images of 8x8, each one square somewhere; and one remark."""

    title, help = N_("Dots"), N_("One square on black.")

    class Knobs(DataKnobs):
        """Nothing of its own."""

    def fingerprint(self) -> str:
        return "dots-for-windows"

    def decode(self, sink, progress, cancelled) -> None:
        draw = np.random.default_rng(0)
        images = np.zeros((300, 1, 8, 8), np.uint8)
        for image in images:
            y, x = draw.integers(0, 6, 2)
            image[0, y : y + 3, x : x + 3] = draw.integers(120, 255)
        sink.begin(300, (1, 8, 8), class_names=("a", "b"))
        sink.add(images, labels=np.arange(300) % 2)
        sink.problem(N_("broken.png can't be read and is left out."))


@pytest.fixture(scope="session")
def qapp(qapp_args: list[str], qapp_cls: type[QApplication]) -> QApplication:
    """The application with its theme."""
    from genstudio.studio.theme import theme

    app = QApplication.instance() or qapp_cls(qapp_args)
    theme().apply(app, "light")
    return app


@pytest.fixture(autouse=True)
def nothing_is_left(qapp: QApplication) -> Iterator[None]:
    """After each test: no running thread, no active timer, no top-level widget of ours. Else pytest-qt crashes later."""
    before = set(map(id, QApplication.topLevelWidgets()))
    # What lives already (torch and all else that was imported) is none of this test's: neither collected nor looked at.
    gc.freeze()
    yield
    flush()
    if left_over(before):
        flush()  # what a cycle held was deleted only now
    assert left_over(before) == []


def left_over(before: set[int]) -> list[str]:
    """Top-level widgets that were not there ``before``, running threads and active timers, in words."""
    widgets = [w for w in QApplication.topLevelWidgets() if id(w) not in before and shiboken6.isValid(w)]
    found = [f"{type(w).__name__} {w.objectName()} of {type(w.parent()).__name__}" for w in widgets]
    # type(), not isinstance(): asking old modules for __class__ makes some of them warn
    alive = [o for o in gc.get_objects() if issubclass(type(o), (QThread, QTimer)) and shiboken6.isValid(o)]
    found += [
        f"running {t}" for t in alive if isinstance(t, QThread) and t.isRunning() and t != QThread.currentThread()
    ]
    return found + [f"active {t} of {t.parent()}" for t in alive if isinstance(t, QTimer) and t.isActive()]


def flush() -> None:
    """Deferred deletes, then cycles, then what the cycles deferred."""
    for step in (gc.collect, int):
        QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete.value)
        QCoreApplication.processEvents()
        step()


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty home folder for runs and settings."""
    monkeypatch.setenv("GENSTUDIO_HOME", str(tmp_path / "home"))
    return tmp_path / "home"


@pytest.fixture
def recipe_file(tmp_path: Path) -> Callable[..., str]:
    """Write a recipe that trains in an instant; return its path."""

    def write(steps: int = 100_000) -> str:
        path = tmp_path / "dots.toml"
        path.write_text(RECIPE.format(steps=steps), encoding="utf-8")
        return str(path)

    return write


@pytest.fixture
def open_window(qtbot, home: Path, recipe_file: Callable[..., str]) -> Iterator[Callable]:
    """``open_window()`` gives a window with everything loaded; closed and deleted in the end, if the test has not.

    It shows the dots, unless another recipe was shown last or is named: the default one draws faces for a second.
    """
    windows = []

    def make(**how):
        from genstudio.studio.main_window import MainWindow
        from genstudio.studio.settings import Settings

        settings = Settings()
        if not settings.get("recipe", ""):
            settings.set("recipe", recipe_file())
        window = MainWindow(settings, **how)
        windows.append(window)
        window.show()
        qtbot.waitUntil(lambda: window.panes is not None and window.left.curves.plot is not None, timeout=PATIENCE)
        return window

    yield make
    for window in windows:
        close(window)
    windows.clear()


def close(window) -> None:
    """Close the window as a person does, then delete it."""
    if shiboken6.isValid(window):
        window.close()
        window.deleteLater()
        flush()


@pytest.fixture
def window(qtbot, open_window, recipe_file):
    """A window with the dots' recipe opened, ready to start."""
    made = open_window(recipe=recipe_file())
    wait_for_dots(qtbot, made)
    return made


@pytest.fixture
def close_window() -> Callable:
    """``close_window(window)``: closed as a person closes it, and deleted."""
    return close


@pytest.fixture
def choose_recipe(qtbot) -> Callable:
    """``choose_recipe(window, path)``: opens a recipe file and waits until it can be started."""
    return lambda window, path: choose(qtbot, window, path)


def choose(qtbot, window, path: str) -> None:
    """Open the recipe file at ``path`` and wait until it can be started."""
    window.left.recipe.open_recipe_file(path)
    wait_for_dots(qtbot, window)


def wait_for_dots(qtbot, window) -> None:
    """Wait until the dots are open and can be trained on."""
    qtbot.waitUntil(
        lambda: window.left.data.data is not None and window.left.data.name == "dots-for-windows", timeout=PATIENCE
    )
    qtbot.waitUntil(window.left.controls.main.isEnabled, timeout=PATIENCE)


@pytest.fixture(scope="session")
def run_of(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], Run]:
    """The run of a kind of model, trained for two steps when it is first asked for."""
    folder, made = tmp_path_factory.mktemp("runs"), {}

    def get(kind: str, name: str = "") -> Run:
        name = name or kind
        if name not in made:
            made[name] = small_run(folder / name, *RECIPES[kind])
        return made[name]

    return get


@pytest.fixture
def area_for(qtbot, home, run_of) -> Iterator[Callable[[str], PaneArea]]:
    """The area with the pane in front, on a run that serves it, with its first content on screen."""
    opened = []

    def make(pane: str) -> PaneArea:
        context = area_on(qtbot, home, run_of(SERVED_BY.get(pane, VAE)), pane=pane)
        area = context.__enter__()
        opened.append(context)
        area.show_pane(pane)
        view = area.views[pane]
        qtbot.waitUntil(lambda: view.rendered is not None and view.rendered.content is not None, timeout=PATIENCE)
        area.activateWindow()
        return area

    yield make
    for context in opened:
        context.__exit__(None, None, None)


@pytest.fixture
def served() -> Callable[[str], list[str]]:
    """``served(kind)``: names of the panes that ``run_of(kind)`` can show."""
    return lambda kind: [name for name in panes if SERVED_BY.get(name, VAE) == kind]
