"""Editing of key frames: insert, replace, move, remove and redraw, by menus, keys, fields and dropped files."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QPoint, Qt, Slot
from PySide6.QtGui import QDropEvent
from PySide6.QtWidgets import QMenu

from genstudio.core.messages import _
from genstudio.latent.points import LatentPoint
from genstudio.panes.interpolate.content import MOST_FRAMES, InterpolateState
from genstudio.studio.pane_view.own_image import OwnImage, dropped_path
from genstudio.studio.panes.interpolate.key_choices import KeyMenus

if TYPE_CHECKING:
    import numpy as np

    from genstudio.studio.panes.interpolate.view import InterpolateView


class KeyFrames(QObject):
    """Proposes states with other key frames; the one that is chosen is ``view.row.current``."""

    def __init__(self, view: InterpolateView) -> None:
        super().__init__(view)
        self._view, self._row = view, view.row
        self.menus = KeyMenus(self)
        self.own_image = OwnImage(view)
        self._own_goes: int | None = None  # in whose place an image comes that is read; None: it is one more
        self._row.went_to.connect(view.go_to_key)
        self._row.moved.connect(self.move)
        self._row.removed.connect(self.remove)
        self._row.menu_requested.connect(self._show_menu)
        self._row.wants_more.connect(view.add.showMenu)
        tools = view.tools
        tools.another.clicked.connect(self.resample)
        tools.kind_chosen.connect(self._kind_chosen)
        tools.frame_edited.connect(self._edited)
        tools.number_stepped.connect(self._number_stepped)
        tools.morph_requested.connect(self.morph)
        tools.remove.clicked.connect(self._remove_chosen)
        self.menus.chosen.connect(self._menu_chosen)
        self.own_image.arrived.connect(self._own_arrived)

    # -- what can be done ----------------------------------------------------------------------------------------

    def put(self, kind: str, number: int = 0, at: int | None = None) -> None:
        """A new key frame in the place of ``at``; of ``None``, as one more. ``number`` is that of a class."""
        if kind == "own":
            self._own_goes = at
            self.own_image.choose(self._view.background)
        else:
            self._put_frame(self._new(kind, number), at)

    def drop(self, event: QDropEvent) -> None:
        """A file: on a key frame it takes its place, elsewhere it is one more."""
        path = dropped_path(event.mimeData())
        if path:
            event.acceptProposedAction()
            self._own_goes = self._row.index_at(self._row.mapFrom(self._view, event.position().toPoint()))
            self.own_image.read(path, self._view.background)

    @Slot(int, int)
    def move(self, k: int, to: int) -> None:
        """Key frame ``k`` to the place ``to``."""
        self._change(_("move a key frame"), self._state.moved(k, to), to)

    @Slot(int)
    def remove(self, k: int) -> None:
        """Take key frame ``k`` out."""
        self._change(_("remove a key frame"), self._state.without(k), min(k, len(self._state.frames) - 2))

    @Slot()
    def resample(self) -> None:
        """Redraw all drawn key frames."""
        self._change(_("resample"), self._state.resampled())

    @Slot(int, int)
    def morph(self, a: int, b: int) -> None:
        """Two key frames in place of all there are: of the classes ``a`` and ``b``."""
        self._view.player.pause()
        self._change(_("morph two classes"), self._state.morphed(a, b, conditional=self._view.known.told > 0), 0)

    # -- plumbing ------------------------------------------------------------------------------------------------

    @property
    def _state(self) -> InterpolateState:
        return self._view.state

    def _change(self, words: str, state: InterpolateState, chosen: int | None = None) -> None:
        self._view.gestures.act(words, state)
        if chosen is not None:
            self._row.choose(chosen)
            self._view.show_frame()

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
            self._view.complain(_("There are {n} key frames, which is the maximum: remove one.", n=n))

    @Slot(str, str, int)
    def _menu_chosen(self, what: str, kind: str, number: int) -> None:
        k = self._row.current
        if what in ("add", "replace"):
            self.put(kind, number, k if what == "replace" else None)
        elif what == "ask":
            self._edited(replace(self._state.frames[k], label=number))
        elif what == "go":
            self._view.go_to_key(k)
        elif what == "remove":
            self.remove(k)
        else:
            self.move(k, k + (1 if what == "right" else -1))

    @Slot(int, QPoint)
    def _show_menu(self, k: int, where: QPoint) -> None:
        menu = QMenu(self._row)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.menus.context(menu, self._view.known, self._state.frames[k], k, len(self._state.frames))
        menu.popup(where)

    @Slot(str)
    def _kind_chosen(self, kind: str) -> None:
        self.put(kind, 0, self._row.current)

    @Slot(object)
    def _edited(self, frame: LatentPoint) -> None:
        self._change(_("change a key frame"), self._state.replaced(self._row.current, frame))

    @Slot(object)
    def _number_stepped(self, frame: LatentPoint) -> None:
        self._view.gestures.step(_("change a key frame"), self._state.replaced(self._row.current, frame))

    @Slot()
    def _remove_chosen(self) -> None:
        self.remove(self._row.current)

    @Slot(object)
    def _own_arrived(self, pixels: np.ndarray) -> None:
        blobs = self._view.blobs
        if blobs is not None:
            self._put_frame(replace(self._new("own"), blob=blobs.put_array(pixels)), self._own_goes)
