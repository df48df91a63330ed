"""Exports of the pane Objective."""

from __future__ import annotations

from genstudio.export.pane_exports import CURVES
from genstudio.viewing.exports import register_exports

register_exports("objective", CURVES)
