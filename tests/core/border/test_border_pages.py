"""The border's pages: everybody of the staff reads them, officers and approvers act."""

from __future__ import annotations

import csv
import io
import json
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.conf import settings as django_settings
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from playwright.sync_api import Browser
from pytest_django.live_server_helper import LiveServer

from tests.core.border.town import certified, label, people, routed, task, whole_town
from tests.site.browser import make_user, session_cookie, sideways
from yakuba.core.audit.models import AuditEntry
from yakuba.core.border import lines as registry
from yakuba.core.border import services
from yakuba.core.border.domain.policy import Policy
from yakuba.core.border.lines import Basis, Line, lines_since, register_lines
from yakuba.core.border.models import BorderTask, RoutedItem, State, Statement, Suspension
from yakuba.core.border.overview import overview
from yakuba.core.people.models import Approval, Role, User

pytestmark = pytest.mark.django_db
LONG_AGO = timezone.now() - timedelta(days=400)


def signed_in(user: User) -> Client:
    client = Client()
    client.force_login(user, backend="allauth.account.auth_backends.AuthenticationBackend")
    return client


def page(user: User, name: str, **arguments: Any) -> str:
    answer = signed_in(user).get(reverse(f"border:{name}", kwargs=arguments))
    assert answer.status_code == 200
    return answer.content.decode()


def post(user: User, one: BorderTask, act: str, **values: str) -> str:
    answer = signed_in(user).post(
        reverse("border:act", kwargs={"pk": one.pk, "act": act}), values, follow=True
    )
    return answer.content.decode() if answer.status_code == 200 else str(answer.status_code)


def row_of(field: str = "支払金額") -> BorderTask:
    return BorderTask.objects.get(kind=task(field).kind)


def test_a_stranger_is_sent_to_the_sign_in(client: Client) -> None:
    assert client.get("/staff/border/")["Location"] == "/staff/login/?next=/staff/border/"


def test_an_empty_installation_says_why(db: None) -> None:
    viewer = make_user("viewer", systems=[])
    text = page(viewer, "home")
    assert "割当の計算" in text
    assert "必ず職員" in text
    assert "598" in text
    assert "1,258件" in text


def test_the_overview_tells_every_state(staff: list[User]) -> None:
    whole_town(staff)
    viewer = make_user("viewer", systems=[])
    text = page(viewer, "home")
    for words in (
        "停止中",
        "未認定",
        "承認待ち",
        "1,100件で0件",
        "監査 3件で3件",
        "給与支払報告書「支払金額」",
    ):
        assert words in text, words
    shown = overview(LONG_AGO)
    assert shown.counts == {"認定中": 1, "規則・照合": 1, "停止中・未認定": 3, "必ず職員": 2}
    assert (shown.auto, shown.staff) == (520, 100)
    rows = {row.kind: row for _, rows in shown.groups for row in rows}
    assert (rows[task().kind].auto, rows[task().kind].staff) == (260, 0)
    assert rows[task("摘要").kind].basis.startswith("40件（あと")
    assert rows[task("氏名").kind].bound == "—"


def test_counts_are_those_of_the_period(staff: list[User]) -> None:
    certified(task(), staff)
    routed(task(), 10)
    RoutedItem.objects.filter(ref__in=["page:0", "page:1"]).update(at=timezone.now() - timedelta(days=10))
    client = signed_in(staff[0])
    counts = {
        days: client.get(f"/staff/border/?days={days}").context["shown"].auto for days in ("1", "30", "bogus")
    }
    assert counts == {"1": 8, "30": 10, "bogus": 10}


def test_an_older_version_leaves_the_overview_but_stays_reachable(staff: list[User]) -> None:
    certified(task(), staff)
    services.declare(task(version="3"))
    shown = overview(LONG_AGO, with_lines=False)
    assert [row.version for _, rows in shown.groups for row in rows] == ["3"]
    text = page(staff[0], "task", pk=BorderTask.objects.get(version="3").pk)
    assert "様式の版が変わったため" in text
    assert "版 2" in text


def test_a_simulated_certificate_is_marked(staff: list[User], settings: Any) -> None:
    settings.YAKUBA_DEMO = True
    certified(task(), staff, simulated=True)
    assert "認定（模擬）" in page(staff[0], "home")
    assert "模擬のデータによる証明書です" in page(staff[0], "task", pk=row_of().pk)
    settings.YAKUBA_DEMO = False
    assert "認定（模擬）" not in page(staff[0], "home")


