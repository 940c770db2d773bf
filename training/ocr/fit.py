"""Fit one net: seeded, one cycle of the learning rate, averaged weights, export to ONNX."""

from __future__ import annotations

import copy
import json
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor, nn

Batches = Callable[[int], tuple[Tensor, Tensor]]  # step -> cells (n, 1, side, side), labels


def fit(
    net: nn.Module, batches: Batches, steps: int, *, rate: float = 0.004, smooth: float = 0.05
) -> nn.Module:
    """Train in place for ``steps`` batches; the averaged net, ready to read."""
    net = net.to(memory_format=torch.channels_last)
    decayed = [p for p in net.parameters() if p.ndim > 1]
    other = [p for p in net.parameters() if p.ndim <= 1]
    optimiser = torch.optim.AdamW(
        [{"params": decayed, "weight_decay": 0.02}, {"params": other, "weight_decay": 0.0}], lr=rate
    )
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimiser, rate, total_steps=steps, pct_start=0.15)
    mean = copy.deepcopy(net)
    started, spent, running = time.time(), time.process_time(), 0.0
    for step in range(steps):
        net.train()
        x, y = batches(step)
        loss = F.cross_entropy(
            net(x.contiguous(memory_format=torch.channels_last)), y, label_smoothing=smooth
        )
        optimiser.zero_grad()
        loss.backward()
        optimiser.step()
        schedule.step()
        keep = min(0.998, (1 + step) / (10 + step))
        with torch.no_grad():
            for old, new in zip(mean.state_dict().values(), net.state_dict().values(), strict=True):
                if old.dtype.is_floating_point:
                    old.lerp_(new, 1 - keep)
                else:
                    old.copy_(new)
        running = 0.98 * running + 0.02 * loss.item() if step else loss.item()
        if step % 200 == 199:
            print(
                json.dumps(
                    {
                        "step": step + 1,
                        "of": steps,
                        "loss": round(running, 4),
                        "s": round(time.time() - started),
                        "cpu_s": round(time.process_time() - spent),
                    }
                ),
                flush=True,
            )
    return mean.eval()


@torch.no_grad()
def probabilities(net: nn.Module, cells: np.ndarray) -> np.ndarray:
    """Softmax (n, classes) of float32 cells (n, side, side)."""
    parts = [
        F.softmax(net(torch.from_numpy(cells[i : i + 512])[:, None]), 1).numpy()
        for i in range(0, len(cells), 512)
    ]
    return np.concatenate(parts)


def export(net: nn.Module, side: int, classes: str, path: Path, notes: dict[str, str]) -> None:
    """ONNX with input ``cells`` (n, 1, side, side) and output ``logits``; classes and notes as metadata."""
    import onnx

    path.parent.mkdir(parents=True, exist_ok=True)
    net = net.to(memory_format=torch.contiguous_format).eval()
    torch.onnx.export(
        net,
        (torch.zeros(1, 1, side, side),),
        str(path),
        input_names=["cells"],
        output_names=["logits"],
        dynamic_axes={"cells": {0: "n"}, "logits": {0: "n"}},
        opset_version=17,
        dynamo=False,
    )
    model = onnx.load(str(path))
    halve(model)
    onnx.helper.set_model_props(model, {"classes": classes, **notes})
    onnx.save(model, str(path))


def halve(model: Any) -> None:
    """Keep the weights of an ONNX model as 16-bit numbers, made 32-bit again when it is loaded."""
    import onnx

    graph = model.graph
    for weights in list(graph.initializer):
        values = onnx.numpy_helper.to_array(weights)
        if values.dtype != np.float32 or values.size < 256:
            continue
        graph.initializer.remove(weights)
        small = f"{weights.name}/16"
        graph.initializer.append(onnx.numpy_helper.from_array(values.astype(np.float16), small))
        cast = onnx.helper.make_node("Cast", [small], [weights.name], to=onnx.TensorProto.FLOAT)
        graph.node.insert(0, cast)
    onnx.checker.check_model(model)
