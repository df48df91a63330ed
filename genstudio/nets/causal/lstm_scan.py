"""The recurrence of an LSTM whose state is a whole line of an image: one step computes all places of a line at once.

    pre = x + sum over k of h_before[moved by shifts[k]] W_k,   o, f, i = sigmoid(pre),  g = tanh(pre)
    c = f c_before + i g,   h = o tanh(c)                                    (van den Oord et al. 2016a, eq. 3)

Written with its own backward pass: autograd keeps and copies several small tensors at each of the steps, and takes about
three times as long.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import torch
from torch import Tensor

Span = tuple[int, int]


def lstm_scan(x: Tensor, weights: Tensor, shifts: Sequence[int], active: Sequence[Span], n: int) -> Tensor:
    """States h, D×S×(R*n)×F, of D independent directions over S steps.

    x: D×S×(R*n)×4F, inputs of the gates from outside, in the order o, f, i, g; R places of n images each, the places
    outermost. weights: D×K×F×4F, one matrix for each of ``shifts`` (-1, 0 or 1): place r follows place r + shift of the step
    before. active: the places (first, behind the last) that each step computes; all others are 0 then, as is what lies
    beyond either end. The steps that compute a place follow each other without a gap.
    """
    states: Tensor = _Scan.apply(x, weights.to(x.dtype), tuple(shifts), tuple(active), n)
    return states


class _Scan(torch.autograd.Function):
    @staticmethod
    def forward(
        ctx: Any, x: Tensor, weights: Tensor, shifts: tuple[int, ...], active: tuple[Span, ...], n: int
    ) -> Tensor:
        directions, steps, rows, wide = x.shape
        width = wide // 4
        # One place of zeros at either end and one step before the first, so that every read is a plain view.
        h = x.new_zeros(directions, steps + 1, rows + 2 * n, width)
        c = x.new_zeros(directions, steps + 1, rows, width)
        gates, tanh_c = torch.empty_like(x), torch.empty_like(c)  # gates after their sigmoids and tanh; tanh(c)
        for s, (first, last) in enumerate(active):
            here = slice(first * n, last * n)
            now = gates[:, s, here]
            now.copy_(x[:, s, here])
            for k, shift in enumerate(shifts):
                now.baddbmm_(h[:, s, _moved(here, shift, n)], weights[:, k])
            now[..., : 3 * width].sigmoid_()
            now[..., 3 * width :].tanh_()
            o, f, i, g = now.chunk(4, -1)
            cell = torch.mul(f, c[:, s, here], out=c[:, s + 1, here]).addcmul_(i, g)
            torch.mul(o, torch.tanh(cell, out=tanh_c[:, s + 1, here]), out=h[:, s + 1, _moved(here, 0, n)])
        ctx.save_for_backward(weights, gates, h, c, tanh_c)
        ctx.plan = shifts, active, n
        return h[:, 1:, n:-n]

    @staticmethod
    def backward(ctx: Any, into: Tensor) -> tuple[Tensor | None, ...]:
        weights, gates, h, c, tanh_c = ctx.saved_tensors
        shifts, active, n = ctx.plan
        width = h.shape[-1]
        back = weights.transpose(-1, -2).contiguous()
        # What reaches a state from the step after it; what reaches it from outside is added when its turn comes.
        dh = torch.zeros_like(h)
        dh[:, 1:, n:-n] = into
        dc = c.new_zeros(c.shape[0], c.shape[2], width)
        dx = torch.zeros_like(gates)
        for s in reversed(range(len(active))):
            first, last = active[s]
            here = slice(first * n, last * n)
            o, f, i, g = gates[:, s, here].chunk(4, -1)
            curve = tanh_c[:, s + 1, here]
            from_h = dh[:, s + 1, _moved(here, 0, n)]
            # dc/dt: what the next step left, and what comes down through h = o tanh(c).
            through = dc[:, here].addcmul(from_h * o, 1 - curve * curve)
            d = dx[:, s, here]
            d_o, d_f, d_i, d_g = d.chunk(4, -1)
            torch.mul(from_h, curve, out=d_o)
            torch.mul(through, c[:, s, here], out=d_f)
            torch.mul(through, g, out=d_i)
            torch.mul(through, i, out=d_g)
            smooth = gates[:, s, here, : 3 * width]
            d[..., : 3 * width].mul_(smooth).mul_(1 - smooth)
            d_g.mul_(1 - g * g)
            torch.mul(through, f, out=dc[:, here])
            for k, shift in enumerate(shifts):
                dh[:, s, _moved(here, shift, n)].baddbmm_(d, back[:, k])
        return dx, _of_weights(h, dx, shifts, n), None, None, None


def _moved(here: slice, shift: int, n: int) -> slice:
    """The rows of a padded state that lie ``shift`` places on."""
    return slice(here.start + (1 + shift) * n, here.stop + (1 + shift) * n)


def _of_weights(h: Tensor, dx: Tensor, shifts: tuple[int, ...], n: int) -> Tensor:
    """The gradient of the weights, all steps in one product: D×K×F×4F."""
    rows = dx.shape[2]
    flat = dx.flatten(1, 2)
    parts = [h[:, :-1, (1 + k) * n : (1 + k) * n + rows].flatten(1, 2).transpose(1, 2) @ flat for k in shifts]
    return torch.stack(parts, 1)
