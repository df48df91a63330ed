"""The drawing on screen: its pixels, how far it has come, text on its pixels; played as a timeline of sub-pixels."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from genstudio.core.messages import _
from genstudio.panes.pixels.state import OTHER_IMAGES, PixelsState
from genstudio.studio.pane_view.player import Timeline
from genstudio.viewing.charts.distribution import Distribution

if TYPE_CHECKING:
    import numpy as np

    from genstudio.viewing.content import Content, Legend

Pixel = tuple[int, int]  # (row, column)


class ShownDrawing(Timeline):
    """Positions are sub-pixels of one image: ``position`` is where the state's drawing goes, ``drawn`` how far it has come.

    A play never runs ahead of what is drawn by more than one frame's worth: a drawing that can't keep up is shown as fast as
    it goes, and a slow one a pixel a second. ``speed`` is in pixels a second; inf is as fast as it goes.
    """

    state: PixelsState
    end: int
    proposes_frames = True
    jumps = frozenset({"start", "end"})

    def __init__(self, state: PixelsState) -> None:
        self.state = state
        self.content: Content | None = None
        self._content_state: PixelsState | None = None
        self.speed = 30.0
        self.drawn, self.end, self.channels = 0, 0, 1
        self._target, self._requested = 0.0, 0

    # -- pixels --------------------------------------------------------------------------------------------------

    def show(self, content: Content | None, state: PixelsState | None = None) -> None:
        """Take the newest content of ``state``; ``None``: nothing is shown."""
        self.content, self._content_state = content, state
        if content is None:
            self.end = 0
            return
        values = content.values
        self.drawn = min(int(values["drawn"]), self.state.position)
        self.end, self.channels = int(values["end"]), int(values["channels"])

    @property
    def values(self) -> dict[str, Any]:
        """Values of the content; empty while there is none."""
        return self.content.values if self.content is not None else {}

    @property
    def size(self) -> tuple[int, int]:
        """Height and width of one image in pixels; (0, 0) while nothing is shown."""
        height, width = self.values["large"].shape[:2] if self.content is not None else (0, 0)
        return int(height), int(width)

    @property
    def levels(self) -> int:
        """Number of levels of a sub-pixel."""
        return int(self.values.get("levels", 0))

    @property
    def pixel(self) -> Pixel | None:
        """The pixel drawn last."""
        place = self.values.get("position_yxc")
        return None if place is None else (int(place[0]), int(place[1]))

    @property
    def next_pixel(self) -> Pixel:
        """The pixel at the state's position."""
        row, column = divmod(self.position // self.channels, max(1, self.size[1]))
        return row, column

    def levels_at(self, pixel: Pixel) -> tuple[int, ...]:
        """Levels of a pixel of the enlarged image, one per channel."""
        return tuple(map(int, self.values["large"][pixel]))

    def end_of(self, pixel: Pixel) -> int:
        """Position at which a pixel is drawn."""
        return (pixel[0] * self.size[1] + pixel[1] + 1) * self.channels

    def is_drawn(self, pixel: Pixel) -> bool:
        """True if a pixel is drawn already."""
        return self._contains(pixel) and self.end_of(pixel) <= self.drawn

    def is_reached(self, pixel: Pixel) -> bool:
        """True if the state's drawing goes as far as a pixel, drawn by now or not."""
        return self._contains(pixel) and self.end_of(pixel) <= self.state.position

    def same_image(self, state: PixelsState) -> bool:
        """True if ``state`` enlarges the image that the present state does."""
        return all(getattr(state, name) == getattr(self.state, name) for name in (*OTHER_IMAGES, "enlarged", "n"))

    def drawn_before(self, pixel: Pixel) -> np.ndarray | None:
        """Levels H×W×C on screen of the enlarged image before ``pixel``, 0 from there on; ``None`` while that is another
        image still."""
        if self.content is None or self._content_state is None or not self.same_image(self._content_state):
            return None
        levels: np.ndarray = self.values["large"].copy()
        levels.reshape(-1, levels.shape[-1])[pixel[0] * self.size[1] + pixel[1] :] = 0
        return levels

    def _contains(self, pixel: Pixel) -> bool:
        height, width = self.size
        return pixel[0] < height and pixel[1] < width

    # -- played --------------------------------------------------------------------------------------------------

    @property
    def position(self) -> int:
        return min(self.state.position, self.end)

    @property
    def reached(self) -> int:
        return self.drawn

    @property
    def at_end(self) -> bool:
        return self.drawn >= self.end

    def state_at(self, position: float) -> PixelsState:
        return replace(self.state, position=int(position))

    def rewound(self) -> PixelsState | None:
        if not self.at_end:
            return None
        self.drawn = 0
        return self.state.rewound()

    def begin(self) -> bool:
        """Draw the first pixel at once."""
        self._target, self._requested = self.position + 0.999 * self.channels, self.position
        return self.position < self.end

    def rebase(self) -> None:
        """Go on from what is drawn, at another speed, without having stood still."""
        self._target, self._requested = float(self.drawn), self.drawn

    def advance(self, seconds: float) -> int | None:
        if math.isinf(self.speed):
            return self._request(self.end)
        worth = self.speed * self.channels * seconds
        # Whole pixels: the channels of one pixel belong together.
        ceiling = (self.drawn // self.channels + math.ceil(max(worth / self.channels, 1))) * self.channels
        self._target = min(self._target + worth, float(self.end), ceiling + 0.999 * self.channels)
        return self._request(min(int(self._target) // self.channels * self.channels, self.end))

    def _request(self, position: int) -> int | None:
        if position <= self._requested:
            return None
        self._requested = position
        return position

    def target(self, button: str) -> int:
        """Position of a button; also of ``row back``, ``channel`` and ``channel back``."""
        here, pixel, row = self.position, self.channels, self.size[1] * self.channels
        pixels = {"back": here - pixel, "pixel": here + pixel, "row": here + row, "row back": here - row}
        if button in pixels:
            return pixels[button] // pixel * pixel
        return {"start": 0, "end": self.end, "channel": here + 1, "channel back": here - 1}[button]

    def step_text(self, button: str = "") -> str:
        text = {"": _("scrub"), "start": _("to the start"), "end": _("to the end")}
        return text.get(button) or _("step")

    # -- text ----------------------------------------------------------------------------------------------------

    def distribution(self) -> Distribution | None:
        """Distribution of the sub-pixel drawn last."""
        values = self.values
        if self.pixel is None or "probabilities" not in values:
            return None
        return Distribution(
            values["probabilities"],
            int(values["level"]),
            int(values["position_yxc"][2]),
            self.channels,
            bool(values["curve"]),
        )

    def facts(self) -> str:
        """ "row 15, column 20, green · level 3 of 15 · u 0.42"."""
        values, where = self.values, self._pixel_title()
        if where is None:
            return _("Nothing is drawn yet: press Play.")
        if values.get("given"):
            origin = _("given")
        else:
            origin = "u " + f"{float(values['u']):.2f}".removeprefix("0") if "u" in values else ""
        return " · ".join(part for part in (where, _("level {level}", level=int(values["level"])), origin) if part)

    def entropy(self) -> str:
        """ "entropy 0.25 nats"."""
        if self.pixel is None or "entropy_nats" not in self.values:
            return ""
        return _("entropy {h} nats", h=f"{float(self.values['entropy_nats']):.2f}")

    def description(self) -> str:
        """The pixel drawn last, for the screen reader."""
        values, where = self.values, self._pixel_title()
        if where is None:
            return _("Nothing is drawn yet. Space plays.")
        level = int(values["level"])
        return _(
            "{where}: level {level} of 0 to {last}, probability {p}, entropy {h} nats",
            where=where,
            level=level,
            last=self.levels - 1,
            p=f"{float(values['probabilities'][level]):.2g}",
            h=f"{float(values['entropy_nats']):.2f}",
        )

    def legend(self) -> Legend | None:
        """Legend of the overlay."""
        from genstudio.panes.pixels.view import ALLOWED, CURRENT
        from genstudio.viewing.content import Legend
        from genstudio.viewing.heat import scale

        values, overlay = self.values, self.state.overlay
        if overlay == "entropy" and "entropy_top" in values:
            return Legend(_("entropy"), scale("0", _("{top} nats", top=f"{float(values['entropy_top']):.2f}")), True)
        if overlay == "field" and "field" in values:
            return Legend(_("gradient"), scale("0", _("the largest here")), True)
        if overlay == "mask" and "allowed" in values:
            return Legend(_("order"), ((_("may be used"), ALLOWED), (_("this pixel"), CURRENT)))
        return None

    def _pixel_title(self) -> str | None:
        place = self.values.get("position_yxc")
        if place is None:
            return None
        where = _("row {row}, column {column}", row=int(place[0]) + 1, column=int(place[1]) + 1)
        if self.channels == 3:
            channel = (_("red"), _("green"), _("blue"))[int(place[2])]
            return _("{where}, {channel}", where=where, channel=channel)
        return where
