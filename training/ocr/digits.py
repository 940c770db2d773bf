"""The digits' data and their training, shared by the shipped model and the cross-fitted measurement."""

from __future__ import annotations

import hashlib
from pathlib import Path

import numpy as np
import torch
from torch import Tensor, nn

from training.ocr import augment
from training.ocr.fit import fit
from training.ocr.net import digit_net
from yakuba.ocr.domain.cell_image import DIGIT_LAYOUT, normalise_cell

BATCH = 128
STRENGTH = augment.Strength(
    rotate=0.15, shear=0.15, scale=0.1, aspect=0.1, elastic=(0.04, 0.025), perspective=0.04,
    thickness=(-1, 1), erase=0.03, blur=0.2, noise=0.08, line=0.0,
)  # fmt: skip


def load(path: Path) -> tuple[np.ndarray, np.ndarray, str]:
    """Normalised cells (n, 24, 24), labels and the file's SHA-256."""
    data = np.load(path)
    cells = np.stack([normalise_cell(picture, DIGIT_LAYOUT) for picture in data["x"]])
    return cells, data["y"].astype(np.int64), hashlib.sha256(path.read_bytes()).hexdigest()


def train(cells: np.ndarray, labels: np.ndarray, *, seed: int, steps: int) -> nn.Module:
    """A net fitted to exactly these cells."""
    torch.manual_seed(seed)
    g = torch.Generator().manual_seed(seed)
    x, y = torch.from_numpy(cells)[:, None], torch.from_numpy(labels)

    def batches(step: int) -> tuple[Tensor, Tensor]:
        chosen = torch.randint(0, len(x), (BATCH,), generator=g)
        picture = augment.warp(x[chosen], STRENGTH, g)
        return augment.dirt(augment.thickness(picture, STRENGTH, g), STRENGTH, g), y[chosen]

    return fit(digit_net(), batches, steps, rate=0.004, smooth=0.02)
