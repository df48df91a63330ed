from __future__ import annotations

from typing import Any

from genstudio.core.capabilities import CAPABILITIES, Decodes, Encodes, Samples, ScoresLikelihood, capabilities_of, has


class Draws:
    def sample(self, n: int, *, generator: Any) -> Any: ...


class Codes(Draws):
    def __init__(self) -> None:
        self.latent_dim = 2  # known only once it is built

    def prior(self, n: int, *, generator: Any) -> Any: ...
    def decode(self, z: Any) -> Any: ...
    def encode(self, images: Any) -> Any: ...


def test_capabilities_are_checked_by_methods() -> None:
    assert capabilities_of(Draws()) == capabilities_of(Draws) == ["Samples"]
    assert capabilities_of(Codes()) == capabilities_of(Codes) == ["Samples", "Decodes", "Encodes"]
    assert has(Codes, Decodes)
    assert has(Codes(), Encodes)
    assert not has(Draws(), Decodes)
    assert not has(Codes, ScoresLikelihood)
    assert has(Draws, Samples)


def test_instance_without_the_attribute_lacks_the_capability() -> None:
    half = Codes()
    del half.latent_dim
    assert capabilities_of(half) == ["Samples"]


def test_each_capability_has_a_description() -> None:
    assert all(str(text) for _, text in CAPABILITIES.values())
    assert all(capability.__name__ == name for name, (capability, _) in CAPABILITIES.items())
