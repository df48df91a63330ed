"""A place to drop an image of one's own, such as the one to translate."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Slot
from PySide6.QtGui import QDragEnterEvent, QDropEvent
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from genstudio.core.knobs import KnobInfo
from genstudio.core.messages import _, translate
from genstudio.studio.forms.conditions.base import condition_field
from genstudio.studio.forms.control import Control
from genstudio.studio.forms.knob_text import capitalised
from genstudio.studio.forms.typed_field import Refusal
from genstudio.studio.pane_view.image_drop import ImageDrop
from genstudio.studio.widgets.controls import Button, link
from genstudio.viewing.blobs import Blob

if TYPE_CHECKING:
    from genstudio.studio.threads.background import Background
    from genstudio.viewing.blobs import Blobs


class DropPlace(QWidget):
    """Button that opens an image file; one may be dropped onto it."""

    def __init__(self, title: str, tip: str) -> None:
        super().__init__()
        self.setAcceptDrops(True)
        self.drop = ImageDrop(self)
        self.open = Button(_("{name}: open an image…", name=title), tip, self, icon_name="folder")
        self.clear = link(_("Remove"), _("Take the image out"), self)
        self.refusal = Refusal(None, self)
        row = QHBoxLayout()
        row.setSpacing(8)
        row.addWidget(self.open, 1)
        row.addWidget(self.clear)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(2)
        column.addLayout(row)
        column.addWidget(self.refusal)
        self.open.clicked.connect(self.drop.browse)
        self.drop.started.connect(self._started)
        self.drop.failed.connect(self.refusal.show_text)

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        self.drop.enter(event)

    def dropEvent(self, event: QDropEvent) -> None:
        self.drop.drop(event)

    @Slot()
    def _started(self) -> None:
        self.refusal.show_text("")


@condition_field("image")
class ImageControl(Control):
    """Value: the :class:`Blob` of an image, or ``None``."""

    field: DropPlace
    bears_title = True

    def __init__(self, info: KnobInfo) -> None:
        super().__init__(info, DropPlace(capitalised(info.title), translate(info.help)))
        self.field.drop.arrived.connect(self._arrived)
        self.field.clear.clicked.connect(self._cleared)
        self.show(None)

    def set_services(self, blobs: Blobs, background: Background) -> None:
        self.field.drop.set_services(blobs, background)

    def show(self, value: Blob | None, *, keep_typing: bool = False) -> None:
        self.field.clear.setVisible(value is not None)

    @Slot(object, object)
    def _arrived(self, image: Blob, target: object) -> None:
        self.show(image)
        self.entered.emit(image)

    @Slot()
    def _cleared(self) -> None:
        self.show(None)
        self.entered.emit(None)
