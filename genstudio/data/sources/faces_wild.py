"""Faces in the wild: the same renderer with every factor over its full range, and a looser frame."""

from __future__ import annotations

from genstudio.core.messages import N_
from genstudio.data.base import data_sets
from genstudio.data.sources.faces import Faces
from genstudio.data.synthetic_faces import LOOSE


@data_sets.register("faces-wild")
class FacesWild(Faces):
    name = "faces-wild"
    title = N_("Faces in the wild")
    help = N_(
        "Portraits with the full range of every factor: profiles, bright backdrops, closed eyes, clothes. Harder."
    )
    wild = True
    zoom = LOOSE
