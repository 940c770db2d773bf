"""Personal numbers that nobody settles: announced first, then deleted as settled ones are, and on record."""

from __future__ import annotations

import io
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from PIL import Image

from tests.ocr import check_desk
from tests.site.browser import make_user
from yakuba.core.audit.models import AuditEntry
from yakuba.core.files.models import StoredFile
from yakuba.core.files.services import read, store
from yakuba.ocr.models import Batch, BatchState, Check, FieldValue, Page, PageState, ValueState
from yakuba.ocr.services import crops, expiring
from yakuba.ocr.services.checking import decide, undo
from yakuba.ocr.services.intake import Incoming, replace_file
from yakuba.ocr.services.turns import CheckError
from yakuba.site.retention import OPEN_NUMBER_DAYS, apply

pytestmark = pytest.mark.django_db


def left_lying(days: int, pages: int = 1, **more: Any) -> Batch:
    """A batch that was taken in so long ago and that nobody finished."""
    batch = check_desk.make_batch(pages, fields=["number", "paid"], **more)
    batch.created_at = timezone.now() - timedelta(days=days)
    batch.save()
    return batch


def numbers() -> list[FieldValue]:
    return list(FieldValue.objects.filter(kind="my_number").order_by("page__number"))


def warned_and_over(batch: Batch) -> None:
    apply()
    Batch.objects.filter(pk=batch.pk).update(numbers_end_at=timezone.now())


def page_text(client: Client, name: str, *args: int) -> str:
    return client.get(reverse(name, args=args)).content.decode()


def test_nothing_goes_before_it_was_announced_for_fourteen_days(client: Client) -> None:
    batch = left_lying(OPEN_NUMBER_DAYS + 400)
    client.force_login(make_user("officer"))
    assert "まもなく消えます" not in page_text(client, "ocr:home")
    apply()
    assert numbers()[0].sealed, "a batch that is past its time already is announced first"
    batch.refresh_from_db()
    ends = batch.numbers_end_at
    assert ends is not None
    assert timedelta(days=13) < ends - timezone.now() <= timedelta(days=14)
    for name, arguments in (("ocr:home", ()), ("ocr:batch", (batch.pk,))):
        shown = page_text(client, name, *arguments)
        assert "個人番号が、まもなく消えます" in shown
        assert "個人番号の欄 1" in shown
    apply(ends - timedelta(seconds=1))
    assert numbers()[0].sealed
    line = AuditEntry.objects.get(action="ocr.number.announce")
    assert (line.target, line.detail["numbers"]) == (f"ocr.batch:{batch.pk}", 1)
    apply(ends + timedelta(seconds=1))
    assert numbers()[0].sealed == ""
    assert "まもなく消えます" not in page_text(client, "ocr:home")


def test_a_young_batch_is_not_announced() -> None:
    batch = left_lying(OPEN_NUMBER_DAYS - 15)
    apply()
    batch.refresh_from_db()
    assert (batch.numbers_end_at, numbers()[0].sealed != "") == (None, True)


def test_an_open_number_ends_with_its_entries_and_its_picture_and_the_rest_stays() -> None:
    batch = left_lying(OPEN_NUMBER_DAYS + 1, double_check=True)
    officer = make_user("officer")
    decide(numbers()[0].pk, by=officer, act="confirm", text=check_desk.NUMBER, turn=1)
    warned_and_over(batch)
    before = numbers()[0].page.registered
    apply()
    value = numbers()[0]
    assert (value.sealed, value.state, value.decided_because) == (
        "", ValueState.ILLEGIBLE, expiring.BECAUSE,
    )  # fmt: skip
    assert value.final_at is not None
    assert [one.text for one in Check.objects.all()] == [""]
    assert value.page.registered != before
    assert value.page.source == value.page.registered
    field = check_desk.DEFINITION["fields"][0]["box"]
    inside = crops.page_image(value.page)[int(field[1] * 8) + 8 : int(field[1] * 8) + 50, 90:600]
    assert inside.std() == 0, "the number is covered in the picture that is left"
    assert FieldValue.objects.get(name="paid").state == ValueState.WAITING
    batch.refresh_from_db()
    assert batch.state == BatchState.CHECKING
    line = AuditEntry.objects.get(action="ocr.number.end")
    assert (line.actor, line.detail) == ("system:retention", {"numbers": 1})
    with pytest.raises(CheckError, match="保存期限を過ぎて"):
        undo(value.pk, by=officer)


