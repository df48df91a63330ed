"""The sliders pane: one picture, and how far it is from its start along smile, head pose, components and coordinates."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from genstudio.core.capabilities import Decodes, Encodes, has
from genstudio.core.messages import N_, Message
from genstudio.panes.groups import LATENT
from genstudio.panes.sliders.sliders import SliderDirections, SliderSet, found_so_far, make_set, row_title
from genstudio.panes.sliders.start import StartCode, start_code
from genstudio.panes.sliders.state import FARTHEST, SlidersState
from genstudio.viewing.conditioning import chosen_condition, classes_of
from genstudio.viewing.content import Content, Picture
from genstudio.viewing.context import ViewContext
from genstudio.viewing.decode import decoded, sheet, to_pixels
from genstudio.viewing.pane import pane
from genstudio.viewing.progressive import cell_stages

if TYPE_CHECKING:
    import numpy as np

__all__ = ["FARTHEST", "SlidersState", "code_at", "figure_codes", "sliders"]

MOST_NAMED = 3  # moved sliders that the words name
REPORTED_EVERY = 0.05  # of the search

PAGE = N_(
    "<p>Each slider moves along one direction of latent space. The picture shows <i>decode</i>(z) of</p><p>z = μ "
    "+ ψ·(z<sub>0</sub> - μ) + Σ t<sub>i</sub>·σ<sub>i</sub>·v<sub>i</sub></p><p>with the start z<sub>0</sub> "
    "(an encoded image, or a draw from the prior), the codes' mean μ, and for each slider its position "
    "t<sub>i</sub>, its unit vector v<sub>i</sub>, and σ<sub>i</sub>, the standard deviation of ordinary codes "
    "along it: 1 σ is a usual step, 4 σ is far.</p><ul><li><b>Named directions</b> come from the images' "
    "attributes (pane <i>Directions</i>), the best score first. Point at a name to see its score on held-out "
    "images.</li><li><b>Principal components</b> are the directions in which codes vary most, or, for a model "
    "without encoder, its pictures (Härkönen et al. 2020). They have no names: move them to see their "
    "effect.</li><li><b>Coordinates</b> of z, by activity: how much the picture changes for one σ, as the root "
    "mean square over its values, by finite differences from four codes. The last ones often do "
    "nothing.</li></ul><p><b>Truncation</b> ψ moves the start towards the mean: more typical, less varied "
    "(Karras et al. 2019, there in the intermediate space).</p><p><b>The pad</b> moves two sliders at once. "
    "<b>The figure</b> shows the plane of these two: one grows to the right, one upwards, all others keep their "
    "slider's value: for example smile upwards and head pose across. A <b>row</b> varies the direction across "
    "alone.</p><p>Sliders: ↑ ↓ choose one, ← → move it by .1 σ, with Shift or by Page ↑ ↓ by .5, Home puts it to "
    "0, L locks it, R randomises the unlocked ones, Ctrl+Home resets them. In the pad, arrows move in the "
    "plane.</p>"
)


@pane(
    "sliders",
    title=N_("Sliders"),
    group=LATENT,
    needs=(Decodes,),
    state=SlidersState,
    help=N_("One picture, changed by sliders: named directions, principal components and coordinates."),
    page=PAGE,
)
def sliders(context: ViewContext, state: SlidersState) -> Iterator[Content | None]:
    """The picture with its z (``values["z"]``), after it the image that was encoded, where there is one, and what the
    model makes of the start. ``values["sliders"]``: the rows, ``values["directions"]`` and ``["basis"]``: what was found,
    as bytes, when it is all there; ``values["finding"]``: the share of the search that is done, as long as it goes on.
    """
    start = start_code(context, state)
    newest: Content | None = None
    there: tuple[bool, bool] | None = None
    reported = -1.0
    for found in found_so_far(context, state):
        if found.share is None:
            break
        if there != (there := (found.directions is not None, found.basis is not None)):
            for content in _contents(Scene(context, state, found, start)):
                newest = content or newest
                yield None
            assert newest is not None
            # Under a hand that moves this is all there is to see: what follows differs in words alone.
            yield replace(
                newest,
                caption=_finding(newest, found.share),
                values=newest.values | {"finding": 0.0},
                coarse=True,
                share=0.0,
            )
            reported = -1.0
        assert newest is not None
        if reported < 0 or found.share >= reported + REPORTED_EVERY:
            reported = found.share
            fields = replace(
                newest, caption=_finding(newest, reported), values=newest.values | {"finding": reported}, share=reported
            )
        yield fields
    yield from _contents(Scene(context, state, found, start))


def _finding(newest: Content, share: float) -> Message:
    return N_("{caption} · finding directions, {share} %", caption=newest.caption, share=f"{100 * share:.0f}")


@dataclass(frozen=True, eq=False)
class Scene:
    """All that a content is made of."""

    context: ViewContext
    state: SlidersState
    found: SliderDirections
    start: StartCode

    @property
    def set(self) -> SliderSet:
        """The sliders, cached until other directions or another basis are found."""
        directions, basis = self.found.directions, self.found.basis
        key, dim = (directions, basis), len(self.start.z)
        return self.context.latest("sliders: set", key, lambda: make_set(dim, directions, basis))


def scene_of(context: ViewContext, state: SlidersState) -> Scene:
    """Everything found that ``state`` asks for: for films. Takes as long as that takes."""
    found = [*found_so_far(context, state)][-1]
    return Scene(context, state, found, start_code(context, state))


def code_at(scene: Scene, values: dict[str, float] | None = None) -> np.ndarray:
    """The code of the state with some sliders elsewhere, float32 D. Sliders that there are not (by now) do nothing."""
    import numpy as np

    state, known = scene.state, scene.set
    origin = np.zeros(known.dim) if known.origin is None else known.origin
    z = origin + state.truncation * (scene.start.z - origin)
    for name, value in (dict(state.values) | (values or {})).items():
        if value and name in known:
            z = z + min(max(value, -FARTHEST), FARTHEST) * known.step(name)
    made: np.ndarray = z.astype(np.float32)
    return made


def figure_codes(scene: Scene, across: np.ndarray, up: np.ndarray | None) -> np.ndarray:
    """The codes with the direction across at places m and the one up at places n, the highest in the first row: float32
    n×m×D, or 1×m×D without ``up``."""
    import numpy as np

    names = scene.set.pair(scene.state)
    rows = [{}] if up is None else [{names[1]: float(v)} for v in up[::-1]]
    return np.stack([np.stack([code_at(scene, {names[0]: float(u)} | row) for u in across]) for row in rows])


def places(state: SlidersState) -> np.ndarray:
    """Values of the figure's cells, in standard deviations."""
    import numpy as np

    return np.linspace(-state.reach, state.reach, state.side)


