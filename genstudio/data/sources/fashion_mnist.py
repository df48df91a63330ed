"""Fashion-MNIST: 70,000 pieces of clothing, 28×28 grey (Xiao, Rasul & Vollgraf 2017), in the format and splits of MNIST."""

from __future__ import annotations

from genstudio.core.messages import N_
from genstudio.data.base import data_sets
from genstudio.data.sources.idx import IdxSource


@data_sets.register("fashion-mnist")
class FashionMnist(IdxSource):
    name = "fashion-mnist"
    title = N_("Fashion-MNIST")
    help = N_("70,000 pieces of clothing of ten classes, 28×28 grey.")
    class_names = (
        "T-shirt",
        "trousers",
        "pullover",
        "dress",
        "coat",
        "sandal",
        "shirt",
        "sneaker",
        "bag",
        "ankle boot",
    )
    folders = ("FashionMNIST/raw", "fashion-mnist/raw", "FashionMNIST", "fashion-mnist", "fashion_mnist")
    # Where Debian's package dataset-fashion-mnist puts them.
    system = ("/usr/share/datasets/fashion-mnist",)
    first_test_labels = (9, 2, 1, 1, 6, 1, 4, 6, 5, 7)
    torchvision_name = "FashionMNIST"
