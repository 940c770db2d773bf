"""The audit page: for admins alone, filtered, exported safely, verified on demand."""

from __future__ import annotations

import csv
import io
from datetime import date, datetime

import pytest
from django.db import connection, transaction
from django.test import Client
from django.urls import reverse

from yakuba.core.audit import append_only, services
from yakuba.core.audit.checks import last_check
from yakuba.core.audit.models import AuditEntry
from yakuba.core.audit.services import record
from yakuba.core.people.models import Assignment, Department, Role, User

pytestmark = pytest.mark.django_db(transaction=True)


def person(number: str, name: str, role: Role) -> User:
    user = User.objects.create_user(number, name=name)
    department, _ = Department.objects.get_or_create(
        code="10", defaults={"name": "保育課", "systems": ["nursery"]}
    )
    Assignment.objects.create(user=user, department=department, role=role, starts_on=date(2020, 1, 1))
    return user


@pytest.fixture(autouse=True)
def signing_in_is_not_logged(monkeypatch: pytest.MonkeyPatch) -> None:
    """So that the log holds what a test writes and nothing else."""
    for module in ("people.signin.signals", "audit.refusals"):
        monkeypatch.setattr(f"yakuba.core.{module}.record", lambda *args, **kwargs: None)


@pytest.fixture
def admin() -> User:
    return person("1001", "𠮷田 髙子", Role.ADMIN)


@pytest.fixture
def browser(admin: User) -> Client:
    client = Client()
    client.force_login(admin)
    return client


def shown(browser: Client, **query: str) -> list[int]:
    response = browser.get(reverse("audit:index"), query)
    assert response.status_code == 200
    return [row.sequence for row in response.context["rows"]]


@pytest.mark.parametrize("name", ["index", "check", "export"])
@pytest.mark.parametrize("role", [Role.VIEWER, Role.OFFICER, Role.APPROVER])
def test_only_admins_may_see_or_act(name: str, role: Role) -> None:
    client = Client()
    method = client.get if name == "index" else client.post
    assert method(reverse(f"audit:{name}")).status_code == 302
    client.force_login(person("1002", "佐藤", role))
    assert method(reverse(f"audit:{name}")).status_code == 403
    assert AuditEntry.objects.count() == 0


def test_acts_need_a_post_with_a_token(admin: User) -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(admin)
    for name in ("check", "export"):
        assert client.get(reverse(f"audit:{name}")).status_code == 405
        assert client.post(reverse(f"audit:{name}")).status_code == 403


def test_an_empty_log_says_so(browser: Client) -> None:
    text = browser.get(reverse("audit:index")).content.decode()
    assert "記録はまだありません" in text
    assert "未検証" in text


def test_lines_come_newest_first_in_pages_with_names_and_labels(browser: Client, admin: User) -> None:
    for number in range(60):
        record("backup.create", actor=admin, target=f"b:{number}", detail={"n": number})
    assert shown(browser) == list(range(60, 10, -1))
    assert shown(browser, page="2") == list(range(10, 0, -1))
    assert shown(browser, page="nonsense") == list(range(60, 10, -1))
    text = browser.get(reverse("audit:index")).content.decode()
    assert "𠮷田 髙子（1001）" in text
    assert "バックアップを作成した" in text
    assert "60行中 1〜50行" in text


def test_filters_narrow_by_actor_action_target_and_day(browser: Client, admin: User) -> None:
    record("a.one", actor=admin, target="job:1")
    record("a.two", actor="system:sweeper", target="job:2")
    record("a.two", actor=admin, target="file:3")
    assert shown(browser, actor="1001") == [3, 1]
    assert shown(browser, actor="髙子") == [3, 1]
    assert shown(browser, actor="sweeper") == [2]
    assert shown(browser, actor="system:sweeper") == [2]
    assert shown(browser, actor="nobody") == []
    assert shown(browser, action="a.two") == [3, 2]
    assert shown(browser, target="job:") == [2, 1]
    assert len(shown(browser, since="2020-01-01", until="2999-01-01")) == 3
    assert shown(browser, until="2020-01-01") == []
    assert shown(browser, since="2999-01-01") == []


