"""Small controls that behave the same everywhere: a wheel over them scrolls the page, not their value; a mouse click
leaves no focus ring on a button; icons follow the theme."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QSize, Qt, Slot
from PySide6.QtGui import QAction, QHelpEvent, QPaintEvent, QWheelEvent
from PySide6.QtWidgets import (
    QComboBox,
    QListView,
    QPushButton,
    QStyle,
    QStyleOptionComboBox,
    QStylePainter,
    QToolButton,
    QToolTip,
    QWidget,
)

from genstudio.studio.theme import icon, theme


class Combo(QComboBox):
    """A combo box whose list is styled, and which takes the wheel only while it has the focus."""

    def __init__(self, name: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        view = QListView(self)
        view.setUniformItemSizes(True)
        self.setView(view)
        self.view().window().setWindowFlags(
            Qt.WindowType.Popup | Qt.WindowType.FramelessWindowHint | Qt.WindowType.NoDropShadowWindowHint
        )
        self.setAccessibleName(name)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        self.setMinimumContentsLength(6)
        self.setMaxVisibleItems(16)

    def shown(self) -> str:
        """The choice as it is written, with dots where there is no room for all of it."""
        option = QStyleOptionComboBox()
        self.initStyleOption(option)
        part = self.style().subControlRect(
            QStyle.ComplexControl.CC_ComboBox, option, QStyle.SubControl.SC_ComboBoxEditField, self
        )
        return self.fontMetrics().elidedText(option.currentText, Qt.TextElideMode.ElideRight, part.width())

    def paintEvent(self, event: QPaintEvent) -> None:
        painter, option = QStylePainter(self), QStyleOptionComboBox()
        self.initStyleOption(option)
        painter.drawComplexControl(QStyle.ComplexControl.CC_ComboBox, option)
        option.currentText = self.shown()
        painter.drawControl(QStyle.ControlElement.CE_ComboBoxLabel, option)
        painter.end()

    def event(self, event: QEvent) -> bool:
        if isinstance(event, QHelpEvent) and self.shown() != self.currentText():
            text = "\n".join(filter(None, (self.currentText(), self.toolTip())))
            QToolTip.showText(event.globalPos(), text, self)
            return True
        return super().event(event)

    def wheelEvent(self, event: QWheelEvent) -> None:
        if self.hasFocus():
            super().wheelEvent(event)
        else:
            event.ignore()


class Button(QPushButton):
    """A push button with a tooltip that names its shortcut, and an icon in the theme's colour."""

    def __init__(
        self, text: str, tip: str = "", parent: QWidget | None = None, *, icon_name: str = "", primary: bool = False
    ) -> None:
        super().__init__(text, parent)
        self.setProperty("primary", primary)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setToolTip(tip)
        self.setAccessibleName(text)
        self.setIconSize(QSize(14, 14))
        self._icon_name = icon_name
        theme().changed.connect(self._draw)
        self._draw()

    def set_icon(self, name: str) -> None:
        if name != self._icon_name:
            self._icon_name = name
            self._draw()

    @Slot()
    def _draw(self) -> None:
        if self._icon_name:
            self.setIcon(icon(self._icon_name, 14, "accent_text" if self.property("primary") else "text"))


class IconButton(QToolButton):
    """A quiet button that is only an icon: its words are tooltip and accessible name."""

    def __init__(self, icon_name: str, text: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("quiet", True)
        self.setIconSize(QSize(16, 16))
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setToolTip(text)
        self.setAccessibleName(text)
        self.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        self._icon_name = icon_name
        theme().changed.connect(self._draw)
        self._draw()

    def set_icon(self, name: str) -> None:
        if name != self._icon_name:
            self._icon_name = name
            self._draw()

    @Slot()
    def _draw(self) -> None:
        self.setIcon(icon(self._icon_name, 16, "muted"))


def shortcut_text(action: QAction) -> str:
    """ "Ctrl+P" as this system writes it, for tooltips."""
    return action.shortcut().toString(action.shortcut().SequenceFormat.NativeText)


def link(text: str, tip: str = "", parent: QWidget | None = None) -> QPushButton:
    """A button that looks like a word in a sentence: "Undo"."""
    made = QPushButton(text, parent)
    made.setProperty("flat", True)
    made.setCursor(Qt.CursorShape.PointingHandCursor)
    made.setFocusPolicy(Qt.FocusPolicy.TabFocus)
    made.setToolTip(tip)
    made.setAccessibleName(tip or text)
    return made


def restyle(widget: QWidget) -> None:
    """Look the style sheet up again after a dynamic property has changed."""
    widget.style().unpolish(widget)
    widget.style().polish(widget)
