"""Loss per image by user input: a bar is clicked, its images are shown, undo shows all again."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtTest import QTest

from genstudio.studio.pane_area.area import PaneArea
from genstudio.studio.panes.image_losses.view import ImageLossesView
from genstudio.training.run.run import Run
from tests.studio.pane_area import PATIENCE, VAE, area_on

PANE = "image_losses"


@pytest.fixture
def area(qtbot, home: Path, run_of) -> Iterator[PaneArea]:
    run: Run = run_of(VAE)
    with area_on(qtbot, home, run, height=860, pane=PANE) as made:
        settled(qtbot, made)
        yield made


def settled(qtbot, area: PaneArea) -> ImageLossesView:
    """Wait until the pane shows the whole content of its present state."""
    qtbot.waitUntil(
        lambda: (
            PANE in area.views
            and area.views[PANE].rendered is not None
            and area.views[PANE].rendered.final
            and area.views[PANE].rendered.state == area.states[PANE]
        ),
        timeout=PATIENCE,
    )
    view = area.views[PANE]
    assert isinstance(view, ImageLossesView)
    return view


def bar(view: ImageLossesView, number: int) -> QPoint:
    """A place on a bar."""
    plot, shown = view.histogram.plot, view.histogram.shown
    assert shown is not None
    middle = sum(shown.edges(number)) / 2
    centre = plot.panels[0].view.sceneBoundingRect().center()
    return plot.mapFromScene(QPointF(plot.pixel_of(middle), centre.y()))


def test_click_on_a_bar_shows_its_images_and_a_second_one_all(qtbot, area: PaneArea):
    view = settled(qtbot, area)
    shown = view.histogram.shown
    assert shown is not None
    number = int(np.argmax(shown.series[0].y))
    QTest.mouseClick(view.histogram.plot.viewport(), Qt.MouseButton.LeftButton, pos=bar(view, number))
    view = settled(qtbot, area)
    low, high = shown.edges(number)
    nats = view.grid.picture.values["nats"].ravel()[: len(view.grid.picture)]
    state = area.states[PANE]
    assert state.is_part
    assert ((nats >= state.low) & (nats < state.high)).all()
    assert (max(low, state.low), min(high, state.high)) == (low, high)
    assert "click the bar again for all" in view.caption.full_text()
    assert view.describe_cell(0, 0).endswith(f"{nats[0]:,.1f} nats")
    QTest.mouseClick(view.histogram.plot.viewport(), Qt.MouseButton.LeftButton, pos=bar(view, number))
    settled(qtbot, area)
    assert not area.states[PANE].is_part
    area.undo_stack.undo()
    settled(qtbot, area)
    assert area.states[PANE].is_part


def test_bars_are_reached_by_keyboard(qtbot, area: PaneArea):
    view = settled(qtbot, area)
    plot = view.histogram.plot
    view.histogram.setFocus()
    qtbot.keyClick(plot, Qt.Key.Key_Right)
    qtbot.keyClick(plot, Qt.Key.Key_Right)
    assert "%" in plot.accessibleDescription()
    qtbot.keyClick(plot, Qt.Key.Key_Return)
    settled(qtbot, area)
    assert area.states[PANE].is_part


def test_its_menu_saves_the_histogram(qtbot, area: PaneArea, tmp_path: Path):
    view, exporter = settled(qtbot, area), area.exporter
    asked: list[str] = []
    exporter.choose_path = lambda title, proposed, filters: asked.append(proposed) or str(tmp_path / "losses.csv")
    actions = {action.text(): action for action in view.histogram.plot.make_menu().actions()}
    with qtbot.waitSignal(exporter.finished, timeout=PATIENCE):
        actions["Save as CSV…"].trigger()
    assert asked[0].endswith(".csv")
    assert len((tmp_path / "losses.csv").read_text().splitlines()) == 1 + view.histogram.shown.bins
