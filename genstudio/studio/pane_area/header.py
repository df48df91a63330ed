"""Header of the pane area: the open run, what it is doing, and a slider through its checkpoints."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Literal

from PySide6.QtCore import QObject, Qt, Signal, Slot
from PySide6.QtGui import QFont
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QSlider, QWidget

from genstudio.core.messages import _
from genstudio.core.plain_text import printable
from genstudio.studio.pane_area.placeholder import activity_of, title_of
from genstudio.studio.theme import font
from genstudio.studio.widgets.card import Fact, Running

if TYPE_CHECKING:
    from genstudio.studio.pane_area.pane_layout import PaneLayout
    from genstudio.studio.pane_area.pane_states import PaneStates
    from genstudio.studio.pane_area.rendering import PaneRendering
    from genstudio.studio.session.session import Session

At = int | Literal["latest"]


class Header(QFrame):
    """``chosen`` carries a step or ``latest``; ``drag_started`` and ``drag_ended`` frame one drag of the slider."""

    chosen = Signal(object)
    drag_started = Signal()
    drag_ended = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("card")
        self.setFixedHeight(40)
        self._places: list[At] = ["latest"]
        self._at: At = "latest"
        self._step = 0
        self.name = QLabel(self)
        self.name.setFont(font(15, QFont.Weight.DemiBold))
        self.doing = Fact(parent=self)
        self.doing.setFont(font(13))
        self.doing.setAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
        self._label = QLabel(_("weights at step"), self)
        self._label.setObjectName("fact")
        self.slider = QSlider(Qt.Orientation.Horizontal, self)
        self.slider.setFixedWidth(160)
        self.slider.setAccessibleName(_("Weights at step"))
        self.slider.setToolTip(_("Move through the checkpoints of this run, with the same z"))
        self.shown = Running(self, least=92)
        self.shown.setFont(font(13))
        self.shown.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        line = QHBoxLayout(self)
        line.setContentsMargins(14, 0, 14, 0)
        line.setSpacing(8)
        line.addWidget(self.name)
        line.addWidget(self.doing, 1)
        for part in (self._label, self.slider, self.shown):
            line.addWidget(part)
        self.slider.valueChanged.connect(self._moved)
        self.slider.sliderPressed.connect(self.drag_started)
        self.slider.sliderReleased.connect(self.drag_ended)
        self.show_places([], live=False)

    def show_run(self, name: str, doing: str) -> None:
        self.name.setText(printable(name))
        self.name.setVisible(bool(name))
        self.name.setToolTip(printable(name))
        self.doing.setText(doing)

    def show_places(self, steps: list[int], *, live: bool) -> None:
        """The steps to choose from. ``live``: the newest weights are the loop's; otherwise they are the last checkpoint."""
        self._places = [*(steps if live else steps[:-1]), "latest"]
        blocked = self.slider.blockSignals(True)
        self.slider.setRange(0, len(self._places) - 1)
        self.slider.setEnabled(len(self._places) > 1)
        self.slider.blockSignals(blocked)
        for part in (self._label, self.slider, self.shown):
            part.setVisible(bool(steps) or live)
        self.show_at(self._at, self._step)

    def show_at(self, at: At, step: int) -> None:
        """Show the weights that are wanted (``at``) and the step on screen (``step``)."""
        self._at, self._step = at, step
        blocked = self.slider.blockSignals(True)
        self.slider.setValue(self._place(at))
        self.slider.blockSignals(blocked)
        text = f"{step:,}" if at != "latest" else _("{step} · latest", step=f"{step:,}")
        self.shown.setText(text)
        self.slider.setAccessibleDescription(text)

    def _place(self, at: At) -> int:
        if at == "latest" or at not in self._places:
            below = [k for k, place in enumerate(self._places) if place != "latest" and at != "latest" and place <= at]
            return below[-1] if below else len(self._places) - 1
        return self._places.index(at)

    @Slot(int)
    def _moved(self, place: int) -> None:
        self.chosen.emit(self._places[place])


class HeaderController(QObject):
    """Shows in ``header`` the session's run and the step on screen, and puts a chosen step into the states of all panes."""

    def __init__(
        self,
        header: Header,
        session: Session,
        states: PaneStates,
        pane_layout: PaneLayout,
        rendering: PaneRendering,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._header, self._session, self._states, self._layout = header, session, states, pane_layout
        header.chosen.connect(self._choose)
        header.drag_started.connect(pane_layout.rest_others)
        header.drag_started.connect(states.begin_gesture)
        header.drag_ended.connect(states.end_gesture)
        session.checkpoints_changed.connect(self.show_places)
        states.changed.connect(self.show_step)
        pane_layout.arranged.connect(self.show_step)
        rendering.shown.connect(self._shown)

    def show_run(self) -> None:
        """Show the name of the run and what it is doing."""
        self._header.show_run(title_of(self._session), activity_of(self._session))

    @Slot()
    def show_places(self) -> None:
        """Show the steps to choose from."""
        live = self._session.state in ("training", "paused", "stopping")
        self._header.show_places(self._session.checkpoint_steps(), live=live)
        self.show_step()

    @Slot()
    def show_step(self) -> None:
        """Show the step of the active pane."""
        view = self._layout.views.get(self._layout.active)
        rendered = view.rendered if view is not None else None
        at, latest = self._states.values[self._layout.active].at, self._session.latest_snapshot()
        if isinstance(at, int):
            step = at
        elif rendered is not None and rendered.content is not None:
            step = rendered.step
        else:
            step = latest.step if latest is not None else self._session.step
        self._header.show_at(at, step)

    @Slot(str)
    def _shown(self, name: str) -> None:
        made = self._layout.views[name].rendered
        used = name == self._layout.active or self._layout.active not in self._layout.in_sight()
        if used and made is not None and made.content is not None:
            self._header.show_at(self._states.values[name].at, made.step)

    @Slot(object)
    def _choose(self, at: At) -> None:
        changed = {name: replace(state, at=at) for name, state in self._states.values.items()}
        self._states.change(changed, _("weights at step"))
