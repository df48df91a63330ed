"""The pad by user input: where the point goes and is painted, snapping, the middle, and what can't be moved."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QImage

from genstudio.studio.plots.plane_pad import PlanePad
from genstudio.studio.theme import colour

LEFT = Qt.MouseButton.LeftButton


@pytest.fixture
def pad(qtbot) -> PlanePad:
    made = PlanePad()
    qtbot.addWidget(made)
    made.show_plane(("smiling", "age"), (0.0, 0.0), 3.0)
    made.moved.connect(lambda u, v: made.show_plane(("smiling", "age"), (u, v), 3.0))
    made.show()
    return made


def at(image: QImage, pad: PlanePad, u: float, v: float) -> str:
    return image.pixelColor(pad.place_of(u, v).toPoint()).name()


def test_point_goes_where_it_is_dragged_and_no_further_than_the_plane(qtbot, pad: PlanePad) -> None:
    with qtbot.waitSignals([pad.drag_started, pad.drag_ended], order="strict"):
        qtbot.mousePress(pad.viewport(), LEFT, pos=pad.place_of(1, -2).toPoint())
        qtbot.mouseRelease(pad.viewport(), LEFT, pos=pad.place_of(1, -2).toPoint())
    assert pad.accessibleDescription() == "smiling +0.98 σ, age -2.02 σ"  # of the nearest pixel
    image = pad.grab().toImage()
    assert at(image, pad, 1, -2) == colour("accent").name()
    assert at(image, pad, -1.5, 1.5) == colour("field").name()
    qtbot.mouseClick(pad.viewport(), LEFT, pos=QPoint(1, 1))
    assert pad.accessibleDescription() == "smiling -3.00 σ, age +3.00 σ"


def test_point_snaps_to_the_axes_and_returns_to_the_middle(qtbot, pad: PlanePad) -> None:
    qtbot.mouseClick(pad.viewport(), LEFT, pos=pad.place_of(0, 2).toPoint() + QPoint(3, 0))
    assert pad.accessibleDescription().startswith("smiling +0.00 σ, age +2.0")
    qtbot.mouseDClick(pad.viewport(), LEFT, pos=pad.place_of(2, 2).toPoint())
    assert pad.accessibleDescription() == "smiling +0.00 σ, age +0.00 σ"


def test_long_names_are_shortened_and_told_in_full(qtbot, pad: PlanePad) -> None:
    name = "a direction with a long name"
    pad.show_plane((name, "age"), (0.5, 0.0), 3.0)
    assert name in pad.accessibleName()
    pad.set_side(104)
    assert (pad.width(), pad.sizeHint().width()) == (104, 104)
    assert at(pad.grab().toImage(), pad, 0.5, 0.0) == colour("accent").name()


def test_without_directions_nothing_can_be_moved(qtbot, pad: PlanePad) -> None:
    pad.show_plane(("", ""), (0.0, 0.0), 3.0)
    assert not pad.isEnabled()
    assert at(pad.grab().toImage(), pad, 0, 0) != colour("accent").name()
    with qtbot.assertNotEmitted(pad.moved):
        qtbot.mouseClick(pad.viewport(), LEFT, pos=pad.place_of(1, 1).toPoint())
