"""Uses of models are kept by reference, and shown to those who answer for them."""

from __future__ import annotations

import csv
import io
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from tests.site.browser import make_user
from yakuba.core.ai_log.models import AiUse
from yakuba.core.ai_log.services import BadUse, Use, decided, log
from yakuba.core.audit.models import AuditEntry

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _own_home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("YAKUBA_HOME", str(tmp_path / "home"))


def use(**changes: Any) -> Use:
    values = {
        "system": "ocr", "purpose": "帳票の読取り", "model": "ppocrv6", "model_version": "6",
        "model_hash": "c4" * 32, "input_ref": "ocr.page:812", "output_ref": "ocr.page:812/values",
        "confidence": 0.97,
    } | changes  # fmt: skip
    return Use(**values)


def signed_in(user: Any) -> Client:
    client = Client()
    client.force_login(user, backend="allauth.account.auth_backends.AuthenticationBackend")
    return client


def test_one_or_many_uses_are_kept(db: None) -> None:
    user = make_user()
    assert log(use(), user=user) == 1
    assert log(use(input_ref=f"ocr.page:{number}") for number in range(600)) == 600
    row = AiUse.objects.get(input_ref="ocr.page:812")
    assert (row.model, row.model_version, row.confidence, row.user) == ("ppocrv6", "6", 0.97, user)
    assert row.human == AiUse.Human.WAITING
    assert AiUse.objects.count() == 601


@pytest.mark.parametrize(
    "changes",
    [
        {"input_ref": "支払金額 1,200,000"},
        {"input_ref": ""},
        {"input_ref": "noseparator"},
        {"output_ref": "千葉 奈緒"},
        {"confidence": 1.1},
        {"confidence": float("nan")},
        {"human": "perhaps"},
        {"model": "x" * 101},
        {"input_ref": "ocr.page:" + "1" * 200},
    ],
)
def test_contents_and_nonsense_are_refused_and_nothing_is_kept(changes: dict[str, Any]) -> None:
    with pytest.raises(BadUse):
        log([use(), use(**changes)])
    assert AiUse.objects.count() == 0


def test_what_a_person_decided_is_noted() -> None:
    user = make_user()
    log([use(), use(model="cells"), use(input_ref="ocr.page:9")])
    assert decided("ocr.page:812", AiUse.Human.CHANGED, by=user) == 2
    assert AiUse.objects.filter(human=AiUse.Human.CHANGED, human_by=user, human_at__isnull=False).count() == 2


def test_admins_see_all_and_approvers_their_systems() -> None:
    log([use(), use(system="minutes", input_ref="minutes.meeting:3")])
    admin, approver, viewer = make_user(), make_user("approver"), make_user("viewer")
    assert "minutes.meeting:3" in signed_in(admin).get("/staff/ai-log/").content.decode()
    text = signed_in(approver).get("/staff/ai-log/").content.decode()
    assert "ocr.page:812" in text
    assert "minutes.meeting:3" not in text
    assert signed_in(viewer).get("/staff/ai-log/").status_code == 403
    assert signed_in(viewer).post("/staff/ai-log/export").status_code == 403
    assert Client().get("/staff/ai-log/").status_code == 302


def test_the_list_is_narrowed_by_system_model_and_period() -> None:
    log([use(), use(model="cells", input_ref="ocr.page:1")])
    AiUse.objects.filter(model="cells").update(at=timezone.now() - timedelta(days=40))
    client = signed_in(make_user())
    today = timezone.localdate()

    def refs(query: str) -> set[str]:
        return {one.input_ref for one, _ in client.get(f"/staff/ai-log/?{query}").context["rows"]}

    assert refs("model=cells") == {"ocr.page:1"}
    assert refs("system=minutes") == set()
    assert refs(f"since={today}") == {"ocr.page:812"}
    assert refs(f"until={today - timedelta(days=40)}") == {"ocr.page:1"}
    assert refs(f"until={today}") == {"ocr.page:1", "ocr.page:812"}
    wrong = client.get(f"/staff/ai-log/?since={today}&until={today - timedelta(days=1)}")
    assert "始まりの日より前" in wrong.content.decode()
    assert wrong.context["rows"] == []


def test_the_export_is_the_filtered_list_and_recorded() -> None:
    log([use(), use(model="=cells()", input_ref="ocr.page:1")])
    client = signed_in(make_user())
    answer = client.post("/staff/ai-log/export", {"model": "=cells()"})
    rows = list(csv.reader(io.StringIO(b"".join(answer.streaming_content).decode("utf-8-sig"))))
    assert rows[0][0] == "日時"
    assert len(rows) == 2
    assert rows[1][3] == "'=cells()", "no spreadsheet runs it"
    assert AuditEntry.objects.get(action="ai_log.export").detail == {"rows": 1}
    today = timezone.localdate()
    bad = client.post("/staff/ai-log/export", {"since": today, "until": today - timedelta(days=1)})
    assert bad.status_code == 400


def test_an_empty_log_says_when_it_fills() -> None:
    text = signed_in(make_user()).get("/staff/ai-log/").content.decode()
    assert "記録はまだありません" in text
