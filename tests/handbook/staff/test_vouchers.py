"""The monthly mailing of vouchers: who, once, undone until sent, held back, printed again."""

from __future__ import annotations

from datetime import date, timedelta

import pypdfium2
import pytest
from django.db import IntegrityError, transaction
from django.test import Client
from django.urls import reverse

from tests.handbook.staff.conftest import child_row, dose_row, one, take_children, take_doses
from tests.handbook.staff.test_way import activate
from yakuba.core.csv_files import CannotEncode
from yakuba.core.jobs.testing import run_pending
from yakuba.core.people import protected
from yakuba.core.people.models import User
from yakuba.core.people.protected import ReleaseRequired
from yakuba.handbook.models import Voucher, VoucherBatch
from yakuba.handbook.services import vouchers
from yakuba.handbook.services.visibility import SUBJECT
from yakuba.handbook.services.vouchers import NotPossible

pytestmark = pytest.mark.django_db
MONTH = date(2026, 10, 1)  # children born 2026-09-02 … 2026-10-01 turn two months old in November


@pytest.fixture
def ward(officer: User, nurse: User, manager: User) -> None:
    activate(officer, nurse, manager)
    take_children(
        child_row("1", "𠮷田 凛", "2026-09-10", 保護者="𠮷田 葵"),
        child_row("2", "堀 湊", "2026-10-01"),
        child_row("3", "森 秘", "2026-09-20"),
        child_row("4", "転 出", "2026-09-11", 転出日="2026-10-15"),
        child_row("5", "早 い", "2026-10-02"),
        by=officer,
    )
    protected.protect(SUBJECT, "3", officers=[officer], by=manager)


def make(officer: User) -> VoucherBatch:
    batch = vouchers.request_batch(MONTH, by=officer)
    assert vouchers.request_batch(MONTH, by=officer) == batch  # a double click
    (job,) = run_pending()
    assert (job.state, job.error) == ("done", "")
    batch.refresh_from_db()
    return batch


@pytest.mark.usefixtures("ward")
def test_the_month_writes_to_whom_the_rules_name_and_says_why_not_to_others() -> None:
    planned = {found.child.number: found for found in vouchers.plan(MONTH)}
    assert set(planned) == {"1", "2", "3", "4"}
    assert {sheet.outcome for sheet in planned["4"].sheets} == {"left"}
    assert [sheet.dose for sheet in planned["1"].sending] == [1, 2, 3, 4]
    assert planned["3"].protected
    assert vouchers.figures_of(list(planned.values())) == {
        "children": 2,
        "vouchers": 8,
        "not_sent": {"left": 4},
    }


@pytest.mark.usefixtures("ward")
def test_a_batch_is_made_once_and_again_only_after_it_was_undone(officer: User) -> None:
    batch = make(officer)
    assert (batch.vouchers.count(), batch.vouchers.filter(held=True).count()) == (12, 4)
    with pytest.raises(NotPossible):
        vouchers.request_batch(MONTH, by=officer)
    row = batch.vouchers.earliest("number")
    with pytest.raises(IntegrityError), transaction.atomic():
        Voucher.objects.create(batch=batch, child=row.child, number="x", vaccine=row.vaccine, dose=row.dose)
    assert vouchers.undo(batch, by=officer) == 12
    again = make(officer)
    vouchers.mark_sent(again, by=officer)
    for act in (vouchers.undo, vouchers.mark_sent):
        with pytest.raises(NotPossible):
            act(again, by=officer)
    with pytest.raises(NotPossible):
        vouchers.whole_file(batch, by=officer)


@pytest.mark.usefixtures("ward")
def test_the_file_has_every_sheet_at_its_page_and_no_protected_child(officer: User) -> None:
    batch = make(officer)
    with pypdfium2.PdfDocument(vouchers.whole_file(batch, by=officer)) as document:
        pages = [page.get_textpage().get_text_bounded() for page in document]
    assert len(pages) == 2 * (1 + 4)
    for row in batch.vouchers.filter(held=False):
        assert row.page is not None
        assert row.number in pages[row.page - 1]
    assert not any("森 秘" in page for page in pages)
    first = batch.vouchers.get(child=one("1"), dose=1)
    assert (first.legal_from, first.legal_until) == (date(2026, 11, 9), date(2031, 9, 9))


