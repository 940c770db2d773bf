"""Put a trained net into the package: copy it and write its table in ``models.toml``.

python -m training.ocr.register cells-digits.onnx --trained-on … [--tier … --figure … --date …]
"""

from __future__ import annotations

import argparse
import datetime
import shutil
from pathlib import Path

from yakuba.core.weights.registry import Measured, Model, parse_registry, render_registry
from yakuba.core.weights.store import file_hash

ROOT = Path(__file__).resolve().parent.parent.parent
WEIGHTS = ROOT / "src/yakuba/ocr/weights"
REGISTRY = ROOT / "src/yakuba/core/weights/models.toml"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("net", type=Path)
    parser.add_argument("--trained-on", required=True)
    parser.add_argument("--tier")
    parser.add_argument("--figure")
    parser.add_argument("--date", type=datetime.date.fromisoformat)
    options = parser.parse_args()
    target = WEIGHTS / options.net.name
    if options.net.resolve() != target:
        shutil.copyfile(options.net, target)
    sha256, size = file_hash(target)
    measured = Measured(options.tier, options.figure, options.date) if options.tier else None
    model = Model(
        target.stem, target.name, sha256, size, "Apache-2.0", "training/ocr", options.trained_on, measured
    )
    text = REGISTRY.read_text("utf-8")
    head = text[: text.index("format = ")]
    others = [other for other in parse_registry(text) if other.name != model.name]
    ours = [other for other in others if other.source == "training/ocr"]
    rest = [other for other in others if other.source != "training/ocr"]
    models = sorted([*ours, model], key=lambda one: one.name) + rest
    REGISTRY.write_text(head + render_registry(models), "utf-8")


if __name__ == "__main__":
    main()
