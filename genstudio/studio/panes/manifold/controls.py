"""Controls of the pane Manifold: the axes, the range and the cells, and the encoded images."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from PySide6.QtWidgets import QHBoxLayout, QLabel, QWidget

from genstudio.core.messages import _
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
        self.plane = ChoiceControl(infos["axes"], planes, _("plane"))
        self.across = ChoiceControl(infos["across"], dims, _("across"), bare=True)
        self.up = ChoiceControl(infos["up"], dims, _("up"), bare=True)
        self.overlay = ChoiceControl(infos["overlay"], [("", _("none"))], _("images"))
        made = {
            "axes": self.plane,
            "across": self.across,
            "up": self.up,
            "reach": SliderControl(infos["reach"], reach_text),
            "cells": SliderControl(replace(infos["cells"], minimum=FEWEST)),
            "overlay": self.overlay,
            "overlay_count": SliderControl(infos["overlay_count"]),
        }
        super().__init__(ManifoldState, made)
        self.plane.widget.hide()  # until there is a model with more dimensions than two
        self.home = Button(_("Back to the middle"), _("Undo zoom and pan (Home)"), icon_name="reset")
        self.rows.insertWidget(0, Caption(_("Axes")))
        self.rows.insertWidget(2, self._pair())
        self.rows.insertWidget(3, self.widget("label"))
        self.rows.insertWidget(4, self.widget("attributes"))
        self.rows.addWidget(self.home)
        self.add_caption(_("Encoded images"))
        self.rows.addWidget(self.widget("overlay"))
        self.rows.addWidget(self.widget("overlay_count"))

    def _pair(self) -> QWidget:
        """ "across [z1] up [z2]" on one line."""
        pair = QWidget()
        line = QHBoxLayout(pair)
        line.setContentsMargins(0, 0, 0, 0)
        line.setSpacing(8)
        for control in (self.across, self.up):
            label = QLabel(control.combo.accessibleName(), pair)
            control.combo.setMinimumContentsLength(2)
            control.combo.setMinimumWidth(60)
            label.setBuddy(control.combo)
            line.addWidget(label)
            line.addWidget(control.combo, 1)
        return pair
