"""Base of all plots: one pyqtgraph view in the theme's colours, with its menu, its keys and a ring when it has focus."""

from __future__ import annotations

from typing import Any

import pyqtgraph as pg
from PySide6.QtCore import QPoint, QRectF, Qt, Signal, Slot
from PySide6.QtGui import QAction, QContextMenuEvent, QFocusEvent, QGuiApplication, QKeyEvent, QPainter, QPen
from PySide6.QtWidgets import QGraphicsScene, QMenu, QWidget

from genstudio.core.messages import _
from genstudio.studio.theme import colour, theme
from genstudio.studio.widgets.rounded_frame import ROUND, behind

KINDS = ("png", "svg", "csv")


class MovedView(pg.ViewBox):
    """View moved by hand: wheel zooms about the pointer, a drag moves, Shift and a drag zooms to a box, the right button
    stretches. A double click asks for all (``all_requested``), a right click for the menu (``menu_requested``: where)."""

    all_requested = Signal()
    menu_requested = Signal(QPoint)

    def __init__(self, *, moves: bool = True) -> None:
        super().__init__(enableMenu=False, enableMouse=moves, defaultPadding=0.0)
        self._boxed = False
        self.moves = moves
        self.disableAutoRange()
        self.setDefaultPadding(0.0)

    def mouseDragEvent(self, event: Any, axis: int | None = None) -> None:
        if event.isStart():
            shift = bool(event.modifiers() & Qt.KeyboardModifier.ShiftModifier)
            self._boxed = shift and axis is None and event.button() == Qt.MouseButton.LeftButton and self.moves
        self.state["mouseMode"] = pg.ViewBox.RectMode if self._boxed else pg.ViewBox.PanMode
        super().mouseDragEvent(event, axis)
        if self._boxed and event.isFinish():
            self.sigRangeChangedManually.emit(self.state["mouseEnabled"])

    def mouseClickEvent(self, event: Any) -> None:
        if event.button() == Qt.MouseButton.RightButton:
            event.accept()
            self.menu_requested.emit(event.screenPos().toPoint())
        elif event.button() == Qt.MouseButton.LeftButton and event.double():
            event.accept()
            self.all_requested.emit()


class Canvas(pg.GraphicsView):
    """``save_requested`` with png, svg or csv, chosen in the menu. Subclasses put items into ``rows``, and add actions
    to the menu in :meth:`add_actions`."""

    save_requested = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        for action in self.sceneObj.contextMenu:  # pyqtgraph's own menu, which is never shown and has no translation
            action.setParent(None)
        self.sceneObj.contextMenu = []
        # A refresh changes nearly all of a plot: to find out what else is there to keep would take longer.
        self.setViewportUpdateMode(pg.GraphicsView.ViewportUpdateMode.FullViewportUpdate)
        self.sceneObj.setItemIndexMethod(QGraphicsScene.ItemIndexMethod.NoIndex)
        self.new_rows(0, 0, 0, 0)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setObjectName("plot")
        self.setMinimumSize(0, 0)
        theme().changed.connect(self._theme_changed)
        self.recolour()

    def new_rows(self, left: float, top: float, right: float, bottom: float) -> None:
        """Begin again with an empty layout, ``rows``, with these margins in pixels."""
        self.rows = pg.GraphicsLayout()
        self.rows.layout.setContentsMargins(left, top, right, bottom)
        self.rows.layout.setSpacing(0)
        self.setCentralItem(self.rows)

    # -- colours -------------------------------------------------------------------------------------------------

    @Slot()
    def _theme_changed(self) -> None:
        # A slot of this class: connected to an override, the signal would reach plots that are deleted.
        self.recolour()

    def recolour(self) -> None:
        """Take the theme's colours."""
        self.setBackground(behind(self))

    def showEvent(self, event: Any) -> None:
        super().showEvent(event)
        self.setBackground(behind(self))  # only now is it known what it stands on

    def drawForeground(self, painter: QPainter, rect: QRectF) -> None:
        if self.hasFocus():
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            painter.setPen(QPen(colour("accent"), 2))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRoundedRect(QRectF(self.viewport().rect()).adjusted(1, 1, -1, -1), ROUND, ROUND)

    def focusInEvent(self, event: QFocusEvent) -> None:
        super().focusInEvent(event)
        self.viewport().update()

    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        self.viewport().update()

    def close(self) -> bool:
        """Close as any widget does: pyqtgraph would delete items that a late result still writes to."""
        return QWidget.close(self)

    # -- menu ----------------------------------------------------------------------------------------------------

    def make_menu(self) -> QMenu:
        """The menu of a right click, as it is now."""
        menu = QMenu(self)
        self.add_actions(menu)
        if not menu.isEmpty():
            menu.addSeparator()
        for kind in KINDS:
            action = menu.addAction(_("Save as {kind}…", kind=kind.upper()))
            action.setData(kind)
            action.triggered.connect(self._save_chosen)
        menu.addAction(_("Copy picture")).triggered.connect(self.copy_picture)
        return menu

    def add_actions(self, menu: QMenu) -> None:
        """Add what this kind of plot can do besides."""

    @Slot(QPoint)
    def show_menu(self, where: QPoint) -> None:
        """Show the menu at a place of the screen."""
        menu = self.make_menu()
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        menu.popup(where)

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        if event.reason() == QContextMenuEvent.Reason.Keyboard:
            self.show_menu(self.mapToGlobal(self.rect().center()))
        event.accept()  # one of the mouse comes from the view, unless the button was dragged

    @Slot()
    def _save_chosen(self) -> None:
        action = self.sender()
        assert isinstance(action, QAction)
        self.save_requested.emit(action.data())

    @Slot()
    def copy_picture(self) -> None:
        """Put the plot as it is seen on the clipboard."""
        QGuiApplication.clipboard().setPixmap(self.grab())

    # -- keys ----------------------------------------------------------------------------------------------------

    def keyPressEvent(self, event: QKeyEvent) -> None:
        # Qt's graphics view would take the arrows for itself.
        if not self.take_key(event):
            event.ignore()

    def take_key(self, event: QKeyEvent) -> bool:
        """Handle a key; False for one that means nothing here."""
        return False
