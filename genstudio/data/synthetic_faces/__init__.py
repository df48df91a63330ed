"""Our own renderer of portraits: named factors in, pictures out.

``render(factors, size)`` is all there is to call; ``FACTORS`` names and explains the factors, ``draw_factors`` makes up
people. One idea a file: geometry (solids and lines of sight), shading (light), canvas (paint), curves (formulas in few
passes), then what a portrait is made of (head, eyes, mouth, hair, beard, glasses, body), and portrait, which puts them
together. Nothing here imports torch before it is called.
"""

from genstudio.data.synthetic_faces.factors import FACTORS, NAMES, Factor, defaults, draw_factors
from genstudio.data.synthetic_faces.portrait import CLOSE, LOOSE, SUPERSAMPLE, render

__all__ = ["CLOSE", "FACTORS", "LOOSE", "NAMES", "SUPERSAMPLE", "Factor", "defaults", "draw_factors", "render"]
