"""How many fields of made scans are read right, by font group and kind. A JSON line a group.

    python -m benchmarks.ocr.bench_reading [--font tuning] [--points auto] [--dpi 200] [--count 12] [--seed 1]
        [--form all] [--fonts FOLDER] [--dump FILE]

Font-made scans only (合成画像); real handwriting is measured by ``bench_hiragana_lines``. ``--dump`` writes a
line a field with the features of its score, which ``fit_surety`` fits.
"""

from __future__ import annotations

import argparse
import json
import resource
import sys
import time
from collections import Counter
from dataclasses import asdict
from functools import lru_cache

import cv2
import numpy as np
from benchmarks.ocr.fonts import GROUPS, PLACES, folder_of
from benchmarks.ocr.scans import many, styles_of
from benchmarks.ocr.values import same

from yakuba.ocr.domain.form import FormDefinition, Kind
from yakuba.ocr.domain.registration import Template
from yakuba.ocr.domain.rules import apply_rules
from yakuba.ocr.engines import lexicons
from yakuba.ocr.reader import FormReader, PageRefused
from yakuba.site.demo.ocr_forms import NAMES, blank


@lru_cache
def template_of(name: str, width: float, height: float) -> Template:
    """The blank's template, computed once."""
    image = cv2.imdecode(np.frombuffer(blank(name), np.uint8), cv2.IMREAD_COLOR)
    return Template(image, width, height)


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--font", choices=(*PLACES, *GROUPS), default="tuning")
    parser.add_argument("--points", default="auto")
    parser.add_argument("--dpi", type=int, default=200)
    parser.add_argument("--count", type=int, default=12)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--form", choices=(*NAMES, "all"), default="all")
    parser.add_argument("--fonts")
    parser.add_argument("--dump")
    chosen = parser.parse_args()
    layouts = ("kyuyo", "noen", "anketo") if chosen.form == "all" else (chosen.form,)
    fonts = folder_of(chosen.fonts)
    reader = FormReader()
    right: Counter[str] = Counter()
    total: Counter[str] = Counter()
    rows = []
    seconds = 0.0
    refused = 0
    styles = styles_of(chosen.font, chosen.points)
    for made in many(layouts, styles, chosen.count, chosen.seed, fonts, dpi=chosen.dpi):
        form: FormDefinition = made.form
        template = template_of(made.truth["layout"], form.width_mm, form.height_mm)
        start = time.perf_counter()
        try:
            registered, grid = reader.laid(form, template, made.image)
        except PageRefused as problem:
            refused += 1
            print(problem.why.refusal, made.truth["scanner"], file=sys.stderr)
            continue
        traced = reader.trace(form, grid, registered.image)
        final = apply_rules(form, [one.reading for one in traced], lexicons.names, lexicons.addresses)
        seconds += time.perf_counter() - start
        for field, one, reading in zip(form.fields, traced, final, strict=True):
            answer = made.answers[field.name]
            good = same(Kind(field.kind), answer.text, reading.text)
            key = field.kind.value + ("(blank)" if answer.text == "" else "")
            total[key] += 1
            right[key] += good
            rows.append(
                {
                    "font": made.truth["font"],
                    "seed": made.truth["seed"],
                    "field": field.name,
                    "kind": field.kind.value,
                    "writing": field.writing.value,
                    "cells": field.cells,
                    "truth": answer.text,
                    "written": answer.written,
                    "text": reading.text,
                    "raw": reading.raw,
                    "right": bool(good),
                    "blank": reading.blank,
                    "score": reading.confidence,
                    "reasons": list(reading.reasons),
                    "must": reading.must_be_checked,
                    "features": asdict(one.features),
                    "candidates": [(c.text, c.confidence, c.source) for c in reading.candidates],
                }
            )
    pages = chosen.count - refused
    print(
        json.dumps(
            {
                "font": chosen.font,
                "points": chosen.points,
                "dpi": chosen.dpi,
                "pages": pages,
                "refused": refused,
                "fields": sum(total.values()),
                "right": round(sum(right.values()) / max(1, sum(total.values())), 4),
                "kinds": {key: f"{right[key]}/{total[key]}" for key in sorted(total)},
                "seconds_a_page": round(seconds / max(1, pages), 2),
                "peak_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024,
            },
            ensure_ascii=False,
        )
    )
    if chosen.dump:
        with open(chosen.dump, "w", encoding="utf-8") as stream:
            stream.writelines(json.dumps(row, ensure_ascii=False) + "\n" for row in rows)


if __name__ == "__main__":
    main()
