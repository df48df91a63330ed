"""Clock of a drawing: per frame, never per pixel, never ahead of the drawing; and the rate of new weights."""

from __future__ import annotations

import math

import pytest

from genstudio.studio.pane_area.weight_refresh import RefreshInterval
from genstudio.studio.panes.pixels.play_clock import LONGEST_FRAME, SPEEDS, PlayClock


class Drawing:
    """A clock and a drawing that keeps up with it, up to ``at_most`` sub-pixels a frame."""

    def __init__(self, speed: float, end: int = 300, channels: int = 1, at_most: float = math.inf) -> None:
        self.clock, self.at_most = PlayClock(), at_most
        self.clock.speed, self.clock.end, self.clock.channels = speed, end, channels
        self.wanted: list[int] = []
        self.ended = 0
        self.clock.wants.connect(self.wanted.append)
        self.clock.ended.connect(self._ended)

    def _ended(self) -> None:
        self.ended += 1

    def frame(self, seconds: float) -> int:
        """How far the drawing has come after one more frame."""
        self.clock.advance(seconds)
        if self.wanted:
            self.clock.drawn = int(min(self.wanted[-1], self.clock.drawn + self.at_most))
        return self.clock.drawn


@pytest.fixture
def start(qtbot):
    made: list[Drawing] = []

    def begin(*args, **kwargs) -> Drawing:
        drawing = Drawing(*args, **kwargs)
        drawing.clock.start(0)
        made.append(drawing)
        return drawing

    yield begin
    for drawing in made:
        drawing.clock.stop()


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
    assert drawing.clock.drawn == pytest.approx(240, abs=2)


def test_it_never_runs_ahead_of_a_slow_drawing_by_more_than_a_frame(start):
    drawing = start(1000.0, at_most=5)
    for _ in range(20):
        before = drawing.clock.drawn
        drawing.frame(0.04)
        assert drawing.wanted[-1] <= before + 41
    assert drawing.clock.drawn == 100
    drawing.clock.speed = 25.0
    drawing.frame(0.04)
    assert drawing.wanted[-1] - 100 <= 42, "no debt is worked off when it slows down"


def test_as_fast_as_it_goes_proposes_the_end(start):
    drawing = start(math.inf, at_most=100)
    for _ in range(5):
        drawing.frame(0.04)
    assert drawing.wanted == [300]
    assert drawing.ended == 1
    assert not drawing.clock.playing


def test_a_colour_pixel_is_drawn_whole(start):
    drawing = start(10.0, channels=3)
    for _ in range(100):
        assert drawing.frame(0.04) % 3 == 0
    assert drawing.clock.drawn == pytest.approx(40 * 3, abs=3)


def test_it_continues_after_a_pause_without_a_jump(start):
    drawing = start(100.0)
    drawing.frame(60.0)
    assert drawing.clock.drawn <= 100 * LONGEST_FRAME + 2


def test_nothing_is_left_to_play_at_the_end(start):
    drawing = start(10.0)
    drawing.clock.stop()
    drawing.clock.start(300)
    assert not drawing.clock.playing
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
    fresh.shown("pixels", "step 10", 60, whole=False)
    assert fresh.wait("pixels") > 0
    fresh.shown("pixels", "step 10", 2000)
    assert fresh.wait("pixels") == pytest.approx(4.0)
    fresh.begins("pixels")
    now[0] = 100.0
    assert fresh.wait("pixels") == 0, "what never came is not waited for without end"
