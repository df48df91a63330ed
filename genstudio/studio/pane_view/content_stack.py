"""Stack in the middle of a pane: its pictures, curves where a content has nothing else, or a page of text."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QStackedWidget, QTextBrowser, QWidget

from genstudio.studio.plots.series_plot import SeriesPlot

if TYPE_CHECKING:
    from genstudio.viewing.content import Content


class ContentStack(QStackedWidget):
    """``pictures`` in front at first. ``page``: the text. ``plot``: the curves, made when there are any; ``save_requested``
    with png, svg or csv when they are to be saved."""

    save_requested = Signal(str)

    def __init__(self, title: str, pictures: QWidget, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._title = title
        self.pictures = self._front = pictures
        self.page = QTextBrowser(self)
        self.page.setObjectName("help")
        self.page.setFrameShape(QTextBrowser.Shape.NoFrame)
        self.page.setOpenExternalLinks(True)
        self.plot: SeriesPlot | None = None
        self.addWidget(self.pictures)
        self.addWidget(self.page)

    @property
    def showing_page(self) -> bool:
        return self.currentWidget() is self.page

    def show_page(self, html: str) -> None:
        """Show a page of text instead."""
        self.page.setHtml(html)
        self.setCurrentWidget(self.page)

    def show_front(self) -> None:
        """Show pictures or curves again, not text."""
        self.setCurrentWidget(self._front)

    def show_pictures(self) -> None:
        """Show pictures, behind the text where one is shown."""
        self._show(self.pictures)

    def show_curves(self, content: Content) -> None:
        """Show the curves of ``content``, behind the text where one is shown."""
        if self.plot is None:
            self.plot = SeriesPlot(self)
            self.plot.setAccessibleName(self._title)
            self.plot.save_requested.connect(self.save_requested)
            self.addWidget(self.plot)
        self.plot.show_content(content)
        self._show(self.plot)

    def _show(self, shown: QWidget) -> None:
        self._front = shown
        if not self.showing_page:
            self.setCurrentWidget(shown)
