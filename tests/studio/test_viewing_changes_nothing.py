"""A run that was viewed in every way equals, to the bit, one that was not."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest

PATIENCE = 120_000
STEPS = 200
TIMED = ("seconds", "images_per_second")  # what depends on the computer's mood
DOCUMENT = {
    "title": "Watched dots",
    "model": {"name": "vae", "hidden": 256, "latent_dim": 3},
    "data": {"name": "dots-for-windows", "binarisation": "dynamic"},
    "plan": {
        "steps": STEPS, "batch_size": 128, "threads": 1, "log_every": 1,
        "save_every": 100, "sample_every": 50, "evaluate_every": 50,
    },
}  # fmt: skip


@pytest.fixture(scope="module")
def unwatched(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a run that was trained without a window."""
    import torch

    from genstudio.training.job import new_job
    from genstudio.training.recipe.recipe import recipe_from_dict

    threads, state = torch.get_num_threads(), torch.get_rng_state()
    job = new_job(recipe_from_dict(DOCUMENT, "watched"), out=tmp_path_factory.mktemp("runs") / "unwatched")
    for _ in job.events():
        pass
    torch.set_num_threads(threads)
    torch.set_rng_state(state)
    return Path(job.run.path)


def test_a_run_in_the_window_with_panes_dragged_equals_a_headless_one(qtbot, window, unwatched: Path) -> None:
    from genstudio.training.recipe.recipe import recipe_from_dict

    session, area = window.session, window.panes
    window.resize(1280, 800)
    area.show_beside("samples")
    manifold, samples = area.views["manifold"], area.views["samples"]
    seen: set[tuple[int, str]] = set()
    manifold.grid.painted.connect(
        lambda: seen.add((manifold.rendered.step, manifold.rendered.state.to_json().__repr__()))
    )
    window.left.draft.show(recipe_from_dict(DOCUMENT, "watched"))
    session.start(recipe_from_dict(DOCUMENT, "watched"))
    qtbot.waitUntil(lambda: session.state == "training", timeout=PATIENCE)
    session.pause()
    qtbot.waitUntil(lambda: session.state == "paused", timeout=PATIENCE)

    turn = 0
    while session.step < STEPS and session.state != "idle":
        turn += 1
        look_about(manifold, samples, turn)
        here = session.step
        session.request_snapshot()
        session.step_once()
        qtbot.waitUntil(lambda h=here: session.step > h or session.state == "idle", timeout=PATIENCE)
        if turn % 4 == 0:  # the newest weights are on screen before the hand goes on
            qtbot.waitUntil(lambda h=here: manifold.rendered and manifold.rendered.step >= h, timeout=PATIENCE)
        if turn == 40:
            break
    session.unpause()  # the rest at full pace, with the hand still at it
    while session.state != "idle":
        turn += 1
        look_about(manifold, samples, turn)
        qtbot.wait(1)
    manifold.grid.painted.disconnect()
    qtbot.waitUntil(lambda: session.state == "idle", timeout=PATIENCE)
    assert session.step == STEPS
    assert len(seen) >= 10, "many states were drawn"
    assert len({step for step, _ in seen}) >= 5, "of many steps"

    same(Path(session.run.path), unwatched)


def look_about(manifold, samples, turn: int) -> None:
    """Many interactions: wheel, drag, other planes, encoded images, other samples."""
    grid = manifold.grid
    if turn % 2:
        manifold.propose("reach", reach=1.0 + turn % 40 / 10, cells=5 + turn % 8)
    if turn % 3 == 0:
        manifold.propose("plane", axes="principal" if turn % 2 else "latent", overlay="class" if turn % 4 else "")
    if turn % 5 == 0:
        middle = grid.rect().center()
        QTest.mousePress(grid, Qt.MouseButton.LeftButton, pos=middle)
        for k in range(1, 5):
            QTest.mouseMove(grid, middle + QPoint(12 * k, 7 * k))
        QTest.mouseRelease(grid, Qt.MouseButton.LeftButton, pos=middle + QPoint(48, 28))
    if turn % 7 == 0:
        samples.resample()
        samples.propose("draw", shown="draw" if turn % 2 else "mean")


def same(one: Path, other: Path) -> None:
    """Weights of every checkpoint, samples and measurements are equal, to the bit."""
    for step in ("000100", f"{STEPS:06d}"):
        files = sorted(p.name for p in (other / "checkpoints" / step).glob("*.safetensors"))
        assert "model.safetensors" in files
        for name in files:
            assert (one / "checkpoints" / step / name).read_bytes() == (
                other / "checkpoints" / step / name
            ).read_bytes()
    assert measured(one) == measured(other)
    sheets = [p.name for p in sorted((other / "samples").glob("*.png"))]
    assert sheets
    for name in sheets:
        assert pixels(one / "samples" / name) == pixels(other / "samples" / name)


def measured(run: Path) -> list[dict]:
    rows = [json.loads(line) for line in (run / "metrics.jsonl").read_text(encoding="utf-8").splitlines()]
    assert len(rows) >= STEPS
    return [{k: v for k, v in row.items() if k not in TIMED} for row in rows]


def pixels(path: Path) -> bytes:
    from PIL import Image

    return Image.open(path).tobytes()
