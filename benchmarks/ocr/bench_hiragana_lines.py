"""Lines of real handwritten hiragana: the line engines, their fusion, and the product. JSON lines.

    python -m benchmarks.ocr.bench_hiragana_lines FOLDER [--seed 1 2 3] [--loose 0.08 0.45] [--show]

FOLDER holds ``kana<ROMAJI><n>.jpg``, single letters, light on dark. Every letter is used once a seed, in
lines of 6 to 12 with uneven gaps, sizes and heights (``written_lines.compose``), written on the ruled lines
of a made form of 200 dpi. The letters are real, the lines are composed: how a hand spaces and joins letters
is not in them. Letters repeat between seeds, so the seeds are no further letters; intervals are of one seed.

Readings: ``v6`` as it comes; ``v6 masked`` to the field's characters; ``v6+v5`` as the product reads a field
without the reader of letters; ``product`` what ``FormReader`` gives for a handwritten field of kind line with
the letters as its charset; ``furigana`` the same for kind furigana without a charset. ``right`` is
1 - edit distance / letters; ``interval`` Clopper and Pearson's, 95 %.
"""

from __future__ import annotations

import argparse
import json
import time
from collections import Counter
from dataclasses import replace
from pathlib import Path

import cv2
import numpy as np
from benchmarks.ocr.bench_cells import ROMAJI
from benchmarks.ocr.written_lines import Gray, Hand, compose, grouped

from yakuba.core.border.domain.bounds import upper_bound
from yakuba.ocr.domain.cleaning import clean_field
from yakuba.ocr.domain.combine import read_line
from yakuba.ocr.domain.decoding import best_path
from yakuba.ocr.domain.decoding.kinds import grammar_of
from yakuba.ocr.domain.form import Box, Field, FormDefinition, Kind, Writing
from yakuba.ocr.domain.registration import Registered, Template
from yakuba.ocr.engines.cells import CellReader
from yakuba.ocr.engines.ppocr import LineReader
from yakuba.ocr.field_reading import Known, Look, crops_of, read_lines
from yakuba.ocr.letter_reading import line_letters
from yakuba.ocr.reader import FormReader

LINES_A_PAGE = 14
DPI = 200.0
PX = DPI / 25.4
BOXES = [Box(15, 30 + 18 * row, 180, 14) for row in range(LINES_A_PAGE)]


def letters_of(folder: Path) -> list[tuple[str, Gray]]:
    """Every letter with what it is."""
    found = []
    for file in sorted(folder.glob("kana*.jpg")):
        name = file.stem.removeprefix("kana").rstrip("0123456789")
        found.append((ROMAJI[name], np.asarray(cv2.imread(str(file), cv2.IMREAD_GRAYSCALE), np.uint8)))
    return found


def form_of(kind: Kind, charset: str) -> FormDefinition:
    """A page of ruled lines."""
    fields = tuple(
        Field(f"line{row}", kind, box, Writing.HAND, charset=charset) for row, box in enumerate(BOXES)
    )
    return FormDefinition("行", "1", 210, 297, "blank.png", fields)


def blank_page() -> Gray:
    """The empty form: a title, a label and a rule a line."""
    page = np.full((round(297 * PX), round(210 * PX)), 255, np.uint8)
    cv2.putText(page, "WRITTEN LINES", (120, 150), cv2.FONT_HERSHEY_SIMPLEX, 1.6, 0, 3)
    for number, box in enumerate(BOXES):
        left, right, low = (round(v * PX) for v in (box.x, box.right, box.bottom))
        cv2.putText(page, str(number + 1), (left - 60, low - 8), cv2.FONT_HERSHEY_SIMPLEX, 0.8, 0, 2)
        cv2.line(page, (left, low + 6), (right, low + 6), 0, 2)
    return page


def filled(lines: list[Gray]) -> Gray:
    """The form with lines written on it."""
    page = blank_page()
    for box, line in zip(BOXES, lines, strict=False):
        left, top = round((box.x + 4) * PX), round((box.y + 7) * PX) - line.shape[0] // 2
        part = page[top : top + line.shape[0], left : left + line.shape[1]]
        np.minimum(part, line[:, : part.shape[1]], out=part)
    return page


def distance(one: str, other: str) -> int:
    """Insertions, deletions and replacements between two texts."""
    row = list(range(len(other) + 1))
    for place, char in enumerate(one, 1):
        before, row = row, [place]
        for at, against in enumerate(other, 1):
            row.append(min(before[at] + 1, row[-1] + 1, before[at - 1] + (char != against)))
    return row[-1]


