"""Text of *Pixel by pixel* on its current pixel; ``panes/pixels/view.py`` explains the values."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from genstudio.core.messages import _
from genstudio.studio.panes.pixels.distribution_view import Distribution

if TYPE_CHECKING:
    from genstudio.viewing.content import Legend


def current_place(values: dict[str, Any]) -> tuple[int, int] | None:
    """(row, column) of the pixel drawn last."""
    place = values.get("position_yxc")
    return None if place is None else (int(place[0]), int(place[1]))


def distribution_of(values: dict[str, Any]) -> Distribution | None:
    """Distribution of the sub-pixel drawn last."""
    if values.get("position_yxc") is None or "probabilities" not in values:
        return None
    return Distribution(
        values["probabilities"],
        int(values["level"]),
        int(values["position_yxc"][2]),
        int(values["channels"]),
        bool(values["curve"]),
    )


def facts_of(values: dict[str, Any]) -> str:
    """ "row 15, column 20, green · level 3 of 15 · u 0.42"."""
    where = _where(values)
    if where is None:
        return _("Nothing is drawn yet: press Play.")
    told = _("level {level}", level=int(values["level"]))
    how = (
        _("given")
        if values.get("given")
        else "u " + f"{float(values['u']):.2f}".removeprefix("0")
        if "u" in values
        else ""
    )
    return " · ".join(part for part in (where, told, how) if part)


def odds_of(values: dict[str, Any]) -> str:
    """ "entropy 0.25 nats"."""
    if values.get("position_yxc") is None or "entropy_nats" not in values:
        return ""
    return _("entropy {h} nats", h=f"{float(values['entropy_nats']):.2f}")


def legend_of(values: dict[str, Any], overlay: str) -> Legend | None:
    """Legend of an overlay."""
    from genstudio.panes.pixels.view import ALLOWED, CURRENT
    from genstudio.viewing.content import Legend
    from genstudio.viewing.heat import scale

    if overlay == "entropy" and "entropy_top" in values:
        return Legend(_("entropy"), scale("0", _("{top} nats", top=f"{float(values['entropy_top']):.2f}")), True)
    if overlay == "field" and "field" in values:
        return Legend(_("gradient"), scale("0", _("the largest here")), True)
    if overlay == "mask" and "allowed" in values:
        return Legend(_("order"), ((_("may be used"), ALLOWED), (_("this pixel"), CURRENT)))
    return None


def spoken(values: dict[str, Any]) -> str:
    """The pixel drawn last, for the screen reader."""
    where = _where(values)
    if where is None:
        return _("Nothing is drawn yet. Space plays.")
    level = int(values["level"])
    return _(
        "{where}: level {level} of 0 to {last}, probability {p}, entropy {h} nats",
        where=where,
        level=level,
        last=int(values["levels"]) - 1,
        p=f"{float(values['probabilities'][level]):.2g}",
        h=f"{float(values['entropy_nats']):.2f}",
    )


def _where(values: dict[str, Any]) -> str | None:
    place = values.get("position_yxc")
    if place is None:
        return None
    where = _("row {row}, column {column}", row=int(place[0]) + 1, column=int(place[1]) + 1)
    if int(values["channels"]) == 3:
        channel = (_("red"), _("green"), _("blue"))[int(place[2])]
        return _("{where}, {channel}", where=where, channel=channel)
    return where
