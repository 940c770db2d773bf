"""What a careless or hostile person sends: a clear message, the right status, nothing half kept."""

from __future__ import annotations

import io
import json
import zipfile
from datetime import date
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from tests.nursery.conftest import TITLE, signed_in, small_ledger, tied_ledger, upload
from tests.nursery.ledger.helpers import book, csv_bytes, csvs, grids, zipped
from yakuba.core.audit.models import AuditEntry
from yakuba.core.files.models import StoredFile
from yakuba.core.jobs.models import Job, JobState
from yakuba.core.jobs.services import cancel, retry
from yakuba.core.jobs.testing import run_pending
from yakuba.core.people.models import User
from yakuba.nursery.models import Allocation, ChildOutcome, Ledger
from yakuba.nursery.services.allocations import request_allocation

pytestmark = pytest.mark.django_db

NEW = "/staff/nursery/ledgers/new/"
HUGE = 10**25


def send(client: Client, name: str, data: bytes, title: str = TITLE) -> Any:
    return client.post(NEW, {"title": title, "file": SimpleUploadedFile(name, data)})


def nothing_kept() -> bool:
    return not (
        Ledger.objects.exists()
        or StoredFile.objects.exists()
        or AuditEntry.objects.filter(action__startswith="nursery.").exists()
    )


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


def test_allocate_pressed_twice_starts_one_run(web: Client, ledger: Ledger) -> None:
    page = reverse("nursery:allocate", args=[ledger.pk])
    first, second = web.post(page), web.post(page)
    assert first.url == second.url
    assert Allocation.objects.count() == Job.objects.count() == 1
    run_pending()
    assert web.post(page).url != first.url  # a finished run may be repeated


@pytest.mark.parametrize("seed", ["-1", str(HUGE), "9" * 5000, "1.5", "種", "", "１２"])
def test_a_bad_seed_is_told_at_the_field_and_starts_nothing(seed: str, web: Client, officer: User) -> None:
    ledger = upload(tied_ledger(), officer)
    answer = web.post(reverse("nursery:allocate", args=[ledger.pk]), {"seed": seed})
    if seed == "１２":  # full-width figures are figures
        assert answer.status_code == 302
        assert Allocation.objects.get().seed == 12
        return
    assert answer.status_code == 422
    assert "id_seed-error" in answer.content.decode()
    assert not Allocation.objects.exists()


ADDRESSES = (
    "ledgers/{}/",
    "allocations/{}/",
    "allocations/{}/children/",
    "allocations/{}/ranks/",
    "allocations/{}/proof/",
    "allocations/{}/export/",
    "allocations/{}/files/result/",
    "allocations/{}/print/classes/",
    "allocations/{}/children/7001/",
    "allocations/{}/children/7001/print/",
)


@pytest.mark.parametrize("number", ["0", "99", "-1", "x", str(2**63), str(HUGE), "1%00", "1'--"])
def test_numbers_that_do_not_exist_are_not_found(number: str, web: Client) -> None:
    for address in ADDRESSES:
        assert web.get(f"/staff/nursery/{address.format(number)}").status_code == 404, address


@pytest.mark.parametrize("tail", ["files/passwd/", "print/all/", "children/%00/", "children/x%00y/print/"])
def test_parts_that_do_not_exist_are_not_found(tail: str, web: Client, result: Allocation) -> None:
    assert web.get(f"/staff/nursery/allocations/{result.pk}/{tail}").status_code == 404


@pytest.mark.parametrize(
    "query",
    [
        {"q": "a" * 100_000},
        {"q": "\0"},
        {"q": "%' OR 1=1 --"},
        {"sort": "password"},
        {"sort": "-requested_by__password"},
        {"page": "999999"},
        {"page": "-3"},
        {"page": "9" * 5000},
        {"page": "²"},
        {"outcome": "nothing", "age": "99"},
        {"export": "exe"},
    ],
)
def test_odd_queries_show_the_page(query: dict[str, str], web: Client, result: Allocation) -> None:
    for name in ("allocation", "children", "proof"):
        assert web.get(reverse(f"nursery:{name}", args=[result.pk]), query).status_code == 200
    assert (
        web.get(
            "/staff/nursery/", {**query, **{f"a-{key}": value for key, value in query.items()}}
        ).status_code
        == 200
    )


POSTS = ("allocate", "ask-approval")


def test_who_may_do_what(result: Allocation, viewer: User, approver: User, admin: User) -> None:
    look = [reverse("nursery:home"), reverse("nursery:allocation", args=[result.pk])]
    work = [
        NEW,
        reverse("nursery:export", args=[result.pk]),
        reverse("nursery:file", args=[result.pk, "result"]),
    ]
    work += [reverse("nursery:print", args=[result.pk, "classes"])]
    work += [reverse("nursery:child-print", args=[result.pk, "7001"])]
    for user, may_look, may_work in ((viewer, 200, 403), (admin, 403, 403), (approver, 200, 200)):
        client = signed_in(user)
        assert {client.get(page).status_code for page in look} == {may_look}
        assert {client.get(page).status_code for page in work} == {may_work}, user.name
    for user in (viewer, admin):
        client = signed_in(user)
        for name, pk in zip(POSTS, (result.ledger_id, result.pk), strict=True):
            assert client.post(reverse(f"nursery:{name}", args=[pk])).status_code == 403
        assert send(client, "台帳.xlsx", book(grids())).status_code == 403
    assert Ledger.objects.count() == Allocation.objects.count() == 1


