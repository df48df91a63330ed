"""Fields of settings that change while a model trains: applied by the session, refused beside the field, with undo."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import QObject, Signal, Slot

from genstudio.core.errors import GenstudioError
from genstudio.core.messages import _, translate
from genstudio.studio.forms.knob_row import KnobRow
from genstudio.studio.forms.knob_text import value_text
from genstudio.studio.session.session import Session
from genstudio.studio.sidebar.model.model_card import ModelCard
from genstudio.studio.sidebar.plan.card import PlanCard
from genstudio.studio.sidebar.plan.setting_undo import SettingUndo
from genstudio.studio.threads.error_text import error_message


class LiveSettings(QObject):
    """Names are those of the training: ``model.beta`` (or ``beta``), ``plan.steps``, ``plan.players.model.lr``.

    ``changed``: other values are in force, and shown in the cards.
    """

    changed = Signal()
    failed = Signal(object)
    informed = Signal(object)

    def __init__(
        self, session: Session, model: ModelCard, plan: PlanCard, undo: SettingUndo, parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        self._session, self._model, self._plan, self._undo = session, model, plan, undo
        self._slowed = False  # training itself has halved its rates a moment ago
        session.happened.connect(self._happened)

    def edit(self, name: str) -> None:
        """Put the value that was just entered in the field of ``name`` in force, or refuse it there."""
        row = self._row(name)
        if row is None or not row.info.live:
            return
        try:
            self._session.live.apply({name: row.value})
        except GenstudioError as error:
            row.refuse(translate(error_message(error)))
            self._plan.sum_up()
            return
        self._record({name: row.previous}, {name: row.value}, row.gesture)
        self.changed.emit()

    def take(self, values: dict[str, Any]) -> None:
        """Put ``values`` in force, as a remedy proposes them, and show them in their fields."""
        rows = {name: self._row(name) for name in values}
        before = {name: row.value for name, row in rows.items() if row is not None}
        if self._put(values) and len(before) == len(values):
            self._record(before, values)

    def show(self, values: dict[str, Any]) -> None:
        """Show values that are in force in their fields; what is half typed there stays."""
        for name, value in values.items():
            row = self._row(name)
            if row is not None:
                row.set_value(value, keep_typing=True)
        self._plan.sum_up()

    def _put(self, values: dict[str, Any]) -> bool:
        try:
            self._session.live.apply(values)
        except GenstudioError as error:
            self.failed.emit(error_message(error))
            return False
        self.show(values)
        self.changed.emit()
        return True

    def _put_back(self, values: dict[str, Any]) -> bool:
        """Set values for undo and redo, with a message: the fields may be folded away."""
        if not self._put(values):
            return False
        title = self._title(next(iter(values)))
        self.informed.emit(_("{setting}: back to {value}.", setting=title, value=_shown(next(iter(values.values())))))
        return True

    def _record(self, before: dict[str, Any], after: dict[str, Any], gesture: int = 0) -> None:
        name = next(iter(after))
        text = _(
            "{setting} {was} → {now}", setting=self._title(name), was=_shown(before[name]), now=_shown(after[name])
        )
        self._undo.record(text, before, after, self._put_back, of=name, gesture=gesture)

    def _row(self, name: str) -> KnobRow | None:
        if name.startswith("plan."):
            return self._plan.row(name.removeprefix("plan."))
        return self._model.row(name.removeprefix("model."))

    def _title(self, name: str) -> str:
        row = self._row(name)
        title = row.title if row is not None else name
        parts = name.split(".")
        if parts[:2] == ["plan", "players"] and len(self._plan.players) > 1:
            return _("{setting} of the {player}", setting=title, player=_(parts[2]))
        return title

    @Slot(object)
    def _happened(self, event: Any) -> None:
        """Training went back and halved its rates: show the rates in force."""
        kind = type(event).__name__
        if kind != "Changed":
            self._slowed = kind == "RolledBack"  # the changes that follow are its doing
        elif self._slowed:
            self.show({event.name: event.value})
            self.changed.emit()


def _shown(value: Any) -> str:
    return value_text(value) or _("nothing")