def test_simulated_entries_are_named_before_there_is_a_certificate(staff: list[User]) -> None:
    label(task(), (staff[0], staff[1]), 20, simulated=True)
    assert "（模擬を含む、あと" in page(staff[0], "home")
    assert "うち模擬 20件" in page(staff[0], "task", pk=row_of().pk)


def test_a_system_declares_its_own_lines(staff: list[User], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(registry, "_tellers", dict(registry._tellers))
    register_lines(
        "rpa", lambda since: [Line("承認済みの行の登録", Basis.MATCHED, 181, 5, "0行", "照合 181＝181")]
    )
    text = page(staff[0], "home")
    assert "照合 181＝181" in text
    assert "照合中" in text


def test_the_nursery_shows_its_proof_and_what_staff_always_decide(db: None) -> None:
    lines = lines_since(LONG_AGO)["nursery"]
    assert [(line.kind, line.basis) for line in lines] == [
        ("割当の計算", Basis.RULE), ("同点・採点の判断・固定", Basis.STAFF),
    ]  # fmt: skip
    assert lines[0].bound == "証明つき"


def test_one_page_a_form_carries_the_officers_words(staff: list[User]) -> None:
    whole_town(staff)
    services.declare(task(), Policy.AUTO_IF_CERTIFIED)
    text = page(staff[0], "form", system="ocr", form="給与支払報告書")
    assert "訂正印のあるもの" in text
    assert text.count("未記入") == 8
    answer = signed_in(staff[0]).get("/staff/border/forms/ocr/ない帳票/")
    assert answer.status_code == 404


def test_a_task_page_shows_certificate_audit_history_and_words(staff: list[User]) -> None:
    whole_town(staff)
    text = page(staff[2], "task", pk=row_of().pk)
    for words in (
        "1,100件のうち誤り0件",
        "監査した件数</dt><dd>30件",
        "96.00%で検定",
        "訂正印のあるもの",
        "経過",
    ):
        assert words in text, words
    assert "方針を変更する" not in text, "that is for approvers"
    assert "方針を変更する" in page(staff[0], "task", pk=row_of().pk)
    assert "操作" not in page(make_user("viewer"), "task", pk=row_of().pk)


def test_a_suspension_lists_references_and_the_exposure(staff: list[User]) -> None:
    whole_town(staff)
    text = page(staff[0], "suspension", pk=Suspension.objects.get().pk)
    assert "260件" in text
    assert "残り257件" in text
    assert "page:0<" in text
    assert text.count("確認待ち</span>") == 100


def test_the_csv_has_every_row_and_is_recorded(staff: list[User]) -> None:
    whole_town(staff)
    answer = signed_in(staff[0]).post("/staff/border/export", {"days": "30"})
    rows = list(csv.reader(io.StringIO(answer.content.decode("utf-8-sig"))))
    assert rows[0][0] == "業務"
    assert len(rows) == 1 + 5 + 2
    assert AuditEntry.objects.get(action="border.export").detail == {"rows": 7, "days": "30"}


def test_the_json_of_a_task_holds_every_certificate(staff: list[User]) -> None:
    whole_town(staff)
    answer = signed_in(staff[0]).post(reverse("border:task-export", kwargs={"pk": row_of("住所").pk}))
    body = json.loads(answer.content)
    assert body["format"] == "yakuba.border.task/1"
    assert body["certificates"][0]["accepted"] == 1_100
    assert body["certificates"][0]["in_force"] is True
    assert len(body["suspensions"][0]["recheck"]) == 257
    assert body["audit"]["errors"] == 3
    uncertified = signed_in(staff[0]).post(reverse("border:task-export", kwargs={"pk": row_of("摘要").pk}))
    assert json.loads(uncertified.content)["audit"] is None


def test_an_officer_asks_for_a_certificate_and_reads_what_is_missing(staff: list[User]) -> None:
    label(task(), (staff[0], staff[1]), 100)
    assert "あと543件以上必要です" in post(staff[2], row_of(), "certify")
    label(task(), (staff[0], staff[1]), 1_000, name="more")
    assert "認定の承認を依頼しました" in post(staff[2], row_of(), "certify")
    assert Approval.objects.get().kind == "border.certify"
    assert "承認を待っています" in page(staff[0], "task", pk=row_of().pk)


def test_a_pool_is_certified_from_the_page_of_any_of_its_fields(staff: list[User]) -> None:
    services.declare(task(), pool="金額")
    label(task(), (staff[0], staff[1]), 700)
    assert "認定の承認を依頼しました" in post(staff[2], row_of(), "certify")


def test_stopping_and_starting_again_from_the_page(staff: list[User]) -> None:
    certified(task(), staff)
    assert "理由：空です" in post(staff[2], row_of(), "suspend")
    assert "501字" in post(staff[2], row_of(), "suspend", reason="あ" * 501)
    assert "停止しました" in post(staff[2], row_of(), "suspend", reason="点検")
    assert post(staff[2], row_of(), "resume", reason="直った") == "403"
    assert "再開しました" in post(staff[0], row_of(), "resume", reason="直った")
    assert row_of().state == State.CERTIFIED


def test_an_approver_changes_the_policy(staff: list[User]) -> None:
    services.declare(task())
    assert "選ばれていません" in post(staff[0], row_of(), "policy", reason="変更", policy="whatever")
    assert "方針を変更しました" in post(staff[0], row_of(), "policy", reason="変更", policy="always_staff")
    assert row_of().state == State.ALWAYS_STAFF
    assert post(staff[2], row_of(), "policy", reason="変更", policy="blank_auto") == "403"
    assert post(make_user("viewer"), row_of(), "certify") == "403"
    assert post(staff[0], row_of(), "whatever") == "404"


def test_words_are_written_and_sent_to_an_approver(staff: list[User]) -> None:
    services.declare(task())
    address = reverse("border:statement-new", kwargs={"pk": row_of().pk})
    client = signed_in(staff[2])
    assert client.get(address).status_code == 200
    faulty = client.post(address, {"staff_part": "", "ai_part": "x", "reason": "y"})
    assert faulty.status_code == 400
    assert "職員が行う範囲：空です" in faulty.content.decode()
    answer = client.post(address, {"staff_part": "訂正印", "ai_part": "印字", "reason": "作成"}, follow=True)
    assert "承認待ち" in answer.content.decode()
    assert Statement.objects.get().approved_at is None
    assert signed_in(make_user("viewer")).get(address).status_code == 403
    approval = Approval.objects.get()
    told = signed_in(staff[0]).get(reverse("people:approval", kwargs={"pk": approval.pk})).content.decode()
    assert "訂正印" in told


@pytest.mark.browser
@pytest.mark.django_db(transaction=True)
def test_no_page_has_a_fault_at_any_width(chromium: Browser, live_server: LiveServer, tmp_path: Path) -> None:
    whole_town(people(Role.APPROVER, Role.APPROVER, Role.OFFICER))
    context = chromium.new_context()
    cookie = {"name": django_settings.SESSION_COOKIE_NAME, "value": session_cookie(make_user())}
    context.add_cookies([{**cookie, "url": live_server.url}])
    shown = context.new_page()
    tasks = [
        reverse("border:task", kwargs={"pk": row_of(name).pk}) for name in ("支払金額", "住所", "生年月日")
    ]
    addresses = [
        reverse("border:home"),
        reverse("border:form", kwargs={"system": "ocr", "form": "給与支払報告書"}),
        *tasks,
        reverse("border:suspension", kwargs={"pk": Suspension.objects.get().pk}),
        reverse("border:statement-new", kwargs={"pk": row_of().pk}),
        reverse("border:statement", kwargs={"pk": Statement.objects.get().pk}),
    ]
    faults = []
    for address in addresses:
        for width in (1280, 390, 320):
            shown.set_viewport_size({"width": width, "height": 900})
            shown.goto(live_server.url + address)
            faults += [f"{address} {width}: {found}" for found in [sideways(shown)] if found]
        for violation in Axe().run(shown).response["violations"]:
            faults.append(f"{address}: {violation['id']} {violation['nodes'][0]['html'][:160]}")
    shown.set_viewport_size({"width": 1280, "height": 900})
    shown.goto(live_server.url + reverse("border:home"))
    summary = shown.locator("summary", has_text="件数の表")
    summary.focus()
    shown.keyboard.press("Enter")
    assert shown.get_by_role("rowheader", name="20種類の帳票").is_visible(), "the table opens by keyboard"
    context.close()
    assert faults == []
