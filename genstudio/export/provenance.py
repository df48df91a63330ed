"""Provenance: everything needed to reproduce an exported picture, stored inside the picture.

Run, step, the weights' digest, the pane and its state, the seed, versions and device. The run is named, never given as
a path: a shared picture must not reveal the names of its author's folders.
"""

from __future__ import annotations

import json
import os
import stat
import warnings
from dataclasses import asdict, field, fields, replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import pydantic
from pydantic import Field
from pydantic.dataclasses import dataclass

from genstudio.core.errors import GenstudioError
from genstudio.core.messages import N_
from genstudio.core.version import versions

if TYPE_CHECKING:
    from collections.abc import Sequence

    from PIL.PngImagePlugin import PngInfo

    from genstudio.training.recipe.recipe import Recipe
    from genstudio.training.run.run import Run
    from genstudio.training.snapshot import Snapshot
    from genstudio.viewing.pane_state import PaneState

KEY = "genstudio"
"""The keyword of the PNG text chunk, and the word that opens the JSON elsewhere."""


MOST_LETTERS = 2**20
"""Largest size of the JSON: as much as Pillow takes out of a compressed chunk."""
MOST_SVG_DEPTH = 100

Letters = Annotated[str, Field(max_length=4096)]
Table = Annotated[dict[str, Any], Field(max_length=1000)]
# A name and no path: a picture from elsewhere must not lead out of the folders in which runs are looked for.
RunName = Annotated[str, Field(max_length=255, pattern=r"^[^/\\\x00]*$")]


@dataclass(frozen=True, config=pydantic.ConfigDict(strict=True))
class OtherRun:
    """A further run of a picture: its name, the step and the digest of the weights."""

    run: RunName
    step: Annotated[int, Field(ge=0, le=10**12)]
    weights: Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]


@dataclass(frozen=True, config=pydantic.ConfigDict(strict=True))
class Provenance:
    """Data needed to reproduce a picture. Pictures are untrusted: each value has a type and a bound, and
    :meth:`from_text` refuses others.

    run: the run folder's name. step: of the weights. weights: the snapshot's digest, hexadecimal. pane,
    state: the pane's name and its state as JSON. sheet: how its pictures were laid out (columns, gutter,
    scale, background). other_runs: further runs that the picture shows. film: what moved, for animations. recipe, seed:
    of the run. versions, device: where it was made.
    """

    run: RunName = ""
    step: Annotated[int, Field(ge=0, le=10**12)] = 0
    weights: Annotated[str, Field(pattern=r"^([0-9a-f]{64})?$")] = ""
    pane: Letters = ""
    state: Table = field(default_factory=dict)
    other_runs: Annotated[list[OtherRun], Field(max_length=100)] = field(default_factory=list)
    sheet: Table = field(default_factory=dict)
    film: Table = field(default_factory=dict)
    recipe: Annotated[str, Field(max_length=MOST_LETTERS)] = ""
    seed: Annotated[int, Field(ge=0, lt=2**63)] | None = None
    device: Letters = "cpu"
    threads: Annotated[int, Field(ge=1, le=1024)] = 1
    versions: Table = field(default_factory=versions)

    def to_json(self) -> dict[str, Any]:
        return {"format": 1, **asdict(self)}

    @classmethod
    def from_json(cls, value: dict[str, Any]) -> Provenance:
        """Unknown keys are ignored: a later version may have written more."""
        known = {f.name for f in fields(cls)}
        given = {k: v for k, v in value.items() if k in known}
        return cls(**given | {"other_runs": [OtherRun(**one) for one in given.get("other_runs", [])]})

    def text(self) -> str:
        """The JSON in ASCII, which every container can carry."""
        return json.dumps(self.to_json(), ensure_ascii=True, sort_keys=True, separators=(",", ":"))

    @classmethod
    def from_text(cls, text: str) -> Provenance:
        """Raises ValueError if ``text`` is not our provenance."""
        if len(text) > MOST_LETTERS:
            raise ValueError("too long")
        try:
            value = json.loads(text)
        except RecursionError:
            raise ValueError("nested too deeply") from None
        if not isinstance(value, dict) or "versions" not in value or "run" not in value:
            raise ValueError("no provenance")
        return cls.from_json(value)


