"""Browser of images to choose from: filters, pages, and an image chosen for the active term."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Literal, cast

from PySide6.QtCore import QMimeData, QObject, Qt, Signal, Slot

from genstudio.core.messages import _
from genstudio.panes.arithmetic.content import MOST_TERMS
from genstudio.studio.panes.arithmetic.exemplars import Carried, exemplar_title, pack

if TYPE_CHECKING:
    from genstudio.latent.points import LatentPoint
    from genstudio.panes.arithmetic.content import ArithmeticState
    from genstudio.studio.panes.arithmetic.sample_browser import SampleBrowser
    from genstudio.studio.panes.arithmetic.shown_equation import ShownEquation

_PAGES = {int(Qt.Key.Key_PageUp): -1, int(Qt.Key.Key_PageDown): 1}
_DIGITS = {int(Qt.Key.Key_1) + k: k for k in range(MOST_TERMS)}


class BrowserController(QObject):
    """``chosen(frame)``: an exemplar for the active term. ``activated(k)``: a term by its digit."""

    proposed = Signal(object, str)
    chosen = Signal(object)
    activated = Signal(int)

    def __init__(self, equation: ShownEquation, browser: SampleBrowser) -> None:
        super().__init__(browser)
        self._equation, self._browser = equation, browser
        grid = browser.grid
        grid.keys = frozenset((*_PAGES, *_DIGITS))
        grid.pressed.connect(self.press)
        grid.picked.connect(self._picked)
        grid.mime = self._drag
        grid.describe = self._title
        browser.turned.connect(self._filter)
        browser.paged.connect(self._page)

    @Slot(int)
    def press(self, key: int) -> bool:
        """Handle a key for paging and for the active term; returns True where it was used."""
        if key in _PAGES:
            self._page(_PAGES[key])
        elif _DIGITS.get(key, MOST_TERMS) < len(self._equation.terms):
            self.activated.emit(_DIGITS[key])
        else:
            return False
        return True

    def resolved(self, state: ArithmeticState) -> ArithmeticState:
        """``state`` with as many images on a page as fit, where the user chose none."""
        if state.shown or self._equation.cell is None:
            return state
        return replace(state, shown=min(200, max(3, self._browser.room(*self._equation.cell))))

    def _frame(self, row: int, column: int) -> LatentPoint | None:
        picture, frames = self._browser.grid.picture, self._equation.candidates
        number = row * picture.columns + column if picture is not None else -1
        return frames[number] if 0 <= number < len(frames) else None

    def _title(self, row: int, column: int) -> str:
        frame = self._frame(row, column)
        return "" if frame is None else exemplar_title(frame)

    def _drag(self, row: int, column: int) -> QMimeData | None:
        frame = self._frame(row, column)
        return None if frame is None else pack(Carried(frame))

    @Slot(int, int)
    def _picked(self, row: int, column: int) -> None:
        frame = self._frame(row, column)
        if frame is not None:
            self.chosen.emit(frame)

    @Slot(int)
    def _page(self, on: int) -> None:
        state, pages = self._equation.state, self._equation.pages
        self.proposed.emit(replace(state, page=(state.page % pages + on) % pages), _("page of the browser"))

    @Slot(str, str)
    def _filter(self, attribute: str, side: str) -> None:
        state = self._equation.state
        attribute_filter = dict(state.attribute_filter)
        attribute_filter.pop(attribute, None)
        if side:
            attribute_filter[attribute] = cast(Literal["high", "low"], side)
        self.proposed.emit(replace(state, attribute_filter=tuple(attribute_filter.items()), page=0), _("filter"))
