"""Left column of the window: makes the cards and connects them, and shows in them the run that the session has open.

draft.py                    the recipe in the cards
draft_check.py              what has to be put right before it can be trained
run/run_controls.py         start, continue, pause, step, stop
run/resume_check.py         whether Start continues the open run
run/run_messages.py         the line of text under the buttons
run/runs_menu.py            earlier runs
plan/live_settings.py       settings that are changed while a model trains
plan/setting_undo.py        undo of settings
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from PySide6.QtCore import Signal, Slot
from PySide6.QtGui import QUndoStack
from PySide6.QtWidgets import QVBoxLayout, QWidget

from genstudio.core.errors import GenstudioError
from genstudio.core.messages import _
from genstudio.studio.pane_view.content_scroll import ContentScroll
from genstudio.studio.session.session import IDLE, OPENING, PAUSED, TRAINING, Session
from genstudio.studio.settings import Settings
from genstudio.studio.sidebar.curves.card import CurvesCard
from genstudio.studio.sidebar.data.card import DataCard
from genstudio.studio.sidebar.draft import Draft, DraftCards
from genstudio.studio.sidebar.draft_check import DraftCheck
from genstudio.studio.sidebar.model.model_card import ModelCard
from genstudio.studio.sidebar.model.recipe_card import RecipeCard
from genstudio.studio.sidebar.plan.card import PlanCard
from genstudio.studio.sidebar.plan.live_settings import LiveSettings
from genstudio.studio.sidebar.plan.optimisers import Optimisers
from genstudio.studio.sidebar.plan.setting_undo import SettingUndo
from genstudio.studio.sidebar.run.controls_card import ControlsCard
from genstudio.studio.sidebar.run.progress import ProgressCard
from genstudio.studio.sidebar.run.run_controls import RunControls
from genstudio.studio.sidebar.run.run_messages import RunMessages
from genstudio.studio.sidebar.run.runs_menu import RunsMenu
from genstudio.studio.threads.error_text import error_message
from genstudio.studio.threads.library import Library
from genstudio.training.recipe.recipe import Recipe

GAP = 12
DEFAULT_RECIPE = "faces-vae-2d"


class LeftColumn(QWidget):
    """``draft.recipe()`` is what *Start* trains."""

    theme_chosen = Signal(str)

    def __init__(
        self,
        session: Session,
        library: Library,
        settings: Settings,
        undo_stack: QUndoStack,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self.session, self.library, self.settings = session, library, settings
        self._run_path = ""
        self._was_state = IDLE
        self.undo = SettingUndo(undo_stack, self)
        self._build()
        cards = DraftCards(self.data, self.model, self.plan)
        self.live = LiveSettings(session, self.model, self.plan, self.undo, self)
        self.messages = RunMessages(session, settings, self.controls)
        self.draft = Draft(session, cards, self.optimisers, self.live, self.undo, self)
        self.draft_check = DraftCheck(self.draft, cards, library, self)
        self.run_controls = RunControls(
            session, self.draft, self.draft_check, self.live, self.plan, self.controls, self.messages
        )
        self.progress = ProgressCard(session, self.plan, self.controls, self.curves)
        self._connect()
        self._choose_first()
        self._session_changed()

    def places(self) -> list[QWidget]:
        """The cards in the order in which they are read."""
        return [self.recipe, self.data, self.model, self.plan, self.controls, self.curves]

    @Slot(object)
    def change_live(self, change: dict[str, Any]) -> None:
        """Change settings from the next step on, by a button that offers it; their fields show it."""
        self.live.take(change)

    # -- recipes -------------------------------------------------------------------------------------------------

    @Slot(object)
    def _recipe_chosen(self, recipe: Recipe) -> None:
        self.session.choose(recipe)
        self.settings.set("recipe", self.recipe.combo.currentData())
        self.draft.show(recipe)

    @Slot(str)
    def _save_recipe(self, path: str) -> None:
        recipe = self.draft.recipe() if self.run_controls.complete() else None
        if recipe is None:
            return
        try:
            recipe.save(path)
        except (GenstudioError, OSError) as error:
            self.messages.fail(_("The recipe could not be saved: {reason}", reason=str(error)))
        else:
            self.messages.saved(path)

    @Slot()
    def _draft_changed(self) -> None:
        self.recipe.show_changes(self.draft.changes())

    def _choose_first(self) -> None:
        """Choose the recipe of last time (by name, or the path of its file), or the default one."""
        recipe_name = self.settings.get("recipe", DEFAULT_RECIPE)
        if Path(recipe_name).is_file():
            self.recipe.open_recipe_file(recipe_name)
            if self.draft.base is not None:
                return
        recipe = self.recipe.choose(recipe_name) or self.recipe.choose(DEFAULT_RECIPE)
        if recipe is None and self.recipe.combo.count():
            recipe = self.recipe.choose(self.recipe.combo.itemData(0))
        if recipe is not None:
            self.session.choose(recipe)
            self.draft.show(recipe)

    # -- the session ---------------------------------------------------------------------------------------------

    @Slot()
    def _session_changed(self) -> None:
        session = self.session
        path = str(session.run.path) if session.run is not None else ""
        # While a run is being opened the cards stay as they are: it may turn out that it can't be opened.
        if path != self._run_path and session.state != OPENING:
            self._run_path = path
            self.controls.drop_error()  # it was of the run that is left
            self.run_controls.resume_check.discard()
            if path and session.recipe is not None:
                self.settings.set("session.run", path)
                self._show_run(session.recipe)
            elif not session.busy:
                self.settings.set("session.run", None)
        was, self._was_state = self._was_state, session.state
        if (was in (IDLE, OPENING)) == session.busy:  # begun or ended
            self.undo.discard()  # changes made before belong to what was then
            if session.busy:
                self.model.set_folded(True)
                self.plan.set_folded(True)
        if was != session.state:
            self._lock()
        self.run_controls.show_state()
        self.progress.follow()

    def _show_run(self, recipe: Recipe) -> None:
        """Show the settings of the run that is open now, measured against the recipe that it came from."""
        origin = self.recipe.origin_of(recipe)
        if origin is None:
            self.recipe.show_recipe(recipe, self._run_path)
        self.draft.show(recipe, origin)
        self.run_controls.resume_check.shows(self.draft.recipe())

    def _lock(self) -> None:
        """Lock what can't change in this state, for a reason each."""
        session = self.session
        reason = _("This belongs to the current run: stop it to change it") if session.busy else ""
        shapes = _("This shapes the network: stop, then start a new run to change it") if session.busy else ""
        learns = session.state in (IDLE, TRAINING, PAUSED)
        opening = session.state == OPENING
        between = _("A run is being opened") if opening else _("Training is being prepared or saved: please wait")
        self.model.lock(shapes if learns else between, live_stay=learns)
        self.plan.lock(reason if learns else between, live_stay=learns)
        self.data.lock(reason or (between if opening else ""))
        self.recipe.combo.setEnabled(not session.busy)
        self.recipe.combo.setToolTip(reason or _("A complete starting point: model, images and plan"))

    # -- the library ---------------------------------------------------------------------------------------------

    @Slot()
    def _library_ready(self) -> None:
        self.model.set_kinds(self.library.models)
        self.data.set_kinds(self.library.data)
        self.curves.set_metrics(self.library.metrics)
        self._lock()
        self.optimisers.models_are_known()
        self.draft.renew()

    @Slot(object)
    def _library_failed(self, error: Exception) -> None:
        self.messages.fail(error_message(error))

    # -- the cards -----------------------------------------------------------------------------------------------

    @Slot()
    def _unfolded(self) -> None:
        card = self.sender()
        if isinstance(card, QWidget):
            self.cards.bring_into_sight(card)

    def _build(self) -> None:
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(GAP)
        self.runs_menu = RunsMenu(self.session, self)
        self.recipe = RecipeCard(self.runs_menu, self)
        self.data = DataCard(self.session.loader, self)
        self.model = ModelCard(self)
        self.plan = PlanCard(self)
        self.controls = ControlsCard(self)
        self.optimisers = Optimisers(self.model, self.plan, self.controls)
        self.curves = CurvesCard(self.session, self.settings, self)
        inside = QWidget()
        inside.setObjectName("scrolled")
        scrolled = QVBoxLayout(inside)
        scrolled.setContentsMargins(0, 0, 0, 0)
        scrolled.setSpacing(GAP)
        for card in (self.recipe, self.data, self.model, self.plan):
            scrolled.addWidget(card)
        scrolled.addStretch(1)  # else they grow for a moment while another one folds
        self.cards = ContentScroll(inside, self)
        column.addWidget(self.cards)
        column.addWidget(self.controls)
        column.addWidget(self.curves, 1)

    def _connect(self) -> None:
        session, messages = self.session, self.messages
        self.recipe.chosen.connect(self._recipe_chosen)
        self.recipe.save_requested.connect(self._save_recipe)
        self.recipe.theme_chosen.connect(self.theme_chosen)
        self.runs_menu.run_chosen.connect(session.open_run)
        self.runs_menu.leave_requested.connect(session.close_run)
        self.data.downloaded.connect(self.library.list_again)
        for folding in (self.model, self.plan):
            folding.unfolded.connect(self._unfolded)
        self.curves.exported.connect(messages.saved)
        self.curves.go_on.requested.connect(self.run_controls.go_on)
        self.curves.health.remedy_requested.connect(self.change_live)
        for part in (self.recipe, self.curves, self.live):
            part.failed.connect(messages.fail)
        self.live.informed.connect(messages.show_text)
        self.draft.changed.connect(self._draft_changed)
        self.library.ready.connect(self._library_ready)
        self.library.failed.connect(self._library_failed)
        session.changed.connect(self._session_changed)
