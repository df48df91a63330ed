"""The rail: panes by group, those that the open model serves first, then the others, greyed."""

from __future__ import annotations

from PySide6.QtCore import QRectF, Qt, Signal, Slot
from PySide6.QtGui import QFont, QKeyEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QAbstractButton, QScrollArea, QSizePolicy, QVBoxLayout, QWidget

from genstudio.core.messages import Message, _, translate
from genstudio.studio.theme import colour, font, theme
from genstudio.studio.widgets.card import Caption
from genstudio.viewing.pane import Pane, groups_of


class PaneButton(QAbstractButton):
    """One pane's name. The chosen one is bold, on a quiet ground, with the accent at its left edge."""

    def __init__(self, name: str, text: str, tip: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.name = name
        self.served = True
        self.beside = False  # shown too, but not the one that the inspector belongs to
        self.setText(text)
        self.setToolTip(tip)
        self.setAccessibleName(text)
        self.setCheckable(True)
        self.setFixedHeight(28)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        theme().changed.connect(self._recolour)

    def nextCheckState(self) -> None:
        pass

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        ground = QRectF(self.rect()).adjusted(0.5, 1, -0.5, -1)
        painter.setPen(Qt.PenStyle.NoPen)
        if self.isChecked() or self.beside or self.underMouse():
            painter.setBrush(colour("selected" if self.isChecked() or self.beside else "hover"))
            painter.drawRoundedRect(ground, 5, 5)
        if self.isChecked():
            painter.setBrush(colour("accent"))
            painter.drawRoundedRect(QRectF(0, 4, 3, self.height() - 8), 1.5, 1.5)
        if self.hasFocus():
            painter.setPen(colour("accent"))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRoundedRect(ground, 5, 5)
        painter.setFont(font(13, QFont.Weight.DemiBold if self.isChecked() else QFont.Weight.Normal))
        painter.setPen(colour("text" if self.served else "muted"))
        painter.drawText(self.rect().adjusted(12, 0, -6, 0), Qt.AlignmentFlag.AlignVCenter, self.text())
        painter.end()

    @Slot()
    def _recolour(self) -> None:
        self.update()


class PaneList(QScrollArea):
    """``chosen`` carries the name of a pane. Arrow keys go up and down, Enter or Space chooses."""

    chosen = Signal(str)

    def __init__(self, panes: dict[str, Pane], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWidgetResizable(True)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setFixedWidth(148)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setAccessibleName(_("Panes"))
        self._panes = panes
        self._unavailable: dict[str, Message | str | None] = {}
        self._active = ""
        self._beside: set[str] = set()
        self.buttons: dict[str, PaneButton] = {}
        self._fill()

    def set_unavailable(self, unavailable: dict[str, Message | str | None]) -> None:
        """Why the open model can't serve some panes. They can be chosen all the same: then they say why."""
        if unavailable != self._unavailable:
            self._unavailable = dict(unavailable)
            self._fill()

    def set_active(self, name: str, beside: set[str] | None = None) -> None:
        """Mark the pane that the inspector belongs to, and those that are shown beside it."""
        self._active, self._beside = name, beside or set()
        for its_name, button in self.buttons.items():
            button.setChecked(its_name == name)
            button.beside = its_name in self._beside
            button.update()

    def _fill(self) -> None:
        inside = QWidget()
        inside.setObjectName("scrolled")
        column = QVBoxLayout(inside)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(1)
        self.buttons = {}
        served = {name: pane for name, pane in self._panes.items() if self._unavailable.get(name) is None}
        for group in groups_of(self._panes.values()):
            members = {name: pane for name, pane in served.items() if pane.group.name == group.name}
            self._add_group(column, translate(group.title), members)
        others = {name: pane for name, pane in self._panes.items() if name not in served}
        self._add_group(column, _("Not for this model"), others)
        column.addStretch(1)
        self.setWidget(inside)
        self.set_active(self._active, self._beside)

    def _add_group(self, column: QVBoxLayout, title: str, panes: dict[str, Pane]) -> None:
        if not panes:
            return
        caption = Caption(title)
        caption.setContentsMargins(12, 0 if column.count() == 0 else 16, 0, 4)
        column.addWidget(caption)
        for name, pane in panes.items():
            button = PaneButton(name, translate(pane.title), translate(pane.help))
            button.served = self._unavailable.get(name) is None
            button.clicked.connect(self._clicked)
            column.addWidget(button)
            self.buttons[name] = button

    @Slot()
    def _clicked(self) -> None:
        button = self.sender()
        if isinstance(button, PaneButton):
            self.chosen.emit(button.name)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        step = {Qt.Key.Key_Down: 1, Qt.Key.Key_Up: -1}.get(Qt.Key(event.key()))
        buttons = list(self.buttons.values())
        focused = next((k for k, button in enumerate(buttons) if button.hasFocus()), None)
        if step is None or focused is None:
            super().keyPressEvent(event)
        else:
            buttons[(focused + step) % len(buttons)].setFocus(Qt.FocusReason.TabFocusReason)
