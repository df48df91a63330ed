"""Editing of key frames: insert, replace, move, remove and redraw, by menus, keys, fields and dropped files."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QObject, QPoint, Qt, Signal, Slot
from PySide6.QtGui import QDropEvent
from PySide6.QtWidgets import QMenu, QWidget

from genstudio.core.messages import N_, Message, _
from genstudio.latent.points import LatentPoint
from genstudio.panes.interpolate.content import MOST_FRAMES, InterpolateState
from genstudio.studio.widgets.titles import literal

if TYPE_CHECKING:
    from genstudio.studio.pane_view.image_drop import ImageDrop
    from genstudio.studio.pane_view.player import Player
    from genstudio.studio.pane_view.undo_merging import UndoMerging
    from genstudio.studio.panes.interpolate.controls import InterpolateControls
    from genstudio.studio.panes.interpolate.key_row import KeyRow
    from genstudio.studio.panes.interpolate.shown_path import CodeSources, ShownPath
    from genstudio.studio.widgets.controls import Button
    from genstudio.viewing.blobs import Blob


class KeyMenus(QObject):
    """Menus *Add* and *Replace with*, as the model and the data allow.

    ``chosen(what, kind, number)``: ``what`` is ``add``, ``replace``, ``condition``, ``go``, ``left``, ``right`` or
    ``remove``; ``kind`` that of the new key frame, ``number`` its class, or the class that the model is conditioned on.
    """

    chosen = Signal(str, str, int)

    def fill(self, menu: QMenu, what: str, known: CodeSources) -> None:
        """Fill ``menu`` with one entry for each kind; classes have a menu of their own."""
        menu.clear()
        self._entry(menu, _("A drawn code"), what, "seed")
        for kind, text in (("image", _("An image of the data set")), ("own", _("My own image…"))):
            entry = self._entry(menu, text, what, kind)
            if not known.encodes:
                entry.setEnabled(False)
                entry.setText(_("{text} (this model has no encoder)", text=text))
        if known.names:
            self._classes(menu.addMenu(_("Typical of")), what, "class", known.names)

    def fill_context(self, menu: QMenu, known: CodeSources, frame: LatentPoint, place: int, count: int) -> None:
        """Fill ``menu`` with all that can be done with key frame ``place`` of ``count``."""
        self._entry(menu, _("Go there"), "go")
        self.fill(menu.addMenu(_("Replace with")), "replace", known)
        if known.model_classes and frame.kind != "class":
            conditions = menu.addMenu(_("Condition on"))
            self._classes(conditions, "condition", "", known.class_names, frame.label)
        menu.addSeparator()
        self._entry(menu, _("Move to the left (Alt+Left)"), "left").setEnabled(place > 0)
        self._entry(menu, _("Move to the right (Alt+Right)"), "right").setEnabled(place < count - 1)
        menu.addSeparator()
        self._entry(menu, _("Remove (Delete)"), "remove")

    def _classes(self, menu: QMenu, what: str, kind: str, names: tuple[str, ...], now: int = -1) -> None:
        for number, name in enumerate(names):
            entry = self._entry(menu, name, what, kind, number)
            entry.setCheckable(now >= 0)
            entry.setChecked(number == now)

    def _entry(self, menu: QMenu, text: str, what: str, kind: str = "", number: int = 0) -> Any:
        action = menu.addAction(literal(text))
        action.setData((what, kind, number))
        action.triggered.connect(self._triggered)
        return action

    @Slot()
    def _triggered(self) -> None:
        action: Any = self.sender()
        what, kind, number = action.data()
        self.chosen.emit(str(what), str(kind), int(number))


class KeyFrames(QObject):
    """Proposes states with other key frames; the selected one is ``row.current``.

    ``selected``: another key frame is selected, or the selected one changed. ``failed``: text on what could not be done.
    """

    selected = Signal()
    failed = Signal(object)

    def __init__(
        self,
        path: ShownPath,
        player: Player,
        merging: UndoMerging,
        row: KeyRow,
        add: Button,
        tools: InterpolateControls,
        image_drop: ImageDrop,
    ) -> None:
        super().__init__(row)
        self._path, self._player, self._merging, self._row, self._add = path, player, merging, row, add
        self._image_drop = image_drop
        self.menus = KeyMenus(self)
        row.went_to.connect(self.go_to)
        row.moved.connect(self.move)
        row.removed.connect(self.remove)
        row.menu_requested.connect(self._show_menu)
        row.more_requested.connect(add.showMenu)
        tools.another.clicked.connect(self.resample)
        tools.kind_chosen.connect(self._kind_chosen)
        tools.frame_edited.connect(self._edited)
        tools.number_stepped.connect(self._number_stepped)
        tools.morph_requested.connect(self.morph)
        tools.remove.clicked.connect(self._remove_selected)
        self.menus.chosen.connect(self._menu_chosen)
        image_drop.target_of = self._target_of
        image_drop.arrived.connect(self._image_arrived)

    def show_known(self) -> None:
        """Fill the menu of the button that adds, as model and data allow."""
        self.menus.fill(self._add.menu(), "add", self._path.known)

    # -- what can be done ----------------------------------------------------------------------------------------

    @Slot(int)
    def go_to(self, k: int) -> None:
        """Go to key frame ``k``, where the path goes through it."""
        place = self._path.place_of(k)
        if place is not None:
            self._player.go_to(place)

    def put(self, kind: str, number: int = 0, at: int | None = None) -> None:
        """Put a new key frame in the place of ``at``; ``None``: add one. ``number`` is that of a class."""
        if kind == "own":
            self._image_drop.open(at)
        else:
            self._put_frame(self._new(kind, number), at)

    @Slot(int, int)
    def move(self, k: int, to: int) -> None:
        """Move key frame ``k`` to the place ``to``."""
        self._change(_("move a key frame"), self._state.moved(k, to), to)

    @Slot(int)
    def remove(self, k: int) -> None:
        """Remove key frame ``k``."""
        self._change(_("remove a key frame"), self._state.without(k), min(k, len(self._state.frames) - 2))

    @Slot()
    def resample(self) -> None:
        """Redraw all drawn key frames."""
        self._change(_("resample"), self._state.resampled())

    @Slot(int, int)
    def morph(self, a: int, b: int) -> None:
        """Replace all key frames by two: of the classes ``a`` and ``b``."""
        self._player.pause()
        conditional = self._path.known.model_classes > 0
        self._change(_("morph two classes"), self._state.morphed(a, b, conditional=conditional), 0)

    # -- plumbing ------------------------------------------------------------------------------------------------

    @property
    def _state(self) -> InterpolateState:
        return self._path.state

    def _change(self, text: str, state: InterpolateState, selected: int | None = None) -> None:
        self._merging.command(text, state)
        if selected is not None:
            self._row.choose(selected)
            self.selected.emit()

    def _new(self, kind: str, number: int = 0) -> LatentPoint:
        """A key frame of a kind: a seed or an image that is not among them yet, or the class ``number``."""
        frames = self._state.frames
        if kind in ("seed", "image"):
            number = max((one.number for one in frames if one.kind == kind), default=-1) + 1
        label = frames[self._row.current].label if frames else 0
        return LatentPoint(kind, number % 2**31, label=label)  # type: ignore[arg-type]

    def _put_frame(self, frame: LatentPoint, at: int | None) -> None:
        n = len(self._state.frames)
        if at is not None and at < n:
            self._change(_("replace a key frame"), self._state.replaced(at, frame), at)
        elif n < MOST_FRAMES:
            self._change(_("add a key frame"), self._state.inserted(n, frame), n)
        else:
            text: Message = N_("There are {n} key frames, which is the maximum: remove one.", n=n)
            self.failed.emit(text)

    @Slot(str, str, int)
    def _menu_chosen(self, what: str, kind: str, number: int) -> None:
        k = self._row.current
        if what in ("add", "replace"):
            self.put(kind, number, k if what == "replace" else None)
        elif what == "condition":
            self._edited(replace(self._state.frames[k], label=number))
        elif what == "go":
            self.go_to(k)
        elif what == "remove":
            self.remove(k)
        else:
            self.move(k, k + (1 if what == "right" else -1))

    @Slot(int, QPoint)
    def _show_menu(self, k: int, where: QPoint) -> None:
        menu = QMenu(self._row)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.menus.fill_context(menu, self._path.known, self._state.frames[k], k, len(self._state.frames))
        menu.popup(where)

    @Slot(str)
    def _kind_chosen(self, kind: str) -> None:
        self.put(kind, 0, self._row.current)

    @Slot(object)
    def _edited(self, frame: LatentPoint) -> None:
        self._change(_("change a key frame"), self._state.replaced(self._row.current, frame))

    @Slot(object)
    def _number_stepped(self, frame: LatentPoint) -> None:
        self._merging.step(_("change a key frame"), self._state.replaced(self._row.current, frame))

    @Slot()
    def _remove_selected(self) -> None:
        self.remove(self._row.current)

    def _target_of(self, event: QDropEvent) -> int | None:
        """The key frame in whose place a dropped file goes; elsewhere it is one more."""
        pane: QWidget = self._image_drop.pane
        return self._row.index_at(self._row.mapFrom(pane, event.position().toPoint()))

    @Slot(object, object)
    def _image_arrived(self, blob: Blob, at: int | None) -> None:
        self._put_frame(replace(self._new("own"), blob=blob), at)
