"""The families' pages as a browser without script asks for them."""

from __future__ import annotations

import re
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from tests.nursery.family.conftest import birth, code_of
from yakuba.core import access_codes as codes
from yakuba.core.people.models import User
from yakuba.nursery.family import entry
from yakuba.nursery.models import FamilyNotice
from yakuba.nursery.services.publication import Published, revoke_all
from yakuba.site.catalogues import catalogue_files, parse
from yakuba.site.faces import staff_tables

pytestmark = pytest.mark.django_db
ENTRY, RESULT = "/nursery/result/", "/nursery/result/page/"
LANGUAGES = ("ja", "ja-x-easy", "en")


def give(client: Client, family: str, day: date, **more: Any) -> Any:
    fields = {"code": codes.shown(code_of(family)), "year": day.year, "month": day.month, "day": day.day}
    return client.post(ENTRY, fields, **more)


def text_of(answer: Any) -> str:
    """The words of a page, without readings."""
    bare = re.sub(r"<rp>.*?</rp>|<rt>.*?</rt>", "", answer.content.decode())
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", "", bare))


@pytest.fixture
def inside(client: Client, published: Published) -> Client:
    """The browser of family h11, whose child was refused by one point."""
    assert give(client, "h11", birth(11))["Location"] == RESULT
    return client


def test_the_answer_comes_first_then_each_wish_with_its_reason(inside: Client) -> None:
    page = text_of(inside.get(RESULT))
    for words in (
        "児童 11 さん（1歳児クラス）", "受付番号", "8011", "令和9年4月入所・第1次選考",
        "募集人数", "入所最低指数", "お子さんの指数", "49", "保育課 入所係",
        "0X-XXXX-1234", "平日 8:30〜17:15",
    ):  # fmt: skip
        assert words in page
    assert page.index("児童 11 さん") < page.index("希望した園ごとの結果と理由")


def test_the_page_speaks_of_others_in_counts_alone(inside: Client) -> None:
    page = text_of(inside.get(RESULT))
    assert not re.search(r"児童 (?!11)\d+", page)
    assert not re.search(r"80(?!11)\d\d", page)


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_outcome_reads_in_every_language(client: Client, published: Published, language: str) -> None:
    client.get(f"/i18n/{language}/")
    for at in (0, 1, 7, 11, 39):
        give(client, f"h{at}", birth(at))
        answer = client.get(RESULT)
        assert answer.status_code == 200
        assert f'<html lang="{language}">' in answer.content.decode()
        page = text_of(answer)
        assert "%(" not in page
        assert "{" not in page
        assert "None" not in page
        assert ("<ruby>" in answer.content.decode()) == (language == "ja-x-easy")


def test_the_page_is_never_stored(inside: Client) -> None:
    answer = inside.get(RESULT)
    assert answer["Cache-Control"] == "no-store, private"
    assert answer["X-Robots-Tag"] == "noindex"


def test_the_cookie_is_for_this_page_alone_and_out_of_reach_of_scripts(
    client: Client, published: Published
) -> None:
    cookie = give(client, "h1", birth(1)).cookies["yakuba-family"]
    assert (cookie["path"], cookie["httponly"], cookie["samesite"], cookie["max-age"]) == (
        ENTRY,
        True,
        "Strict",
        "",
    )


def test_without_a_session_the_page_leads_to_the_entrance(client: Client, published: Published) -> None:
    assert client.get(RESULT)["Location"] == ENTRY
    client.cookies["yakuba-family"] = "made up"
    assert client.get(RESULT)["Location"] == f"{ENTRY}?idle"
    assert "30分間操作がなかった" in text_of(client.get(f"{ENTRY}?idle"))


def test_a_link_to_the_way_out_closes_nothing(inside: Client) -> None:
    assert inside.get("/nursery/result/close/")["Location"] == RESULT
    assert inside.get(RESULT).status_code == 200


def test_after_leaving_the_back_button_finds_nothing(inside: Client) -> None:
    answer = inside.post("/nursery/result/close/")
    assert answer["Location"] == f"{ENTRY}?left"
    assert inside.get(RESULT)["Location"] == ENTRY
    assert "この端末で画面を閉じました" in text_of(inside.get(f"{ENTRY}?left"))


def test_wrong_entries_say_the_same_whatever_was_wrong(client: Client, published: Published) -> None:
    pages = []
    for family, day in (("h1", birth(2)), ("nobody", birth(1)), ("nobody", birth(2))):
        answer = give(client, family, day)
        assert answer.status_code == 422
        page = re.sub(
            r'name="csrfmiddlewaretoken" value="[^"]+"| selected|value="[A-Z0-9-]{19}"',
            "",
            answer.content.decode(),
        )
        pages.append(page)
    assert len(set(pages)) == 1
    assert "コードと生年月日が、通知書と合いません" in pages[0]
    assert 'aria-invalid="true"' in pages[0]


