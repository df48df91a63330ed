"""Reproduction of an exported picture from its provenance, and comparison with the original."""

from __future__ import annotations

import os
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from genstudio.core.errors import GenstudioError, RunError
from genstudio.core.messages import N_, Message
from genstudio.core.version import versions
from genstudio.export.provenance import Provenance, read_provenance

if TYPE_CHECKING:
    from genstudio.data.dataset import DataSet
    from genstudio.training.run.run import Run
    from genstudio.viewing.context import ViewContext


@dataclass(frozen=True, eq=False)
class Reproduction:
    """A reproduced picture.

    pixels: what was made now, uint8 H×W×C. differing: the part of the values that are not the same. largest: by how many
    levels at most. here: whether torch, Python's machine and the versions are those it was made with.
    """

    provenance: Provenance
    pixels: np.ndarray
    differing: float
    largest: int
    here: bool

    @property
    def same(self) -> bool:
        """Equal to the bit."""
        return self.differing == 0

    @property
    def is_close(self) -> bool:
        """True if the reproduction is close enough: equal to the bit on the same machine, else at most one level of
        difference in .01 % of the values."""
        return self.same or (not self.here and self.largest <= 1 and self.differing <= 1e-4)

    @property
    def text(self) -> Message:
        if self.same:
            return N_("Reproduced, equal to the bit.")
        return N_(
            "Reproduced: {percent} % of the values differ, by at most {levels} levels.",
            percent=f"{100 * self.differing:.3g}",
            levels=self.largest,
        )


def reproduce(path: str | os.PathLike[str], *, run: Run | None = None, data: DataSet | None = None) -> Reproduction:
    """Reproduce the PNG at ``path`` from the weights pinned in its run, and compare.

    ``run`` is searched by name (among the user's runs, those that ship, and around the file) unless given; ``data``,
    which only some panes need, is opened by the run's recipe unless given. Raises :class:`GenstudioError` if the file
    is not our export, :class:`RunError` if the run or the weights are missing. Imports torch.
    """
    from genstudio.export.images.contents import compose
    from genstudio.export.pins import pinned_blobs, pinned_snapshot
    from genstudio.training.snapshot import load_model
    from genstudio.viewing.context import ViewContext
    from genstudio.viewing.layout import Layout
    from genstudio.viewing.other_runs import attached
    from genstudio.viewing.pane import final, panes

    provenance = read_provenance(path)
    if provenance.film or not provenance.pane:
        raise GenstudioError(
            N_("{path} is not a single picture of a pane.", path=str(path)),
            N_("Only PNG pictures can be reproduced and compared."),
        )
    run = run or find_run(provenance.run, near=Path(path))
    kept = _pixels(path)
    snapshot = pinned_snapshot(run, provenance.weights)
    state = panes[provenance.pane].state.from_json(provenance.state)
    if data is None and state.needs_images:
        data = _data_of(run)
    with _threads(provenance.threads):
        context = ViewContext(
            load_model(snapshot), snapshot.spec, snapshot, data, pinned_blobs(run, provenance.weights)
        )
        context = attached(context, state, lambda name: find_run(name, near=Path(path)))
        _check_other_runs(provenance, context)
        made = compose(final(context, state), Layout.from_json(provenance.sheet))
    differing, largest = _compare(made, kept)
    return Reproduction(provenance, made, differing, largest, here=provenance.versions == versions())


def find_run(name: str, near: Path) -> Run:
    """The run of that name: around the file, among the person's runs, among those that ship. Raises :class:`RunError`."""
    from genstudio.training.run.run import Run

    for place in [*near.resolve().parents, *(parent / name for parent in list(near.resolve().parents)[:3])]:
        if place.name == name and (place / "recipe.toml").is_file():
            return Run.open(place)
    try:
        return Run.open(name)
    except RunError:
        raise RunError(
            N_("The run {name}, which made this picture, is not on this computer.", name=name),
            N_("Copy its folder here, or name its folder."),
        ) from None


def _check_other_runs(provenance: Provenance, context: ViewContext) -> None:
    """Raises :class:`RunError` where a further run has other weights at that step than the picture was made of."""
    for named, opened in zip(provenance.other_runs, context.others, strict=False):
        if opened.snapshot.digest != named.weights:
            raise RunError(
                N_("The run {name} has other weights at step {step} now.", name=named.run, step=f"{named.step:,}"),
                N_("Bring back the run's folder as it was when the picture was exported."),
            )


def _data_of(run: Run) -> DataSet | None:
    """The run's training data, or ``None`` if it is not on this computer."""
    from genstudio.training.run.images import open_images

    try:
        return open_images(run)
    except GenstudioError:
        return None


def _compare(made: np.ndarray, kept: np.ndarray) -> tuple[float, int]:
    if made.shape != kept.shape:
        return 1.0, 255
    apart = np.abs(made.astype(np.int16) - kept)
    return float((apart > 0).mean()), int(apart.max(initial=0))


def _pixels(path: str | os.PathLike[str]) -> np.ndarray:
    from PIL import Image

    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of large pictures: those beyond all bounds raise
            with Image.open(path) as image:
                pixels = np.asarray(image)
    except Exception as error:  # a stranger's file can break Pillow in many ways, none of which is ours
        raise GenstudioError(
            N_("{path} could not be read: {reason}.", path=str(path), reason=str(error)),
            N_("Choose a picture that genstudio exported."),
        ) from error
    return pixels[..., None] if pixels.ndim == 2 else pixels


@contextmanager
def _threads(count: int) -> Iterator[None]:
    """Context with the number of threads of the picture, because the last bit of sums depends on it."""
    import torch

    before = torch.get_num_threads()
    torch.set_num_threads(count)
    try:
        yield
    finally:
        torch.set_num_threads(before)
