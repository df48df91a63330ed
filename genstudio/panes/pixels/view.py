"""Content of the pane Pixel by pixel at one position of a drawing: pictures, numbers, words."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

from genstudio.core.messages import N_, Message, N_n
from genstudio.core.resumable import Pausing
from genstudio.panes.pixels.drawing import Drawing
from genstudio.panes.pixels.receptive import resumable_receptive_field
from genstudio.viewing.conditioning import classes_of
from genstudio.viewing.content import Content, Picture, Series
from genstudio.viewing.context import ViewContext
from genstudio.viewing.decode import sheet
from genstudio.viewing.heat import heat
from genstudio.viewing.pixels import as_rgb

if TYPE_CHECKING:
    import numpy as np

    from genstudio.panes.pixels.state import PixelsState

SLATE = (78, 88, 104)
"""Not drawn yet: a colour that no grey image has."""
ALLOWED, CURRENT = (64, 132, 214), (0, 229, 229)
BARS = 64
"""More levels than that are a curve."""


def view(
    context: ViewContext, state: PixelsState, drawing: Drawing, place: int, field: np.ndarray | None = None
) -> Content:
    """The content after ``place`` sub-pixels. ``field``: the receptive field, which takes longest, once it is known."""
    import numpy as np

    enlarged = state.enlarged % state.n
    images, visible = _images(context, drawing, place)
    shown = to_rgb(images, context.spec.levels or 256)
    shown[~visible] = SLATE
    columns = math.ceil(math.sqrt(state.n))
    rows = math.ceil(state.n / columns)
    caption = _caption(context, state, drawing, place)
    values = _facts(context, drawing, place) | {"large": np.ascontiguousarray(images[enlarged])}
    values |= _current(drawing, place, enlarged)
    over, fields = _overlaid(context, state, drawing, place, shown[enlarged], visible[enlarged], field)
    index = np.arange(rows * columns).reshape(rows, columns)
    cell = (context.spec.height, context.spec.width)
    pictures = (
        Picture(sheet(shown, rows, columns), caption, cell, {"image": index}, state.n),
        Picture(shown[enlarged], N_("image {k}", k=enlarged + 1)),
        Picture(over, N_("image {k}", k=enlarged + 1)),
    )
    series: tuple[Series, ...] = ()
    if place:
        p = values["probabilities"]
        series = (Series(N_("probabilities"), np.arange(len(p), dtype=np.float64), p.astype(np.float64)),)
    return Content(caption, pictures, series, values=values | fields)


def to_rgb(levels: np.ndarray, count: int) -> np.ndarray:
    """Levels, whole numbers N×H×W×C, as uint8 N×H×W×3."""
    import numpy as np

    table = np.rint(np.arange(count) * (255.0 / (count - 1))).astype(np.uint8)
    made = table[levels[..., :3] if levels.shape[-1] >= 3 else levels[..., :1]]
    return as_rgb(made)


def _images(context: ViewContext, drawing: Drawing, place: int) -> tuple[np.ndarray, np.ndarray]:
    """Levels uint8 N×H×W×C of what is drawn or given, and where that is: bool N×H×W."""
    import numpy as np

    replay, spec = drawing.replay, context.spec
    levels = replay.images(place)
    visible = np.zeros((spec.height, spec.width), bool)
    visible[tuple(replay.pixels[:place].T)] = True
    if drawing.given is not None:
        # What is given is there from the start. An edited pixel shows as given until it is reached.
        from_given = drawing.given.known & ~_tensor(visible)
        given_levels = (drawing.given.image * ((spec.levels or 256) - 1)).round().long()
        levels = levels + (given_levels * from_given)
        visible = visible | drawing.given.known.numpy()
    images = levels.permute(0, 2, 3, 1).numpy().astype(np.uint8)
    return images, np.broadcast_to(visible, (len(images), *visible.shape))


def _facts(context: ViewContext, drawing: Drawing, place: int) -> dict[str, Any]:
    """Facts on the position of the drawing."""
    y, x, channel = drawing.replay.units[place - 1] if place else (0, 0, 0)
    return {
        "drawn": place,
        "first": drawing.first,
        "end": drawing.end,
        "position_yxc": (y, x, channel) if place else None,
        "levels": context.spec.levels or 256,
        "channels": context.spec.channels,
        "curve": drawing.replay.model.distribution.joint or (context.spec.levels or 256) > BARS,
        "class_names": context.spec.class_names if classes_of(context) else (),
        "known": None if drawing.given is None else drawing.given.known.numpy(),
    }


def _current(drawing: Drawing, place: int, enlarged: int) -> dict[str, Any]:
    """The distribution of the sub-pixel drawn last, in the large image."""
    replay = drawing.replay
    if not place:
        return {"nats_so_far": 0.0}
    return {
        "probabilities": replay.probabilities(place - 1)[enlarged].float().numpy(),
        "level": int(replay.levels[place - 1, enlarged]),
        "u": float(replay.noise[place - 1, enlarged]),
        "given": bool(replay.forced[place - 1, enlarged] >= 0)
        and not (drawing.kept is not None and bool(drawing.kept[place - 1, enlarged])),
        "temperature": float(replay.temperatures[place - 1]),
        "entropy_nats": float(replay.entropy[place - 1, enlarged]),
        "nats_so_far": float(replay.nats[:place, enlarged].double().sum()),
    }


def _overlaid(
    context: ViewContext,
    state: PixelsState,
    drawing: Drawing,
    place: int,
    large: np.ndarray,
    visible: np.ndarray,
    field: np.ndarray | None,
) -> tuple[np.ndarray, dict[str, Any]]:
    """The large image under its overlay, and the overlay's numbers."""
    enlarged, replay = state.enlarged % state.n, drawing.replay
    if state.overlay == "entropy":
        entropy = entropy_map(context, drawing, place, enlarged)
        top = context.spec.channels * math.log(context.spec.levels or 256)
        return _warm(large, entropy, top), {"entropy": entropy, "entropy_top": top}
    if state.overlay == "mask" and place:
        allowed = allowed_map(context, drawing, place)
        return _tinted(large, allowed, replay.units[place - 1]), {"allowed": allowed}
    if field is not None:
        return _lit(large, visible, field, replay.units[place - 1]), {"field": field}
    return large, {}


