"""The form that every set of knobs gets by itself: fields by type, help as tooltips, errors under the field as you type.

One mechanism for model, data, plan, player and pane knobs, since all are :class:`genstudio.core.knobs.Knobs`.
"""

from __future__ import annotations

import types
from collections.abc import Collection, Mapping
from typing import Any, Union, get_args, get_origin

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtWidgets import QCheckBox, QGridLayout, QHBoxLayout, QLabel, QLineEdit, QSizePolicy, QVBoxLayout, QWidget

from genstudio.core.errors import UsageError
from genstudio.core.knobs import KnobInfo, Knobs, describe, parse_knobs
from genstudio.core.messages import Message, _, translate
from genstudio.studio.theme import font
from genstudio.studio.widgets.controls import Combo, IconButton, link, restyle
from genstudio.studio.widgets.number_field import NumberField, as_text

LABEL_WIDTH, FIELD_LEAST, FIELD_MOST = 128, 110, 150


class KnobRow(QWidget):
    """One knob: its words, its field, its unit, a way back to the starting value, and what is wrong with it."""

    edited = Signal(str)

    def __init__(self, info: KnobInfo, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.info = info
        self.base: Any = info.default
        title = info.title[:1].upper() + info.title[1:]
        tip = f"{translate(info.help)}{_limits(info)}"
        grid = QGridLayout(self)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setHorizontalSpacing(8)
        grid.setVerticalSpacing(2)
        self.label = QLabel(title, self)
        self.label.setFixedWidth(LABEL_WIDTH)
        self.label.setToolTip(tip)
        self.field = _field_for(info, title, self)
        self.field.setToolTip(tip)
        self.field.setAccessibleDescription(tip)
        self.label.setBuddy(self.field)
        self.unit = QLabel(translate(info.unit) if info.unit else "", self)
        self.unit.setObjectName("fact")
        self.unit.setFont(font(12))
        self.back = IconButton("reset", "", self)
        self.back.clicked.connect(self._reset)
        keep = self.back.sizePolicy()
        keep.setRetainSizeWhenHidden(True)
        self.back.setSizePolicy(keep)
        self.error = QLabel(self)
        self.error.setObjectName("error")
        self.error.setFont(font(12))
        self.error.setWordWrap(True)
        self.error.hide()
        if not isinstance(self.field, QCheckBox):
            self.field.setMinimumWidth(FIELD_LEAST)
            self.field.setMaximumWidth(FIELD_MOST)
            self.field.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        grid.addWidget(self.label, 0, 0)
        grid.addWidget(self.field, 0, 1)
        grid.addWidget(self.unit, 0, 2)
        grid.addWidget(self.back, 0, 3)
        grid.addWidget(self.error, 1, 1, 1, 3)
        grid.setColumnStretch(1, 2)
        grid.setColumnStretch(2, 1)
        self._listen()
        self.set_base(info.default)
        self.set_value(info.default)

    def value(self) -> Any:
        """What stands in the field, not yet checked: text, bool or one of the choices."""
        if isinstance(self.field, QCheckBox):
            return self.field.isChecked()
        if isinstance(self.field, Combo):
            return self.field.currentData()
        assert isinstance(self.field, QLineEdit)
        text = self.field.text().strip()
        if get_origin(self.info.annotation) is tuple:
            return [part.strip() for part in text.split(",")]
        return None if text == "" and _may_be_none(self.info.annotation) else text

    def set_value(self, value: Any) -> None:
        """Show ``value`` without telling anybody."""
        self.field.blockSignals(True)
        if isinstance(self.field, QCheckBox):
            self.field.setChecked(bool(value))
        elif isinstance(self.field, Combo):
            self.field.setCurrentIndex(max(0, self.field.findData(value)))
        elif isinstance(self.field, QLineEdit):
            self.field.setText(_as_field_text(value))
        self.field.blockSignals(False)

    def set_base(self, base: Any) -> None:
        """The value that the way back leads to."""
        self.base = base
        words = _("Back to {value}", value=_as_field_text(base) or _("nothing"))
        self.back.setToolTip(words)
        self.back.setAccessibleName(f"{self.info.title}: {words}")

    def show_state(self, error: str, changed: bool) -> None:
        """Say what is wrong (if anything), and offer the way back where the value is not the starting one."""
        self.error.setText(error)
        self.error.setVisible(bool(error))
        if self.field.property("wrong") != bool(error):
            self.field.setProperty("wrong", bool(error))
            restyle(self.field)
        self.back.setVisible(changed and self.field.isEnabled())

    def lock(self, reason: str) -> None:
        """Take no changes, for a ``reason`` that the tooltip says; an empty one unlocks."""
        tip = reason or f"{translate(self.info.help)}{_limits(self.info)}"
        self.field.setEnabled(not reason)
        self.field.setToolTip(tip)
        self.label.setToolTip(tip)
        if reason:
            self.back.hide()

    def _listen(self) -> None:
        if isinstance(self.field, QCheckBox):
            self.field.toggled.connect(self._changed)
        elif isinstance(self.field, Combo):
            self.field.currentIndexChanged.connect(self._changed)
        elif isinstance(self.field, QLineEdit):
            self.field.textChanged.connect(self._changed)

    @Slot()
    def _changed(self) -> None:
        self.edited.emit(self.info.name)

    @Slot()
    def _reset(self) -> None:
        self.set_value(self.base)
        self.field.setFocus(Qt.FocusReason.OtherFocusReason)
        self._changed()


class KnobForm(QWidget):
    """All knobs of ``knobs`` in rows; the advanced ones behind a line. ``edited(name)`` at every change by hand."""

    edited = Signal(str)

    def __init__(
        self, knobs: type[Knobs], parent: QWidget | None = None, *, without: Collection[str] = (), title: str = ""
    ) -> None:
        super().__init__(parent)
        self.knobs = knobs
        self.rows: dict[str, KnobRow] = {}
        self.errors: dict[str, str] = {}
        self._lock_reason = ""
        self._hidden: dict[str, Any] = {}
        whole = QVBoxLayout(self)
        whole.setContentsMargins(0, 0, 0, 0)
        whole.setSpacing(5)
        if title:
            heading = QLabel(title, self)
            heading.setObjectName("fact")
            whole.addWidget(heading)
        self.more = QWidget(self)
        more = QVBoxLayout(self.more)
        more.setContentsMargins(0, 0, 0, 0)
        more.setSpacing(5)
        for info in describe(knobs):
            if info.name in without:
                continue
            row = self.rows[info.name] = KnobRow(info, self.more if info.advanced else self)
            row.edited.connect(self._edited)
            (more if info.advanced else whole).addWidget(row)
        self.more_button = link(_("More settings"), "", self)
        self.more_button.clicked.connect(self._toggle_more)
        line = QHBoxLayout()
        line.addWidget(self.more_button)
        line.addStretch(1)
        whole.addLayout(line)
        whole.addWidget(self.more)
        self.more.hide()
        self.more_button.setVisible(any(row.info.advanced for row in self.rows.values()))
        self.general = QLabel(self)
        self.general.setObjectName("error")
        self.general.setWordWrap(True)
        self.general.setFont(font(12))
        self.general.hide()
        whole.addWidget(self.general)

    def set_values(self, values: Mapping[str, Any], *, base: Mapping[str, Any] | None = None) -> None:
        """Fill the form. ``base`` (default: the same values) is where each field's way back leads."""
        defaults = {info.name: info.default for info in describe(self.knobs)}
        self._hidden = {k: v for k, v in values.items() if k not in self.rows}
        for name, row in self.rows.items():
            row.set_base((values if base is None else base).get(name, defaults[name]))
            row.set_value(values.get(name, defaults[name]))
        self.check()

    def values(self) -> dict[str, Any]:
        """Checked values of the rows' knobs (JSON types); those that don't fit are left at their base."""
        return {name: self._checked(row)[0] for name, row in self.rows.items()}

    def is_valid(self) -> bool:
        """Whether everything typed fits."""
        return not self.errors

    def changed_names(self) -> list[str]:
        """Titles of the knobs that differ from their base."""
        return [row.info.title for row in self.rows.values() if self._differs(row)]

    def set_general_error(self, text: str) -> None:
        """What is wrong with the values together, or with them and the images; empty when nothing is."""
        self.general.setText(text)
        self.general.setVisible(bool(text))

    def lock(self, reason: str, *, live_stay: bool = True) -> None:
        """Lock structural knobs (all of them unless ``live_stay``), saying why; an empty reason unlocks everything."""
        self._lock_reason = reason
        for row in self.rows.values():
            row.lock("" if live_stay and row.info.live else reason)
            row.show_state(self.errors.get(row.info.name, ""), self._differs(row))

    @Slot(str)
    def _edited(self, name: str) -> None:
        self.check()
        self.edited.emit(name)

    def check(self) -> None:
        """Say at every field what is wrong with it."""
        self.errors = {}
        for name, row in self.rows.items():
            error = self._checked(row)[1]
            if error:
                self.errors[name] = error
            row.show_state(error, self._differs(row))
        if any(self.rows[name].info.advanced for name in self.errors):
            self.more.show()
            self._name_more()

    def _checked(self, row: KnobRow) -> tuple[Any, str]:
        """The row's value as the knobs' type, and what is wrong with it."""
        name = row.info.name
        try:
            parsed = parse_knobs(self.knobs, {name: row.value()})
        except UsageError as error:
            return row.base, _reason(error)
        return parsed.model_dump(mode="json")[name], ""

    def _differs(self, row: KnobRow) -> bool:
        value, error = self._checked(row)
        base = list(row.base) if isinstance(row.base, tuple) else row.base
        return bool(error) or value != base

    @Slot()
    def _toggle_more(self) -> None:
        self.more.setVisible(self.more.isHidden())
        self._name_more()

    def _name_more(self) -> None:
        self.more_button.setText(_("More settings") if self.more.isHidden() else _("Fewer settings"))


def _field_for(info: KnobInfo, title: str, parent: QWidget) -> QWidget:
    if info.annotation is bool:
        box = QCheckBox(parent)
        box.setAccessibleName(title)
        return box
    if info.choices:
        combo = Combo(title, parent)
        for choice in info.choices:
            combo.addItem(str(choice), choice)
        return combo
    kinds = _kinds(info.annotation)
    if int in kinds or float in kinds:
        return NumberField(
            title,
            parent,
            whole=float not in kinds,
            log=info.log,
            minimum=info.minimum,
            maximum=info.maximum,
            inner=info.exclusive_minimum,
        )
    text = QLineEdit(parent)
    text.setAccessibleName(title)
    return text


def _kinds(annotation: Any) -> tuple[Any, ...]:
    return get_args(annotation) if get_origin(annotation) in (Union, types.UnionType) else (annotation,)


def _may_be_none(annotation: Any) -> bool:
    return type(None) in _kinds(annotation)


def _as_field_text(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, list | tuple):
        return ", ".join(as_text(part) for part in value)
    return as_text(value)


def _reason(error: UsageError) -> str:
    """The short form for under the field: "it must be at least 1" as a sentence."""
    what = error.what
    reason = what.args.get("reason") if isinstance(what, Message) else None
    words = translate(reason) if reason else str(error)
    return words[:1].upper() + words[1:] + ("" if words.endswith(".") else ".")


def _limits(info: KnobInfo) -> str:
    low = "" if info.minimum is None else as_text(info.minimum)
    high = "" if info.maximum is None else as_text(info.maximum)
    if low and high:
        return " " + _("From {low} to {high}.", low=low, high=high)
    if low:
        words = _("More than {low}.", low=low) if info.exclusive_minimum else _("At least {low}.", low=low)
        return f" {words}"
    return " " + _("At most {high}.", high=high) if high else ""
