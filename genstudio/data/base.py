"""Sources of images: the registry of data sets, their common knobs, and the interface of a source.

A new data set is one file: a :class:`Source` that says whether its images are there (``fingerprint``) and writes them,
chunk by chunk, into a :class:`Sink` (``decode``). Caching, splits, binarisation and batches work without further code.

    @data_sets.register("dots")
    class Dots(Source):
        title, help = N_("Dots"), N_("White squares on black.")

        def fingerprint(self) -> str:
            return "dots"

        def decode(self, sink, progress, cancelled) -> None:
            sink.begin(100, (1, 8, 8))
            sink.add(np.zeros((100, 1, 8, 8), np.uint8))
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar, Literal, Protocol

import pydantic

from genstudio.core.errors import DataError
from genstudio.core.knobs import Knobs, knob
from genstudio.core.messages import N_, Message
from genstudio.core.paths import data_dirs
from genstudio.core.registry import Registry

if TYPE_CHECKING:
    import numpy as np

    from genstudio.data.modes import Modes

Progress = Callable[[float, Message], None]
Cancelled = Callable[[], bool]
Colour = Literal["as-is", "grey", "colour"]
Binarisation = Literal["none", "dynamic", "fixed", "threshold"]

data_sets: Registry[type[Source]] = Registry(N_("data set"), "genstudio.data.sources")


def size_knob(default: int | None = None) -> Any:
    """The knob ``size`` with the source's default."""
    return knob(
        default,
        help=N_("Width and height in pixels that images are resized to; none keeps their size."),
        label=N_("Size"),
        unit="px",
        ge=4,
        le=1024,
    )


def colour_knob(default: Colour = "as-is") -> Any:
    """The knob ``colour`` with the source's default."""
    return knob(
        default, help=N_("Converts images to grey or to colour, or leaves them as they are."), label=N_("Colour")
    )


def binarisation_knob(default: Binarisation = "none") -> Any:
    """The knob ``binarisation`` with the source's default."""
    return knob(
        default,
        help=N_(
            "How grey becomes black or white: drawn at random each time (dynamic), drawn once per image (fixed), "
            "cut at one half (threshold), or not at all (none)."
        ),
        label=N_("Binarisation"),
    )


def levels_knob(help: Message) -> Any:
    """The knob ``levels``, with a description of a level."""
    return knob(256, help=help, label=N_("Levels"), ge=2, le=256, advanced=True)


def limit_knob() -> Any:
    """The knob ``limit``."""
    return knob(
        0, help=N_("Use at most this many images; 0 uses all of them."), label=N_("At most"), ge=0, advanced=True
    )


class DataKnobs(Knobs):
    """The knobs of every data set of pictures; a source can add its own and change these defaults.

    Images that are not pictures have other knobs, among them ``levels``, ``limit`` and ``seed``.
    """

    size: int | None = size_knob()
    colour: Colour = colour_knob()
    binarisation: Binarisation = binarisation_knob()
    levels: int = knob(
        256,
        help=N_("Number of levels of each value; 256 keeps the bytes as they are."),
        label=N_("Grey levels"),
        ge=2,
        le=256,
        advanced=True,
    )
    limit: int = limit_knob()
    seed: int = knob(
        0,
        help=N_("Seed of everything that is drawn once, such as the bits of fixed binarisation."),
        label=N_("Seed"),
        ge=0,
        advanced=True,
    )

    @pydantic.field_validator("size", mode="before")
    @classmethod
    def _no_size(cls, value: Any) -> Any:
        # TOML and command lines have no null: "none" says it.
        return None if isinstance(value, str) and value.strip().lower() in ("", "none") else value


