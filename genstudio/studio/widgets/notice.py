"""An error message in a row of its own, which stays until the user acts.

Apart from everything that a rendering writes, so that no picture, timer or newer weights can take it away.
"""

from __future__ import annotations

from PySide6.QtCore import Qt, Slot
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QSizePolicy, QWidget

from genstudio.core.messages import Message, _, translate
from genstudio.studio.theme import font
from genstudio.studio.widgets.controls import IconButton


class ErrorNotice(QFrame):
    """Hidden while there is nothing to say. The button, or Escape in one of :meth:`heed`'s widgets, clears it."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("notice")
        self.setProperty("level", "bad")
        self.text_label = QLabel(self)
        self.text_label.setTextFormat(Qt.TextFormat.PlainText)
        self.text_label.setFont(font(12))
        self.text_label.setWordWrap(True)
        self.text_label.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)
        self.text_label.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self.text_label.setAccessibleName(_("What went wrong"))
        self.close_button = IconButton("close", _("Close (Escape)"), self)
        self.close_button.clicked.connect(self.clear)
        self._escapes: list[QShortcut] = []
        line = QHBoxLayout(self)
        line.setContentsMargins(10, 4, 6, 4)
        line.addWidget(self.text_label, 1)
        line.addWidget(self.close_button, 0, Qt.AlignmentFlag.AlignTop)
        self.hide()

    def text(self) -> str:
        """The shown text."""
        return self.text_label.text()

    def show_text(self, message: Message | str) -> None:
        """Show ``message`` until :meth:`clear`, or until another message."""
        text = translate(message)
        self.text_label.setText(text)
        self.text_label.setAccessibleDescription(text)
        self.setVisible(bool(text))
        for escape in self._escapes:
            escape.setEnabled(bool(text))

    @Slot()
    def clear(self) -> None:
        """The person has acted: nothing more to say."""
        self.show_text("")

    def heed(self, *widgets: QWidget) -> None:
        """Let Escape in ``widgets`` clear the notice. The key is theirs again when no notice is shown."""
        for widget in widgets:
            escape = QShortcut(QKeySequence(Qt.Key.Key_Escape), widget)
            escape.setContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
            escape.setEnabled(not self.isHidden())
            escape.activated.connect(self.clear)
            escape.activatedAmbiguously.connect(self.clear)  # another notice around this one: one after the other
            self._escapes.append(escape)
