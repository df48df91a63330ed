"""Frame of a pane on screen: pictures or a page of text, legend, errors, the line of text below, progress, the inspector."""

from __future__ import annotations

from PySide6.QtCore import Qt, Slot
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QVBoxLayout, QWidget

from genstudio.core.messages import Message, _
from genstudio.studio.pane_view.computing_line import computing_text
from genstudio.studio.pane_view.content_stack import ContentStack
from genstudio.studio.pane_view.inspector import Inspector
from genstudio.studio.pane_view.pane_line import PaneLine
from genstudio.studio.pane_view.points_legend import PointsLegend
from genstudio.studio.widgets.image_grid import ImageGrid
from genstudio.studio.widgets.notice import ErrorNotice


class PaneFrame(QWidget):
    """Base of pane views: lays the parts out and shows messages, pages and progress. ``grid`` shows the sheet of pictures;
    ``reports_progress``: the pane itself shows how far it has come."""

    grid: ImageGrid
    reports_progress = False

    def lay_out(self, title: str, pictures: QWidget, inspector: Inspector) -> None:
        """Lay out ``pictures`` with what is around them. Called once, by the constructor of the subclass."""
        self.stack = ContentStack(title, pictures, self)
        self.page = self.stack.page
        self.legend = PointsLegend(self)
        self.legend.setVisible(False)
        self.inspector = inspector
        self.trouble = ErrorNotice(self)
        self.trouble.heed(self, self.inspector)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(6)
        column.addWidget(self.stack, 1)
        column.addWidget(self.legend)
        column.addWidget(self.trouble)
        self.line = PaneLine(self)
        self.caption, self.time, self.computing = self.line.caption, self.line.time, self.line.computing
        self.help_button, self.beside_button, self.window_button = self.line.buttons
        column.addWidget(self.line)

    def show_message(self, text: Message | str) -> None:
        """Show a message in place of the pictures."""
        raise NotImplementedError

    def help_page(self) -> str:
        """Help of the pane as HTML."""
        raise NotImplementedError

    @property
    def is_empty(self) -> bool:
        """True before the first content."""
        raise NotImplementedError

    # -- errors and progress -------------------------------------------------------------------------------------

    @Slot(object)
    def complain(self, text: Message | str) -> None:
        """Report what could not be done. The report stays until the user acts here; all else stays as it is."""
        self.trouble.show_text(text)

    def show_computing(self, share: float | None) -> None:
        """Show that a content is being computed and which ``share`` (0 to 1) is done, if known. The one before stays."""
        if self.is_empty:
            self._show_text_instead(computing_text(share))
        if self.reports_progress and not self.is_empty:
            self.computing.hide()
        else:
            self.computing.show_share(share)

    def show_stopped(self) -> None:
        """Show that the user stopped what was being computed."""
        if self.is_empty:
            self._show_text_instead(_("Stopped. Press Compute to compute it."))
        self.computing.show_stopped()

    def hide_computing(self) -> None:
        """Show that nothing is being computed."""
        self.computing.hide()

    def _show_text_instead(self, text: str) -> None:
        """Show text where the pictures will be."""
        if text != self.grid.accessibleDescription():
            self.show_message(text)

    # -- pages of text -------------------------------------------------------------------------------------------

    def show_page(self, html: str) -> None:
        """Show a page of text in place of the pictures: help, or why the pane is not available with this model."""
        self.stack.show_page(html)

    def refuse(self, html: str) -> None:
        """Show a page on why the open model can't serve this pane, and what to train instead."""
        self.show_message("")
        self.show_page(html)
        self.help_button.setEnabled(False)
        self.inspector.setEnabled(False)

    def accept(self) -> None:
        """Show pictures again instead of the reason why there were none."""
        if not self.inspector.isEnabled():
            self.help_button.setEnabled(True)
            self.inspector.setEnabled(True)
            self.show_pictures()

    @property
    def showing_help(self) -> bool:
        """True while a page of text is shown."""
        return self.stack.showing_page

    def show_pictures(self) -> None:
        """Show the pictures in place of a page."""
        self.stack.show_front()
        self.help_button.setChecked(False)

    @Slot()
    def toggle_help(self) -> None:
        """Show the help page with the mathematics, or the pictures again."""
        if self.showing_help:
            self.show_pictures()
        else:
            self.show_page(self.help_page())
            self.help_button.setChecked(True)
            self.page.setFocus()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_F1 or (event.key() == Qt.Key.Key_Escape and self.showing_help):
            self.toggle_help()
        else:
            super().keyPressEvent(event)
