"""How exactly scans are laid on their blank, how fast, and what is refused. A JSON line a case.

    python -m benchmarks.ocr.bench_registration [--each 3] [--seed 1]

Invented forms, filled in by a font, placed by a known homography and scanned with noise: ``max_error_px`` is
the largest distance at 200 dpi from the truth over a grid of points. ``cpu_ms`` is processor time (all
threads), ``ms`` time on the clock. Sheets that do not belong to the blank must be refused.
"""

from __future__ import annotations

import argparse
import json
import sys
import time
from collections import Counter
from typing import Any

import cv2
import numpy as np
from tests.ocr import made_pages as pages

from yakuba.ocr.domain.registration import NotThisForm, Template, register

SOURCE = 300
FORM = pages.Layout()
BELONGING: dict[str, dict[str, Any]] = {
    "dpi_150": {"dpi": 150},
    "dpi_200": {},
    "dpi_300": {"dpi": 300},
    "dpi_400": {"dpi": 400},
    "upside_down": {"degrees": 180.0},
    "quarter_turn": {"degrees": 90.0, "quarter": True},
    "skew_5": {"degrees": 5.0},
    "shift_3mm_skew": {"shift_mm": (3.0, -3.0), "degrees": -3.0},
    "scale_103": {"scale": 1.03},
    "scale_97": {"scale": 0.97},
    "photo": {"dpi": 250, "scale": 0.8, "perspective": (-0.12, 0.15), "degrees": -6.0},
    "one_bit_200": {"one_bit": True},
    "one_bit_150": {"one_bit": True, "dpi": 150},
    "dirty": {"dirt": 3000, "noise": 12.0},
    "blurred": {"blur": 1.8},
}
STRANGERS = {
    "other_form": pages.Layout(
        title="保育所等利用申込書", rows=pages.ROWS[:6], step_mm=11, label_mm=40, cells=8
    ),
    "like_form": pages.Layout(title="源泉徴収票", rows=pages.ROWS[1:], step_mm=13.6),
    "moved_box": pages.Layout(moved_row=5),
    "fewer_cells": pages.Layout(cells=10),
    "empty": None,
}
SCAN_KEYS = ("quarter", "one_bit", "dirt", "noise", "blur")


def truth_of(page: pages.Array, template: Template, placed: np.ndarray) -> np.ndarray:
    """From the template's grid through the drawn page to the scan."""
    across, down = page.shape[1] / template.size[0], page.shape[0] / template.size[1]
    up = np.array([[across, 0, (across - 1) / 2], [0, down, (down - 1) / 2], [0, 0, 1]])
    return np.asarray(placed @ up)


def worst(template: Template, found: np.ndarray, truth: np.ndarray) -> float:
    """Largest error in px over an 8 x 8 grid of points."""
    width, height = template.size
    grid = np.array([[[x, y]] for x in np.linspace(0, width, 8) for y in np.linspace(0, height, 8)])
    laid = cv2.perspectiveTransform(grid, np.linalg.inv(found) @ truth)
    return float(np.hypot(*(laid - grid).reshape(-1, 2).T).max())


def measured(
    name: str, layout: pages.Layout | None, how: dict[str, Any], each: int, seed: int
) -> dict[str, Any]:
    """One case's line."""
    template = Template(pages.blank(FORM, 200), pages.WIDTH_MM, pages.HEIGHT_MM)
    fields = tuple(pages.to_px(pages.row_box(row)) for row in range(len(FORM.rows)))
    fields += (pages.to_px(pages.cells_box()),)
    page = pages.filled(layout, SOURCE) if layout else np.full_like(pages.blank(FORM, SOURCE), 255)
    dpi = how.get("dpi", 200)
    errors, residuals, walls, cpus = [], [], [], []
    outcomes: Counter[str] = Counter()
    for number in range(each):
        place = {key: value for key, value in how.items() if key not in (*SCAN_KEYS, "dpi")}
        chance = np.random.default_rng([seed, number])
        place["degrees"] = place.get("degrees", 0.0) + float(chance.uniform(-0.7, 0.7))
        placed = pages.placement(SOURCE, dpi, **place)
        kept = {key: value for key, value in how.items() if key in SCAN_KEYS}
        scan = pages.scanned(page, placed, dpi, seed=seed + number, **kept)
        wall, cpu = time.perf_counter(), time.process_time()
        found = register(scan, template, fields)
        walls.append(time.perf_counter() - wall)
        cpus.append(time.process_time() - cpu)
        if isinstance(found, NotThisForm):
            outcomes[found.refusal.value] += 1
            continue
        outcomes["laid"] += 1
        residuals.append(found.residual_px)
        if layout == FORM:
            errors.append(worst(template, found.homography, truth_of(page, template, placed)))
    belongs = layout == FORM
    return {
        "case": name,
        "belongs": belongs,
        "n": each,
        "wrong": each - outcomes["laid"] if belongs else outcomes["laid"],
        "outcomes": dict(outcomes),
        "max_error_px": round(max(errors), 3) if errors else None,
        "max_residual_px": round(max(residuals), 3) if residuals else None,
        "ms": round(1000 * float(np.median(walls))),
        "cpu_ms": round(1000 * float(np.median(cpus))),
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--each", type=int, default=3)
    parser.add_argument("--seed", type=int, default=1)
    asked = parser.parse_args()
    cases = [(name, FORM, how) for name, how in BELONGING.items()]
    cases += [(name, layout, {}) for name, layout in STRANGERS.items()]
    for name, layout, how in cases:
        line = measured(name, layout, how, asked.each, asked.seed)
        sys.stdout.write(json.dumps(line, ensure_ascii=False) + "\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
