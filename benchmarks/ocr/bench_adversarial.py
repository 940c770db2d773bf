"""Scans that tempt the reader to pass something wrong (acceptance 6). JSON lines; seeded.

    python -m benchmarks.ocr.bench_adversarial [--count 2] [--strict 0.9] [--fonts FOLDER]

Every case goes through the quality gate, registration, reading and the rules; what is left would pass under
the shipped simulated certificates. ``wrong_passed`` must be 0: passed fields whose text is wrong, and passed
fields that carry the case's trouble (a struck-through field may not pass even when it is read well).
``passed_if`` counts the same as if every pool were certified at ``--strict``: it shows that the zero does not
hang on missing certificates.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from importlib.resources import files
from pathlib import Path
from random import Random
from typing import Any

from benchmarks.ocr.bench_fields import today
from benchmarks.ocr.drawing import Style, Trouble
from benchmarks.ocr.fonts import NoFonts, folder_of
from benchmarks.ocr.outcomes import read_scan
from benchmarks.ocr.scans import MadeScan, Scanner, make_scan, scanner_of
from benchmarks.ocr.values import Answer, places

from yakuba.ocr.domain.quality import measure
from yakuba.ocr.intake import pages_of
from yakuba.site.demo.ocr_forms import definition

Change = Callable[[Random], dict[str, Answer]]
PRINT, HAND = Style("kosugi-maru", 10.5), Style("klee", None)


@dataclass(frozen=True, slots=True)
class Case:
    """One temptation. ``read_as``: the layout that the operator chose, when not the sheet's own."""

    name: str
    layout: str = "kyuyo"
    style: Style = PRINT
    read_as: str = ""
    troubles: dict[str, Trouble] = field(default_factory=dict)
    scanner: dict[str, Any] = field(default_factory=dict)
    change: Change | None = None
    empty: bool = False
    suspect: tuple[str, ...] = ()  # fields that may not pass, however well they are read


def _other_place(random: Random) -> dict[str, Answer]:
    code, _ = random.choice(places())
    return {"payee_zip": Answer(f"{code[:3]}-{code[3:]}", code)}


def _wrong_sum(random: Random) -> dict[str, Answer]:
    value = random.randrange(10_000, 900_000)
    return {"deductions": Answer(f"{value:,}", str(value))}


def _bad_check_digit(random: Random) -> dict[str, Answer]:
    from benchmarks.ocr.values import my_number

    good = my_number(random)
    bad = good[:-1] + str((int(good[-1]) + random.randint(1, 9)) % 10)
    return {"payee_number": Answer(bad, bad)}


CASES = (
    Case("wrong form", layout="kyuyo", read_as="noen"),
    Case("wrong form, hand", layout="anketo", read_as="kyuyo", style=HAND),
    Case("near-identical version", layout="noen_kaisei", read_as="noen", style=HAND),
    Case("near-identical version, back", layout="noen", read_as="noen_kaisei", style=HAND),
    Case("upside down", scanner={"upside_down": True}),
    Case("upside down, hand", layout="noen", style=HAND, scanner={"upside_down": True}),
    Case("100 dpi", scanner={"dpi": 100}),
    Case("100 dpi, hand", layout="noen", style=HAND, scanner={"dpi": 100}),
    Case("shift 3 mm", scanner={"shift_x": 3.0, "shift_y": -3.0, "turn": 1.5}),
    Case("strike-through", troubles={"paid": "strike", "payee_name": "strike"},
         suspect=("paid", "payee_name")),
    Case("strike-through, hand", layout="noen", style=HAND, troubles={"fee": "strike", "address": "strike"},
         suspect=("fee", "address")),
    Case("seal on text", troubles={"payee_name": "seal", "tax_withheld": "seal"},
         suspect=("payee_name", "tax_withheld")),
    Case("seal on text, hand", layout="noen", style=HAND, troubles={"name": "seal", "fee_total": "seal"},
         suspect=("name", "fee_total")),
    Case("blank", empty=True, suspect=("paid", "payee_name", "payee_number")),
    Case("valid check digit misread", troubles={"payee_number": "misread"}, suspect=()),
    Case("valid check digit misread, hand", style=HAND, troubles={"payee_number": "misread"}),
    Case("check digit wrong", change=_bad_check_digit, suspect=("payee_number",)),
    Case("postal code of another place", change=_other_place, suspect=("payee_zip", "payee_address")),
    Case("sum wrong", change=_wrong_sum, suspect=("deductions",)),
    Case("overwritten", troubles={"paid": "overwritten"}, suspect=("paid",)),
    Case("overwritten, hand", layout="noen", style=HAND,
         troubles={"zip": "overwritten", "fee": "overwritten"},
         suspect=("zip", "fee")),
    Case("two marks", layout="anketo", style=HAND, troubles={"age": "two_marks", "content": "two_marks"},
         suspect=("age", "content")),
    Case("outside the box", layout="noen", style=HAND, troubles={"fee": "outside", "zip": "outside"},
         suspect=("fee", "zip")),
    Case("inverted", scanner={"inverted": True}),
    Case("photo", layout="noen", style=HAND, scanner={"photo": 0.5, "noise": 7.0}),
    Case("one bit", scanner={"one_bit": True}),
    Case("faint ink", layout="noen", style=HAND, scanner={"black": 165, "noise": 6.0}),
    Case("6 pt at 150 dpi", style=Style("kosugi-maru", 6.0), scanner={"dpi": 150}),
)  # fmt: skip


