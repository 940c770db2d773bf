"""What the product reads from made slips and scans: one JSON line a field, right or wrong, with its score.

    python -m benchmarks.ocr.outcomes -o FILE.jsonl --set calibration --count 700 [--fonts FOLDER]

Appends and resumes: a document that is in the file already is not read again. The other benchmarks read
these files. Sets (their seeds never meet): ``calibration`` in tuning fonts; ``print``, ``print7``, ``light``,
``heavy``, ``tuning`` to measure.
"""

from __future__ import annotations

import argparse
import json
import random
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from benchmarks.ocr.drawing import Style
from benchmarks.ocr.fonts import GROUPS, folder_of
from benchmarks.ocr.scans import MadeScan
from benchmarks.ocr.slips import Slip, make_slip
from benchmarks.ocr.slips import template as template_of
from benchmarks.ocr.values import same

from yakuba.ocr.domain.form import MARKS, Field, FieldPolicy, FormDefinition, Kind, Writing
from yakuba.ocr.domain.normalise import normalise
from yakuba.ocr.domain.reading import FieldReading, PageReading
from yakuba.ocr.domain.registration import Registered
from yakuba.ocr.domain.scoring import family_of
from yakuba.ocr.intake import pages_of
from yakuba.site.demo.ocr_forms import definition

LAYOUTS = ("kyuyo", "noen", "anketo")
POOLS = tuple(
    f"{family}/{writing}"
    for writing in ("print", "hand")
    for family in ("mark", "number", "date", "kana", "text")
)


@dataclass(frozen=True, slots=True)
class Set:
    """A named set of made documents: its seed and its styles."""

    seed: int
    styles: tuple[Style, ...]


def _styles(points: tuple[float | None, ...], *fonts: str) -> tuple[Style, ...]:
    return tuple(Style(font, size) for size in points for font in fonts)


SETS = {
    "calibration": Set(
        51,
        _styles((10.5, 9.0), "kiwi-maru", "kosugi-maru", "yozfont")
        + _styles((None,), "klee", "yozfont", "kiwi-maru", "kosugi-maru"),
    ),
    "tuning": Set(61, _styles((10.5,), "kiwi-maru", "kosugi-maru") + _styles((None,), "klee", "yozfont")),
    "tuning7": Set(62, _styles((7.0,), *GROUPS["small"])),
    "print": Set(
        71, _styles((10.5,), "noto-sans", "noto-serif", "ipaex-gothic", "ipaex-mincho", "biz-udgothic")
    ),
    "print7": Set(
        72, _styles((7.0,), "noto-sans", "noto-serif", "ipaex-gothic", "ipaex-mincho", "biz-udgothic")
    ),
    "light": Set(73, _styles((None,), "yomogi", "zen-kurenaido")),
    "heavy": Set(74, _styles((None,), "yusei-magic", "seto")),
}


def pool_of(field: Field) -> str:
    """The declared class whose fields share a certificate: family of kinds × writing."""
    family = "mark" if field.kind in MARKS else family_of(field).value
    return f"{family}/{field.writing.value}"


def with_writing(form: FormDefinition, style: Style) -> FormDefinition:
    """The form as it says how it is filled in: by hand or in print (marks are always by hand: ``print``)."""
    writing = Writing.HAND if style.hand else Writing.PRINT
    fields = tuple(one if one.kind in MARKS else replace(one, writing=writing) for one in form.fields)
    return replace(form, fields=fields)


@lru_cache(maxsize=1)
def reader() -> Any:
    """The product's reader, its models loaded once."""
    from yakuba.ocr.reader import FormReader

    cv2.setNumThreads(1)
    return FormReader()


def model_of() -> str:
    """The hash of weights and reading code that certificates are tied to."""
    return str(getattr(reader(), "model", ""))


def read_slip(slip: Slip) -> PageReading:
    """The reading of a slip; it lies on the grid already."""
    laid = Registered(slip.page, 1.0, 0.0, 999, np.eye(3), 200.0, 0.0)
    found: PageReading = reader().read_page(slip.form, template_of(slip.layout), laid)
    return found


def row_of(field: Field, reading: FieldReading, truth: str) -> dict[str, Any]:
    """What the figures need of one field."""
    return {
        "field": field.name,
        "kind": field.kind.value,
        "pool": pool_of(field),
        "truth": truth,
        "text": reading.text,
        "right": same(field.kind, truth, reading.text),
        "score": round(reading.confidence, 6),
        "checked": reading.must_be_checked,
        "blank": reading.blank,
        "reasons": [reason.value for reason in reading.reasons],
    }