class Comparison:
    """Every way of reading a line, with its errors."""

    def __init__(self, charset: str, show: bool) -> None:
        self.charset, self.show = charset, show
        self.forms = {"product": form_of(Kind.LINE, charset), "furigana": form_of(Kind.FURIGANA, "")}
        self.template = Template(np.repeat(blank_page()[..., None], 3, 2), 210, 297, DPI)
        self.reader = FormReader()
        self.engines = [LineReader("v6"), LineReader("v5")]
        self.cells = CellReader()
        self.errors: Counter[str] = Counter()
        self.cpu: Counter[str] = Counter()
        self.lines = 0

    def page(self, texts: list[str], pictures: list[Gray]) -> None:
        """Reads one page of lines."""
        laid = np.repeat(filled(pictures)[..., None], 3, 2)
        self.lines += len(texts)
        read: dict[str, list[str]] = {name: [] for name in ("v6", "v6 masked", "v6+v5", *self.forms)}
        for field, box, _ in zip(self.forms["product"].fields, BOXES, texts, strict=False):
            self._engines(field, box, laid, read)
        registered = Registered(laid, 1.0, 0.0, 500, np.eye(3), DPI, 0.0)
        for name, form in self.forms.items():
            own = replace(form, fields=form.fields[: len(texts)])
            started = time.process_time()
            found = self.reader.read_page(own, self.template, registered)
            self.cpu[name] += time.process_time() - started
            read[name] += [one.text for one in found.fields]
        for name, found_texts in read.items():
            for text, found_text in zip(texts, found_texts, strict=True):
                wrong = distance(text, found_text.replace(" ", ""))
                self.errors[name] += wrong
                if self.show and wrong and name in self.forms:
                    row = {"line": text, "reading": name, "read": found_text}
                    print(json.dumps(row, ensure_ascii=False))

    def _engines(self, field: Field, box: Box, laid: Gray, read: dict[str, list[str]]) -> None:
        """The line engines alone on the product's own crops."""
        place = self.template.px(box.x, box.y, box.width, box.height)
        crops = crops_of(field, clean_field(laid, self.template, place).ink)
        lattices = [list(pair) for pair in zip(*(one.read(crops) for one in self.engines), strict=True)]
        read["v6"].append("".join(best_path(pair[0]) for pair in lattices))
        grammar = grammar_of(field)
        masked = [read_line(pair[:1], grammar, lambda text: text).best for pair in lattices]
        read["v6 masked"].append("".join(one.raw for one in masked if one is not None))
        read["v6+v5"].append(read_lines(field, lattices, Look(), Known()).reading.text)
        started = time.process_time()
        for crop, pair in zip(crops, lattices, strict=True):
            third = line_letters(field, crop, pair, self.cells)
            if third is not None:
                third.texts(pair)
        self.cpu["letters"] += time.process_time() - started

    def report(self, seed: object, count: int) -> dict[str, int]:
        """One JSON line a way of reading."""
        for name in ("v6", "v6 masked", "v6+v5", *self.forms):
            wrong = self.errors[name]
            row = {"seed": seed, "tier": "real letters, composed lines", "reading": name, "letters": count,
                   "lines": self.lines, "errors": wrong, "right": round(1 - wrong / count, 4)}  # fmt: skip
            if isinstance(seed, int):
                wrong = min(wrong, count)
                low, high = 1 - upper_bound(count, wrong, 0.975), upper_bound(count, count - wrong, 0.975)
                row["interval"] = [round(low, 4), round(high, 4)]
            if name in self.cpu:
                row["cpu_ms_a_line"] = round(self.cpu[name] / self.lines * 1000)
            print(json.dumps(row, ensure_ascii=False), flush=True)
        cost = round(self.cpu["letters"] / self.lines * 1000)
        print(json.dumps({"seed": seed, "reading": "letters alone", "cpu_ms_a_line": cost}), flush=True)
        return dict(self.errors)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--seed", type=int, nargs="+", default=[1, 2, 3])
    parser.add_argument("--loose", type=float, nargs=2, default=Hand().gap, help="gaps, in writing squares")
    parser.add_argument("--show", action="store_true", help="lines that the product reads wrongly")
    options = parser.parse_args()
    letters = letters_of(options.folder)
    comparison = Comparison(CellReader().classes("hiragana"), options.show)
    total: Counter[str] = Counter()
    for seed in options.seed:
        random = np.random.default_rng(seed)
        lines = grouped(len(letters), random)
        texts = ["".join(letters[number][0] for number in line) for line in lines]
        hand = Hand(gap=tuple(options.loose))
        pictures = [compose([letters[number][1] for number in line], random, hand) for line in lines]
        comparison.errors, comparison.cpu, comparison.lines = Counter(), Counter(), 0
        for start in range(0, len(lines), LINES_A_PAGE):
            comparison.page(texts[start : start + LINES_A_PAGE], pictures[start : start + LINES_A_PAGE])
        total.update(comparison.report(seed, len(letters)))
    count = len(letters) * len(options.seed)
    for name, wrong in total.items():
        row = {"seeds": options.seed, "reading": name, "letters": len(letters), "read": count}
        print(json.dumps(row | {"errors": wrong, "right": round(1 - wrong / count, 4)}))


if __name__ == "__main__":
    main()
