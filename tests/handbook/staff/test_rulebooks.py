"""Rule books: strict, confirmed by name, compared over the register, activated by two persons."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from tests.handbook.staff.conftest import child_row, signed_in, take_children, today
from tests.handbook.staff.test_way import OVERLAY, activate
from yakuba.core.exchange.batch_file import Item
from yakuba.core.jobs.testing import run_pending
from yakuba.core.people.approval import SamePerson, decide
from yakuba.core.people.models import Approval, User
from yakuba.handbook.models import RulebookReport, RulebookVersion
from yakuba.handbook.services import books, publishing, rulebooks
from yakuba.handbook.services.rulebooks import BadRulebook, NotReady

pytestmark = pytest.mark.django_db
WINDOW = "{n: 1, from: birth, until: 1y, standard_from: 5m, standard_until: 8m}"
WIDER = "{n: 1, from: birth, until: 2y, standard_from: 5m, standard_until: 8m}"


def shipped() -> str:
    return rulebooks.install_shipped(by=None).content


def wider(officer: User) -> RulebookVersion:
    text = shipped().replace(WINDOW, WIDER).replace('"2026-11-draft1"', '"2026-11-wide"')
    assert WIDER in text
    return rulebooks.install(text.encode(), file_name="2026.yaml", by=officer)


def test_a_faulty_file_is_told_with_its_lines_and_nothing_is_kept(web: Client) -> None:
    text = b"format: yakuba.handbook.rulebook/1\nname: jp\nversion: 1\nnonsense: 1\n"
    answer = web.post(reverse("handbook:rulebooks"), {"file": SimpleUploadedFile("a.yaml", text)})
    assert answer.status_code == 422
    assert "nonsense" in answer.content.decode()
    assert not RulebookVersion.objects.exists()
    with pytest.raises(BadRulebook):
        rulebooks.install(shipped().encode(), file_name="a.yaml", overlay=b"format: x\n", by=None)


def test_the_same_content_is_one_version_and_the_towns_rules_make_another() -> None:
    first = rulebooks.install_shipped(by=None)
    assert rulebooks.install_shipped(by=None) == first
    other = rulebooks.install_shipped(overlay=OVERLAY.encode(), by=None)
    assert other != first
    assert books.overlay_of(other) is not None


def test_nobody_activates_what_nobody_confirmed_or_alone(officer: User, nurse: User, manager: User) -> None:
    version = rulebooks.install_shipped(by=officer)
    with pytest.raises(NotReady, match="責任者の確認がありません"):
        rulebooks.ask_activation(version, by=officer, reason="x")
    rulebooks.sign(version, name="保健師 浜田 栞", by=nurse)
    approval = rulebooks.ask_activation(version, by=nurse, reason="x")
    with pytest.raises(SamePerson):
        decide(approval, by=nurse, approve=True)
    with pytest.raises(NotReady, match="承認を待っている"):
        rulebooks.ask_activation(version, by=officer, reason="x")
    decide(approval, by=manager, approve=True)
    assert books.active().version == version


def test_families_are_shown_the_activated_book_with_its_sign_off(
    officer: User, nurse: User, manager: User, taken: list[Item]
) -> None:
    activate(officer, nurse, manager)
    (item,) = taken
    assert item.kind == publishing.RULEBOOK
    assert (item.content["signed_name"], item.content["signed_on"]) == (
        "保健師 浜田 栞",
        today().isoformat(),
    )
    version = books.active_version()
    assert version is not None
    rulebooks.unsign(version, by=nurse)
    assert taken[-1].content["signed_on"] is None
    with pytest.raises(NotReady):
        rulebooks.unsign(version, by=nurse)


def test_a_sign_off_ends_on_the_first_of_april(officer: User, nurse: User, manager: User) -> None:
    assert books.reminders_allowed(today())[0] is False
    activate(officer, nurse, manager)
    ends = rulebooks.expires_on(today())
    assert (ends.month, ends.day) == (4, 1)
    assert books.reminders_allowed(ends - timedelta(days=1)) == (True, "")
    allowed, why = books.reminders_allowed(ends)
    assert (allowed, "4月1日で切れました" in why) == (False, True)
    assert "新年度の規則" in rulebooks.warning(ends - timedelta(days=30))
    assert rulebooks.expires_on(date(2027, 3, 31)) == date(2027, 4, 1)
    assert rulebooks.expires_on(date(2027, 4, 1)) == date(2028, 4, 1)


def test_a_wider_window_names_exactly_the_children_it_helps(
    officer: User, nurse: User, manager: User, web: Client
) -> None:
    activate(officer, nurse, manager)
    young, late = today() - timedelta(days=200), today() - timedelta(days=500)
    take_children(
        child_row("1", "若い 子", young.isoformat()),
        child_row("2", "遅い 子", late.isoformat()),
        child_row("3", "古い 子", (today() - timedelta(days=1200)).isoformat()),
        by=officer,
    )
    version = wider(officer)
    rulebooks.sign(version, name="保健師", by=nurse)
    with pytest.raises(NotReady, match="変わる人の一覧"):
        rulebooks.ask_activation(version, by=officer, reason="x")
    web.post(reverse("handbook:rulebook-compare", args=[version.pk]))
    run_pending()
    report = RulebookReport.objects.get()
    assert report.figures["children"] == 3
    touched = {effect.child.number: effect.changes for effect in report.effects.all()}
    assert {"1", "2"} <= set(touched)
    assert {change["vaccine"] for changes in touched.values() for change in changes} == {"BCG"}
    late_fields = {change["field"]: change["after"] for change in touched["2"]}
    assert late_fields["status"] in ("due", "overdue")
    text = web.get(reverse("handbook:rulebook-report", args=[report.pk])).content.decode()
    assert "遅い 子" in text
    assert "定期の期限" in text
    web.post(reverse("handbook:rulebook-ask", args=[version.pk]), {"reason": "確かめた"})
    approval = Approval.objects.filter(state="waiting").get()
    assert "変わる子どもは" in rulebooks.tell_consequences(approval)
    decide(approval, by=manager, approve=True)
    assert books.active().book.version == "2026-11-wide"
    assert RulebookVersion.objects.filter(retired_at__isnull=False).count() == 1


def test_only_an_approver_confirms_and_a_viewer_changes_nothing(
    officer: User, nurse: User, viewer: User
) -> None:
    version = rulebooks.install_shipped(by=officer)
    form = {"name": "保健師 浜田 栞", "read": "on"}
    address = reverse("handbook:rulebook-sign", args=[version.pk])
    assert signed_in(officer).post(address, form).status_code == 403
    assert signed_in(nurse).post(address, {"name": "x"}).status_code == 422
    assert signed_in(nurse).post(address, form).status_code == 302
    version.refresh_from_db()
    assert (version.signed_name, version.signed_by) == ("保健師 浜田 栞", nurse)
    assert signed_in(viewer).post(reverse("handbook:rulebooks"), {"shipped": "1"}).status_code == 403
    page = signed_in(viewer).get(reverse("handbook:rulebook", args=[version.pk]))
    assert "要確認（RECALLED）" in page.content.decode()
    body = signed_in(viewer).get(reverse("handbook:rulebook-file", args=[version.pk, "content"]))
    assert body.content.decode() == version.content
