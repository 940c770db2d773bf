"""What leaves a batch, and what never does."""

from __future__ import annotations

import csv
import io
import json
from datetime import timedelta

import pypdfium2
import pytest
from django.utils import timezone
from PIL import Image

from tests.ocr import check_desk
from tests.site.browser import make_user
from yakuba.core import handover
from yakuba.core.csv_files import CannotEncode
from yakuba.core.files.models import StoredFile
from yakuba.core.files.services import read, store
from yakuba.core.people.models import ProtectedPerson
from yakuba.core.people.protected import ReleaseRequired
from yakuba.ocr.models import Batch, FieldValue, Page, PageState, ValueState
from yakuba.ocr.services import exports
from yakuba.ocr.services.checking import decide
from yakuba.ocr.services.forgetting import forget_numbers, old_numbers
from yakuba.site.retention import unused_files

pytestmark = pytest.mark.django_db


def finished(pages: int = 2) -> Batch:
    """A batch in which one officer has confirmed every reading."""
    batch, user = check_desk.make_batch(pages), make_user("officer", name="貝塚 みのり")
    for value in FieldValue.objects.filter(page__batch=batch):
        text = check_desk.NUMBER if value.kind == "my_number" else value.text
        decide(value.pk, by=user, act="confirm", text=text, turn=1, sure=True)
    return Batch.objects.get(pk=batch.pk)


def rows_of(body: bytes, encoding: str = "utf-8-sig") -> list[list[str]]:
    return list(csv.reader(io.StringIO(body.decode(encoding), newline="")))


def test_nothing_that_waits_leaves_unless_the_finished_part_is_asked_for() -> None:
    batch = finished(2)
    FieldValue.objects.filter(page__number=2, name="paid").update(state=ValueState.WAITING)
    chosen = exports.select(batch)
    assert (chosen.waiting, chosen.partial, [one.number for one in chosen.pages]) == (1, True, [1])
    with pytest.raises(exports.ExportError, match="1枚あります"):
        exports.require_whole(chosen, part=False)
    exports.require_whole(chosen, part=True)
    batch.pages.filter(number=1).update(state=PageState.RESCAN)
    with pytest.raises(exports.ExportError, match="書き出せる用紙がありません"):
        exports.require_whole(exports.select(batch), part=True)


def test_csv_has_the_chosen_columns_in_their_order_and_a_masked_number() -> None:
    batch = finished(2)
    assert batch.version is not None
    user = make_user("officer")
    table = rows_of(exports.csv_of(exports.select(batch), batch.version))
    assert table[0][:4] == ["用紙の番号", "個人番号", "氏名", "支払金額"]
    assert table[1][:4] == ["1", "**** **** 9018", "髙橋 凪", "1037153"]
    columns = [exports.Column("paid", "金額"), exports.Column("number", "番号")]
    exports.save_columns(batch.version, columns, by=user)
    table = rows_of(exports.csv_of(exports.select(batch), batch.version, numbers=True))
    assert table == [
        ["用紙の番号", "金額", "番号"],
        ["1", "1037153", check_desk.NUMBER],
        ["2", "1074306", check_desk.NUMBER],
    ]
    with pytest.raises(exports.ExportError, match="2回以上"):
        exports.save_columns(
            batch.version, [exports.Column("paid", "x"), exports.Column("name", "x")], by=user
        )
    many = [exports.Column("paid", str(n)) for n in range(2000)]
    with pytest.raises(exports.ExportError, match="2,000列"):
        exports.save_columns(batch.version, many, by=user)
    with pytest.raises(exports.ExportError, match="1つもありません"):
        exports.save_columns(batch.version, [], by=user)


def test_fields_under_one_heading_leave_in_columns_that_can_be_told_apart() -> None:
    """Two 「郵便番号」 on a form are usual; hand-over rows need names that differ."""
    titles = {"name": "金額", "paid": "金額", "tax_a": "金額（paid）", "tax_b": exports.SHEET}
    fields = [
        {**one, "label": titles.get(one["name"], one["label"])} for one in check_desk.DEFINITION["fields"]
    ]
    check_desk.make_version({**check_desk.DEFINITION, "fields": fields})
    batch = finished(1)
    assert batch.version is not None
    chosen = exports.select(batch)
    header = rows_of(exports.csv_of(chosen, batch.version))[0]
    assert header[2:6] == ["金額（name）", "金額（paid）（paid）", "金額（paid）", "用紙の番号（tax_b）"]
    assert len(set(header)) == len(header)
    assert handover.read(exports.handover_of(chosen, batch.version)).columns == tuple(header)


def test_a_masked_number_leaves_in_cp932_too() -> None:
    batch = finished(1)
    assert batch.version is not None
    FieldValue.objects.filter(name="name").update(final="高橋 凪")
    data = exports.csv_of(exports.select(batch), batch.version, encoding="cp932")
    assert "**** **** 9018" in data.decode("cp932")
    assert check_desk.NUMBER not in data.decode("cp932")


