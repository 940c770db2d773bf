"""Residents' childcare pages: what is found, what is marked, what a link to others holds."""

from __future__ import annotations

import re
from datetime import timedelta
from html import unescape
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from django.test import Client
from django.utils import timezone

from yakuba.core.facilities.models import Dataset, MapShape, VacancyNotice
from yakuba.site.catalogues import parse

HERE = Path(__file__).resolve().parents[3] / "src/yakuba/handbook"
DAY = timezone.localdate()
NEXT_FRIDAY = DAY + timedelta(days=(4 - DAY.weekday()) % 7 + 7)

pytestmark = pytest.mark.usefixtures("register")


def page(client: Client, path: str = "/childcare/", **query: Any) -> str:
    answer = client.get(path, query, headers={"accept-language": "ja"})
    assert answer.status_code == 200
    return unescape(answer.content.decode())


def names(text: str) -> list[str]:
    return re.findall(r'<h3><span>.*?<a href="[^"]+">([^<]+)</a>', text)


def total(text: str) -> str:
    return re.findall(r'<h2 id="results">([^<]+)</h2>', text)[0]


def test_every_place_is_found_once_and_twenty_a_page(client: Client) -> None:
    text = page(client)
    assert len(names(text)) == 20
    count = int(total(text).removesuffix("件"))
    assert count == 30 + 20 + 25 + 15 - 11  # eleven baby stations are in other tables too
    seen: set[str] = set()
    for number in range(1, 5):
        seen |= set(names(page(client, page=number)))
    assert len(seen) == count


def test_words_and_kinds_narrow(client: Client) -> None:
    assert names(page(client, q="中央　図書館")) == ["汐見中央図書館"]
    assert set(names(page(client, kind="childcare", q="一時預かり", service="temporary_care"))) == {
        "一時預かり室こぐま",
        "一時預かり室はと",
        "なぎさ保育園",
        "あさなぎ保育園",
        "とうだい保育園",
    }
    assert "児童館" in page(client, kind=["baby"], q="ジドウカン")


def test_the_age_is_that_of_the_day_of_the_visit(client: Client) -> None:
    birth = NEXT_FRIDAY.replace(year=NEXT_FRIDAY.year - 3)
    before, after = NEXT_FRIDAY - timedelta(days=1), NEXT_FRIDAY
    one = page(client, q="つどいのひろば", born=birth, on=before)
    assert names(one) == ["帆立坂つどいのひろば"]
    assert "2歳11か月" in one
    assert "対象の年齢" in one
    two = page(client, q="つどいのひろば", born=birth, on=after)
    assert names(two) == []
    assert "条件に合うものがありません" in two


def test_what_is_not_clear_is_marked_and_can_be_left_out(client: Client) -> None:
    birth = DAY - timedelta(days=400)
    text = page(client, q="朝凪台子育てひろば", born=birth)
    assert names(text) == ["朝凪台子育てひろば"]
    assert "年齢は要確認" in text
    assert "うち1件は" in text
    assert names(page(client, q="朝凪台子育てひろば", born=birth, sure=1)) == []


def test_open_then_or_please_check(client: Client) -> None:
    friday = NEXT_FRIDAY.isoformat()
    text = page(client, q="汐見児童館", on=friday, time="10:00")
    if "chip-ok" in text:
        assert "開いています" in text
    assert names(page(client, q="汐見児童館", on=friday, time="20:00")) == []
    assert "開いているかは要確認" in page(client, q="月待浜児童館", on=friday, time="10:00")


def test_the_nearest_comes_first(client: Client) -> None:
    text = page(client, kind="public", **{"from": "08"})
    away = [float(one) for one in re.findall(r'<small class="nobreak">([\d.]+) km</small>', text)]
    assert away == sorted(away)
    assert len(away) > 5
    close = page(client, kind="public", within="1", **{"from": "08"})
    assert 0 < len(names(close)) < len(names(text))
    assert " km</small>" not in close or "1.0 km</small>" in close


def test_what_cannot_be_read_is_said_and_left_out(client: Client) -> None:
    text = page(client, born="2025-02-30", on="1999-01-01", time="25:00", at="2.35,48.85")
    for said in ("生年月日として読めません", "1年以内の日ではありません", "時刻として読めません", "日本の外"):
        assert said in text
    assert total(text) == total(page(client))


