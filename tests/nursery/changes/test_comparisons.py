"""A manual result, uploaded and explained."""

from __future__ import annotations

import csv
import io

import openpyxl
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from yakuba.core.audit.models import AuditEntry
from yakuba.core.people import protected
from yakuba.core.people.models import User
from yakuba.nursery.domain.market import BadInput
from yakuba.nursery.ledger.manual import KnownChild, KnownClass, read_manual
from yakuba.nursery.models import Allocation, Comparison
from yakuba.nursery.services.visibility import SUBJECT

pytestmark = pytest.mark.django_db

HEADER = ["受付番号", "内定施設", "クラス"]
AS_OURS = [
    ["7001", "1", ""],
    ["7002", "はまかぜ保育園", ""],
    ["7003", "", ""],
    ["7004", "保留", ""],
    ["7005", "なぎさ保育園", "2歳"],
]
ENVY = [["7001", "", ""], AS_OURS[1], ["7003", "1-1", ""], *AS_OURS[3:]]


def as_csv(rows: list[list[str]], encoding: str = "utf-8") -> bytes:
    stream = io.StringIO()
    csv.writer(stream).writerows([HEADER, *rows])
    return stream.getvalue().encode(encoding)


def as_xlsx(rows: list[list[str]]) -> bytes:
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.title = "結果"
    for row in (["令和9年4月入所 手作業"], HEADER, *rows):
        sheet.append(row)
    stream = io.BytesIO()
    book.save(stream)
    return stream.getvalue()


def sent(web: Client, result: Allocation, data: bytes, name: str = "手作業.csv") -> str:
    page = reverse("nursery:comparisons", args=[result.pk])
    return web.post(page, {"file": SimpleUploadedFile(name, data)}, follow=True).content.decode()


@pytest.mark.parametrize(
    ("data", "name"),
    [
        (as_csv(AS_OURS), "a.csv"),
        (as_csv(AS_OURS, "utf-8-sig"), "a.csv"),
        (as_csv(AS_OURS, "cp932"), "a.csv"),
        (as_xlsx(AS_OURS), "a.xlsx"),
    ],
)
def test_the_same_result_agrees_in_every_encoding(
    web: Client, result: Allocation, data: bytes, name: str
) -> None:
    body = sent(web, result, data, name)
    assert "一致 5／相違 0" in body
    assert "相違はありません" in body
    assert Comparison.objects.get().figures["missing"] == 0


def test_every_difference_is_listed_with_its_kind_and_its_explanation(
    web: Client, result: Allocation
) -> None:
    body = sent(web, result, as_csv(ENVY))
    found = {one["child"]: one["category"] for one in Comparison.objects.get().differences}
    assert found["7003"] == "override"
    assert found["7001"] in ("envy", "siblings")
    assert "記録のない個別の決定" in body
    assert "優先順位が上の受付7001" in body
    page = reverse("nursery:comparison", args=[Comparison.objects.get().pk])
    only = web.get(page, {"category": "override"}).content.decode()
    assert "1件中 1〜1件目" in only


def test_children_without_a_row_count_as_waiting_and_are_counted(web: Client, result: Allocation) -> None:
    sent(web, result, as_csv(AS_OURS[:2]))
    kept = Comparison.objects.get()
    assert kept.figures["missing"] == 3
    assert {one["child"]: one["category"] for one in kept.differences} == {"7005": "empty"}


@pytest.mark.parametrize(
    ("rows", "words"),
    [
        ([["9999", "1", ""]], "この割当にいない受付番号です"),
        ([["7001", "月見保育園", ""]], "この割当にない施設です"),
        ([["7001", "1", "5歳"]], "にないクラスです"),
        ([["7001", "1", ""], ["7001", "2", ""]], "2行と同じ受付番号です"),
        ([["", "1", ""]], "必ず記入する欄です"),
    ],
)
def test_a_fault_of_the_file_is_told_with_row_and_column_and_nothing_is_kept(
    web: Client, result: Allocation, rows: list[list[str]], words: str
) -> None:
    body = sent(web, result, as_csv(rows))
    assert words in body
    assert f'<td class="r">{len(rows) + 1}</td>' in body
    assert not Comparison.objects.exists()


