"""Text and a link in one row: what is going on, and the one thing to do about it."""

from __future__ import annotations

from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QWidget

from genstudio.studio.widgets.controls import link


class LinkLine(QFrame):
    """Hidden until :meth:`show_text`. ``text``: the label, made by the caller; ``link``: a button styled as a word."""

    def __init__(
        self, text: QLabel, link_text: str, tip: str = "", parent: QWidget | None = None, *, spacing: int = 6
    ) -> None:
        super().__init__(parent)
        self.text_label = text
        self.link = link(link_text, tip, self)
        self.row = QHBoxLayout(self)
        self.row.setContentsMargins(0, 0, 0, 0)
        self.row.setSpacing(spacing)
        self.row.addWidget(text, 1 if text.wordWrap() else 0)
        self.row.addWidget(self.link)
        self.hide()

    def show_text(self, text: str) -> None:
        """Show ``text``; hide the line where it is empty."""
        if text:
            self.text_label.setText(text)
            self.setAccessibleName(text)
        self.setVisible(bool(text))

    def set_link(self, text: str, tip: str) -> None:
        """Let the link read ``text``, with ``tip`` as its tooltip and accessible name."""
        self.link.setText(text)
        self.link.setToolTip(tip)
        self.link.setAccessibleName(tip)
