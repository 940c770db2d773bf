"""One scanned page to readings: quality gate, sorting, registration, reading. Writes nothing.

The parts come from ``yakuba.ocr.domain`` and ``yakuba.ocr.reader``; here they are put in order, and what
each of them refuses becomes a page state with a sentence for staff.
"""

from __future__ import annotations

import time
from collections import OrderedDict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

from yakuba.ocr.domain.cut import cut_off, measured
from yakuba.ocr.domain.form import FormDefinition
from yakuba.ocr.domain.pixels import PxBox
from yakuba.ocr.domain.reading import PageReading
from yakuba.ocr.domain.registration import NotThisForm, Refusal, Registered, Template, register
from yakuba.ocr.domain.sorting import Unsorted, sort_page
from yakuba.ocr.models import FormVersion, PageState
from yakuba.ocr.services.forms import content
from yakuba.ocr.services.scans import ScannedPage, encoded, picture

FINE_DPI, FINE_FROM = 300.0, 240.0  # the grid for scans that are finer than 200 dpi
MOST_TEMPLATES = 12  # blanks kept in memory at once; an A4 blank has some 20 MB with its features


class Engine(Protocol):
    """What reads a registered page."""

    @property
    def model(self) -> str:
        """A hash of the weights and of the reading code: a change asks for a new certificate."""

    def read_page(self, form: FormDefinition, template: Template, page: Registered) -> PageReading:
        """The readings of one page that lies on the template's grid."""


@dataclass(frozen=True, slots=True)
class PageOutcome:
    """What became of one page. ``registered``: PNG on the blank's grid, when it was found there."""

    state: PageState
    problems: tuple[str, ...] = ()
    version: FormVersion | None = None
    registered: bytes | None = None
    measures: dict[str, Any] = field(default_factory=dict)
    reading: PageReading | None = None
    model: str = ""


@dataclass(frozen=True, slots=True)
class Layout:
    """One form version, ready to be read."""

    version: FormVersion
    form: FormDefinition
    template: Template


def layout_of(version: FormVersion) -> Layout:
    """The version with its blank. ``BadForm`` for a draft that still has faults."""
    form = content(version)
    return Layout(version, form, Template(picture(version.blank), form.width_mm, form.height_mm))


def places_of(form: FormDefinition, template: Template) -> tuple[PxBox, ...]:
    """Every field's rectangles on the template's grid."""
    boxes = [box for one in form.fields for box in one.boxes]
    return tuple(template.px(box.x, box.y, box.width, box.height) for box in boxes)


EngineMaker = Callable[[], Engine]
_maker: list[EngineMaker] = []


def use_engine(maker: EngineMaker) -> None:
    """Read with another engine from here on in this process (for tests and trials)."""
    _maker[:] = [maker]


def open_engine() -> Engine:
    """The reader with its models loaded; some 300 MB, so one a process."""
    if _maker:
        return _maker[0]()
    from yakuba.ocr.services.engine import ShippedEngine

    return ShippedEngine()


