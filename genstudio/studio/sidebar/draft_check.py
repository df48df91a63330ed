"""Check whether the draft can be trained: its model is built for its images, without weights, in the background."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal, Slot

from genstudio.core.messages import _, translate
from genstudio.studio.threads.error_text import error_message

if TYPE_CHECKING:
    from genstudio.studio.sidebar.draft import Draft, DraftCards
    from genstudio.studio.threads.library import Library, ModelFacts


class DraftCheck(QObject):
    """Shows in the model's card what was found. ``changed``: :meth:`why_not` may say something else."""

    changed = Signal()

    def __init__(self, draft: Draft, cards: DraftCards, library: Library, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._draft, self._cards, self._library = draft, cards, library
        self._misfit = ""  # why this model can't serve these images
        draft.changed.connect(self._check)
        cards.data.opened.connect(self._check)
        cards.data.not_opened.connect(self._data_not_opened)
        for card in (cards.data, cards.model, cards.plan):
            card.marked.connect(self.changed)

    def why_not(self) -> str:
        """Words on what has to be put right before starting; empty when nothing has."""
        if not self._library.is_ready:
            return _("Loading the models")
        if wrong := self._draft.first_error():
            return _("A setting does not fit and is marked in red. {reason}", reason=wrong)
        if self._misfit:
            return self._misfit
        data = self._cards.data
        if data.data is None:
            return _("Opening the images") if data.is_opening else _("The images could not be opened")
        return ""

    @Slot()
    def _check(self) -> None:
        recipe, data = self._draft.recipe(), self._cards.data.data
        if recipe is not None and data is not None and self._library.is_ready and self._cards.model.is_valid():
            self._library.inspect(recipe, data.spec, self._inspected, self._unsupported)
        self.changed.emit()

    @Slot(object)
    def _inspected(self, facts: ModelFacts) -> None:
        self._misfit = ""
        self._cards.model.show_facts(facts)
        self._cards.plan.set_players(facts.players)
        self.changed.emit()

    @Slot(object)
    def _unsupported(self, error: Exception) -> None:
        self._misfit = translate(error_message(error))
        self._cards.model.show_facts(None, self._misfit)
        self.changed.emit()

    @Slot()
    def _data_not_opened(self) -> None:
        self._cards.model.show_facts(None)
        self.changed.emit()