@pytest.mark.parametrize(
    "query",
    [
        {"page": "99"},
        {"page": "-1"},
        {"page": "9" * 50},
        {"kind": "x", "service": "x", "from": "zz", "within": "1000", "view": "x"},
        {"q": "\0'\"><script>alert(1)</script>"},
        {"q": "あ" * 5000},
        {"age": "9999999"},
        {"at": "1"},
        {"at": ","},
        {"born": "あ", "on": "9" * 500},
        {"time": "24:00"},
        {"on": "2026-13-01"},
    ],
)
def test_whatever_the_address_says_a_page_answers(client: Client, query: dict[str, str]) -> None:
    for path in ("/childcare/", "/childcare/schemes/", "/childcare/vacancies/"):
        answer = client.get(path, query)
        assert answer.status_code == 200
        assert b"<script>alert" not in answer.content


def test_a_link_to_others_holds_neither_birth_date_nor_the_devices_place(client: Client) -> None:
    birth = DAY - timedelta(days=500)
    text = page(client, born=birth, on=NEXT_FRIDAY, at="33.6012345,138.4012345", within="3", q="児童館")
    link = re.findall(r'<h2>この検索を残す・伝える</h2><p><a href="([^"]+)"', text)[0]
    kept = parse_qs(urlsplit(link).query)
    assert set(kept) == {"q", "age", "on"}
    assert "33.601" in text  # the search itself knows it to about 100 metres
    assert "33.6012" not in text
    again = page(client, **{key: value[0] for key, value in kept.items()})
    assert set(names(text)) <= set(names(again)) | set(names(page(client, **kept, page=2)))


def test_the_age_of_a_shared_link_is_the_age_on_the_day(client: Client) -> None:
    text = page(client, age="15", on=NEXT_FRIDAY)
    assert "1歳3か月" in text


def test_answers_are_kept_out_of_shared_stores_and_only_this_page_may_locate(client: Client) -> None:
    answer = client.get("/childcare/")
    assert answer["Cache-Control"] == "private, no-store"
    assert "geolocation=(self)" in answer["Permissions-Policy"]
    assert answer["Referrer-Policy"] == "no-referrer"
    assert "geolocation=()" in client.get("/")["Permissions-Policy"]


def test_the_map_shows_what_the_list_shows_and_the_list_stays(client: Client) -> None:
    text = page(client, view="map", q="児童館")
    assert text.count('<a href="#place-') == len(names(text)) > 0
    MapShape.objects.all().delete()
    assert page(client, view="map", q="児童館").count('<a href="#place-') == len(names(text))
    nothing = page(client, view="map", q="ないもの")
    assert "<figure" not in nothing


def test_one_place_with_its_hours_its_age_and_its_source(client: Client) -> None:
    first = page(client, q="なぎさ保育園", born=DAY - timedelta(days=300))
    url = re.findall(r'<a href="(/childcare/place/[^"]+)"', first)[0]
    text = unescape(client.get(url, headers={"accept-language": "ja"}).content.decode())
    assert "100名(うち0歳児9名)" in text.translate({0xFF08: "(", 0xFF09: ")"})
    assert "対象の年齢" in text
    assert "令和8年12月利用開始分" in text
    assert "令和8年11月1日" in text
    assert "汐見区オープンデータ" in text
    for path in ("childcare:none", "public:K001", "childcare:K001/x", "x", "%00"):
        assert client.get(f"/childcare/place/{path}/").status_code == 404


def test_vacancies_say_the_month_the_day_and_no_withheld_number(client: Client) -> None:
    text = page(client, "/childcare/vacancies/")
    assert "令和8年12月利用開始分、令和8年11月1日（日）時点" in text
    assert text.count('<th scope="row">') == 12
    assert "あり" in text
    assert page(client, "/childcare/vacancies/", free=1).count('<th scope="row">') == 11
    VacancyNotice.objects.all().delete()
    assert "公開している空き状況はありません" in page(client, "/childcare/vacancies/")


