"""Distributions over the levels of one sub-pixel, given a net's output at its pixel: what autoregressive models end in.

Levels 0..L-1 of channel c are drawn by the inverse of the cumulative distribution from *one* uniform number u: the level is
the number of l < L-1 with CDF(l) <= u. So the same noise gives the same image, however the outputs were computed.
"""

from __future__ import annotations

import math

import torch
from torch import Tensor, nn
from torch.nn import functional as F

SMALLEST_LOG_SCALE = -7.0  # of a logistic on [-1, 1]: an eighth of one of 256 levels


class LevelDistribution(nn.Module):
    """Base. ``size``: numbers per pixel that the net puts out; ``joint``: whether one output serves all channels of a pixel
    (a mixture with coupled colours) or each channel has its own part, which may depend on the channels before.

    In the methods for single sub-pixels, ``output`` is M×Q, the part :meth:`part` gives for ``channel``, and ``earlier`` the
    levels of the channels before it, int64 M×channel.
    """

    joint: bool

    def __init__(self, channels: int, levels: int, size: int) -> None:
        super().__init__()
        self.channels, self.levels, self.size = channels, levels, size

    def log_prob(self, output: Tensor, levels: Tensor) -> Tensor:
        """log p(level | all sub-pixels before) in nats, N×C×H×W, from outputs N×size×H×W and levels int64 N×C×H×W."""
        raise NotImplementedError

    def part(self, output: Tensor, channel: int) -> Tensor:
        """The part of outputs (..., size) that channel ``channel`` is drawn from: (..., Q)."""
        raise NotImplementedError

    def cdf(self, output: Tensor, earlier: Tensor, channel: int, temperature: float = 1.0) -> Tensor:
        """P(level <= l) for l = 0..L-2, M×(L-1)."""
        raise NotImplementedError

    def draw(self, output: Tensor, earlier: Tensor, channel: int, u: Tensor, temperature: float = 1.0) -> Tensor:
        """The levels that the uniform numbers ``u``, shape M, stand for: int64 M."""
        cdf = self.cdf(output, earlier, channel, temperature)
        return (u.to(cdf.dtype)[:, None] >= cdf).sum(1)

    def draw_pixel(self, output: Tensor, u: Tensor, temperature: float = 1.0) -> Tensor:
        """All channels of a pixel from one output, M×size, and noise M×C: levels int64 M×C, as :meth:`draw` gives them."""
        drawn = torch.empty(len(u), 0, dtype=torch.int64, device=u.device)
        for channel in range(self.channels):
            levels = self.draw(self.part(output, channel), drawn, channel, u[:, channel], temperature)
            drawn = torch.cat([drawn, levels[:, None]], 1)
        return drawn

    def probabilities(self, output: Tensor, earlier: Tensor, channel: int, temperature: float = 1.0) -> Tensor:
        """P(level) for l = 0..L-1, M×L."""
        return shares(self.cdf(output, earlier, channel, temperature))

    def draw_with_likelihoods(
        self, output: Tensor, earlier: Tensor, channel: int, u: Tensor, temperature: float, given: Tensor
    ) -> tuple[Tensor, Tensor, Tensor]:
        """The levels, those of ``given`` (int64 M) that are not negative in place of the drawn ones; what they were drawn
        from (:meth:`probabilities`); and their log p at temperature 1 (:meth:`log_level`)."""
        levels = torch.where(given >= 0, given, self.draw(output, earlier, channel, u, temperature))
        p = self.probabilities(output, earlier, channel, temperature)
        return levels, p, self.log_level(output, earlier, channel, levels)

    def log_level(self, output: Tensor, earlier: Tensor, channel: int, levels: Tensor) -> Tensor:
        """log p of ``levels`` (int64 M) in nats, M: as :meth:`log_prob`, for single sub-pixels."""
        raise NotImplementedError


def shares(cdf: Tensor) -> Tensor:
    """The probabilities of all levels, M×L, from P(level <= l) for l = 0..L-2."""
    return torch.diff(F.pad(F.pad(cdf, (1, 0)), (0, 1), value=1.0), dim=1).clamp_min(0.0)


class Softmax(LevelDistribution):
    """One free probability a level: C*L logits a pixel, those of channel c in c*L..c*L+L-1 (van den Oord et al. 2016a)."""

    joint = False

    def __init__(self, channels: int, levels: int) -> None:
        super().__init__(channels, levels, channels * levels)

    def log_prob(self, output: Tensor, levels: Tensor) -> Tensor:
        n, _, h, w = output.shape
        logits = output.reshape(n, self.channels, self.levels, h, w).transpose(1, 2)
        return -F.cross_entropy(logits, levels, reduction="none")

    def part(self, output: Tensor, channel: int) -> Tensor:
        return output[..., channel * self.levels : (channel + 1) * self.levels]

    def cdf(self, output: Tensor, earlier: Tensor, channel: int, temperature: float = 1.0) -> Tensor:
        if self.levels == 2:
            return torch.sigmoid((output[:, :1] - output[:, 1:]) / temperature)
        return (output / temperature).softmax(1).cumsum(1)[:, :-1]

    def probabilities(self, output: Tensor, earlier: Tensor, channel: int, temperature: float = 1.0) -> Tensor:
        return (output / temperature).softmax(1)

    def log_level(self, output: Tensor, earlier: Tensor, channel: int, levels: Tensor) -> Tensor:
        return -F.cross_entropy(output, levels, reduction="none")


