"""Every text of the pages goes through gettext, stands in three languages, and is the one that is read."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from django.utils import translation
from django.utils.translation import gettext

from tests.handbook.family.messages import HANDBOOK, used, used_anywhere
from yakuba.site.catalogues import catalogue_files, parse

LOCALE = HANDBOOK / "locale"
LANGUAGES = {"ja": "ja", "ja_X-easy": "ja-x-easy", "en": "en"}
PAGES = sorted((HANDBOOK / "templates/handbook/family").glob("*.html"))
VALUES = re.compile(r"%\((\w+)\)s")


def own(folder: str) -> dict[str, str]:
    return parse((LOCALE / folder / "LC_MESSAGES/django.po").read_text("utf-8"))


@pytest.mark.parametrize("folder", LANGUAGES)
def test_every_text_is_translated_with_the_same_values(folder: str) -> None:
    kept: dict[str, str] = {}
    for path in catalogue_files():
        if path.parts[-3] == folder:
            kept |= {key: text for key, text in parse(path.read_text("utf-8")).items() if text}
    assert used() - set(kept) == set()
    for text in used():
        assert set(VALUES.findall(kept[text])) <= set(VALUES.findall(text)), text


@pytest.mark.parametrize(("folder", "code"), LANGUAGES.items())
def test_what_stands_in_the_catalogue_is_what_is_read(folder: str, code: str) -> None:
    """No other catalogue that comes first (Django's, allauth's, another system's) says it otherwise."""
    with translation.override(code):
        other = {key: gettext(key) for key, text in own(folder).items() if key and gettext(key) != text}
    assert other == {}


def test_nothing_stands_in_the_catalogues_that_no_page_says() -> None:
    for folder in LANGUAGES:
        assert set(own(folder)) - {""} <= used_anywhere(), folder


def test_english_is_the_text_itself() -> None:
    assert all(key == text for key, text in own("en").items() if key)


def test_easy_japanese_has_short_sentences_and_readings_for_every_character() -> None:
    for easy in (text for key, text in own("ja_X-easy").items() if key):
        bare = re.sub(r"\{[^{}|]+\|[^{}|]+\}", "", easy)
        assert not re.search(r"[一-龠]", bare), easy
        plain = re.sub(r"\{([^{}|]+)\|[^{}|]+\}", r"\1", easy)
        for sentence in re.split(r"[。]", re.sub(r"%\(\w+\)s|（[^）]*）", "", plain)):
            assert len(sentence.replace(" ", "")) <= 24, sentence


def test_every_text_of_another_catalogue_has_its_readings_too() -> None:
    with translation.override("ja-x-easy"):
        read = {text: gettext(text) for text in used()}
    bare = {key: re.sub(r"\{[^{}|]+\|[^{}|]+\}", "", text) for key, text in read.items()}
    assert {key for key, text in bare.items() if re.search(r"[一-龠]", text)} == set()


@pytest.mark.parametrize("page", PAGES, ids=lambda path: path.name)
def test_no_page_has_words_of_its_own(page: Path) -> None:
    """What remains of a template without its tags and its markup is signs and units."""
    text = re.sub(r"\{% block page_class %\}.*?\{% endblock %\}", "", page.read_text("utf-8"))
    bare = re.sub(r"\{%.*?%\}|\{\{.*?\}\}", "", text)
    labels = re.findall(r'(?:aria-label|title|placeholder|alt)="([^"]*)"', bare)
    bare = re.sub(r"<[^>]*>", "", bare)
    for text in [bare, *labels]:
        words = re.sub(r"kg|cm|、|（|）|＋|・|〜|→|—|：", "", text)
        assert not re.search(r"[^\W\d_]", words), words.strip()
