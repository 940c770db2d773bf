"""Opening hours said in the reader's language, or left in the source's own words."""

from __future__ import annotations

import re
from html import unescape
from typing import Any

import pytest
from django.test import Client
from django.utils import translation
from hypothesis import given
from hypothesis import strategies as st

from tests.core.facilities.test_hours import OFFICE
from yakuba.core.facilities.domain.records import Place
from yakuba.core.ui.readings import plain
from yakuba.handbook.childcare.opening import Opening, opening


def said(language: str, days: str = "", opens: str = "", closes: str = "", remarks: str = "") -> Opening:
    place = Place("public", "1", "館", days=days, opens=opens, closes=closes, remarks=remarks)
    with translation.override(language):
        found = opening(place)
        return Opening(tuple(plain(line) for line in found.lines), found.own, found.labelled)


@pytest.mark.parametrize(
    ("cells", "english"),
    [
        (("月～金", "9:00", "17:00"), ["Mon–Fri 9:00–17:00"]),
        (("火水木金土日、祝日", "9:30", "20:00"), ["Tue–Sun, public holidays 9:30–20:00"]),
        (("月、水、金",), ["Mon, Wed, Fri"]),
        (("毎日", "22:00", "6:00"), ["Every day, public holidays 22:00–6:00 (the next day)"]),
        (("", "0:00", "24:00"), ["24 hours"]),
        (("月～金、第２・第４土曜", "9:00", "17:00"), ["Mon–Fri, 2nd and 4th Sat of the month 9:00–17:00"]),
        (
            OFFICE,
            [
                "Mon–Fri 9:00–17:00",
                "Break: 12:00–13:00",
                "Closed: public holidays, 29 December–3 January",
            ],
        ),
        (("平日", "9:00", "17:00"), ["Mon–Fri 9:00–17:00", "Closed: public holidays"]),
        (("月～土", "9:00", "17:00", "土は12:00まで"), ["Mon–Fri 9:00–17:00", "Sat 9:00–12:00"]),
        (
            ("火～日", "9:00", "17:00", "第3水曜は休み。年末年始は休み。祝日も開館"),
            [
                "Tue–Sun 9:00–17:00",
                "Also open: public holidays",
                "Closed: 3rd Wed of the month, New Year holidays",
            ],
        ),
        (
            ("年中無休", "8:00", "9:05"),
            ["Every day, public holidays 8:00–9:05", "Also open: New Year holidays"],
        ),
    ],
)
def test_hours_that_were_understood_are_said_in_english(cells: tuple[str, ...], english: list[str]) -> None:
    found = said("en", *cells)
    assert list(found.lines) == english
    assert found.own == ()


def test_easy_japanese_says_them_with_readings() -> None:
    place = Place(
        "public", "1", "館", days="月～金、第2土曜", opens="9:00", closes="17:00", remarks="祝日は休み"
    )
    with translation.override("ja-x-easy"):
        lines = opening(place).lines
    assert lines[0] == ("{月|げつ}から {金|きん}、{毎月|まいつき} 2{番目|ばんめ}の {土|ど} 9:00–17:00")
    assert lines[1] == "{休|やす}み：{祝日|しゅくじつ}"


@pytest.mark.parametrize("language", ["en", "ja-x-easy"])
def test_what_was_not_understood_stays_in_its_own_words(language: str) -> None:
    found = said(language, "不定期", "朝", "夕方", "行事で変わります")
    assert found == Opening((), ("不定期", "朝〜夕方", "行事で変わります"), True)
    found = said(language, "月～金", "9:00", "17:00", "祝日は休み。行事で変わります")
    assert len(found.lines) == 2
    assert found.own == ("祝日は休み。行事で変わります",)


def test_a_remark_that_no_hours_hold_is_not_lost() -> None:
    assert said("en", "月～金", "9:00", "17:00", "予約制").own == ("予約制",)


def test_japanese_is_what_the_source_says() -> None:
    found = said("ja", "月～金", "9:00", "17:00", "祝日は休み")
    assert found == Opening((), ("月～金 9:00〜17:00", "祝日は休み"), False)
    assert not said("ja")
    assert not said("en")


@given(st.text(max_size=12), st.text(max_size=6), st.text(max_size=6), st.text(max_size=20))
def test_no_text_is_lost_or_stops_the_page(days: str, opens: str, closes: str, remarks: str) -> None:
    found = said("en", days, opens, closes, remarks)
    if remarks.strip() and not found.own:
        assert found.lines


@pytest.mark.usefixtures("register")
@pytest.mark.parametrize(("language", "closed"), [("en", "Closed: "), ("ja-x-easy", "（やす）み：")])
def test_the_pages_say_hours_in_the_language(
    client: Client, language: str, closed: str, settings: Any
) -> None:
    client.cookies[settings.LANGUAGE_COOKIE_NAME] = language
    listed = bare(client.get("/childcare/").content.decode())
    assert closed in listed
    assert "休み" not in re.sub(r'<span lang="ja">.*?</span>', "", listed)
    (place, *_) = re.findall(r'href="(/childcare/[^"]*)">', listed.partition('id="place-1"')[2])
    assert closed in bare(client.get(unescape(place)).content.decode())


def bare(page: str) -> str:
    return re.sub(r"</?r[bpt]>|</?ruby>", "", page)
