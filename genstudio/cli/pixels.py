"""The commands ``complete`` and ``surprise`` of pixel-by-pixel models."""

from __future__ import annotations

import time
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from genstudio.cli.export import images_of
from genstudio.cli.options import AsJson, AtStep, Attributes, Class, Data, Run, Temperature
from genstudio.cli.output import Output, number
from genstudio.cli.pictures import attribute_values, class_number, open_context, save_state
from genstudio.cli.runs import find_run
from genstudio.core.messages import N_, _

if TYPE_CHECKING:
    from genstudio.viewing.context import ViewContext


class HalfName(StrEnum):
    """The half of an image that is kept."""

    top = "top"
    bottom = "bottom"
    left = "left"
    right = "right"


Out = Annotated[Path, typer.Option("--out", "-o", metavar="FILE", help=_("The PNG to write."))]
Image = Annotated[
    Path | None, typer.Option("--image", metavar="FILE", help=_("Your own image, resized to the model's size."))
]
Scale = Annotated[
    int, typer.Option("--scale", metavar="K", min=0, max=64, help=_("Enlarge pixels K times; 0 chooses."))
]


def complete(
    run: Run,
    out: Out,
    image: Image = None,
    index: Annotated[
        int | None, typer.Option("--index", metavar="I", min=0, help=_("Image number I of the test split."))
    ] = None,
    mask: Annotated[
        Path | None,
        typer.Option(
            "--mask", metavar="FILE", help=_("A mask picture: light pixels are kept, dark ones are drawn again.")
        ),
    ] = None,
    keep: Annotated[
        HalfName | None, typer.Option("--keep", help=_("The half that is kept; by default the top."))
    ] = None,
    n: Annotated[int, typer.Option("-n", "--number", metavar="N", min=1, max=64, help=_("How many completions."))] = 4,
    seed: Annotated[
        int, typer.Option("--seed", metavar="S", min=0, max=2**31 - 1, help=_("Same seed, same noise."))
    ] = 0,
    class_: Class = None,
    attribute: Attributes = None,
    temperature: Temperature = 1.0,
    step: AtStep = None,
    data: Data = None,
    scale: Scale = 0,
    as_json: AsJson = False,
) -> None:
    """Complete an image, one of your own or one of the test split, into a PNG sheet."""
    from genstudio.panes.pixels.state import PixelsState
    from genstudio.viewing.conditioning import kept_part
    from genstudio.viewing.pane import final

    output, folder = Output(as_json), find_run(run)
    _one_of(image, index, "--image FILE", "--index I", needed=True)
    _one_of(mask, keep, "--mask FILE", "--keep HALF")
    context = open_context(folder, step, None if index is None else images_of(folder, data))
    shape = (context.spec.height, context.spec.width)
    known = _read_mask(mask) if mask is not None else kept_part(shape, (keep or HalfName.top).value)
    fields: dict[str, Any] = {
        "n": n,
        "seed": seed,
        "temperature": temperature,
        "label": class_number(context, class_),
        "attributes": attribute_values(context, attribute or []),
        "position": context.spec.values,
        "at": context.snapshot.step,
        "mask": {"sha256": context.blobs.put_array(known).sha256},
    }
    state = PixelsState.from_json({**fields, **_source(context, image, index)})
    began = time.perf_counter()
    content = final(context, state)
    seconds = time.perf_counter() - began
    written = save_state(out, context, state, folder, scale, content)
    output.print_line(
        _("{what}, drawn in {seconds} s: {path}", what=content.caption, seconds=f"{seconds:.2f}", path=written)
    )
    output.result(
        {"run": str(folder.path), "step": context.snapshot.step, "file": str(written.resolve()), "n": n, "seed": seed,
         "seconds": round(seconds, 4)}
    )  # fmt: skip


def surprise(
    run: Run,
    out: Out,
    image: Image = None,
    index: Annotated[
        int | None, typer.Option("--index", metavar="I", min=0, help=_("Start at number I of the test split."))
    ] = None,
    n: Annotated[
        int, typer.Option("-n", "--number", metavar="N", min=1, max=64, help=_("How many images of the test split."))
    ] = 12,
    class_: Class = None,
    attribute: Attributes = None,
    step: AtStep = None,
    data: Data = None,
    scale: Scale = 0,
    as_json: AsJson = False,
) -> None:
    """Write images of the test split, or one of your own, beside maps of their surprise as a PNG sheet."""
    from genstudio.panes.surprise.content import SurpriseState
    from genstudio.viewing.pane import final

    output, folder = Output(as_json), find_run(run)
    _one_of(image, index, "--image FILE", "--index I")
    context = open_context(folder, step, None if image is not None else images_of(folder, data))
    fields = {"n": n, "label": class_number(context, class_), "at": context.snapshot.step,
              "attributes": attribute_values(context, attribute or [])}  # fmt: skip
    state = SurpriseState.from_json({**fields, **_source(context, image, index or 0)})
    content = final(context, state)
    written = save_state(out, context, state, folder, scale, content)
    nats, bits = content.values["nats"].tolist(), content.values["bits_per_dim"].tolist()
    if image is None:
        indices = content.values["indices"].tolist()
        rows = [[str(k), number(a), number(b)] for k, a, b in zip(indices, nats, bits, strict=True)]
        output.table(rows, [_("image"), _("nats"), _("bits/dim")])
    output.print_line(_("{what}: {path}", what=content.caption, path=written))
    output.result(
        {"run": str(folder.path), "step": context.snapshot.step, "file": str(written.resolve()), "nats": nats,
         "bits_per_dim": bits, "scale_nats": content.values["top"]}
    )  # fmt: skip


def _one_of(one: object, other: object, one_name: str, other_name: str, needed: bool = False) -> None:
    """Check that exactly one of two options is given; raises UsageError."""
    from genstudio.core.errors import UsageError

    if one is not None and other is not None:
        raise UsageError(
            N_("Both {one} and {other} are given.", one=one_name, other=other_name), N_("Give one of the two.")
        )
    if needed and one is None and other is None:
        raise UsageError(
            N_("There is no image to continue from."),
            N_("Give {one} (your own) or {other} (of the test split).", one=one_name, other=other_name),
        )


def _source(context: ViewContext, image: Path | None, index: int | None) -> dict[str, Any]:
    """Source of the image, as fields of a pane state."""
    from genstudio.viewing.own_image import read_image

    if image is None:
        return {"source": "data", "index": index or 0}
    return {"source": "own", "own": {"sha256": context.blobs.put_array(read_image(image)).sha256}}


def _read_mask(path: Path) -> Any:
    """A mask from a picture, bool H×W: kept where it is at least half as light as white."""
    from genstudio.viewing.own_image import read_image

    return read_image(path).mean(2) >= 127.5
