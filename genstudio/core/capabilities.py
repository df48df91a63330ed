"""Capabilities: what a model can do, as protocols. Panes, measures and commands ask for capabilities, never for classes.

A model *has* a capability when it has the methods (checked with ``isinstance``, by structure). Every method draws from the
``generator`` it is given and never from torch's default one, which belongs to the training thread. Images go in and come
out as float32 N×C×H×W in [0, 1].
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol, runtime_checkable

from genstudio.core.messages import N_, Message

if TYPE_CHECKING:
    from collections.abc import Iterator

    from torch import Generator, Tensor

    from genstudio.core.batch import Batch
    from genstudio.core.resumable import Pausing, Resumable


@runtime_checkable
class Samples(Protocol):
    """Draws images from p(x)."""

    def sample(self, n: int, *, generator: Generator) -> Tensor:
        """``n`` images, N×C×H×W. The same generator state gives the same noise whatever the weights are. A model that
        knows classes (``classes`` > 0) takes a ``label`` too, a number or int64 n; without one it draws them, after the
        noise."""
        ...


@runtime_checkable
class Decodes(Protocol):
    """Turns a latent code into an image: p(x|z) with a known prior p(z)."""

    latent_dim: int

    def prior(self, n: int, *, generator: Generator) -> Tensor:
        """``n`` codes from p(z), N×latent_dim."""
        ...

    def decode(self, z: Tensor) -> Tensor:
        """The mean of p(x|z), or G(z): codes N×latent_dim to images N×C×H×W in [0, 1]. A model that knows classes takes a
        ``label`` too, a number, int64 N, or shares of classes, float N×classes; without one it shows the first class."""
        ...


@runtime_checkable
class Encodes(Protocol):
    """Turns an image into its code: the mean of q(z|x)."""

    latent_dim: int

    def encode(self, images: Tensor) -> Tensor:
        """Images N×C×H×W to codes N×latent_dim, without noise."""
        ...


@runtime_checkable
class Discriminates(Protocol):
    """Tells real images from generated ones."""

    def discriminate(self, images: Tensor, labels: Tensor | None = None) -> Tensor:
        """One number an image, N, higher for what looks real: a logit, or a critic's value. Can be differentiated by the
        images (N×C×H×W in [0, 1]); ``labels`` (int64 N) are their classes, for models that know classes."""
        ...


@runtime_checkable
class ScoresLikelihood(Protocol):
    """Scores images: log p(x), or a lower bound that approaches it as k grows."""

    def likelihood(self) -> Message:
        """Name of the likelihood and its data, as in "Bernoulli on binarised images". Shown beside every number."""
        ...

    def log_prob(self, batch: Batch, *, k: int, generator: Generator) -> Tensor:
        """log p(x) in nats per image, shape N; k = 1 is the lower bound, k > 1 averages k importance samples
        (Burda et al. 2016, eq. 8)."""
        ...

    def is_exact(self) -> bool:
        """True where ``log_prob`` is the likelihood itself rather than a bound."""
        ...


@runtime_checkable
class SamplesPixels(Protocol):
    """Draws images one sub-pixel after the other, and can go on from given ones."""

    def pixels(
        self,
        n: int,
        *,
        generator: Generator,
        images: Tensor | None = None,
        known: Tensor | None = None,
        label: int | Tensor | None = None,
        temperature: float = 1.0,
    ) -> Iterator[Any]:
        """Sample sub-pixel by sub-pixel: each with ``y``, ``x``, ``channel``, ``levels`` (int64 n), ``u``,
        ``probabilities()`` (n×L), ``entropy()`` (nats, n) and ``images()`` (n×C×H×W, so far)."""
        ...

    def request(
        self,
        n: int,
        *,
        generator: Generator,
        images: Tensor | None = None,
        known: Tensor | None = None,
        label: int | Tensor | None = None,
        temperature: float = 1.0,
    ) -> Any:
        """Checked request that :meth:`pixels` would draw by: noise, given pixels, classes."""
        ...

    def replay(self, request: Any) -> Any:
        """The drawing of :meth:`pixels`, replayable: it can be rewound and continued differently; see
        :class:`genstudio.models.autoregressive.sampling.replay.Replay`."""
        ...

    def complete(self, images: Tensor, known: Tensor, *, generator: Generator) -> Tensor:
        """Inpaint ``images`` (n×C×H×W): sample all pixels outside ``known`` (bool H×W or n×H×W)."""
        ...

    def sample_by_parts(self, n: int, *, generator: Generator) -> Resumable[Tensor]:
        """:meth:`Samples.sample` in steps of a few milliseconds; takes its ``label`` and ``temperature`` too."""
        ...

    def surprise(self, batch: Batch) -> Tensor:
        """-log p of each pixel given those before it: nats, n×H×W."""
        ...

    def surprise_by_parts(self, batch: Batch) -> Pausing[Tensor]:
        """:meth:`surprise` with a pause after each layer."""
        ...


@dataclass(frozen=True)
class Verdict:
    """Outputs of a judge for N images: features N×F, class logits N×K, attributes in their own units N×A.

    K or A is 0 where the judge knows none.
    """

    features: Tensor
    class_logits: Tensor
    attributes: Tensor


@runtime_checkable
class Judges(Protocol):
    """Looks at images for a measure: numbers in which likeness can be counted, and verdicts in words of the data set."""

    feature_dim: int

    def features(self, images: Tensor) -> Tensor:
        """Images N×C×H×W to features N×feature_dim."""
        ...

    def class_logits(self, images: Tensor) -> Tensor:
        """Logits of the data set's classes, N×K; N×0 where it knows none."""
        ...

    def attributes(self, images: Tensor) -> Tensor:
        """The data set's attributes in their own units, a chance for yes/no ones: N×A; N×0 where it knows none."""
        ...

    def verdict(self, images: Tensor) -> Verdict:
        """All three in one look."""
        ...


CAPABILITIES: dict[str, tuple[type, Message]] = {
    "Samples": (Samples, N_("draws images")),
    "Decodes": (Decodes, N_("turns latent codes into images")),
    "Encodes": (Encodes, N_("turns images into latent codes")),
    "Discriminates": (Discriminates, N_("tells real images from generated ones")),
    "ScoresLikelihood": (ScoresLikelihood, N_("computes the likelihood of images")),
    "SamplesPixels": (SamplesPixels, N_("draws images pixel by pixel")),
    "Judges": (Judges, N_("judges images")),
}


def capabilities_of(thing: object) -> list[str]:
    """The names of the capabilities that a model, or a model class, has."""
    if isinstance(thing, type):
        return [
            name
            for name, (capability, _) in CAPABILITIES.items()
            if all(hasattr(thing, m) for m in _methods(capability))
        ]
    return [name for name, (capability, _) in CAPABILITIES.items() if isinstance(thing, capability)]


def has(thing: object, capability: type) -> bool:
    """True where a model or model class has ``capability`` (attributes set at construction are not required of a class)."""
    return capability.__name__ in capabilities_of(thing)


def _methods(capability: type) -> list[str]:
    return [name for name, value in vars(capability).items() if callable(value) and not name.startswith("_")]
