"""Forms (帳票) and their versions: create, import, design, copy, discard, retire."""

from __future__ import annotations

import hashlib
import json
import re
import unicodedata
from typing import Any

from django.db import IntegrityError, transaction

from yakuba.core.audit.services import record
from yakuba.core.files.services import read as read_file
from yakuba.ocr.domain.form import FORMAT, FormDefinition
from yakuba.ocr.domain.form_faults import usable_draft
from yakuba.ocr.domain.form_reading import LARGEST_MM, BadForm, parse_form, render_form
from yakuba.ocr.models import Form, FormVersion, VersionState
from yakuba.ocr.services.form_files import FormPackage, write_package
from yakuba.ocr.services.scans import BadScan, Image, keep_png, open_scan, reduced

UPLOAD_LIMIT = 40 * 1024 * 1024  # bytes of a blank sheet or a package
MOST_DESIGN = 1024 * 1024  # characters of a design as JSON
LONGEST_BLANK_PX = 5000  # A4 at 400 dpi has 4,677
BLANK_NAME = "blank.png"
INVISIBLE = ("Cc", "Cf", "Cs", "Zl", "Zp")  # Unicode categories that nobody sees in a name
PAPERS: dict[str, tuple[float, float]] = {  # ISO 216 and JIS P 0138, upright, mm
    "A3": (297.0, 420.0),
    "A4": (210.0, 297.0),
    "A5": (148.0, 210.0),
    "A6": (105.0, 148.0),
    "B4": (257.0, 364.0),
    "B5": (182.0, 257.0),
}
NEAR_MM = 4.0  # a scan's edge is cut or added to by so much


class FormError(ValueError):
    """The act is refused; the message says why and what to do."""


class StaleDesign(FormError):
    """Somebody saved another design in between."""


def content(version: FormVersion) -> FormDefinition:
    """The definition itself; ``BadForm`` while a draft still has faults."""
    return parse_form(version.definition, str(version))


def stamp_of(version: FormVersion) -> str:
    """A fingerprint of the design: two persons who opened the same one have the same stamp."""
    text = json.dumps([version.definition, version.blank_id], sort_keys=True, ensure_ascii=False)
    return hashlib.sha256(text.encode()).hexdigest()


def read_blank(data: bytes, name: str, page: int = 1) -> tuple[Image, float | None]:
    """The picture of a blank sheet and its dots per inch when known. ``BadScan``."""
    scan = open_scan(data, name)
    if not 1 <= page <= scan.count:
        raise BadScan(f"{name}：{page}ページはありません。1〜{scan.count}のページを選んでください。")
    found = scan.page(page)
    image = reduced(found.image, LONGEST_BLANK_PX)
    dpi = found.dpi and found.dpi * image.shape[0] / found.image.shape[0]
    return image, dpi


def paper_of(image: Image, dpi: float | None) -> tuple[float, float]:
    """Width and height in mm: the standard paper that is nearest, else the scan's own size, else A4."""
    height, width = image.shape[:2]
    turned = width > height
    sizes = [(h, w) if turned else (w, h) for w, h in PAPERS.values()]
    if dpi:
        own = (round(width / dpi * 25.4, 1), round(height / dpi * 25.4, 1))
        near = [one for one in sizes if max(abs(one[0] - own[0]), abs(one[1] - own[1])) <= NEAR_MM]
        return near[0] if near else own
    width_mm, height_mm = PAPERS["A4"]
    return (height_mm, width_mm) if turned else (width_mm, height_mm)


def create_form(
    *, name: str, version: str, image: Image, size_mm: tuple[float, float], by: Any
) -> FormVersion:
    """A draft without fields, ready for the designer. ``FormError`` when the version exists."""
    data = {
        "format": FORMAT,
        "name": name,
        "version": version,
        "page": {"width_mm": size_mm[0], "height_mm": size_mm[1]},
        "blank": BLANK_NAME,
        "fields": [],
    }
    return _keep(name, version, data, image, by, "ocr.form.create")


