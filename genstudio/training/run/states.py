"""The shape of what a checkpoint says of itself: each value with its type and its range.

A run may come from a stranger, so nothing in it is believed before it was held against these.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, Literal

import pydantic
from pydantic import AfterValidator, Field

from genstudio.core import aliases
from genstudio.training.run.files import read_limited

STATE_BYTES = 16 * 2**20
MOST_STEPS = 10**12
MOST_THREADS = 1024
MOST_VALUES = 2**26  # sub-pixels of one image
_SHOWN = 200


def _short(text: Any) -> str:
    # Not pydantic's str: that refuses the names of files whose bytes are no UTF-8.
    if not isinstance(text, str) or len(text) > 4096:
        raise ValueError("must be a text of at most 4096 letters")
    return text


Text = Annotated[Any, AfterValidator(_short)]
Count = Annotated[int, Field(ge=0, le=2**53)]
Seconds = Annotated[float, Field(ge=0, le=1e12, allow_inf_nan=False)]
Table = Annotated[dict[str, Any], Field(max_length=1000)]


class CheckedModel(pydantic.BaseModel):
    """Values of one table, none converted to another type; what a later version added stays as it is."""

    model_config = pydantic.ConfigDict(strict=True, extra="allow", protected_namespaces=())


class Spec(CheckedModel):
    """Format of the images."""

    model_config = pydantic.ConfigDict(strict=True, extra="forbid")

    channels: int = Field(ge=1, le=4096)
    height: int = Field(ge=1, le=65_536)
    width: int = Field(ge=1, le=65_536)
    levels: Annotated[int, Field(ge=2, le=256)] | None = None
    class_names: list[Text] = Field([], max_length=100_000)
    attribute_names: list[Text] = Field([], max_length=100_000)

    @pydantic.model_validator(mode="after")
    def _of_a_size(self) -> Spec:
        if self.channels * self.height * self.width > MOST_VALUES:
            raise ValueError("images of such a size can't be held")
        return self


class Lengths(CheckedModel):
    """Bytes that the run's rows took up when the checkpoint was made."""

    metrics: Count = 0
    events: Count = 0


class ImageFolder(CheckedModel):
    """Place of the images: the folder or file if the data set is one, and the folders that were searched."""

    place: Text | None = None
    search: list[Text] = Field([], max_length=1000)


class Good(CheckedModel):
    """The checkpoint to which training would go back, and how often it did."""

    good: int = Field(-1, ge=-1, le=MOST_STEPS)
    times: int = Field(0, ge=0, le=1000)


class State(CheckedModel):
    """``state.json`` of a checkpoint."""

    step: int = Field(ge=0, le=MOST_STEPS)
    files: dict[Literal["model.safetensors", "averaged.safetensors", "trainer.pt"], Count]
    model: Text
    model_knobs: Table
    spec: Spec
    data: Text
    data_knobs: Table
    data_fingerprint: Text
    plan: Table
    lengths: Lengths
    seconds: Seconds
    stepping: Seconds
    owed: bool = False
    rollback: Good = Good()
    images: ImageFolder = ImageFolder()
    threads: int = Field(ge=0, le=MOST_THREADS)


class Pinned(CheckedModel):
    """``state.json`` of pinned weights."""

    model_config = pydantic.ConfigDict(strict=True, extra="forbid", protected_namespaces=())

    run: Text
    step: int = Field(ge=0, le=MOST_STEPS)
    model: Text
    model_knobs: Table
    spec: Spec
    averaged: bool = False


class PlayerState(CheckedModel):
    """One player's optimiser, checked against its parameters when it is put back, and the length of its average."""

    optimiser: dict[str, Any] | None
    updates: Count = 0


class Position(CheckedModel):
    """The place in an order of images."""

    epoch: Count
    position: Count


class ContextState(Position):
    """The place in the order of the images, and in that of each domain, by its class number."""

    images: Count
    bits: Any
    domains: dict[Annotated[str, Field(pattern="^[0-9]{1,9}$")], Position] = Field({}, max_length=1000)


class Trainer(CheckedModel):
    """``trainer.pt`` of a checkpoint."""

    step: int = Field(ge=0, le=MOST_STEPS)
    only: Text | None
    bad_steps: Count
    players: dict[str, PlayerState] = Field(max_length=100)
    context: ContextState
    meter: dict[str, Annotated[list[float], Field(max_length=1_000_000)]] = Field(max_length=1000)
    generators: Table


def read_json(path: Path, kind: type[CheckedModel]) -> dict[str, Any]:
    """The table in a JSON file, checked as ``kind`` says. Raises ``OSError`` for what is no such file, ``ValueError``
    that says in one line what does not fit."""
    try:
        fields = json.loads(read_limited(path, STATE_BYTES))
    except RecursionError:
        raise ValueError("it is nested too deeply") from None
    return check(fields, kind)


def check(fields: Any, kind: type[CheckedModel]) -> dict[str, Any]:
    """``fields`` as a table with what it left out filled in. Raises ``ValueError`` that says in one line what does not
    fit."""
    if not isinstance(fields, Mapping):
        raise ValueError("it is no table")
    try:
        return kind.model_validate(aliases.current(kind.__name__, fields)).model_dump()
    except pydantic.ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        raise ValueError(f"{'.'.join(map(str, first['loc'])) or 'it'}: {first['msg']}"[:_SHOWN]) from None
    except RecursionError:
        raise ValueError("it is nested too deeply") from None
