"""Recipe of a judge, fitted to the images. Part of the judge's place in the cache."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from genstudio.training.recipe.plan import Plan, PlayerPlan
from genstudio.training.recipe.recipe import Recipe

if TYPE_CHECKING:
    from genstudio.data.dataset import DataSet

STEPS, FEWEST_STEPS, BATCH = 1_500, 400, 128
SIZE = 64  # pixels of the shorter side that a judge looks at
QUICK = 32  # pixels at which all the steps take a minute or two on one core
FEW_CLASSES = 5  # what fewer say of an image is too little: then the judge has to remember the picture too
PICTURE = 20.0


def recipe_for(data: DataSet, *, steps: int | None = None, width: int = 16) -> Recipe:
    """The recipe of a judge of ``data``: of its classes and attributes where there are any, else an autoencoder.

    ``steps`` and ``width`` are for judges that are made to be shipped. Deterministic: one thread, one seed.
    """
    spec = data.spec
    named = bool(spec.class_names or spec.attribute_names)
    knobs: dict[str, float | int] = {"width": width, "size": SIZE, "bits": 0.2 if spec.channels == 1 else 0.0}
    if named and len(spec.class_names) + 2 * len(spec.attribute_names) < FEW_CLASSES:
        knobs["picture"] = PICTURE
    pixels = min(spec.height, SIZE) * min(spec.width, SIZE)
    steps = steps or max(FEWEST_STEPS, math.ceil(STEPS * min(1.0, QUICK**2 / pixels)))
    player = PlayerPlan(
        optimiser="adamw", lr=0.004, weight_decay=0.01, schedule="cosine", warmup=50, decay_steps=steps, average=0.998
    )
    plan = Plan(
        steps=steps, batch_size=BATCH, seed=0, save_every=0, sample_every=0, evaluate_every=0, threads=1,
        precision="float32", players={"model": player},
    )  # fmt: skip
    model = "judge-classifier" if named else "judge-autoencoder"
    plain = data.unchanged()
    return Recipe(
        name=f"judge-{data.name}",
        model=model,
        data=data.name,
        title=f"Judge of {data.name}",
        help="Trained for measures, which compare images by its features.",
        model_knobs=dict(knobs),
        data_knobs=plain.knobs.model_dump(mode="json"),
        plan=plan,
    )
