"""A finished result, approved or not, and the printing of its letters."""

from __future__ import annotations

from typing import Any

import pytest
from django.urls import reverse

from tests.nursery.conftest import make_person
from yakuba.core.jobs.testing import run_pending
from yakuba.core.people import protected
from yakuba.core.people.approval import decide
from yakuba.core.people.models import Department, ProtectedPerson, Role, User
from yakuba.nursery.models import Allocation, LetterBatch
from yakuba.nursery.services.approvals import ask_for_approval
from yakuba.nursery.services.visibility import SUBJECT

FORM: dict[str, Any] = {
    "wording": "shiomi",
    "number": "8汐子保第1234号の{n}",
    "issued_on": "2027-01-19",
    "starts_on": "2027-04-01",
    "decline_by": "2027-01-29",
    "papers_by": "2027-02-12",
    "health_by": "2027-02-26",
    "page_address": "https://www.city.example/nursery/",
    "order": "family",
}


@pytest.fixture
def approved(result: Allocation, officer: User, approver: User) -> Allocation:
    decide(ask_for_approval(result, by=officer, reason="確かめた"), by=approver, approve=True)
    result.refresh_from_db()
    return result


@pytest.fixture
def guards(db: None) -> tuple[User, User]:
    """Two managers of 支援措置: one asks, the other decides."""
    room = Department.objects.create(code="150", name="市民相談室", systems=["protected"])
    first = make_person("3001", room, Role.APPROVER, "磯部 汀")
    return first, make_person("3002", room, Role.APPROVER, "沖 浬")


@pytest.fixture
def shielded(officer: User, guards: tuple[User, User]) -> ProtectedPerson:
    """Child 7001 of family h81 is protected; ``officer`` is named, ``colleague`` is not."""
    return protected.protect(SUBJECT, "7001", officers=[officer], by=guards[0])


def make(web: Any, allocation: Allocation, **changed: Any) -> LetterBatch:
    """Letters as an officer makes them on the page."""
    answer = web.post(reverse("nursery:letters", args=[allocation.pk]), {**FORM, **changed})
    assert answer.status_code == 302, answer.content.decode()
    run_pending()
    made = LetterBatch.objects.latest("pk")
    assert answer.headers["Location"] == reverse("nursery:letter-batch", args=[made.pk])
    return made
