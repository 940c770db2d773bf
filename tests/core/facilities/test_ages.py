"""Eligibility ages out of texts, and whether a child fits on a day."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from yakuba.core.facilities.domain.age_texts import ages
from yakuba.core.facilities.domain.ages import (
    Ages,
    Child,
    End,
    age_in_months,
    fits,
    months_after,
    school_entry,
)

DAYS = st.dates(date(2008, 1, 1), date(2027, 12, 31))
MONTHS, SCHOOL, BIRTH_DAYS = "months", "school", "days"


def span(low: tuple[str, int] | None, high: tuple[str, int] | None) -> tuple[End | None, End | None]:
    return (
        None if low is None else End(low[0], low[1]),  # type: ignore[arg-type]
        None if high is None else End(high[0], high[1]),  # type: ignore[arg-type]
    )


@pytest.mark.parametrize(
    ("text", "low", "high"),
    [
        ("0歳～就学前", (MONTHS, 0), (SCHOOL, 0)),
        ("０歳〜５歳児", (MONTHS, 0), (SCHOOL, 0)),
        ("生後６か月から", (MONTHS, 6), None),
        ("生後6ヶ月から就学前まで", (MONTHS, 6), (SCHOOL, 0)),
        ("6カ月～2歳未満", (MONTHS, 6), (MONTHS, 24)),
        ("3歳未満", None, (MONTHS, 36)),
        ("３歳まで", None, (MONTHS, 48)),
        ("満1歳以上", (MONTHS, 12), None),
        ("0歳", (MONTHS, 0), (MONTHS, 12)),
        ("1歳児・2歳児", (SCHOOL, -5), (SCHOOL, -3)),
        ("０・１・２歳児", (MONTHS, 0), (SCHOOL, -3)),
        ("0～2歳", (MONTHS, 0), (MONTHS, 36)),
        ("生後57日～2歳児", (BIRTH_DAYS, 57), (SCHOOL, -3)),
        ("産休明け～就学前", (BIRTH_DAYS, 57), (SCHOOL, 0)),
        ("生後8週から", (BIRTH_DAYS, 56), None),
        ("未就学児", (MONTHS, 0), (SCHOOL, 0)),
        ("就学前まで", None, (SCHOOL, 0)),
        ("小学生", (SCHOOL, 0), (SCHOOL, 6)),
        ("3歳から小学校3年生", (MONTHS, 36), (SCHOOL, 3)),
        ("小学校1年生〜6年生", (SCHOOL, 0), (SCHOOL, 6)),
        ("中学校2年生まで", None, (SCHOOL, 8)),
        ("0歳から高校生世代までの子どもを養育している方", (MONTHS, 0), (SCHOOL, 12)),
        ("18歳に達する日以後の最初の3月31日までの子ども", None, (SCHOOL, 12)),
        ("15歳に達した日以後の最初の3月31日まで", None, (SCHOOL, 9)),
        ("1歳6か月児", (MONTHS, 18), (MONTHS, 19)),
        ("乳児", (MONTHS, 0), (MONTHS, 12)),
        ("幼児", (MONTHS, 12), (SCHOOL, 0)),
        ("新生児", (BIRTH_DAYS, 0), (BIRTH_DAYS, 28)),
        ("18才未満", None, (MONTHS, 216)),
    ],
)
def test_what_towns_write_is_read(
    text: str, low: tuple[str, int] | None, high: tuple[str, int] | None
) -> None:
    found = ages(text)
    assert found.known, text
    assert (found.low, found.high) == span(low, high)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "要相談",
        "おおむね3歳まで",
        "3歳未満（ただし5歳までの兄姉は可）",
        "3歳児を除く就学前",
        "1歳、3歳",
        "0歳 3歳 5歳",
        "5歳～3歳",
        "月額5,000円、3歳未満",
        "3歳（年度末）まで",
        "施設により異なる",
        "妊産婦",
    ],
)
def test_what_is_not_understood_stays_unknown(text: str) -> None:
    assert not ages(text).known
    assert fits(ages(text), Child.born(date(2024, 1, 1)), date(2026, 1, 1)) is None


def test_everybody_means_every_age_and_before() -> None:
    found = ages("どなたでも")
    assert fits(found, Child.born(date(2026, 6, 1)), date(2026, 1, 1)) is True
    assert fits(found, Child.born(date(2010, 6, 1)), date(2026, 1, 1)) is True


def test_a_scheme_for_pregnant_women_alone_is_for_no_child_that_is_born() -> None:
    found = ages("妊娠中の方")
    assert fits(found, Child.born(date(2026, 6, 1)), date(2026, 5, 31)) is True
    assert fits(found, Child.born(date(2026, 6, 1)), date(2026, 6, 1)) is False
    both = ages("妊娠中の方と1歳未満の子")
    assert fits(both, Child.born(date(2026, 6, 1)), date(2026, 5, 31)) is True
    assert fits(both, Child.born(date(2026, 6, 1)), date(2026, 6, 1)) is True
    assert fits(ages("0歳～就学前"), Child.born(date(2026, 6, 1)), date(2026, 5, 31)) is False


@pytest.mark.parametrize(
    ("text", "birth", "first", "last"),
    [
        ("生後6か月～2歳未満", date(2025, 1, 15), date(2025, 7, 15), date(2027, 1, 14)),
        ("生後6か月～2歳未満", date(2024, 8, 31), date(2025, 3, 1), date(2026, 8, 30)),
        ("1歳～就学前", date(2020, 4, 1), date(2021, 4, 1), date(2026, 3, 31)),
        ("1歳～就学前", date(2020, 4, 2), date(2021, 4, 2), date(2027, 3, 31)),
        ("2歳児", date(2020, 4, 1), date(2022, 4, 1), date(2023, 3, 31)),
        ("2歳児", date(2020, 4, 2), date(2023, 4, 1), date(2024, 3, 31)),
        ("小学生", date(2020, 4, 1), date(2026, 4, 1), date(2032, 3, 31)),
        ("生後57日～0歳児", date(2026, 4, 10), date(2026, 6, 6), date(2028, 3, 31)),
        ("1歳", date(2024, 2, 29), date(2025, 3, 1), date(2026, 2, 28)),
    ],
)
def test_the_first_and_the_last_day_of_an_age(text: str, birth: date, first: date, last: date) -> None:
    found, child, day = ages(text), Child.born(birth), timedelta(days=1)
    assert [fits(found, child, on) for on in (first - day, first, last, last + day)] == [
        False,
        True,
        True,
        False,
    ]


@given(DAYS, st.integers(0, 240))
def test_months_of_age_and_the_day_of_so_many_months_agree(birth: date, months: int) -> None:
    reached = months_after(birth, months)
    assert age_in_months(birth, reached) == months
    assert age_in_months(birth, reached - timedelta(days=1)) == months - 1


@given(DAYS)
def test_school_begins_in_the_april_after_the_sixth_birthday(birth: date) -> None:
    entry = date(school_entry(birth), 4, 1)
    eve = months_after(birth, 72) - timedelta(days=1)  # the age is reached on the eve
    assert eve < entry <= date(eve.year + 1, 4, 1)
    assert months_after(birth, 72) <= entry
    assert entry.year - 1 < eve.year + 1


ENDS = st.one_of(
    st.none(),
    st.builds(End, st.just(MONTHS), st.integers(0, 216)),
    st.builds(End, st.just(BIRTH_DAYS), st.integers(0, 400)),
    st.builds(End, st.just(SCHOOL), st.integers(-6, 12)),
)


@given(ENDS, st.dates(date(2015, 1, 1), date(2026, 1, 1)), st.dates(date(2015, 1, 1), date(2026, 1, 1)))
def test_an_end_never_comes_earlier_for_a_child_born_later(end: End | None, one: date, two: date) -> None:
    if end is not None:
        first, second = sorted((one, two))
        assert end.on(first) <= end.on(second)


@given(ENDS, ENDS, st.integers(0, 200), st.dates(date(2020, 1, 1), date(2027, 1, 1)))
def test_an_age_in_months_is_answered_as_every_birth_date_of_that_age_would_be(
    low: End | None, high: End | None, months: int, on: date
) -> None:
    found = Ages("", True, low, high)
    child = Child.aged(months, on)
    births = [child.earliest + timedelta(days=n) for n in range((child.latest - child.earliest).days + 1)]
    assert births
    assert all(age_in_months(birth, on) == months for birth in births)
    assert age_in_months(child.earliest - timedelta(days=1), on) != months
    assert age_in_months(child.latest + timedelta(days=1), on) != months
    each = {fits(found, Child.born(birth), on) for birth in births}
    answer = fits(found, child, on)
    if answer is None:
        assert each == {True, False} or len(each) == 1
    else:
        assert each == {answer}


@given(st.text(max_size=60))
def test_no_text_at_all_makes_the_reader_fail(text: str) -> None:
    found = ages(text)
    assert found.text == text
    assert fits(found, Child.born(date(2024, 1, 1)), date(2026, 1, 1)) in (True, False, None)
