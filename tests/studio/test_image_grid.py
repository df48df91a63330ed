"""The grid: every pixel a square of whole device pixels, and cells reachable by mouse and keyboard."""

from __future__ import annotations

import os
import subprocess
import sys

import numpy as np
import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QColor, QImage, QWheelEvent
from PySide6.QtWidgets import QApplication

from genstudio.studio.widgets.image_grid import ImageGrid
from genstudio.studio.widgets.sheet_layout import compose, lay_out
from genstudio.viewing.content import Picture

GREY = QColor(128, 128, 128)


def noise(rows: int, columns: int, side: int, channels: int = 1, count: int | None = None) -> Picture:
    draw = np.random.default_rng(0)
    pixels = draw.integers(0, 256, (rows * side, columns * side, channels), dtype=np.uint8)
    return Picture(pixels, cell=(side, side), values={"z": np.zeros((rows, columns, 2), np.float32)}, count=count)


def pixels_of(image: QImage) -> np.ndarray:
    """uint8 H×W×3."""
    rgb = image.convertToFormat(QImage.Format.Format_RGB888)
    flat = np.frombuffer(rgb.constBits(), np.uint8).reshape(rgb.height(), rgb.bytesPerLine())
    return flat[:, : rgb.width() * 3].reshape(rgb.height(), rgb.width(), 3).copy()


@pytest.mark.parametrize("channels", [1, 3])
def test_cells_are_enlarged_by_whole_factors(qapp, channels: int):
    picture = noise(3, 4, 8, channels)
    layout = lay_out(picture, 500, 400, margin=10, gutter=2)
    shown = pixels_of(compose(picture, layout, GREY))
    assert layout.factor == 15
    for row, column in ((0, 0), (2, 3)):
        y, x = row * (layout.cell_h + 2), column * (layout.cell_w + 2)
        cell = shown[y : y + layout.cell_h, x : x + layout.cell_w]
        expected = np.broadcast_to(picture.at(row, column).repeat(15, 0).repeat(15, 1), (120, 120, 3))
        assert np.array_equal(cell, expected)
    assert (shown[120:122] == 128).all(), "the gutter has the surround's grey"


def test_gutter_shrinks_before_sharpness_is_lost(qapp):
    picture = noise(20, 20, 28)
    assert lay_out(picture, 604, 700, margin=12, gutter=1).factor == 1
    tight = lay_out(picture, 570, 700, margin=12, gutter=1)
    assert (tight.factor, tight.gutter) == (1, 0)
    assert lay_out(picture, 500, 700, margin=12, gutter=1).factor == 0


def test_an_unfilled_last_row_shows_the_surround(qapp):
    picture = noise(2, 3, 4, count=4)
    layout = lay_out(picture, 100, 100, margin=0, gutter=2)
    shown = pixels_of(compose(picture, layout, GREY))
    assert (shown[layout.cell_h + 2 :, layout.cell_w + 2 :] == 128).all()


def test_smooth_cells_do_not_bleed_into_each_other(qapp):
    pixels = np.zeros((8, 16, 1), np.uint8)
    pixels[:, 8:] = 255
    picture = Picture(pixels, cell=(8, 8))
    layout = lay_out(picture, 400, 200, margin=0, gutter=0)
    shown = pixels_of(compose(picture, layout, GREY, smooth=True))
    middle = shown.shape[1] // 2
    assert (shown[:, :middle] == 0).all()
    assert (shown[:, middle:] == 255).all()


def test_painted_image_does_not_share_the_picture_s_memory(qapp):
    """What is on screen must not change, nor crash, when the array goes or is used again."""
    picture = noise(2, 2, 8)
    image = compose(picture, lay_out(picture, 100, 100, margin=0, gutter=0), GREY)
    before = pixels_of(image)
    picture.pixels[:] = 0
    del picture
    assert np.array_equal(pixels_of(image), before)


SCRIPT = """
import sys
import numpy as np
from PySide6.QtGui import QImage
from PySide6.QtWidgets import QApplication, QWidget
app = QApplication([])
from genstudio.viewing.content import Picture
from genstudio.studio.widgets.image_grid import ImageGrid
window = QWidget()
window.resize(401, 377)
grid = ImageGrid(window)
grid.setGeometry(7, 11, 333, 311)  # begins between two device pixels
pixels = np.random.default_rng(0).integers(0, 256, (4 * 8, 4 * 8, 1), dtype=np.uint8)
grid.show_picture(Picture(pixels, cell=(8, 8)))
window.show()
app.processEvents()
ratio = window.devicePixelRatioF()
assert ratio == float(sys.argv[1]), ratio
shown = window.grab().toImage().convertToFormat(QImage.Format.Format_RGB888)
rows = np.frombuffer(shown.constBits(), np.uint8).reshape(shown.height(), shown.bytesPerLine())
grey = rows[:, : shown.width() * 3].reshape(shown.height(), shown.width(), 3)[..., 0]
layout = grid.sheet_layout
big = pixels[:8, :8, 0].repeat(layout.factor, 0).repeat(layout.factor, 1)
found = [
    (y, x)
    for y in range(8, grey.shape[0] - len(big), 1)
    for x in range(8, grey.shape[1] - len(big), 1)
    if grey[y, x] == big[0, 0] and np.array_equal(grey[y : y + len(big), x : x + len(big)], big)
]
assert len(found) == 1, (layout, found)
print("crisp", layout.factor)
"""


