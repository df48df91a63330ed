"""Exports of the pane Codes."""

from __future__ import annotations

from genstudio.export.pane_exports import HISTOGRAM
from genstudio.viewing.exports import register_exports

register_exports("codes", HISTOGRAM)
