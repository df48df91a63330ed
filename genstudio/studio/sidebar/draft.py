"""Draft: the recipe in the cards of images, model and plan, which is what *Start* trains."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Qt, Signal, Slot

from genstudio.core.messages import _

if TYPE_CHECKING:
    from genstudio.studio.forms.knob_row import KnobRow
    from genstudio.studio.session.session import Session
    from genstudio.studio.sidebar.data.card import DataCard
    from genstudio.studio.sidebar.model.model_card import ModelCard
    from genstudio.studio.sidebar.plan.card import PlanCard
    from genstudio.studio.sidebar.plan.live_settings import LiveSettings
    from genstudio.studio.sidebar.plan.optimisers import Optimisers
    from genstudio.studio.sidebar.plan.setting_undo import SettingUndo
    from genstudio.training.recipe.recipe import Recipe


@dataclass(frozen=True, eq=False)
class DraftCards:
    """The cards that make up a draft."""

    data: DataCard
    model: ModelCard
    plan: PlanCard


class Draft(QObject):
    """``base``: the recipe that each field can be reset to, ``None`` before there is one. ``changed``: another draft."""

    changed = Signal()

    def __init__(
        self,
        session: Session,
        cards: DraftCards,
        optimisers: Optimisers,
        live: LiveSettings,
        undo: SettingUndo,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._session, self._cards, self._optimisers = session, cards, optimisers
        self._live, self._undo = live, undo
        self.base: Recipe | None = None
        self._before_edit: Recipe | None = None  # the draft before the next edit, for undo
        cards.data.edited.connect(self._data_edited)
        cards.model.edited.connect(self._model_edited)
        cards.plan.edited.connect(self._plan_edited)
        optimisers.changed = self.renew
        live.changed.connect(self.renew)

    def recipe(self) -> Recipe | None:
        """The recipe in the cards, or ``None`` while there is none."""
        if self.base is None:
            return None
        cards = self._cards
        return self.base.with_values(
            model=cards.model.model,
            model_knobs=cards.model.values(),
            data=cards.data.name,
            data_knobs=cards.data.values(),
            plan=cards.plan.plan(),
        )

    def show(self, recipe: Recipe, base: Recipe | None = None) -> None:
        """Fill the cards; ``base``: what fields are reset to and what *changed* is measured against."""
        self.base = base or recipe
        self._cards.model.set_folded(self._session.run is not None or self._session.busy)
        self._undo.discard()
        self._fill(recipe)

    def changes(self) -> list[str]:
        """Titles of the settings that differ from ``base``."""
        data, model, plan = self._cards.data, self._cards.model, self._cards.plan
        changes = [*model.changes(), *data.changes(), *plan.changes()]
        if self.base is not None and model.model != self.base.model:
            changes.insert(0, _("model"))
        if self.base is not None and data.name != self.base.data:
            changes.insert(0, _("data"))
        return changes

    def first_error(self) -> str:
        """The first refused entry in words; empty where there is none."""
        cards = self._cards
        return cards.data.first_error() or cards.model.first_error() or cards.plan.first_error()

    def complete(self) -> str:
        """Have half-typed settings taken or refused. Words on the first that is refused, which gets the focus; or empty."""
        for card in (self._cards.data, self._cards.model, self._cards.plan):
            row = card.complete()
            if row is not None:
                card.set_folded(False)
                row.field.setFocus(Qt.FocusReason.OtherFocusReason)
                return f"{row.title}: {row.reason}"
        return ""

    @Slot()
    def renew(self) -> None:
        """Read the cards again: their values have changed, without need for a command for undo."""
        self._before_edit = self.recipe()
        self.changed.emit()

    def _fill(self, recipe: Recipe) -> None:
        assert self.base is not None
        base, cards = self.base, self._cards
        same_model, same_data = recipe.model == base.model, recipe.data == base.data
        cards.model.show_facts(None)  # those that are shown are of another model, until this one is counted
        cards.model.show_values(recipe.model, recipe.model_knobs, base.model_knobs if same_model else None)
        cards.data.show_values(recipe.data, recipe.data_knobs, base.data_knobs if same_data else None)
        self._optimisers.show(recipe, base)
        self.renew()

    @Slot(str)
    def _model_edited(self, name: str) -> None:
        if self._session.busy:
            self._live.edit(f"model.{name}")
        self._optimisers.follow_model()
        self._edited(f"model.{name}", self._cards.model.row(name))

    @Slot(str)
    def _plan_edited(self, name: str) -> None:
        if self._session.busy:
            self._live.edit(f"plan.{name}")
        self._edited(f"plan.{name}", self._cards.plan.row(name))

    @Slot(str)
    def _data_edited(self, name: str) -> None:
        form = self._cards.data.form
        self._edited(f"data.{name}", form.rows.get(name) if form is not None else None)

    def _edited(self, name: str, row: KnobRow | None) -> None:
        """Record an edit for undo; before training it is undone together with all that followed it."""
        before = self._before_edit
        self.renew()
        if not self._session.busy and before is not None and before != self._before_edit:
            title = row.title if row is not None else _("Model") if name.startswith("model") else _("Images")
            gesture = row.gesture if row is not None else 0
            self._undo.record(title, before, self._before_edit, self._put, of=name, gesture=gesture)

    def _put(self, recipe: Recipe) -> bool:
        """For undo and redo before training: the cards as they were."""
        self._fill(recipe)
        return True
