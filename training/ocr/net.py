"""The nets of the cells: a few hundred thousand weights, residual, one shape for every character set."""

from __future__ import annotations

import torch
from torch import Tensor, nn


def _step(inputs: int, outputs: int, stride: int = 1, kernel: int = 3) -> nn.Sequential:
    convolution = nn.Conv2d(inputs, outputs, kernel, stride, kernel // 2, bias=False)
    return nn.Sequential(convolution, nn.BatchNorm2d(outputs), nn.ReLU(inplace=True))


class Residual(nn.Module):
    """Two 3×3 steps around which the input is carried."""

    def __init__(self, width: int) -> None:
        super().__init__()
        self.body = nn.Sequential(
            _step(width, width), nn.Conv2d(width, width, 3, 1, 1, bias=False), nn.BatchNorm2d(width)
        )

    def forward(self, x: Tensor) -> Tensor:
        return torch.relu(x + self.body(x))


class Thirds(nn.Module):
    """Means over a 3 × 3 grid of the picture; as a product of matrices, which ONNX has for every side."""

    def __init__(self, side: int) -> None:
        super().__init__()
        means = torch.zeros(3, side)
        for third in range(3):
            first, last = third * side // 3, -(-(third + 1) * side // 3)
            means[third, first:last] = 1 / (last - first)
        self.register_buffer("means", means, persistent=False)

    def forward(self, x: Tensor) -> Tensor:
        means = self.get_buffer("means")
        return means @ x @ means.T


class CellNet(nn.Module):
    """Cells (n, 1, side, side) with ink 0–1 to one logit a character."""

    def __init__(self, classes: int, widths: tuple[int, int, int, int], side: int) -> None:
        super().__init__()
        first, second, third, last = widths
        self.body = nn.Sequential(
            _step(1, first, 2, 5),
            _step(first, second),
            _step(second, third, 2),
            Residual(third),
            _step(third, last, 2),
            Residual(last),
            nn.Dropout2d(0.1),
        )
        self.pool = Thirds(-(-side // 8))
        self.head = nn.Sequential(nn.Flatten(), nn.Dropout(0.25), nn.Linear(last * 9, classes))

    def forward(self, x: Tensor) -> Tensor:
        out: Tensor = self.head(self.pool(self.body(x)))
        return out


class DigitNet(nn.Module):
    """As ``CellNet``, but its first steps see every pixel: small cells lose too much to a stride at once."""

    def __init__(self, widths: tuple[int, int, int, int], side: int) -> None:
        super().__init__()
        first, second, third, last = widths
        self.body = nn.Sequential(
            _step(1, first),
            _step(first, second),
            _step(second, third, 2),
            Residual(third),
            Residual(third),
            _step(third, last, 2),
            Residual(last),
            nn.Dropout2d(0.1),
        )
        self.pool = Thirds(-(-side // 4))
        self.head = nn.Sequential(nn.Flatten(), nn.Dropout(0.3), nn.Linear(last * 9, 10))

    def forward(self, x: Tensor) -> Tensor:
        out: Tensor = self.head(self.pool(self.body(x)))
        return out


def digit_net() -> DigitNet:
    """24 × 24 → 10."""
    return DigitNet((24, 32, 48, 80), 24)


def letter_net(classes: int) -> CellNet:
    """40 × 40 → ``classes``."""
    return CellNet(classes, (16, 24, 48, 88), 40)


class Joined(nn.Module):
    """The mean of the log probabilities of nets that were trained apart."""

    def __init__(self, nets: list[nn.Module]) -> None:
        super().__init__()
        self.nets = nn.ModuleList(nets)

    def forward(self, cells: Tensor) -> Tensor:
        return torch.stack([net(cells).log_softmax(1) for net in self.nets]).mean(0)
