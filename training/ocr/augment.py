"""What pens, paper and scanners do to a character, on batches of ink pictures (n, 1, side, side), 0–1."""

from __future__ import annotations

from dataclasses import dataclass

import torch
import torch.nn.functional as F
from torch import Tensor


@dataclass(frozen=True, slots=True)
class Strength:
    """How strong each change is; lengths in shares of half the picture's side, angles in radians."""

    rotate: float = 0.2
    shear: float = 0.2
    scale: float = 0.15
    aspect: float = 0.12
    elastic: tuple[float, ...] = (0.06, 0.03)  # for displacement grids of 3 and of 6 knots
    perspective: float = 0.08
    thickness: tuple[int, int] = (-1, 1)  # px thinner and thicker
    erase: float = 0.15  # share of cells with a gap
    blur: float = 0.3
    noise: float = 0.15
    line: float = 0.0  # share of cells with a rest of the printed box


def _uniform(n: int, width: float, g: torch.Generator) -> Tensor:
    return (torch.rand(n, generator=g) * 2 - 1) * width


def warp(x: Tensor, s: Strength, g: torch.Generator, side: int | None = None) -> Tensor:
    """Affine, perspective and elastic deformation in one sampling, to ``side`` px (else as it came)."""
    n, side = len(x), side or x.shape[-1]
    angle, shear = _uniform(n, s.rotate, g), _uniform(n, s.shear, g)
    scale, aspect = torch.exp(_uniform(n, s.scale, g)), torch.exp(_uniform(n, s.aspect, g))
    cos, sin = torch.cos(angle) * scale, torch.sin(angle) * scale
    theta = torch.zeros(n, 2, 3)
    theta[:, 0, 0], theta[:, 0, 1] = cos * aspect, -sin * aspect + shear
    theta[:, 1, 0], theta[:, 1, 1] = sin / aspect, cos / aspect
    grid = F.affine_grid(theta, [n, 1, side, side], align_corners=False)
    tilt = torch.stack([_uniform(n, s.perspective, g), _uniform(n, s.perspective, g)], 1)
    grid = grid * (1 + (grid * tilt[:, None, None, :]).sum(-1, keepdim=True))
    for knots, amount in zip((3, 6), s.elastic, strict=True):
        push = torch.randn(n, 2, knots, knots, generator=g) * amount
        grid = grid + F.interpolate(push, (side, side), mode="bicubic", align_corners=True).permute(
            0, 2, 3, 1
        )
    return F.grid_sample(x, grid, align_corners=False)


def thickness(x: Tensor, s: Strength, g: torch.Generator) -> Tensor:
    """Strokes thinner or thicker by whole and part pixels: a mixture with the eroded or dilated picture."""
    thin, thick = s.thickness
    amount = torch.rand(x.shape[0], 1, 1, 1, generator=g) * (thick - thin) + thin
    grown, shrunk = x, x
    out = x.clone()
    for step in range(max(thick, -thin)):
        grown_next = F.max_pool2d(grown, 3, 1, 1)
        shrunk_next = -F.max_pool2d(-shrunk, 3, 1, 1)
        part = (amount.abs() - step).clamp(0, 1)
        out = torch.where(amount > 0, out + part * (grown_next - grown), out + part * (shrunk_next - shrunk))
        grown, shrunk = grown_next, shrunk_next
    # A stroke never vanishes by thinning.
    alive = out.amax((1, 2, 3), keepdim=True) > 0.5
    return torch.where(alive, out, x).clamp(0, 1)


def dirt(x: Tensor, s: Strength, g: torch.Generator) -> Tensor:
    """Gaps, uneven ink, blur, noise, rests of a box line."""
    n, _, side, _ = x.shape
    if s.erase:
        at = torch.rand(n, 2, 1, 1, generator=g)
        size = torch.rand(n, 2, 1, 1, generator=g) * 0.12 + 0.03
        axis = torch.linspace(0, 1, side)
        hole = ((axis[None, :, None] - at[:, 0]).abs() < size[:, 0]) & (
            (axis[None, None, :] - at[:, 1]).abs() < size[:, 1]
        )
        chosen = torch.rand(n, 1, 1, generator=g) < s.erase
        x = torch.where((hole & chosen)[:, None], torch.zeros(()), x)
    if s.line:
        x = _lines(x, s.line, g)
    if s.blur:
        soft = F.avg_pool2d(F.avg_pool2d(x, 3, 1, 1), 3, 1, 1)
        mix = torch.rand(n, 1, 1, 1, generator=g) * (torch.rand(n, 1, 1, 1, generator=g) < s.blur)
        x = x + mix * (soft - x)
    gain = 1 + torch.rand(n, 1, 1, 1, generator=g) * 0.5
    x = (x * gain / x.amax((1, 2, 3), keepdim=True).clamp_min(0.1)).clamp(0, 1)
    if s.noise:
        level = torch.rand(n, 1, 1, 1, generator=g) * s.noise
        x = (x + level * torch.randn(x.shape, generator=g) * (0.25 + 0.75 * x)).clamp(0, 1)
    return x


def _lines(x: Tensor, share: float, g: torch.Generator) -> Tensor:
    """A straight rest of the box along one edge."""
    n, _, side, _ = x.shape
    at = torch.randint(0, 3, (n,), generator=g)
    edge = torch.randint(0, 4, (n,), generator=g)
    axis = torch.arange(side)
    row = (axis[None] - at[:, None]).abs() < 1
    row = torch.where((edge % 2 == 1)[:, None], row.flip(1), row)
    level = (torch.rand(n, 1, 1, generator=g) * 0.6 + 0.4) * (torch.rand(n, 1, 1, generator=g) < share)
    line = torch.where((edge < 2)[:, None, None], row[:, :, None].float(), row[:, None, :].float())
    return torch.maximum(x, (line * level)[:, None])


def place(x: Tensor, side: int, inner: int, jitter: float, g: torch.Generator) -> Tensor:
    """Cut to the outline, scale and centre as ``normalise_cell`` does by the outer box, with some slack."""
    n, _, big, _ = x.shape
    solid = x[:, 0] > 0.35
    span = []
    for axis in (1, 2):
        hit = solid.any(3 - axis)
        first = hit.float().argmax(1)
        last = big - 1 - hit.flip(1).float().argmax(1)
        empty = ~hit.any(1)
        span.append((torch.where(empty, 0, first).float(), torch.where(empty, big - 1, last).float() + 1))
    (top, bottom), (left, right) = span
    longest = torch.maximum(bottom - top, right - left)
    share = longest / big * (side / inner) * (1 + _uniform(n, jitter, g))
    theta = torch.zeros(n, 2, 3)
    theta[:, 0, 0] = theta[:, 1, 1] = share
    theta[:, 0, 2] = (left + right) / big - 1 + _uniform(n, jitter, g) * share
    theta[:, 1, 2] = (top + bottom) / big - 1 + _uniform(n, jitter, g) * share
    grid = F.affine_grid(theta, [n, 1, side, side], align_corners=False)
    return F.grid_sample(x, grid, align_corners=False)
