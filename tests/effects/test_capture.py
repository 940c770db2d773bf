"""Sessions on the server: time, ownership, repeats, limits."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from django.http import HttpResponse
from django.test import Client

from yakuba.core.people.models import User
from yakuba.effects import capture
from yakuba.effects.models import WorkSession

NOON = datetime(2026, 11, 22, 3, 0, tzinfo=UTC)


def at(seconds: float) -> datetime:
    return NOON + timedelta(seconds=seconds)


def session(identity: UUID) -> WorkSession:
    return WorkSession.objects.get(pk=identity)


def test_idle_time_beyond_thirty_seconds_is_cut(officer: User) -> None:
    identity = capture.begin("nursery.review", "12", officer, at=at(0))
    for moment in (10, 40, 140, 150):
        assert capture.activity(identity, at(moment), user=officer)
    assert capture.end(identity, at(155), user=officer)
    row = session(identity)
    assert (row.active_seconds, row.idle_cut_seconds) == (85.0, 70.0)
    assert (row.started_at, row.ended_at) == (at(0), at(155))


def test_repeated_and_late_reports_change_nothing(officer: User) -> None:
    identity = capture.begin("nursery.review", "12", officer, at=at(0))
    for moment in (20, 20, 5, 25):
        assert capture.activity(identity, at(moment), user=officer)
    assert capture.end(identity, at(24), user=officer)
    assert capture.end(identity, at(900), user=officer)
    row = session(identity)
    assert (row.active_seconds, row.ended_at) == (25.0, at(25))


def test_activity_after_the_end_is_refused_and_adds_nothing(officer: User) -> None:
    identity = capture.begin("nursery.review", "12", officer, at=at(0))
    capture.end(identity, at(10), user=officer)
    assert not capture.activity(identity, at(15), user=officer)
    assert session(identity).active_seconds == 10.0


def test_nobody_else_can_continue_or_end_a_session(officer: User, colleague: User) -> None:
    identity = capture.begin("nursery.review", "12", officer, at=at(0))
    assert not capture.activity(identity, at(10), user=colleague)
    assert not capture.end(identity, at(10), user=colleague)
    assert not capture.activity(uuid4(), at(10), user=officer)
    row = session(identity)
    assert (row.active_seconds, row.ended_at) == (0.0, None)


def test_a_reload_within_thirty_seconds_continues_the_session(officer: User, colleague: User) -> None:
    identity = capture.begin("nursery.review", "12", officer, at=at(0))
    assert capture.begin("nursery.review", "12", officer, at=at(30)) == identity
    others = [
        capture.begin("nursery.review", "12", officer, at=at(30.001)),
        capture.begin("nursery.review", "13", officer, at=at(20)),
        capture.begin("nursery.print", "12", officer, at=at(20)),
        capture.begin("nursery.review", "12", colleague, at=at(20)),
    ]
    assert len({identity, *others}) == 5


def test_an_ended_session_is_not_continued(officer: User) -> None:
    identity = capture.begin("nursery.review", "12", officer, at=at(0))
    capture.end(identity, at(5), user=officer)
    assert capture.begin("nursery.review", "12", officer, at=at(6)) != identity


def test_more_than_sixty_beginnings_a_minute_are_refused(officer: User, colleague: User) -> None:
    for number in range(60):
        capture.begin("nursery.review", str(number), officer, at=at(number * 0.5))
    with pytest.raises(capture.TooMany):
        capture.begin("nursery.review", "x", officer, at=at(31))
    capture.begin("nursery.review", "x", colleague, at=at(31))
    capture.begin("nursery.review", "y", officer, at=at(61))


@pytest.mark.parametrize(
    "task", ["", "nursery", "nursery.", ".review", "Nursery.review", "a.b c", "a." + "b" * 59]
)
def test_a_task_that_is_not_system_dot_task_is_refused(officer: User, task: str) -> None:
    with pytest.raises(ValueError, match="task must look like"):
        capture.begin(task, "1", officer)


@pytest.mark.parametrize("case", ["a b", "x" * 101, "<b>", "山田 太郎"])
def test_a_case_that_is_not_a_code_is_refused(officer: User, case: str) -> None:
    with pytest.raises(ValueError, match="case must be"):
        capture.begin("nursery.review", case, officer)


# -- over HTTP ---------------------------------------------------------------------------------------


def signed_in(user: User, *, csrf: bool = False) -> Client:
    client = Client(enforce_csrf_checks=csrf)
    client.force_login(user)
    return client


def post(client: Client, what: str, values: Any) -> HttpResponse:
    body = values if isinstance(values, bytes) else json.dumps(values).encode()
    answer = client.post(f"/staff/effects/capture/{what}", body, content_type="application/json")
    assert isinstance(answer, HttpResponse)
    return answer


def test_a_page_begins_reports_and_ends(officer: User) -> None:
    client = signed_in(officer)
    begun = post(client, "begin", {"task": "nursery.review", "case": "12"})
    assert begun.status_code == 200
    identity = json.loads(begun.content)["session"]
    assert post(client, "activity", {"session": identity}).status_code == 200
    assert post(client, "end", {"session": identity}).status_code == 200
    assert post(client, "end", {"session": identity}).status_code == 200
    assert post(client, "activity", {"session": identity}).status_code == 404
    row = session(UUID(identity))
    assert (row.user, row.case_ref, row.source) == (officer, "12", "capture")
    assert row.ended_at is not None


@pytest.mark.parametrize("what", ["begin", "activity", "end"])
def test_only_signed_in_people_are_measured(db: None, what: str) -> None:
    answer = post(Client(), what, {"task": "nursery.review"})
    assert answer.status_code in (302, 401, 403)
    assert not WorkSession.objects.exists()


def test_only_people_of_the_system_are_measured(stranger: User) -> None:
    assert post(signed_in(stranger), "begin", {"task": "nursery.review"}).status_code == 403
    assert not WorkSession.objects.exists()


def test_another_persons_session_is_not_found(officer: User, colleague: User) -> None:
    identity = str(capture.begin("nursery.review", "12", officer))
    assert post(signed_in(colleague), "activity", {"session": identity}).status_code == 404
    assert post(signed_in(colleague), "end", {"session": identity}).status_code == 404


def test_a_forged_request_without_the_token_is_refused(officer: User) -> None:
    assert post(signed_in(officer, csrf=True), "begin", {"task": "nursery.review"}).status_code == 403


@pytest.mark.parametrize(
    ("what", "body", "status"),
    [
        ("begin", b"not json", 400),
        ("begin", b"\xff", 400),
        ("begin", b"[1]", 400),
        ("begin", b'{"task": 5}', 400),
        ("begin", b'{"task": "nursery.review", "case": 5}', 400),
        ("begin", b'{"task": "nursery.Review"}', 400),
        ("begin", b'{"task": "' + b"x" * 2048 + b'"}', 413),
        ("activity", b"{}", 400),
        ("end", b'{"session": "12"}', 400),
    ],
)
def test_bad_requests_are_refused(officer: User, what: str, body: bytes, status: int) -> None:
    assert post(signed_in(officer), what, body).status_code == status


def test_getting_instead_of_posting_is_refused(officer: User) -> None:
    assert signed_in(officer).get("/staff/effects/capture/begin").status_code == 405


def test_a_person_who_begins_too_often_is_told_so(officer: User, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(capture, "MOST_BEGUN_A_MINUTE", 1)
    client = signed_in(officer)
    assert post(client, "begin", {"task": "nursery.review", "case": "1"}).status_code == 200
    assert post(client, "begin", {"task": "nursery.review", "case": "2"}).status_code == 429