@pytest.mark.parametrize(
    ("data", "name", "words"),
    [
        (b"", "a.csv", "照合できませんでした"),
        (b"\x00\x01", "a.csv", "読めない文字コード"),
        ("番号,園\n1,2\n".encode(), "a.csv", "列なし"),
        (b"PK\x03\x04broken", "a.xlsx", "照合できませんでした"),
    ],
)
def test_a_file_that_is_no_result_is_refused(
    web: Client, result: Allocation, data: bytes, name: str, words: str
) -> None:
    assert words in sent(web, result, data, name)
    assert not Comparison.objects.exists()


def test_no_file_is_told(web: Client, result: Allocation) -> None:
    answer = web.post(reverse("nursery:comparisons", args=[result.pk]))
    assert answer.status_code == 422
    assert "ファイルが選ばれていません" in answer.content.decode()


def test_a_viewer_reads_and_uploads_nothing(viewer_web: Client, web: Client, result: Allocation) -> None:
    sent(web, result, as_csv(ENVY))
    kept = Comparison.objects.get()
    answer = viewer_web.post(
        reverse("nursery:comparisons", args=[result.pk]), {"file": SimpleUploadedFile("a.csv", b"x")}
    )
    assert answer.status_code == 403
    assert Comparison.objects.count() == 1
    page = reverse("nursery:comparison", args=[kept.pk])
    body = viewer_web.get(page).content.decode()
    assert "7003" in body
    assert "に書き出す" not in body


def test_a_protected_child_is_neither_listed_nor_named_nor_exported(
    viewer_web: Client, web: Client, result: Allocation, officer: User, guard: User
) -> None:
    sent(web, result, as_csv(ENVY))
    page = reverse("nursery:comparison", args=[Comparison.objects.get().pk])
    protected.protect(SUBJECT, "7003", officers=[officer], by=guard)
    stranger = viewer_web.get(page).content.decode()
    assert "7003" not in stranger
    assert "支援措置の対象 1人" in stranger
    assert "7003" in web.get(page).content.decode()
    exported = web.get(page, {"export": "csv"}).content.decode("utf-8-sig")
    assert "7003" not in exported
    assert "7001" in exported
    assert AuditEntry.objects.filter(action="nursery.comparison.export").count() == 1


@pytest.mark.parametrize(
    ("rows", "words"),
    [
        ([["7001", "1", "2歳"], ["7002", "1", "0歳"]], "「1」にないクラス"),
        ([["7001", "1-1", ""], ["7002", "1", "1"], ["7005", "2", "２歳児"]], ""),
    ],
)
def test_a_class_is_found_by_number_age_and_width(
    web: Client, result: Allocation, rows: list[list[str]], words: str
) -> None:
    body = sent(web, result, as_csv(rows))
    assert words in body
    assert Comparison.objects.exists() == (not words)


def test_a_nursery_whose_class_stays_open_asks_for_it() -> None:
    classes = [
        KnownClass("1-1", "はまかぜ保育園 1歳", "はまかぜ保育園", 1, ""),
        KnownClass("1-1-障害児", "はまかぜ保育園 1歳（障害児）", "はまかぜ保育園", 1, "障害児"),
    ]
    children = {"a": KnownChild(1, frozenset(), None)}
    with pytest.raises(BadInput, match="クラスが一つに決まりません"):
        read_manual("a.csv", as_csv([["a", "1", ""]]), classes, children)
    for narrow, seat in (("障害児", "1-1-障害児"), ("1-1", "1-1")):
        assert read_manual("a.csv", as_csv([["a", "1", narrow]]), classes, children).seats == {"a": seat}
    wanted = {"a": KnownChild(1, frozenset({"1-1"}), None)}
    assert read_manual("a.csv", as_csv([["a", "1", ""]]), classes, wanted).seats == {"a": "1-1"}


def test_a_child_without_a_row_keeps_its_current_seat() -> None:
    classes = [KnownClass("1-1", "はまかぜ保育園 1歳", "はまかぜ保育園", 1, "")]
    children = {"a": KnownChild(1, frozenset(), "1-1"), "b": KnownChild(1, frozenset(), None)}
    found = read_manual("a.csv", as_csv([["b", "待機", ""]]), classes, children)
    assert found.seats == {"a": "1-1", "b": None}
    assert found.missing == 1


def test_two_sheets_of_results_are_refused() -> None:
    book = openpyxl.Workbook()
    for name in ("一次", "二次"):
        sheet = book.create_sheet(name)
        sheet.append(HEADER)
    stream = io.BytesIO()
    book.save(stream)
    with pytest.raises(BadInput, match="結果の表が2つ以上"):
        read_manual("a.xlsx", stream.getvalue(), [], {})
