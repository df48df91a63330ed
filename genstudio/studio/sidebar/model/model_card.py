"""The model card: what the model is, how many weights it has, and the form that its knobs make."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import Signal, Slot
from PySide6.QtWidgets import QWidget

from genstudio.core.messages import _, translate
from genstudio.studio.forms.knob_form import KnobForm
from genstudio.studio.forms.knob_row import KnobRow
from genstudio.studio.threads.library import ModelFacts, ModelKind
from genstudio.studio.widgets.card import FoldingCard
from genstudio.studio.widgets.controls import Combo


class ModelCard(FoldingCard):
    """``edited(name)``: a knob was changed by the user (``model`` for the model itself). ``marked``: a field is pending or
    refused, or no longer."""

    edited = Signal(str)
    marked = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(_("Model"), parent)
        self.kinds: dict[str, ModelKind] = {}
        self.model = ""
        self.form: KnobForm | None = None
        self._values: dict[str, Any] = {}
        self._base: dict[str, Any] = {}
        self.combo = Combo(_("Model"), self)
        self.combo.activated.connect(self._model_chosen)
        self.combo.hide()
        self.content.addWidget(self.combo)

    def set_kinds(self, kinds: dict[str, ModelKind]) -> None:
        """The models there are: from now on the form can be made."""
        self.kinds = kinds
        self.combo.clear()
        for name, kind in kinds.items():
            if "Judges" not in kind.capabilities:  # a judge is trained for measures by itself
                self.combo.addItem(translate(kind.title), name)
        self.combo.setVisible(self.combo.count() > 1)
        if self.model:
            self.show_values(self.model, self._values, self._base)

    def show_values(self, model: str, values: dict[str, Any], base: dict[str, Any] | None = None) -> None:
        """Show ``model`` with knob ``values``; ``base``: where each field's way back leads."""
        new = model != self.model or self.form is None
        self.model, self._values, self._base = model, dict(values), dict(values if base is None else base)
        kind = self.kinds.get(model)
        self.name.setText(translate(kind.title) if kind else model)
        if kind is None:
            self.summary.setText("" if not self.kinds else _("There is no model named '{name}' here.", name=model))
            return
        self.name.setToolTip(f"{translate(kind.help)}\n{kind.paper}")
        self.combo.setCurrentIndex(self.combo.findData(model))
        if new:
            self._make_form(kind)
        assert self.form is not None
        self.form.set_values(self._values, base=self._base)

    def values(self) -> dict[str, Any]:
        """The knob values as a recipe would hold them: checked where the form is made, as given until then."""
        if self.form is None:
            return dict(self._values)
        return self.form.values()

    def is_valid(self) -> bool:
        return self.form is None or self.form.is_valid()

    def changes(self) -> list[str]:
        """Titles of the knobs that differ from the recipe."""
        return self.form.changed_names() if self.form else []

    def first_error(self) -> str:
        """The first refused entry in words; empty where there is none."""
        return self.form.first_error() if self.form else ""

    def complete(self) -> KnobRow | None:
        """Have half-typed texts taken or refused: the first row whose text is refused now, or ``None``."""
        return self.form.complete() if self.form else None

    def row(self, name: str) -> KnobRow | None:
        """The row of a knob, or ``None`` where the form has none."""
        return self.form.rows.get(name) if self.form else None

    def lock(self, reason: str, *, live_stay: bool = True) -> None:
        """Lock what shapes the network, for a reason; live knobs stay open if ``live_stay``."""
        self.combo.setEnabled(not reason)
        self.combo.setToolTip(reason)
        if self.form is not None:
            self.form.lock(reason, live_stay=live_stay)

    def show_facts(self, facts: ModelFacts | None, text: str = "") -> None:
        """Weights and summary, or ``text`` on why there are none."""
        self.fact.setText(_("{n} weights", n=f"{facts.weights:,}") if facts else "")
        self.summary.setText(facts.summary if facts else "")
        if self.form is not None:
            self.form.set_general_error(text)

    def _make_form(self, kind: ModelKind) -> None:
        if self.form is not None:
            self.form.edited.disconnect(self.edited)
            self.form.marked.disconnect(self.marked)
            self.content.removeWidget(self.form)
            self.form.deleteLater()
        self.form = KnobForm(kind.knobs, self.inside)
        self.form.edited.connect(self.edited)
        self.form.marked.connect(self.marked)
        self.content.addWidget(self.form)

    @Slot(int)
    def _model_chosen(self, position: int) -> None:
        model = self.combo.itemData(position)
        if model != self.model:
            self.show_values(model, {})
            self.edited.emit("model")
