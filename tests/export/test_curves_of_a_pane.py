"""A content of curves alone is saved as a picture and filmed like any other."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import torch

from genstudio.export.charts.paper import COLOURS
from genstudio.export.films.films import through_training
from genstudio.export.images.contents import compose, save_pane
from genstudio.export.reproduce import reproduce
from genstudio.panes.objective.content import ObjectiveState
from genstudio.panes.plane.state import PlaneState
from genstudio.training.job import new_job
from genstudio.training.recipe.recipe import recipe_from_dict
from genstudio.training.run.run import Run
from genstudio.training.snapshot import load_model
from genstudio.viewing.content import Content, Series
from genstudio.viewing.context import ViewContext


@pytest.fixture(scope="module")
def plane_run(tmp_path_factory: pytest.TempPathFactory) -> Run:
    """Two steps of a small GAN on points of the plane."""
    document = {
        "model": {"name": "gan", "latent_dim": 2, "hidden": 8, "objective": "non-saturating"},
        "data": {"name": "toy-2d", "count": 300},
        "plan": {"steps": 2, "batch_size": 20, "save_every": 1, "evaluate_every": 0},
    }
    threads, state = torch.get_num_threads(), torch.get_rng_state()
    job = new_job(recipe_from_dict(document, "plane"), out=tmp_path_factory.mktemp("runs") / "plane-1")
    for _ in job.events():
        pass
    torch.set_num_threads(threads)
    torch.set_rng_state(state)
    return Run.open(job.run.path)


def test_curves_are_drawn_in_the_window_s_colours_with_their_marks() -> None:
    x = np.linspace(0, 1, 50)
    bare = Content("", series=(Series("rising", x, x), Series("falling", x, 1 - x, group="below")))
    marked = Content("", series=(Series("rising", x, x, marks=np.full(9, 0.2)), bare.series[1]))
    one, other = compose(bare), compose(marked)
    assert one.dtype == "uint8"
    assert one.shape == other.shape
    assert one.shape[2] == 3
    first, second = (tuple(int(COLOURS["light"].series[k][i : i + 2], 16) for i in (1, 3, 5)) for k in (0, 1))
    # Each group has a panel of its own, the first above the second.
    rows = [np.nonzero((one == np.array(colour)).all(2))[0] for colour in (first, second)]
    assert rows[0].max() < one.shape[0] / 2 < rows[1].max()
    assert (other == np.array(first)).all(2).sum() > (one == np.array(first)).all(2).sum()


@pytest.mark.parametrize("state", [ObjectiveState(n=4), PlaneState(n=20, side=64, arrows=True)])
def test_panes_of_points_are_saved_reproduced_and_filmed(plane_run: Run, state: Any, tmp_path: Any) -> None:
    from genstudio.data.dataset import open_data

    data = open_data("toy-2d", plane_run.recipe.data_knobs)
    snapshot = plane_run.snapshot()
    context = ViewContext(load_model(snapshot), snapshot.spec, snapshot, data)
    path = save_pane(tmp_path / "pane.png", context, state, run=plane_run)
    assert reproduce(path, run=plane_run).same
    frames = list(through_training(plane_run, state, data=data, hold=1))
    assert len(frames) == len(plane_run.checkpoints()) + 1
    assert len({frame.shape for frame in frames}) == 1
