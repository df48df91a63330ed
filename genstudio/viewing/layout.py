"""Layout of a content as one picture."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Any

import pydantic
from pydantic import Field

from genstudio.core.errors import UsageError
from genstudio.core.messages import N_

Colour = tuple[int, int, int]
GREY: Colour = (128, 128, 128)
"""The neutral surround: it flatters no image."""


@dataclass(frozen=True)
class Layout:
    """Layout of a content as one picture: gutter in pixels of the result, enlargement, background, whether its points
    are drawn, and which of its pictures it is."""

    gutter: int = 2
    scale: int = 1
    background: Colour = GREY
    points: bool = True
    picture: int = 0

    @classmethod
    def from_json(cls, values: dict[str, Any]) -> Layout:
        """The layout in a picture's provenance. Raises :class:`UsageError` for what is none: it may be a stranger's."""
        try:
            known = _Layout.model_validate(values).model_dump()
        except pydantic.ValidationError as error:
            first = error.errors(include_url=False)[0]
            raise UsageError(
                N_("The picture's layout is not valid: {name}: {reason}.", name=".".join(map(str, first["loc"])),
                   reason=first["msg"]),
                N_("Only unchanged files that genstudio exported can be reproduced."),
            ) from None  # fmt: skip
        return cls(**{**known, "background": tuple(known["background"])})


class _Layout(pydantic.BaseModel):
    """A :class:`Layout` as JSON."""

    model_config = pydantic.ConfigDict(strict=True, extra="forbid")

    gutter: int = Field(2, ge=0, le=1000)
    scale: int = Field(1, ge=1, le=1000)
    background: list[Annotated[int, Field(ge=0, le=255)]] = Field(list(GREY), min_length=3, max_length=3)
    points: bool = True
    picture: int = Field(0, ge=0, le=1000)


DEFAULT_LAYOUT = Layout()
