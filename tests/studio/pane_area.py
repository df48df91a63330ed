"""The pane area alone, on a run."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from PySide6.QtGui import QUndoStack

from genstudio.studio.pane_area.area import PaneArea
from genstudio.studio.session.session import Session
from genstudio.studio.settings import Settings
from genstudio.training.run.run import Run

PATIENCE = 60_000  # ms: a machine under load is no failure
DOTS = {"name": "dots-for-windows"}
VAE, GAN, PIXELS, POINTS = "vae", "gan", "pixels", "points"
RECIPES = {
    VAE: ({"name": "vae", "hidden": 16}, DOTS),
    GAN: ({"name": "gan", "hidden": 8, "latent_dim": 4}, DOTS),
    PIXELS: ({"name": "pixelcnn", "width": 8, "blocks": 1}, DOTS | {"levels": 2}),
    POINTS: ({"name": "gan", "hidden": 8, "latent_dim": 2}, {"name": "toy-2d", "count": 300}),
}
SERVED_BY = {"objective": GAN, "real_or_fake": GAN, "pixels": PIXELS, "surprise": PIXELS, "plane": POINTS}  # else VAE


def settings_with(home: Path, pane: str) -> Settings:
    """The settings in ``home``; with ``pane`` in front, where nothing was shown there before."""
    settings = Settings(home / "settings.json")
    if pane and not settings.get("panes", {}):
        settings.set("panes", {"slots": [pane]})
    return settings


@contextmanager
def area_on(
    qtbot: Any, home: Path, run: Run, height: int = 760, *, images: bool = True, pane: str = ""
) -> Iterator[PaneArea]:
    """The pane area on screen, with the run and its images open (or without ``images``), and ``pane`` in front."""
    session, failed = Session(), []
    made = PaneArea(session, QUndoStack(session), settings_with(home, pane))
    made.resize(1000, height)
    made.show()
    qtbot.waitExposed(made)
    session.failed.connect(failed.append)
    session.open_run(run.path)
    qtbot.waitUntil(lambda: session.data is not None if images else bool(failed), timeout=PATIENCE)
    try:
        yield made
    finally:
        made.shutdown()
        session.shutdown()
        made.undo_stack.clear()
        made.close()
        session.deleteLater()
        made.deleteLater()
