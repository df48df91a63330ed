"""Stack in the middle of a pane: its pictures, curves where a content has nothing else, or a page of text."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtWidgets import QStackedWidget, QTextBrowser, QWidget

from genstudio.studio.plots.series_plot import SeriesPlot

if TYPE_CHECKING:
    from genstudio.viewing.content import Content


class ContentStack(QStackedWidget):
    """``pictures`` in front at first. ``page``: the text. ``plot``: the curves, made when there are any."""

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
        """Text in place of all else."""
        self.page.setHtml(html)
        self.setCurrentWidget(self.page)

    def show_front(self) -> None:
        """No text any more."""
        self.setCurrentWidget(self._front)

    def stand_pictures(self) -> None:
        """Pictures, unless text is read: then they are behind it."""
        self._stand(self.pictures)

    def stand_curves(self, content: Content) -> None:
        """The curves of ``content``, unless text is read: then they are behind it."""
        if self.plot is None:
            self.plot = SeriesPlot(self)
            self.plot.setAccessibleName(self._title)
            self.addWidget(self.plot)
        self.plot.show_content(content)
        self._stand(self.plot)

    def _stand(self, shown: QWidget) -> None:
        self._front = shown
        if not self.showing_page:
            self.setCurrentWidget(shown)
