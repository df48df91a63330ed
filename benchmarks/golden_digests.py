"""Digests of everything that a change of names or layout must not change, for every recipe whose images are available.

    python benchmarks/golden_digests.py --data DIR --out before.json [--recipes mnist-vae-2d toy-gan]
    python benchmarks/golden_digests.py --data DIR --compare before.json

For each recipe: SHA-256 of the weights after 20 steps, of the weights of a run that was stopped half way and resumed, of
16 samples, of one content of every pane available for the model, and of the picture and the table that an export writes of
it. Numbers and decoded pixels are digested, never files that carry versions, nor names that a
change of names changes: weights in the order of the model, arrays in the order of the content. One thread, at most 600
images a data set. ``--compare`` prints what differs and ends with 1 where something does.

Equal digests are promised on one machine with one version of torch, so the record stays out of the repository: make it
from the commit before, in a worktree of its own.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
from common import commit, versions

STEPS, STOP_AT, SAMPLES, LIMIT, BATCH = 20, 10, 16, 600, 16
SETTINGS = ["plan.save_every=0", "plan.evaluate_every=0", "plan.sample_every=0", "plan.judge_every=0", "plan.threads=1"]
SMALL = {  # what keeps a pane's content short on models that draw pixel by pixel
    "neighbours": {"n": 4, "audited": 16},
    "samples": {"n": 4},
    "real_or_fake": {"n": 8},
}


def digest(*values: Any) -> str:
    """SHA-256 (16 digits) of arrays, tensors, numbers and texts, with dtypes and shapes."""
    made = hashlib.sha256()
    for value in values:
        array = np.ascontiguousarray(np.asarray(value))
        made.update(f"{array.dtype.kind} {array.shape}".encode())
        made.update(repr(array.tolist()).encode() if array.dtype.kind in "OU" else array.tobytes())
    return made.hexdigest()[:16]


def digests_of(name: str, search: list[Path], folder: Path) -> dict[str, Any]:
    """All digests of one recipe. Raises ``DataError`` when its images are not here."""
    from genstudio.core.seeding import generator
    from genstudio.training.job import new_job, resume_job
    from genstudio.training.recipe.recipe import load_recipe
    from genstudio.training.run.run import Run
    from genstudio.training.snapshot import load_model

    recipe = load_recipe(name).override([*SETTINGS, f"plan.steps={STEPS}", f"data.limit={LIMIT}"])
    recipe = recipe.override([f"plan.batch_size={min(recipe.plan.batch_size, BATCH)}"])
    straight = new_job(recipe, out=folder / name, search=search)
    for _ in straight.events():
        pass
    run = Run.open(straight.run.path)
    found: dict[str, Any] = {"weights": _weights(run)}

    stopped = new_job(recipe, out=folder / f"{name}-stopped", search=search)
    events = stopped.events()
    for event in events:
        if getattr(event, "step", 0) >= STOP_AT:
            break
    events.close()
    resumed = resume_job(stopped.run.path, steps=STEPS, search=search)
    for _ in resumed.events():
        pass
    found["resumed"] = _weights(Run.open(stopped.run.path))
    found["resumed equals straight"] = found["resumed"] == found["weights"]

    snapshot = run.snapshot()
    model: Any = load_model(snapshot)
    if hasattr(model, "sample"):
        count = SAMPLES if not hasattr(model, "pixels") else 4
        found["samples"] = digest(model.sample(count, generator=generator(0, "golden")).numpy())
    found["panes"] = dict(_panes(model, snapshot, straight.data))
    return found


def _weights(run: Any) -> str:
    """Raw weights in the order of the model's modules: a file has an order of its own."""
    from genstudio.training.snapshot import load_model

    model = load_model(run.snapshot(averaged=False))
    return digest(*(tensor.numpy() for tensor in model.state_dict().values()))


def _panes(model: Any, snapshot: Any, data: Any) -> Iterator[tuple[str, Any]]:
    from genstudio.core.errors import GenstudioError
    from genstudio.export.images.contents import compose
    from genstudio.viewing.context import ViewContext
    from genstudio.viewing.pane import final, panes
    from genstudio.viewing.tables import arrays_of, table_of

    for name, pane in panes.items():
        if pane.why_not(model) is not None or pane.unsupported(snapshot.spec) is not None:
            continue
        state = pane.state(**SMALL.get(name, {}))
        try:
            content = final(ViewContext(model, snapshot.spec, snapshot, data), state)
        except GenstudioError as error:
            yield name, {"refused": type(error).__name__}
            continue
        arrays = [value for key, value in arrays_of(content).items() if key != "words" and value.dtype.kind != "U"]
        made = {"content": digest(*arrays)}
        header, rows = table_of(content)
        made["table"] = digest(len(header), *([cell for cell in row if _is_number(cell)] for row in rows))
        if content.pictures:
            made["picture"] = digest(compose(content))
        yield name, made


def _is_number(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return True


def differences(before: Any, now: Any, at: str = "") -> Iterator[str]:
    """The places where two records differ, as ``recipe/panes/manifold/content``."""
    if isinstance(before, dict) and isinstance(now, dict):
        for key in sorted(before.keys() | now.keys()):
            yield from differences(before.get(key), now.get(key), f"{at}/{key}".lstrip("/"))
    elif before != now:
        yield f"{at}: {before} -> {now}"


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument(
        "--data", type=Path, action="append", default=[], help="a folder in which images are looked for"
    )
    parser.add_argument("--recipes", nargs="*", default=None)
    parser.add_argument("--out", type=Path)
    parser.add_argument("--compare", type=Path)
    options = parser.parse_args()

    import torch

    from genstudio.core.errors import DataError
    from genstudio.training.recipe.recipe import recipe_names

    torch.set_num_threads(1)
    record: dict[str, Any] = {"commit": commit(), "versions": versions(), "recipes": {}}
    for name in options.recipes or recipe_names():
        started = time.perf_counter()
        try:
            with tempfile.TemporaryDirectory() as folder:
                record["recipes"][name] = digests_of(name, options.data, Path(folder))
        except DataError as error:
            print(f"{name}: {error}", file=sys.stderr)
            continue
        print(f"{name}: {time.perf_counter() - started:.1f} s", file=sys.stderr)
    text = json.dumps(record, indent=1)
    if options.out:
        options.out.write_text(text)
    if options.compare:
        before = json.loads(options.compare.read_text())["recipes"]
        if options.recipes:
            before = {name: before[name] for name in options.recipes if name in before}
        found = list(differences(before, record["recipes"]))
        print("\n".join(found) or f"equal to {options.compare}")
        sys.exit(bool(found))
    if not options.out:
        print(text)


if __name__ == "__main__":
    main()
