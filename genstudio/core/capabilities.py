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
    from genstudio.core.conditions.base import Condition
    from genstudio.core.resumable import Pausing, Resumable


@runtime_checkable
class Samples(Protocol):
    """Draws images from p(x)."""

    def sample(self, n: int, *, generator: Generator, condition: Condition | None = None) -> Tensor:
        """``n`` images, N×C×H×W. The same generator state gives the same noise whatever the weights are. Kinds of
        condition that the model takes (``takes``) and that are not given are drawn, after the noise."""
        ...


@runtime_checkable
class Decodes(Protocol):
    """Turns a latent code into an image: p(x|z) with a known prior p(z)."""

    latent_dim: int

    def prior(self, n: int, *, generator: Generator) -> Tensor:
        """``n`` codes from p(z), N×latent_dim."""
        ...

    def decode(self, z: Tensor, condition: Condition | None = None) -> Tensor:
        """The mean of p(x|z), or G(z): codes N×latent_dim to images N×C×H×W in [0, 1]. Without a
        condition each kind that the model takes has its default (the first class). Shares of classes lie between them."""
        ...


@runtime_checkable
class Encodes(Protocol):
    """Turns an image into its code: the mean of q(z|x)."""

    latent_dim: int

    def encode(self, images: Tensor, condition: Condition | None = None) -> Tensor:
        """Images N×C×H×W to codes N×latent_dim, without noise, under the images' ``condition`` if the model takes one."""
        ...


@runtime_checkable
class Discriminates(Protocol):
    """Tells real images from generated ones."""

    def discriminate(self, images: Tensor, condition: Condition | None = None) -> Tensor:
        """Logits or values of a critic, higher for what looks real: one number an image, N, or a map of numbers, N×h×w, each
        for a patch of it. Can be differentiated by the images (N×C×H×W in [0, 1]); ``condition`` is theirs."""
        ...


@runtime_checkable
class Translates(Protocol):
    """Turns an image of one domain into one of another, such as summer into winter."""

    domains: tuple[Message | str, ...]

    def translate_images(
        self,
        images: Tensor,
        *,
        source: int,
        target: int,
        generator: Generator,
        condition: Condition | None = None,
    ) -> Tensor:
        """Images N×C×H×W of domain ``source`` (a number into ``domains``) to images of domain ``target``, N×C×H×W. A model
        that can give several answers draws from ``generator``."""
        ...


@runtime_checkable
class Denoises(Protocol):
    """Generates an image from noise in steps that can be looked at, from the most to the least noise."""

    noise_steps: int

    def start(self, n: int, *, generator: Generator) -> Tensor:
        """``n`` images of pure noise, N×C×H×W, not bounded."""
        ...

    def trajectory(
        self, noise: Tensor, *, generator: Generator, condition: Condition | None = None, steps: int | None = None
    ) -> Iterator[tuple[Tensor, Tensor]]:
        """After each of ``steps`` steps (``noise_steps`` without): the noisy images N×C×H×W, and the model's estimate of the
        images without noise, N×C×H×W in [0, 1]. The last pair's estimate is the result."""
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
        """True if ``log_prob`` is the likelihood itself rather than a bound."""
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
        condition: Condition | None = None,
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
        condition: Condition | None = None,
        temperature: float = 1.0,
    ) -> Any:
        """Checked request that :meth:`pixels` would draw by: noise, given pixels, classes."""
        ...

    def replay(self, request: Any) -> Any:
        """The drawing of :meth:`pixels`, replayable: it can be rewound and continued differently; see
        :class:`genstudio.models.autoregressive.sampling.replay.Replay`."""
        ...

    def complete(
        self, images: Tensor, known: Tensor, *, generator: Generator, condition: Condition | None = None
    ) -> Tensor:
        """Inpaint ``images`` (n×C×H×W): sample all pixels outside ``known`` (bool H×W or n×H×W)."""
        ...

    def resumable_sample(self, n: int, *, generator: Generator) -> Resumable[Tensor]:
        """:meth:`Samples.sample` in steps of a few milliseconds; takes its ``label`` and ``temperature`` too."""
        ...

    def surprise(self, batch: Batch) -> Tensor:
        """-log p of each pixel given those before it: nats, n×H×W."""
        ...

    def resumable_surprise(self, batch: Batch) -> Pausing[Tensor]:
        """:meth:`surprise` with a pause after each layer."""
        ...


@dataclass(frozen=True)
class JudgeOutput:
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

    def judge_output(self, images: Tensor) -> JudgeOutput:
        """All three from one forward pass."""
        ...


CAPABILITIES: dict[str, tuple[type, Message]] = {
    "Samples": (Samples, N_("draws images")),
    "Decodes": (Decodes, N_("turns latent codes into images")),
    "Encodes": (Encodes, N_("turns images into latent codes")),
    "Discriminates": (Discriminates, N_("tells real images from generated ones")),
    "Translates": (Translates, N_("translates images from one domain to another")),
    "Denoises": (Denoises, N_("generates images from noise in steps")),
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
    """True if a model or model class has ``capability`` (attributes set at construction are not required of a class)."""
    return capability.__name__ in capabilities_of(thing)


def _methods(capability: type) -> list[str]:
    return [name for name, value in vars(capability).items() if callable(value) and not name.startswith("_")]
