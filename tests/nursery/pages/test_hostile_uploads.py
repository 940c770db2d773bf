"""What a careless or hostile person uploads: a clear message, the right status, nothing half kept."""

from __future__ import annotations

import io
import json
import zipfile
from datetime import date
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from tests.nursery.conftest import TITLE, small_ledger
from tests.nursery.ledger.helpers import book, csv_bytes, csvs, grids, zipped
from tests.nursery.pages.hostile import NEW, nothing_kept, send
from yakuba.core.jobs.testing import run_pending
from yakuba.core.people.models import User
from yakuba.nursery.models import ChildOutcome, Ledger
from yakuba.nursery.services.allocations import request_allocation

pytestmark = pytest.mark.django_db


def with_macros() -> bytes:
    stream = io.BytesIO(book(grids()))
    with zipfile.ZipFile(stream, "a") as archive:
        archive.writestr("xl/vbaProject.bin", b"x")
    return stream.getvalue()


def bomb() -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("申込.csv", b"0" * 600_000_000)
    return stream.getvalue()


HOSTILE = {
    "empty workbook": ("台帳.xlsx", b"\n"),
    "a web page": ("台帳.xlsx", b"<!doctype html><script>alert(1)</script>"),
    "macros": ("台帳.xlsm", with_macros()),
    "hidden macros": ("台帳.xlsx", with_macros()),
    "another kind": ("台帳.exe", b"MZ" + bytes(100)),
    "a workbook called json": ("market.json", book(grids())),
    "json of another shape": ("market.json", b'[1, 2, {"a": null}]'),
    "deep json": ("market.json", b"[" * 100_000),
    "json with huge numbers": (
        "market.json",
        b'{"format": "yakuba.nursery.market/1", "capacity": {"a": 1e999}}',
    ),
    "a zip of nothing": ("台帳.zip", zipped({})),
    "a zip that leaves its folder": ("台帳.zip", zipped({"../../申込.csv": b"x"})),
    "ending turned round": ("台帳\u202excod.xslx", b"MZ"),
}


@pytest.mark.parametrize("case", HOSTILE)
def test_a_hostile_file_is_refused_with_words_and_leaves_nothing(case: str, web: Client) -> None:
    answer = send(web, *HOSTILE[case])
    assert answer.status_code == 422, answer.content.decode()[:2000]
    body = answer.content.decode()
    assert "取り込めませんでした" in body or "入力を確かめてください" in body
    assert "<script>alert" not in body
    assert nothing_kept()


def test_a_zip_bomb_is_refused_before_it_is_unpacked(web: Client) -> None:
    answer = send(web, "台帳.zip", bomb())
    assert answer.status_code == 422
    assert "取り込めませんでした" in answer.content.decode()
    assert nothing_kept()


def test_a_file_over_the_limit_is_refused_with_its_size(web: Client) -> None:
    answer = send(web, "台帳.xlsx", bytes(21 * 1024 * 1024))
    assert answer.status_code == 422
    assert "21.0MBあります。20MBまでです" in answer.content.decode()
    assert nothing_kept()


def test_no_file_and_an_empty_file_are_told_at_the_field(web: Client) -> None:
    missing = web.post(NEW, {"title": TITLE})
    assert missing.status_code == 422
    assert "ファイルが選ばれていません" in missing.content.decode()
    assert "ファイルが空です" in send(web, "台帳.xlsx", b"").content.decode()
    assert nothing_kept()


@pytest.mark.parametrize(
    ("title", "said"),
    [
        ("", "選考の名称がありません"),
        ("   ", "選考の名称がありません"),
        ("選" * 10_000, "10,000文字あります。100文字までにしてください"),
        ("選考\0", "文字"),
        ("選考\u202eslx", "見えない文字"),
        ("選考\x07", "見えない文字"),
    ],
)
def test_a_bad_title_is_refused(title: str, said: str, web: Client) -> None:
    answer = send(web, "台帳.xlsx", book(grids()), title)
    assert answer.status_code == 422
    assert said in answer.content.decode()
    assert nothing_kept()


