"""Seconds and memory of a whole page of 20 fields with two engines (acceptance 8). JSON lines.

    python -m benchmarks.ocr.bench_pages [--pages 5] [--fonts FOLDER]

A page is decoded, registered and read by the product's reader, in a process of its own for each form, which
holds nothing of the making of the scans. Loading of the models is told apart. ``cpu_s`` is processor time,
which other work on the machine does not stretch. ``base_mb`` is what the process holds with libraries and
models before the first page, ``peak_mb`` the most it ever held.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from dataclasses import replace
from pathlib import Path

import cv2

from yakuba.ocr.domain.form import FormDefinition, Kind
from yakuba.ocr.domain.form_reading import parse_form, render_form
from yakuba.ocr.domain.registration import Template
from yakuba.ocr.intake import pages_of

FIELDS = 20


def twenty(form: FormDefinition) -> FormDefinition:
    """The form with 20 of its fields, written ones first, and without rules."""
    kept = sorted(form.fields, key=lambda one: one.kind in (Kind.CHECKBOX, Kind.CIRCLE))[:FIELDS]
    fields = tuple(one for one in form.fields if one in kept)
    return replace(form, fields=fields, rules=())


def make(folder: Path, name: str, pages: int, fonts: Path) -> None:
    """The form, its blank sheet and its scans as files."""
    from benchmarks.ocr.drawing import Style
    from benchmarks.ocr.outcomes import with_writing
    from benchmarks.ocr.scans import make_scan

    from yakuba.site.demo.ocr_forms import blank

    style = Style("noto-sans", 10.5) if name == "kyuyo" else Style("yomogi", None)
    scans = [make_scan(name, style, 800_000 + number, fonts) for number in range(pages)]
    form = with_writing(twenty(scans[0].form), style)
    (folder / "form.json").write_text(json.dumps({**render_form(form), "blank": "blank.png"}), "utf-8")
    (folder / "blank.png").write_bytes(blank(name))
    for number, scan in enumerate(scans, 1):
        (folder / f"page{number}{scan.suffix}").write_bytes(scan.data)


def measure(folder: Path) -> dict[str, float | int]:
    """Read every page of a folder in this process."""
    from yakuba.ocr import memory
    from yakuba.ocr.reader import FormReader

    memory.keep_small()  # as the product does before it loads its engines
    cv2.setNumThreads(1)
    form = parse_form(json.loads((folder / "form.json").read_text("utf-8")))
    blank = cv2.imread(str(folder / "blank.png"))
    grid = Template(blank, form.width_mm, form.height_mm)
    before = time.perf_counter()
    engine = FormReader()
    loaded, base = time.perf_counter() - before, peak_mb()
    wall, cpu = [], []
    for path in sorted(folder.glob("page*")):
        start, used = time.perf_counter(), time.process_time()
        page = next(pages_of(path.read_bytes(), path.name))
        engine.read_page(form, grid, page.image)
        memory.give_back()
        wall.append(time.perf_counter() - start)
        cpu.append(time.process_time() - used)
    return {
        "fields": len(form.fields),
        "pages": len(wall),
        "load_s": round(loaded, 2),
        "first_s": round(wall[0], 2),  # with the lexicons
        "median_s": round(statistics.median(wall), 2),
        "cpu_s": round(statistics.median(cpu), 2),
        "base_mb": round(base),
        "peak_mb": round(peak_mb()),
    }


def peak_mb() -> float:
    """The most memory that this process ever held, MB; not what the one that started it held before."""
    status = Path("/proc/self/status")
    if status.exists():
        lines = status.read_text("utf-8").splitlines()
        return next(int(line.split()[1]) for line in lines if line.startswith("VmHWM")) / 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def main() -> None:
    """One line a form."""
    from benchmarks.ocr.bench_fields import today
    from benchmarks.ocr.fonts import NoFonts, folder_of

    parser = argparse.ArgumentParser(description="seconds and memory of a page")
    parser.add_argument("--pages", type=int, default=5)
    parser.add_argument("--fonts")
    given = parser.parse_args()
    try:
        fonts = folder_of(given.fonts)
    except NoFonts as missing:
        print(json.dumps({"bench": "ocr.pages", "skipped": str(missing)}, ensure_ascii=False))
        return
    for name in ("kyuyo", "noen"):
        with tempfile.TemporaryDirectory(prefix="bench-pages-") as text:
            make(Path(text), name, given.pages, fonts)
            command = [sys.executable, "-m", "benchmarks.ocr.bench_pages", "--read", text]
            found = json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout)
        where = {"cpus": os.cpu_count(), "load_average": round(os.getloadavg()[0], 1)}
        print(json.dumps({"bench": "ocr.pages", "date": today(), "form": name, **found, **where}), flush=True)


if __name__ == "__main__":
    if sys.argv[1:2] == ["--read"]:
        print(json.dumps(measure(Path(sys.argv[2]))))
    else:
        main()
