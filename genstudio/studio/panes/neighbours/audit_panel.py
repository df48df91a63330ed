"""The part of *Nearest neighbours* under the pictures: verdict of the audit, its button and the histogram of distances."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QHBoxLayout, QLabel, QVBoxLayout, QWidget

from genstudio.core.messages import _, translate
from genstudio.studio.plots.histogram_view import HistogramView
from genstudio.studio.theme import font
from genstudio.studio.widgets.controls import Button, restyle
from genstudio.viewing.charts.histograms import Histograms

if TYPE_CHECKING:
    from genstudio.studio.threads.jobs import PaneJob
    from genstudio.viewing.content import Content

SURE = 0.001  # p-value below which the verdict is marked as bad


class AuditPanel(QWidget):
    """Shows an audit; ``button`` begins and stops it."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.verdict = QLabel(self)
        self.verdict.setFont(font(13))
        self.verdict.setWordWrap(True)
        self.verdict.setMinimumHeight(2 * self.verdict.fontMetrics().height())
        self.verdict.setAlignment(Qt.AlignmentFlag.AlignTop | Qt.AlignmentFlag.AlignLeft)
        self.verdict.setAccessibleName(_("Does it copy?"))
        self.verdict.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self.button = Button("", parent=self)
        self.histogram = HistogramView(self)
        self.histogram.setAccessibleName(_("Histogram of the distances of samples and held-out images"))
        line = QHBoxLayout()
        line.setSpacing(8)
        line.addWidget(self.verdict, 1)
        line.addWidget(self.button, 0, Qt.AlignmentFlag.AlignTop)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(6)
        column.addLayout(line)
        column.addWidget(self.histogram)
        self.clear()

    def clear(self) -> None:
        """Show nothing, and take no place."""
        for part in (self, self.verdict, self.button, self.histogram):
            part.hide()

    def show_result(self, content: Content, *, reserved: bool) -> None:
        """Show verdict and histogram of ``content``; ``reserved`` keeps their place where there are none yet, so that the
        pictures don't move."""
        text = "\n".join(translate(content.values[name]) for name in ("note", "verdict") if content.values.get(name))
        self._show_verdict(text, is_bad=content.values.get("p_copies", 1.0) < SURE)
        self.verdict.setVisible(bool(text) or reserved)
        if content.series:
            low, high = content.values["ends"]
            shown = Histograms(content.series, (float(low), float(high)), content.values["axis"])
            self.histogram.show_histograms(shown)
        else:
            self.histogram.show_histograms(None)
        self.histogram.setVisible(bool(content.series) or reserved)
        self.setVisible(bool(text) or bool(content.series) or reserved)

    def show_button(self, n: int, job: PaneJob | None, *, shown: bool) -> None:
        """Let the button begin an audit of ``n`` samples, or stop the ``job`` that is under way."""
        self.button.setVisible(shown)
        if job is None:
            self.button.setText(_("Audit {n} samples", n=n))
            self.button.setToolTip(_("Test whether the model copies. It continues while you use other panes"))
        else:
            self.button.setText(_("Stop"))
            self.button.setToolTip(_("Stop the audit"))
        self.button.setAccessibleName(self.button.text())

    def show_progress(self, n: int, share: float) -> None:
        """Add how far the audit of ``n`` samples has come."""
        progress = _("Auditing {n} samples, {percent} %", n=n, percent=f"{100 * share:.0f}")
        self.verdict.setText("\n".join(filter(None, [self.verdict.text(), progress])))

    def _show_verdict(self, text: str, *, is_bad: bool) -> None:
        self.verdict.setText(text)
        self.verdict.setAccessibleDescription(text)
        self.verdict.setObjectName("message" if is_bad else "")
        self.verdict.setProperty("level", "bad" if is_bad else "")
        restyle(self.verdict)
