"""An export can be reproduced, equal to the bit on the same machine."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image

from genstudio.core.errors import GenstudioError, RunError
from genstudio.export.images.contents import compose, save_content, save_pane
from genstudio.export.pins import pin, pinned_snapshot
from genstudio.export.provenance import read_provenance
from genstudio.export.reproduce import reproduce
from genstudio.panes.manifold.state import ManifoldState
from genstudio.panes.samples.content import SamplesState
from genstudio.training.run.run import Run
from genstudio.viewing.content import Content, Points
from genstudio.viewing.context import ViewContext
from genstudio.viewing.layout import Layout
from genstudio.viewing.pane import final

STATES = [
    ManifoldState.from_json({"cells": 5, "zoom": 2.0, "centre_u": 0.3}),
    SamplesState.from_json({"n": 7, "seed": 11}),
    SamplesState.from_json({"n": 4, "seed": 2, "shown": "draw", "temperature": 0.7}),
]


@pytest.fixture
def own_run(run: Run, tmp_path: Path) -> Run:
    """A copy, since pinning writes into it."""
    shutil.copytree(run.path, tmp_path / run.name)
    return Run.open(tmp_path / run.name)


@pytest.fixture(autouse=True)
def _threads() -> Iterator[None]:
    before = torch.get_num_threads()
    yield
    assert torch.get_num_threads() == before


@pytest.mark.parametrize("state", STATES, ids=lambda s: type(s).__name__)
def test_picture_is_reproduced_to_the_bit(context: ViewContext, own_run: Run, tmp_path: Path, state: object) -> None:
    layout = Layout(gutter=3, scale=2, background=(10, 20, 30))
    path = save_pane(tmp_path / "elsewhere" / "picture.png", context, state, run=own_run, layout=layout)  # type: ignore[arg-type]
    # The checkpoints may be thinned out by now: the pinned weights are enough.
    shutil.rmtree(own_run.path / "checkpoints")
    again = reproduce(path, run=own_run)
    assert again.same
    assert again.is_close
    assert again.here
    told = read_provenance(path)
    assert (told.run, told.step, told.weights) == (own_run.name, 24, context.snapshot.digest)
    assert told.state["at"] == 24
    assert str(tmp_path) not in told.text()


def test_change_of_one_level_is_detected(context: ViewContext, own_run: Run, tmp_path: Path) -> None:
    path = save_pane(tmp_path / "picture.png", context, STATES[1], run=own_run)
    with Image.open(path) as image:
        pixels, told = np.asarray(image).copy(), read_provenance(path)
    pixels[5, 5, 0] ^= 1
    from genstudio.export.images.sheets import save_picture

    again = reproduce(save_picture(path, pixels, provenance=told), run=own_run)
    assert not again.same
    assert not again.is_close
    assert again.largest == 1
    assert again.differing == pytest.approx(1 / pixels.size)


def test_the_run_is_found_around_the_file_and_among_the_person_s_runs(
    context: ViewContext, own_run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    inside = save_pane(own_run.path / "exports" / "picture.png", context, STATES[1], run=own_run)
    assert reproduce(inside).same
    monkeypatch.setenv("GENSTUDIO_HOME", str(tmp_path / "home"))
    far = tmp_path / "far" / "away" / "from" / "it" / "picture.png"
    far.parent.mkdir(parents=True)
    shutil.copy(inside, far)
    shutil.move(own_run.path, tmp_path / "hidden")
    with pytest.raises(RunError, match=own_run.name):
        reproduce(far)
    shutil.copytree(tmp_path / "hidden", tmp_path / "home" / "runs" / own_run.name)
    assert reproduce(far).same


def test_codes_sent_to_a_pane_are_pinned(context: ViewContext, own_run: Run, tmp_path: Path) -> None:
    z = context.blobs.put_array(np.array([0.5, -1.0, 0.25], np.float32))
    state = replace(STATES[1], around=z, n=5)
    path = save_pane(tmp_path / "picture.png", context, state, run=own_run)
    assert reproduce(path, run=own_run).same


def test_picture_that_depends_on_images_is_reproduced_from_the_runs_data(
    context: ViewContext, own_run: Run, tmp_path: Path
) -> None:
    """The principal plane depends on the encoded images, which a reader of the film does not have."""
    from genstudio.data.dataset import open_data

    data = open_data(own_run.recipe.data, own_run.recipe.data_knobs)
    seen = ViewContext(context.model, context.spec, context.snapshot, data)
    path = save_pane(tmp_path / "picture.png", seen, ManifoldState.from_json({"cells": 5}), run=own_run)
    assert read_provenance(path).state["axes"] == "principal"
    assert reproduce(path, run=own_run).same


def test_pinning_twice_keeps_one_copy_equal_to_the_original(context: ViewContext, own_run: Run) -> None:
    folder = pin(own_run, context.snapshot)
    written = (folder / "model.safetensors").stat().st_mtime_ns
    assert pin(own_run, context.snapshot) == folder
    assert (folder / "model.safetensors").stat().st_mtime_ns == written
    assert [p.name for p in (own_run.path / "pinned").iterdir()] == [context.snapshot.digest[:16]]
    back = pinned_snapshot(own_run, context.snapshot.digest)
    assert (back.step, back.model, back.model_knobs, back.spec) == (
        context.snapshot.step, context.snapshot.model, context.snapshot.model_knobs, context.snapshot.spec
    )  # fmt: skip
    assert all(torch.equal(back.weights[k], v) for k, v in context.snapshot.weights.items())


def test_missing_or_changed_weights_are_detected(context: ViewContext, own_run: Run) -> None:
    with pytest.raises(RunError, match="does not have"):
        pinned_snapshot(own_run, context.snapshot.digest)
    file = pin(own_run, context.snapshot) / "model.safetensors"
    content = bytearray(file.read_bytes())
    content[-1] ^= 1
    file.write_bytes(content)
    with pytest.raises(RunError, match="not those"):
        pinned_snapshot(own_run, context.snapshot.digest)
    file.write_bytes(content[:100])
    with pytest.raises(RunError, match="does not have"):
        pinned_snapshot(own_run, context.snapshot.digest)


def test_animation_can_not_be_reproduced(context: ViewContext, own_run: Run, tmp_path: Path) -> None:
    from genstudio.export.films.animations import save_animation
    from genstudio.export.provenance import provenance_of
    from genstudio.panes.manifold.film import manifold_walk

    told = replace(provenance_of(context.snapshot, STATES[0], run=own_run), film={"kind": "walk", "frames": 3})
    path = save_animation(tmp_path / "walk.gif", manifold_walk(context, STATES[0], frames=3), provenance=told)
    assert read_provenance(path) == told
    with pytest.raises(GenstudioError, match="single picture"):
        reproduce(path, run=own_run)


def test_points_are_drawn_where_the_pane_shows_them(context: ViewContext, tmp_path: Path) -> None:
    content = final(context, STATES[0])
    red = np.array([[255, 0, 0]], np.uint8)
    # The middle of the cell in row 3, column 1, counted from 0.
    dotted = Content(content.caption, content.pictures, points=Points(np.array([[1.5 / 5, 3.5 / 5]], np.float32), red))
    layout = Layout(gutter=4, scale=3)
    plain, drawn = compose(content, layout), compose(dotted, layout)
    changed = np.argwhere((plain != drawn).any(-1))
    step = 8 * 3 + 4
    assert changed.mean(0) == pytest.approx([4 + 3 * step + 12, 4 + step + 12], abs=0.6)
    assert tuple(drawn[4 + 3 * step + 12, 4 + step + 12]) == (255, 0, 0)
    assert np.array_equal(compose(dotted, replace(layout, points=False)), plain)
    # Points at the very edge are left out rather than wrapped around.
    edge = Content(content.caption, content.pictures, points=Points(np.array([[0.0, 1.0]], np.float32), red))
    compose(edge, Layout(gutter=0))


def test_content_without_a_picture_is_refused(context: ViewContext, tmp_path: Path) -> None:
    empty = Content(final(context, STATES[0]).caption)
    with pytest.raises(GenstudioError, match="no picture"):
        save_content(tmp_path / "picture.png", empty)