def test_days_begin_and_end_at_midnight_in_japan(browser: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    for moment in ("2026-11-21T14:59:59+00:00", "2026-11-21T15:00:00+00:00", "2026-11-22T15:00:00+00:00"):
        monkeypatch.setattr(services.timezone, "now", lambda moment=moment: datetime.fromisoformat(moment))
        record("a", actor="x", target="t")
        monkeypatch.undo()
    assert shown(browser, since="2026-11-22", until="2026-11-22") == [2]
    assert shown(browser, until="2026-11-21") == [1]
    assert shown(browser, since="2026-11-23") == [3]


def test_a_wrong_date_is_named_at_its_field(browser: Client) -> None:
    record("a", actor="x", target="t")
    text = browser.get(
        reverse("audit:index"), {"since": "2026-12-01", "until": "2026-11-01"}
    ).content.decode()
    assert "終わりの日が始まりの日より前です" in text
    assert 'aria-invalid="true"' in text
    assert "条件に合う記録はありません" in text
    assert browser.get(reverse("audit:index"), {"since": "2026-02-30"}).context["rows"] == []


def test_verification_is_shown_recorded_and_sealed(browser: Client, admin: User) -> None:
    record("a", actor="x", target="t")
    assert browser.post(reverse("audit:check")).status_code == 302
    text = browser.get(reverse("audit:index")).content.decode()
    assert "すべて一致" in text
    assert "2行目まで" in text
    entry = AuditEntry.objects.get(sequence=2)
    assert (entry.action, entry.actor, entry.detail) == ("audit.verify", f"user:{admin.pk}", {"lines": 1})


def test_a_broken_chain_is_shown_with_its_line(browser: Client) -> None:
    for number in range(3):
        record("a", actor="x", target=f"t:{number}")
    append_only.remove(connection)
    with connection.cursor() as cursor:
        cursor.execute("UPDATE audit_auditentry SET target = 'evil' WHERE sequence = 2")
    append_only.install(connection)
    browser.post(reverse("audit:check"))
    text = browser.get(reverse("audit:index")).content.decode()
    assert "連番 2：" in text
    assert "不一致" in text
    result = last_check()
    assert result is not None
    assert (result.good, result.sequence, result.flaw) == (False, 2, "edited")
    assert AuditEntry.objects.get(sequence=4).detail == {"lines": 1, "flaw": "edited", "sequence": 2}


def test_the_csv_holds_the_filtered_lines_and_no_formula(browser: Client) -> None:
    record("a.one", actor="=cmd()", target="+1", detail={"n": 1, "ids": [1, 2]})
    record("a.two", actor="system:x", target="𠮷")
    response = browser.post(reverse("audit:export"), {"action": "a.one"})
    assert response["Content-Type"] == "text/csv; charset=utf-8"
    assert "attachment" in response["Content-Disposition"]
    data = b"".join(response)  # type: ignore[arg-type]
    assert data.startswith(b"\xef\xbb\xbf")
    header, *lines = csv.reader(io.StringIO(data.decode("utf-8-sig")))
    assert header[0] == "連番"
    assert len(lines) == 1
    assert lines[0][0] == "1"
    assert lines[0][2] == "'=cmd()"
    assert lines[0][5:7] == ["'+1", "n 1、ids [1, 2]"]
    entry = AuditEntry.objects.get(sequence=3)
    assert (entry.action, entry.detail) == ("audit.export", {"lines": 1})


def test_a_csv_with_wrong_filters_is_refused(browser: Client) -> None:
    assert browser.post(reverse("audit:export"), {"since": "x"}).status_code == 400
    assert AuditEntry.objects.count() == 0


def test_a_long_csv_holds_every_line(browser: Client) -> None:
    with transaction.atomic():
        for number in range(1001):
            record("a", actor="x", target=f"t:{number}")
    data = b"".join(browser.post(reverse("audit:export")))  # type: ignore[arg-type]
    numbers = [int(line[0]) for line in list(csv.reader(io.StringIO(data.decode("utf-8-sig"))))[1:]]
    assert numbers == list(range(1002, 0, -1))
