"""What is past its time goes, what is not stays, and without --apply nothing happens."""

from __future__ import annotations

import os
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from allauth.usersessions.models import UserSession
from axes.models import AccessAttempt
from click.testing import CliRunner
from django.contrib.sessions.models import Session
from django.utils import timezone

from tests.handbook.bookings.conftest import a_room, a_slot, an_offer
from tests.ocr import check_desk
from tests.site.browser import make_user
from yakuba.cli import main
from yakuba.core.ai_log.models import AiUse
from yakuba.core.audit.models import AuditEntry
from yakuba.core.files import services, vault
from yakuba.core.files.models import StoredFile
from yakuba.core.jobs.models import Job
from yakuba.core.notify.models import CalendarFeed, ContactPoint, Event, Letter, LetterBatch
from yakuba.core.people.models import ResetCode
from yakuba.effects.models import WorkSession
from yakuba.handbook.models import (
    Booking,
    Child,
    EntryBatch,
    RegisterImport,
    Resource,
    ResourceStep,
    Slot,
    WaitingEntry,
)
from yakuba.handbook.services.bookings.slots import occupy
from yakuba.nursery.models import Ledger
from yakuba.ocr.models import Document, ReadTestSample
from yakuba.site.retention import CONTENTS, CONTENTS_DAYS, RULES, apply, survey

pytestmark = pytest.mark.django_db
NOW = timezone.now()
DAYS = {rule.key: rule.days for rule in RULES} | {CONTENTS: CONTENTS_DAYS}


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("YAKUBA_HOME", str(tmp_path / "home"))
    return tmp_path / "home"


def counts() -> dict[str, int]:
    return {one.key: one.count for one in survey(NOW)}


def make(key: str, age: timedelta) -> Any:
    """One piece of each kind, as old as asked."""
    at = NOW - age
    user = make_user()
    if key == "sessions":
        return Session.objects.create(session_key="k" * 32, session_data="", expire_date=at)
    if key == "session-list":
        row = UserSession.objects.create(user=user, session_key="k" * 32, ip="192.0.2.1", user_agent="x")
        UserSession.objects.update(last_seen_at=at)
        return row
    if key == "failed-sign-ins":
        row = AccessAttempt.objects.create(username="1001", ip_address="192.0.2.1", failures_since_start=1)
        AccessAttempt.objects.update(attempt_time=at)
        return row
    if key == "reset-codes":
        return ResetCode.objects.create(user=user, code_hash="x", issued_at=at, expires_at=at, closed_at=at)
    if key == "work-persons":
        return WorkSession.objects.create(
            task="nursery.review", user=user, started_at=at, last_activity_at=at, active_seconds=60
        )
    if key == "ai-log":
        return AiUse.objects.create(
            system="ocr", purpose="帳票の読取り", model="x", input_ref="ocr.page:1", at=at
        )
    stored = services.store(b"bytes of a file", name="a.csv", content_type="text/csv", by=user)
    StoredFile.objects.update(created_at=at)
    if key == CONTENTS:
        os.utime(vault.place(stored.sha256), (at.timestamp(), at.timestamp()))
        stored.delete()
    return stored


def make_scanned(key: str, age: timedelta) -> Any:
    """One piece of what reading forms leaves."""
    at = NOW - age
    if key == "ocr-batches":
        batch = check_desk.make_batch(1)
        batch.created_at, batch.state = at, "done"
        batch.save()
        return batch
    if key == "ocr-documents":
        return Document.objects.create(title="議事録", created_at=at)
    if key == "ocr-samples":
        page = check_desk.make_batch(1).pages.get()
        assert page.version is not None
        return ReadTestSample.objects.create(
            version=page.version, number=1, source=page.source, created_at=at
        )
    if key == "ocr-numbers":
        value = check_desk.make_batch(1, fields=["number"]).pages.get().values.get()
        value.final_at, value.state = at, "done"
        value.save()
        return value
    batch = check_desk.make_batch(1, fields=["number"])
    batch.created_at = at
    batch.numbers_end_at = None if key == "ocr-number-warnings" else at
    batch.save()
    if key == "ocr-unread-scans":
        batch.pages.get().values.all().delete()
        batch.pages.update(state="rescan")
    return batch


def make_register(key: str, age: timedelta) -> Any:
    """One piece of what the handbook leaves."""
    at = NOW - age
    if key == "handbook-bookings":
        return make_booking(at)
    if key == "handbook-children":
        made = Child.objects.create(reference="c", birth=date(2015, 4, 2), created_at=at, ended_at=at)
        made.doses.create(reference="d", vaccine="BCG", given_on=date(2015, 9, 2), recorded_at=at)
        return made
    stored = services.store(b"a register", name="a.csv", content_type="text/csv", by=None)
    if key == "handbook-letters":
        return EntryBatch.objects.create(pdf=stored, finished_at=at)
    confirmed = at if key == "handbook-files" else None
    row = RegisterImport.objects.create(
        kind="children", file_name="a.csv", sha256="0" * 64, file=stored, confirmed_at=confirmed
    )
    RegisterImport.objects.filter(pk=row.pk).update(taken_at=at)
    return row


def make_booking(ended: datetime) -> Slot:
    """A slot in a room with a booking, its history and somebody in line."""
    slot = a_slot(an_offer(), 1, start=ended - timedelta(hours=1), end=ended)
    occupy(a_room(3), [slot])
    booked = Booking.objects.create(
        reference="b", slot=slot, offer=slot.offer, child_reference="c1", actor="staff:1", key="k",
        state="attended", made_at=ended, visit="b",
    )  # fmt: skip
    booked.events.create(at=ended, actor="staff:1", what="booked")
    WaitingEntry.objects.create(
        reference="w", slot=slot, child_reference="c2", actor="staff:1", joined_at=ended, state="lapsed"
    )
    return slot


