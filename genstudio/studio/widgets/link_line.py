"""Words and a link in one row: what is going on, and the one thing to do about it."""

from __future__ import annotations

from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QWidget

from genstudio.studio.widgets.controls import link


class LinkLine(QFrame):
    """Hidden until :meth:`show_text`. ``words``: the label, made by the caller; ``link``: a button styled as a word."""

    def __init__(
        self, words: QLabel, link_text: str, tip: str = "", parent: QWidget | None = None, *, spacing: int = 6
    ) -> None:
        super().__init__(parent)
        self.words = words
        self.link = link(link_text, tip, self)
        self.row = QHBoxLayout(self)
        self.row.setContentsMargins(0, 0, 0, 0)
        self.row.setSpacing(spacing)
        self.row.addWidget(words, 1 if words.wordWrap() else 0)
        self.row.addWidget(self.link)
        self.hide()

    def show_text(self, words: str) -> None:
        """Show ``words``; hide the line where they are empty."""
        if words:
            self.words.setText(words)
            self.setAccessibleName(words)
        self.setVisible(bool(words))

    def set_link(self, text: str, tip: str) -> None:
        """Let the link read ``text``, with ``tip`` as its tooltip and accessible name."""
        self.link.setText(text)
        self.link.setToolTip(tip)
        self.link.setAccessibleName(tip)
