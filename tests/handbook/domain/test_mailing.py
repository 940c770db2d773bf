"""Which vouchers a mailing rule sends to a child, and why not."""

from __future__ import annotations

from datetime import date, timedelta

from tests.handbook.children import look
from yakuba.handbook.domain.mailing import EXCLUDED, GIVEN, MADE, NO_RULE, PAST, SEND, Sheet, sheets_of
from yakuba.handbook.domain.outlook import NextDose
from yakuba.handbook.domain.vouchers import Mailing
from yakuba.handbook.rulebooks.load import builtin

PCV = Mailing("PCV", "小児用肺炎球菌", months=2)
MR1 = Mailing("MR", "MR第1期", (1,), months=12)
ON = date(2026, 11, 30)


def sheets(
    rule: Mailing, *doses: str, birth: str = "2026-10-10", made: set[tuple[str, int]] = frozenset()
) -> list[Sheet]:  # type: ignore[assignment]
    found = look(birth, *doses, on=ON.isoformat())
    return sheets_of(rule, {one.vaccine: one for one in found.forecasts}, builtin("jp"), made, ON)


def outcomes(found: list[Sheet]) -> list[tuple[int, str]]:
    return [(one.dose, one.outcome) for one in found]


def test_a_new_child_gets_every_dose_of_its_course_and_only_the_next_one_has_a_window() -> None:
    found = sheets(PCV)
    assert outcomes(found) == [(1, SEND), (2, SEND), (3, SEND), (4, SEND)]
    assert (found[0].legal_from, found[0].legal_until) == (date(2026, 12, 9), date(2031, 10, 9))
    assert all((one.legal_from, one.legal_until) == (None, None) for one in found[1:])
    assert {(one.vaccine, one.title) for one in found} == {("PCV", "小児用肺炎球菌")}


def test_only_what_is_left_is_sent_after_the_first_dose() -> None:
    found = sheets(PCV, "PCV 2026-11-10 PCV20", birth="2026-09-05")
    assert outcomes(found) == [(2, SEND), (3, SEND), (4, SEND)]


def test_a_dose_of_the_rule_that_was_given_is_not_sent_again() -> None:
    birth = date(2025, 11, 10)
    given = f"MR {(birth + timedelta(days=370)).isoformat()}"
    assert outcomes(sheets(MR1, given, birth=birth.isoformat())) == [(1, GIVEN)]
    assert outcomes(sheets(MR1, birth=birth.isoformat())) == [(1, SEND)]


def test_a_complete_vaccine_a_made_voucher_and_a_lapsed_window_send_nothing() -> None:
    one = NextDose("PCV", "complete", course="")
    assert outcomes(sheets_of(PCV, {"PCV": one}, builtin("jp"), (), ON)) == [(1, GIVEN)]
    assert outcomes(sheets(PCV, made={("PCV", 1), ("PCV", 3)})) == [
        (1, MADE),
        (2, SEND),
        (3, MADE),
        (4, SEND),
    ]
    late = NextDose("MR", "due", 1, legal_until=ON - timedelta(days=1))
    assert outcomes(sheets_of(MR1, {"MR": late}, builtin("jp"), (), ON)) == [(1, PAST)]
    last = NextDose("MR", "due", 1, legal_until=ON)
    assert outcomes(sheets_of(MR1, {"MR": last}, builtin("jp"), (), ON)) == [(1, SEND)]
    gone = NextDose("MR", "aged_out")
    assert outcomes(sheets_of(MR1, {"MR": gone}, builtin("jp"), (), ON)) == [(1, PAST)]


def test_a_reason_against_it_and_a_rule_for_nobody_are_named() -> None:
    barred = NextDose("MR", "contraindicated")
    assert outcomes(sheets_of(MR1, {"MR": barred}, builtin("jp"), (), ON)) == [(1, EXCLUDED)]
    assert outcomes(sheets_of(MR1, {}, builtin("jp"), (), ON)) == [(1, NO_RULE)]
    assert outcomes(sheets_of(PCV, {}, builtin("jp"), (), ON)) == [(1, NO_RULE)]
