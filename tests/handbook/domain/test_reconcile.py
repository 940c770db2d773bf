"""One history out of the office's record and the family's."""

from __future__ import annotations

from datetime import date, timedelta

from hypothesis import given
from hypothesis import strategies as st

from yakuba.handbook.domain.reconcile import FAMILY, NEAR, OFFICE, Entry, reconcile

DAY = date(2026, 6, 1)


def office(name: str, day: int = 0, vaccine: str = "PCV", product: str = "") -> Entry:
    return Entry(name, vaccine, DAY + timedelta(days=day), product)


def family(name: str, day: int = 0, vaccine: str = "PCV", product: str = "") -> Entry:
    return Entry(name, vaccine, DAY + timedelta(days=day), product, FAMILY)


def names(entries: tuple[Entry, ...]) -> list[str]:
    return [one.reference for one in entries]


def test_the_same_dose_in_both_records_counts_once_and_needs_nobody() -> None:
    found = reconcile([family("f"), office("o")])
    assert (names(found.entries), found.mismatches) == (["o"], ())


def test_a_dose_that_only_the_family_holds_is_added_in_the_order_of_days() -> None:
    found = reconcile([office("o", 40), family("f", 0)])
    assert (names(found.entries), found.mismatches) == (["f", "o"], ())


def test_another_vaccine_on_the_same_day_is_another_dose() -> None:
    found = reconcile([office("o"), family("f", vaccine="MR")])
    assert sorted(names(found.entries)) == ["f", "o"]


def test_a_day_apart_is_the_same_dose_with_a_difference_to_look_at() -> None:
    for apart in (1, -1, NEAR.days, -NEAR.days):
        found = reconcile([office("o"), family("f", apart)])
        assert names(found.entries) == ["o"]
        (clash,) = found.mismatches
        assert (clash.what, clash.family.reference, clash.office.reference) == ("day", "f", "o")


def test_one_day_further_is_a_dose_of_its_own() -> None:
    for apart in (NEAR.days + 1, -NEAR.days - 1):
        found = reconcile([office("o"), family("f", apart)])
        assert (len(found.entries), found.mismatches) == (2, ())


def test_products_that_differ_are_told_but_an_unknown_one_is_no_difference() -> None:
    (clash,) = reconcile([office("o", product="PCV15"), family("f", product="PCV20")]).mismatches
    assert (clash.what, clash.office.product) == ("product", "PCV15")
    assert not reconcile([office("o", product="PCV15"), family("f")]).mismatches
    assert not reconcile([office("o"), family("f", product="PCV20")]).mismatches


def test_the_same_day_is_matched_before_a_near_day() -> None:
    """The family's first record is near both; its second is exactly the office's first."""
    found = reconcile([office("o1", 0), office("o2", 10), family("f1", 4), family("f2", 0)])
    assert names(found.entries) == ["o1", "o2"]
    assert [(one.family.reference, one.office.reference) for one in found.mismatches] == [("f1", "o2")]


def test_the_nearest_office_record_is_the_partner() -> None:
    (clash,) = reconcile([office("o1", 0), office("o2", 12), family("f", 10)]).mismatches
    assert clash.office.reference == "o2"


def test_an_office_record_is_the_partner_of_one_family_record_only() -> None:
    found = reconcile([office("o"), family("f1", 1), family("f2", 2)])
    assert names(found.entries) == ["o", "f2"]
    assert [one.family.reference for one in found.mismatches] == ["f1"]


ENTRIES = st.lists(
    st.builds(
        lambda number, source, vaccine, day: Entry(
            f"{source}{number}", vaccine, DAY + timedelta(days=day), "", source
        ),
        st.integers(0, 10**6),
        st.sampled_from((OFFICE, FAMILY)),
        st.sampled_from(("PCV", "MR")),
        st.integers(0, 60),
    ),
    max_size=12,
    unique_by=lambda one: one.reference,
)


@given(ENTRIES, st.randoms(use_true_random=False))
def test_nothing_of_the_office_is_lost_and_the_order_of_records_does_not_matter(
    entries: list[Entry], random: object
) -> None:
    found = reconcile(entries)
    shuffled = list(entries)
    random.shuffle(shuffled)  # type: ignore[attr-defined]
    assert reconcile(shuffled) == found
    held = {one.reference for one in entries if one.source == OFFICE}
    assert held <= set(names(found.entries))
    assert list(found.entries) == sorted(
        found.entries, key=lambda one: (one.given_on, one.vaccine, one.reference)
    )
    told = {one.family.reference for one in found.mismatches}
    assert not told & set(names(found.entries))


def test_every_dose_that_only_the_family_holds_is_kept() -> None:
    found = reconcile([family("f", 0), family("g", 100), family("h", 200), office("o", 300)])
    assert (names(found.entries), found.mismatches) == (["f", "g", "h", "o"], ())
