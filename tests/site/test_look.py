"""Figures, dates, charts and parts are written as the look says."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django import forms
from django.template import Context, Template
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from yakuba.core.ui import charts, wording
from yakuba.core.ui.icons import ICONS


def render(text: str, **context: Any) -> str:
    return Template("{% load yakuba_ui %}" + text).render(Context(context))


@pytest.mark.parametrize(
    ("value", "digits", "text"),
    [
        (None, None, "—"), (0, None, "0"), (1258, None, "1,258"), (1234567, None, "1,234,567"),
        (3.14, None, "3.14"), (3.15, 1, "3.2"), (0.5, 2, "0.50"), (-14, None, "−14"),
        (-1234.5, None, "−1,234.5"),
        (2.0, None, "2"), (Decimal("0.005"), 2, "0.01"), (1e6, None, "1,000,000"), (-0.4, 0, "0"),
    ],
)  # fmt: skip
def test_figures_carry_separators_and_a_true_minus(value: Any, digits: int | None, text: str) -> None:
    assert wording.thousands(value, digits) == text


@given(st.integers(-(10**12), 10**12))
def test_every_whole_number_can_be_read_back(value: int) -> None:
    text = wording.thousands(value)
    assert int(text.replace(",", "").replace("−", "-")) == value
    assert re.fullmatch(r"−?\d{1,3}(,\d{3})*", text)


@pytest.mark.parametrize(
    ("value", "text", "loss"),
    [(None, "未測定", False), (0, "0分", False), (41.4, "41分", False), (-14.2, "−14分", True),
     (-0.4, "0分", False), (0.5, "1分", False), (1728, "1,728分", False)],
)  # fmt: skip
def test_minutes_saved_show_a_loss_as_a_loss(value: float | None, text: str, loss: bool) -> None:
    assert wording.minutes(value) == (text, loss)
    assert ('class="loss"' in render("{{ v|minutes }}", v=value)) is loss


def test_times_are_short_in_tables_and_spelt_in_sentences() -> None:
    assert wording.clock(time(9, 5)) == "9:05"
    assert wording.clock_in_sentence(time(9, 42)) == "9時42分"
    moment = datetime(2026, 11, 22, 0, 42, tzinfo=UTC)
    assert (
        render("{{ v|clock }} {{ t|clock }} {{ n|clock }}", v=moment, t=time(17, 0), n=None) == "9:42 17:00 —"
    )
    assert render("{{ v|wareki }}", v=moment) == "令和8年11月22日（日）"
    assert render("{{ v|wareki }} {{ n|wareki }}", v=date(2027, 1, 19), n=None) == "令和9年1月19日（火） —"


def test_a_moment_is_told_from_today() -> None:
    now = timezone.localtime().replace(hour=9, minute=42)
    assert render("{{ v|moment }}", v=now) == "9:42"
    assert render("{{ v|moment }}", v=now - timedelta(days=1)) == "昨日 9:42"
    assert render("{{ v|moment }}", v=None) == "—"
    old = now.replace(year=2019, month=4, day=30)
    assert render("{{ v|moment }}", v=old) == "平成31年4月30日 9:42"
    assert re.fullmatch(r"(令和\d+年)?\d+月\d+日 9:42", render("{{ v|moment }}", v=now - timedelta(days=40)))


@given(st.integers(0, 10**6), st.integers(0, 10**6))
def test_the_border_fills_the_whole_width(auto: int, staff: int) -> None:
    made = charts.meter(auto, staff)
    assert made.auto + made.staff == pytest.approx(100)
    if auto + staff:
        assert made.auto == pytest.approx(100 * auto / (auto + staff), abs=0.05)
    else:
        assert made.staff == 100


@given(st.lists(st.floats(-1e6, 1e6, allow_nan=False), min_size=1, max_size=40))
def test_bars_stand_on_the_zero_line_in_proportion_and_inside_the_drawing(values: list[float]) -> None:
    made = charts.bars([(str(at), value) for at, value in enumerate(values)], unit="分")
    top = max(abs(value) for value in values)
    for bar, value in zip(made.bars, values, strict=True):
        assert 0 <= bar.y <= made.height
        assert bar.y + bar.height <= made.height
        assert bar.x >= 0
        assert bar.x + bar.width <= 100.01
        touching = bar.y + bar.height if value >= 0 else bar.y
        assert touching == pytest.approx(made.zero, abs=0.3)
        assert (bar.css == "f-bad") is (value < 0)
        tallest = max(one.height for one in made.bars)
        if top > 1:
            assert bar.height == pytest.approx(tallest * abs(value) / top, abs=0.3)
    assert made.labelled is (len(values) <= 12)
    assert len(made.grid) <= 5


def test_the_subject_of_a_chart_is_dark_and_the_rest_light() -> None:
    made = charts.bars([("a", 1), ("b", 2), ("c", 3)])
    assert [bar.css for bar in made.bars] == ["f-2", "f-2", "f-auto"]
    other = charts.bars([("a", 1), ("b", 2), ("c", 3)], subject=0)
    assert [bar.css for bar in other.bars] == ["f-auto", "f-2", "f-2"]
    assert charts.bars([]).bars == ()


def test_a_chart_tells_its_finding_and_carries_its_table() -> None:
    shown = render('{% bar_chart bars "分" "最大は5月の1,200分" %}', bars=[("4月", -3.0), ("5月", 1200.0)])
    assert 'role="img" aria-label="最大は5月の1,200分"' in shown
    assert '<th scope="row">5月</th><td class="r">1,200</td>' in shown
    assert '<span class="loss">−3</span>' in shown


def test_a_meter_says_in_words_what_it_draws() -> None:
    shown = render("{% meter 914 86 %}")
    assert 'aria-label="AIが処理 91.4％、職員が確認 8.6％"' in shown
    assert 'x="91.4%"' in shown


class Sample(forms.Form):
    name = forms.CharField(label="氏名", help_text="戸籍の字で")
    agree = forms.BooleanField(label="同意", required=False)
    which = forms.ChoiceField(label="種別", choices=[("a", "甲"), ("b", "乙")], widget=forms.RadioSelect)


def test_a_field_with_an_error_is_tied_to_it() -> None:
    form = Sample({"name": "", "which": "z"})
    shown = render("{% field form.name %}{% field form.which %}{% field form.agree %}", form=form)
    described = re.search(r'aria-describedby="([^"]+)"', shown)
    assert described is not None
    for one in described.group(1).split():
        assert f'id="{one}"' in shown
    assert 'aria-invalid="true"' in shown
    assert 'class="input"' in shown
    assert '<label for="id_name">氏名<span class="must">必須</span></label>' in shown
    assert "<legend>種別" in shown
    summary = Template('{% include "components/form_errors.html" %}').render(Context({"form": form}))
    assert '<a href="#id_name">' in summary
    assert '<a href="#id_which_0">' in summary
    assert 'id="id_which_0"' in shown
    assert 'aria-describedby=" id_which-error"' in shown


def test_a_field_without_an_error_says_nothing_of_one() -> None:
    shown = render("{% field form.name %}", form=Sample())
    assert "aria-invalid" not in shown
    assert "error-text" not in shown


def test_a_field_that_names_its_own_class_keeps_it() -> None:
    class Small(forms.Form):
        one = forms.CharField(widget=forms.TextInput(attrs={"class": "input-sm"}))
        two = forms.CharField(widget=forms.TextInput(attrs={"class": "input big"}))

    shown = render("{% field form.one %}{% field form.two %}", form=Small())
    assert 'class="input input-sm"' in shown
    assert 'class="input big"' in shown


@pytest.mark.parametrize(
    ("fraction", "text"), [(0.624, "62%"), (None, "準備中"), (1.5, "100%"), (-1, "0%"), (0, "0%")]
)
def test_progress_says_how_far(fraction: float | None, text: str) -> None:
    shown = render('{% progress f "割当の進み具合" %}', f=fraction)
    assert text in shown
    assert (' value="' in shown) is (fraction is not None)


@pytest.mark.parametrize("kind", ["", "ok", "warn", "bad"])
def test_a_notice_has_its_sign_and_only_a_failure_interrupts(kind: str) -> None:
    shown = render('{% notice "題" "文" k "/x" "見る" %}', k=kind)
    assert "<svg" in shown
    assert ('role="alert"' in shown) is (kind == "bad")
    assert '<a href="/x">見る</a>' in shown


def test_every_icon_is_drawn_in_lines_alone() -> None:
    for name, drawing in ICONS.items():
        assert re.fullmatch(r'(<(path d="[^"<>]+"|circle cx="[\d.]+" cy="[\d.]+" r="[\d.]+")/>)+', drawing), (
            name
        )
    with pytest.raises(KeyError):
        render('{% icon "no such icon" %}')
