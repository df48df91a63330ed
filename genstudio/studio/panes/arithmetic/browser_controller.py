"""The browser in the hand: chips are turned, pages too, and an image is chosen for the term in hand."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal, cast

from PySide6.QtCore import QMimeData, QObject, Qt, Slot

from genstudio.core.messages import _
from genstudio.panes.arithmetic.content import MOST_TERMS, ArithmeticState
from genstudio.studio.panes.arithmetic.exemplar_drag import Carried, pack
from genstudio.studio.panes.arithmetic.term_cells import exemplar_words

if TYPE_CHECKING:
    from genstudio.latent.points import LatentPoint
    from genstudio.studio.panes.arithmetic.view import ArithmeticView

_PAGES = {int(Qt.Key.Key_PageUp): -1, int(Qt.Key.Key_PageDown): 1}
_DIGITS = {int(Qt.Key.Key_1) + k: k for k in range(MOST_TERMS)}


class BrowserController(QObject):
    def __init__(self, view: ArithmeticView) -> None:
        super().__init__(view)
        self._view, self._browser = view, view.browser
        grid = self._browser.grid
        grid.keys = frozenset((*_PAGES, *_DIGITS))
        grid.pressed.connect(self.take)
        grid.picked.connect(self._chosen)
        grid.mime = self._carried
        grid.describe = self._words
        self._browser.turned.connect(self._turn_chip)
        self._browser.paged.connect(self._page)
        self._browser.refit.connect(self._refit)

    @Slot(int)
    def take(self, key: int) -> bool:
        """Handle a key for paging and for the active term; returns whether it was used."""
        if key in _PAGES:
            self._page(_PAGES[key])
        elif _DIGITS.get(key, MOST_TERMS) < len(self._view.terms):
            self._view.hold(_DIGITS[key])
        else:
            return False
        return True

    def _frame(self, row: int, column: int) -> LatentPoint | None:
        picture, frames = self._browser.grid.picture, self._view.shown.candidates
        number = row * picture.columns + column if picture is not None else -1
        return frames[number] if 0 <= number < len(frames) else None

    def _words(self, row: int, column: int) -> str:
        frame = self._frame(row, column)
        return "" if frame is None else exemplar_words(frame)

    def _carried(self, row: int, column: int) -> QMimeData | None:
        frame = self._frame(row, column)
        return None if frame is None else pack(Carried(frame))

    @Slot(int, int)
    def _chosen(self, row: int, column: int) -> None:
        frame = self._frame(row, column)
        if frame is not None:
            self._view.put(self._view.held, Carried(frame))

    @Slot(int)
    def _page(self, on: int) -> None:
        pages = self._view.shown.pages
        self._view.propose(_("page of the browser"), page=(self._view.state.page % pages + on) % pages)

    @Slot(str, str)
    def _turn_chip(self, attribute: str, side: str) -> None:
        wanted = dict(self._view.state.wanted)
        wanted.pop(attribute, None)
        if side:
            wanted[attribute] = cast(Literal["high", "low"], side)
        self._view.propose(_("filter"), wanted=tuple(wanted.items()), page=0)

    @Slot()
    def _refit(self) -> None:
        """Another number of images, where there is another room for them."""
        made = self._view.rendered
        shown = made.state if made is not None and made.content is not None else None
        if isinstance(shown, ArithmeticState) and shown.shown != self._view.resolved(self._view.state).shown:
            self._view.resized.emit()
