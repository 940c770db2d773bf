"""Fields read right (acceptance 1), on made scans alone. JSON lines; seeded.

    python -m benchmarks.ocr.bench_fields [--count 40] [--pages 6] [--folder DIR] [--fonts FOLDER]

For each set (print 10.5 pt, print 7 pt, light and heavy handwriting fonts; 200 dpi): share of written fields
that are right, its 95 % interval, by kind, and each line engine alone on the same fields as they were
scanned. ``pages`` whole pages a set go through registration and rules as well. The last line is 6 pt at
150 dpi, where the product must send fields to staff: ``sent_to_staff`` is the share that it sent.
"""

from __future__ import annotations

import argparse
import json
import tempfile
from collections import Counter
from collections.abc import Iterable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from benchmarks.ocr.drawing import Style
from benchmarks.ocr.fonts import NoFonts, folder_of
from benchmarks.ocr.outcomes import LAYOUTS, POOLS, SETS, collect, model_of, read_scan
from benchmarks.ocr.scans import make_scan

from yakuba.core.border.domain.bounds import upper_bound

GOALS = {"print": 0.985, "print7": 0.96, "light": 0.95, "heavy": 0.88}


def interval(right: int, n: int) -> tuple[float, float]:
    """Clopper-Pearson, 95 %, of a share."""
    if n == 0:
        return (0.0, 1.0)
    return (round(1 - upper_bound(n, n - right, 0.975), 4), round(upper_bound(n, right, 0.975), 4))


def figures(rows: Iterable[dict[str, Any]]) -> dict[str, Any]:
    """Counts of rows whose field is not a mark and holds writing."""
    written = [row for row in rows if not row["pool"].startswith("mark") and row["truth"]]
    right = sum(row["right"] for row in written)
    kinds: dict[str, list[int]] = {}
    for row in written:
        counted = kinds.setdefault(row["kind"], [0, 0])
        counted[0] += row["right"]
        counted[1] += 1
    found: dict[str, Any] = {
        "n": len(written),
        "right": right,
        "share": round(right / max(1, len(written)), 4),
        "interval": interval(right, len(written)),
        "kinds": {kind: f"{a}/{b}" for kind, (a, b) in sorted(kinds.items())},
    }
    alone = [row["alone"] for row in written if row.get("alone")]
    if alone:
        counts = Counter(engine for row in alone for engine, good in row.items() if good)
        found["alone"] = {engine: round(count / len(alone), 4) for engine, count in sorted(counts.items())}
        found["alone_n"] = len(alone)
    return found


def page_rows(name: str, count: int, fonts: Path) -> tuple[list[dict[str, Any]], int]:
    """Rows of whole pages of a set, and how many pages were refused."""
    rows: list[dict[str, Any]] = []
    refused = 0
    styles = SETS[name].styles
    for number in range(count):
        style = styles[number % len(styles)]
        layout = LAYOUTS[number % 3] if style.hand else "kyuyo"
        made = make_scan(layout, style, SETS[name].seed * 10_000 + number, fonts)
        found = read_scan(made)
        if isinstance(found, str):
            refused += 1
        else:
            rows += found
    return rows, refused


def too_small(count: int, fonts: Path) -> dict[str, Any]:
    """6 pt at 150 dpi: what is sent to staff, and what would have passed wrong."""
    rows: list[dict[str, Any]] = []
    refused = 0
    for number in range(count):
        made = make_scan("kyuyo", Style("noto-sans", 6.0), 900_000 + number, fonts, dpi=150)
        found = read_scan(made)
        if isinstance(found, str):
            refused += 1
        else:
            rows += [row for row in found if not row["pool"].startswith("mark") and row["truth"]]
    sent = sum(row["checked"] for row in rows)
    return {
        "n": len(rows),
        "pages_refused": refused,
        "sent_to_staff": round(sent / max(1, len(rows)), 4),
        "share_right": round(sum(row["right"] for row in rows) / max(1, len(rows)), 4),
        "wrong_and_not_sent": sum(not row["checked"] and not row["right"] for row in rows),
    }


def main() -> None:
    """One JSON line a set."""
    parser = argparse.ArgumentParser(description="fields read right on made scans")
    parser.add_argument("--count", type=int, default=40, help="slips a family of kinds")
    parser.add_argument("--pages", type=int, default=6)
    parser.add_argument("--folder", type=Path, help="keep the rows here, and resume from them")
    parser.add_argument("--sets", default=",".join(GOALS))
    parser.add_argument("--fonts")
    given = parser.parse_args()
    try:
        fonts = folder_of(given.fonts)
    except NoFonts as missing:
        print(json.dumps({"bench": "ocr.fields", "skipped": str(missing)}, ensure_ascii=False))
        return
    with tempfile.TemporaryDirectory() as kept:
        folder = given.folder or Path(kept)
        folder.mkdir(parents=True, exist_ok=True)
        common = {"bench": "ocr.fields", "data": "made scans", "date": today(), "model": model_of()}
        for name in given.sets.split(","):
            writing = "hand" if SETS[name].styles[0].hand else "print"
            pools = tuple(pool for pool in POOLS if pool.endswith(writing) and "mark" not in pool)
            rows = collect(folder / f"{name}.jsonl", name, given.count, fonts, pools=pools, engines=True)
            fonts_used = sorted({style.font for style in SETS[name].styles})
            line = {**common, "set": name, "fonts": fonts_used, "dpi": 200, "goal": GOALS[name]}
            print(json.dumps({**line, "documents": "slips", **figures(rows)}, ensure_ascii=False), flush=True)
            pages, refused = page_rows(name, given.pages, fonts)
            line |= {"documents": "pages", "pages": given.pages, "pages_refused": refused}
            print(json.dumps({**line, **figures(pages)}, ensure_ascii=False), flush=True)
        print(json.dumps({**common, "set": "print 6 pt 150 dpi", **too_small(2, fonts)}, ensure_ascii=False))


def today() -> str:
    """The day of the run."""
    return datetime.now(UTC).date().isoformat()


if __name__ == "__main__":
    main()
