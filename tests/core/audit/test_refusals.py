"""What is refused leaves a line, and a flood of it leaves few."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client
from hypothesis import given
from hypothesis import strategies as st

from tests.site.browser import make_user
from yakuba.core.audit import refusals
from yakuba.core.audit.domain.thinning import Thinner
from yakuba.core.audit.models import AuditEntry

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _fresh(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(refusals, "_thinner", Thinner())


def lines() -> list[tuple[str, str, dict[str, Any]]]:
    found = AuditEntry.objects.filter(action="access.refused").order_by("sequence")
    return [(line.actor, line.target, line.detail) for line in found]


def test_a_page_without_permission_leaves_a_line(client: Client) -> None:
    viewer = make_user("viewer")
    client.force_login(viewer)
    assert client.get("/staff/people/").status_code == 403
    assert lines() == [
        (f"user:{viewer.pk}", "page:people:list", {"reason": "not-allowed", "status": 403, "method": "GET"})
    ]


def test_a_form_without_its_token_leaves_a_line() -> None:
    client = Client(enforce_csrf_checks=True)
    assert client.post("/staff/login/", {"login": "1001"}).status_code == 403
    assert lines() == [
        ("system:visitor", "page:account_login", {"reason": "csrf", "status": 403, "method": "POST"})
    ]


def test_a_locked_number_leaves_a_line(client: Client) -> None:
    for n in range(5):
        client.post("/staff/login/", {"login": "1001", "password": f"wrong {n}"})
    ((actor, target, detail),) = lines()
    assert (actor, target) == ("system:visitor", "page:account_login")
    assert detail == {"reason": "locked", "status": 429, "method": "POST"}


def test_a_call_of_the_api_without_a_token_and_a_body_that_is_too_large_leave_lines(
    client: Client, settings: Any
) -> None:
    settings.YAKUBA_BODY_LIMIT = 10
    assert client.get("/api/v1/me").status_code == 401
    assert client.post("/staff/login/", {"login": "x" * 100}).status_code == 413
    assert [(line[0], line[2]["reason"]) for line in lines()] == [
        ("system:visitor", "not-proven"),
        ("system:visitor", "too-large"),
    ]


def test_what_was_typed_into_an_address_is_not_in_the_line(client: Client) -> None:
    client.force_login(make_user("viewer"))
    assert client.get("/staff/people/?q=typed-secret").status_code == 403
    assert "typed" not in str(list(AuditEntry.objects.values()))


def test_the_pages_of_residents_write_nothing(client: Client) -> None:
    Client(enforce_csrf_checks=True).post("/i18n/setlang/", {"language": "en"})
    assert lines() == []


def test_a_flood_leaves_one_line_and_the_next_says_how_many_were_left_out(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    now = [1000.0]
    monkeypatch.setattr(refusals.time, "monotonic", lambda: now[0])
    client.force_login(make_user("viewer"))
    for _ in range(30):
        client.get("/staff/people/")
    assert len(lines()) == 1
    now[0] += 60
    client.get("/staff/people/")
    assert [detail.get("left_out") for _, _, detail in lines()] == [None, 29]


def test_the_person_gets_the_answer_when_the_log_can_not_be_written(
    client: Client, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def broken(*args: Any, **kwargs: Any) -> None:
        raise OSError("planted")

    client.force_login(make_user("viewer"))
    monkeypatch.setattr(refusals, "record", broken)
    assert client.get("/staff/people/").status_code == 403
    assert "could not be written" in caplog.text


@given(
    st.lists(st.tuples(st.sampled_from("abcdef"), st.floats(0, 500)), max_size=200),
    st.integers(1, 4),
)
def test_no_event_is_lost_from_the_count_and_no_window_has_too_many(
    events: list[tuple[str, float]], most: int
) -> None:
    thinner = Thinner(window=60.0, most=most)
    written: list[float] = []
    counted = 0
    ordered = sorted(events, key=lambda event: event[1])
    for kind, at in ordered:
        left_out = thinner.admit(kind, at)
        if left_out is not None:
            written.append(at)
            counted += 1 + left_out
    assert counted + thinner._left_out == len(ordered)
    for start in written:
        assert sum(start <= at < start + 60.0 for at in written) <= 2 * most, "windows follow one another"
