"""Menus *Add* and *Replace with* for key frames, as the model and the data allow."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from PySide6.QtCore import QObject, Signal, Slot
from PySide6.QtWidgets import QMenu

from genstudio.core.messages import _, translate
from genstudio.latent.points import LatentPoint, words_for
from genstudio.studio.widgets.titles import literal


@dataclass(frozen=True)
class Known:
    """Facts on model and data: class names, number of classes the model is conditioned on, whether it encodes."""

    names: tuple[str, ...] = ()
    told: int = 0
    encodes: bool = True

    def words(self, frame: LatentPoint) -> str:
        return translate(words_for(frame, self.names, self.told))

    def kinds(self, now: str = "") -> list[tuple[str, str]]:
        """The kinds that a key frame may have, in words; ``now`` is the one that it has."""
        found = [("seed", _("drawn"))]
        if self.encodes or now == "image":
            found.append(("image", _("image of the data")))
        if self.encodes or now == "own":
            found.append(("own", _("my image")))
        if self.names or now == "class":
            found.append(("class", _("typical of a class")))
        if now == "z":
            found.append(("z", _("a z that was sent")))
        return found


class KeyMenus(QObject):
    """``chosen(what, kind, number)``: ``what`` is ``add``, ``replace``, ``ask``, ``go``, ``left``, ``right`` or ``remove``;
    ``kind`` that of the new key frame, ``number`` its class, or that which is asked for."""

    chosen = Signal(str, str, int)

    def fill(self, menu: QMenu, what: str, known: Known) -> None:
        """One entry for each kind; of classes a menu of their own."""
        menu.clear()
        self._entry(menu, _("A drawn code"), what, "seed")
        for kind, words in (("image", _("An image of the data set")), ("own", _("My own image…"))):
            entry = self._entry(menu, words, what, kind)
            if not known.encodes:
                entry.setEnabled(False)
                entry.setText(_("{words} (this model has no encoder)", words=words))
        if known.names:
            self._classes(menu.addMenu(_("Typical of")), what, "class", known.names)

    def context(self, menu: QMenu, known: Known, frame: LatentPoint, place: int, count: int) -> None:
        """All that can be done with key frame ``place`` of ``count``."""
        self._entry(menu, _("Go there"), "go")
        self.fill(menu.addMenu(_("Replace with")), "replace", known)
        if known.told and frame.kind != "class":
            asked = menu.addMenu(_("Condition on"))
            self._classes(asked, "ask", "", known.names or tuple(map(str, range(known.told))), frame.label)
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

    def _entry(self, menu: QMenu, words: str, what: str, kind: str = "", number: int = 0) -> Any:
        action = menu.addAction(literal(words))
        action.setData((what, kind, number))
        action.triggered.connect(self._triggered)
        return action

    @Slot()
    def _triggered(self) -> None:
        action: Any = self.sender()
        what, kind, number = action.data()
        self.chosen.emit(str(what), str(kind), int(number))