def test_illegible_fields_formulas_and_letters_that_cp932_lacks() -> None:
    batch = finished(1)
    assert batch.version is not None
    FieldValue.objects.filter(name="paid").update(state=ValueState.ILLEGIBLE, final="")
    FieldValue.objects.filter(name="name").update(final="𠮷田")
    FieldValue.objects.filter(name="way").update(final="=1+1")
    FieldValue.objects.filter(name="tax_a").update(final="-5000")
    chosen = exports.select(batch)
    (row,) = rows_of(exports.csv_of(chosen, batch.version))[1:]
    assert row[3] == "●"
    assert row[4] == "-5000"
    assert row[-1] == "'=1+1"
    with pytest.raises(CannotEncode) as found:
        exports.csv_of(chosen, batch.version, encoding="cp932")
    assert "2行「氏名」：「𠮷」（U+20BB7）" in [str(one) for one in found.value.losses]


def test_json_tells_every_layer_and_who_decided() -> None:
    batch = finished(1)
    body = json.loads(exports.json_of(exports.select(batch)))
    assert body["complete"] is True
    fields = {one["name"]: one for one in body["pages"][0]["fields"]}
    assert fields["paid"]["text"] == fields["paid"]["final"] == "1037153"
    assert fields["paid"]["decided_by"][0]["by"] == "貝塚 みのり"
    assert check_desk.NUMBER not in json.dumps(body)
    assert check_desk.NUMBER in exports.json_of(exports.select(batch), numbers=True).decode()


def test_rows_for_rpa_are_whole_and_verified() -> None:
    batch = finished(2)
    assert batch.version is not None
    found = handover.read(exports.handover_of(exports.select(batch), batch.version))
    assert found.source == f"ocr.batch:{batch.pk}"
    assert found.records()[1]["支払金額"] == "1074306"
    assert len(found.rows) == 2


def test_the_pdf_can_be_searched_and_shows_no_number() -> None:
    batch = finished(1)
    with pypdfium2.PdfDocument(exports.pdf_of(exports.select(batch))) as document:
        page = document[0]
        text = page.get_textpage().get_text_range()
        assert "髙橋 凪" in text
        assert "1037153" in text
        assert check_desk.NUMBER not in text
        picture = page.render(scale=1).to_numpy()
    x, y = round(20 * check_desk.SCALE * 72 / 200), round(12 * check_desk.SCALE * 72 / 200)
    assert abs(int(picture[y, x].mean()) - 112) < 12  # the cover


def test_a_protected_sheet_leaves_only_by_a_release() -> None:
    batch = finished(2)
    assert batch.version is not None
    user = make_user("officer")
    ProtectedPerson.objects.create(
        subject_kind="ocr.page",
        subject_id=f"{batch.pk}-2",
        registered_by=user,
        registered_at=timezone.now(),
    )
    chosen = exports.select(batch)
    assert ([one.number for one in chosen.pages], chosen.guarded, chosen.partial) == ([1], 1, False)
    every = exports.select(batch, with_protected=True)
    with pytest.raises(ReleaseRequired):
        exports.release_protected(every, by=user)
    assert exports.release_protected(chosen, by=user) == 0


def test_numbers_and_their_pictures_end_after_their_time() -> None:
    batch = finished(1)
    value = FieldValue.objects.get(name="number")
    before = value.page.registered
    assert value.final_at is not None
    assert list(old_numbers(value.final_at)) == []
    due = old_numbers(value.final_at + timedelta(seconds=1))
    assert forget_numbers(due) == 1
    value = FieldValue.objects.select_related("page").get(name="number")
    assert value.sealed == ""
    assert [one.text for one in value.checks.all()] == [""]
    assert value.page.registered != before
    assert value.page.source == value.page.registered
    assert list(old_numbers(value.final_at + timedelta(days=9))) == []  # type: ignore[operator]
    assert batch.version is not None
    (row,) = rows_of(exports.csv_of(exports.select(batch), batch.version, numbers=True))[1:]
    assert row[1] == ""
    assert row[2] == "髙橋 凪"


def scanned_together(batch: Batch) -> StoredFile:
    """The sheets of a batch as one scanned file, with an unsorted cover sheet as its last page."""
    first = batch.pages.get(number=1)
    image = Image.open(io.BytesIO(read(first.source))).convert("RGB")
    body = io.BytesIO()
    image.save(body, "TIFF", save_all=True, append_images=[image] * batch.pages.count())
    whole = store(body.getvalue(), name="batch.tiff", content_type="image/tiff", by=None)
    for page in batch.pages.all():
        Page.objects.filter(pk=page.pk).update(source=whole, source_page=page.number)
    number = batch.pages.count() + 1
    Page.objects.create(
        batch=batch, number=number, source=whole, source_page=number, state=PageState.UNSORTABLE
    )
    return whole


def test_a_file_of_several_sheets_stays_until_its_last_number_is_forgotten() -> None:
    batch = finished(2)
    whole = scanned_together(batch)
    numbers = FieldValue.objects.filter(kind="my_number").order_by("page__number")
    first, second = numbers
    assert forget_numbers(numbers.filter(pk=first.pk)) == 1
    assert [page.source == whole for page in batch.pages.order_by("number")] == [False, True, True]
    assert forget_numbers(numbers.filter(pk=second.pk)) == 1
    assert not Page.objects.filter(source=whole).exists()
    cover = batch.pages.get(number=3)
    assert cover.source_page == 1
    assert Image.open(io.BytesIO(read(cover.source))).format == "PNG"
    assert unused_files(timezone.now() + timedelta(seconds=1)).filter(pk=whole.pk).exists()
