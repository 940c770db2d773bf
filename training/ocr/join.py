"""Join nets of one character set that were trained apart into one net that averages them.

    python -m training.ocr.join BANK.npz ONE.pt TWO.pt … -o cells-hiragana.onnx

Prints the share of held-out faces' cells that each net and the joined one read right, with the views that
the product averages.
"""

from __future__ import annotations

import argparse
import hashlib
import json
from pathlib import Path

import numpy as np
import torch
from torch import nn

from training.ocr.fit import export
from training.ocr.fonts import VALIDATE
from training.ocr.net import Joined, letter_net
from yakuba.ocr.domain.cell_image import LETTER_LAYOUT, normalise_cell, views


def right_of(net: nn.Module, seen: list[np.ndarray], labels: np.ndarray) -> float:
    """The share read right, each cell by the mean of its views."""
    with torch.no_grad():
        best = [int(net(torch.from_numpy(one)[:, None]).softmax(1).mean(0).argmax()) for one in seen]
    return float((np.array(best) == labels).mean())


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("bank", type=Path)
    parser.add_argument("fitted", type=Path, nargs="+")
    parser.add_argument("-o", "--output", type=Path, required=True)
    options = parser.parse_args()
    torch.set_num_threads(1)
    data = np.load(options.bank)
    classes = str(data["classes"])
    held = np.array([str(name).startswith(VALIDATE) for name in data["faces"]])[data["face"]]
    seen = [views(normalise_cell(one, LETTER_LAYOUT)).astype(np.float32) for one in data["pictures"][held]]
    labels = data["labels"][held]
    nets = []
    for path in options.fitted:
        net = letter_net(len(classes))
        net.load_state_dict(torch.load(path))
        nets.append(net.eval())
    joined = Joined(nets).eval()
    shares = [round(right_of(net, seen, labels), 5) for net in (*nets, joined)]
    notes = {
        "bank_sha256": hashlib.sha256(options.bank.read_bytes()).hexdigest(),
        "joined": str(len(nets)),
        "held_out_right": f"{shares[-1]} (n={len(labels)}, five views)",
    }
    export(joined, LETTER_LAYOUT.side, classes, options.output, notes)
    print(json.dumps(notes | {"each": shares[:-1], "bytes": options.output.stat().st_size}))


if __name__ == "__main__":
    main()
