"""The left column: puts the cards together, makes one draft recipe of what stands in them, and obeys the session."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import Any

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtGui import QUndoStack
from PySide6.QtWidgets import QFileDialog, QVBoxLayout, QWidget

from genstudio.core.errors import GenstudioError
from genstudio.core.messages import Message, _, translate
from genstudio.studio.forms.knob_row import KnobRow
from genstudio.studio.pane_view.content_scroll import ContentScroll
from genstudio.studio.settings import Settings
from genstudio.studio.sidebar.curves.card import CurvesCard
from genstudio.studio.sidebar.data.card import DataCard
from genstudio.studio.sidebar.model.model_card import ModelCard
from genstudio.studio.sidebar.model.recipe_card import RecipeCard
from genstudio.studio.sidebar.plan.card import PlanCard
from genstudio.studio.sidebar.plan.live_settings import LiveSettings
from genstudio.studio.sidebar.plan.optimisers import Optimisers
from genstudio.studio.sidebar.plan.setting_undo import SettingUndo
from genstudio.studio.sidebar.run.controls_card import ControlsCard
from genstudio.studio.sidebar.run.progress import Progress
from genstudio.studio.sidebar.run.resume_check import GoingOn
from genstudio.studio.threads.error_words import error_message
from genstudio.studio.threads.library import Library, ModelFacts
from genstudio.studio.threads.run_reader import RunLine, run_lines
from genstudio.studio.threads.session import IDLE, OPENING, PAUSED, TRAINING, Session
from genstudio.training.recipe.recipe import Recipe

GAP = 12
DEFAULT_RECIPE = "faces-vae-2d"


class LeftColumn(QWidget):
    """``draft()`` is what *Start* would train."""

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
        self.base: Recipe | None = None  # where the ways back lead
        self._run_path = ""
        self.going_on = GoingOn()
        self._facts: ModelFacts | None = None
        self._misfit = ""  # why this model can't serve these images
        self._was_state = IDLE
        self._remembered: Recipe | None = None  # the draft before the next edit, for undo
        self.undo = SettingUndo(undo_stack, self)
        self._offered_to_keep = False  # a model that could not be written to its run
        self._runs: list[RunLine] = []
        self._build()
        self.live = LiveSettings(session, self.model, self.plan, self.undo, self)
        self._connect()
        self.progress = Progress(session, self.plan, self.controls, self.curves)
        self._choose_first()
        self._session_changed()

    # -- the draft -----------------------------------------------------------------------------------------------

    def draft(self) -> Recipe | None:
        """The recipe that stands in the cards, or ``None`` while there is none."""
        if self.base is None:
            return None
        return self.base.with_values(
            model=self.model.model,
            model_knobs=self.model.values(),
            data=self.data.name,
            data_knobs=self.data.values(),
            plan=self.plan.plan(),
        )

    def places(self) -> list[QWidget]:
        """The cards in the order in which they are read."""
        return [self.recipe, self.data, self.model, self.plan, self.controls, self.curves]

    def show_recipe(self, recipe: Recipe, base: Recipe | None = None) -> None:
        """Fill the cards; ``base``: where the ways back lead and what *changed* is measured against."""
        self.base = base or recipe
        self.model.set_folded(self.session.run is not None or self.session.busy)
        self.undo.forget()
        self._fill(recipe)

    def _fill(self, recipe: Recipe) -> None:
        assert self.base is not None
        base = self.base
        same_model, same_data = recipe.model == base.model, recipe.data == base.data
        self.model.show_facts(None)  # those that stand there are of another model, until this one is counted
        self.model.show_values(recipe.model, recipe.model_knobs, base.model_knobs if same_model else None)
        self.data.show_values(recipe.data, recipe.data_knobs, base.data_knobs if same_data else None)
        self.optimisers.show(recipe, base)
        self._draft_changed()

    def _why_not(self) -> str:
        """Words on what has to be put right before starting; empty when nothing has."""
        if not self.library.is_ready:
            return _("Loading the models")
        wrong = self.data.first_error() or self.model.first_error() or self.plan.first_error()
        if wrong:
            return _("A setting does not fit and is marked in red. {reason}", reason=wrong)
        if self._misfit:
            return self._misfit
        if self.data.data is None:
            return _("Opening the images") if self.data.is_opening else _("The images could not be opened")
        return ""

    def _resumes(self) -> bool:
        """True where starting means resuming the open run."""
        return self.session.run is not None and self.going_on.is_possible(self.draft(), self.session.step)

    # -- from the cards ------------------------------------------------------------------------------------------

    @Slot(object)
    def _recipe_chosen(self, recipe: Recipe) -> None:
        self.session.choose(recipe)
        self.settings.set("recipe", self.recipe.combo.currentData())
        self.show_recipe(recipe)

    @Slot()
    def _unfolded(self) -> None:
        card = self.sender()
        if isinstance(card, QWidget):
            self.cards.bring_into_sight(card)

    @Slot(str)
    def _model_edited(self, name: str) -> None:
        if self.session.busy:
            self.live.edit(f"model.{name}")
        self.optimisers.follow_model()
        self._edited(f"model.{name}", self.model.row(name))

    @Slot(str)
    def _plan_edited(self, name: str) -> None:
        if self.session.busy:
            self.live.edit(f"plan.{name}")
        self._edited(f"plan.{name}", self.plan.row(name))

    @Slot(str)
    def _data_edited(self, name: str) -> None:
        row = self.data.form.rows.get(name) if self.data.form is not None else None
        self._edited(f"data.{name}", row)

    def _edited(self, name: str, row: KnobRow | None) -> None:
        """A setting was changed by hand; before training that can be undone as a whole, with all that followed it."""
        before = self._remembered
        self._draft_changed()
        if not self.session.busy and before is not None and before != self._remembered:
            title = row.title if row is not None else _("Model") if name.startswith("model") else _("Images")
            gesture = row.gesture if row is not None else 0
            self.undo.record(title, before, self._remembered, self._put_draft, of=name, gesture=gesture)

    def _put_draft(self, recipe: Recipe) -> bool:
        """For undo and redo before training: the cards as they were."""
        self._fill(recipe)
        return True

    @Slot()
    def _live_changed(self) -> None:
        self.going_on.follows(self.draft())
        self._draft_changed()

    def _settle(self) -> bool:
        """Have half-typed settings taken or refused. ``False``, said in words, while a refused one stands in its field."""
        for card in (self.data, self.model, self.plan):
            row = card.complete()
            if row is not None:
                card.set_folded(False)
                row.field.setFocus(Qt.FocusReason.OtherFocusReason)
                self._failed(f"{row.title}: {row.reason}")
                return False
        return True

    @Slot()
    def _draft_changed(self) -> None:
        changes = [*self.model.changes(), *self.data.changes(), *self.plan.changes()]
        if self.base is not None:
            if self.model.model != self.base.model:
                changes.insert(0, _("model"))
            if self.data.name != self.base.data:
                changes.insert(0, _("data"))
        self.recipe.show_changes(changes)
        self._remembered = self.draft()
        self._inspect()
        self._update_buttons()

    def _inspect(self) -> None:
        """Count the model's weights again, unless something trains."""
        draft = self.draft()
        data = self.data.data
        if draft is None or data is None or not self.library.is_ready or not self.model.is_valid():
            return
        self.library.inspect(draft, data.spec, self._inspected, self._unsupported)

    @Slot(object)
    def _inspected(self, facts: ModelFacts) -> None:
        self._facts, self._misfit = facts, ""
        self.model.show_facts(facts)
        self.plan.set_players(facts.players)
        self._update_buttons()

    @Slot(object)
    def _unsupported(self, error: Exception) -> None:
        self._facts, self._misfit = None, translate(error_message(error))
        self.model.show_facts(None, self._misfit)
        self._update_buttons()

    @Slot(object)
    def _data_opened(self, data: Any) -> None:
        self._inspect()
        self._update_buttons()

    @Slot()
    def _data_not_opened(self) -> None:
        self._facts = None
        self.model.show_facts(None)
        self._update_buttons()

    # -- the buttons ---------------------------------------------------------------------------------------------

    @Slot()
    def _start(self) -> None:
        if not self._settle():
            return
        draft, why_not = self.draft(), self._why_not()
        if draft is None or why_not:
            self.controls.say(why_not)  # what was just taken may have to be opened first
            return
        self.controls.say("")
        if self._resumes() and self.session.has_unkept:
            self.session.keep_elsewhere()  # what goes on is what is in memory, once it is safe
            return
        if self._resumes() and self.session.run is not None:
            self.session.resume(self.session.run.path, steps=draft.plan.steps)
        else:
            self.session.start(draft)

    @Slot(object, object)
    def _discarded(self, was: Any, lies: Any) -> None:
        self.settings.set("session.run", None)
        self.controls.say(
            _("{name} is in the trash.", name=was.name),
            action=_("Undo"),
            do=lambda: self.session.undo_discard(was, lies),
        )

    @Slot(object)
    def _failed(self, words: Message | str) -> None:
        if not self.session.has_unkept:  # what else fails then follows from that, and must not hide the way out
            self.controls.say(words, "bad")

    @Slot(object)
    def _not_kept(self, words: Message | str) -> None:
        again = self._offered_to_keep
        self._offered_to_keep = True
        self.controls.say(
            words,
            "bad",
            action=_("Choose a folder…") if again else _("Save elsewhere"),
            do=self._keep_in_folder if again else self.session.keep_elsewhere,
        )

    def _keep_in_folder(self) -> None:
        """Where the person's own folder of runs can't be written either."""
        chosen = QFileDialog.getExistingDirectory(self, _("A folder for the run"))
        run = self.session.run
        if chosen and run is not None:
            self.session.keep_elsewhere(Path(chosen) / run.name)

    @Slot(object)
    def _said(self, words: Message | str) -> None:
        self.controls.say(words)

    @Slot()
    def _go_on(self) -> None:
        if self._settle():
            self.session.go_on()

    @Slot()
    def _step_once(self) -> None:
        if self._settle():
            self.session.step_once()

    @Slot(str)
    def _step_alone(self, player: str) -> None:
        if self._settle():
            self.session.step_alone(player)

    @Slot(object)
    def change_live(self, change: dict[str, Any]) -> None:
        """Change settings from the next step on, by a button that offers it; their fields show it."""
        self.live.take(change)

    @Slot(str)
    def _save_recipe(self, path: str) -> None:
        draft = self.draft() if self._settle() else None
        if draft is None:
            return
        try:
            draft.save(path)
        except (GenstudioError, OSError) as error:
            self._failed(_("The recipe could not be saved: {reason}", reason=str(error)))
        else:
            self._said(_("Saved as {path}", path=path))

    @Slot(str)
    def _exported(self, path: str) -> None:
        self._said(_("Saved as {path}", path=path))

    # -- from the session ----------------------------------------------------------------------------------------

    @Slot()
    def _session_changed(self) -> None:
        session = self.session
        path = str(session.run.path) if session.run is not None else ""
        # While a run is being opened the cards stay as they are: it may turn out that it can't be opened.
        if path != self._run_path and session.state != OPENING:
            self._run_path = path
            self.controls.drop_error()  # it was of the run that is left
            self.going_on.forget()
            if path and session.recipe is not None:
                self.settings.set("session.run", path)
                self._show_run(session.recipe)
            elif not session.busy:
                self.settings.set("session.run", None)
        was, self._was_state = self._was_state, session.state
        self._offered_to_keep = self._offered_to_keep and session.has_unkept
        if (was in (IDLE, OPENING)) == session.busy:  # begun or ended
            self.undo.forget()  # changes made before belong to what was then
            self._fold(session.busy)
        if was != session.state:
            self._lock()
        self._update_buttons()
        self.progress.follow()

    def _show_run(self, recipe: Recipe) -> None:
        """A run is open now: its settings stand in the cards, measured against the recipe that it came from."""
        origin = self.recipe.origin_of(recipe)
        if origin is None:
            self.recipe.show_recipe(recipe, self._run_path)
        self.show_recipe(recipe, origin)
        self.going_on.shows(self.draft())

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

    def _fold(self, busy: bool) -> None:
        if busy:
            self.model.set_folded(True)
            self.plan.set_folded(True)

    @Slot()
    def _update_buttons(self) -> None:
        why_not = self._why_not() if self.session.state == IDLE else ""
        if self.session.state == OPENING:
            why_not = _("{name} is being opened: wait for it, or cancel", name=self.session.opening_name)
        self.session.wait_for(why_not)
        self.controls.show_players(tuple(self.plan.players), self.session.only)
        self.controls.show_state(
            self.session.state,
            can_start=not why_not,
            resumes=self._resumes(),
            has_run=self.session.run is not None,
            why_not=why_not,
        )

    # -- the library ---------------------------------------------------------------------------------------------

    @Slot()
    def _library_ready(self) -> None:
        self.model.set_kinds(self.library.models)
        self.data.set_kinds(self.library.data)
        self.curves.set_units(self.library.units)
        self._lock()
        self.optimisers.models_are_known()
        self._draft_changed()

    @Slot()
    def _list_runs(self) -> None:
        self.recipe.show_runs(self._lines(), open_one=self.session.run is not None, busy=self.session.busy)
        self.session.background.submit(partial(run_lines, self._run_path), self._runs_listed, key="runs")

    def _lines(self) -> list[tuple[str, str, bool]]:
        return [(line.words, line.path, line.path == self._run_path) for line in self._runs]

    @Slot(object)
    def _runs_listed(self, lines: list[RunLine]) -> None:
        if lines != self._runs:
            self._runs = lines
            self.recipe.show_runs(self._lines(), open_one=self.session.run is not None, busy=self.session.busy)

    # -- making --------------------------------------------------------------------------------------------------

    def _build(self) -> None:
        whole = QVBoxLayout(self)
        whole.setContentsMargins(0, 0, 0, 0)
        whole.setSpacing(GAP)
        self.recipe = RecipeCard(self)
        self.data = DataCard(self.session.loader, self)
        self.model = ModelCard(self)
        self.plan = PlanCard(self)
        self.controls = ControlsCard(self)
        self.optimisers = Optimisers(self.model, self.plan, self.controls)
        self.curves = CurvesCard(self.session, self.settings, self)
        inside = QWidget()
        inside.setObjectName("scrolled")
        column = QVBoxLayout(inside)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(GAP)
        for card in (self.recipe, self.data, self.model, self.plan):
            column.addWidget(card)
        column.addStretch(1)  # else they grow for a moment while another one folds
        self.cards = ContentScroll(inside, self)
        whole.addWidget(self.cards)
        whole.addWidget(self.controls)
        whole.addWidget(self.curves, 1)

    def _connect(self) -> None:
        session = self.session
        self.recipe.chosen.connect(self._recipe_chosen)
        self.recipe.failed.connect(self._failed)
        self.recipe.runs_requested.connect(self._list_runs)
        self.recipe.run_chosen.connect(session.open_run)
        self.recipe.leave_requested.connect(session.close_run)
        self.recipe.save_requested.connect(self._save_recipe)
        self.recipe.theme_chosen.connect(self.theme_chosen)
        self.data.edited.connect(self._data_edited)
        self.data.opened.connect(self._data_opened)
        self.data.not_opened.connect(self._data_not_opened)
        self.data.downloaded.connect(self.library.look_again)
        self.model.edited.connect(self._model_edited)
        self.plan.edited.connect(self._plan_edited)
        for folding in (self.model, self.plan):
            folding.unfolded.connect(self._unfolded)
        self.controls.start_requested.connect(self._start)
        self.controls.pause_requested.connect(session.pause)
        self.controls.continue_requested.connect(self._go_on)
        self.controls.step_requested.connect(self._step_once)
        self.controls.step_alone_requested.connect(self._step_alone)
        self.controls.all_requested.connect(session.let_all_learn)
        self.controls.stop_requested.connect(session.stop)
        self.controls.discard_requested.connect(session.discard)
        self.curves.failed.connect(self._failed)
        self.curves.exported.connect(self._exported)
        self.curves.health.remedy_requested.connect(self.change_live)
        session.changed.connect(self._session_changed)
        session.failed.connect(self._failed)
        session.said.connect(self._said)
        session.not_kept.connect(self._not_kept)
        session.discarded.connect(self._discarded)
        self.optimisers.changed = self._draft_changed
        self.live.changed.connect(self._live_changed)
        self.live.failed.connect(self._failed)
        self.live.said.connect(self._said)
        for card in (self.data, self.model, self.plan):
            card.marked.connect(self._update_buttons)
        self.library.ready.connect(self._library_ready)
        self.library.failed.connect(self._library_failed)

    @Slot(object)
    def _library_failed(self, error: Exception) -> None:
        self._failed(error_message(error))

    def _choose_first(self) -> None:
        """The recipe of last time (by name, or the path of its file), or the default one."""
        wanted = self.settings.get("recipe", DEFAULT_RECIPE)
        if Path(wanted).is_file():
            self.recipe.open_recipe_file(wanted)
            if self.base is not None:
                return
        recipe = self.recipe.choose(wanted) or self.recipe.choose(DEFAULT_RECIPE)
        if recipe is None and self.recipe.combo.count():
            recipe = self.recipe.choose(self.recipe.combo.itemData(0))
        if recipe is not None:
            self.session.recipe = recipe
            self.show_recipe(recipe)
