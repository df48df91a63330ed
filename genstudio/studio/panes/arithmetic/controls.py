"""The controls of Face arithmetic: which equation, its name, the variations, and where exemplars come from."""

from __future__ import annotations

from PySide6.QtWidgets import QHBoxLayout, QMenu, QWidget

from genstudio.core.messages import _
from genstudio.panes.arithmetic.content import ArithmeticState
from genstudio.studio.forms.pane_controls import PaneControls
from genstudio.studio.forms.typed_field import TypedField
from genstudio.studio.widgets.card import Caption
from genstudio.studio.widgets.controls import Button


class ArithmeticControls(PaneControls):
    """``name``: the field of the equation's name. ``choose``: the button with the menu of equations."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(ArithmeticState, parent=parent)
        self.choose = Button(
            _("Equations") + "  ▸", _("Equations made from the data's attributes, and your saved ones")
        )
        self.choose.setAccessibleName(_("Equations"))
        self.choose.setMenu(QMenu(self.choose))
        self.name = TypedField(_("Name of the equation"))
        self.name.setMaxLength(80)
        self.name.setPlaceholderText(_("Name"))
        self.name.setToolTip(_("Name under which the equation is saved"))
        self.save = Button(_("Save"), _("Save the equation under this name (Ctrl+Enter)"))
        self.others = Button(_("Other exemplars"), _("The same equation with other exemplars (E)"), icon_name="reset")
        line = QWidget()
        row = QHBoxLayout(line)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(6)
        row.addWidget(self.name, 1)
        row.addWidget(self.save)
        caption = Caption(_("Variations"))
        caption.setContentsMargins(0, 8, 0, 0)
        for k, widget in enumerate((Caption(_("Equation")), self.choose, line, self.others, caption)):
            self.column.insertWidget(k, widget)
        self.resample = self.add_resample(_("Other variations around the sum (R)"), place=5)