class PageReader:
    """Reads pages of a batch: of one version, or sorted among several."""

    def __init__(self, versions: Iterable[FormVersion], *, sort: bool, engine: Engine | None = None) -> None:
        self._versions = tuple(versions)
        self._sort = sort
        self._engine = engine
        self._layouts: OrderedDict[int, Layout] = OrderedDict()

    @property
    def engine(self) -> Engine:
        """Loaded when the first page needs it."""
        if self._engine is None:
            self._engine = open_engine()
        return self._engine

    def read(self, page: ScannedPage, *, version: FormVersion | None = None) -> PageOutcome:
        """The outcome of one page; ``version`` when a person has chosen the form for it."""
        begun = time.perf_counter()
        outcome = self._read(page, version)
        seconds = round(time.perf_counter() - begun, 3)
        return PageOutcome(
            state=outcome.state,
            problems=outcome.problems,
            version=outcome.version,
            registered=outcome.registered,
            measures={**outcome.measures, "seconds": seconds},
            reading=outcome.reading,
            model=outcome.model,
        )

    def _read(self, page: ScannedPage, version: FormVersion | None) -> PageOutcome:
        sort = version is None and self._sort
        wanted = self._versions if sort else [version or self._versions[0]]
        layouts = [self.layout(one) for one in wanted]
        gate = check_quality(page, layouts)
        if gate.problems:
            return PageOutcome(PageState.RESCAN, gate.problems, version, measures=gate.measures)
        if sort:
            return self._sorted(page, layouts, gate.measures)
        return self._with(layouts[0], page, gate.measures)

    def _sorted(self, page: ScannedPage, layouts: Sequence[Layout], measures: dict[str, Any]) -> PageOutcome:
        templates = [one.template for one in layouts]
        found = sort_page(
            page.image,
            templates,
            getattr(self.engine, "text_of", None) if any(one.form.keywords for one in layouts) else None,
            keywords=[one.form.keywords for one in layouts],
            fields=[places_of(one.form, one.template) for one in layouts],
        )
        measures = {**measures, "margin": round(found.margin, 3)}
        if found.index is None:
            reason = (
                _cause(found.reason, page, layouts) if found.because is Unsorted.NO_FORM else found.reason
            )
            return PageOutcome(PageState.UNSORTABLE, (reason,), measures=measures)
        return self._with(layouts[found.index], page, measures)

    def _with(self, layout: Layout, page: ScannedPage, measures: dict[str, Any]) -> PageOutcome:
        template = layout.template.on_grid(FINE_DPI) if (page.dpi or 0) >= FINE_FROM else layout.template
        found = register(page.image, template, places_of(layout.form, template))
        if isinstance(found, NotThisForm):
            reason = found.reason
            if found.refusal in (Refusal.MOVED, Refusal.OTHER_FORM):
                reason = _cause(reason, page, [layout])
            return PageOutcome(PageState.REFUSED, (reason,), layout.version, measures=measures)
        reading = self.engine.read_page(layout.form, template, found)
        measured = {
            **measures,
            "scan_dpi": round(float(found.scan_dpi)),
            "turned": round(float(found.turned), 1),
            "inliers": int(found.inliers),
            "correlation": round(float(found.correlation), 4),
            "residual_px": round(float(found.residual_px), 3),
        }
        return PageOutcome(
            PageState.READ,
            version=layout.version,
            registered=encoded(found.image),
            measures=measured,
            reading=reading,
            model=self.engine.model[:64],
        )

    def layout(self, version: FormVersion) -> Layout:
        """The version's layout, made once while it is among the last used."""
        if version.pk not in self._layouts:
            self._layouts[version.pk] = layout_of(version)
            while len(self._layouts) > max(MOST_TEMPLATES, len(self._versions)):
                self._layouts.popitem(last=False)
        self._layouts.move_to_end(version.pk)
        return self._layouts[version.pk]


def _cause(reason: str, page: ScannedPage, layouts: Sequence[Layout]) -> str:
    """Why a page fits no form: a part of the sheet that is missing, else what was said."""
    cut = cut_off(page.image, [one.template for one in layouts])
    return reason if cut is None else cut.sentence


@dataclass(frozen=True, slots=True)
class Gate:
    """What the quality gate found: sentences that say what to scan again; empty when the page will do."""

    problems: tuple[str, ...]
    measures: dict[str, Any]


def check_quality(page: ScannedPage, layouts: Sequence[Layout]) -> Gate:
    """The gate before any reading: resolution, size of characters, sharpness, darkness.

    Without a resolution in the file it is worked out from the paper, when all layouts have the same.
    """
    papers = {(one.form.width_mm, one.form.height_mm) for one in layouts}
    paper = next(iter(papers)) if len(papers) == 1 else None
    found = measured(page.image, page.dpi, paper, [one.template for one in layouts])
    measures: dict[str, Any] = {} if found.dpi is None else {"dpi": round(found.dpi)}
    return Gate(found.sentences if found.must_rescan else (), measures)
