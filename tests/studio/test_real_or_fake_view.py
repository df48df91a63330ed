"""Real or fake? and Nearest neighbours by user input: guessing, sorting, the keyboard, undo, saving."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PySide6.QtCore import QPoint, Qt

from genstudio.studio.pane_area.area import PaneArea
from genstudio.studio.panes.neighbours.view import NeighboursView
from genstudio.studio.panes.real_or_fake.view import RealOrFakeView
from genstudio.training.run.run import Run
from tests.small_runs import small_run
from tests.studio.pane_area import PATIENCE, area_on


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Run:
    """Two steps of a small adversarial net on the dots."""
    model = {"name": "gan", "hidden": 8, "latent_dim": 4}
    return small_run(tmp_path_factory.mktemp("runs") / "dots-1", model, {"name": "dots-for-windows"})


@pytest.fixture
def area(qtbot, home: Path, run: Run) -> Iterator[PaneArea]:
    with area_on(qtbot, home, run, height=860) as made:
        yield made


def settled(qtbot, area: PaneArea, name: str) -> Any:
    """Wait until a pane shows the whole content of its present state, with the data that is open."""

    def there() -> bool:
        view = area.views.get(name)
        made = view.rendered if view is not None else None
        return (
            made is not None and made.final and view.resolved(made.state) == view.resolved(area.states[name])
            and made.content is not None and len(made.content.series) > 1
        )  # fmt: skip

    qtbot.waitUntil(there, timeout=PATIENCE)
    return area.views[name]


@pytest.fixture
def guess(qtbot, area: PaneArea) -> RealOrFakeView:
    area.show_pane("real_or_fake")
    view = settled(qtbot, area, "real_or_fake")
    assert isinstance(view, RealOrFakeView)
    area.activateWindow()
    view.grid.setFocus()
    return view


@pytest.fixture
def compare(qtbot, area: PaneArea) -> NeighboursView:
    area.show_pane("neighbours")
    view = settled(qtbot, area, "neighbours")
    assert isinstance(view, NeighboursView)
    return view


def middle(view: Any, row: int, column: int) -> QPoint:
    return view.grid.cell_rect(row, column).center().toPoint()


def first_of(view: RealOrFakeView, *, real: bool) -> tuple[int, int]:
    picture = view.grid.picture
    assert picture is not None
    found = np.flatnonzero(picture.values["real"].ravel()[: len(picture)] == real)[0]
    return divmod(int(found), picture.columns)


# -- real or fake? -------------------------------------------------------------------------------------------------------


def test_cell_shows_its_kind_and_the_discriminators_output(qtbot, guess: RealOrFakeView):
    row, column = first_of(guess, real=True)
    picture = guess.grid.picture
    assert picture is not None
    output = float(picture.values["output"][row, column])
    qtbot.mouseMove(guess.grid, middle(guess, row, column))
    qtbot.waitUntil(lambda: f"D = {output:.3f}" in guess.inspector.code.text(), timeout=PATIENCE)
    assert guess.inspector.code.text().startswith("Held-out image")
    shown = guess.inspector.view.pixels
    assert shown is not None
    assert shown.shape == (8, 16, 3), "the image, and beside it where the discriminator looks"
    assert np.array_equal(shown[:, :8], picture.values["image"][row, column])
    assert guess.describe_cell(*first_of(guess, real=False)).startswith("Sample")


def test_the_keyboard_reaches_every_cell_and_the_histogram(qtbot, guess: RealOrFakeView):
    before = guess.grid.focused_cell
    qtbot.keyClick(guess.grid, Qt.Key.Key_Left)
    assert guess.grid.focused_cell == (before[0], before[1] - 1)
    assert guess.inspector.code.text() == guess.describe_cell(*guess.grid.focused_cell)
    guess.histogram.setFocus()
    qtbot.keyClick(guess.histogram.plot, Qt.Key.Key_Right)
    text = guess.histogram.accessibleDescription()
    assert all(f"{name}: " in text for name in ("training images", "held-out images", "samples"))
    assert text.startswith("0.00")


def test_hidden_marks_appear_only_on_click(qtbot, area: PaneArea, guess: RealOrFakeView):
    row, column = first_of(guess, real=True)
    assert guess.is_marked(row, column)
    qtbot.keyClick(guess.grid, Qt.Key.Key_H)
    assert area.states["real_or_fake"].hide
    settled(qtbot, area, "real_or_fake")
    assert not guess.is_marked(row, column)
    assert "Held-out" not in guess.describe_cell(row, column)
    qtbot.mouseClick(guess.grid, Qt.MouseButton.LeftButton, pos=middle(guess, row, column))
    assert guess.is_marked(row, column)
    assert "Held-out image" in guess.inspector.code.text()
    assert "Held-out image" in guess.grid.accessibleDescription()
    others = [divmod(k, guess.grid.picture.columns) for k in range(len(guess.grid.picture))]
    assert sum(guess.is_marked(*cell) for cell in others) == 1, "of the others nothing is told"
    area.undo_stack.undo()
    assert not area.states["real_or_fake"].hide
    assert sum(guess.is_marked(*cell) for cell in others) > 5


def test_mark_is_recognisable_by_shape_and_can_be_hidden(qtbot, area: PaneArea, guess: RealOrFakeView):
    row, column = first_of(guess, real=True)
    before = guess.grid.grab().toImage()
    qtbot.keyClick(guess.grid, Qt.Key.Key_H)
    after = guess.grid.grab().toImage()
    corner = guess.grid.mark_rect(row, column).topLeft().toPoint() + QPoint(2, 2)
    assert before.pixelColor(corner) != after.pixelColor(corner)


def test_other_orders_and_other_samples_can_be_undone(qtbot, area: PaneArea, guess: RealOrFakeView):
    outputs = guess.grid.picture.values["output"].copy()
    guess.inspector.controls.rows["order"].field.activated.emit(1)
    settled(qtbot, area, "real_or_fake")
    assert guess.grid.picture.values["output"][0, 0] == outputs.ravel()[: len(guess.grid.picture)].min()
    qtbot.keyClick(guess.grid, Qt.Key.Key_R)
    settled(qtbot, area, "real_or_fake")
    assert area.states["real_or_fake"].seed != 0
    area.undo_stack.undo()
    area.undo_stack.undo()
    settled(qtbot, area, "real_or_fake")
    assert np.array_equal(guess.grid.picture.values["output"], outputs)


def test_no_space_is_reserved_for_an_empty_histogram(qtbot, area: PaneArea, guess: RealOrFakeView):
    assert guess.histogram.isVisible()
    guess.show_message("Press Start.")
    assert not guess.histogram.isVisible()
    guess.show_rendered(guess.rendered)
    assert guess.histogram.isVisible()


def test_its_numbers_and_its_histogram_are_saved(qtbot, area: PaneArea, guess: RealOrFakeView, tmp_path: Path):
    for kind, name in (("numbers", "cells.csv"), ("histogram", "bins.csv"), ("histogram", "bins.svg")):
        with qtbot.waitSignal(area.exporter.finished, timeout=PATIENCE):
            area.exporter.export(guess, kind, str(tmp_path / name))
    with open(tmp_path / "cells.csv", encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    assert len(rows) == len(guess.grid.picture)
    assert float(rows[0]["output"]) == guess.grid.picture.values["output"][0, 0]
    assert {row["real"] for row in rows} == {"0", "1"}
    with open(tmp_path / "bins.csv", encoding="utf-8") as file:
        bins = list(csv.reader(file))
    assert bins[0] == ["D", "training images (%)", "held-out images (%)", "samples (%)"]
    assert [float(row[3]) for row in bins[1:]] == guess.rendered.content.series[2].y.tolist()
    assert (tmp_path / "bins.svg").read_text(encoding="utf-8").lstrip().startswith("<?xml")
    titles = [action.text() for action in guess.inspector.export.menu().actions()]
    assert "Histogram…" in titles


# -- nearest neighbours --------------------------------------------------------------------------------------------------


def test_each_neighbour_shows_and_announces_its_distance(qtbot, compare: NeighboursView):
    picture = compare.grid.picture
    assert picture is not None
    distance = float(picture.values["distance"][0, 1])
    assert compare.distance_text(0, 1) == f"{distance:.1f}"
    assert compare.distance_text(0, 0) == ""
    assert compare.is_sample(0, 0)
    qtbot.mouseMove(compare.grid, middle(compare, 0, 1))
    qtbot.waitUntil(lambda: "grey levels from sample" in compare.inspector.code.text(), timeout=PATIENCE)
    assert compare.inspector.code.text().startswith(
        f"Training image {int(picture.values['index'][0, 1]):,}: {distance:.1f}"
    )
    assert compare.grid.cell_rect(1, 0).top() - compare.grid.cell_rect(0, 0).bottom() >= 14, "room for the words"


def test_verdict_is_below_and_announced(qtbot, compare: NeighboursView):
    assert compare.verdict.isVisible()
    assert compare.verdict.text().startswith(("No sign of memorising", "Close to", "Memorised"))
    assert compare.verdict.accessibleDescription() == compare.verdict.text()
    assert "held-out images: median" in compare.histogram.accessibleDescription()


def test_verdict_of_memorising_is_red(qtbot, area: PaneArea, compare: NeighboursView):
    from dataclasses import replace

    made = compare.rendered
    told = made.content.values | {"p_copies": 1e-9, "verdict": "Memorised: all."}
    compare.show_rendered(replace(made, content=replace(made.content, values=told)))
    assert (compare.verdict.text(), compare.verdict.property("level")) == ("Memorised: all.", "bad")


def test_number_of_columns_makes_images_largest(qtbot, area: PaneArea, compare: NeighboursView):
    def factor() -> float:
        return compare.grid.cell_rect(0, 0).width() / 8

    sheet = compare.grid.picture
    each = 1 + area.states["neighbours"].k
    for beside in range(1, 9):
        rows = -(-8 // beside)
        assert compare.grid.factor_for(rows, beside * each, 8, 8) <= factor()
    area.resize(760, 860)
    settled(qtbot, area, "neighbours")
    assert area.states["neighbours"].beside == 0, "what the pane chose is no change of a person's"
    assert compare.grid.picture.columns <= sheet.columns


def test_comparison_by_features_without_a_judge_gives_a_hint(qtbot, area: PaneArea, compare: NeighboursView):
    compared = compare.inspector.controls.rows["compared"]
    assert compared.isVisible()
    compared.field.setCurrentIndex(1)
    compared.field.activated.emit(1)
    view = settled(qtbot, area, "neighbours")
    assert view.rendered.state.compared == "features"
    assert view.verdict.text().startswith("There is no judge of these images yet")
    assert "plan.judge_every" in view.verdict.text()
    assert str(view.rendered.content.values["verdict"]) in view.verdict.text()


def test_histogram_disappears_without_an_audit_and_returns(qtbot, area: PaneArea, compare: NeighboursView):
    compare.propose("audited", audited=0)
    qtbot.waitUntil(lambda: not compare.histogram.isVisible(), timeout=PATIENCE)
    assert not compare.verdict.isVisible()
    area.undo_stack.undo()
    settled(qtbot, area, "neighbours")
    assert compare.histogram.isVisible()


def test_automatic_audit_ends_with_the_pane_and_does_not_restart_after_a_stop(
    qtbot, area: PaneArea, compare: NeighboursView, monkeypatch: pytest.MonkeyPatch
):
    def endless(*asked: Any) -> Any:
        while True:
            yield 0.5

    monkeypatch.setattr("genstudio.studio.panes.neighbours.audits.audit_of", endless)
    compare.resample()
    qtbot.waitUntil(lambda: area.jobs.running is not None, timeout=PATIENCE)
    area.show_pane("samples")
    assert area.jobs.running is None, "no person asked for it"
    area.show_pane("neighbours")
    qtbot.waitUntil(lambda: area.jobs.running is not None, timeout=PATIENCE)
    compare.audit_button.click()
    compare.show_state(compare.state)
    assert area.jobs.running is None, "a person has stopped it"
    assert compare.audit_button.text() == "Audit 300 samples"


def test_finished_automatic_audit_does_not_restart(
    qtbot, area: PaneArea, compare: NeighboursView, monkeypatch: pytest.MonkeyPatch
):
    """It alternated between 100 % and 0 % in the status bar as long as the pane was open."""
    begun: list[Any] = []
    start = area.jobs.start
    monkeypatch.setattr(area.jobs, "start", lambda *job: (begun.append(job[0].title), start(*job)))
    compare.resample()
    qtbot.waitUntil(lambda: bool(begun) and area.jobs.running is None, timeout=PATIENCE)
    area.show_pane("samples")
    area.show_pane("neighbours")
    compare.show_state(compare.state)
    assert area.jobs.running is None
    assert len(begun) == 1
    assert "verdict" in compare.rendered.content.values
