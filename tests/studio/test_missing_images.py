"""A run without its images: each pane of the latent space reports what is missing and shows the rest."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest

from genstudio.latent.arithmetic.attribute_equations import BLANK
from genstudio.latent.points import LatentPoint
from genstudio.studio.pane_area.area import PaneArea
from genstudio.studio.pane_view.view import PaneView
from genstudio.studio.panes.interpolate.view import InterpolateView
from genstudio.training.run.run import Run
from tests.small_runs import small_run
from tests.studio.pane_area import PATIENCE, area_on

MODELS = {
    "vae": {"name": "vae", "hidden": 16, "latent_dim": 3},
    "gan": {"name": "gan", "hidden": 8, "latent_dim": 3},
}
PANES = ("directions", "sliders", "arithmetic", "interpolate")


@pytest.fixture(scope="module", params=list(MODELS))
def orphan(request, tmp_path_factory: pytest.TempPathFactory) -> Run:
    """Two steps on a folder of pictures that was deleted afterwards."""
    folder = tmp_path_factory.mktemp("pictures")
    draw = np.random.default_rng(0)
    for k in range(40):
        Image.fromarray(draw.integers(0, 255, (8, 8), np.uint8)).save(folder / f"{k:02}.png")
    data = {"name": "folder", "path": str(folder), "size": 8}
    run = small_run(tmp_path_factory.mktemp("runs") / request.param, MODELS[request.param], data)
    shutil.rmtree(folder)
    return run


@pytest.fixture
def area(qtbot, home: Path, orphan: Run) -> Iterator[PaneArea]:
    with area_on(qtbot, home, orphan, images=False) as made:
        yield made


def settled(qtbot, area: PaneArea, name: str) -> PaneView:
    """Wait until the pane shows all that it can of its present state."""
    area.show_pane(name)
    view = area.views[name]

    def there() -> bool:
        made = view.rendered
        return made is not None and made.final and made.state == view.resolved(area.states[name])

    qtbot.waitUntil(there, timeout=PATIENCE)
    return view


@pytest.mark.parametrize("name", PANES)
def test_every_pane_works_without_images(qtbot, area: PaneArea, name: str) -> None:
    view = settled(qtbot, area, name)
    assert view.rendered is not None
    assert view.rendered.content is not None, view.rendered.error
    assert view.rendered.content.pictures


def test_missing_data_set_image_is_refused_and_the_rest_works(qtbot, area: PaneArea) -> None:
    settled(qtbot, area, "interpolate")
    before = area.states["interpolate"]
    area.change({"interpolate": replace(before, frames=(*before.frames, LatentPoint("image", 1)))}, "image")
    view = settled(qtbot, area, "interpolate")
    assert isinstance(view, InterpolateView)
    can_encode = area.session.run.path.name == "vae"
    why = "images of this run are not open" if can_encode else "has no encoder"
    qtbot.waitUntil(lambda: why in view.stage.note.text(), timeout=PATIENCE)
    assert view.rendered is not None
    assert view.rendered.content is not None, "the path of the others"
    area.undo_stack.undo()
    assert area.states["interpolate"] == before


def test_sums_use_drawn_codes(qtbot, area: PaneArea) -> None:
    settled(qtbot, area, "arithmetic")
    state = replace(area.states["arithmetic"], terms=BLANK)
    for term in range(3):
        for seed in range(3):
            state = state.with_exemplar(term, LatentPoint("seed", 10 * term + seed))
    area.change({"arithmetic": state}, "exemplars")
    view = settled(qtbot, area, "arithmetic")
    assert view.rendered is not None
    assert view.rendered.content is not None
    assert not view.rendered.error


def test_sliders_still_move(qtbot, area: PaneArea) -> None:
    view = settled(qtbot, area, "sliders")
    before = area.states["sliders"]
    view.bank.setFocus()
    QTest.keyClick(view.bank, Qt.Key.Key_Right)
    qtbot.waitUntil(lambda: area.states["sliders"] != before, timeout=PATIENCE)
    assert settled(qtbot, area, "sliders").rendered.content is not None
