"""The form of settings of a model, a data set, a plan or a player: rows by the knobs' types, advanced ones folded away."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

from PySide6.QtCore import Slot
from PySide6.QtWidgets import QHBoxLayout, QLabel, QVBoxLayout, QWidget

from genstudio.core.knobs import Knobs, describe, read_none
from genstudio.core.messages import _
from genstudio.studio.forms.knob_row import KnobRow
from genstudio.studio.forms.knob_rows import KnobRows
from genstudio.studio.forms.knob_text import KnobCheck
from genstudio.studio.forms.make_control import make_control
from genstudio.studio.theme import font
from genstudio.studio.widgets.controls import link


class KnobForm(KnobRows):
    """All knobs of ``knobs`` (except ``without``) in rows; the advanced ones behind a link."""

    def __init__(
        self, knobs: type[Knobs], parent: QWidget | None = None, *, without: Collection[str] = (), title: str = ""
    ) -> None:
        super().__init__(parent, spacing=5)
        self.knobs = knobs
        if title:
            heading = QLabel(title, self)
            heading.setObjectName("fact")
            self.column.addWidget(heading)
        self.more = QWidget(self)
        more = QVBoxLayout(self.more)
        more.setContentsMargins(0, 0, 0, 0)
        more.setSpacing(5)
        for info in describe(knobs):
            if info.name not in without:
                parent_of_row, column = (self.more, more) if info.advanced else (self, self.column)
                control = make_control(info, sliders=False)
                self.add_row(KnobRow(control, KnobCheck(knobs, info.name), "form", parent_of_row), column)
        self.marked.connect(self._unfold_refused)
        self.more_button = link(_("More settings"), "", self)
        self.more_button.clicked.connect(self._toggle_more)
        line = QHBoxLayout()
        line.addWidget(self.more_button)
        line.addStretch(1)
        self.column.addLayout(line)
        self.column.addWidget(self.more)
        self.more.hide()
        self.more_button.setVisible(any(row.info.advanced for row in self.rows.values()))
        self.general = QLabel(self)
        self.general.setObjectName("error")
        self.general.setWordWrap(True)
        self.general.setFont(font(12))
        self.general.hide()
        self.column.addWidget(self.general)

    def set_values(self, values: Mapping[str, Any], *, base: Mapping[str, Any] | None = None) -> None:
        """Fill the form. ``base`` (default: the same values) is where each field's way back leads."""
        defaults = {info.name: info.default for info in describe(self.knobs)}
        for name, row in self.rows.items():
            kind = row.info.annotation
            row.set_base(read_none(kind, (values if base is None else base).get(name, defaults[name])))
            row.set_value(read_none(kind, values.get(name, defaults[name])))

    def values(self) -> dict[str, Any]:
        """The values in force of the rows' knobs (JSON types)."""
        return {name: row.value for name, row in self.rows.items()}

    @property
    def errors(self) -> dict[str, str]:
        """Reasons why texts were refused, by knob."""
        return {name: row.reason for name, row in self.rows.items() if row.reason}

    def is_valid(self) -> bool:
        """True if no field shows a refused text."""
        return not self.errors

    def first_error(self) -> str:
        """The first refused entry in words: "Beta: It must be at least 0."; empty where there is none."""
        return next((f"{row.title}: {row.reason}" for row in self.rows.values() if row.reason), "")

    def complete(self) -> KnobRow | None:
        """Have half-typed texts taken or refused: the first row whose text is refused now, or ``None``."""
        refused = [row for row in self.rows.values() if not row.complete()]
        return refused[0] if refused else None

    def changed_names(self) -> list[str]:
        """Titles of the knobs that differ from their base."""
        return [row.info.title for row in self.rows.values() if row.differs]

    def set_general_error(self, text: str) -> None:
        """Show an error of the values together, or with the images; empty when there is none."""
        self.general.setText(text)
        self.general.setVisible(bool(text))

    def lock(self, reason: str, *, live_stay: bool = True) -> None:
        """Lock structural knobs (all of them unless ``live_stay``), saying why; an empty reason unlocks everything."""
        for row in self.rows.values():
            row.lock("" if live_stay and row.info.live else reason)

    @Slot(str, object)
    def _row_edited(self, name: str, value: Any) -> None:
        if value != self.rows[name].previous:
            super()._row_edited(name, value)

    @Slot()
    def _unfold_refused(self) -> None:
        if self.more.isHidden() and any(row.reason and row.info.advanced for row in self.rows.values()):
            self._toggle_more()

    @Slot()
    def _toggle_more(self) -> None:
        self.more.setVisible(self.more.isHidden())
        self.more_button.setText(_("More settings") if self.more.isHidden() else _("Fewer settings"))
