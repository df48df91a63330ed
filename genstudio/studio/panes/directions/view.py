"""Directions in the hand: rows that scroll, boxes to hold some fixed, names for components, stop and find again."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QRectF, Qt, Slot
from PySide6.QtGui import QKeyEvent, QKeySequence, QShortcut
from PySide6.QtWidgets import (
    QFrame,
    QLabel,
    QScrollArea,
    QSizePolicy,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from genstudio.core.messages import Message, _, translate
from genstudio.latent.directions.direction import COMPONENTS
from genstudio.panes.directions.state import DirectionsState
from genstudio.studio.forms.pane_controls import ChoiceControl, PaneControls, SliderControl
from genstudio.studio.forms.typed_field import TypedField
from genstudio.studio.pane_area.stale_line import StaleLine
from genstudio.studio.pane_view.registry import pane_view
from genstudio.studio.pane_view.view import PaneView, z_in_words
from genstudio.studio.panes.directions.grid import DirectionGrid, RowWords
from genstudio.studio.panes.directions.parts import FindingLine, WantedAttributes
from genstudio.studio.theme import font
from genstudio.studio.widgets.controls import Button

if TYPE_CHECKING:
    from genstudio.core.spec import ImageSpec
    from genstudio.studio.pane_area.direction_store import FoundDirections
    from genstudio.studio.threads.background import Background
    from genstudio.studio.threads.render_thread import Rendered
    from genstudio.viewing.blobs import Blobs
    from genstudio.viewing.content import Content
    from genstudio.viewing.pane import Pane
    from genstudio.viewing.pane_state import PaneState

BY_HAND = ("attributes", "fixed", "looking", "z", "directions")


@pane_view("directions")
class DirectionsView(PaneView):
    state: DirectionsState
    grid: DirectionGrid
    takes_own_z = False  # a click says where others should look, not where to walk from

    def __init__(self, pane: Pane, state: PaneState, parent: QWidget | None = None) -> None:
        self._content: Content | None = None
        self._spec: ImageSpec | None = None
        self._can_encode = True
        super().__init__(pane, state, parent)
        self.grid.held.connect(self._held)
        self.grid.moved_to.connect(self._keep_in_sight)
        shortcut = QShortcut(QKeySequence(Qt.Key.Key_F), self)
        shortcut.setContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
        shortcut.activated.connect(self.hold_focused)

    # -- laid out ------------------------------------------------------------------------------------------------

    def make_grid(self) -> DirectionGrid:
        return DirectionGrid(self)

    def make_pictures(self) -> QWidget:
        whole = QWidget(self)
        column = QVBoxLayout(whole)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(6)
        self.scrolled = QScrollArea(whole)
        self.scrolled.setWidgetResizable(True)
        self.scrolled.setFrameShape(QFrame.Shape.NoFrame)
        self.scrolled.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.scrolled.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.scrolled.setWidget(self.grid)
        self.remarks = QLabel(whole)
        self.remarks.setFont(font(13))
        self.remarks.setWordWrap(True)
        self.remarks.setAccessibleName(_("What is missing, and why"))
        self.remarks.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self.remarks.hide()
        self.stale = StaleLine(whole)
        self.stale.link.clicked.connect(self.find_again)
        self.finding = FindingLine(whole)
        self.finding.stop.clicked.connect(self.stop_finding)
        self.lines = QStackedWidget(whole)  # one place for both, so that the pictures never move
        self.lines.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)
        self.idle_line = QWidget(self.lines)
        idle = QVBoxLayout(self.idle_line)
        idle.setContentsMargins(0, 0, 0, 0)
        idle.addWidget(self.stale)
        for line in (self.idle_line, self.finding):
            self.lines.addWidget(line)
        column.addWidget(self.scrolled, 1)
        column.addWidget(self.remarks)
        column.addWidget(self.lines)
        return whole

    def make_controls(self) -> PaneControls:
        infos = {info.name: info for info in DirectionsState.controls()}
        shown = [("strips", _("pictures")), ("cosines", _("cosines")), ("effects", _("effects"))]
        ways = [
            ("auto", _("auto")),
            ("means", _("means")),
            ("logistic", _("logistic")),
            ("svm", _("linear SVM")),
            ("ridge", _("ridge")),
            ("extremes", _("extremes")),
        ]
        counts = [(0, _("automatic")), (5, "5"), (7, "7"), (9, "9")]
        made = {
            "shown": ChoiceControl(infos["shown"], shown),
            "source": ChoiceControl(infos["source"], [("image", _("an image")), ("prior", _("a draw"))]),
            "reach": SliderControl(infos["reach"], lambda value: f"±{value:.1f} σ"),
            "cells": ChoiceControl(infos["cells"], counts),
            "how": ChoiceControl(infos["how"], ways),
            "components": SliderControl(infos["components"], lambda value: f"{value:.0f}"),
            "label": ChoiceControl(infos["label"], [(-1, _("the image's"))], _("class")),
        }
        controls = PaneControls(DirectionsState, made, left_out=BY_HAND)
        self.again = Button(_("Find again"), _("Find the directions of the weights that are shown"), icon_name="reset")
        self.again.clicked.connect(self.find_again)
        self.back = Button(
            _("Discard the code sent here"), _("Start again from an image or a drawn code"), icon_name="reset"
        )
        self.back.clicked.connect(self._forget_z)
        self.wanted = WantedAttributes(translate(infos["attributes"].help))
        self.wanted.chosen.connect(self._want)
        self.name = TypedField(_("Name of the component in focus"))
        self.name.setPlaceholderText(_("a name for this component"))
        self.name.setToolTip(_("Describe what changes along it; the name is saved with the run"))
        self.name.completed.connect(self._named)
        rows = controls.rows
        rows.insertWidget(0, self.name)
        rows.insertWidget(1, self.again)
        rows.insertWidget(2, self.back)
        rows.insertWidget(rows.indexOf(made["how"].widget) + 1, self.wanted)
        self.name.hide()
        return controls

    def set_services(self, blobs: Blobs, background: Background, found: FoundDirections | None = None) -> None:
        super().set_services(blobs, background, found)
        if found is not None:
            found.changed.connect(self.resized)  # others are to be shown

    # -- what is shown -------------------------------------------------------------------------------------------

    @property
    def idle(self) -> bool:
        return not self.is_finding

    @property
    def is_finding(self) -> bool:
        """True while directions are searched for, in the weights at the start of the search."""
        return self._content is not None and bool(self._content.values["finding"])

    def resolved(self, state: PaneState) -> DirectionsState:
        """With the directions that are known of the run, and as many pictures in a row as fit."""
        assert isinstance(state, DirectionsState)
        if state.directions is None and self.found is not None:
            state = replace(state, directions=self.found.of(state.way))
        if state.cells or self._spec is None:
            return state
        return replace(state, cells=self.grid.columns_that_fit(*self._spec.cell))

    def show_state(self, state: PaneState) -> None:
        assert isinstance(state, DirectionsState)
        super().show_state(state)
        controls = self.inspector.controls.controls
        drawn = state.source == "prior" or not self._can_encode
        controls["index"].widget.setVisible(not drawn and state.z is None)
        controls["seed"].widget.setVisible(drawn and state.z is None)
        controls["source"].widget.setVisible(self._can_encode and state.z is None)
        self.back.setVisible(state.z is not None)
        self.wanted.show_requested(state.attributes)
        if self.found is not None:
            self.found.choose(state.way)

    def sync(self, rendered: Rendered) -> None:
        assert rendered.content is not None
        values = rendered.content.values
        if rendered.snapshot is not None and self._spec != rendered.snapshot.spec:
            self._spec = rendered.snapshot.spec
            self.resized.emit()  # only now is it known how many pictures fit
        label = self.inspector.controls.controls["label"]
        assert isinstance(label, ChoiceControl)
        label.set_choices([(-1, _("the image's")), *enumerate(values["class_names"])])
        label.show(self.state.label)
        label.widget.setVisible(bool(values["class_names"]))
        self.wanted.offer(values["attributes"])
        if values["can_encode"] != self._can_encode:
            self._can_encode = values["can_encode"]
            self.show_state(self.state)

    def show_rendered(self, rendered: Rendered) -> None:
        content = rendered.content
        if content is not None and content is self._content:
            self.rendered = rendered  # while it is measured on, the same content comes again
            return
        self._content = content
        super().show_rendered(rendered)
        self._show_finding()
        if content is None:
            return
        self._take(rendered, content)

    @property
    def tells_progress(self) -> bool:  # type: ignore[override]
        return self.is_finding

    def show_picture(self, content: Content) -> None:
        values, picture = content.values, content.pictures[0]
        self.grid.room = self.scrolled.viewport().height()
        self.inspector.view.setVisible(values["shown"] == "strips")
        if values["shown"] != "strips":
            self.grid.show_matrix(picture, values["row_names"], values["column_names"], values["matrix"])
            return
        words = [
            RowWords(row.title, row.fixed, tuple(translate(line) for line in lines))
            for row, lines in zip(values["rows"], values["lines"], strict=True)
        ]
        self.grid.show_rows(picture, words, [in_sigma(float(place)) for place in values["columns"]])

    def _take(self, rendered: Rendered, content: Content) -> None:
        remarks = [translate(words) for words in content.values["remarks"]]
        self.remarks.setText("\n".join(remarks))
        self.remarks.setVisible(bool(remarks))
        if "found" in content.values and self.found is not None and rendered.snapshot is not None:
            self.found.take(content.values["found"], content.values["way"], rendered.snapshot.run)

    def show_message(self, words: Message | str) -> None:
        self._content = None
        super().show_message(words)
        self.remarks.hide()
        self._show_finding()

    def _show_finding(self) -> None:
        self.lines.setCurrentWidget(self.finding if self.is_finding else self.idle_line)
        told = self._content.values if self._content is not None and not self.is_finding else {}
        step = self.rendered.step if self.rendered is not None else 0
        self.stale.show_steps(told["found_at"] if told.get("rows") else None, step)
        if self._content is not None:
            self.finding.bar.setValue(self._content.values["percent"])
        known = self.resolved(self.state).directions is not None
        self.again.setVisible(not self.is_finding)
        self.again.setText(_("Find again") if known else _("Find directions"))
        self.again.setEnabled(known or not self.state.looking)

    # -- cells ---------------------------------------------------------------------------------------------------

    def describe_cell(self, row: int, column: int) -> str:
        """ "smile, +1.5 σ", or two names and a number."""
        content = self._content
        if content is None or row >= len(content.values["row_names"]):
            return super().describe_cell(row, column)
        values = content.values
        if values["shown"] == "strips":
            told = ". ".join(translate(line) for line in values["lines"][row])
            return f"{self._place_in_words(row, column)}. {told}"
        number = f"{float(values['matrix'][row, column]):+.2f}".replace("-", "−")
        names = {"row": values["row_names"][row], "column": values["column_names"][column], "number": number}
        if values["shown"] == "cosines":
            return _("{row} and {column}: cosine {number}", **names)
        return _("{row} changes {column} by {number} σ", **names)

    def _place_in_words(self, row: int, column: int) -> str:
        assert self._content is not None
        values = self._content.values
        sigma = in_sigma(float(values["columns"][column]))
        return _("{name}, {sigma} σ", name=values["row_names"][row], sigma=sigma)

    def _show_pointed(self) -> None:
        super()._show_pointed()
        if not hasattr(self, "name"):
            return
        content, cell = self._content, self._pointed or self.grid.focused_cell
        picture = self.grid.picture
        if content is None or picture is None or cell[0] >= len(content.values["rows"]):
            self.name.hide()
            return
        if content.values["shown"] == "strips" and cell[1] < picture.columns:
            z = self.z_at(cell)
            lines = [translate(line) for line in content.values["lines"][cell[0]]]
            lines += [z_in_words(z)] if z is not None else []
            self.inspector.show_cell(
                picture.at(*cell),
                self._place_in_words(*cell),
                "\n".join(lines),
                caption=self.inspector.caption.accessibleName(),
            )
        self._offer_name()

    def _offer_name(self) -> None:
        """A line to type in, while a principal component is in focus."""
        row = self._focused_row()
        component = row is not None and row.direction.method == COMPONENTS and not self.is_finding
        if not self.name.is_pending:
            self.name.show_text("" if row is None or row.direction.is_nameless else row.name)
            self.name.setProperty("of", row.name if row is not None else "")
        self.name.setVisible(component)

    def _focused_row(self) -> Any:
        number = self.grid.focused_cell[0]
        rows = self._content.values["rows"] if self._content is not None else ()
        return rows[number] if number < len(rows) and self.grid.picture is not None else None

    # -- hands ---------------------------------------------------------------------------------------------------

    @Slot()
    def find_again(self) -> None:
        """Find the directions of the weights that are shown."""
        if self.state.directions is not None or not self.state.looking:
            self.propose(_("find directions"), directions=None, looking=True)
        elif self.found is not None:
            self.found.find_again()

    @Slot()
    def stop_finding(self) -> None:
        """Stop the search; *Find directions* resumes it."""
        if self.is_finding:
            self.propose(_("stop finding"), looking=False)

    @Slot(object)
    def _want(self, names: tuple[str, ...]) -> None:
        self.propose(_("attributes"), attributes=names)

    @Slot()
    def hold_focused(self) -> None:
        """Hold the focused row's direction fixed, or let it go."""
        row = self._focused_row()
        if row is not None:
            self._hold(row.name, not row.fixed)

    @Slot(int, bool)
    def _held(self, number: int, fixed: bool) -> None:
        if self._content is not None and number < len(self._content.values["rows"]):
            self._hold(self._content.values["rows"][number].name, fixed)

    def _hold(self, name: str, fixed: bool) -> None:
        others = tuple(one for one in self.state.fixed if one != name)
        words = _("hold {name} fixed", name=name) if fixed else _("release {name}", name=name)
        self.propose(words, fixed=(*others, name) if fixed else others)

    @Slot(str)
    def _named(self, text: str) -> None:
        old, new = str(self.name.property("of")), text.strip()
        if self.found is None or not new:
            self.name.revert()
            return
        self.name.show_text(new)
        if new != old:
            self.found.name(old, new)

    @Slot()
    def _forget_z(self) -> None:
        self.propose(_("discard the code sent here"), z=None)

    @Slot(object)
    def _keep_in_sight(self, rect: QRectF) -> None:
        centre = rect.center().toPoint()
        self.scrolled.ensureVisible(centre.x(), centre.y(), 0, int(rect.height() / 2) + 8)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape and self.is_finding and not self.showing_help:
            self.stop_finding()
        else:
            super().keyPressEvent(event)


def in_sigma(place: float) -> str:
    """ "−1.5", "0", "+3"."""
    return f"{place:+.2g}".replace("-", "−") if abs(place) > 1e-9 else "0"
