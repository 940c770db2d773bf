"""Fit the net of one character set of letters on its bank and export it.

    python -m training.ocr.train_letters BANK.npz -o cells-katakana.onnx [--steps 1800] [--from OTHER.pt]

Faces named in ``fonts.VALIDATE`` are not learnt; the share of them that is read right is printed and kept in
the model's metadata.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import time
from pathlib import Path

import numpy as np
import torch
from torch import Tensor

from training.ocr import augment
from training.ocr.fit import export, fit, probabilities
from training.ocr.fonts import VALIDATE
from training.ocr.net import letter_net
from yakuba.ocr.domain.cell_image import LETTER_LAYOUT, normalise_cell

BATCH = 128
WARPED = 44  # px of the deformed picture, before it is cut and placed
STRENGTH = augment.Strength(
    rotate=0.16, shear=0.25, scale=0.05, aspect=0.22, elastic=(0.07, 0.035), perspective=0.12,
    thickness=(-1, 1), erase=0.12, blur=0.4, noise=0.15, line=0.04,
)  # fmt: skip


def batch(x: Tensor, g: torch.Generator) -> Tensor:
    """Cells as the net sees them, from pictures of the bank."""
    layout = LETTER_LAYOUT
    cells = augment.warp(x.float() / 255, STRENGTH, g, WARPED)
    cells = augment.place(augment.thickness(cells, STRENGTH, g), layout.side, layout.inner, 0.04, g)
    return augment.dirt(cells, STRENGTH, g)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("bank", type=Path)
    parser.add_argument("-o", "--output", type=Path, required=True)
    parser.add_argument("--steps", type=int, default=1800)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--from", dest="origin", type=Path, help="weights whose body is the start")
    parser.add_argument("--threads", type=int, default=1)
    options = parser.parse_args()
    torch.set_num_threads(options.threads)
    torch.manual_seed(options.seed)
    g = torch.Generator().manual_seed(options.seed)
    data = np.load(options.bank)
    classes = str(data["classes"])
    held = np.array([str(name).startswith(VALIDATE) for name in data["faces"]])[data["face"]]
    x = torch.from_numpy(data["pictures"][~held])[:, None]
    y = torch.from_numpy(data["labels"][~held])

    def batches(step: int) -> tuple[Tensor, Tensor]:
        chosen = torch.randint(0, len(x), (BATCH,), generator=g)
        return batch(x[chosen], g), y[chosen]

    spent = time.process_time()
    net = letter_net(len(classes))
    if options.origin:
        known = torch.load(options.origin)
        net.load_state_dict({k: v for k, v in known.items() if not k.startswith("head")}, strict=False)
    net = fit(net, batches, options.steps, rate=0.005)
    spent = time.process_time() - spent
    cells = np.stack([normalise_cell(picture, LETTER_LAYOUT) for picture in data["pictures"][held]])
    right = probabilities(net, cells).argmax(1) == data["labels"][held]
    notes = {
        "bank_sha256": hashlib.sha256(options.bank.read_bytes()).hexdigest(),
        "faces": str(int((~np.isin(np.arange(len(data["faces"])), data["face"][held])).sum())),
        "steps": str(options.steps),
        "seed": str(options.seed),
        "held_out_right": f"{right.mean():.5f} (n={len(right)})",
    }
    export(net, LETTER_LAYOUT.side, classes, options.output, notes)
    torch.save(net.state_dict(), options.output.with_suffix(".pt"))
    print(json.dumps(notes | {"cpu_s": round(spent), "bytes": options.output.stat().st_size}))


if __name__ == "__main__":
    main()
