"""What the staff see and do."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

import pypdfium2
import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from tests.core.notify.conftest import VISIT, WHO
from tests.site.browser import make_user
from yakuba.core.audit.models import AuditEntry
from yakuba.core.exchange.batch_file import Item
from yakuba.core.jobs.testing import run_pending
from yakuba.core.notify.domain.states import State
from yakuba.core.notify.models import Delivery, Letter, LetterBatch, Message
from yakuba.core.notify.paper.channel import take_letter
from yakuba.core.notify.registry import (
    DAY,
    SEND,
    Addressee,
    Drop,
    Hold,
    Request,
    Verdict,
    address_book,
    describe,
    gate,
    name_reason,
)
from yakuba.core.notify.services.planning import plan
from yakuba.core.people.models import Assignment, Department, Role, User

pytestmark = pytest.mark.django_db


def member(role: Role, *systems: str, number: str = "2001") -> User:
    office = Department.objects.create(code=number, name="健康推進課", systems=list(systems))
    user = User.objects.create_user(number, None, name="森 ひかる")
    Assignment.objects.create(user=user, department=office, role=role, starts_on=timezone.localdate())
    return user


@pytest.fixture
def officer(client: Client) -> User:
    user = member(Role.OFFICER, "example")
    client.force_login(user)
    return user


def notice(key: str = "visit:1", **changes: Any) -> Message:
    now = timezone.now()
    event = plan(WHO, key, kind=VISIT, at=now + timedelta(days=20), leads=[DAY], now=now)
    row = event.messages.get()
    if changes:
        Message.objects.filter(pk=row.pk).update(**changes)
        row.refresh_from_db()
    return row


def given_up(key: str = "visit:1", reason: str = "unreachable") -> Message:
    return notice(key, state=State.GIVEN_UP, next_attempt=None, reason=reason, attempts=8, channel="mail")


def act(client: Client, what: str, row: Message) -> str:
    answer = client.post(reverse(f"notify:{what}", args=[row.uid]), follow=True)
    assert answer.status_code == 200
    row.refresh_from_db()
    return answer.content.decode()


def test_the_list_shows_state_channel_and_reason_and_nobodys_name(client: Client, officer: User) -> None:
    given_up()
    page = client.get(reverse("notify:list")).content.decode()
    for text in ("接種の予定", "メール", "1日前", "送信できず", "メールサーバーにつながらない"):
        assert text in page
    assert WHO not in page
    assert "1件を送れませんでした" in page
    assert "条件に合うものがありません" in client.get("/staff/notify/?state=sent").content.decode()


def test_an_empty_list_says_so(client: Client, officer: User) -> None:
    assert "通知はまだありません" in client.get(reverse("notify:list")).content.decode()
    assert "印刷を待つ手紙はありません" in client.get(reverse("notify:letters")).content.decode()


def test_the_export_is_recorded(client: Client, officer: User) -> None:
    given_up()
    answer = client.get("/staff/notify/?export=csv")
    assert "接種の予定" in answer.content.decode("utf-8-sig")
    assert AuditEntry.objects.get(action="notify.export").detail == {"rows": 1}


def test_other_systems_notices_are_not_seen(client: Client) -> None:
    row = given_up()
    client.force_login(member(Role.OFFICER, "nursery"))
    assert client.get(reverse("notify:list")).status_code == 403
    assert client.get(reverse("notify:message", args=[row.uid])).status_code == 403
    client.force_login(make_user())
    assert client.get(reverse("notify:message", args=[row.uid])).status_code == 200


def test_a_viewer_reads_and_does_nothing(client: Client) -> None:
    row = given_up()
    client.force_login(member(Role.VIEWER, "example"))
    page = client.get(reverse("notify:message", args=[row.uid])).content.decode()
    assert "送り直す" not in page
    for what in ("retry", "settle", "cancel"):
        assert client.post(reverse(f"notify:{what}", args=[row.uid])).status_code == 403
    assert client.post(reverse("notify:retry-all")).status_code == 403


def test_a_given_up_notice_is_sent_again(client: Client, officer: User) -> None:
    row = given_up()
    assert "もう一度送ります" in act(client, "retry", row)
    assert (row.state, row.attempts, row.reason) == (State.WAITING, 0, "")
    assert row.next_attempt is not None
    assert row.next_attempt <= timezone.now()
    assert "状態が変わったため" in act(client, "retry", row)
    assert AuditEntry.objects.filter(action="notify.retry").count() == 1


def test_everything_given_up_is_sent_again_but_what_may_have_arrived(client: Client, officer: User) -> None:
    first, second, unknown = given_up("a"), given_up("b"), given_up("c", "unknown")
    page = client.post(reverse("notify:retry-all"), follow=True).content.decode()
    assert "2件をもう一度送ります" in page
    for row, state in ((first, "waiting"), (second, "waiting"), (unknown, "given_up")):
        row.refresh_from_db()
        assert row.state == state
    assert (
        "送り直せるものはありませんでした"
        in client.post(reverse("notify:retry-all"), follow=True).content.decode()
    )


def test_an_unknown_mail_is_settled_as_arrived(client: Client, officer: User) -> None:
    row = given_up(reason="unknown")
    assert "届いたか分かりません" in client.get(reverse("notify:message", args=[row.uid])).content.decode()
    act(client, "settle", row)
    assert (row.state, row.receipt) == (State.SENT, "by-staff")
    assert Delivery.objects.get().receipt == "by-staff"
    assert "状態が変わったため" in act(client, "settle", row)


def test_a_waiting_notice_is_cancelled_and_a_sent_one_is_not(client: Client, officer: User) -> None:
    row = notice()
    act(client, "cancel", row)
    assert (row.state, row.reason) == (State.CANCELLED, "by_staff")
    sent = notice("visit:2", state=State.SENT, next_attempt=None)
    assert "取り消せません" in act(client, "cancel", sent)


def test_the_system_says_who_the_recipient_is(client: Client, officer: User) -> None:
    asked = []

    @describe("example")
    def who(recipient: str, user: Any) -> str:
        asked.append((recipient, user.pk))
        return "世帯 4120"

    page = client.get(reverse("notify:message", args=[notice().uid])).content.decode()
    assert "世帯 4120" in page
    assert asked == [(WHO, officer.pk)]


# --- letters --------------------------------------------------------------------------------------------


def letter(number: int, recipient: str = WHO, language: str = "ja") -> Letter:
    content = {
        "recipient": recipient,
        "kind": VISIT,
        "language": language,
        "params": {"child": "髙橋 葛󠄀", "vaccine": "五種混合"},
        "at": (timezone.now() + timedelta(days=3)).isoformat(),
    }
    take_letter(Item("notify.letter", "put", f"r.{number}", content))
    return Letter.objects.get(reference=f"r.{number}")


@pytest.fixture
def book() -> None:
    @address_book("example")
    def place(recipient: str, params: Mapping[str, Any]) -> Addressee | None:
        return None if recipient.endswith("gone") else Addressee(("汐見区浜町1-2-3", "髙橋 様"))


def make(client: Client) -> str:
    answer = client.post(reverse("notify:make-batch"), {"kind": VISIT}, follow=True)
    run_pending()
    return answer.content.decode()


def pdf_text(data: bytes) -> list[str]:
    with pypdfium2.PdfDocument(data) as document:
        return [page.get_textpage().get_text_bounded() for page in document]


@pytest.mark.usefixtures("book")
def test_waiting_letters_become_one_pdf_each_once(client: Client, officer: User) -> None:
    for number in range(3):
        letter(number)
    letter(3, "example.gone")
    assert "4通" in client.get(reverse("notify:letters")).content.decode()
    make(client)
    batch = LetterBatch.objects.get()
    assert (batch.letters, batch.pages) == (3, 3)
    answer = client.get(reverse("notify:batch-file", args=[batch.pk]))
    pages = pdf_text(answer.content)
    assert len(pages) == 3
    for page in pages:
        for text in ("髙橋 様", "汐見区浜町1-2-3", "予定の日が近づいています", "五種混合"):
            assert text in page
    assert {one.action for one in AuditEntry.objects.all()} >= {"notify.print", "files.download"}
    held = Letter.objects.get(recipient="example.gone")
    assert (held.state, held.reason) == ("held", "no_postal")
    page = client.get(reverse("notify:letters")).content.decode()
    assert "送付先の住所がない" in page
    assert "PDFを受け取る" in client.get(reverse("notify:batch", args=[batch.pk])).content.decode()
    make(client)
    assert LetterBatch.objects.first().letters == 0  # type: ignore[union-attr]
    assert Letter.objects.filter(state="printed").count() == 3


@pytest.mark.usefixtures("book")
def test_a_letter_leaves_only_when_its_gate_opens_for_the_person_who_prints(
    client: Client, officer: User
) -> None:
    name_reason("example.protected", "支援措置の許可がない")
    answers: list[Verdict] = [Hold("example.protected"), Drop("example.gone"), SEND]
    asked: list[Request] = []

    @gate(VISIT)
    def ask(request: Request) -> Verdict:
        asked.append(request)
        return answers.pop(0)

    first, second, third = letter(1), letter(2), letter(3)
    make(client)
    for one, state in ((first, "held"), (second, "withdrawn"), (third, "printed")):
        one.refresh_from_db()
        assert one.state == state
    assert [(one.act, one.by) for one in asked] == [("print", officer)] * 3
    assert "支援措置の許可がない" in client.get(reverse("notify:letters")).content.decode()
    answers.append(SEND)
    make(client)
    first.refresh_from_db()
    assert first.state == "printed"


@pytest.mark.usefixtures("book")
def test_a_letter_of_what_is_over_is_not_printed(client: Client, officer: User) -> None:
    late = letter(1)
    Letter.objects.filter(pk=late.pk).update(at=timezone.now() - timedelta(hours=1))
    other = letter(2)
    Letter.objects.filter(pk=other.pk).update(kind="example.unknown")
    make(client)
    late.refresh_from_db()
    assert (late.state, late.reason) == ("withdrawn", "too_late")
    batch = LetterBatch.objects.get()
    assert batch.file is None
    assert "失敗しました" in client.get(reverse("notify:batch", args=[batch.pk])).content.decode()
    assert client.get(reverse("notify:batch-file", args=[batch.pk])).status_code == 404


def test_nothing_to_print_makes_no_batch(client: Client, officer: User) -> None:
    assert "印刷を待つ手紙はありません" in make(client)
    assert not LetterBatch.objects.exists()
    assert client.post(reverse("notify:make-batch"), {"kind": "nursery.x"}).status_code == 404


@pytest.mark.usefixtures("book")
def test_a_batch_of_another_system_is_not_opened(client: Client, officer: User) -> None:
    letter(1)
    make(client)
    batch = LetterBatch.objects.get()
    client.force_login(member(Role.OFFICER, "nursery", number="2002"))
    assert client.get(reverse("notify:batch", args=[batch.pk])).status_code == 403