def engines_alone(slip: Slip) -> dict[str, bool]:
    """Whether each line engine alone is right: the field as scanned, best path, normalised."""
    field = slip.form.fields[0]
    if field.kind in MARKS or field.kind is Kind.FREE or field.box is None:
        return {}
    box = field.box
    x, y, wide, high = template_of(slip.layout).px(box.x, box.y, box.width, box.height)
    crop = slip.page[y : y + high, x : x + wide]
    found = {}
    for one in reader()._readers:
        lattice = one.read([crop])[0]
        best = lattice.log_probs.argmax(1)
        kept = [k for k, before in zip(best, [-1, *best[:-1]], strict=True) if k != before and k != 0]
        text = "".join(lattice.alphabet[k] for k in kept)
        found[one.engine] = same(field.kind, slip.answer.text, normalise(field, text) or "")
    return found


@lru_cache(maxsize=len(POOLS))
def fields_of_pool(pool: str) -> list[tuple[str, str]]:
    """(layout, field) of every field that may be in the pool; marks do not depend on writing."""
    hand = pool.endswith("/hand")
    found = []
    for layout in LAYOUTS:
        form = with_writing(definition(layout), Style("", None if hand else 10.5))
        for one in form.fields:
            if pool_of(one) == pool and one.policy is not FieldPolicy.ALWAYS_STAFF:
                found.append((layout, one.name))
    return found


def slips_of(chosen: Set, count: int, pools: tuple[str, ...]) -> Iterator[tuple[str, Style, str, str, int]]:
    """(document, style, layout, field, seed), ``count`` a pool; pools take turns."""
    for number in range(count):
        for pool in pools:
            hand = pool.endswith("/hand")
            styles = [style for style in chosen.styles if style.hand == hand]
            if pool == "mark/print":
                styles = list(chosen.styles)
            fields = fields_of_pool(pool)
            if not styles or not fields:
                continue
            chance = random.Random(f"{chosen.seed}:{pool}:{number}")
            layout, name = chance.choice(fields)
            style = chance.choice(styles)
            seed = chosen.seed * 1_000_000 + number
            yield f"{chosen.seed}-{pool}-{number}", style, layout, name, seed


def collect(
    output: Path, name: str, count: int, fonts: Path, *, pools: tuple[str, ...] = POOLS, engines: bool = False
) -> list[dict[str, Any]]:
    """Rows of ``count`` slips a pool; reads only those that ``output`` does not hold yet."""
    rows = rows_of(output)
    done = {row["document"] for row in rows}
    with output.open("a", encoding="utf-8") as out:
        for document, style, layout, field, seed in slips_of(SETS[name], count, pools):
            if document in done:
                continue
            slip = make_slip(layout, field, style, seed, fonts)
            slip = replace(slip, form=with_writing(slip.form, style))
            reading = read_slip(slip).fields[0]
            row = {
                "document": document,
                "set": name,
                "layout": layout,
                "font": style.font,
                "points": style.points,
                "seed": seed,
                **row_of(slip.form.fields[0], reading, slip.answer.text),
            }
            if engines:
                row["alone"] = engines_alone(slip)
            out.write(json.dumps(row, ensure_ascii=False) + "\n")
            out.flush()
            rows.append(row)
    return rows


def read_scan(made: MadeScan, *, check_rules: bool = True) -> list[dict[str, Any]] | str:
    """The rows of a whole page, registered and read as in the product; the sentence when it was refused."""
    from yakuba.ocr.reader import PageRefused

    style = Style(made.truth["font"], made.truth["points"])
    form = with_writing(made.form, style)
    if not check_rules:
        form = replace(form, rules=())
    layout = made.truth["layout"]
    try:
        page = next(pages_of(made.data, f"{layout}{made.suffix}"))
        found: PageReading = reader().read_page(form, template_of(layout), page.image)
    except PageRefused as refused:
        return str(refused)
    document = f"{layout}-{style.font}-{style.points}-{made.truth['seed']}"
    return [
        {"document": document, "font": style.font, "points": style.points}
        | row_of(field, reading, made.answers[field.name].text)
        for field, reading in zip(form.fields, found.fields, strict=True)
    ]


def main() -> None:
    """Read a set's slips into a file."""
    parser = argparse.ArgumentParser(description="read made slips and note what was right")
    parser.add_argument("-o", "--output", type=Path, required=True)
    parser.add_argument("--set", choices=SETS, required=True)
    parser.add_argument("--count", type=int, default=100, help="documents a pool")
    parser.add_argument("--pools", default=",".join(POOLS))
    parser.add_argument("--engines", action="store_true", help="read with each line engine alone too")
    parser.add_argument("--fonts")
    given = parser.parse_args()
    pools = tuple(given.pools.split(","))
    fonts = folder_of(given.fonts)
    collect(given.output, given.set, given.count, fonts, pools=pools, engines=given.engines)


def rows_of(path: Path) -> list[dict[str, Any]]:
    """The rows of a file; none when it does not exist."""
    if not path.exists():
        return []
    return [json.loads(line) for line in path.read_text("utf-8").splitlines()]


if __name__ == "__main__":
    main()
