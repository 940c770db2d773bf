"""Fit the shipped net of digits on all of the data and export it.

    python -m training.ocr.train_digits DATA.npz -o cells-digits.onnx [--members 1]

What it reads right is measured by ``crossfit_digits``, which trains in the same way, without the digits that
it reads.
"""

from __future__ import annotations

import argparse
import json
import time
from pathlib import Path

import torch

from training.ocr import digits
from training.ocr.fit import export
from training.ocr.net import Joined
from yakuba.ocr.domain.cell_image import DIGIT_LAYOUT


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("data", type=Path)
    parser.add_argument("-o", "--output", type=Path, required=True)
    parser.add_argument("--steps", type=int, default=2000)
    parser.add_argument("--members", type=int, default=1, help="nets, of other seeds, that are joined")
    parser.add_argument("--seed", type=int, default=100)
    parser.add_argument("--threads", type=int, default=1)
    options = parser.parse_args()
    torch.set_num_threads(options.threads)
    cells, labels, sha256 = digits.load(options.data)
    spent = time.process_time()
    nets = [
        digits.train(cells, labels, seed=options.seed + one, steps=options.steps)
        for one in range(options.members)
    ]
    net = Joined(nets)
    notes = {"data_sha256": sha256, "steps": str(options.steps), "seed": str(options.seed)} | {
        "joined": str(options.members)
    }
    export(net, DIGIT_LAYOUT.side, "0123456789", options.output, notes)
    spent = time.process_time() - spent
    print(
        json.dumps(notes | {"n": len(labels), "cpu_s": round(spent), "bytes": options.output.stat().st_size})
    )


if __name__ == "__main__":
    main()
