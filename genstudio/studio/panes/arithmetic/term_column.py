"""One term of a sum: its sign and name, its exemplars, and their mean under them."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, QObject, Qt, Signal, Slot
from PySide6.QtGui import QDragEnterEvent, QDragLeaveEvent, QDropEvent, QFont, QKeyEvent, QMouseEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QSizePolicy, QToolButton, QVBoxLayout, QWidget

from genstudio.core.messages import N_, _
from genstudio.studio.forms.typed_field import TypedField
from genstudio.studio.panes.arithmetic.pick_grid import PickGrid, relaid
from genstudio.studio.theme import font
from genstudio.studio.widgets.controls import IconButton, restyle
from genstudio.studio.widgets.image_grid import ImageGrid

if TYPE_CHECKING:
    from genstudio.viewing.content import Picture

NARROWEST = 112
SIGNS = {Qt.Key.Key_Plus: 1, Qt.Key.Key_Equal: 1, Qt.Key.Key_Minus: -1}
NAMED = N_("A name for what its exemplars have in common (F2)").text
_OUT = (Qt.Key.Key_Delete, Qt.Key.Key_Backspace)
_EDGES = {Qt.Key.Key_Left: -1, Qt.Key.Key_Right: 1}


@dataclass(frozen=True, eq=False)
class ShownTerm:
    """``exemplars``, ``mean``: their pictures, ``None`` where there are none (yet). ``refused``: exemplars that have no code
    here. ``active``: a chosen image goes to this term."""

    sign: int
    name: str
    exemplars: Picture | None = None
    mean: Picture | None = None
    refused: frozenset[int] = field(default_factory=frozenset)
    active: bool = False


class TermColumn(QFrame):
    """``acted(k, what, value)``: ``activate``, ``sign`` (1 or -1), ``name`` (text), ``remove``, ``drop`` (the mime data),
    ``out`` (an exemplar's number), ``go`` (-1 or 1: to the term beside it)."""

    acted = Signal(int, str, object)

    def __init__(self, k: int, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.k, self.shown = k, ShownTerm(1, "")
        self.setObjectName("term")
        self.setAccessibleName(_("Term {k}", k=k + 1))
        self.setAcceptDrops(True)
        self.setMinimumWidth(NARROWEST)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.sign = QToolButton(self)
        self.sign.setFont(font(18, QFont.Weight.DemiBold))
        self.sign.setObjectName("sign")
        self.sign.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.sign.setToolTip(_("Add or subtract (+ and -)"))
        self.name = TypedField(_("Name of term {k}", k=k + 1), self)
        self.name.setMaxLength(80)
        self.name.setFont(font(12))
        self.name.setAcceptDrops(False)  # an image file is for the term, not a text for its name
        self.name.setAlignment(Qt.AlignmentFlag.AlignHCenter)
        self.name.setPlaceholderText(_("name"))
        self.name.setToolTip(_(NAMED))
        self.remove = IconButton("close", _("Remove term {k} (Ctrl+Delete)", k=k + 1), self)
        self.exemplars = PickGrid(self)
        self.exemplars.setAccessibleName(_("Exemplars of term {k}", k=k + 1))
        self.exemplars.setToolTip(_("Drop pictures here. Delete removes one; arrows move to the next term."))
        self.exemplars.crossed = self._is_refused
        self.mean = ImageGrid(self)
        self.mean.setMinimumSize(40, 40)
        self.mean.setAccessibleName(_("Mean of term {k}, decoded", k=k + 1))
        self.mean.setToolTip(_("The mean of its exemplars' codes, decoded. Click to send its z on."))
        self._lay_out()
        self._connect()

    @property
    def count(self) -> int:
        """Number of exemplars."""
        return len(self.shown.exemplars) if self.shown.exemplars is not None else 0

    def show_term(self, shown: ShownTerm) -> None:
        """Show a term."""
        active, self.shown = self.shown.active, shown
        self.sign.setText("−" if shown.sign < 0 else "+")
        self.sign.setAccessibleName(_("minus") if shown.sign < 0 else _("plus"))
        if self.name.text_in_force != shown.name:
            self.name.show_text(shown.name, keep_typing=True)
            if not self.name.is_pending:
                self.name.setCursorPosition(0)
            self.name.setToolTip(f"{shown.name}\n{_(NAMED)}" if shown.name else _(NAMED))
        if shown.exemplars is None:
            self.exemplars.show_message(_("Drop pictures here"))
        else:
            self.exemplars.show_picture(relaid(shown.exemplars, self._beside(shown.exemplars)))
        if shown.mean is None:
            self.mean.show_message("")
        else:
            self.mean.show_picture(shown.mean)
        if active != shown.active:
            self.setProperty("active", shown.active)
            self.setAccessibleDescription(_("selected") if shown.active else "")
            restyle(self)

    def set_heights(self, exemplars: int, mean: int) -> None:
        """Set the heights of the pictures, in logical pixels."""
        self.exemplars.setFixedHeight(exemplars)
        self.mean.setFixedHeight(mean)

    def exemplar_at(self, cell: tuple[int, int]) -> int:
        """The number of the exemplar in a cell, -1 for none."""
        picture = self.exemplars.picture
        number = cell[0] * picture.columns + cell[1] if picture is not None else -1
        return number if number < self.count else -1

    def _beside(self, picture: Picture) -> int:
        """Number of exemplars side by side that makes them largest; of equals the most."""
        height, width = picture.cell or picture.pixels.shape[:2]
        room_x, room_y, n = self.exemplars.width() - 4, self.exemplars.height() - 4, len(picture)
        sizes = {c: min(room_x / (c * width), room_y / (-(-n // c) * height)) for c in range(1, n + 1)}
        return max(sizes, key=lambda c: (sizes[c] if sizes[c] < 1 else int(sizes[c]), c))

    # -- plumbing ------------------------------------------------------------------------------------------------

    def _lay_out(self) -> None:
        head = QHBoxLayout()
        head.setSpacing(2)
        head.addWidget(self.sign)
        head.addStretch(1)
        head.addWidget(self.remove)
        column = QVBoxLayout(self)
        column.setContentsMargins(4, 2, 4, 2)
        column.setSpacing(3)
        column.addLayout(head)
        column.addWidget(self.exemplars)
        column.addWidget(self.mean)
        column.addWidget(self.name)
        self.setTabOrder(self.sign, self.exemplars)

    def _connect(self) -> None:
        self.sign.clicked.connect(self._toggle)
        self.name.completed.connect(self._named)
        self.remove.clicked.connect(self._remove)
        self.exemplars.keys = frozenset(int(key) for key in (*SIGNS, *_OUT, Qt.Key.Key_F2))
        self.exemplars.pressed.connect(self._pressed)
        self.exemplars.resized.connect(self._relay)
        self.exemplars.installEventFilter(self)
        for part in (self.sign, self.name, self.remove, self.mean):
            part.installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.FocusIn:
            self.acted.emit(self.k, "activate", None)
        elif event.type() == QEvent.Type.KeyPress and watched is self.exemplars and isinstance(event, QKeyEvent):
            return self._leaves(event)
        return False

    def _leaves(self, event: QKeyEvent) -> bool:
        """True if an arrow key leads over the edge, to the term beside this one."""
        step = _EDGES.get(Qt.Key(event.key()))
        if step is None or event.modifiers() & ~Qt.KeyboardModifier.KeypadModifier:
            return False
        picture, (row, column) = self.exemplars.picture, self.exemplars.focused_cell
        beyond = self.exemplar_at((row, column + step)) < 0 if picture is not None else True
        if picture is not None and 0 <= column + step < picture.columns and not beyond:
            return False
        self.acted.emit(self.k, "go", step)
        return True

    @Slot()
    def _relay(self) -> None:
        if self.shown.exemplars is not None:
            self.exemplars.show_picture(relaid(self.shown.exemplars, self._beside(self.shown.exemplars)))

    def _is_refused(self, row: int, column: int) -> bool:
        return self.exemplar_at((row, column)) in self.shown.refused

    @Slot()
    def _toggle(self) -> None:
        self.acted.emit(self.k, "sign", -self.shown.sign)

    @Slot(str)
    def _named(self, text: str) -> None:
        self.name.show_text(text)
        self.acted.emit(self.k, "name", text)

    @Slot()
    def _remove(self) -> None:
        self.acted.emit(self.k, "remove", None)

    @Slot(int)
    def _pressed(self, key: int) -> None:
        if Qt.Key(key) in SIGNS:
            self.acted.emit(self.k, "sign", SIGNS[Qt.Key(key)])
        elif Qt.Key(key) in _OUT:
            number = self.exemplar_at(self.exemplars.focused_cell)
            if number >= 0:
                self.acted.emit(self.k, "out", number)
        else:
            self.name.setFocus()
            self.name.selectAll()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Handle keys that the focused part does not use."""
        if event.key() == Qt.Key.Key_Delete and event.modifiers() & Qt.KeyboardModifier.ControlModifier:
            self._remove()
        elif Qt.Key(event.key()) in SIGNS:
            self.acted.emit(self.k, "sign", SIGNS[Qt.Key(event.key())])
        else:
            super().keyPressEvent(event)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        self.exemplars.setFocus()

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        if event.mimeData().formats():
            event.acceptProposedAction()
            self._mark(over=True)

    def dragLeaveEvent(self, event: QDragLeaveEvent) -> None:
        self._mark(over=False)

    def dropEvent(self, event: QDropEvent) -> None:
        self._mark(over=False)
        event.acceptProposedAction()
        self.acted.emit(self.k, "drop", event.mimeData())

    def _mark(self, *, over: bool) -> None:
        self.setProperty("over", over)
        restyle(self)