def provenance_of(
    snapshot: Snapshot,
    state: PaneState,
    *,
    others: Sequence[Snapshot] = (),
    run: Run | None = None,
    device: str = "cpu",
    threads: int = 1,
) -> Provenance:
    """The provenance of what a pane shows of ``snapshot`` with ``state``. Touches no torch but for the digest, which is kept
    with the snapshot: take it where the snapshot was looked at. ``others``: of the further runs that the state names.
    ``threads`` is 1 on the render thread.
    """
    from genstudio.viewing.pane import pane_of

    return Provenance(
        run=snapshot.run,
        step=snapshot.step,
        weights=snapshot.digest,
        pane=pane_of(state).name,
        # "latest" moves on: the picture shows this step.
        state=replace(
            state, run=snapshot.run, at=snapshot.step, other_runs=tuple((one.run, one.step) for one in others)
        ).to_json(),
        other_runs=[OtherRun(one.run, one.step, one.digest) for one in others],
        recipe=_without_places(run.recipe).to_toml() if run else "",
        seed=run.recipe.plan.seed if run else None,
        device=device,
        threads=threads,
    )


def _without_places(recipe: Recipe) -> Recipe:
    from genstudio.data.base import data_sets

    named = data_sets[recipe.data].elsewhere(recipe.data_knobs)
    return recipe if named is None else recipe.with_values(data_knobs=named)


def png_text(provenance: Provenance | None) -> PngInfo:
    """Text chunks of a PNG: the program, and the provenance if there is one."""
    from PIL.PngImagePlugin import PngInfo

    chunks = PngInfo()
    chunks.add_text("Software", f"genstudio {versions()['genstudio']}")
    if provenance is not None:
        # Long states compress well; short ones stay readable in any viewer.
        text = provenance.text()
        chunks.add_text(KEY, text, zip=len(text) > 4096)
    return chunks


def read_provenance(path: str | os.PathLike[str]) -> Provenance:
    """The provenance inside an exported PNG, APNG, GIF, WebP, MP4 or SVG.

    Raises :class:`GenstudioError` when the file can't be read or carries none.
    """
    source = Path(path)
    readers = {".mp4": _text_of_movie, ".svg": _text_of_svg}
    try:
        if not stat.S_ISREG(source.stat().st_mode):  # a pipe would hold its reader for ever
            raise ValueError("not an ordinary file")
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # Pillow's, of large pictures
            text = readers.get(source.suffix.lower(), _text_of_image)(source)
        return Provenance.from_text(text)
    except OSError as error:
        raise GenstudioError(
            N_("{path} could not be read: {reason}.", path=str(source), reason=error.strerror or str(error)),
            N_("Choose a picture that genstudio exported."),
        ) from error
    except Exception as error:  # a stranger's file can break a reader of pictures in many ways, none of which is ours
        raise GenstudioError(
            N_("{path} carries no record of how it was made.", path=str(source)),
            N_("Only unchanged files that genstudio exported carry their provenance."),
        ) from error


def _text_of_image(source: Path) -> str:
    from PIL import Image

    with Image.open(source) as image:
        if image.format == "WEBP":
            return str(image.getexif()[_IMAGE_DESCRIPTION])
        text = image.info.get(KEY) or image.info.get("comment") or b""
    return text.decode("ascii") if isinstance(text, bytes) else str(text)


def _text_of_movie(source: Path) -> str:
    import av

    with av.open(str(source)) as container:
        return str(container.metadata["comment"])


def _text_of_svg(source: Path) -> str:
    from xml.etree import ElementTree

    depth = 0
    with open(source, "rb") as file:
        for event, element in ElementTree.iterparse(file, ("start", "end")):
            depth += 1 if event == "start" else -1
            if depth > MOST_SVG_DEPTH:
                raise ValueError("nested too deeply")
            if event == "end" and element.tag == "{http://purl.org/dc/elements/1.1/}description":
                return element.text or ""
            if event == "end" and depth > 1:
                element.clear()
    return ""


_IMAGE_DESCRIPTION = 0x010E
