"""Controls of the pane Pixel by pixel: what is drawn, the overlay, what is given, what is changed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtWidgets import QButtonGroup, QHBoxLayout, QMenu, QVBoxLayout, QWidget

from genstudio.core.messages import _
from genstudio.panes.pixels.state import PixelsState
from genstudio.studio.forms.pane_controls import PaneControls
from genstudio.studio.panes.pixels.level_editor import LevelEditor
from genstudio.studio.widgets.card import Fact
from genstudio.studio.widgets.controls import Button, IconButton
from genstudio.studio.widgets.value_slider import ValueSlider

if TYPE_CHECKING:
    from genstudio.viewing.pane_state import PaneState

BRUSHES = (1, 9)


class PixelsControls(PaneControls):
    """``requested`` carries a button's request: ``resample``, ``open``, ``previous``, ``next``, ``region:NAME``."""

    requested = Signal(str)
    tool_chosen = Signal(str, int)  # point, erase or keep; and how wide the brush is

    def __init__(self) -> None:
        super().__init__(PixelsState)
        self.resample = self._button(_("Resample"), _("Draw from another seed (R)"), "resample", "reset")
        self.editor = LevelEditor(self)
        self.column.insertWidget(0, self.resample)
        self.column.addWidget(self.rows["label"])
        self.column.addWidget(self.rows["overlay"])
        self.add_caption(_("Completion"))
        self.column.addWidget(self.rows["source"])
        self.column.addWidget(self._image_row())
        self.column.addWidget(self._tools())
        self.add_caption(_("What if"))
        self.column.addWidget(self.editor)
        self.choose_tool("point")

    # -- what is shown -------------------------------------------------------------------------------------------

    def show_state(self, state: PaneState) -> None:
        super().show_state(state)
        assert isinstance(state, PixelsState)
        self.rows["temperature"].show_value(state.temperature_at(state.position))
        self._image.setVisible(state.source != "none")
        for button in (self.previous, self.next):
            button.setVisible(state.source == "data")
        self.open.setVisible(state.source == "own")
        self.which.setText(_("image {n}", n=state.index) if state.source == "data" else "")
        painting = state.source == "data" or (state.source == "own" and state.own is not None)
        self._toolbox.setVisible(painting)
        if not painting:
            self.choose_tool("point")

    @property
    def tool(self) -> str:
        checked = self._tool_buttons.checkedButton()
        return str(checked.property("which")) if checked else "point"

    def choose_tool(self, tool: str) -> None:
        """Choose a brush, or the pointer."""
        for button in self._tool_buttons.buttons():
            if button.property("which") == tool and not button.isChecked():
                button.setChecked(True)
                self._emit_tool()

    # -- parts ---------------------------------------------------------------------------------------------------

    def _button(self, text: str, tip: str, request: str, icon_name: str = "") -> Button:
        made = Button(text, tip, self, icon_name=icon_name)
        made.setProperty("request", request)
        made.clicked.connect(self._requested)
        return made

    def _image_row(self) -> QWidget:
        """Row to choose the given image: of the test split by number, or from a file."""
        self._image = QWidget(self)
        line = QHBoxLayout(self._image)
        line.setContentsMargins(0, 0, 0, 0)
        line.setSpacing(4)
        self.which = Fact(parent=self._image)
        self.which.setAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
        self.open = self._button(_("Open an image…"), _("PNG, JPEG, ... ; or drop it onto the pane"), "open", "folder")
        line.addWidget(self.which, 1)
        self.previous = self._make_turn_button("previous", "pixel-back", _("The previous image (Page Up)"))
        self.next = self._make_turn_button("next", "pixel-on", _("The next image (Page Down)"))
        line.addWidget(self.previous)
        line.addWidget(self.next)
        line.addWidget(self.open, 4)
        return self._image

    def _make_turn_button(self, request: str, icon_name: str, text: str) -> IconButton:
        made = IconButton(icon_name, text, self._image)
        made.setProperty("request", request)
        made.setAutoRepeat(True)
        made.clicked.connect(self._requested)
        return made

    def _tools(self) -> QWidget:
        """Pointing, erasing, restoring; the width of the brush; regions."""
        self._toolbox = QWidget(self)
        column = QVBoxLayout(self._toolbox)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(4)
        line = QHBoxLayout()
        line.setSpacing(4)
        self._tool_buttons = QButtonGroup(self)
        for which, icon_name, text in (
            ("point", "point", _("Point at pixels (Escape)")),
            ("erase", "erase", _("Erase what is to be drawn again (X)")),
            ("keep", "brush", _("Restore given pixels (K)")),
        ):
            button = IconButton(icon_name, text, self._toolbox)
            button.setCheckable(True)
            button.setProperty("which", which)
            self._tool_buttons.addButton(button)
            line.addWidget(button)
        line.addStretch(1)
        self.regions = Button(_("Keep  ▸"), _("Keep a part of the image and draw the rest"), self._toolbox)
        self.regions.setAccessibleName(_("Keep a part"))
        self.regions.setMenu(self._region_menu())
        line.addWidget(self.regions)
        column.addLayout(line)
        self.brush = ValueSlider(
            _("Brush"), *BRUSHES, integer=True, show=lambda value: f"{value:.0f} px", tip=_("Width of the brush")
        )
        self.brush.set_value(3)
        column.addWidget(self.brush)
        self._tool_buttons.buttonToggled.connect(self._emit_tool)
        self.brush.moved.connect(self._emit_tool)
        return self._toolbox

    def _region_menu(self) -> QMenu:
        menu = QMenu(self.regions)
        for name, text in (
            ("top", _("The upper half")),
            ("bottom", _("The lower half")),
            ("left", _("The left half")),
            ("right", _("The right half")),
            ("all", _("Everything: then erase")),
            ("none", _("Nothing: draw it all")),
        ):
            action = menu.addAction(text)
            action.setData(f"region:{name}")
            action.triggered.connect(self._region_chosen)
        return menu

    @Slot()
    def _requested(self) -> None:
        sender = self.sender()
        if sender is not None:
            self.requested.emit(str(sender.property("request")))

    @Slot()
    def _region_chosen(self) -> None:
        action = self.sender()
        self.requested.emit(str(action.data()))  # type: ignore[attr-defined]

    @Slot()
    def _emit_tool(self) -> None:
        self.tool_chosen.emit(self.tool, int(self.brush.value()))
