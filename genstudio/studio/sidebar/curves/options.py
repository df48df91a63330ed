"""Four buttons for the curves: logarithmic or linear, smoothing, steps or time, and the group shown."""

from __future__ import annotations

from collections.abc import Mapping

from PySide6.QtCore import QObject, Qt, Signal, Slot
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QHBoxLayout, QLabel, QMenu, QToolButton, QWidget

from genstudio.core.messages import _
from genstudio.studio.settings import Settings
from genstudio.studio.theme import font
from genstudio.viewing.charts.curve_data import Axis

SMOOTHINGS = (0.0, 0.6, 0.9, 0.97, 0.99)


class CurveOptions(QObject):
    """The choices are the person's, for all runs: they stand in the settings. ``changed`` after each."""

    changed = Signal()
    group_chosen = Signal(str)

    def __init__(self, settings: Settings, parent: QWidget) -> None:
        super().__init__(parent)
        self.settings = settings
        self.log_button = _quiet(_("Logarithmic or linear scale"), parent)
        self.log_button.clicked.connect(self.toggle_log)
        self.smooth_button = _quiet(
            _("Smoothing: weight of earlier points. The raw curve stays visible behind it"), parent
        )
        self.smooth_menu = QMenu(parent)
        for weight in SMOOTHINGS:
            action = self.smooth_menu.addAction(_("smooth {w}", w=_weight(weight)) if weight else _("raw only"))
            action.setData(weight)
        self.smooth_menu.triggered.connect(self._smoothing_chosen)
        self.smooth_button.setMenu(self.smooth_menu)
        self.axis_button = _quiet(_("Horizontal axis: steps, or time spent training"), parent)
        self.axis_button.clicked.connect(self._toggle_axis)
        self.group_label = QLabel(parent)
        self.group_label.setObjectName("fact")
        self.group_label.setFont(font(12))
        self.group_label.setContentsMargins(4, 0, 4, 0)
        self.group_button = _quiet(_("Which curves: those of one unit, or of the players"), parent)
        self.group_menu = QMenu(parent)
        self.group_menu.triggered.connect(self._group_taken)
        self.group_button.setMenu(self.group_menu)
        self._show()

    def add_to(self, row: QHBoxLayout) -> None:
        """Put the buttons at the end of a row."""
        for widget in (self.log_button, self.smooth_button, self.axis_button, self.group_label, self.group_button):
            row.addWidget(widget)

    @property
    def log(self) -> bool:
        return bool(self.settings.get("curves.log", True))

    @property
    def smoothing(self) -> float:
        return float(self.settings.get("curves.smoothing", 0.9))

    @property
    def axis(self) -> Axis:
        return "time" if self.settings.get("curves.time", False) else "step"

    def show_groups(self, groups: Mapping[str, str], shown: str) -> None:
        """The groups of curves that there are, as key and title, to choose from; a single one is only shown."""
        self.group_menu.clear()
        for key, title in groups.items():
            self.group_menu.addAction(title).setData(key)
        title = groups.get(shown, "")
        self.group_button.setVisible(len(groups) > 1)
        self.group_button.setText(title + " ▾")
        self.group_label.setVisible(len(groups) == 1 and shown != "unit:")
        self.group_label.setText(title)

    def _show(self) -> None:
        self.log_button.setText(_("log") if self.log else _("linear"))
        self.smooth_button.setText(_("smooth {w}", w=_weight(self.smoothing)) if self.smoothing else _("raw"))
        self.axis_button.setText(_("time") if self.axis == "time" else _("steps"))

    def _choose(self, name: str, value: object) -> None:
        self.settings.set(name, value)
        self._show()
        self.changed.emit()

    @Slot()
    def toggle_log(self) -> None:
        """Choose the other scale."""
        self._choose("curves.log", not self.log)

    @Slot()
    def _toggle_axis(self) -> None:
        self._choose("curves.time", self.axis == "step")

    @Slot(QAction)
    def _smoothing_chosen(self, action: QAction) -> None:
        self._choose("curves.smoothing", float(action.data()))

    @Slot(QAction)
    def _group_taken(self, action: QAction) -> None:
        self.group_chosen.emit(str(action.data() or ""))


def _quiet(tip: str, parent: QWidget) -> QToolButton:
    made = QToolButton(parent)
    made.setProperty("quiet", True)
    made.setFont(font(12))
    made.setToolTip(tip)
    made.setAccessibleName(tip)
    made.setFocusPolicy(Qt.FocusPolicy.TabFocus)
    made.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
    return made


def _weight(weight: float) -> str:
    return f"{weight:g}".removeprefix("0")
