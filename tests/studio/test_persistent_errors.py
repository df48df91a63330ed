"""An error in a pane stays until a user action there; rendering, playing, progress or newer weights keep it.

Over every pane that is registered, by what all have in common.
"""

from __future__ import annotations

from dataclasses import replace

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest

from genstudio.latent.points import LatentPoint
from genstudio.panes.interpolate.content import MOST_FRAMES, InterpolateState
from genstudio.studio.pane_view.view import PaneView
from genstudio.studio.panes.interpolate.view import InterpolateView
from genstudio.studio.panes.pixels.view import PixelsView
from genstudio.viewing.pane import panes
from tests.studio.pane_area import PATIENCE, VAE

TROUBLE = "broken.png can't be read."


def told(view: PaneView) -> bool:
    return view.trouble.isVisible() and view.trouble.text() == TROUBLE


@pytest.mark.parametrize("name", list(panes))
def test_error_stays_through_renderings_and_goes_with_a_user_action(qtbot, area_for, name: str) -> None:
    area = area_for(name)
    view = area.views[name]
    view.complain(TROUBLE)
    assert told(view)
    for _rendering in range(5):
        view.show_rendered(view.rendered)
    view.show_rendered(replace(view.rendered, content=None, error="nothing to see"))
    session = area.session
    newer = replace(session.latest_snapshot())
    session.snapshots.arrived.emit(newer)
    qtbot.waitUntil(lambda: view.rendered.snapshot is newer, timeout=PATIENCE)
    assert told(view)

    def change() -> None:
        view.proposed.emit(replace(view.state, at=2 if view.state.at == "latest" else "latest"), "step")

    def close() -> None:
        qtbot.mouseClick(view.trouble.close_button, Qt.MouseButton.LeftButton)

    def escape() -> None:
        view.setFocus()
        QTest.keyClick(view, Qt.Key.Key_Escape)

    for act in (change, close, escape, area.undo_stack.undo):
        view.complain(TROUBLE)
        assert told(view)
        act()
        assert not view.trouble.isVisible(), act.__name__


def test_another_run_starts_without_errors(qtbot, area_for, run_of) -> None:
    area = area_for("samples")
    view, other = area.views["samples"], run_of(VAE, "another")
    view.complain(TROUBLE)
    area.trouble.show_text(TROUBLE)
    area.session.open_run(other.path)
    qtbot.waitUntil(lambda: area.session.run is not None and area.session.run.path == other.path, timeout=PATIENCE)
    assert not area.views["samples"].trouble.isVisible()
    assert not area.trouble.isVisible()


def test_playing_is_not_a_user_action(area_for) -> None:
    drawing = area_for("pixels").views["pixels"]
    assert isinstance(drawing, PixelsView)
    drawing.complain(TROUBLE)
    drawing.merging.extend("play", replace(drawing.state, position=3), by_player=True)
    assert drawing.state.position == 3
    assert told(drawing)
    drawing.player.press("end")
    assert not drawing.trouble.isVisible()
    path = area_for("interpolate").views["interpolate"]
    assert isinstance(path, InterpolateView)
    path.complain(TROUBLE)
    path.player.clock.start()
    path.path.place = 0.5
    path.player.clock.stopped.emit()  # as where the path ends
    assert path.state.place == 0.5
    assert told(path)
    path.player.pause()


def test_another_file_clears_the_previous_error(qtbot, area_for, tmp_path) -> None:
    area = area_for("sliders")
    view = area.views["sliders"]
    view.image_drop.read(str(tmp_path / "first.png"))
    qtbot.waitUntil(lambda: "first.png" in view.trouble.text(), timeout=PATIENCE)
    view.image_drop.read(str(tmp_path / "second.png"))
    assert not view.trouble.isVisible()
    qtbot.waitUntil(lambda: "second.png" in view.trouble.text(), timeout=PATIENCE)


def test_progress_does_not_overwrite_an_error(area_for) -> None:
    import numpy as np

    area = area_for("interpolate")
    full = InterpolateState(frames=tuple(LatentPoint("seed", k) for k in range(MOST_FRAMES)))
    area.change({"interpolate": full}, "many")
    area.exporter.began.emit("film.gif")
    area.codes.send(np.zeros(2, np.float32), "interpolate")
    assert "which is the maximum" in area.trouble.text()
    area.exporter.progressed.emit(0.5, "half")
    area.exporter.finished.emit(area.blobs.folder / "film.gif")
    assert area.trouble.isVisible()
    assert "Saved" in area.export_line.text_label.text()
    area.exporter.failed.emit("The disk is full.")
    assert area.trouble.text() == "The disk is full."
    view = area.views["interpolate"]
    view.complain(TROUBLE)
    view.setFocus()
    for _each in range(2):
        QTest.keyClick(view, Qt.Key.Key_Escape)
    assert not view.trouble.isVisible(), "Escape closes one after the other"
    assert not area.trouble.isVisible()
    area.trouble.show_text(TROUBLE)
    area.exporter.began.emit("film.gif")
    assert not area.trouble.isVisible()
