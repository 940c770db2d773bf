"""Every element of the supporting data arrives where the engine looks for it; bad archives are refused."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from tests.handbook.cdsi.made import ALPHA, SCHEDULE, archive, whole
from yakuba.handbook.cdsi import archive as reading
from yakuba.handbook.cdsi.archive import BadArchive
from yakuba.handbook.cdsi.load import load
from yakuba.handbook.domain.calendars import AGE, Point
from yakuba.handbook.domain.offsets import Offset, parse_offset
from yakuba.handbook.domain.rules import (
    OBSERVATION,
    PREVIOUS,
    PRODUCT,
    RISK,
    TARGET,
    Association,
    Conflict,
    Group,
    Indication,
    Interval,
    Period,
    Rulebook,
    VaccineUse,
)


@pytest.fixture
def rules(tmp_path: Path) -> Rulebook:
    return load(archive(tmp_path))


def age(text: str) -> Point:
    return Point(AGE, parse_offset(text))


def test_the_schedule_is_read(rules: Rulebook) -> None:
    assert (rules.name, rules.version, rules.country) == ("cdsi", "9.99", "U.S.")
    assert rules.groups == {
        "Alpha Group": Group("Alpha Group", ("Alpha",), True),
        "Beta": Group("Beta", ("Beta",)),
    }
    assert rules.vaccines == {
        "01": (Association("Alpha", None, age("50 years")),), "05": (Association("Beta"),),
    }  # fmt: skip
    assert rules.conflicts == {("05", "01"): (Conflict(Offset(days=1), Offset(days=24), Offset(days=28)),)}


def test_immunity_and_contraindications_are_read(rules: Rulebook) -> None:
    alpha = rules.antigens["Alpha"]
    assert alpha.immune_after == {"018"}
    assert [(b.day, b.country, b.exceptions) for b in alpha.born_before] == [
        (date(1957, 1, 1), "U.S.", {"055"})
    ]
    plain, vaccine = alpha.contraindications
    assert (plain.observation, plain.from_, plain.until, plain.vaccines) == ("080", None, age("8 months"), ())
    assert (vaccine.observation, vaccine.vaccines) == ("081", (VaccineUse("01", from_=age("2 years")),))


def test_a_standard_series_is_read(rules: Rulebook) -> None:
    one = rules.antigens["Alpha"].series[0]
    assert (one.name, one.antigen, one.group, one.kind) == (
        "Alpha 2-dose",
        "Alpha",
        "Alpha Group",
        "standard",
    )
    assert (one.series_group, one.equivalent_groups, one.sexes) == ("1", {"2", "3"}, {"F", "unknown"})
    assert (one.default, one.product_path, one.priority, one.preference) == (True, False, "A", 2)
    assert (one.start_from, one.start_until) == (None, age("12 months - 4 days"))
    assert one.indications == ()


def test_a_risk_series_is_read(rules: Rulebook) -> None:
    one = rules.antigens["Alpha"].series[1]
    assert (one.kind, one.series_group, one.product_path, one.preference) == (RISK, "2", True, 99)
    assert one.indications == (Indication("160", age("2 months"), age("19 years")),)


def test_ages_and_vaccines_of_a_dose_are_read(rules: Rulebook) -> None:
    dose = rules.antigens["Alpha"].series[0].doses[0]
    window = dose.ages[0]
    assert dose.number == 1
    assert (window.absolute_from, window.from_) == (age("6 weeks - 4 days"), age("6 weeks"))
    assert (window.recommended_from, window.recommended_until) == (age("2 months"), age("3 months + 4 weeks"))
    assert (window.until, window.period) == (age("5 years"), Period(first=date(2020, 1, 1)))
    assert dose.preferable == (VaccineUse("01", "ABC", age("0 days"), None, True),)
    assert dose.allowable == (VaccineUse("01"),)
    assert (dose.inadvertent, dose.skips, dose.intervals, dose.season) == ({"05"}, (), (), None)
    assert not dose.recurring


def test_intervals_of_every_kind_are_read(rules: Rulebook) -> None:
    dose = rules.antigens["Alpha"].series[0].doses[1]
    previous, target, product, observation = dose.intervals
    assert previous == Interval(
        PREVIOUS, absolute=parse_offset("4 weeks - 4 days"), minimum=Offset(days=28),
        recommended_from=Offset(days=56), recommended_until=Offset(days=91), priority=True,
    )  # fmt: skip
    assert (target.reference, target.target, target.priority) == (TARGET, 1, False)
    assert (product.reference, product.products) == (PRODUCT, {"05", "09"})
    assert (observation.reference, observation.observation) == (OBSERVATION, "170")
    assert dose.allowed_intervals == (Interval(PREVIOUS, absolute=Offset(days=21)),)


def test_skips_recurrence_and_season_are_read(rules: Rulebook) -> None:
    dose = rules.antigens["Alpha"].series[0].doses[1]
    (skip,) = dose.skips
    assert (skip.every, skip.in_history, skip.in_forecast) == (True, False, True)
    (found,) = skip.sets
    assert (found.every, found.period) == (False, Period(first=date(2022, 5, 6)))
    by_age, count, completed, interval = found.conditions
    assert (by_age.kind, by_age.from_age, by_age.until_age) == ("age", age("5 years"), None)
    assert (count.kind, count.count, count.comparison, count.valid_only) == ("count", 2, "=", True)
    assert (count.first, count.before, count.vaccines) == (date(2020, 1, 1), date(2021, 1, 1), {"01", "05"})
    assert (completed.kind, completed.series_groups) == ("completed series", {"2"})
    assert (interval.kind, interval.gap) == ("interval", Offset(months=6))
    assert dose.recurring
    assert dose.season == Period(date(2025, 7, 1), date(2026, 6, 30))


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ("<minAge>6 weeks</minAge>", "<minAge>6 fortnights</minAge>", "6 fortnights"),
        ("<conditionType>Age</conditionType>", "<conditionType>Mood</conditionType>", "mood"),
        ("<seriesType>Risk</seriesType>", "<seriesType>Rare</seriesType>", "rare"),
        ("20220506", "soon", "'soon' is not a date"),
        ("<selectSeries>", "<select>", "not plain XML"),
    ],
)
def test_a_value_that_cannot_be_read_is_named_with_its_file(
    tmp_path: Path, old: str, new: str, told: str
) -> None:
    assert old in ALPHA
    path = archive(tmp_path, whole(alpha=ALPHA.replace(old, new)))
    with pytest.raises(BadArchive, match="Alpha") as refused:
        load(path)
    assert told in str(refused.value)


def test_a_bad_schedule_and_a_series_without_its_selection_are_named(tmp_path: Path) -> None:
    with pytest.raises(BadArchive, match="schedule: '24 moons'"):
        load(archive(tmp_path, whole(schedule=SCHEDULE.replace("24 days", "24 moons"))))
    bare = ALPHA.replace("selectSeries>", "other>")
    with pytest.raises(BadArchive, match="'Alpha 2-dose' has no selectSeries"):
        load(archive(tmp_path, whole(alpha=bare)))


def test_entities_and_document_types_are_refused(tmp_path: Path) -> None:
    bomb = '<!DOCTYPE a [<!ENTITY b "cc">]>' + ALPHA
    with pytest.raises(BadArchive, match="not plain XML"):
        load(archive(tmp_path, whole(alpha=bomb)))


def test_archives_that_are_none_or_hold_too_much_are_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "text.zip").write_text("no zip")
    for path in (tmp_path / "text.zip", tmp_path / "missing.zip"):
        with pytest.raises(BadArchive, match="not a readable zip archive"):
            load(path)
    with pytest.raises(BadArchive, match=r"holds no ScheduleSupportingData\.xml"):
        load(archive(tmp_path, {"XML/AntigenSupportingData- Alpha-508.xml": ALPHA}))
    good = archive(tmp_path)
    for name, told in (("MOST_FILES", "at most 2 "), ("MOST_BYTES", "too many"),
                       ("MOST_BYTES_TOGETHER", "more than 2 bytes")):  # fmt: skip
        with monkeypatch.context() as patch:
            patch.setattr(reading, name, 2)
            with pytest.raises(BadArchive, match=told):
                load(good)
