"""A small round of 汐見区, from applications to its adopted result."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from yakuba.core.jobs.testing import run_pending
from yakuba.core.people.approval import decide
from yakuba.core.people.models import User
from yakuba.nursery.applications.export import to_workbook
from yakuba.nursery.domain.application import (
    Applicant,
    Applications,
    Guardian,
    Household,
    Mark,
    OfferedClass,
)
from yakuba.nursery.models import Allocation, Rulebook, SelectionRound
from yakuba.nursery.services import applications as importing
from yakuba.nursery.services import rulebooks
from yakuba.nursery.services.allocations import request_allocation
from yakuba.nursery.services.approvals import ask_for_approval
from yakuba.nursery.services.rounds import adopt, create_round
from yakuba.nursery.services.scoring import request_scoring

START = date(2027, 4, 1)
BIRTH = date(2025, 6, 1)  # one year old on 1 April 2027


def child(
    number: str, *wishes: str, home: str = "", current: str | None = None, marks: tuple[Mark, ...] = ()
) -> Applicant:
    """A child of the class of one year."""
    return Applicant(
        id=number,
        household=home or f"h{number}",
        name=f"汐見 {number}",
        age=1,
        wishes=wishes,
        kana="シオミ",
        birth=BIRTH,
        kind="transfer" if current else "entry",
        current=current,
        marks=marks,
        applied_on=date(2026, 11, 2),
        wished_start=START,
    )


def household(number: str, mother_hours: int, *, leave_extension_ok: bool = False) -> Household:
    """Two working parents; the mother's hours decide the points."""
    facts = {
        "resident": True,
        "preschool_children_count": 1,
        "municipal_income_tax_total": int(number[1:]) * 100,
    }
    return Household(
        number,
        tuple(
            Guardian(relation, name, {"work_hours_month": Decimal(hours)}, reasons=("work",))
            for relation, name, hours in (("father", "父", 168), ("mother", "母", mother_hours))
        ),
        facts=facts,
        leave_extension_ok=leave_extension_ok,
        addressee="汐見 様",
        postal_code="100-0001",
        address="汐見区港町1-1",
    )


def applications(
    children: list[Applicant], homes: list[Household], seats: dict[str, int] | None = None
) -> Applications:
    """Two nurseries with a class of one year each."""
    offers = seats or {"11": 1, "12": 1}
    return Applications(
        classes=tuple(
            OfferedClass(nursery, f"{name}保育園", 1, offers[nursery])
            for nursery, name in (("11", "はまかぜ"), ("12", "なぎさ"))
        ),
        households={one.id: one for one in homes},
        applicants=tuple(children),
    )


def first_round(officer: User, title: str = "令和9年4月入所 一次選考") -> SelectionRound:
    """A round of 汐見区 without applications, by a book that two persons made active."""
    book = rulebooks.install_shipped("shiomi", by=officer)
    Rulebook.objects.filter(pk=book.pk).update(state=Rulebook.State.ACTIVE)
    return create_round(title=title, starts_on=START, rulebook=book, by=officer)


def import_into(selection: SelectionRound, content: Applications, officer: User) -> None:
    """The applications through the officers' own way in."""
    pending = importing.receive("申込.xlsx", to_workbook(content), by=officer)
    importing.import_applications(pending, selection, by=officer)


def run(selection: SelectionRound, officer: User, approver: User) -> Allocation:
    """Score, allocate, approve and adopt."""
    newest = selection.applications.first()
    assert newest is not None
    assert selection.rulebook is not None
    scoring = request_scoring(newest, selection.rulebook, by=officer)
    run_pending()
    scoring.refresh_from_db()
    assert scoring.ledger is not None, scoring.job and scoring.job.error_detail
    allocation = request_allocation(scoring.ledger, seed=7, by=officer)
    run_pending()
    allocation.refresh_from_db()
    assert allocation.is_finished, allocation.job and allocation.job.error_detail
    decide(ask_for_approval(allocation, by=officer, reason="確かめました"), by=approver, approve=True)
    adopt(selection, allocation, by=officer)
    selection.refresh_from_db()
    return allocation