def test_too_many_wrong_entries_are_told_when_to_come_back(client: Client, published: Published) -> None:
    for _ in range(4):
        give(client, "h1", birth(2))
    answer = give(client, "h1", birth(2))
    assert answer.status_code == 429
    assert 1700 < int(answer["Retry-After"]) <= 1800
    assert re.search(r"\d+:\d\d以降に、もう一度", text_of(answer))
    FamilyNotice.objects.filter(reference="ref-h2").update(failures=entry.MOST_EVER)
    assert "窓口で、もう一度開けるようにできます" in text_of(give(client, "h2", birth(2)))


def test_attempts_are_counted_by_the_address_that_our_proxy_saw(
    client: Client, published: Published, settings: Any
) -> None:
    settings.YAKUBA_BEHIND_PROXY = True
    for at in range(20):
        give(client, f"guess {at}", birth(1), headers={"x-forwarded-for": f"10.0.0.{at}, 192.0.2.7"})
    assert give(client, "h1", birth(1), headers={"x-forwarded-for": "10.9.9.9, 192.0.2.7"}).status_code == 429
    assert (
        give(client, "h1", birth(1), headers={"x-forwarded-for": "192.0.2.7, 192.0.2.8"}).status_code == 302
    )


def test_a_closed_page_is_kindly_explained_also_in_the_middle_of_reading(
    inside: Client, published: Published, officer: User
) -> None:
    revoke_all(published.publication, by=officer)
    answer = inside.get(RESULT)
    assert answer.status_code == 410
    assert "担当課がこの画面を閉じました" in text_of(answer)
    assert inside.get(RESULT).status_code == 302
    assert give(inside, "h11", birth(11)).status_code == 410


def test_a_page_whose_time_is_over_points_to_the_letter(client: Client, published: Published) -> None:
    FamilyNotice.objects.update(expires_at=timezone.now() - timedelta(seconds=1))
    page = text_of(give(client, "h1", birth(1)))
    assert "確認できる期間が過ぎました" in page
    assert "通知書にも書かれています" in page


def test_a_post_from_another_site_is_refused(published: Published) -> None:
    strict = Client(enforce_csrf_checks=True)
    assert give(strict, "h1", birth(1)).status_code == 403


def test_no_statement_of_any_page_names_a_staff_table(client: Client, published: Published) -> None:
    with CaptureQueriesContext(connection) as asked:
        give(client, "h1", birth(2))
        give(client, "h1", birth(1))
        client.get(RESULT)
        client.post("/nursery/result/close/")
        client.get(ENTRY)
    assert [one["sql"] for one in asked if staff_tables().search(one["sql"])] == []


def test_the_first_page_offers_the_service(client: Client) -> None:
    page = client.get("/", headers={"accept-language": "ja"})
    assert ENTRY in page.content.decode()
    assert "保育所利用調整の結果" in text_of(page)


def texts_used() -> set[str]:
    package = Path(__file__).parents[3] / "src/yakuba/nursery"
    used: set[str] = set()
    for path in (package / "templates/family").glob("*.html"):
        used |= set(re.findall(r'\{% (?:say|translate) "([^"]+)"', path.read_text("utf-8")))
    words = (package / "family/words.py").read_text("utf-8")
    return used | set(re.findall(r'gettext\(\s*"([^"]+)"', words))


@pytest.mark.parametrize("language", ["ja", "en", "ja_X-easy"])
def test_every_text_exists_in_every_language_with_the_same_values(language: str) -> None:
    kept: dict[str, str] = {}
    for path in catalogue_files():
        if path.parts[-3] == language:
            kept |= parse(path.read_text("utf-8"))
    for text in texts_used():
        assert kept.get(text), text
        assert set(re.findall(r"%\((\w+)\)s", kept[text])) <= set(re.findall(r"%\((\w+)\)s", text)), text


def test_easy_japanese_has_short_sentences_and_readings_for_every_character() -> None:
    paths = [one for one in catalogue_files() if one.parts[-3] == "ja_X-easy"]
    (path,) = [one for one in paths if "nursery" in one.parts]
    for text, easy in parse(path.read_text("utf-8")).items():
        if not text:
            continue
        bare = re.sub(r"\{[^{}|]+\|[^{}|]+\}", "", easy)
        assert not re.search(r"[一-龠]", bare), easy
        plain = re.sub(r"\{([^{}|]+)\|[^{}|]+\}", r"\1", easy)
        for sentence in re.split(r"[。]", re.sub(r"%\(\w+\)s|（[^）]*）|[A-Z0-9-]{19}", "", plain)):
            assert len(sentence.replace(" ", "")) <= 24, sentence
