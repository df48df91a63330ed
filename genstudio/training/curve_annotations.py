"""Annotations of curves from a run's events: where a setting changed or training went back, and whose the
curves are. Pure functions of the rows of ``events.jsonl`` (see :meth:`genstudio.training.run.run.Run.run_events`)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any

import pydantic
from pydantic import Field

from genstudio.core import aliases
from genstudio.core.messages import N_, Message


@dataclass(frozen=True)
class Annotation:
    """Something that happened before the step after ``step``: ``message`` says what."""

    step: int
    message: Message


class _RunEvent(pydantic.BaseModel):
    """One line of ``events.jsonl``, as far as anything here depends on it."""

    model_config = pydantic.ConfigDict(extra="allow")

    event: str
    step: int = Field(ge=0, le=10**12)
    since: int | None = None
    name: str | None = None
    terms: dict[str, str] = Field({}, max_length=1000)
    watched: list[str] = Field([], max_length=1000)


def run_event(line: bytes) -> dict[str, Any] | None:
    """One row of ``events.jsonl``; ``None`` for a line that is none, such as one torn by a crash."""
    try:
        row = _RunEvent.model_validate_json(line).model_dump(exclude_unset=True)
    except ValueError:
        return None
    row["event"] = aliases.current_name("events", row["event"])
    row |= {"name": aliases.current_name("changes", row["name"])} if "name" in row else {}
    row |= (
        {"terms": {aliases.current_name("terms", term): owner for term, owner in row["terms"].items()}}
        if "terms" in row
        else {}
    )
    needs = {"changed": {"name", "value"}, "rolledback": {"since"}}.get(row["event"], set())
    return row if row.keys() >= needs else None


def annotations_of(run_events: Iterable[Mapping[str, Any]]) -> list[Annotation]:
    """The marks of a run, in the order of the curves. A change that was made in steps which training took back holds
    from the step on to which it went back."""
    annotations: list[Annotation] = []
    for row in run_events:
        step = int(row["step"])
        if row["event"] == "changed":
            annotations.append(Annotation(step, describe_change(str(row["name"]), row.get("was"), row["value"])))
        elif row["event"] == "rolledback":
            annotations = [
                annotation if annotation.step <= step else replace(annotation, step=step) for annotation in annotations
            ]
            annotations.append(Annotation(step, N_("returned here from step {since:,}", since=int(row["since"]))))
    return sorted(annotations, key=lambda annotation: annotation.step)


def owners_of(run_events: Iterable[Mapping[str, Any]]) -> dict[str, str]:
    """The player of each term by name, and "" for each watched number; empty for a model with one player."""
    parts: dict[str, str] = {}
    for row in run_events:
        if row["event"] == "termowners":
            parts |= {str(name): str(player) for name, player in dict(row.get("terms", {})).items()}
            parts |= dict.fromkeys(map(str, row.get("watched", ())), "")
    return parts


def describe_change(name: str, was: Any, value: Any) -> Message:
    """A live change: "discriminator lr 0.0002 → 0.0001"; who has one player is not told its name."""
    if name == "only":
        return N_("only the {player} learns", player=N_(value)) if value else N_("all players learn")
    parts = name.removeprefix("plan.").removeprefix("players.").removeprefix("model.").split(".")
    what = " ".join(part.replace("_", " ") for part in parts)
    if was is None:
        return N_("{what} → {value}", what=what, value=_plain(value))
    return N_("{what} {was} → {value}", what=what, was=_plain(was), value=_plain(value))


def _plain(value: Any) -> str:
    if isinstance(value, bool) or not isinstance(value, int | float):
        return str(value)
    return f"{value:,}" if isinstance(value, int) else f"{value:.4g}"
