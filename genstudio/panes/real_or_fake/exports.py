"""Exports of the pane Real or fake?"""

from __future__ import annotations

from genstudio.export.pane_exports import HISTOGRAM
from genstudio.viewing.exports import register_exports

register_exports("real_or_fake", HISTOGRAM)
