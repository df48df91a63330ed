"""Player of a drawing: per frame, never per pixel, never ahead of the drawing; and the rate of new weights."""

from __future__ import annotations

import math

import pytest

from genstudio.panes.pixels.state import PixelsState
from genstudio.studio.pane_area.weight_refresh import RefreshInterval
from genstudio.studio.pane_view.player import LONGEST_FRAME, Player
from genstudio.studio.pane_view.undo_merging import UndoMerging
from genstudio.studio.panes.pixels.shown_drawing import ShownDrawing
from genstudio.studio.panes.pixels.transport import SPEEDS, DrawingTransport


class Drawing:
    """A player and a drawing that keeps up with it, up to ``at_most`` sub-pixels a frame."""

    def __init__(self, speed: float, end: int = 300, channels: int = 1, at_most: float = math.inf) -> None:
        self.shown, self.at_most = ShownDrawing(PixelsState()), at_most
        self.shown.speed, self.shown.end, self.shown.channels = speed, end, channels
        self.transport = DrawingTransport()
        merging = UndoMerging(self.transport)
        self.player = Player(self.shown, self.transport, merging)
        self.wanted: list[int] = []
        self.ended = 0
        merging.proposed.connect(self._proposed)
        self.player.stopped.connect(self._stopped)

    def _proposed(self, state: PixelsState) -> None:
        if state.position > self.shown.state.position:
            self.wanted.append(state.position)
        self.shown.state = state

    def _stopped(self) -> None:
        self.ended += 1

    def frame(self, seconds: float) -> int:
        """How far the drawing has come after one more frame."""
        self.player.advance(seconds)
        if self.wanted:
            self.shown.drawn = int(min(self.wanted[-1], self.shown.drawn + self.at_most))
        return self.shown.drawn


@pytest.fixture
def start(qtbot):
    made: list[Drawing] = []

    def begin(*args, **kwargs) -> Drawing:
        drawing = Drawing(*args, **kwargs)
        qtbot.addWidget(drawing.transport)
        drawing.player.toggle()
        made.append(drawing)
        return drawing

    yield begin
    for drawing in made:
        drawing.player.stop()


def test_one_pixel_per_second(start):
    drawing = start(1.0)
    places = [drawing.frame(0.04) for _ in range(26 * 3)]
    assert places[1] == 1, "the first one at once"
    assert places[-1] == 4
    assert drawing.wanted == [1, 2, 3, 4], "asked only when there is something new"


def test_fast_play_proposes_once_per_frame(start):
    drawing = start(1000.0)
    for _ in range(6):
        drawing.frame(0.04)
    assert len(drawing.wanted) == 6
    assert drawing.shown.drawn == pytest.approx(240, abs=2)


def test_it_never_runs_ahead_of_a_slow_drawing_by_more_than_a_frame(start):
    drawing = start(1000.0, at_most=5)
    for _ in range(20):
        before = drawing.shown.drawn
        drawing.frame(0.04)
        assert drawing.wanted[-1] <= before + 41
    assert drawing.shown.drawn == 100
    drawing.shown.speed = 25.0
    drawing.frame(0.04)
    assert drawing.wanted[-1] - 100 <= 42, "no debt is worked off when it slows down"


def test_as_fast_as_it_goes_proposes_the_end(start):
    drawing = start(math.inf, at_most=100)
    for _ in range(5):
        drawing.frame(0.04)
    assert drawing.wanted == [300]
    assert drawing.ended == 1
    assert not drawing.player.playing


def test_a_colour_pixel_is_drawn_whole(start):
    drawing = start(10.0, channels=3)
    for _ in range(100):
        assert drawing.frame(0.04) % 3 == 0
    assert drawing.shown.drawn == pytest.approx(40 * 3, abs=3)


def test_it_continues_after_a_pause_without_a_jump(start):
    drawing = start(100.0)
    drawing.frame(60.0)
    assert drawing.shown.drawn <= 100 * LONGEST_FRAME + 2


def test_nothing_is_left_to_play_at_the_end(start):
    drawing = start(10.0)
    drawing.player.stop()
    drawing.shown.state = PixelsState(position=300)
    drawing.player.toggle()
    assert not drawing.player.playing
    assert drawing.ended == 1


def test_speeds_reach_from_one_pixel_a_second_to_as_fast_as_it_goes():
    assert SPEEDS[0] == 1
    assert math.isinf(SPEEDS[-1])
    assert list(SPEEDS) == sorted(SPEEDS)


# -- weights -----------------------------------------------------------------------------------------------------


def test_slow_drawing_is_redrawn_in_at_most_a_third_of_the_time():
    now = [0.0]
    fresh = RefreshInterval(lambda: now[0])
    assert fresh.wait("pixels") == 0
    fresh.shown("pixels", "step 10", 1500)
    assert fresh.wait("pixels") == pytest.approx(3.0)
    now[0] = 2.0
    assert fresh.wait("pixels") == pytest.approx(1.0)
    fresh.shown("pixels", "step 10", 8)
    assert fresh.wait("pixels") == pytest.approx(1.0), "going on with it costs nothing, and puts nothing off"
    now[0] = 3.0
    assert fresh.wait("pixels") == 0
    fresh.shown("pixels", "step 20", 30)
    assert fresh.wait("pixels") == pytest.approx(0.06)


def test_errors_have_no_weights():
    fresh = RefreshInterval(lambda: 0.0)
    fresh.shown("pixels", None, 0.0)
    fresh.shown("pixels", None, 0.0)
    assert fresh.wait("pixels") == 0


def test_a_drawing_from_newer_weights_is_finished_before_others_are_taken():
    now = [0.0]
    fresh = RefreshInterval(lambda: now[0])
    fresh.begins("pixels")
    now[0] = 2.0
    assert fresh.wait("pixels") > 0
    fresh.shown("pixels", "step 10", 60, final=False)
    assert fresh.wait("pixels") > 0
    fresh.shown("pixels", "step 10", 2000)
    assert fresh.wait("pixels") == pytest.approx(4.0)
    fresh.begins("pixels")
    now[0] = 100.0
    assert fresh.wait("pixels") == 0, "what never came is not waited for without end"
