"""Conditions: what a batch knows, what a model takes, several joined, and a further kind from one file."""

from __future__ import annotations

import math
from typing import Any

import pytest
import torch
from torch import Generator, Tensor, nn

from genstudio.core.batch import Batch
from genstudio.core.conditions.attributes import of_attributes
from genstudio.core.conditions.base import Condition, ConditionKind, condition_kinds, kinds_of
from genstudio.core.conditions.classes import of_class
from genstudio.core.errors import UsageError
from genstudio.core.knobs import Knobs
from genstudio.core.messages import N_, Message
from genstudio.core.spec import ImageSpec
from genstudio.models.base import Model
from genstudio.models.conditioning import check_kinds, complete_condition, condition_of

SPEC = ImageSpec(1, 2, 2, levels=2, class_names=("shirt", "shoe", "bag"), attribute_names=("smile", "age"))
CPU = torch.device("cpu")


class Joined(Model):
    """Draws its condition: class and attributes, as numbers side by side."""

    family, title, help, Knobs = "toys", N_("Joined"), N_("For tests."), Knobs

    def __init__(self, spec: ImageSpec, knobs: Any, takes: tuple[str, ...] = ("class", "attributes")) -> None:
        super().__init__(spec, knobs)
        self.takes = takes
        self.nothing = nn.Parameter(torch.zeros(()))

    def sample(self, n: int, *, generator: Generator, condition: Condition | None = None) -> Tensor:
        noise = torch.rand(n, 1, generator=generator)
        given = complete_condition(self, condition, n, CPU, generator=generator)
        return torch.cat([noise, *(value.reshape(n, -1).float() for value in given.values())], 1)


def model(*takes: str) -> Joined:
    return Joined(SPEC, Knobs(), takes or ("class", "attributes"))


def noise() -> Generator:
    return torch.Generator().manual_seed(3)


def test_a_spec_says_which_kinds_its_images_have() -> None:
    assert kinds_of(SPEC) == ("attributes", "class")
    assert kinds_of(ImageSpec(1, 2, 2, class_names=("all",))) == (), "one class for all tells nothing"


def test_a_batch_has_what_is_known_of_its_images() -> None:
    labels, attributes = torch.tensor([0, 2, 1]), torch.rand(3, 2)
    batch = Batch(torch.rand(3, 1, 2, 2), SPEC, torch.arange(3), labels, attributes)
    assert torch.equal(batch.condition["class"], labels)
    assert torch.equal(batch.part(slice(1, 3)).condition["attributes"], attributes[1:])
    assert dict(condition_of(model("class"), batch)) == {"class": batch.labels}
    with pytest.raises(UsageError, match="needs the attributes of each image"):
        condition_of(model(), Batch(batch.images, SPEC, batch.indices, labels))


def test_a_class_and_attributes_are_joined() -> None:
    condition = of_class(1) | of_attributes({"age": 0.5}, SPEC)
    drawn = model().sample(2, generator=noise(), condition=condition)
    assert drawn[:, 1].tolist() == [1, 1], "one class for all"
    assert torch.equal(drawn[:, 3], torch.full((2,), 0.5))
    assert drawn[:, 2].isnan().all(), "an attribute without a value is left open"
    assert str(condition.describe(SPEC)) == "shoe, age 0.50"


def test_what_is_not_given_is_drawn_after_the_noise_or_has_a_default() -> None:
    given = model().sample(4, generator=noise(), condition=of_attributes(torch.tensor([[0.0, 1.0]]).expand(4, -1)))
    free = model().sample(4, generator=noise())
    assert torch.equal(given[:, 0], free[:, 0])
    draw = noise()
    torch.rand(4, 1, generator=draw)
    assert torch.equal(given[:, 1].long(), torch.randint(3, (4,), generator=draw))
    assert complete_condition(model(), None, 2, CPU)["class"].tolist() == [0, 0]


def test_rows_and_repetitions_keep_kinds_together() -> None:
    condition = Condition({"class": torch.tensor([0, 1, 2]), "attributes": torch.arange(6.0).view(3, 2)})
    assert condition.rows(torch.tensor([2, 0]))["attributes"].tolist() == [[4, 5], [0, 1]]
    assert condition.repeat(2)["class"].tolist() == [0, 1, 2, 0, 1, 2]
    assert condition.repeat(2)["attributes"].shape == (6, 2)


@pytest.mark.parametrize(
    ("takes", "condition", "text"),
    [
        (("class",), of_class(3), "no class 3.*0 to 2: shirt, shoe, bag"),
        (("attributes",), of_class(0), "trained without classes"),
        (("class",), of_attributes(torch.zeros(2)), "not conditioned on attributes"),
        (("attributes",), of_attributes(torch.zeros(3)), "shape 3, for 2 images of 2 attributes.*smile, age"),
        (("attributes",), of_attributes(torch.tensor([0.0, math.inf])), "not a finite number"),
    ],
)
def test_a_condition_that_does_not_fit_is_refused_with_what_works(
    takes: tuple[str, ...], condition: Condition, text: str
) -> None:
    with pytest.raises(UsageError, match=text):
        model(*takes).sample(2, generator=noise(), condition=condition)


def test_images_without_a_kind_are_refused_by_a_model_that_takes_it() -> None:
    plain = ImageSpec(1, 2, 2)
    for kind, text in {"class": "conditioned on classes", "attributes": "conditioned on attributes"}.items():
        with pytest.raises(UsageError, match=text):
            check_kinds(plain, (kind,), N_("Choose other images."))


class DepthKind(ConditionKind):
    """One number an image, that no data set of ours has."""

    name, title, field = "depth", N_("Depth"), "image"
    missing_in_data, missing_in_batch = N_("No depths."), N_("No depths in this batch.")
    not_taken = N_("A depth was given."), N_("Leave it out.")

    def is_known_of(self, spec: ImageSpec) -> bool:
        return True

    def parsed(self, value: Any, n: int, spec: ImageSpec, device: Any, *, mixed: bool = False) -> Tensor:
        return torch.as_tensor(value, device=device).expand(n)

    def default(self, n: int, spec: ImageSpec) -> Tensor:
        return torch.zeros(n)

    def drawn(self, n: int, spec: ImageSpec, generator: Generator) -> Tensor:
        return torch.rand(n, generator=generator)

    def describe(self, value: Tensor, spec: ImageSpec) -> Message:
        return N_("depth {value:.1f}", value=float(value))


@pytest.fixture
def _depth(put_in: Any) -> None:
    put_in(condition_kinds, "depth", DepthKind())


@pytest.mark.usefixtures("_depth")
def test_a_further_kind_is_one_class() -> None:
    assert "depth" in kinds_of(SPEC)
    batch = Batch(torch.rand(2, 1, 2, 2), SPEC, torch.arange(2), further={"depth": torch.tensor([0.1, 0.9])})
    assert torch.equal(condition_of(model("depth"), batch.part(slice(1, 2)))["depth"], torch.tensor([0.9]))
    joined = of_class(2) | Condition({"depth": torch.tensor(0.5)})
    assert model("class", "depth").sample(1, generator=noise(), condition=joined)[0, 1:].tolist() == [2, 0.5]
    assert str(joined.describe(SPEC)) == "bag, depth 0.5"