def thresholds() -> dict[str, float]:
    """Of the shipped simulated certificates, by pool; none when they are not there."""
    place = files("yakuba.ocr").joinpath("certificates/simulated.json")
    if not place.is_file():
        return {}
    pools = json.loads(place.read_text("utf-8"))["pools"]
    return {name: one["threshold"] for name, one in pools.items() if one["certified"]}


def made(case: Case, number: int, fonts: Path) -> MadeScan:
    """The scan of a case."""
    random = Random(f"adversarial:{case.name}:{number}")
    usual = scanner_of(random, case.scanner.get("dpi", 200))
    if not case.scanner.get("one_bit"):
        usual = replace(usual, holes=False)
    scanner: Scanner = replace(usual, **{key: value for key, value in case.scanner.items() if key != "dpi"})
    changed = case.change(random) if case.change else None
    return make_scan(
        case.layout,
        case.style,
        950_000 + number,
        fonts,
        scanner=scanner,
        troubles=case.troubles,
        changed=changed,
        empty=case.empty,
    )


def verdict(case: Case, scan: MadeScan, limits: dict[str, float], strict: float) -> dict[str, Any]:
    """What became of one scan."""
    page = next(pages_of(scan.data, f"page{scan.suffix}"))
    if measure(page.image, page.dpi).must_rescan:
        return {"outcome": "rescan"}
    if case.read_as:
        form = definition(case.read_as)
        known = {one.name for one in scan.form.fields}
        answers = {
            one.name: scan.answers[one.name] if one.name in known else Answer("", "\0") for one in form.fields
        }
        scan = replace(scan, form=form, answers=answers, truth={**scan.truth, "layout": case.read_as})
    rows = read_scan(scan)
    if isinstance(rows, str):
        return {"outcome": "refused", "because": rows}

    def bad(row: dict[str, Any]) -> bool:
        return not row["right"] or row["field"] in case.suspect

    free = [row for row in rows if not row["checked"]]
    passed = [row for row in free if row["score"] >= limits.get(row["pool"], 2.0)]
    would = [row for row in free if row["score"] >= strict]
    return {
        "outcome": "read",
        "fields": len(rows),
        "passed": len(passed),
        "wrong_passed": [_shown(row) for row in passed if bad(row)],
        "would_pass": len(would),
        "passed_if": [_shown(row) for row in would if bad(row)],
    }


def _shown(row: dict[str, Any]) -> list[Any]:
    return [row["field"], row["truth"], row["text"], row["score"]]


def main() -> None:
    """A line a scan, then the sum."""
    parser = argparse.ArgumentParser(description="0 wrong fields pass")
    parser.add_argument("--count", type=int, default=1, help="scans a case")
    parser.add_argument("--strict", type=float, default=0.99)
    parser.add_argument("--only", default="")
    parser.add_argument("--fonts")
    given = parser.parse_args()
    try:
        fonts = folder_of(given.fonts)
    except NoFonts as missing:
        print(json.dumps({"bench": "ocr.adversarial", "skipped": str(missing)}, ensure_ascii=False))
        return
    limits = thresholds()
    totals = {"scans": 0, "refused": 0, "passed": 0, "wrong_passed": 0, "would_pass": 0, "passed_if": 0}
    for case in CASES:
        for number in range(given.count if given.only in case.name else 0):
            found = verdict(case, made(case, number, fonts), limits, given.strict)
            totals["scans"] += 1
            totals["refused"] += found["outcome"] != "read"
            for key in ("passed", "would_pass"):
                totals[key] += found.get(key, 0)
            for key in ("wrong_passed", "passed_if"):
                totals[key] += len(found.get(key, ()))
            print(json.dumps({"case": case.name, **found}, ensure_ascii=False), flush=True)
    sum_line = {"bench": "ocr.adversarial", "date": today(), "strict": given.strict, **totals}
    print(json.dumps({**sum_line, "certified_pools": sorted(limits)}, ensure_ascii=False))


if __name__ == "__main__":
    main()
