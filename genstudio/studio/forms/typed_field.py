"""Line edit whose text takes effect when it is complete, and the reason under it when it is refused."""

from __future__ import annotations

from PySide6.QtCore import QEvent, Qt, Signal, Slot
from PySide6.QtGui import QFocusEvent, QHelpEvent, QKeyEvent, QKeySequence
from PySide6.QtWidgets import QLabel, QLineEdit, QToolTip, QWidget

from genstudio.core.messages import _
from genstudio.studio.theme import font
from genstudio.studio.widgets.controls import restyle

# Another window or a menu takes the focus for a moment: the person comes back to go on typing.
_AWAY = (
    Qt.FocusReason.ActiveWindowFocusReason,
    Qt.FocusReason.PopupFocusReason,
    Qt.FocusReason.MenuBarFocusReason,
)
_ENTER = (Qt.Key.Key_Return, Qt.Key.Key_Enter)


class TypedField(QLineEdit):
    """Line edit that asks its owner to take a complete text.

    Enter, Tab and leaving the field complete it: ``completed(text)`` is emitted where the text differs from the one in
    force, and the owner answers by :meth:`show_text` or :meth:`refuse`. Escape brings back the text in force. Text that is
    not taken yet is *pending* and marked (property ``pending``), refused text likewise (``wrong``).
    """

    completed = Signal(str)
    marked = Signal()  # pending or refused, or no longer

    def __init__(self, name: str = "", parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._in_force = ""
        self._refused = ""  # the text that was refused
        self._reason = ""
        self._completing = False
        self._was_marked = (False, "")
        self._description = ""
        self.visit = 0  # counts the times that the focus came here
        self.setAccessibleName(name)
        self.textChanged.connect(self._mark)

    @property
    def is_pending(self) -> bool:
        """True if the text is neither taken nor refused yet."""
        return self.text() != self._in_force and not self.reason

    @property
    def reason(self) -> str:
        """Reason why the present text was refused; empty where it was not."""
        return self._reason if self._reason and self.text() == self._refused else ""

    @property
    def text_in_force(self) -> str:
        """The text that was taken last."""
        return self._in_force

    def show_text(self, text: str, *, keep_typing: bool = False) -> None:
        """Put ``text`` in force and show it. ``keep_typing``: pending text stays, and so does what was refused unless
        the text in force is another one now."""
        stays = keep_typing and (self.is_pending or (bool(self.reason) and text == self._in_force))
        self._in_force = text
        if stays:
            self._mark()  # it may be what is in force now
            return
        self._reason = self._refused = ""
        if text != self.text() or self.isUndoAvailable():
            self.setText(text)  # forgets the single letters: undo is the window's again
        self._mark()

    def refuse(self, reason: str, text: str | None = None) -> None:
        """Leave the text (or put ``text``) here as refused, for ``reason``, a sentence. The text in force stays in force."""
        if text is not None:
            self.setText(text)
        self._reason, self._refused = reason, self.text()
        self._mark()

    def revert(self) -> None:
        """Bring back the text in force."""
        self.show_text(self._in_force)
        self.selectAll()

    def complete(self, *, again: bool = False) -> bool:
        """Have the typed text taken or refused now. ``False`` if it is refused; ``again`` includes refused text."""
        if not self._completing and (self.is_pending or (again and self.reason)):
            self._completing = True
            try:
                self.completed.emit(self.text())
            finally:
                self._completing = False
        return not self.reason

    # -- keys and focus ------------------------------------------------------------------------------------------

    def keyPressEvent(self, event: QKeyEvent) -> None:
        unsettled = self.is_pending or bool(self.reason)
        if unsettled and event.key() in _ENTER:
            self.complete(again=True)
        elif unsettled and event.key() == Qt.Key.Key_Escape:
            self.revert()
        else:
            super().keyPressEvent(event)
            return
        event.accept()

    def event(self, event: QEvent) -> bool:
        if event.type() == QEvent.Type.ShortcutOverride and isinstance(event, QKeyEvent):
            unsettled = self.is_pending or bool(self.reason)
            if unsettled and event.key() == Qt.Key.Key_Escape:
                event.accept()
                return True
            undoes = event.matches(QKeySequence.StandardKey.Undo) or event.matches(QKeySequence.StandardKey.Redo)
            if undoes and not unsettled:
                event.ignore()  # no letters to take back: the shortcut is the window's
                return False
        if isinstance(event, QHelpEvent) and self.hint():
            QToolTip.showText(event.globalPos(), self.hint(), self)
            return True
        return super().event(event)

    def focusInEvent(self, event: QFocusEvent) -> None:
        if event.reason() not in _AWAY:
            self.visit += 1
        super().focusInEvent(event)

    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        if event.reason() not in _AWAY:
            self.complete()

    # -- marks ---------------------------------------------------------------------------------------------------

    def hint(self) -> str:
        """Hint on pending text: Enter takes it, Escape brings back the value; empty where there is none."""
        if not self.is_pending and not self.reason:
            return ""
        value = self._in_force or _("nothing")
        if self.reason:
            return f"{self.reason} " + _("Escape restores {value}.", value=value)
        return _("Enter applies it, Escape restores {value}.", value=value)

    @Slot()
    def _mark(self) -> None:
        state = (self.is_pending, self.reason)
        if state == self._was_marked:
            return
        if self._was_marked == (False, ""):
            self._description = self.accessibleDescription()
        self._was_marked = state
        self.setAccessibleDescription(self.hint() or self._description)
        self.setProperty("pending", self.is_pending)
        self.setProperty("wrong", bool(self.reason))
        restyle(self)
        self.marked.emit()


class Refusal(QLabel):
    """Reason of a refusal under its field; hidden while there is none."""

    def __init__(self, field: TypedField | None = None, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("error")
        self.setFont(font(12))
        self.setWordWrap(True)
        self.setTextFormat(Qt.TextFormat.PlainText)
        self.hide()
        self._field = field
        if field is not None:
            field.marked.connect(self._follow)

    def show_text(self, text: str) -> None:
        """Show ``text``; hide the label where it is empty."""
        self.setText(text)
        self.setVisible(bool(text))

    @Slot()
    def _follow(self) -> None:
        if self._field is not None:
            self.show_text(self._field.reason)