def test_a_viewer_sees_no_export_and_gets_none(viewer: User, result: Allocation) -> None:
    client = signed_in(viewer)
    page = reverse("nursery:children", args=[result.pk])
    shown = client.get(page)
    assert "CSVに書き出す" not in shown.content.decode()
    assert client.get(page, {"export": "csv"})["Content-Type"].startswith("text/html")


def test_exports_of_tables_are_on_record(web: Client, result: Allocation) -> None:
    for name in ("allocation", "children"):
        web.get(reverse(f"nursery:{name}", args=[result.pk]), {"export": "xlsx"})
    lines = AuditEntry.objects.filter(action="nursery.allocation.export").order_by("sequence")
    assert [line.detail["what"] for line in lines] == ["table-classes", "table-children"]


def test_nobody_gets_in_without_signing_in(client: Client, result: Allocation) -> None:
    for address in ADDRESSES:
        answer = client.get(f"/staff/nursery/{address.format(result.pk)}")
        assert answer.status_code == 302
        assert answer.url.startswith("/staff/login/")
    answer = send(client, "台帳.xlsx", book(grids()))
    assert (answer.status_code, Ledger.objects.count()) == (302, 1)


def test_a_form_from_another_site_is_refused(officer: User, ledger: Ledger) -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(officer, backend="allauth.account.auth_backends.AuthenticationBackend")
    for page in (NEW, reverse("nursery:allocate", args=[ledger.pk])):
        answer = client.post(page, {"title": TITLE})
        assert answer.status_code == 403
        assert "操作の確認の印が合いませんでした" in answer.content.decode()
    assert not Allocation.objects.exists()


def test_pages_that_change_something_refuse_get_and_the_others_refuse_post(
    web: Client, result: Allocation
) -> None:
    assert web.get(reverse("nursery:allocate", args=[result.ledger_id])).status_code == 405
    assert web.get(reverse("nursery:ask-approval", args=[result.pk])).status_code == 405
    assert web.post(reverse("nursery:allocation", args=[result.pk])).status_code == 405


def test_a_cancelled_run_says_so_and_a_new_one_can_start(web: Client, officer: User, ledger: Ledger) -> None:
    allocation = request_allocation(ledger, seed=None, by=officer)
    assert allocation.job is not None
    cancel(allocation.job, officer)
    body = web.get(reverse("nursery:allocation", args=[allocation.pk])).content.decode()
    assert "計算を取り消しました。結果は保存していません" in body
    assert "取消し" in web.get("/staff/nursery/").content.decode()
    for name in ("children", "ranks", "proof"):
        assert web.get(reverse(f"nursery:{name}", args=[allocation.pk])).status_code == 302
    assert web.get(reverse("nursery:export", args=[allocation.pk])).status_code == 404
    again = web.post(reverse("nursery:allocate", args=[ledger.pk]))
    assert again.url != reverse("nursery:allocation", args=[allocation.pk])


def test_a_failed_run_says_so_and_a_retry_gives_the_result(
    web: Client, officer: User, ledger: Ledger, monkeypatch: pytest.MonkeyPatch
) -> None:
    allocation = request_allocation(ledger, seed=None, by=officer)
    assert allocation.job is not None
    with monkeypatch.context() as patch:
        patch.setattr("yakuba.nursery.jobs.verify", lambda market, result: ["児童 7001：席がありません"])
        run_pending()
    page = reverse("nursery:allocation", args=[allocation.pk])
    body = web.get(page).content.decode()
    assert "別の経路の検証と合いませんでした" in body
    assert "結果は保存していません" in body
    assert "計算できず" in web.get("/staff/nursery/").content.decode()
    assert not ChildOutcome.objects.exists()
    allocation.job.refresh_from_db()
    assert allocation.job.state == JobState.FAILED
    assert retry(allocation.job, officer)
    run_pending()
    assert "入所最低指数" in web.get(page).content.decode()


def test_a_request_for_approval_after_going_back_changes_nothing(
    web: Client, result: Allocation, approver: User
) -> None:
    page = reverse("nursery:ask-approval", args=[result.pk])
    assert "依頼の内容がありません" in web.post(page, {"reason": " "}, follow=True).content.decode()
    assert "500文字まで" in web.post(page, {"reason": "あ" * 501}, follow=True).content.decode()
    web.post(page, {"reason": "確かめました"})
    again = web.post(page, {"reason": "確かめました"}, follow=True)
    assert "承認はすでに依頼されています" in again.content.decode()


def test_approval_of_a_run_that_has_no_result_is_refused(web: Client, officer: User, ledger: Ledger) -> None:
    allocation = request_allocation(ledger, seed=None, by=officer)
    answer = web.post(reverse("nursery:ask-approval", args=[allocation.pk]), {"reason": "早く"}, follow=True)
    assert "計算が終わっていません" in answer.content.decode()
    allocation.refresh_from_db()
    assert allocation.approval is None


def test_an_unknown_form_of_export_shows_the_page(web: Client, result: Allocation) -> None:
    answer = web.post(reverse("nursery:export", args=[result.pk]), {"form": "exe"})
    assert answer.status_code == 200
    assert "ファイルの形" in answer.content.decode()


def test_cp932_lists_what_it_cannot_hold_before_anything_is_written(web: Client, result: Allocation) -> None:
    page = reverse("nursery:export", args=[result.pk])
    asked = web.post(page, {"form": "cp932"})
    assert asked.status_code == 422
    body = asked.content.decode()
    assert "まだ何も書き出していません" in body
    assert "𠮷" in body
    assert not AuditEntry.objects.filter(action="nursery.allocation.export").exists()
    replaced = web.post(page, {"form": "cp932", "replace": "1"}).content.decode("cp932")
    assert "〓田 葵" in replaced


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
