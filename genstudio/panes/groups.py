"""Groups of the panes that come with the program. A pane may bring a group of its own."""

from __future__ import annotations

from genstudio.core.messages import N_
from genstudio.viewing.pane import PaneGroup

LOOK = PaneGroup("look", N_("Look"), 10)
LATENT = PaneGroup("latent", N_("Latent"), 20)
PIXELS = PaneGroup("pixels", N_("Pixels"), 30)
ADVERSARIAL = PaneGroup("adversarial", N_("Adversarial"), 40)
COMPARE = PaneGroup("compare", N_("Compare"), 50)