def test_a_number_that_was_settled_in_time_keeps_its_own_period() -> None:
    batch = left_lying(OPEN_NUMBER_DAYS + 1)
    warned_and_over(batch)
    decide(numbers()[0].pk, by=make_user("officer"), act="confirm", text=check_desk.NUMBER, turn=1)
    apply()
    assert numbers()[0].sealed
    assert expiring.announced() == []


def scanned_as_one_file(batch: Batch) -> StoredFile:
    """The pages of the batch as one file; the last one could not be read."""
    image = Image.open(io.BytesIO(read(batch.pages.get(number=1).source))).convert("RGB")
    body = io.BytesIO()
    image.save(body, "TIFF", save_all=True, append_images=[image] * (batch.pages.count() - 1))
    whole = store(body.getvalue(), name="batch.tiff", content_type="image/tiff", by=None)
    for page in batch.pages.all():
        Page.objects.filter(pk=page.pk).update(source=whole, source_page=page.number)
    last = batch.pages.order_by("-number")[0]
    last.values.all().delete()
    Page.objects.filter(pk=last.pk).update(state=PageState.REFUSED, registered=None)
    return whole


def test_a_file_of_several_sheets_goes_with_its_unread_pages_too() -> None:
    batch = left_lying(OPEN_NUMBER_DAYS + 1, pages=3)
    whole = scanned_as_one_file(batch)
    settled = numbers()[0]
    decide(settled.pk, by=make_user("officer"), act="confirm", text=check_desk.NUMBER, turn=1)
    warned_and_over(batch)
    apply()
    first, second, third = batch.pages.order_by("number")
    assert first.source == whole, "its number is settled and still kept, with its scan"
    assert second.source == second.registered
    assert (third.source.name, third.state, third.problems) == (
        expiring.EMPTIED, PageState.RESCAN, [expiring.SCAN_GONE],
    )  # fmt: skip
    assert AuditEntry.objects.filter(action="ocr.number.end", detail={"scans": 1}).exists()
    apply(timezone.now() + timedelta(days=91))
    assert not Page.objects.filter(source=whole).exists()
    assert not StoredFile.objects.filter(pk=whole.pk).exists()


def test_unread_pages_of_a_form_without_a_number_stay() -> None:
    plain = {
        **check_desk.DEFINITION,
        "name": "申込書",
        "fields": check_desk.DEFINITION["fields"][1:2],
        "rules": [],
    }
    batch = left_lying(OPEN_NUMBER_DAYS + 1, version=check_desk.make_version(plain, "申込書"))
    batch.pages.get().values.all().delete()
    batch.pages.update(state=PageState.REFUSED)
    apply()
    batch.refresh_from_db()
    assert batch.numbers_end_at is None


def test_a_new_scan_in_an_announced_batch_is_announced_anew() -> None:
    batch = left_lying(OPEN_NUMBER_DAYS + 1)
    page = batch.pages.get()
    page.values.all().delete()
    batch.pages.update(state=PageState.RESCAN)
    warned_and_over(batch)
    page.refresh_from_db()
    replace_file(page, Incoming("new.png", read(page.source), "image/png"), by=make_user("officer"))
    apply()
    page.refresh_from_db()
    assert page.source.name == "new.png"
    batch.refresh_from_db()
    assert batch.numbers_end_at is not None
    assert batch.numbers_end_at > timezone.now() + timedelta(days=13)
