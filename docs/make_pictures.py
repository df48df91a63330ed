"""Makes docs/pictures: opens the real window, trains real recipes in it, points at things, and keeps what is on screen.

    python docs/make_pictures.py [--data DIR] [--runs DIR] [--part 1.0] [--threads N] [--only NAME ...] [--private FOLDER]

Each recipe trains in a window and a process of its own; a picture is taken when it has come as far as the picture wants
(``--part`` shortens that). A recipe whose run lies in ``--runs`` under the recipe's name is not trained: its run is opened.
Pictures of MNIST show the panes only, since the data card would show images that are not ours; those of ``smiles.zip``,
photographs of people, are made with ``--private`` alone, into a folder that is not this repository.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT / "benchmarks"))
PICTURES = ROOT / "docs" / "pictures"
SIZE = (1440, 900)


@dataclass(frozen=True)
class Shot:
    """One picture: taken at ``step``, of the whole window or of the panes alone, with the pointer on a cell."""

    name: str
    pane: str = "manifold"
    step: int = 0
    theme: str = "light"
    part: Literal["window", "panes"] = "window"
    state: dict[str, Any] = field(default_factory=dict)
    pointer: tuple[float, float] | None = None  # fractions of the grid's width and height
    beside: str = ""


SHOTS: dict[str, list[Shot]] = {
    "": [Shot("start-empty"), Shot("start-empty-dark", theme="dark")],
    "faces-vae-2d": [
        Shot("window-light", step=1500, state={"cells": 17}, pointer=(0.72, 0.3)),
        Shot("window-dark", step=1600, theme="dark", state={"cells": 17}, pointer=(0.3, 0.6)),
        Shot("manifold-faces", step=1700, part="panes", state={"cells": 17, "reach": 2.5}, pointer=(0.3, 0.4)),
    ],
    "faces-vae": [
        Shot("samples-faces", "samples", step=1800, state={"n": 64}, pointer=(0.55, 0.4)),
        Shot("interpolate", "interpolate", step=7000, part="panes", state={"show": "strip"}),
    ],
    "faces-attribute-vae": [
        Shot(
            "sliders", "sliders", 4500, state={"index": 12, "values": (("glasses", 1.6), ("smile", 1.5), ("yaw", -0.8))}
        ),
        Shot("sliders-figure", "sliders", 4500, "dark", "panes", {"show": "figure", "index": 12, "values": ()}),
        Shot("directions", "directions", step=4500, theme="dark", state={"index": 12}),
        Shot("arithmetic", "arithmetic", step=4500, state={"seed": 12}),
    ],
    "mnist-vae-2d": [
        Shot("manifold-mnist", step=4000, part="panes", state={"cells": 20, "reach": 2.5}, pointer=(0.6, 0.25)),
    ],
    "mnist-gated-pixelcnn": [
        Shot("pixels-drawing", "pixels", step=4000, part="panes", state={"position": 426, "enlarged": 3}),
        Shot("pixels-entropy", "pixels", 4000, "dark", "panes", {"position": 784, "enlarged": 1, "overlay": "entropy"}),
    ],
    "toy-gan": [
        Shot("window-two-players", "plane", step=4000, state={"arrows": True}),
        Shot("objective", "objective", step=4500, theme="dark", part="panes"),
    ],
    "faces-dcgan": [
        Shot("real-or-fake", "real_or_fake", step=1500, part="panes"),
        Shot("neighbours", "neighbours", step=1500, theme="dark", part="panes"),
    ],
}
PRIVATE: dict[str, list[Shot]] = {
    "smiles-vae": [
        Shot("manifold-smiles", step=1200, state={"cells": 14, "axes": "principal"}, pointer=(0.6, 0.4)),
        Shot("samples-smiles", "samples", step=1300, theme="dark", state={"n": 64}, pointer=(0.5, 0.5)),
    ],
    "mnist-gated-pixelcnn": [
        Shot("pixels-completing", "pixels", 4000, "dark", "panes", {"position": 784, "source": "data", "index": 7}),
    ],
    "mnist-vae-2d": [
        Shot("window-mnist", step=1500, state={"cells": 20, "overlay": "class"}, pointer=(0.6, 0.25)),
        Shot("window-mnist-beside", "samples", step=1600, theme="dark", beside="manifold"),
    ],
}


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--data", type=Path, help="a folder in which data is looked for")
    parser.add_argument("--runs", type=Path, help="a folder of runs, named as their recipes: opened, not trained")
    parser.add_argument("--part", type=float, default=1.0, help="train this part of what each picture wants")
    parser.add_argument("--threads", type=int, default=0, help="torch's threads while training; 0 leaves its choice")
    parser.add_argument("--only", nargs="*", help="these pictures alone")
    parser.add_argument("--private", type=Path, help="make the pictures that must not be shared, into this folder")
    parser.add_argument("--recipe", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.private and ROOT in options.private.resolve().parents:
        parser.error("--private must lie outside of the repository")
    if options.data:
        os.environ["GENSTUDIO_DATA"] = str(options.data.resolve())
    if not (os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY") or sys.platform in ("win32", "darwin")):
        os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    groups = PRIVATE if options.private else SHOTS
    if options.recipe is not None:
        wanted = [shot for shot in groups[options.recipe] if not options.only or shot.name in options.only]
        run = options.runs / options.recipe if options.runs and options.recipe else None
        found = run if run is not None and run.is_dir() else None
        take(options.recipe, wanted, options.private or PICTURES, options.part, options.threads, found)
        return
    failed = False
    for recipe, shots in groups.items():
        if not options.only or any(shot.name in options.only for shot in shots):
            print(f"{recipe or 'the empty window'}: {', '.join(shot.name for shot in shots)}", flush=True)
            command = [sys.executable, __file__, *sys.argv[1:], "--recipe", recipe]
            failed |= subprocess.run(command, check=False).returncode != 0
    raise SystemExit(int(failed))


def take(recipe: str, shots: list[Shot], folder: Path, part: float, threads: int, run: Path | None) -> None:
    """In the child: open the window, train ``recipe`` if it names one (or open its ``run``), and take ``shots`` one after
    the other."""
    from drive import Hand, drive

    folder.mkdir(parents=True, exist_ok=True)

    def hand(window: Any) -> Hand:
        from genstudio.studio.theme import theme

        text: list[str] = []
        window.session.failed.connect(lambda message: text.append(str(message)))
        window.resize(*SIZE)
        yield lambda: window.panes is not None and window.left.draft.recipe() is not None
        if run is not None:
            window.session.open_run(run)
            yield lambda: bool(text) or (window.session.data is not None and bool(window.session.checkpoint_steps()))
        elif recipe:
            threads_asked = [f"plan.threads={threads}"] if threads else []
            window.session.start(window.left.draft.recipe().override(threads_asked))
            yield lambda: bool(text) or window.session.state == "training"
        else:
            yield lambda: window.left.data.data is not None
            yield 1.0
        for shot in shots:
            theme().choose(shot.theme)
            far = 0 if run is not None else shot.step * part
            yield lambda far=far: bool(text) or window.session.step >= far  # type: ignore[misc]
            if text:
                raise SystemExit(f"{recipe}: {text[0]}")
            yield from arrange(window, shot)
            keep(window.right if shot.part == "panes" else window, folder / f"{shot.name}.png")

    drive(hand, recipe=recipe or None)


def arrange(window: Any, shot: Shot) -> Any:
    """Bring the pane into the state that the picture wants, and the pointer to its place; waits until it is painted."""
    from dataclasses import replace

    from PySide6.QtCore import QPoint
    from PySide6.QtTest import QTest

    panes = window.panes
    if shot.beside:
        panes.show_pane(shot.beside)
        panes.show_beside(shot.pane)
    else:
        panes.show_pane(shot.pane)
    if shot.state:
        panes.change({shot.pane: replace(panes.states[shot.pane], **shot.state)}, "picture")
    view = panes.views[shot.pane]
    yield (
        lambda: (
            not window.session.run
            or (
                view.rendered is not None
                and view.rendered.final
                and all(getattr(view.rendered.state, name) == value for name, value in shot.state.items())
            )
        )
    )
    yield 2.0
    grid = view.grid
    if shot.pointer and grid.picture is not None:
        first, last = grid.cell_rect(0, 0), grid.cell_rect(grid.picture.rows - 1, grid.picture.columns - 1)
        sheet = first.united(last)
        x, y = shot.pointer
        QTest.mouseMove(grid, QPoint(int(sheet.x() + x * sheet.width()), int(sheet.y() + y * sheet.height())))
    yield 1.5


def keep(widget: Any, path: Path) -> None:
    """What is on screen, as a PNG that is as small as it gets without loss."""
    from PIL import Image

    widget.grab().save(str(path))
    with Image.open(path) as image:
        small = image.convert("RGB")
    small.save(path, optimize=True)
    print(f"  {path.name} {small.width}×{small.height}", flush=True)


if __name__ == "__main__":
    main()
