"""The column beside a pane: what lies under the pointer, the pane's controls, where its z can go, what can be exported."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QCheckBox, QHBoxLayout, QLabel, QMenu, QScrollArea, QVBoxLayout, QWidget

from genstudio.core.messages import _
from genstudio.studio.theme import font
from genstudio.studio.widgets.card import Caption
from genstudio.studio.widgets.controls import Button
from genstudio.studio.widgets.image_view import ImageView

if TYPE_CHECKING:
    import numpy as np

    from genstudio.studio.forms.pane_controls import PaneControls

WIDTH = 208
SMALL = 96  # side of the picture in a window shorter than ...
ROOMY = 680


class Inspector(QWidget):
    """One per pane view. The menus are filled by the pane area. ``cells``: whether there are any to be shown beside."""

    def __init__(
        self, title: str, controls: PaneControls, parent: QWidget | None = None, *, cells: bool = True
    ) -> None:
        super().__init__(parent)
        self._cells = cells
        self.setFixedWidth(WIDTH)
        self.setAccessibleName(_("Inspector of {pane}", pane=title))
        self.controls = controls
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(8)
        self.caption = Caption(_("Under the pointer"), self)
        self.view = ImageView(WIDTH, self, widest=WIDTH)
        self.code = QLabel(self)
        self.code.setFont(font(13))
        self.code.setWordWrap(True)
        self.code.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self.code.setMinimumHeight(20)
        self.detail = QLabel(self)
        self.detail.setObjectName("fact")
        self.detail.setWordWrap(True)
        for part in (self.caption, self.view, self.code, self.detail):
            column.addWidget(part)
            part.setVisible(cells)
        column.addWidget(self._scrolled(controls), 1)
        self.send = self._menu_button(_("Send z to"), _("Show this z in another pane"))
        self.export = self._menu_button(_("Export"), _("Save the picture, an animation or the numbers (Ctrl+Shift+E)"))
        self.send.setVisible(False)
        column.addWidget(self.send)
        column.addWidget(self.export)
        self.show_cell(None, "")

    def show_cell(self, pixels: np.ndarray | None, code: str, detail: str = "", *, caption: str = "") -> None:
        """Show the cell under the pointer or the focus, or the z that was picked last."""
        text = caption or _("Under the pointer")
        self.caption.setText(text.upper())
        self.caption.setAccessibleName(text)
        self.view.show_pixels(pixels)
        self.view.setAccessibleDescription(code)
        self.code.setText(code if pixels is not None else _("Point at a picture."))
        self.code.setProperty("muted", pixels is None)
        self.detail.setText(detail)
        self.detail.setVisible(self._cells and bool(detail))

    def hide_cell(self) -> None:
        """Leave the picture of the cell out: the pane shows one picture itself."""
        for part in (self.caption, self.view, self.code):
            part.hide()

    def resizeEvent(self, event: QResizeEvent) -> None:
        # A short window: the controls need the room more than the picture.
        super().resizeEvent(event)
        self.view.set_side(WIDTH if self.height() >= ROOMY else SMALL)

    def _scrolled(self, controls: PaneControls) -> QScrollArea:
        inside = QWidget()
        inside.setObjectName("scrolled")
        rows = QVBoxLayout(inside)
        rows.setContentsMargins(0, 0, 0, 0)
        rows.setSpacing(8)
        rows.addWidget(controls)
        self.smooth = QCheckBox(_("Smooth pixels"), inside)
        self.smooth.setToolTip(_("Interpolate between pixels instead of showing them as squares"))
        self.smooth.setVisible(self._cells)
        row = QHBoxLayout()
        row.addWidget(self.smooth)
        rows.addLayout(row)
        rows.addStretch(1)
        area = QScrollArea(self)
        area.setWidgetResizable(True)
        area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        area.setWidget(inside)
        return area

    def _menu_button(self, text: str, tip: str) -> Button:
        button = Button(f"{text}  ▸", tip, self)
        button.setAccessibleName(text)
        button.setMenu(QMenu(button))
        return button
