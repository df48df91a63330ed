from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch

from genstudio.core.errors import RunError, UsageError
from genstudio.export.films.films import frames_through_training, latent_walk, through_training
from genstudio.export.images.contents import compose
from genstudio.panes.manifold.film import manifold_walk
from genstudio.panes.manifold.state import ManifoldState
from genstudio.panes.samples.content import SamplesState
from genstudio.training.run.run import Run
from genstudio.training.snapshot import load_model
from genstudio.viewing.context import ViewContext
from genstudio.viewing.decode import to_pixels
from genstudio.viewing.layout import Layout
from genstudio.viewing.pane import final

STATE = ManifoldState.from_json({"cells": 7, "reach": 1.5})


def test_the_walk_shows_what_the_model_decodes_under_the_marker(context: ViewContext) -> None:
    frames = list(manifold_walk(context, STATE, frames=12, show="image", size=32))
    assert len(frames) == 12
    assert {frame.shape for frame in frames} == {(32, 32, 3)}
    # It starts at the right edge, half way up: z = (1.5, 0, 0).
    start = torch.tensor([[1.5, 0.0, 0.0]])
    with torch.inference_mode():
        wanted = to_pixels(context.model.decode(start))[0]  # type: ignore[operator]
    assert np.array_equal(frames[0][::4, ::4], wanted)


def test_the_marker_lies_on_the_cell_that_is_shown(context: ViewContext) -> None:
    both = next(manifold_walk(context, STATE, frames=12, size=64))
    grid = compose(final(context, STATE), Layout(gutter=0, scale=1))
    part = both[:, 8 : 8 + grid.shape[1]]
    top = (both.shape[0] - grid.shape[0]) // 2
    changed = np.argwhere((part[top : top + grid.shape[0]] != grid).any(-1))
    # Row 3 of 7 and column 6 of 7 is where z = (1.5, 0) was decoded; the ring is cut off by the sheet's edge.
    assert changed[:, 0].mean() == pytest.approx(3 * 8 + 4, abs=1)
    assert changed[:, 1].max() == grid.shape[1] - 1
    assert changed[:, 1].min() >= 5 * 8


def test_a_walk_through_latent_space_is_the_same_each_time(context: ViewContext) -> None:
    before = torch.get_rng_state()
    films = [list(latent_walk(context, seed=5, stops=4, frames=9, size=8, how=how)) for how in ("spherical",) * 2]
    assert all(np.array_equal(a, b) for a, b in zip(*films, strict=True))
    assert torch.equal(before, torch.get_rng_state())
    other = list(latent_walk(context, seed=6, stops=4, frames=9, size=8))
    assert not np.array_equal(films[0][0], other[0])


def test_film_through_training_uses_one_noise_at_every_checkpoint(run: Run) -> None:
    assert run.checkpoints() == [0, 8, 16, 24]
    frames = list(through_training(run, SamplesState(n=9, seed=4), caption=False, layout=Layout(gutter=1), hold=2))
    assert len(frames) == frames_through_training(run, hold=2) == 6
    for frame, step in zip(frames, [0, 8, 16, 24, 24, 24], strict=True):
        snapshot = run.snapshot(step)
        shown = final(
            ViewContext(load_model(snapshot), snapshot.spec, snapshot), SamplesState.from_json({"n": 9, "seed": 4})
        )
        assert np.array_equal(frame, compose(shown, Layout(gutter=1)))
    assert not np.array_equal(frames[0], frames[3])


def test_any_pane_can_be_filmed_through_training_with_step_captions(run: Run) -> None:
    plain = list(through_training(run, STATE, caption=False, hold=0))
    captioned = list(through_training(run, STATE, hold=0))
    assert len(plain) == len(captioned) == 4
    text = [frame[plain[0].shape[0] :] for frame in captioned]
    assert all(np.array_equal(a, b[: a.shape[0]]) for a, b in zip(plain, captioned, strict=True))
    assert all(part.max() > 200 for part in text)
    assert not np.array_equal(text[0], text[1])


def test_films_leave_grad_mode_as_it_was(context: ViewContext) -> None:
    for film in (manifold_walk(context, STATE, frames=3), latent_walk(context, frames=3)):
        next(film)
        assert torch.is_grad_enabled()
        assert not torch.is_inference_mode_enabled()
        film.close()


def test_impossible_films_are_refused_with_a_reason(context: ViewContext, tmp_path: Path, run: Run) -> None:
    with pytest.raises(UsageError):
        next(manifold_walk(context, STATE, frames=0))
    with pytest.raises(RunError, match="checkpoint"):
        next(through_training(Run(tmp_path, run.recipe), STATE))