def import_form(package: FormPackage, image: Image, *, by: Any) -> FormVersion:
    """A draft with the fields of a package. ``FormError`` when the version exists."""
    definition = package.definition
    data = {**render_form(definition), "blank": BLANK_NAME}
    return _keep(definition.name, definition.version, data, image, by, "ocr.form.import")


def _keep(name: str, version: str, data: dict[str, Any], image: Image, by: Any, action: str) -> FormVersion:
    if "/" in name:  # the border names a field «form/field»
        raise FormError(f"帳票の名称「{name}」：「/」は使えません。「／」か「・」にしてください。")
    for what, text in (("帳票の名称", name), ("版", version)):
        if any(unicodedata.category(sign) in INVISIBLE for sign in text) or not text.strip():
            raise FormError(f"{what}：空か、見えない文字があります。入力し直してください。")
    width, height = _paper_of_design(data)
    shape = image.shape[1] / image.shape[0] / (width / height)
    if not 0.8 < shape < 1.25:
        raise FormError(
            f"用紙の大きさ：{width:g}×{height:g}mmは、画像の縦横の比と合いません。"
            "用紙の向きと大きさを確かめてください。"
        )
    try:
        with transaction.atomic():
            form, _ = Form.objects.get_or_create(name=name, defaults={"created_by": by})
            made = FormVersion.objects.create(
                form=form,
                version=version,
                definition=data,
                blank=keep_png(image, BLANK_NAME, by),
                created_by=by,
            )
            _note(action, made, by)
    except IntegrityError:
        raise FormError(f"「{name}」の版「{version}」は登録済みです。別の版の名前にしてください。") from None
    return made


def _paper_of_design(data: dict[str, Any]) -> tuple[float, float]:
    """Width and height of a design in mm; every page that shows a version draws with them. ``FormError``."""
    page = data.get("page")
    found = [page.get(key) for key in ("width_mm", "height_mm")] if isinstance(page, dict) else []
    sizes = [one for one in found if isinstance(one, (int, float)) and not isinstance(one, bool)]
    if len(sizes) != 2 or not all(0 < one <= LARGEST_MM for one in sizes):
        raise FormError(
            f"用紙の幅と高さ：0より大きく{LARGEST_MM:g}mmまでの数にしてください。保存していません。"
        )
    return float(sizes[0]), float(sizes[1])


def package_of(version: FormVersion) -> bytes:
    """The zip that another installation imports. ``BadForm`` while the draft has faults."""
    return write_package(content(version), read_file(version.blank))


def save_design(version: FormVersion, data: Any, *, stamp: str, by: Any) -> FormVersion:
    """Replace a draft's design as a whole.

    Faults in the fields may stay (the designer shows them); ``StaleDesign`` when somebody saved since
    ``stamp`` was read; ``FormError`` for anything that is no design or no draft.
    """
    if not usable_draft(data):
        raise FormError("送られた定義が読めません。画面を開き直して、もう一度保存してください。")
    _paper_of_design(data)
    with transaction.atomic():
        locked = FormVersion.objects.select_for_update().select_related("form").get(pk=version.pk)
        _draft(locked)
        if stamp_of(locked) != stamp:
            raise StaleDesign(
                "この画面を開いたあとに、ほかの人か別の画面で保存されました。上書きはしていません。"
                "いまの内容は「別の版として保存する」で残せます。"
            )
        wanted = _version_name(data.get("version"), locked.version)
        if wanted != locked.version:
            if locked.form.versions.filter(version=wanted).exists():
                raise FormError(f"版「{wanted}」は、この帳票にもうあります。別の版の名前にしてください。")
            locked.version = wanted
        locked.definition = _of_version(data, locked)
        locked.save(update_fields=["definition", "version"])
        _note("ocr.form.design", locked, by, fields=len(data["fields"]))
    return locked