def _contents(scene: Scene) -> Iterator[Content | None]:
    if scene.state.show == "picture":
        yield _picture(scene)
        return
    import numpy as np

    at = places(scene.state)
    up = at if scene.state.show == "figure" else None
    z = figure_codes(scene, at, up)
    rows, columns = z.shape[:2]
    u = np.broadcast_to(at, (rows, columns)).copy()
    v = np.zeros((1, columns)) if up is None else np.broadcast_to(at[::-1, None], (rows, columns)).copy()
    for stage in cell_stages(scene.context, z, scene.state):
        if stage is None:
            yield None
            continue
        caption = _text_of_figure(scene)
        if not stage.is_complete:
            caption = N_(
                "{caption} · {done} of {cells} pictures so far", caption=caption, done=stage.done, cells=rows * columns
            )
        source = stage.source
        values = {name: x.reshape(rows * columns, -1)[source].reshape(x.shape) for name, x in
                  (("z", z), ("across", u), ("up", v))}  # fmt: skip
        picture = Picture(sheet(stage.pixels, rows, columns), caption, scene.context.spec.cell, values)
        share = stage.done / len(source)
        yield Content(caption, (picture, *_originals(scene)), values=_values(scene), coarse=stage.coarse, share=share)


def _picture(scene: Scene) -> Content:
    import torch

    context = scene.context
    z = code_at(scene)
    image = decoded(context, torch.from_numpy(z[None]), chosen_condition(context, scene.state, 1))
    caption = _caption(scene)
    picture = Picture(to_pixels(image)[0], caption, context.spec.cell, {"z": z[None, None]})
    return Content(caption, (picture, *_originals(scene)), values=_values(scene))


