"""Exports of the pane Face arithmetic."""

from __future__ import annotations

from genstudio.export.pane_exports import LATENT_WALK
from genstudio.viewing.exports import register_exports

register_exports("arithmetic", LATENT_WALK)
