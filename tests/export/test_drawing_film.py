"""Film of a drawing: each frame is the pane's picture at its position, at the requested speed."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image

from genstudio.core.errors import Cancelled, UsageError
from genstudio.export.films.animations import save_animation
from genstudio.export.images.contents import compose, save_pane
from genstudio.export.pins import pinned_path
from genstudio.export.provenance import provenance_of, read_provenance
from genstudio.export.reproduce import reproduce
from genstudio.panes.pixels.film import drawing_film, frames_of_drawing, places
from genstudio.panes.pixels.state import PixelsState
from genstudio.panes.pixels.view import SLATE
from genstudio.panes.surprise.content import SurpriseState
from genstudio.training.job import new_job
from genstudio.training.recipe.recipe import recipe_from_dict
from genstudio.training.run.run import Run
from genstudio.training.snapshot import load_model
from genstudio.viewing.context import ViewContext
from genstudio.viewing.layout import Layout
from genstudio.viewing.pane import final
from tests.panes.pane_helpers import make_look
from tests.panes.pixel_helpers import pixel_look

STATE = PixelsState(n=3)


def test_each_frame_shows_its_position_and_the_last_the_whole_drawing():
    context = pixel_look()
    assert places(context, STATE, speed=100, fps=10) == [0, 10, 20, 30, 40, 50, 60, 64]
    frames = list(drawing_film(context, STATE, speed=100, fps=10, show="large", scale=2, hold=0.3))
    assert len(frames) == frames_of_drawing(context, STATE, speed=100, fps=10, hold=0.3) == 8 + 3
    for frame, place in zip(frames, [0, 10, 20, 30, 40, 50, 60, 64, 64, 64, 64], strict=True):
        assert np.array_equal(frame[::2, ::2], final(context, replace(STATE, position=place)).pictures[1].pixels)
    assert (frames[0] == SLATE).all()


@pytest.mark.parametrize(("speed", "fps", "count"), [(64, 25, 26), (1, 1, 65), (5, 50, 641), (1e6, 25, 2)])
def test_speed_is_in_pixels_a_second(speed: float, fps: float, count: int):
    """64 pixels: at 64 a second one second of frames, and the end."""
    shown = places(pixel_look(), STATE, speed=speed, fps=fps)
    assert (len(shown), shown[0], shown[-1]) == (count, 0, 64)
    colour = places(pixel_look("pixelcnn", 3, levels=4), STATE, speed=speed, fps=fps)
    assert (len(colour), colour[-1]) == (count, 192), "three sub-pixels a pixel take no longer"


def test_the_sheet_the_large_image_or_both():
    context = pixel_look()
    options = {"speed": 640, "fps": 10, "scale": 6, "hold": 0}
    sheet = list(drawing_film(context, STATE, show="sheet", **options))
    assert np.array_equal(sheet[-1], compose(final(context, replace(STATE, position=64)), Layout(scale=6)))
    both = list(drawing_film(context, STATE, show="both", **options))
    large = final(context, replace(STATE, position=64)).pictures[1].pixels.repeat(6, 0).repeat(6, 1)
    top = (both[-1].shape[0] - 48) // 2
    assert np.array_equal(both[-1][top : top + 48, 8:56], large)
    assert both[-1].shape[1] > 8 + 48 + 8 + 2 * 8
    (one, _) = drawing_film(context, replace(STATE, n=1), show="both", **options)
    assert one.shape == (48, 48, 3)


def test_film_of_a_completion_begins_at_the_first_drawn_pixel(tmp_path: Path):
    context = pixel_look(levels=4)
    own = context.blobs.put_array(np.full((8, 8, 1), 255, np.uint8))
    state = PixelsState(n=2, source="own", own=own)
    shown = places(context, state, speed=100, fps=10)
    assert (shown[0], shown[-1]) == (32, 64)
    first = next(drawing_film(context, state, show="large", scale=1))
    assert (first[:4] == 255).all()
    assert (first[4:] == SLATE).all()


def test_an_overlay_is_filmed_with_it():
    context = pixel_look()
    state = replace(STATE, overlay="entropy")
    frames = list(drawing_film(context, state, speed=320, fps=10, show="large", scale=1, hold=0))
    assert np.array_equal(frames[-1], final(context, replace(state, position=64)).pictures[2].pixels)


@pytest.mark.parametrize("suffix", [".gif", ".webp", ".mp4"])
def test_film_has_provenance(tmp_path: Path, suffix: str):
    context = pixel_look()
    told = provenance_of(context.snapshot, replace(STATE, position=64))
    path = save_animation(
        tmp_path / f"film{suffix}", drawing_film(context, STATE, speed=160, fps=10), fps=10, provenance=told
    )
    assert read_provenance(path).state["n"] == 3
    if suffix == ".gif":
        with Image.open(path) as film:
            film.seek(film.n_frames - 1)  # type: ignore[attr-defined]
            last = np.asarray(film.convert("RGB"))
        *_, wanted = drawing_film(context, STATE, speed=160, fps=10)
        assert np.array_equal(last, wanted), "few colours: exact"


def test_film_can_be_stopped_and_speed_zero_is_refused(tmp_path: Path):
    context = pixel_look()
    with pytest.raises(Cancelled):
        save_animation(tmp_path / "film.gif", drawing_film(context, STATE), cancelled=lambda: True)
    for options in ({"speed": 0}, {"speed": -3}, {"fps": 0}):
        with pytest.raises(UsageError, match="Choose a speed"):
            next(drawing_film(context, STATE, **options))  # type: ignore[arg-type]
    with pytest.raises(UsageError, match="needs a model that draws images pixel by pixel"):
        next(drawing_film(make_look(), STATE))


def test_filming_leaves_grad_mode_as_it_was():
    film = drawing_film(pixel_look(), replace(STATE, overlay="field"))
    for _ in range(3):
        next(film)
    assert torch.is_grad_enabled()
    assert not torch.is_inference_mode_enabled()
    film.close()


# -- pictures that can be made again -------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def pixel_run(tmp_path_factory: pytest.TempPathFactory) -> Run:
    """Two steps of a small PixelCNN on 8×8 pictures in four levels."""
    pictures = tmp_path_factory.mktemp("pictures")
    random = np.random.default_rng(0)
    for i in range(60):
        Image.fromarray(random.integers(0, 256, (8, 8), dtype=np.uint8)).save(pictures / f"{i:03d}.png")
    document = {
        "model": {"name": "pixelcnn", "width": 4, "blocks": 1},
        "data": {"name": "folder", "path": str(pictures), "size": 8, "levels": 4},
        "plan": {"steps": 2, "batch_size": 10, "save_every": 0, "sample_every": 0, "evaluate_every": 0},
    }
    threads, state = torch.get_num_threads(), torch.get_rng_state()
    job = new_job(recipe_from_dict(document, "small"), out=tmp_path_factory.mktemp("runs") / "pixels-1")
    for _ in job.events():
        pass
    torch.set_num_threads(threads)
    torch.set_rng_state(state)
    return Run.open(job.run.path)


def test_branched_completion_of_an_own_image_is_reproduced_to_the_bit(pixel_run: Run, tmp_path: Path):
    snapshot = pixel_run.snapshot()
    context = ViewContext(load_model(snapshot), snapshot.spec, snapshot)
    picture = np.random.default_rng(1).integers(0, 256, (20, 30, 3), dtype=np.uint8)
    mask = np.zeros((8, 8), bool)
    mask[:, :3] = True
    state = PixelsState(
        n=5, position=64, source="own", own=context.blobs.put_array(picture), mask=context.blobs.put_array(mask)
    )
    state = replace(state, temperature_schedule=((20, 0.4),), overlay="entropy").edited(2, 4, 5, (3,))
    for shown, picture_number in ((state, 0), (state, 2), (SurpriseState(source="own", own=state.own), 0)):
        layout = Layout(scale=2, picture=picture_number)
        path = save_pane(tmp_path / "picture.png", context, shown, run=pixel_run, layout=layout)
        again = reproduce(path, run=pixel_run)
        assert again.same
        assert again.is_close
    assert len(list((pinned_path(pixel_run, snapshot.digest) / "blobs").iterdir())) == 2