def _originals(scene: Scene) -> tuple[Picture, ...]:
    start = scene.start
    made = () if start.image is None else (Picture(start.image, N_("Original")),)
    label = N_("Start") if start.image is None else N_("Decoded")
    return (*made, Picture(start.decoded, label))


def _values(scene: Scene) -> dict[str, Any]:
    context, found = scene.context, scene.found
    notes = [] if scene.start.note is None else [scene.start.note]
    fields: dict[str, Any] = {
        "sliders": scene.set.rows,
        "pair": scene.set.pair(scene.state),
        "notes": tuple(dict.fromkeys((*notes, *found.notes))),
        "encodes": has(context.model, Encodes),
        "has_images": context.data is not None,
    }
    if found.directions is not None:
        fields["found_at"] = found.directions.space.step
    if found.basis is not None:
        fields["basis_at"] = found.basis.space.step
    if classes_of(context):
        fields["class_names"] = context.spec.class_names
    if found.share is None:
        if found.directions is not None:
            fields["directions"] = context.latest("sliders: directions", found.directions, found.directions.to_bytes)
        # Without the images to encode it is not yet what it will be.
        if found.basis is not None and (context.data is not None or not has(context.model, Encodes)):
            fields["basis"] = context.latest("sliders: basis", found.basis, found.basis.to_bytes)
    return fields


def _caption(scene: Scene) -> Message:
    state = scene.state
    moved = [(name, value) for name, value in state.values if name in scene.set]
    moved.sort(key=lambda one: -abs(one[1]))
    fields = [f"{row_title(name)} {value:+.2f} σ".replace("-", "\N{MINUS SIGN}") for name, value in moved[:MOST_NAMED]]
    caption: Message | str = ", ".join(fields) or N_("all sliders at 0")
    if len(moved) > MOST_NAMED:
        caption = N_("{caption} and {n} more", caption=caption, n=len(moved) - MOST_NAMED)
    return _from_step(scene, N_("{what}: {caption}", what=_what(scene), caption=caption))


def _text_of_figure(scene: Scene) -> Message:
    across, up = scene.set.pair(scene.state)
    fields: dict[str, Any] = {
        "across": row_title(across) or "-",
        "up": row_title(up) or "-",
        "reach": f"{scene.state.reach:g}",
    }
    fields |= {"n": scene.state.side, "what": _what(scene)}
    if scene.state.show == "row":
        return _from_step(scene, N_("{what}: {across} across, ±{reach} σ in {n} steps", **fields))
    return _from_step(scene, N_("{what}: {across} across, {up} up, ±{reach} σ, {n}×{n}", **fields))


def _what(scene: Scene) -> Message:
    what, state = scene.start.what, scene.state
    if (condition := chosen_condition(scene.context, state, 1)) is not None:
        what = N_("{what} as {name}", what=what, name=condition.describe(scene.context.spec))
    return N_("{what}, ψ {psi}", what=what, psi=f"{state.truncation:.2f}") if state.truncation < 1 else what


def _from_step(scene: Scene, caption: Message) -> Message:
    step, found = scene.context.snapshot.step, scene.found.directions or scene.found.basis
    fields = {"caption": caption, "step": f"{step:,}"}
    if found is not None and found.space.step != step:
        return N_("{caption}, from step {step}, directions of step {then}", **fields, then=f"{found.space.step:,}")
    return N_("{caption}, from step {step}", **fields)
