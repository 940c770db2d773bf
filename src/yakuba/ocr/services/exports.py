"""What leaves a batch: CSV, JSON, hand-over rows for RPA, searchable PDF. Nothing that waits leaves."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from django.db import transaction

from yakuba.core import handover
from yakuba.core.audit.services import record
from yakuba.core.csv_files import Encoding, to_csv
from yakuba.core.people import protected
from yakuba.ocr.domain.form import Kind
from yakuba.ocr.domain.wording import masked
from yakuba.ocr.models import Batch, ExportLayout, FieldValue, FormVersion, Page, PageState, ValueState
from yakuba.ocr.services.checking import ILLEGIBLE
from yakuba.ocr.services.crops import NoPicture, covered, hull, page_image
from yakuba.ocr.services.definitions import definition_of
from yakuba.ocr.services.sealed import content_of, holding_text, is_secret
from yakuba.ocr.services.searchable_pdf import TextBox, searchable_pdf
from yakuba.ocr.services.turns import OPEN
from yakuba.ocr.services.visibility import OUTPUT, SUBJECT, protected_numbers, subject_of

MOST_COLUMNS = 2000
FORMAT = "yakuba.ocr.batch/1"
SHEET = "用紙の番号"
MOST_PDF_PAGES = 200


class ExportError(ValueError):
    """Nothing was written; the message says why and what to do."""


@dataclass(frozen=True, slots=True)
class Column:
    """One column: the field it shows and its heading."""

    field: str
    title: str


@dataclass(frozen=True, slots=True)
class Selection:
    """The sheets that leave, and how many stay behind and why."""

    batch: Batch
    pages: tuple[Page, ...]
    waiting: int  # sheets with a field that waits, or that were not read
    guarded: int  # protected sheets (支援措置) left out

    @property
    def partial(self) -> bool:
        """Whether some sheet stays because it is not finished."""
        return self.waiting > 0


def select(batch: Batch, *, version: FormVersion | None = None, with_protected: bool = False) -> Selection:
    """The finished sheets of the batch (of one version, when given), with everything that is written."""
    rows = batch.pages.select_related("version__form", "registered").prefetch_related("values__checks__by")
    guarded = set() if with_protected else protected_numbers(batch)
    pages, waiting, hidden = [], 0, 0
    for page in rows.order_by("number"):
        if version is not None and page.version_id not in (version.pk, None):
            continue
        if page.state != PageState.READ or any(one.state in OPEN for one in page.values.all()):
            waiting += 1
        elif page.number in guarded:
            hidden += 1
        else:
            pages.append(page)
    return Selection(batch, tuple(pages), waiting, hidden)


def require_whole(selection: Selection, *, part: bool) -> None:
    """``ExportError`` when something waits and the finished part was not asked for, or nothing is there."""
    if selection.waiting and not part:
        raise ExportError(
            f"確認を待つ用紙が{selection.waiting:,}枚あります。すべて確認してから書き出すか、"
            "「確認の終わった用紙だけを書き出す」を選んでください。"
        )
    if not selection.pages:
        raise ExportError("書き出せる用紙がありません。確認が終わってから書き出してください。")


def release_protected(selection: Selection, *, by: Any) -> int:
    """Use up a release for each protected sheet that leaves; call it in the export's transaction.

    ``ReleaseRequired`` without one. How many protected sheets leave.
    """
    guarded = protected_numbers(selection.batch)
    leaving = [page for page in selection.pages if page.number in guarded]
    for page in leaving:
        protected.require_release(SUBJECT, subject_of(page), OUTPUT, by=by)
    return len(leaving)


def columns_of(version: FormVersion) -> list[Column]:
    """The saved columns, else every field of the form under its title."""
    form = definition_of(version)
    saved = ExportLayout.objects.filter(version=version).first()
    if saved is None:
        return _distinct([Column(one.name, one.title) for one in form.fields])
    known = {one.name for one in form.fields}
    return [Column(one["field"], one["title"]) for one in saved.columns if one["field"] in known]


def _distinct(columns: Sequence[Column]) -> list[Column]:
    """The columns with headings of their own: one that several fields share gets the field's name behind."""
    shared = Counter([SHEET, *(one.title for one in columns)])
    taken, found = set(shared), []
    for one in columns:
        title = one.title
        while shared[one.title] > 1 and title in taken:
            title += f"（{one.field}）"
        taken.add(title)
        found.append(Column(one.field, title))
    return found


def save_columns(version: FormVersion, columns: Sequence[Column], *, by: Any) -> ExportLayout:
    """Keep the columns of the version's CSV. ``ExportError`` for none, too many, or a title used twice."""
    titles = [SHEET, *(one.title for one in columns)]
    if not columns:
        raise ExportError("列が1つもありません。書き出す欄を1つ以上選んでください。")
    if len(titles) > MOST_COLUMNS:
        raise ExportError(f"列が{len(titles):,}あります。{MOST_COLUMNS:,}列までにしてください。")
    twice = sorted({one for one in titles if titles.count(one) > 1})
    if twice:
        raise ExportError(f"見出し「{'」「'.join(twice)}」が2回以上あります。別々の見出しにしてください。")
    with transaction.atomic():
        kept = [{"field": one.field, "title": one.title} for one in columns]
        layout, _ = ExportLayout.objects.update_or_create(
            version=version, defaults={"columns": kept, "saved_by": by}
        )
        record(
            "ocr.export.columns",
            actor=by,
            target=f"ocr.version:{version.pk}",
            detail={"columns": len(kept)},
        )
    return layout