def resumable_field(state: PixelsState, drawing: Drawing, place: int) -> Pausing[np.ndarray]:
    """The receptive field of the sub-pixel drawn last, in the large image: float32 H×W."""
    enlarged, replay = state.enlarged % state.n, drawing.replay
    condition = replay.condition.rows(slice(enlarged, enlarged + 1))
    image = replay.images(place)[enlarged]
    found = yield from resumable_receptive_field(replay.model, image, replay.units[place - 1], condition)
    made: np.ndarray = found.numpy()
    return made


def entropy_map(context: ViewContext, drawing: Drawing, place: int, image: int) -> np.ndarray:
    """float32 H×W, nats: the entropies of each pixel's channels together, NaN where nothing is drawn."""
    import numpy as np

    made = np.full((context.spec.height, context.spec.width), np.nan, np.float32)
    drawn = tuple(drawing.replay.pixels[:place].T)
    made[drawn] = 0
    np.add.at(made, drawn, drawing.replay.entropy[:place, image].float().numpy())
    return made


def allowed_map(context: ViewContext, drawing: Drawing, place: int) -> np.ndarray:
    """bool H×W: the pixels that the sub-pixel drawn last may follow, by the order alone; its own among them when a
    channel of it was drawn before."""
    import numpy as np

    made = np.zeros((context.spec.height, context.spec.width), bool)
    made[tuple(drawing.replay.pixels[: place - 1].T)] = True
    return made


def _warm(large: np.ndarray, entropy: np.ndarray, top: float) -> np.ndarray:
    """Heat where something is drawn, unmixed: so its colours are those of the scale."""
    import numpy as np

    return np.where(np.isnan(entropy)[..., None], large, heat(entropy, top))


def _tinted(large: np.ndarray, allowed: np.ndarray, unit: tuple[int, int, int]) -> np.ndarray:
    import numpy as np

    made = np.where(allowed[..., None], 0.55 * large + 0.45 * np.array(ALLOWED), large)
    made[unit[0], unit[1]] = CURRENT
    return np.rint(made).astype(np.uint8)


def _lit(large: np.ndarray, visible: np.ndarray, field: np.ndarray, unit: tuple[int, int, int]) -> np.ndarray:
    """The field as heat over the darkened image. Fields fall off fast, so the root is shown, and even the weakest place
    of it is told from where nothing acts."""
    import numpy as np

    glow = heat(np.where(field > 0, 0.15 + 0.85 * np.sqrt(field), 0.0), 1.0)
    inside = 0.85 * (field > 0)[..., None]
    made = (1 - inside) * np.where(visible, 0.4, 1.0)[..., None] * large + inside * glow
    made[unit[0], unit[1]] = CURRENT
    return np.rint(made).astype(np.uint8)


def _caption(context: ViewContext, state: PixelsState, drawing: Drawing, place: int) -> Message:
    fields = {
        "what": _what(state, drawing),
        "where": _where(context, drawing, place),
        "temperature": f"{state.temperature_at(max(0, place - 1)):g}",
        "seed": state.seed,
        "step": f"{context.snapshot.step:,}",
    }
    return N_("{what}, {where}, temperature {temperature}, seed {seed}, from step {step}", **fields)


def _what(state: PixelsState, drawing: Drawing) -> Message:
    if drawing.given is not None:
        return N_n("1 completion of {what}", "{n} completions of {what}", n=state.n, what=drawing.given.what)
    if state.source == "data":
        return N_("{n} images from nothing, since no data set is open", n=state.n)
    if state.source == "own":
        return N_("{n} images from nothing, until you choose one of your own", n=state.n)
    return N_n("1 image", "{n} images", n=state.n)


def _where(context: ViewContext, drawing: Drawing, place: int) -> Message:
    pixels = context.spec.height * context.spec.width
    if not place:
        return N_("nothing drawn yet")
    if place == drawing.end:
        return N_("all {total} pixels drawn", total=f"{pixels:,}")
    y, x, channel = drawing.replay.units[place - 1]
    fields = {
        "k": f"{-(-place // context.spec.channels):,}",
        "total": f"{pixels:,}",
        "row": y + 1,
        "column": x + 1,
        "channel": channel_name(context.spec.channels, channel),
    }
    if context.spec.channels == 1:
        return N_("pixel {k} of {total} (row {row}, column {column})", **fields)
    return N_("pixel {k} of {total} (row {row}, column {column}, {channel})", **fields)


def channel_name(channels: int, channel: int) -> Message:
    """red, green and blue, or a number."""
    if channels == 3:
        return (N_("red"), N_("green"), N_("blue"))[channel]
    return N_("channel {k}", k=channel + 1)


def _tensor(array: np.ndarray) -> Any:
    import torch

    return torch.from_numpy(array)
