"""Judges: found among those that come with the program, else in the cache, else trained once by the ordinary loop.

    checkpoints/judges/mnist/  recipe.toml  judge.json  checkpoints/003000/{model.safetensors, state.json}
    CACHE/judges/KEY/          the same, for data sets that have none there

Shipped judges serve their data set by its name, at any size and however binarised, so that figures compare; what they
take is in :mod:`genstudio.evaluate.judge.judge`. Any other set of images gets a judge of its own, known by the images'
fingerprint.
"""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import TYPE_CHECKING

from genstudio.core.errors import GenstudioError, UsageError
from genstudio.core.messages import N_
from genstudio.core.paths import cache_dir, checkpoints
from genstudio.data.base import data_sets
from genstudio.training.judge.recipe import recipe_for
from genstudio.training.run.run import Run

if TYPE_CHECKING:
    from genstudio.data.dataset import DataSet
    from genstudio.evaluate.judge.judge import Judge

ABOUT = "judge.json"


def refuse_points(data: DataSet) -> None:
    """Raises :class:`UsageError` where ``data`` are points of the plane, which no judge looks at."""
    if data.spec.is_point:
        raise UsageError(
            N_("Points of the plane have no judge: a classifier of points would not help."),
            N_("Leave plan.judge_every at 0; the measure modes and the pane Plane show how well modes are covered."),
        )


def find_judge(data: DataSet) -> Judge | None:
    """The judge of ``data`` if it is shipped or cached: quick, trains nothing, safe on any thread. Points have none."""
    if data.spec.is_point:
        return None
    for folder in (shipped_folder(data), cache_folder(data)):
        if folder is not None and (judge := sound_judge(folder)) is not None:
            return judge
    return None


def sound_judge(folder: Path) -> Judge | None:
    """The judge in ``folder`` if it is complete: a damaged one must not stand in the way of a new one."""
    try:
        return load_judge(folder) if (folder / ABOUT).is_file() else None
    except GenstudioError:
        return None


def load_judge(folder: Path) -> Judge:
    """The judge in ``folder``. Raises :class:`RunError` when it is damaged or not there."""
    from genstudio.evaluate.judge.judge import Judge
    from genstudio.training.snapshot import load_model

    snapshot = Run.open(folder).snapshot()
    return Judge(load_model(snapshot), folder.name, snapshot.digest, snapshot.spec)


def shipped_folder(data: DataSet) -> Path | None:
    """Folder of the shipped judge of ``data``, if there is one. A person's own folder is known by its content
    alone."""
    folder = checkpoints() / "judges" / data.name
    return folder if not data_sets[data.name].path_knob and (folder / ABOUT).is_file() else None


def cache_folder(data: DataSet) -> Path:
    """Folder of the judge of ``data``, existing or not: other images, or other training settings, have another."""
    recipe = recipe_for(data)
    # Only what the recipe says: a setting that plans have from now on makes no judge another one.
    facts = {"model": recipe.model, "knobs": recipe.model_knobs, "plan": recipe.plan.changed()}
    how = hashlib.sha256(json.dumps(facts, sort_keys=True).encode()).hexdigest()
    return cache_dir() / "judges" / f"{data.name}-{data.fingerprint[:16]}-{how[:8]}"
