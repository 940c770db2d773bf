"""Seconds and memory of a whole page of 20 fields with two engines (acceptance 8). JSON lines.

    python -m benchmarks.ocr.bench_pages [--pages 5] [--fonts FOLDER]

A page is decoded, registered and read by the product's reader; loading of the models is told apart.
``cpu_s`` is processor time, which other work on the machine does not stretch. ``before_mb`` is what the
process holds before the form is read (with the made scans, and after the first form with what it left),
``peak_mb`` the most while reading it.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import time
from dataclasses import replace
from pathlib import Path

from benchmarks.ocr.bench_fields import today
from benchmarks.ocr.drawing import Style
from benchmarks.ocr.fonts import NoFonts, folder_of
from benchmarks.ocr.outcomes import reader, with_writing
from benchmarks.ocr.scans import make_scan
from benchmarks.ocr.slips import template

from yakuba.ocr.domain.form import FormDefinition, Kind
from yakuba.ocr.intake import pages_of

FIELDS = 20


def twenty(form: FormDefinition) -> FormDefinition:
    """The form with 20 of its fields, written ones first, and without rules."""
    kept = sorted(form.fields, key=lambda one: one.kind in (Kind.CHECKBOX, Kind.CIRCLE))[:FIELDS]
    fields = tuple(one for one in form.fields if one in kept)
    return replace(form, fields=fields, rules=())


def resident_mb(name: str) -> float:
    """``VmRSS`` (now) or ``VmHWM`` (highest since the last ``forget_peak``) of this process, MB."""
    lines = Path("/proc/self/status").read_text().splitlines()
    return next(int(one.split()[1]) / 1024 for one in lines if one.startswith(name))


def forget_peak() -> None:
    """Let the kernel count the highest resident memory anew (Linux, proc(5))."""
    Path("/proc/self/clear_refs").write_text("5")


def main() -> None:
    """One line a form."""
    parser = argparse.ArgumentParser(description="seconds and memory of a page")
    parser.add_argument("--pages", type=int, default=5)
    parser.add_argument("--fonts")
    given = parser.parse_args()
    try:
        fonts = folder_of(given.fonts)
    except NoFonts as missing:
        print(json.dumps({"bench": "ocr.pages", "skipped": str(missing)}, ensure_ascii=False))
        return
    styles = {"kyuyo": Style("noto-sans", 10.5), "noen": Style("yomogi", None)}
    made = {
        name: [make_scan(name, style, 800_000 + number, fonts) for number in range(given.pages)]
        for name, style in styles.items()
    }
    before = time.perf_counter()
    engine = reader()
    loaded = time.perf_counter() - before
    for name, scans in made.items():
        form = with_writing(twenty(scans[0].form), styles[name])
        grid = template(name)
        wall, cpu = [], []
        held = resident_mb("VmRSS")
        forget_peak()
        for scan in scans:
            start, used = time.perf_counter(), time.process_time()
            page = next(pages_of(scan.data, f"page{scan.suffix}"))
            engine.read_page(form, grid, page.image)
            wall.append(time.perf_counter() - start)
            cpu.append(time.process_time() - used)
        print(
            json.dumps(
                {
                    "bench": "ocr.pages",
                    "date": today(),
                    "form": name,
                    "fields": len(form.fields),
                    "pages": len(scans),
                    "cpus": os.cpu_count(),
                    "load_s": round(loaded, 2),
                    "first_s": round(wall[0], 2),  # with the lexicons
                    "median_s": round(statistics.median(wall), 2),
                    "cpu_s": round(statistics.median(cpu), 2),
                    "before_mb": round(held),
                    "peak_mb": round(resident_mb("VmHWM")),
                    "load_average": round(os.getloadavg()[0], 1),
                }
            ),
            flush=True,
        )


if __name__ == "__main__":
    main()
