"""Directions of earlier weights: marked during a drag, and found again on pause or on a click."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtCore import QEvent, QPoint, Qt
from PySide6.QtWidgets import QApplication

from genstudio.studio.panes.directions.view import DirectionsView
from genstudio.studio.panes.sliders.layout import SlidersLayout
from genstudio.studio.panes.sliders.view import SlidersView, bank_rows
from genstudio.studio.widgets.image_grid import ImageGrid

PATIENCE = 60_000
RECIPE = """
title = "Dots"
[model]
name = "vae"
hidden = 16
latent_dim = 3
[data]
name = "dots-for-windows"
[plan]
steps = 1000000
batch_size = 16
save_every = 0
sample_every = 0
evaluate_every = 0
"""


@pytest.fixture
def training(qtbot, open_window, choose_recipe, tmp_path: Path):
    """A window in which a run trains, sliders and directions side by side."""
    (tmp_path / "dots.toml").write_text(RECIPE, encoding="utf-8")
    window = open_window()
    choose_recipe(window, str(tmp_path / "dots.toml"))
    window.panes.show_pane("sliders")
    window.panes.show_beside("directions")
    window.left.controls.main.click()
    qtbot.waitUntil(lambda: window.session.state == "training", timeout=PATIENCE)
    return window


def views(window) -> tuple[SlidersView, DirectionsView]:
    sliders, directions = window.panes.views["sliders"], window.panes.views["directions"]
    assert isinstance(sliders, SlidersView)
    assert isinstance(directions, DirectionsView)
    return sliders, directions


def stale(window) -> bool:
    sliders, directions = views(window)
    return sliders.stage.stale.isVisible() and directions.stage.stale.isVisible()


def fresh(window) -> bool:
    """Both panes show directions of the newest weights."""
    newest = window.session.step
    for view in views(window):
        made = view.rendered
        if made is None or made.content is None or made.step != newest or made.content.values.get("found_at") != newest:
            return False
    sliders, directions = views(window)
    return (
        not sliders.stage.stale.isVisible() and not directions.stage.stale.isVisible() and not directions.is_searching
    )


def test_stale_directions_are_marked_during_training_and_found_again_on_pause(qtbot, training):
    window = training
    sliders, directions = views(window)
    qtbot.waitUntil(lambda: stale(window), timeout=PATIENCE)
    found_at = sliders.rendered.content.values["found_at"]
    assert f"Found at step {found_at:,}; the weights are of step " in sliders.stage.stale.text_label.full_text()
    assert (
        f"Found at step {directions.rendered.content.values['found_at']:,};"
        in directions.stage.stale.text_label.full_text()
    )
    assert all(title.endswith(f"step {found_at:,}") for title in sliders.bank.groups), "at the sliders themselves"
    window.session.pause()
    qtbot.waitUntil(lambda: window.session.state == "paused" and fresh(window), timeout=PATIENCE)
    assert not any("step" in title for title in sliders.bank.groups)
    qtbot.waitUntil(lambda: sliders.rendered.state.basis is not None, timeout=PATIENCE)
    assert sliders.rendered.content.values["basis_at"] == window.session.step, "components and coordinates too"

    here = window.session.step
    window.session.step_once()
    qtbot.waitUntil(lambda: window.session.step == here + 1, timeout=PATIENCE)
    window.session.request_snapshot()
    qtbot.waitUntil(lambda: stale(window), timeout=PATIENCE)
    qtbot.mouseClick(directions.stage.stale.link, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: not directions.stage.stale.isVisible() and not directions.is_searching, timeout=PATIENCE)

    window.session.stop()
    qtbot.waitUntil(lambda: window.session.state == "idle" and fresh(window), timeout=PATIENCE)


def test_stale_matrix_has_a_line_above_it(qtbot, training):
    window = training
    directions = views(window)[1]
    qtbot.waitUntil(lambda: stale(window), timeout=PATIENCE)
    directions.propose("show", shown="cosines")
    qtbot.waitUntil(lambda: directions.rendered.content.values["shown"] == "cosines", timeout=PATIENCE)
    qtbot.waitUntil(directions.stage.stale.isVisible, timeout=PATIENCE)
    window.session.stop()
    qtbot.waitUntil(lambda: window.session.state == "idle" and fresh(window), timeout=PATIENCE)


def test_groups_show_their_step_only_if_it_differs() -> None:
    from genstudio.panes.sliders.sliders import NAMED, SliderRow

    rows = (SliderRow("smile", NAMED, "found"),)  # type: ignore[arg-type]
    assert [row.group for row in bank_rows(rows)] == ["Named"]
    assert [row.group for row in bank_rows(rows, 1_204)] == ["Named · step 1,204"]


@pytest.mark.parametrize("width", [300, 600, 1000], ids=["slim", "narrow", "wide"])
def test_the_line_moves_no_picture_and_no_slider(qtbot, width: int) -> None:
    layout = SlidersLayout(ImageGrid())
    qtbot.addWidget(layout)
    layout.resize(width, 700)
    layout.show()
    qtbot.waitExposed(layout)

    def places() -> list[QPoint]:
        QApplication.sendPostedEvents(None, QEvent.Type.LayoutRequest)
        return [part.mapTo(layout, QPoint()) for part in (layout.grid, layout.pad, layout.bank)]

    without, picture = places(), layout.grid.size()
    layout.stale.show_steps(1_000, 1_204)
    assert places() == without
    assert layout.stale.isVisible()
    assert layout.stale.mapTo(layout, QPoint()).y() > layout.bank.mapTo(layout, layout.bank.rect().bottomLeft()).y()
    assert layout.grid.size() == picture
