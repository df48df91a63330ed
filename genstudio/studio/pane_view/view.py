"""A pane on screen: its pictures, the line of text under them, its help page, its inspector.

What a pane shows and which controls it has follow from its state (``genstudio/panes/``); a subclass in
``studio/panes/NAME/view.py`` may lay them out. A view never changes its state itself: it proposes one, and the pane area
makes that undoable.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtGui import QDragEnterEvent, QDropEvent, QKeySequence, QResizeEvent, QShortcut
from PySide6.QtWidgets import QWidget

from genstudio.core.messages import Message, _, translate
from genstudio.studio.forms.pane_controls import PaneControls
from genstudio.studio.pane_view.frame import PaneFrame
from genstudio.studio.pane_view.image_drop import ImageDrop
from genstudio.studio.pane_view.inspector import Inspector
from genstudio.studio.pane_view.pan_and_zoom import PanAndZoom
from genstudio.studio.pane_view.pane_line import milliseconds_text
from genstudio.studio.pane_view.undo_merging import UndoMerging
from genstudio.studio.widgets.image_grid import ImageGrid

if TYPE_CHECKING:
    import numpy as np

    from genstudio.studio.pane_view.direction_store import DirectionStore
    from genstudio.studio.pane_view.services import PaneServices
    from genstudio.studio.threads.background import Background
    from genstudio.studio.threads.rendering import Rendered
    from genstudio.viewing.blobs import Blobs
    from genstudio.viewing.content import Content
    from genstudio.viewing.pane import Pane
    from genstudio.viewing.pane_state import PaneState


class PaneView(PaneFrame):
    """``show_state`` puts a state into the controls, ``show_rendered`` a content on screen."""

    proposed = Signal(object, str)  # the next state, and what was changed, in words
    drag_started = Signal()
    drag_ended = Signal()
    picked_z = Signal(object)  # float32 latent_dim: clicked, or Enter
    commanded = Signal(object)  # a QUndoCommand for what is no state, such as a file of the user's
    beside_requested = Signal()
    export_requested = Signal(str, str)  # an export by name, and the suffix that its file is to have
    window_requested = Signal()
    resized = Signal()  # there is another room for pictures
    stop_requested = Signal()  # what is being computed for this pane is not to be
    compute_requested = Signal()  # it is, after all
    played = Signal()  # what plays here has come further: the next picture is due
    has_codes = True  # whether there may be a z to send on
    takes_own_z = True  # whether a z that is clicked here goes here too, where panes in sight take one
    has_cells = True  # whether what lies under the pointer is worth a picture of its own
    opens_images = False  # whether an image file may be dropped onto the pane
    merging: UndoMerging | None = None  # for panes with commands that merge, such as a play

    def __init__(self, pane: Pane, state: PaneState, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.pane, self.state = pane, state
        self.rendered: Rendered | None = None
        self.setAccessibleName(translate(pane.title))
        self._pinned: tuple[int, int] | None = None
        self._pointed: tuple[int, int] | None = None
        self.blobs: Blobs | None = None
        self.found: DirectionStore | None = None
        self.image_drop = ImageDrop(self)
        self.setAcceptDrops(self.opens_images)
        self.grid = self.make_grid()
        self.grid.setAccessibleName(translate(pane.title))
        self.grid.describe = self.describe_cell
        inspector = Inspector(translate(pane.title), self.make_controls(), cells=self.has_cells)
        self.lay_out(translate(pane.title), self.make_pictures(), inspector)
        self._connect()
        self.show_state(state)

    def offer_saving(self, plot: Any, export: str) -> None:
        """Let the menu of a plot (with ``save_requested``) write the export of this name."""
        plot.save_requested.connect(partial(self._save_plot, export))

    def _save_plot(self, export: str, kind: str) -> None:
        self.export_requested.emit(export, f".{kind}")

    # -- to be overridden ----------------------------------------------------------------------------------------

    def make_controls(self) -> PaneControls:
        """The controls of the state's fields, made by themselves."""
        return PaneControls(self.pane.state)

    def make_grid(self) -> ImageGrid:
        """Make the grid that shows a sheet of pictures."""
        return ImageGrid(self)

    def make_pictures(self) -> QWidget:
        """Make the widget in the pictures' place: the grid, or more around it."""
        return self.grid

    def sync(self, rendered: Rendered) -> None:
        """Fit the controls to the model and the data that are looked at."""

    def resolved(self, state: PaneState) -> PaneState:
        """``state`` with what it leaves to the pane's size filled in: what is rendered."""
        return state

    @property
    def idle(self) -> bool:
        """True if newer weights may come by themselves: not while something plays."""
        return True

    @property
    def restarts(self) -> bool:
        """True if an edit restarts the content: then it takes the newest weights."""
        return not self.pane.slow

    @property
    def plays_on(self) -> bool:
        """True while ``proposed`` is emitted by a play rather than by the user."""
        return self.merging is not None and self.merging.by_player

    @property
    def film(self) -> dict[str, Any]:
        """Options for a film made from here, such as the speed."""
        return {}

    def pause(self) -> None:
        """Pause what plays here."""

    @classmethod
    def make_shared(cls, services: PaneServices) -> Any:
        """Make what the views of this pane share and what outlives each of them, such as its jobs. Called once, before the
        first view is shown; :meth:`set_shared` gives it to each view."""
        return None

    def set_shared(self, shared: Any) -> None:
        """Use what :meth:`make_shared` made."""

    def set_services(self, blobs: Blobs, background: Background, found: DirectionStore | None = None) -> None:
        """Set the store of what is too big for a state, the worker that reads files, and the directions of the open run."""
        self.blobs, self.found = blobs, found
        self.image_drop.set_services(blobs, background)
        self.inspector.controls.set_services(blobs, background)

    # -- what is shown -------------------------------------------------------------------------------------------

    @property
    def is_empty(self) -> bool:
        return self.rendered is None

    def help_page(self) -> str:
        title, text = translate(self.pane.title), translate(self.pane.page)
        return f"<h2>{title}</h2><p>{translate(self.pane.help)}</p>{text}"

    def show_state(self, state: PaneState) -> None:
        self.state = state
        self.inspector.controls.show_state(state)

    def show_rendered(self, rendered: Rendered) -> None:
        """A content, or in words why there is none."""
        self.rendered = rendered
        content = rendered.content
        if content is None:
            self.show_message(rendered.error)
            return
        self.inspector.controls.show_conditions(rendered.conditions)
        self.sync(rendered)
        if content.pictures or not content.series:
            self.stack.show_pictures()
            self.show_picture(content)
        else:
            self.stack.show_curves(content)
        self.legend.show_legend(content.points.legend if content.points else content.legend)
        self.caption.setText(translate(content.caption))
        self.time.setText(milliseconds_text(rendered.milliseconds))
        self._show_pointed()

    def show_picture(self, content: Content) -> None:
        """The first picture of ``content``, with its points."""
        self.grid.show_picture(content.pictures[0] if content.pictures else None, content.points)

    def show_message(self, text: Message | str) -> None:
        """Nothing to look at: say why, and what to do."""
        self.stack.show_pictures()
        self._pinned = self._pointed = None
        self.grid.show_message(text)
        self.legend.show_legend(None)
        self.caption.setText("")
        self.time.setText("")
        self.inspector.show_cell(None, "")

    # -- cells and their codes -----------------------------------------------------------------------------------

    def z_at(self, cell: tuple[int, int]) -> np.ndarray | None:
        """The code of a cell, float32 latent_dim, where the pane says which."""
        picture = self.grid.picture
        if picture is None or "z" not in picture.values or cell[0] >= picture.rows or cell[1] >= picture.columns:
            return None
        return picture.values["z"][cell]

    @property
    def current_z(self) -> np.ndarray | None:
        """The code that *Send z to* sends: the focused cell's; a click moves the focus."""
        return self.z_at(self.grid.focused_cell)

    def describe_cell(self, row: int, column: int) -> str:
        """A cell in words, for the screen reader."""
        where = _("Row {row}, column {column}", row=row + 1, column=column + 1)
        z = self.z_at((row, column))
        return where if z is None else f"{where}, {z_text(z)}"

    @Slot(object)
    def _point(self, cell: tuple[int, int] | None) -> None:
        self._pointed = cell
        self._show_pointed()

    def _show_pointed(self) -> None:
        picture = self.grid.picture
        cell = self._pointed or self.grid.focused_cell
        if picture is None or cell is None or cell[0] >= picture.rows or cell[1] >= picture.columns:
            self.inspector.show_cell(None, "")
            return
        z = self.z_at(cell)
        code = z_text(z) if z is not None else self.describe_cell(*cell)
        text = _("Picked") if cell == self._pinned else _("Under the pointer") if self._pointed else _("In focus")
        self.inspector.show_cell(picture.at(*cell), code, caption=text)

    @Slot(int, int)
    def _picked(self, row: int, column: int) -> None:
        self._pinned = (row, column)
        self._show_pointed()
        z = self.z_at((row, column))
        if z is not None:
            self.picked_z.emit(z.copy())

    # -- plumbing ------------------------------------------------------------------------------------------------

    def propose(self, text: str = "", **fields: Any) -> None:
        """Propose the present state with some fields changed."""
        from dataclasses import replace

        self.proposed.emit(replace(self.state, **fields), text)

    @Slot(str, object)
    def _edited(self, name: str, value: Any) -> None:
        if getattr(self.state, name) != value:
            text = next((info.title for info in self.pane.state.controls() if info.name == name), name)
            self.propose(translate(text), **{name: value})

    def make_undo_merging(self, is_playing: Callable[[], bool] | None = None) -> UndoMerging:
        """Make the merging of this pane's commands; see :class:`UndoMerging`."""
        merging = UndoMerging(self, is_playing)
        merging.proposed.connect(self.proposed)
        merging.drag_started.connect(self.drag_started)
        merging.drag_ended.connect(self.drag_ended)
        self.inspector.controls.drag_started.connect(merging.slider_pressed)
        self.inspector.controls.drag_ended.connect(merging.slider_released)
        return merging

    def make_pan_and_zoom(self, plot: ImageGrid | Any = None, *, zooms: bool = True) -> PanAndZoom:
        """Make the grid, or a ``plot`` with its signals, pan and zoom; ``moved`` and ``zoomed`` are the caller's to
        connect."""
        made = PanAndZoom(plot or self.grid, zooms=zooms)
        made.drag_started.connect(self.drag_started)
        made.drag_ended.connect(self.drag_ended)
        return made

    def add_resample(self, controls: PaneControls, tip: str) -> None:
        """Put a button *Resample* on top of ``controls``, for a state with ``resampled()``; R does the same."""
        controls.add_resample(tip).clicked.connect(self.resample)
        self.add_shortcut("R", self.resample)

    @Slot()
    def resample(self) -> None:
        """Draw from another seed."""
        state: Any = self.state
        self.proposed.emit(state.resampled(), _("resample"))

    def add_shortcut(self, key: str, slot: Callable[[], object], *, in_inspector: bool = False) -> None:
        """Call ``slot`` at a key that is pressed in this pane, and in its inspector too."""
        for parent in (self, self.inspector) if in_inspector else (self,):
            shortcut = QShortcut(QKeySequence(key), parent)
            shortcut.setContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
            shortcut.activated.connect(slot)

    def _connect(self) -> None:
        self.image_drop.started.connect(self.trouble.clear)  # the error of the last file says nothing about this one
        self.image_drop.failed.connect(self.complain)
        self.grid.pointed.connect(self._point)
        self.grid.picked.connect(self._picked)
        controls = self.inspector.controls
        controls.edited.connect(self._edited)
        controls.drag_started.connect(self.drag_started)
        controls.drag_ended.connect(self.drag_ended)
        self.computing.stop_requested.connect(self.stop_requested)
        self.computing.compute_requested.connect(self.compute_requested)
        self.help_button.clicked.connect(self.toggle_help)
        self.beside_button.clicked.connect(self.beside_requested)
        self.window_button.clicked.connect(self.window_requested)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self.resized.emit()

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        self.image_drop.enter(event)

    def dropEvent(self, event: QDropEvent) -> None:
        self.image_drop.drop(event)


def z_text(z: np.ndarray, most: int = 4) -> str:
    """ "z = ( 0.42,  0.97 )"; of longer codes the first few numbers and the length."""
    numbers = ",  ".join(f"{float(value):.2f}" for value in z[:most]).replace("-", "−")
    if len(z) <= most:
        return f"z = ( {numbers} )"
    return f"z = ( {numbers}, … )  {len(z)}-D, |z| = {float((z * z).sum()) ** 0.5:.2f}"