@pytest.mark.parametrize("ratio", ["1.25", "1.5", "2"])
def test_pixels_stay_squares_under_fractional_scaling(ratio: str):
    """A separate process, because Qt reads the scale at its start."""
    environment = {**os.environ, "QT_SCALE_FACTOR": ratio, "QT_SCALE_FACTOR_ROUNDING_POLICY": "PassThrough"}
    done = subprocess.run(
        [sys.executable, "-c", SCRIPT, ratio], env=environment, capture_output=True, text=True, timeout=120
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith("crisp")


# -- hands -------------------------------------------------------------------------------------------------------


@pytest.fixture
def grid(qtbot) -> ImageGrid:
    made = ImageGrid()
    qtbot.addWidget(made)
    made.resize(400, 400)
    made.show_picture(noise(4, 4, 8))
    made.show()
    qtbot.waitExposed(made)
    return made


def test_arrows_move_the_focused_cell_and_enter_picks_it(qtbot, grid: ImageGrid):
    grid.setFocus(Qt.FocusReason.TabFocusReason)
    assert grid.focused_cell == (2, 2)
    for key in (Qt.Key.Key_Up, Qt.Key.Key_Left, Qt.Key.Key_Left, Qt.Key.Key_Left):
        qtbot.keyClick(grid, key)
    assert grid.focused_cell == (1, 0), "it stops at the edge"
    assert grid.accessibleDescription() == "Row 2, column 1"
    with qtbot.waitSignal(grid.picked) as picked:
        qtbot.keyClick(grid, Qt.Key.Key_Return)
    assert picked.args == [1, 0]


def test_a_click_picks_and_a_drag_does_not(qtbot, grid: ImageGrid):
    grid.draggable = True
    heard: list[object] = []
    grid.picked.connect(lambda *cell: heard.append(cell))
    grid.dragged.connect(lambda *place: heard.append("dragged"))
    grid.drag_ended.connect(lambda: heard.append("ended"))
    qtbot.mouseClick(grid, Qt.MouseButton.LeftButton, pos=grid.cell_rect(3, 1).center().toPoint())
    assert heard == [(3, 1)]
    start = grid.cell_rect(1, 1).center().toPoint()
    qtbot.mousePress(grid, Qt.MouseButton.LeftButton, pos=start)
    for k in range(1, 5):
        qtbot.mouseMove(grid, start + QPoint(20 * k, 0))
    qtbot.mouseRelease(grid, Qt.MouseButton.LeftButton, pos=start + QPoint(80, 0))
    assert heard[1] == "dragged"
    assert heard[-1] == "ended"
    assert (3, 1) not in heard[1:]


def test_pointer_reports_each_cell_once(qtbot, grid: ImageGrid):
    heard: list[object] = []
    grid.pointed.connect(heard.append)
    middle = grid.cell_rect(0, 2).center().toPoint()
    qtbot.mouseMove(grid, middle)
    qtbot.mouseMove(grid, middle + QPoint(3, 3))
    qtbot.mouseMove(grid, QPoint(2, 2))
    assert heard == [(0, 2), None]


def test_wheel_reports_position_and_amount(qtbot, grid: ImageGrid):
    position = grid.cell_rect(0, 0).topLeft()
    with qtbot.waitSignal(grid.wheeled) as wheeled:
        none = Qt.KeyboardModifier.NoModifier
        event = QWheelEvent(
            position, grid.mapToGlobal(position), QPoint(), QPoint(0, 240), Qt.MouseButton.NoButton, none,
            Qt.ScrollPhase.NoScrollPhase, False,
        )  # fmt: skip
        QApplication.sendEvent(grid, event)
    x, y, notches = wheeled.args
    assert (x, y) == pytest.approx((0, 0), abs=0.01)
    assert notches == 2


def test_beside_the_sheet_there_is_no_cell(grid: ImageGrid):
    assert grid.cell_at(QPointF(1, 1)) is None
    grid.show_picture(noise(2, 3, 8, count=4))
    assert grid.cell_at(grid.cell_rect(1, 2).center()) is None
    assert grid.cell_at(grid.cell_rect(1, 0).center()) == (1, 0)