def test_schemes_fit_the_age_and_say_where_to_apply(client: Client) -> None:
    baby = page(client, "/childcare/schemes/", born=DAY - timedelta(days=150), on=DAY)
    assert "おむつの無料配布" in baby
    assert "妊婦のための支援給付" not in baby
    assert "幼児教育・保育の無償化" not in baby
    assert "こども家庭支援課（区役所2階）" in baby
    assert "年齢は要確認" in baby  # ひとり親家庭
    due = page(client, "/childcare/schemes/", born=DAY + timedelta(days=60))
    assert "妊婦のための支援給付" in due
    assert "児童手当" not in due
    assert "出生前" in due


def test_an_empty_register_says_where_to_ask(client: Client) -> None:
    Dataset.objects.all().delete()
    assert "情報はまだありません" in page(client)
    assert "情報はまだありません" in page(client, "/childcare/schemes/")


@pytest.mark.parametrize("language", ["ja", "ja_X-easy", "en"])
def test_every_text_of_the_pages_is_in_every_language(language: str) -> None:
    said = re.compile(r'\{% (?:say|translate) "([^"]+)"')
    coded = re.compile(r'gettext(?:_lazy|_noop)?\(\s*"([^"]+)"')
    used: set[str] = set()
    for path in (HERE / "templates/childcare").glob("*.html"):
        used |= set(said.findall(path.read_text(encoding="utf-8")))
    for path in (HERE / "childcare").glob("*.py"):
        used |= set(coded.findall(path.read_text(encoding="utf-8")))
    used |= {"Map with %(number)s places", "within %(km)s km"}
    catalogue = parse((HERE / f"childcare/locale/{language}/LC_MESSAGES/django.po").read_text("utf-8"))
    assert used - {key for key, text in catalogue.items() if text} == set()
    marks = re.compile(r"%\(\w+\)s")
    wrong = [
        key for key, text in catalogue.items() if key and set(marks.findall(key)) != set(marks.findall(text))
    ]
    assert wrong == []


@pytest.mark.parametrize("code", ["ja", "ja-x-easy", "en"])
def test_the_pages_are_read_in_every_language(client: Client, code: str) -> None:
    client.get(f"/i18n/{code}/")
    for path in ("/childcare/", "/childcare/schemes/", "/childcare/vacancies/"):
        text = client.get(path, {"born": DAY - timedelta(days=500)}).content.decode()
        assert f'<html lang="{code}">' in text
        assert "%(" not in text
        plain = re.sub(r"<[^>]+>", "", text)
        assert not re.search(r"\{[^{}|]+\|[^{}|]+\}", plain), code


def test_english_names_are_shown_where_they_are_published(client: Client) -> None:
    client.get("/i18n/en/")
    assert "Shiomi Science Museum" in client.get("/childcare/", {"q": "科学館"}).content.decode()


def test_the_first_page_of_residents_leads_here(client: Client) -> None:
    assert 'href="/childcare/"' in page(client, "/")


def test_the_day_is_todays_when_none_is_given(client: Client) -> None:
    assert f'value="{timezone.localdate():%Y-%m-%d}"' in page(client)


def test_another_language_keeps_the_search(client: Client) -> None:
    text = page(client, on=NEXT_FRIDAY, q="児童館")
    link = re.findall(r'href="(/i18n/en/[^"]+)"', text)[0]
    answer = client.get(link.replace("&amp;", "&"))
    assert parse_qs(urlsplit(answer["Location"]).query)["q"] == ["児童館"]


def test_what_was_not_understood_is_named_beside_its_field(client: Client) -> None:
    text = page(client, born="x", time="25:00", at="0,0")
    for field, label in {"born": "お子さん", "time": "時刻", "from": "地区"}.items():
        (line,) = re.findall(rf'<li><a href="#{field}">(.*?)</a>', text)
        assert label in line.partition("：")[0]
        assert f'id="{field}-fault"' in text
        assert re.search(rf'id="{field}"[^>]* aria-describedby="{field}-fault" aria-invalid="true"', text)
    assert '<details class="why more" open>' in text
    assert "aria-invalid" not in page(client)
    schemes = page(client, "/childcare/schemes/", on="2020-01-01")
    assert re.findall(r'<li><a href="#on">([^：]+)：', schemes) == re.findall(
        r'<label for="on">(.*?)</label>', schemes
    )