def _version_name(value: Any, now: str) -> str:
    text = str(value).strip() if isinstance(value, (str, int)) else ""
    return text if 0 < len(text) <= 100 else now


def _of_version(data: dict[str, Any], version: FormVersion) -> dict[str, Any]:
    """The design under the version's own name, so that a file and the table never disagree."""
    own = {"format": FORMAT, "name": version.form.name, "version": version.version, "blank": BLANK_NAME}
    return {**data, **own}


def copy_version(version: FormVersion, *, by: Any, design: Any = None) -> FormVersion:
    """A new draft with the same blank and fields (or with ``design``), under the next free name."""
    data = version.definition if design is None else design
    if not usable_draft(data):
        raise FormError("送られた定義が読めません。画面を開き直してください。")
    _paper_of_design(data)
    with transaction.atomic():
        form = Form.objects.select_for_update().get(pk=version.form_id)
        names = set(form.versions.values_list("version", flat=True))
        made = FormVersion(
            form=form,
            version=next_version(version.version, names),
            definition={},
            blank=version.blank,
            created_by=by,
        )
        made.definition = _of_version(data, made)
        made.save()
        _note("ocr.form.copy", made, by, source=version.pk)
    return made


def next_version(name: str, taken: set[str]) -> str:
    """「2」→「3」, 「令和8年度」→「令和9年度」: the last number goes up until the name is free."""
    found = re.search(r"^(.*?)(\d{1,9})(\D*)$", name)
    if found is None:
        return next_version(f"{name[:90]} 1", taken)
    number = int(found[2])
    while True:
        number += 1
        wanted = f"{found[1]}{number}{found[3]}"[:100]
        if wanted not in taken:
            return wanted


def discard(version: FormVersion, *, by: Any) -> None:
    """Delete a draft; a form that has no other version goes with it. ``FormError`` for one in use."""
    with transaction.atomic():
        locked = FormVersion.objects.select_for_update().get(pk=version.pk)
        _draft(locked)
        if locked.batches.exists() or locked.pages.exists():
            raise FormError("この版で読んだ束があるため、破棄できません。")
        _note("ocr.form.discard", locked, by)
        form = locked.form
        locked.delete()
        if not form.versions.exists():
            form.delete()


def retire(version: FormVersion, *, by: Any) -> None:
    """No new page is read with the version; what was read stays. ``FormError`` unless it is in use."""
    with transaction.atomic():
        locked = FormVersion.objects.select_for_update().get(pk=version.pk)
        if locked.state != VersionState.ACTIVE:
            raise FormError(f"この版は「{locked.get_state_display()}」です。使用中の版だけを終了できます。")
        locked.state = VersionState.RETIRED
        locked.save(update_fields=["state"])
        _note("ocr.form.retire", locked, by)


def active_versions() -> list[FormVersion]:
    """Every version that pages are read with, by form and version."""
    rows = FormVersion.objects.filter(state=VersionState.ACTIVE).select_related("form", "blank")
    return list(rows.order_by("form__name", "version", "pk"))


def _draft(version: FormVersion) -> None:
    if version.state != VersionState.DRAFT:
        raise FormError(
            f"この版は「{version.get_state_display()}」のため、変えられません。"
            "「この版を写す」で新しい下書きを作ってください。"
        )


def _note(action: str, version: FormVersion, by: Any, **detail: int) -> None:
    record(
        action,
        actor=by or "system:ocr",
        target=f"ocr.version:{version.pk}",
        detail={"form": version.form_id, **detail},
    )


__all__ = [
    "BadForm",
    "FormError",
    "StaleDesign",
    "active_versions",
    "content",
    "copy_version",
    "create_form",
    "discard",
    "import_form",
    "package_of",
    "paper_of",
    "read_blank",
    "retire",
    "save_design",
    "stamp_of",
]
