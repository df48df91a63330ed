"""Tab order in reading order: from card to card, and in each from line to line. Computed at each press, since forms,
legends and panes come and go."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QPoint, Qt
from PySide6.QtWidgets import QApplication, QWidget

LINE = 12  # pixels by which the middles of two widgets of one line may differ


def in_reading_order(places: Sequence[QWidget]) -> list[QWidget]:
    """Widgets in tab order, place by place, each from top to bottom and from left to right."""
    found: list[QWidget] = []
    for place in places:
        inside = [w for w in [place, *place.findChildren(QWidget)] if _is_reached(w) and w.window() is place.window()]
        middles = {w: w.mapTo(place, w.rect().center()) if w is not place else QPoint() for w in inside}
        line, last = 0, None
        rows: dict[QWidget, int] = {}
        for widget in sorted(inside, key=lambda w: middles[w].y()):
            if last is not None and middles[widget].y() - last > LINE:
                line += 1
            rows[widget], last = line, middles[widget].y()
        found += [w for w in sorted(inside, key=lambda w: (rows[w], middles[w].x())) if w not in found]
    return found


def move_focus(places: Sequence[QWidget], forward: bool) -> bool:
    """Give the focus to the widget after (or before) the one that has it. Whether there was one to give it to."""
    order = in_reading_order(places)
    if not order:
        return False
    now = QApplication.focusWidget()
    step = 1 if forward else -1
    before = order.index(now) if now in order else (-1 if forward else 0)
    reason = Qt.FocusReason.TabFocusReason if forward else Qt.FocusReason.BacktabFocusReason
    order[(before + step) % len(order)].setFocus(reason)
    return True


def _is_reached(widget: QWidget) -> bool:
    tab = widget.focusPolicy() & Qt.FocusPolicy.TabFocus
    return bool(tab) and widget.isVisible() and widget.isEnabled() and widget.focusProxy() is None
