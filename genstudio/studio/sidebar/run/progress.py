"""Progress of the run as text and bar: while it prepares, trains, pauses, saves, and afterwards."""

from __future__ import annotations

from PySide6.QtCore import QObject, QTimer, Slot

from genstudio.core.messages import Message, _, translate
from genstudio.studio.session.session import IDLE, OPENING, PAUSED, PREPARING, STOPPING, TRAINING, Session
from genstudio.studio.sidebar.curves.card import CurvesCard
from genstudio.studio.sidebar.plan.card import PlanCard
from genstudio.studio.sidebar.run.controls_card import ControlsCard
from genstudio.studio.widgets.titles import as_time

EVERY_MS = 200


class ProgressCard(QObject):
    """Writes into the controls' card, five times a second while something is going on."""

    def __init__(self, session: Session, plan: PlanCard, controls: ControlsCard, curves: CurvesCard) -> None:
        super().__init__(controls)
        self.session, self.plan, self.controls, self.curves = session, plan, controls, curves
        self._preparing: tuple[float, str] = (0.0, "")
        self._timer = QTimer(self)
        self._timer.setInterval(EVERY_MS)
        self._timer.timeout.connect(self.show)
        session.progress.connect(self._prepared)

    def follow(self) -> None:
        """The session's state has changed."""
        if self.session.state in (TRAINING, PREPARING, STOPPING):
            self._timer.start()
        else:
            self._timer.stop()
        self.show()

    @Slot()
    def show(self) -> None:
        """Write it now."""
        session, controls = self.session, self.controls
        if session.state == PREPARING:
            controls.show_progress(self._preparing[0], self._preparing[1] or _("Preparing"))
            return
        if session.state == OPENING:
            controls.show_progress(0, _("Opening {name}", name=session.opening_name))
            return
        total = session.live.total_steps or self.plan.plan().steps
        if session.run is None and session.state == IDLE:
            controls.show_progress(0, "")
            return
        where = _("step {n} of {total}", n=f"{session.step:,}", total=f"{total:,}")
        controls.show_progress(session.step / max(1, total), where, self._pace(total))

    def _pace(self, total: int) -> str:
        if self.session.state == PAUSED:
            return _("paused")
        if self.session.state == STOPPING:
            return _("saving")
        if self.session.state == IDLE:
            return _("finished") if self.session.step >= total else _("stopped")
        speed = self.curves.data.images_per_second
        if not speed:
            return ""
        recipe = self.session.recipe  # not the form: reading it takes milliseconds
        left = (total - self.session.step) * (recipe.plan.batch_size if recipe is not None else 0) / speed
        return _("{n} images/s · {time} left", n=f"{speed:,.0f}", time=as_time(left))

    @Slot(float, object)
    def _prepared(self, share: float, text: Message) -> None:
        self._preparing = (share, translate(text))
