"""MNIST: 70,000 handwritten digits, 28×28 grey (LeCun, Cortes & Burges 1998).

The official 10,000 test images are the test split.
"""

from __future__ import annotations

from typing import ClassVar

from genstudio.core.messages import N_
from genstudio.data.base import Binarisation, DataKnobs, binarisation_knob, data_sets
from genstudio.data.sources.idx import IdxSource


@data_sets.register("mnist")
class Mnist(IdxSource):
    name = "mnist"
    title = N_("MNIST")
    help = N_("70,000 handwritten digits of ten classes, 28×28 grey.")
    class_names = tuple("0123456789")
    folders = ("MNIST/raw", "mnist/raw", "MNIST", "mnist")
    first_test_labels = (7, 2, 1, 0, 4, 1, 4, 9, 5, 9)
    torchvision_name: ClassVar[str] = "MNIST"

    class Knobs(DataKnobs):
        """Knobs of MNIST; bits are drawn at each access by default, as in published nats."""

        binarisation: Binarisation = binarisation_knob("dynamic")
