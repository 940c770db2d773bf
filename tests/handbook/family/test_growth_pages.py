"""Measures: what is taken, what is asked about, the chart with both ages."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from yakuba.handbook.models import Child, Measurement

pytestmark = pytest.mark.django_db


def give(inside: Client, child: Child, **fields: str) -> object:
    fields.setdefault("on", timezone.localdate().isoformat())
    return inside.post(f"/handbook/children/{child.reference}/growth/", fields)


def test_figures_are_kept_in_grams_and_millimetres(inside: Client, child: Child) -> None:
    assert give(inside, child, weight="6.105", height="60.2", head="40").status_code == 302
    kept = Measurement.objects.get()
    assert (kept.weight_g, kept.height_mm, kept.head_mm) == (6105, 602, 400)


@pytest.mark.parametrize("typed", ["６．１", "6,1", " 6.1 "])
def test_figures_are_read_as_people_type_them(inside: Client, child: Child, typed: str) -> None:
    give(inside, child, weight=typed)
    assert Measurement.objects.get().weight_g == 6100


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({}, "1つ以上の数値を入力してください"),
        ({"weight": "abc"}, "数値を入力してください"),
        ({"weight": "NaN"}, "数値を入力してください"),
        ({"weight": "-3"}, "0.3から150kg"),
        ({"weight": "6105"}, "0.3から150kg"),  # grams
        ({"height": "0.6"}, "20から220cm"),  # metres
        ({"head": "400"}, "15から70cm"),
        ({"weight": "3", "on": "2999-01-01"}, "先の日付です"),
        ({"weight": "3", "on": "2001-01-01"}, "生まれる前の日です"),
        ({"weight": "3", "on": "x"}, "日付を入力してください"),
    ],
)
def test_what_no_child_has_is_asked_about(
    inside: Client, child: Child, fields: dict[str, str], said: str
) -> None:
    answer = give(inside, child, **fields)
    assert answer.status_code == 422
    assert said in answer.content.decode()
    assert not Measurement.objects.exists()


def test_the_same_figures_twice_are_one_and_may_be_taken_back(inside: Client, child: Child) -> None:
    give(inside, child, weight="6.1")
    answer = give(inside, child, weight="6.1")
    kept = Measurement.objects.get()
    assert "戻す" in inside.get(answer["Location"]).content.decode()
    inside.post(f"/handbook/children/{child.reference}/growth/{kept.pk}/take-back/")
    kept.refresh_from_db()
    assert kept.taken_back_at is not None
    page = inside.get(f"/handbook/children/{child.reference}/growth/").content.decode()
    assert "計測の記録は、まだありません" in page


def test_there_are_no_invented_curves_and_the_page_says_so(inside: Client, child: Child) -> None:
    give(inside, child, weight="6.1")
    page = inside.get(f"/handbook/children/{child.reference}/growth/").content.decode()
    assert "発育曲線（パーセンタイル）は描きません" in page
    assert page.count("<svg role=") == 1


def test_a_child_born_early_is_shown_with_both_ages(inside: Client, child: Child) -> None:
    assert child.birth is not None
    Child.objects.update(due=child.birth + timedelta(days=42))
    give(inside, child, weight="6.1", on=(child.birth + timedelta(days=60)).isoformat())
    page = inside.get(f"/handbook/children/{child.reference}/growth/").content.decode()
    assert "34週0日で生まれました" in page
    assert "修正月齢" in page
    assert "(-1.4)" in re.sub(r"[−‐]", "-", page)


def test_a_child_born_in_time_has_one_age(inside: Client, child: Child) -> None:
    give(inside, child, weight="6.1")
    assert "修正月齢" not in inside.get(f"/handbook/children/{child.reference}/growth/").content.decode()


@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.text(max_size=12))
def test_nothing_that_is_typed_breaks_the_page(inside: Client, child: Child, typed: str) -> None:
    assert give(inside, child, weight=typed, height=typed).status_code in (302, 422)


def test_the_table_has_as_many_places_in_every_row(inside: Client, child: Child) -> None:
    give(inside, child, weight="6", height="60", head="40")
    page = inside.get(f"/handbook/children/{child.reference}/growth/").content.decode()
    table = page[page.index("figures-table") :]
    assert re.findall(r'<td class="r">([^<]*)</td>', table) == ["6.00", "60.0", "40.0"]


def test_a_weight_in_grams_keeps_them(inside: Client, child: Child) -> None:
    give(inside, child, weight="6.105")
    assert ">6.105<" in inside.get(f"/handbook/children/{child.reference}/growth/").content.decode()
