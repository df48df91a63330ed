"""Film of a path: its frames are the pane's pictures, at the pane's speed, and it loops without a pause."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from genstudio.core.errors import Cancelled, UsageError
from genstudio.export.films.animations import save_animation
from genstudio.latent.points import LatentPoint
from genstudio.panes.interpolate.content import InterpolateState
from genstudio.panes.interpolate.film import film_places, frames_of_path, path_film
from genstudio.viewing.pane import final
from tests.panes.pane_helpers import make_look

STATE = InterpolateState(seconds=0.5)


@pytest.mark.parametrize("closed", [True, False])
def test_each_frame_equals_the_panes_picture_at_its_position(closed: bool):
    context, state = make_look(3), replace(STATE, closed=closed)
    frames = list(path_film(context, state, fps=10, size=16))
    assert len(frames) == frames_of_path(context, state, fps=10) == (20 if closed else 15)
    for frame, place in zip(frames, film_places(state, 10), strict=True):
        shown = final(context, replace(state, place=float(place))).pictures[0].pixels
        # Codes of many at once are the same to the last bit but one: of a level at most.
        assert np.abs(frame[::2, ::2].astype(int) - shown).max() <= 1
    assert film_places(state, 10)[-1] == (0.95 if closed else 1.0), (
        "a closed one would else stand still where it begins"
    )


def test_it_lasts_as_long_as_the_pane_plays_it(tmp_path: Path):
    context = make_look(3)
    for suffix in ("gif", "webp"):
        path = save_animation(tmp_path / f"path.{suffix}", path_film(context, STATE, fps=25), fps=25)
        with Image.open(path) as film:
            durations = []
            for k in range(film.n_frames):
                film.seek(k)
                film.load()
                durations.append(film.info["duration"])
        assert sum(durations) == pytest.approx(1000 * STATE.length, abs=10)


def test_path_of_one_key_frame_is_one_picture_and_key_frames_without_code_are_skipped():
    context = make_look(3)
    alone = InterpolateState(frames=(LatentPoint("seed", 3),))
    assert len(list(path_film(context, alone))) == 1
    with_gap = replace(STATE, frames=(LatentPoint("seed", 0), LatentPoint("image", 1), LatentPoint("seed", 1)))
    without = replace(STATE, frames=(LatentPoint("seed", 0), LatentPoint("seed", 1)))
    both = [list(path_film(context, state, fps=10)) for state in (with_gap, without)]
    assert len(both[0]) == len(both[1])
    assert all((a == b).all() for a, b in zip(*both, strict=True))


def test_a_broken_model_and_a_stop_leave_no_file(tmp_path: Path):
    context = make_look(3)
    stopped = iter([False, False, True])
    with pytest.raises(Cancelled):
        save_animation(
            tmp_path / "a.gif", path_film(context, STATE, fps=10), fps=10, cancelled=lambda: next(stopped, True)
        )
    for weight in context.model.parameters():
        weight.data.fill_(float("nan"))
    with pytest.raises(UsageError, match="not finite"):
        save_animation(tmp_path / "b.gif", path_film(context, STATE, fps=10), fps=10)
    assert list(tmp_path.iterdir()) == []