@pytest.mark.usefixtures("ward")
def test_the_printers_list_lists_what_shift_jis_lacks(officer: User, web: Client) -> None:
    batch = make(officer)
    with pytest.raises(CannotEncode) as caught:
        vouchers.table_file(batch, encoding="cp932", by=officer)
    assert {loss.character for loss in caught.value.losses} == {"𠮷"}
    body = vouchers.table_file(batch, encoding="cp932", replace_missing=True, by=officer).decode("cp932")
    assert "〓田 凛" in body
    assert "森 秘" not in body
    address = reverse("handbook:voucher-file", args=[batch.pk, "sjis"])
    assert web.get(address).status_code == 422
    assert web.post(address, {"replace": "1"})["Content-Type"] == "text/csv; charset=cp932"
    assert web.get(reverse("handbook:voucher-file", args=[batch.pk, "docx"])).status_code == 404


@pytest.mark.usefixtures("ward")
def test_a_held_sheet_is_printed_after_a_release_and_a_lost_one_again(officer: User, web: Client) -> None:
    batch = make(officer)
    held = batch.vouchers.filter(held=True).earliest("number")
    with pytest.raises(ReleaseRequired):
        vouchers.print_again(held, by=officer)
    plain = batch.vouchers.filter(held=False).earliest("number")
    for times in (1, 2):
        answer = web.post(reverse("handbook:voucher-print", args=[plain.pk]))
        assert answer["Content-Type"] == "application/pdf"
        plain.refresh_from_db()
        assert plain.printed_again == times
    assert web.get(reverse("handbook:voucher", args=[plain.pk])).status_code == 200


@pytest.mark.usefixtures("ward")
def test_a_child_protected_after_the_making_stops_the_file(officer: User, manager: User) -> None:
    batch = make(officer)
    protected.protect(SUBJECT, "1", officers=[officer], by=manager)
    with pytest.raises(NotPossible, match="支援措置"):
        vouchers.whole_file(batch, by=officer)


@pytest.mark.usefixtures("ward")
def test_what_was_given_since_is_left_out(officer: User) -> None:
    take_doses(dose_row("1", "PCV20", "2026-11-10"), by=officer)
    planned = {found.child.number: found for found in vouchers.plan(MONTH)}
    assert [(sheet.dose, sheet.outcome) for sheet in planned["1"].sheets] == [
        (2, "send"),
        (3, "send"),
        (4, "send"),
    ]


def test_without_the_towns_own_rules_there_is_no_mailing(web: Client) -> None:
    with pytest.raises(NotPossible):
        vouchers.plan(MONTH)
    answer = web.get(reverse("handbook:voucher-month", args=["2026-10"]), follow=True)
    assert "発送の時期の定めがありません" in answer.content.decode()
    for month in ("2026-13", "x", "1999-01"):
        assert web.get(f"/staff/handbook/vouchers/months/{month}/").status_code == 404


@pytest.mark.usefixtures("ward")
def test_the_pages_make_send_and_undo(web: Client) -> None:
    address = reverse("handbook:voucher-month", args=["2026-10"])
    assert "2か月になる月の前月末" in web.get(address).content.decode()
    web.post(address)
    run_pending()
    batch = VoucherBatch.objects.get()
    web.post(reverse("handbook:voucher-undo", args=[batch.pk]))
    batch.refresh_from_db()
    assert batch.undone_at is not None
    answer = web.post(reverse("handbook:voucher-sent", args=[batch.pk]), follow=True)
    assert "取り消した発送" in answer.content.decode()
    assert timedelta(0) <= batch.undone_at - batch.requested_at
