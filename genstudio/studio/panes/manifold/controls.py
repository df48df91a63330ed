"""Controls of the pane Manifold: the axes, the range and the cells, and the encoded images."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from PySide6.QtWidgets import QHBoxLayout, QLabel, QWidget

from genstudio.core.messages import N_, _
from genstudio.panes.manifold.state import ManifoldState
from genstudio.studio.forms.control import ChoiceControl, SliderControl
from genstudio.studio.forms.pane_controls import PaneControls
from genstudio.studio.widgets.card import Caption
from genstudio.studio.widgets.controls import Button

FEWEST = 5  # cells along a side


class ManifoldControls(PaneControls):
    """``plane``, ``across``, ``up`` and ``overlay`` are choices that depend on model and data; ``home`` undoes zoom and pan.

    ``reach_text`` writes the range.
    """

    def __init__(self, reach_text: Callable[[float], str]) -> None:
        infos = {info.name: info for info in ManifoldState.controls()}
        planes = [("latent", _("two of z")), ("principal", _("principal"))]
        dims = [(1, "z1"), (2, "z2")]
        self.plane = ChoiceControl(replace(infos["axes"], label=N_("plane")), planes)
        self.across = ChoiceControl(replace(infos["across"], label=N_("across")), dims)
        self.up = ChoiceControl(replace(infos["up"], label=N_("up")), dims)
        self.overlay = ChoiceControl(replace(infos["overlay"], label=N_("images")), [("", _("none"))])
        made = {
            "axes": self.plane,
            "across": self.across,
            "up": self.up,
            "reach": SliderControl(infos["reach"], reach_text),
            "cells": SliderControl(replace(infos["cells"], minimum=FEWEST)),
            "overlay": self.overlay,
            "overlay_count": SliderControl(infos["overlay_count"]),
        }
        super().__init__(ManifoldState, made, bare=("across", "up"))
        self.rows["axes"].hide()  # until there is a model with more dimensions than two
        self.home = Button(_("Back to the middle"), _("Undo zoom and pan (Home)"), icon_name="reset")
        self.column.insertWidget(0, Caption(_("Axes")))
        self.column.insertWidget(2, self._pair())
        self.column.insertWidget(3, self.rows["label"])
        self.column.insertWidget(4, self.rows["attributes"])
        self.column.addWidget(self.home)
        self.add_caption(_("Encoded images"))
        self.column.addWidget(self.rows["overlay"])
        self.column.addWidget(self.rows["overlay_count"])

    def _pair(self) -> QWidget:
        """ "across [z1] up [z2]" on one line."""
        pair = QWidget()
        line = QHBoxLayout(pair)
        line.setContentsMargins(0, 0, 0, 0)
        line.setSpacing(8)
        for control in (self.across, self.up):
            label = QLabel(str(control.info.title), pair)
            control.field.setMinimumContentsLength(2)
            control.field.setMinimumWidth(60)
            label.setBuddy(control.field)
            line.addWidget(label)
            line.addWidget(self.rows[control.info.name], 1)
        return pair