def test_a_room_stays_counted_while_a_later_slot_uses_it() -> None:
    slot = make_booking(NOW - timedelta(days=1830, seconds=1))
    later = a_slot(an_offer(), 1, start=slot.start, end=slot.end + timedelta(hours=1))
    occupy(Resource.objects.get(), [later])
    apply(NOW)
    assert list(Slot.objects.all()) == [later]
    assert ResourceStep.objects.count() == later.steps.count() > 0
    assert not Booking.objects.exists()


def make_notice(key: str, age: timedelta) -> Any:
    """One piece of what notices leave."""
    at = NOW - age
    if key == "notices":
        event = Event.objects.create(recipient="x", key="v", kind="x.y", at=at, changed_at=at)
        event.messages.create(channel="in_app", lead=60, due=at, state="sent")
        return event
    if key == "notice-addresses":
        return ContactPoint.objects.create(recipient="x", channel="mail", address="a@b.jp", code_at=at)
    if key == "notice-letters":
        return Letter.objects.create(
            reference="r.1", recipient="x", kind="x.y", language="ja", at=at, received_at=at, state="printed"
        )
    if key == "notice-batches":
        return LetterBatch.objects.create(kind="x.y", made_at=at)
    if key == "notice-feeds":
        return CalendarFeed.objects.create(recipient="x", digest="d", made_at=at, revoked_at=at)
    return Job.objects.create(kind="notify.send_due", label="x", state="done", created_at=at)


def test_a_letter_that_waits_and_an_address_in_use_stay() -> None:
    old = timedelta(days=1000)
    letter = make_notice("notice-letters", old)
    Letter.objects.update(state="waiting")
    address = make_notice("notice-addresses", old)
    ContactPoint.objects.update(verified_at=NOW - old)
    apply(NOW)
    letter.refresh_from_db()
    address.refresh_from_db()


@pytest.mark.parametrize("key", DAYS)
def test_each_kind_goes_after_its_days_and_not_before(key: str) -> None:
    age = timedelta(days=DAYS[key]) + timedelta(seconds=1)
    makers = {"notice": make_notice, "handbook": make_register, "ocr": make_scanned}
    makers.get(key.partition("-")[0].removesuffix("s"), make)(key, age)
    assert counts()[key] == 1
    assert survey(NOW - timedelta(seconds=2))[list(DAYS).index(key)].count == 0
    apply(NOW)
    assert counts()[key] == 0
    line = AuditEntry.objects.get(action="retention.applied")
    assert line.detail[key] == 1
    assert line.actor == "system:retention"


def test_a_living_session_stays_in_the_list_of_devices() -> None:
    make("session-list", timedelta(days=300))
    Session.objects.create(session_key="k" * 32, session_data="", expire_date=NOW + timedelta(hours=1))
    apply(NOW)
    assert UserSession.objects.count() == 1


def test_the_time_of_a_measured_case_stays_when_the_person_is_forgotten() -> None:
    make("work-persons", timedelta(days=401))
    apply(NOW)
    row = WorkSession.objects.get()
    assert (row.user_id, row.active_seconds) == (None, 60)


def test_a_file_that_a_case_uses_stays_however_old() -> None:
    stored = make("unused-files", timedelta(days=4000))
    Ledger.objects.create(title="一次選考", number=1, file=stored, children=1, families=1, classes=1, seats=1)
    apply(NOW)
    assert StoredFile.objects.filter(pk=stored.pk).exists()
    assert services.read(stored) == b"bytes of a file"


def test_bytes_that_another_file_shares_or_that_were_written_again_stay() -> None:
    stored = make("unused-files", timedelta(days=31))
    long_ago = (NOW - timedelta(days=99)).timestamp()
    os.utime(vault.place(stored.sha256), (long_ago, long_ago))
    other = services.store(b"bytes of a file", name="b.csv", content_type="text/csv", by=None)
    os.utime(vault.place(stored.sha256), (long_ago, long_ago))
    apply(NOW)
    assert list(StoredFile.objects.all()) == [other]
    assert services.read(other) == b"bytes of a file"
    other.delete()
    limit = (NOW - timedelta(days=30)).timestamp()
    os.utime(vault.place(stored.sha256), None)
    assert not vault.discard(stored.sha256, written_before=limit)
    assert vault.all_contents() == {stored.sha256}
    os.utime(vault.place(stored.sha256), (long_ago, long_ago))
    assert vault.discard(stored.sha256, written_before=limit)
    assert not vault.discard(stored.sha256, written_before=limit)
    assert vault.all_contents() == set()


def test_the_command_only_tells_until_it_is_asked_to_delete() -> None:
    make("sessions", timedelta(days=1))
    told = CliRunner().invoke(main, ["retention"])
    assert told.exit_code == 0, told.output
    assert "期限の切れたログイン（0日）：1件" in told.output
    assert "まだ何も削除していません" in told.output
    assert Session.objects.count() == 1
    done = CliRunner().invoke(main, ["retention", "--apply"])
    assert "削除しました" in done.output
    assert Session.objects.count() == 0


def test_the_page_lists_every_rule_with_its_days() -> None:
    text = (Path(__file__).resolve().parents[2] / "docs/security/retention.md").read_text(encoding="utf-8")
    for key, days in DAYS.items():
        (row,) = [line for line in text.splitlines() if line.startswith(f"| `{key}` |")]
        assert f"| {days} days" in row
