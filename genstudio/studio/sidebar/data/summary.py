"""Summary of the open images in the data card: some of them, facts in words, and remarks on what was left out."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject
from PySide6.QtWidgets import QHBoxLayout, QLabel, QVBoxLayout, QWidget

from genstudio.core.messages import _, translate
from genstudio.data.base import data_sets
from genstudio.studio.sidebar.data.opening import Preview
from genstudio.studio.sidebar.data.problems import DataProblems
from genstudio.studio.sidebar.data.thumbnails import Thumbnails
from genstudio.studio.theme import font

if TYPE_CHECKING:
    from genstudio.data.dataset import DataSet


class DataSummary(QObject):
    """``thumbs``, ``details`` and ``problems`` of the images, in the layout of the owner."""

    def __init__(self, parent: QWidget, layout: QVBoxLayout) -> None:
        super().__init__(parent)
        self.thumbs = Thumbnails(parent)
        self.details = QLabel(parent)
        self.details.setObjectName("fact")
        self.details.setFont(font(12))
        self.problems = DataProblems(parent)
        line = QHBoxLayout()
        line.addWidget(self.details)
        line.addStretch(1)
        line.addWidget(self.problems.button)
        layout.addWidget(self.thumbs)
        layout.addLayout(line)
        layout.addWidget(self.problems.list)
        self.clear()

    def show_preview(self, preview: Preview) -> None:
        """Show these images."""
        data = preview.data
        self.thumbs.show_images(preview.images, _("Examples of {facts}", facts=facts_text(data)))
        details, spec = [], data.spec
        if spec.class_names:
            details.append(_("{n} classes", n=len(spec.class_names)))
        if spec.attribute_names:
            details.append(_("{n} attributes", n=len(spec.attribute_names)))
        binarisation = data.split("train").binarisation
        if binarisation != "none":
            details.append(_("binarised: {how}", how=binarisation))
        self.details.setText(" · ".join(details))
        self.details.setToolTip("\n".join(filter(None, [", ".join(spec.class_names), ", ".join(spec.attribute_names)])))
        self.details.setVisible(bool(details))
        self.problems.show([translate(problem) for problem in data.problems])

    def clear(self) -> None:
        """Show no images."""
        self.thumbs.show_images([], "")
        self.details.setText("")
        self.details.hide()
        self.problems.show([])


def facts_text(data: DataSet) -> str:
    """Number and kind of the images, such as "70,000 images · 28×28 grey"."""
    n = f"{len(data):,}"
    if data.spec.is_point:
        return _("{n} points of the plane", n=n)
    return _("{n} {noun} · {spec}", n=n, noun=data_sets[data.name].noun, spec=data.spec)
