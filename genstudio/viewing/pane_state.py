"""Pane states: frozen values that determine everything a pane shows.

    @state
    class ManifoldState(PaneState):
        cells: int = knob(20, help=N_("Cells along each side."), ge=5, le=40)

Undo restores an earlier state, a session is the states on disk, an export carries its state, the command line makes the
same content from one, and a test needs no screen.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Annotated, Any, ClassVar, Literal, TypeVar, dataclass_transform

import pydantic
import pydantic.dataclasses

from genstudio.core.knobs import KnobInfo, Knobs, describe, knob, parse_knobs
from genstudio.core.messages import N_
from genstudio.viewing.blobs import Blob

if TYPE_CHECKING:
    from genstudio.viewing.context import ViewContext

T = TypeVar("T")
S = TypeVar("S", bound="PaneState")
_CONFIG = pydantic.ConfigDict(extra="forbid", allow_inf_nan=False)
# A name and no path: a picture from elsewhere must not lead out of the folders in which runs are looked for.
RunName = Annotated[str, pydantic.Field(max_length=255, pattern=r"^[^/\\\x00]+$")]


@dataclass_transform(frozen_default=True)
def state(cls: type[T]) -> type[T]:
    """Decorator: a frozen, validated dataclass whose fields are declared with ``knob(...)`` like any setting."""
    return pydantic.dataclasses.dataclass(frozen=True, config=_CONFIG)(cls)  # type: ignore[return-value]


@state
class PaneState:
    """Everything that a pane shows, as a value: hashable, comparable, and equal after a trip through JSON.

    Fields are numbers, strings, tuples and :class:`Blob`. ``run`` names the run folder (empty: the one that is open),
    ``at`` the step whose weights are shown, ``other_runs`` further runs (by name) and steps. ``dataclasses.replace`` makes
    the next state; a value out of its range raises :class:`pydantic.ValidationError` there, and :class:`UsageError`
    in :meth:`from_json`.
    """

    OF_RUN: ClassVar[tuple[str, ...]] = ()
    """Fields that mean something in one run alone: codes, directions, places in a drawing."""
    OF_IMAGES: ClassVar[tuple[str, ...]] = ()
    """Fields that mean something with one data set alone: its classes, attributes and images."""

    run: str = knob("", help=N_("The run that is shown; empty for the one that is open."))
    at: int | Literal["latest"] = knob("latest", help=N_("The step whose weights are shown, or 'latest'."))
    other_runs: tuple[tuple[RunName, int | Literal["latest"]], ...] = knob(
        (), help=N_("Further runs that are shown beside it, each by its name and step.")
    )

    def to_json(self) -> dict[str, Any]:
        """Plain numbers, strings and lists, for session files, provenance and the command line."""
        return pydantic.TypeAdapter(type(self)).dump_python(self, mode="json")

    @classmethod
    def from_json(cls: type[S], values: dict[str, Any]) -> S:
        """The state that :meth:`to_json` wrote. Raises :class:`UsageError` naming the field that does not fit."""
        fields = parse_knobs(_form(cls), values)
        return cls(**{name: getattr(fields, name) for name in _form(cls).model_fields})

    def with_z(self, z: Blob) -> PaneState | None:
        """This state, looking at a code (float32 latent_dim) that another pane sends; ``None``: it has no use for one.

        Raises :class:`UsageError` where it has, and no room for it.
        """
        return None

    def decided(self, context: ViewContext) -> PaneState:
        """This state with what it leaves to the model and the data settled as ``context`` has them: what an export
        carries, so that it means the same where there are other data."""
        return self

    def for_another_run(self: S, *, same_images: bool) -> S:
        """This state where another run is opened: its newest weights, without what means something in one run alone, or
        (unless that run learns from the ``same_images``) with one data set alone."""
        names = ("run", "at", "other_runs", *self.OF_RUN, *(() if same_images else self.OF_IMAGES))
        defaults = {name: _form(type(self)).model_fields[name].get_default(call_default_factory=True) for name in names}
        return replace(self, **defaults)

    @property
    def needs_images(self) -> bool:
        """True if the content may depend on the data set, not on the weights alone."""
        return False

    @classmethod
    def form(cls) -> type[Knobs]:
        """The fields as knobs, for forms, help and the command line."""
        return _form(cls)

    @classmethod
    def takes_z(cls) -> bool:
        """True if panes with such a state can be sent a code."""
        return cls.with_z is not PaneState.with_z

    @classmethod
    def controls(cls) -> list[KnobInfo]:
        """The fields that a person sets in the pane, in order; ``run``, ``at`` and ``other_runs`` are set
        elsewhere."""
        return [info for info in describe(_form(cls)) if info.name not in ("run", "at", "other_runs")]


_forms: dict[type, type[Knobs]] = {}


def _form(cls: type) -> type[Knobs]:
    """The fields of a state as knobs, so that forms, help and error texts are those of every other setting."""
    if cls not in _forms:
        fields: Any = {name: (info.annotation, info) for name, info in cls.__pydantic_fields__.items()}  # type: ignore[attr-defined]
        _forms[cls] = pydantic.create_model(cls.__name__, __base__=Knobs, **fields)
    return _forms[cls]