class LogisticMixture(LevelDistribution):
    """K logistics, each integrated over the interval of a level, with colours coupled within a component (Salimans et al.
    2017, eq. 2 and 3).

    On [-1, 1] level l lies at v = 2l/(L-1) - 1 and its interval reaches 1/(L-1) to both sides, the outermost to infinity.
    Component k gives channel c the mean m_c + sum_{b<c} tanh(a_cb) v_b. A pixel's output: K logits, C*K means, C*K log
    scales, C(C-1)/2*K couplings. Having seen the channels before, the components' weights become their posterior: so that
    one sub-pixel after the other is drawn from one uniform number each.
    """

    joint = True

    def __init__(self, channels: int, levels: int, components: int) -> None:
        super().__init__(channels, levels, components * (1 + 2 * channels + channels * (channels - 1) // 2))
        self.components = components
        self._searches: dict[tuple[str, torch.dtype], tuple[int, Tensor, Tensor]] = {}

    def part(self, output: Tensor, channel: int) -> Tensor:
        return output

    def log_prob(self, output: Tensor, levels: Tensor) -> Tensor:
        output, v = output.movedim(1, -1), self._values(levels.movedim(1, -1), output.dtype)
        log_weights, means, log_scales, couplings = self._unpack(output)
        joint, scores = torch.log_softmax(log_weights, -1), []
        before: Tensor | float = 0.0  # log p of the channels so far
        for c in range(self.channels):
            mean = self._mean(means, couplings, v, c)
            joint = joint + self._log_interval(
                v[..., c : c + 1], levels.movedim(1, -1)[..., c, None], mean, log_scales[..., c, :]
            )
            now = torch.logsumexp(joint, -1)
            scores.append(now - before)
            before = now
        return torch.stack(scores, 1)

    def cdf(self, output: Tensor, earlier: Tensor, channel: int, temperature: float = 1.0) -> Tensor:
        return self._cdf(*self._log_conditional(output, earlier, channel, temperature))

    def log_level(self, output: Tensor, earlier: Tensor, channel: int, levels: Tensor) -> Tensor:
        return self._log_level(*self._log_conditional(output, earlier, channel, 1.0), levels)

    def draw_with_likelihoods(
        self, output: Tensor, earlier: Tensor, channel: int, u: Tensor, temperature: float, given: Tensor
    ) -> tuple[Tensor, Tensor, Tensor]:
        """Sample, log-probability and entropy, from mixture components given ``earlier`` computed once for all three."""
        mixture = self._log_conditional(output, earlier, channel, temperature)
        cdf = self._cdf(*mixture)
        levels = torch.where(given >= 0, given, (u.to(cdf.dtype)[:, None] >= cdf).sum(1))
        if temperature != 1.0:
            mixture = self._log_conditional(output, earlier, channel, 1.0)
        return levels, shares(cdf), self._log_level(*mixture, levels)

    def _cdf(self, log_weights: Tensor, mean: Tensor, log_scale: Tensor) -> Tensor:
        edges = self._edges(torch.arange(self.levels - 1, device=mean.device), mean.dtype)
        below = torch.sigmoid((edges[:, None] - mean[:, None, :]) / log_scale.exp()[:, None, :])
        return (below * log_weights.exp()[:, None, :]).sum(-1)

    def _log_level(self, log_weights: Tensor, mean: Tensor, log_scale: Tensor, levels: Tensor) -> Tensor:
        """Log-probability of levels, in logarithms throughout: a very unlikely level has a score too."""
        v = self._values(levels[:, None], mean.dtype)
        return torch.logsumexp(log_weights + self._log_interval(v, levels[:, None], mean, log_scale), -1)

    def draw(self, output: Tensor, earlier: Tensor, channel: int, u: Tensor, temperature: float = 1.0) -> Tensor:
        return self._invert(*self._conditional(output, earlier, channel, temperature), u.to(output.dtype))

    def draw_pixel(self, output: Tensor, u: Tensor, temperature: float = 1.0) -> Tensor:
        """Takes the components' weights along from channel to channel."""
        log_weights, means, log_scales, couplings = self._tempered(output, temperature)
        u = u.to(output.dtype)
        drawn: list[Tensor] = []
        v = output.new_zeros(len(output), self.channels)
        for c in range(self.channels):
            mean = self._mean(means, couplings, v, c)
            levels = self._invert(log_weights.softmax(-1), mean, log_scales[:, c].exp(), u[:, c])
            drawn.append(levels)
            if c + 1 < self.channels:
                v[:, c] = self._values(levels, output.dtype)
                log_weights = log_weights + self._log_interval(v[:, c, None], levels[:, None], mean, log_scales[:, c])
        return torch.stack(drawn, 1)

    def _invert(self, weights: Tensor, mean: Tensor, scale: Tensor, u: Tensor) -> Tensor:
        """The level whose share of [0, 1) holds u. Searched in two steps, blocks of about sqrt(L) levels and then levels,
        so that 2 sqrt(L) values of the cumulative distribution are computed instead of L."""
        weights, mean, scale, u = weights[:, None, :], mean[:, None, :], scale[:, None, :], u[:, None]
        block, last, inner = self._search(u.device, u.dtype)
        if len(last):
            below = (torch.sigmoid((last[:, None] - mean) / scale) * weights).sum(-1)
            first = (u >= below).sum(1, keepdim=True) * block
        else:
            first = torch.zeros(len(u), 1, dtype=torch.int64, device=u.device)
        edges = first.to(u.dtype) * (2.0 / (self.levels - 1)) + inner
        below = (torch.sigmoid((edges[:, :, None] - mean) / scale) * weights).sum(-1)
        return (first[:, 0] + (u >= below).sum(1)).clamp_max(self.levels - 1)

    def _search(self, device: torch.device, dtype: torch.dtype) -> tuple[int, Tensor, Tensor]:
        """Levels in a block, the upper edges of all blocks but the last, and those within the first block but its last."""
        key = (str(device), dtype)
        if key not in self._searches:
            block = math.isqrt(self.levels - 1) + 1
            ends = torch.arange(block - 1, self.levels - 1, block, device=device)
            inner = torch.arange(block - 1, device=device)
            self._searches[key] = (block, self._edges(ends, dtype), self._edges(inner, dtype))
        return self._searches[key]

    def _conditional(
        self, output: Tensor, earlier: Tensor, channel: int, temperature: float
    ) -> tuple[Tensor, Tensor, Tensor]:
        """Weights, means and scales, each M×K, of the mixture that ``channel`` has after ``earlier``."""
        log_weights, mean, log_scale = self._log_conditional(output, earlier, channel, temperature)
        return log_weights.exp(), mean, log_scale.exp()

    def _log_conditional(
        self, output: Tensor, earlier: Tensor, channel: int, temperature: float
    ) -> tuple[Tensor, Tensor, Tensor]:
        log_weights, means, log_scales, couplings = self._tempered(output, temperature)
        v = self._values(earlier, output.dtype)
        for c in range(channel):
            mean = self._mean(means, couplings, v, c)
            log_weights = log_weights + self._log_interval(v[:, c, None], earlier[:, c, None], mean, log_scales[:, c])
        return log_weights.log_softmax(-1), self._mean(means, couplings, v, channel), log_scales[:, channel]

    def _tempered(self, output: Tensor, temperature: float) -> tuple[Tensor, Tensor, Tensor, Tensor]:
        """A temperature divides the weights' logits and multiplies the scales."""
        log_weights, means, log_scales, couplings = self._unpack(output)
        if temperature != 1.0:
            log_weights, log_scales = log_weights / temperature, log_scales + math.log(temperature)
        return log_weights, means, log_scales, couplings

    def _unpack(self, output: Tensor) -> tuple[Tensor, Tensor, Tensor, Tensor]:
        k, c = self.components, self.channels
        log_weights, means, log_scales, couplings = output.split((k, c * k, c * k, c * (c - 1) // 2 * k), -1)
        return (
            log_weights,
            means.unflatten(-1, (c, k)),
            log_scales.unflatten(-1, (c, k)).clamp_min(SMALLEST_LOG_SCALE),
            torch.tanh(couplings).unflatten(-1, (c * (c - 1) // 2, k)),
        )

    def _mean(self, means: Tensor, couplings: Tensor, v: Tensor, channel: int) -> Tensor:
        mean = means[..., channel, :]
        first = channel * (channel - 1) // 2
        for b in range(channel):
            mean = mean + couplings[..., first + b, :] * v[..., b : b + 1]
        return mean

    def _log_interval(self, v: Tensor, level: Tensor, mean: Tensor, log_scale: Tensor) -> Tensor:
        """log(S(above) - S(below)) = log S(above) + log S(-below) + log(1 - exp(below - above)): exact, and its gradient
        stays finite however far away the mean is."""
        inverse, half = torch.exp(-log_scale), 1.0 / (self.levels - 1)
        above, below = (v + half - mean) * inverse, (v - half - mean) * inverse
        left, right = F.logsigmoid(above), F.logsigmoid(-below)
        inside = left + right + torch.log(-torch.expm1(-2.0 * half * inverse))
        return torch.where(level == 0, left, torch.where(level == self.levels - 1, right, inside))

    def _values(self, levels: Tensor, dtype: torch.dtype) -> Tensor:
        return levels.to(dtype) * (2.0 / (self.levels - 1)) - 1.0

    def _edges(self, levels: Tensor, dtype: torch.dtype) -> Tensor:
        return (levels.to(dtype) + 0.5) * (2.0 / (self.levels - 1)) - 1.0
