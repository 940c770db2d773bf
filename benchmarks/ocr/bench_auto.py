"""Automatic share and errors under a certificate (acceptance 4), on made slips. JSON lines; seeded.

    python -m benchmarks.ocr.bench_auto [--calibration 700] [--count 150] [--folder DIR] [--fonts FOLDER]

Calibration: slips in tuning fonts, one field a document, seeds that fitted nothing. For every pool (family of
kinds × writing) ``core.border.certify`` at 0.5 % and 95 %. The thresholds then meet other documents in other
fonts (``print``, ``light``, ``heavy``): what share of fields passes, how many of those are wrong. A pool
without a certificate passes nothing. Every figure is simulated: it says how the machinery behaves, not how a
town's own forms read.
"""

from __future__ import annotations

import argparse
import json
import tempfile
from pathlib import Path
from typing import Any

from benchmarks.ocr.bench_fields import interval, today
from benchmarks.ocr.fonts import NoFonts, folder_of
from benchmarks.ocr.outcomes import POOLS, SETS, collect, model_of

from yakuba.core.border.domain.certify import Certificate, Outcome, certify

TARGET, CONFIDENCE = 0.005, 0.95
GOALS = {"print": 0.90, "hand": 0.65}


def certificates(rows: list[dict[str, Any]]) -> dict[str, Certificate]:
    """One certificate a pool. Fields that no certificate lets pass take no part: they pass nothing."""
    found = {}
    for pool in POOLS:
        items = [row for row in rows if row["pool"] == pool and not row["checked"]]
        outcomes = [Outcome(row["score"], bool(row["right"])) for row in items]
        if outcomes:
            found[pool] = certify(outcomes, TARGET, CONFIDENCE)
    return found


def passes(row: dict[str, Any], made: dict[str, Certificate]) -> bool:
    """Whether the field would pass without a person."""
    held = made.get(row["pool"])
    if held is None or held.threshold is None or row["checked"]:
        return False
    return bool(row["score"] >= held.threshold)


def figures(rows: list[dict[str, Any]], made: dict[str, Certificate]) -> dict[str, Any]:
    """Share of fields that pass and the wrong ones among them."""
    passed = [row for row in rows if passes(row, made)]
    wrong = [row for row in passed if not row["right"]]
    return {
        "n": len(rows),
        "passed": len(passed),
        "share": round(len(passed) / max(1, len(rows)), 4),
        "interval": interval(len(passed), len(rows)),
        "wrong": len(wrong),
        "error_interval": interval(len(wrong), len(passed)),
        "pools": {
            pool: f"{sum(row['pool'] == pool for row in passed)}/{sum(row['pool'] == pool for row in rows)}"
            for pool in POOLS
            if any(row["pool"] == pool for row in rows)
        },
    }


def main() -> None:
    """The certificates, then one line a measured set."""
    parser = argparse.ArgumentParser(description="automatic share under a certificate")
    parser.add_argument("--calibration", type=int, default=700, help="slips a pool to certify on")
    parser.add_argument("--count", type=int, default=150, help="slips a pool and set to measure on")
    parser.add_argument("--folder", type=Path, help="keep the rows here, and resume from them")
    parser.add_argument("--fonts")
    given = parser.parse_args()
    try:
        fonts = folder_of(given.fonts)
    except NoFonts as missing:
        print(json.dumps({"bench": "ocr.auto", "skipped": str(missing)}, ensure_ascii=False))
        return
    with tempfile.TemporaryDirectory() as kept:
        folder = given.folder or Path(kept)
        folder.mkdir(parents=True, exist_ok=True)
        common = {"bench": "ocr.auto", "data": "simulated", "date": today(), "model": model_of()}
        rows = collect(folder / "calibration.jsonl", "calibration", given.calibration, fonts)
        made = certificates(rows)
        for pool, one in made.items():
            shown = {
                "threshold": one.threshold,
                "n": sum(row["pool"] == pool for row in rows),
                "accepted": one.accepted,
                "errors": one.errors,
                "upper_bound": round(one.upper_bound, 5),
                "missing": one.missing and one.missing.labels,
            }
            print(json.dumps({**common, "pool": pool, "certified": one.certified, **shown}), flush=True)
        for name in ("print", "light", "heavy"):
            writing = "hand" if SETS[name].styles[0].hand else "print"
            pools = tuple(dict.fromkeys(("mark/print", *(p for p in POOLS if p.endswith(writing)))))
            measured = collect(folder / f"{name}.jsonl", name, given.count, fonts, pools=pools)
            line = {**common, "set": name, "goal": GOALS[writing], "target": TARGET}
            print(json.dumps({**line, **figures(measured, made)}, ensure_ascii=False), flush=True)


if __name__ == "__main__":
    main()
