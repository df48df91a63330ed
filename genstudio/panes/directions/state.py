"""State of the pane Directions, and the results of a search so far."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Literal

from genstudio.core.knobs import knob
from genstudio.core.messages import N_, Message
from genstudio.viewing.blobs import Blob
from genstudio.viewing.pane_state import PaneState, state

if TYPE_CHECKING:
    from genstudio.latent.directions.direction import Directions
    from genstudio.panes.directions.rows import DirectionRow


@state
class DirectionsState(PaneState):
    """``directions``: ``Directions.to_bytes()``, found earlier; ``None``: they are found first. ``z``: float32 D."""

    OF_RUN = ("fixed", "z", "directions")
    OF_IMAGES = ("index", "attributes", "label")

    shown: Literal["strips", "cosines", "effects"] = knob(
        "strips", help=N_("Pictures along each direction, the cosines between them, or the effects of each."),
        label=N_("show"),
        titles={"strips": N_("pictures"), "cosines": N_("cosines"), "effects": N_("effects")},
    )  # fmt: skip
    source: Literal["image", "prior"] = knob(
        "image",
        help=N_("Walk from an encoded validation image, or from a code drawn from the prior."),
        label=N_("from"),
        titles={"image": N_("an image"), "prior": N_("a draw")},
    )
    index: int = knob(0, help=N_("Number of the validation image."), label=N_("image"), ge=0)
    seed: int = knob(0, help=N_("The seed of the code that is drawn."), label=N_("seed"), ge=0, le=2**31 - 1)
    reach: float = knob(
        3.0, help=N_("How far each row goes."), label=N_("range"), unit="σ", shown_as="±{value:.1f} σ", ge=0.5, le=6.0
    )
    cells: Literal[0, 5, 7, 9] = knob(
        0,
        help=N_("Pictures in a row; 0: as many as fit."),
        label=N_("pictures"),
        titles={0: N_("automatic"), 5: N_("5"), 7: N_("7"), 9: N_("9")},
    )
    how: Literal["auto", "means", "logistic", "svm", "ridge", "extremes"] = knob(
        "auto",
        help=N_(
            "The method that finds them; auto: ridge regression for numbers, a linear SVM for yes or no, and for "
            "drawn images an SVM of the extremes."
        ),
        label=N_("method"),
        titles={
            "auto": N_("auto"),
            "means": N_("means"),
            "logistic": N_("logistic"),
            "svm": N_("linear SVM"),
            "ridge": N_("ridge"),
            "extremes": N_("extremes"),
        },
    )
    attributes: tuple[str, ...] = knob((), help=N_("The attributes to search for; none: all that vary."), control=False)
    components: int = knob(4, help=N_("Number of principal components shown."), label=N_("components"), ge=0, le=20)
    fixed: tuple[str, ...] = knob(
        (), help=N_("The directions that are held fixed along all the others."), control=False
    )
    label: int = knob(
        -1,
        help=N_("The class that is shown, for class-conditional models; -1: the image's."),
        label=N_("class"),
        ge=-1,
        condition="class",
        titles={-1: N_("the image's")},
    )
    search: bool = knob(True, help=N_("Search for directions while none are known."), control=False)
    z: Blob | None = knob(None, help=N_("A code that was sent here, to walk from."), control=False)
    directions: Blob | None = knob(None, help=N_("Directions found earlier."), control=False)

    @property
    def columns(self) -> int:
        return self.cells or 7

    @property
    def search_key(self) -> tuple[str, tuple[str, ...]]:
        """Method by which the directions were or will be found."""
        return self.how, self.attributes

    @property
    def needs_images(self) -> bool:
        return True

    def with_z(self, z: Blob) -> DirectionsState:
        return replace(self, z=z)


@dataclass
class Story:
    """Results so far: ``rows``; scores ``now`` by name; ``remarks`` on what is missing."""

    found_here: bool
    found: Directions | None = None
    rows: list[DirectionRow] = field(default_factory=list)
    now: dict[str, float] = field(default_factory=dict)
    remarks: tuple[Message, ...] = ()