def test_a_disguised_file_name_is_shown_without_its_disguise(web: Client) -> None:
    send(web, "台帳\u202excod.xlsx", book(grids()))
    assert Ledger.objects.get().file_name == "台帳xcod.xlsx"


def test_names_that_look_like_markup_or_formulas_stay_text(web: Client, officer: User) -> None:
    sheets = small_ledger()
    sheets["申込"][1][2] = "<b>太郎</b>&amp;"
    answer = send(web, "台帳.zip", csvs(sheets))
    assert answer.status_code == 302
    allocation = request_allocation(Ledger.objects.get(), seed=None, by=officer)
    run_pending()
    body = web.get(reverse("nursery:children", args=[allocation.pk])).content.decode()
    assert "<b>太郎" not in body
    assert "&lt;b&gt;太郎" in body
    page = reverse("nursery:export", args=[allocation.pk])
    text = web.post(page, {"form": "utf-8"}).content.decode("utf-8-sig")
    assert "'@SUM 実" in text
    listing = web.get(reverse("nursery:children", args=[allocation.pk]), {"export": "csv"})
    assert "'@SUM 実" in listing.content.decode("utf-8-sig")


def test_a_fault_in_a_later_row_keeps_nothing_of_the_earlier_ones(web: Client) -> None:
    sheets = small_ledger()
    sheets["申込"][5][4] = "2025/2/30"
    answer = send(web, "台帳.xlsx", book(sheets))
    assert answer.status_code == 422
    body = answer.content.decode()
    assert "2025/2/30" in body
    assert "取り込めませんでした（1か所）" in body
    assert nothing_kept()


def test_a_hundred_faults_are_shown_and_the_rest_counted(web: Client) -> None:
    sheets = small_ledger()
    row = sheets["申込"][1]
    sheets["申込"][1:] = [[str(8000 + i), f"k{i}", "氏", "シ", "なし", *row[5:]] for i in range(150)]
    body = send(web, "台帳.xlsx", book(sheets)).content.decode()
    assert "はじめの100か所" in body


def test_the_same_upload_twice_is_one_version_and_a_changed_one_the_next(web: Client) -> None:
    first, again = (send(web, "台帳.zip", csvs(small_ledger())) for _ in range(2))
    assert first.url == again.url
    changed = small_ledger()
    changed["施設"][1][4] = 2
    assert send(web, "台帳.zip", csvs(changed)).url != first.url
    assert list(Ledger.objects.order_by("number").values_list("number", flat=True)) == [1, 2]


def test_a_session_that_ended_in_the_middle_leads_to_sign_in_and_keeps_nothing(
    web: Client, settings: Any
) -> None:
    settings.YAKUBA_SESSION_IDLE_SECONDS = 0
    web.get("/staff/nursery/")
    answer = send(web, "台帳.xlsx", book(grids()))
    assert answer.status_code == 302
    assert "/staff/login/" in answer.url
    assert nothing_kept()


def test_a_market_json_is_taken_as_it_is(web: Client, officer: User) -> None:
    market = {
        "format": "yakuba.nursery.market/1",
        "capacity": {"1-0": 1},
        "priority": {"1-0": ["c1", "c0"]},
        "families": [
            {"id": "f0", "children": ["c0"], "current": [None], "wishes": [["1-0"]]},
            {"id": "f1", "children": ["c1"], "current": [None], "wishes": [["1-0"]]},
        ],
    }
    answer = send(web, "market.json", json.dumps(market).encode())
    assert answer.status_code == 302
    allocation = request_allocation(Ledger.objects.get(), seed=None, by=officer)
    run_pending()
    body = web.get(reverse("nursery:children", args=[allocation.pk])).content.decode()
    assert "c1" in body
    assert web.get(reverse("nursery:child", args=[allocation.pk, "c0"])).status_code == 200
    assert web.get(reverse("nursery:child-print", args=[allocation.pk, "c0"])).status_code == 200
    got = dict(ChildOutcome.objects.values_list("child_id", "outcome"))
    assert got == {"c0": "waiting", "c1": "placed"}


def test_a_csv_of_another_office_is_named(web: Client) -> None:
    answer = send(web, "申込.csv", csv_bytes([["名前", "日"], ["x", date(2026, 1, 1)]]))
    assert answer.status_code == 422