def leaving_text(value: FieldValue, *, numbers: bool) -> str:
    """What a settled field leaves as: ● for illegible; a personal number masked unless asked for."""
    if value.state == ValueState.ILLEGIBLE:
        return ILLEGIBLE
    text = holding_text(value)
    return _masked(text) if is_secret(value) and not numbers else text


def _masked(number: str) -> str:
    """The masked number with a sign that every character set of an export has."""
    return masked(number).replace("•", "*")


def table_of(selection: Selection, version: FormVersion, *, numbers: bool = False) -> list[list[str]]:
    """Header and one row a sheet of the version. ``ExportError`` above 2,000 columns."""
    columns = columns_of(version)
    if len(columns) + 1 > MOST_COLUMNS:
        raise ExportError(f"列が{len(columns) + 1:,}あります。{MOST_COLUMNS:,}列までにしてください。")
    rows = [[SHEET, *(one.title for one in columns)]]
    for page in selection.pages:
        if page.version_id != version.pk:
            continue
        texts = {one.name: leaving_text(one, numbers=numbers) for one in page.values.all()}
        rows.append([str(page.number), *(texts.get(one.field, "") for one in columns)])
    return rows


def csv_of(
    selection: Selection,
    version: FormVersion,
    *,
    encoding: Encoding = "utf-8-sig",
    replace_missing: bool = False,
    numbers: bool = False,
) -> bytes:
    """CSV of one form version. ``CannotEncode`` lists what CP932 can't hold, by row and column."""
    return to_csv(
        table_of(selection, version, numbers=numbers), encoding=encoding, replace_missing=replace_missing
    )


def handover_of(selection: Selection, version: FormVersion, *, numbers: bool = False) -> bytes:
    """The rows for RPA, with counts and checksum."""
    table = table_of(selection, version, numbers=numbers)
    return handover.write(handover.table(f"ocr.batch:{selection.batch.pk}", table[0], table[1:]))


def json_of(selection: Selection, *, numbers: bool = False) -> bytes:
    """Every layer: raw, read, final, who decided."""
    return (json.dumps(layers(selection, numbers=numbers), ensure_ascii=False, indent=1) + "\n").encode()


def layers(selection: Selection, *, numbers: bool = False) -> dict[str, Any]:
    """The batch as plain data."""
    return {
        "format": FORMAT,
        "batch": {"id": selection.batch.pk, "title": selection.batch.title, "state": selection.batch.state},
        "complete": not selection.partial,
        "left_out": {"waiting": selection.waiting, "protected": selection.guarded},
        "pages": [_page_layers(page, numbers=numbers) for page in selection.pages],
    }


def _page_layers(page: Page, *, numbers: bool) -> dict[str, Any]:
    return {
        "number": page.number,
        "form": page.version.form.name if page.version else "",
        "version": page.version.version if page.version else "",
        "engine": page.engine,
        "fields": [_field_layers(one, numbers=numbers) for one in page.values.all()],
    }


def _field_layers(value: FieldValue, *, numbers: bool) -> dict[str, Any]:
    content = content_of(value)
    hide = is_secret(value) and not numbers
    return {
        "name": value.name,
        "kind": value.kind,
        "raw": _masked(content.raw) if hide else content.raw,
        "text": _masked(content.text) if hide else content.text,
        "final": leaving_text(value, numbers=numbers),
        "state": value.state,
        "decision": value.decision,
        "because": value.decided_because,
        "confidence": round(value.confidence, 4),
        "reasons": value.reasons,
        "decided_by": [
            {"turn": one.turn, "outcome": one.outcome, "by": one.by.name, "at": one.at.isoformat()}
            for one in value.checks.all()
            if one.undone_at is None
        ],
    }


def pdf_of(selection: Selection) -> bytes:
    """Searchable PDF of the sheets; personal numbers are covered and left out of the text.

    ``ExportError`` above 200 sheets or for a sheet whose picture is gone.
    """
    if len(selection.pages) > MOST_PDF_PAGES:
        raise ExportError(f"PDFにできるのは{MOST_PDF_PAGES}枚までです。束を分けてください。")
    try:
        return searchable_pdf(_pdf_pages(selection.pages))
    except NoPicture as problem:
        raise ExportError(str(problem)) from None


def _pdf_pages(pages: Iterable[Page]) -> Iterable[tuple[Any, list[TextBox]]]:
    for page in pages:
        if page.version is None:
            continue
        form = definition_of(page.version)
        image = covered(page_image(page), form)
        across, down = image.shape[1] / form.width_mm, image.shape[0] / form.height_mm
        texts = {one.name: leaving_text(one, numbers=False) for one in page.values.all()}
        boxes: list[TextBox] = []
        for field in form.fields:
            if field.kind in (Kind.MY_NUMBER, Kind.CHECKBOX) or not texts.get(field.name):
                continue
            box = hull(field.boxes)
            place = (box.x * across, box.y * down, box.width * across, box.height * down)
            boxes.append((texts[field.name], place))
        yield image, boxes


def note(selection: Selection, what: str, *, by: Any, numbers: bool, released: int = 0) -> None:
    """One audit line for what left."""
    record(
        "ocr.export",
        actor=by,
        target=f"ocr.batch:{selection.batch.pk}",
        detail={
            "what": what,
            "pages": len(selection.pages),
            "waiting": selection.waiting,
            "protected_left_out": selection.guarded,
            "protected_released": released,
            "numbers": numbers,
        },
    )
