"""Make ``src/yakuba/ocr/certificates/simulated.json`` and the demo's ``ocr_labels.json`` anew.

    python -m benchmarks.ocr.remake_certificates [--calibration 700] [--folder DIR] [--fonts FOLDER]

The rows are those of ``bench_auto`` (same folder: read once). The certificates are simulated: made slips in
fonts. They serve the demo and ``yakuba ocr read --assume-certified``; no installation may rest on them.
"""

from __future__ import annotations

import argparse
import json
from pathlib import Path
from typing import Any

from benchmarks.ocr.bench_auto import CONFIDENCE, TARGET, certificates
from benchmarks.ocr.bench_fields import today
from benchmarks.ocr.fonts import folder_of
from benchmarks.ocr.outcomes import SETS, collect, model_of

from yakuba.core.border.writing import certificate_dict

FORMAT = "yakuba.ocr.certificates/1"
SOURCE = Path(__file__).parents[2] / "src/yakuba"
PLACE = SOURCE / "ocr/certificates/simulated.json"
LABELS = SOURCE / "site/demo/ocr_labels.json"


def keep_labels(rows: list[dict[str, Any]]) -> None:
    """Score and rightness of every slip that may pass, by kind × writing, for the demo."""
    classes: dict[str, list[list[float]]] = {}
    for row in rows:
        if not row["checked"]:
            name = f"{row['kind']}/{row['pool'].partition('/')[2]}"
            classes.setdefault(name, []).append([row["score"], int(row["right"])])
    document = {"label": "模擬（合成画像の読取り）", "made": today(), "classes": classes}
    LABELS.write_text(json.dumps(document, ensure_ascii=False) + "\n", "utf-8")


def main() -> None:
    """Read what is missing, certify, write."""
    parser = argparse.ArgumentParser(description="make the simulated certificates anew")
    parser.add_argument("--calibration", type=int, default=700, help="slips a pool")
    parser.add_argument("--folder", type=Path, default=Path("var/ocr-outcomes"))
    parser.add_argument("--fonts")
    given = parser.parse_args()
    given.folder.mkdir(parents=True, exist_ok=True)
    rows = collect(
        given.folder / "calibration.jsonl", "calibration", given.calibration, folder_of(given.fonts)
    )
    made = certificates(rows)
    document = {
        "format": FORMAT,
        "simulated": True,
        "label": "模擬（合成画像による。実際の帳票の証明ではありません）",
        "made": today(),
        "model": model_of(),
        "target": TARGET,
        "confidence": CONFIDENCE,
        "fonts": sorted({f"{style.font} {style.points or 'hand'}" for style in SETS["calibration"].styles}),
        "documents": len(rows),
        "pools": {
            pool: {**certificate_dict(one), "documents": sum(row["pool"] == pool for row in rows)}
            for pool, one in made.items()
        },
    }
    PLACE.parent.mkdir(exist_ok=True)
    PLACE.write_text(json.dumps(document, ensure_ascii=False, indent=1) + "\n", "utf-8")
    keep_labels(rows)
    for pool, one in made.items():
        print(pool, "certified" if one.certified else "refused", one.threshold, one.accepted, one.errors)


if __name__ == "__main__":
    main()
