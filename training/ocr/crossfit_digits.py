"""Cross-fitted readings of the real digits: every digit is read by a net that never saw it.

    python -m training.ocr.crossfit_digits DATA.npz -o readings.npz [--folds 9] [--steps 2000] [--members 1]

The output holds ``probabilities`` (n, 10), ``labels`` (n,), ``fold`` (n,) and the data's SHA-256; the
benchmark of 12-digit numbers (``benchmarks/ocr/bench_numbers.py``) reads it. Folds that are already in the
output's folder are not fitted again, so a run that was stopped goes on; digits of folds
that are not fitted yet have shares of 0.
"""

from __future__ import annotations

import argparse
import json
from pathlib import Path

import numpy as np
import torch
from torch import nn

from training.ocr import digits
from training.ocr.fit import probabilities
from training.ocr.net import Joined, digit_net
from yakuba.ocr.domain.cell_image import views


def folds_of(count: int, folds: int) -> np.ndarray:
    """The fold of each digit, by a fixed draw."""
    return np.random.default_rng(20261123).permutation(count) % folds


def viewed(net: nn.Module, cells: np.ndarray) -> np.ndarray:
    """Shares (n, 10) as the product reads: the mean over the views of each cell."""
    several = np.stack([views(cell) for cell in cells])
    flat = probabilities(net, several.reshape(-1, *cells.shape[1:]))
    return flat.reshape(len(cells), several.shape[1], -1).mean(1)


def member(
    parts: Path, cells: np.ndarray, labels: np.ndarray, seed: int, options: argparse.Namespace
) -> nn.Module:
    """The net of one seed, from the folder when it was trained before."""
    kept = parts / f"{seed}-of-{options.folds}-{options.steps}.pt"
    if kept.exists():
        net = digit_net()
        net.load_state_dict(torch.load(kept))
        return net.eval()
    fitted = digits.train(cells, labels, seed=seed, steps=options.steps)
    torch.save(fitted.state_dict(), kept)
    return fitted


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("data", type=Path)
    parser.add_argument("-o", "--output", type=Path, required=True)
    parser.add_argument("--folds", type=int, default=9)
    parser.add_argument("--only", type=int, nargs="*")
    parser.add_argument("--steps", type=int, default=2000)
    parser.add_argument("--members", type=int, default=1, help="nets, of other seeds, that are joined")
    parser.add_argument("--seed", type=int, default=7, help="of fold 0; each fold has the next")
    parser.add_argument("--threads", type=int, default=1)
    options = parser.parse_args()
    torch.set_num_threads(options.threads)
    cells, labels, sha256 = digits.load(options.data)
    fold = folds_of(len(labels), options.folds)
    parts = options.output.with_suffix(".folds")
    parts.mkdir(parents=True, exist_ok=True)
    result = np.zeros((len(labels), 10), np.float32)
    for number in range(options.folds):
        held = fold == number
        part = parts / f"{number}-of-{options.folds}-{options.steps}-{options.members}.npy"
        if not part.exists() and (options.only is None or number in options.only):
            nets = [
                member(parts, cells[~held], labels[~held], options.seed + number + 100 * one, options)
                for one in range(options.members)
            ]
            np.save(part, viewed(Joined(nets).eval(), cells[held]))
        if part.exists():
            result[held] = np.load(part)
            right = (result[fold == number].argmax(1) == labels[fold == number]).mean()
            print(
                json.dumps(
                    {"fold": number, "n": int((fold == number).sum()), "right": round(float(right), 5)}
                ),
                flush=True,
            )
    done = result.sum(1) > 0.5
    if done.any():
        np.savez_compressed(
            options.output, probabilities=result, labels=labels, fold=fold, sha256=np.array(sha256)
        )
        print(json.dumps({"n": int(done.sum()), "right": float((result.argmax(1) == labels)[done].mean())}))


if __name__ == "__main__":
    main()