class Sink(Protocol):
    """Destination for the images of a source. Raises :class:`genstudio.core.errors.Cancelled` from ``add`` on a
    cancel."""

    def begin(
        self,
        count: int,
        shape: tuple[int, int, int],
        *,
        dtype: Literal["uint8", "float32"] = "uint8",
        class_names: Sequence[str] = (),
        attribute_names: Sequence[str] = (),
    ) -> None:
        """Announce at most ``count`` images of ``shape`` (C, H, W): called once, before any ``add``.

        ``float32`` is for images with real values in [0, 1]; usually images are bytes.
        """
        ...

    def add(
        self,
        images: np.ndarray,
        *,
        labels: np.ndarray | None = None,
        attributes: np.ndarray | None = None,
        test: np.ndarray | bool | None = None,
    ) -> None:
        """Append n images, n×C×H×W, with labels (n, numbers of ``class_names``) and attributes (n×A) if any were declared.

        ``test`` says which of them belong to the data set's official test split, for sets that have one. Keep chunks to
        a few megabytes. Reports progress (images so far of ``count``).
        """
        ...

    def problem(self, message: Message) -> None:
        """Report something that was left out, and why; the list is shown to people."""
        ...


class Source:
    """One data set before it is cached. Subclass, and register with ``@data_sets.register(name)``.

    ``version`` goes up whenever ``decode`` would give other images for the same knobs: it makes old caches unused.
    ``doing`` describes ``decode`` in a message, ``noun`` its images, as in "70,000 images". ``after_cache`` names the
    knobs that don't change the decoded images, so that changing them decodes nothing again. ``attribute_sides``: for some
    attributes, the descriptions of an image with a low and with a high value. ``path_knob``: the knob that names the folder
    or zip, for a data set of the user's own files.
    """

    title: ClassVar[Message]
    help: ClassVar[Message]
    attribute_sides: ClassVar[Mapping[str, tuple[Message, Message]]] = {}
    doing: ClassVar[Message] = N_("Reading images")
    noun: ClassVar[Message] = N_("images")
    version: ClassVar[int] = 1
    after_cache: ClassVar[frozenset[str]] = frozenset({"binarisation", "levels", "seed"})
    path_knob: ClassVar[str] = ""

    class Knobs(DataKnobs):
        """The knobs that every data set has."""

    def __init__(self, knobs: Any, search: Sequence[Path] | None = None) -> None:
        self.knobs = knobs
        self.search = [Path(p) for p in (data_dirs() if search is None else search)]

    def fingerprint(self) -> str:
        """Identify the images before preparation. Cheap. Raises :class:`DataError` if they are not found."""
        raise NotImplementedError

    def decode(self, sink: Sink, progress: Progress, cancelled: Cancelled) -> None:
        """Write the images, prepared as the knobs say (size, colour, limit), into ``sink``.

        ``sink.add`` reports progress and heeds a cancel; ``progress`` and ``cancelled`` are for long work before the
        first ``add`` or between two.
        """
        raise NotImplementedError

    def place(self) -> Path | None:
        """The folder or file that holds the images, absolute, for a data set of the user's own files. Raises
        :class:`DataError` if it is not found."""
        return None

    def anchored(self) -> dict[str, Any]:
        """Values of all knobs that name the same images from any current folder, for saving in a run."""
        values: dict[str, Any] = self.knobs.model_dump(mode="json")
        return values

    @classmethod
    def elsewhere(cls, values: dict[str, Any]) -> dict[str, Any] | None:
        """Values with which moved images can be searched by name; ``None`` if that is not possible."""
        return None

    def preparation(self) -> dict[str, Any]:
        """The knobs that the decoded images depend on: part of the cache's key."""
        return {k: v for k, v in self.knobs.model_dump(mode="json").items() if k not in self.after_cache}

    def is_there(self) -> bool:
        """True if the images can be found or made on this computer."""
        try:
            self.fingerprint()
        except (DataError, OSError):  # OSError: files that may not be looked at
            return False
        return True

    @classmethod
    def modes(cls, knobs: Any) -> Modes | None:
        """The known modes of the images with these knobs, if there are any."""
        return None

    @classmethod
    def download(cls, folder: Path, progress: Progress, cancelled: Cancelled) -> Path:
        """Download the images into ``folder``; returns the folder that contains them. Raises :class:`DataError`."""
        raise DataError(
            N_("The data set {title} can't be downloaded.", title=cls.title),
            N_("It is made on this computer or read from one of your folders."),
        )
