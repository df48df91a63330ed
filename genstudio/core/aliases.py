"""Names in files of earlier versions, each with its current name. No other file contains old names.

Runs, checkpoints, pane states and exported pictures outlive a renaming. Their readers pass them through
:func:`current` (or :func:`current_name` for a single name), under the name of the class that describes the table.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar

T = TypeVar("T")

TABLES: dict[str, dict[str, str]] = {
    # Knobs of models, by class.
    "AttributeGanKnobs": {"told": "attribute_weight"},
    "AttributeVaeKnobs": {"told": "attribute_weight"},
    # States of panes, by class.
    "ArithmeticState": {"wanted": "attribute_filter"},
    "DirectionsState": {"looking": "search"},
    "PixelsState": {"cooled": "temperature_schedule"},
    # state.json and trainer.pt of checkpoints.
    "State": {"way_back": "rollback"},
    "Trainer": {"turn": "context"},
    # Tensors of a model's state dict.
    "weights": {"legible": "readable"},
    # Terms in metrics.jsonl and events.jsonl, without the split before them.
    "terms": {"straightness": "linearity"},
    # Kinds of rows in events.jsonl.
    "events": {"parts": "termowners"},
    # Settings in rows of events.jsonl that tell a change.
    "changes": {"model.told": "model.attribute_weight"},
}


def current(table: str, values: Mapping[str, T]) -> dict[str, T]:
    """``values`` with each old key of ``table`` under its current name. If both exist, the current one counts."""
    renamed = TABLES.get(table, {})
    if not renamed.keys() & values.keys():
        return dict(values)
    return {renamed.get(name, name): value for name, value in values.items() if renamed.get(name) not in values}


def current_name(table: str, name: Any) -> Any:
    """Current name for ``name``; for keys with a split, such as ``train/loss``, of the part after the last ``/``."""
    if not isinstance(name, str):
        return name
    split, slash, last = name.rpartition("/")
    return split + slash + TABLES.get(table, {}).get(last, last)


def first_name(table: str, name: str) -> str:
    """Oldest name of ``name``, used in digests so that a renaming does not change them."""
    return next((old for old, new in TABLES.get(table, {}).items() if new == name), name)
