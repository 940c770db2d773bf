"""Residents read the product in their language."""

from __future__ import annotations

import ast
import gettext
import io
import re
from pathlib import Path

import pytest
from django.test import Client, RequestFactory
from django.utils.translation import override

from yakuba.site import errors
from yakuba.site.catalogues import catalogue_files, compile_catalogue, parse

SRC = Path(__file__).resolve().parents[2] / "src/yakuba"
IN_TEMPLATES = re.compile(r'\{% (?:translate|say|said) "([^"]+)"')
CALLS = ("gettext", "gettext_lazy")


def messages_used() -> set[str]:
    used: set[str] = set()
    for path in SRC.rglob("*.html"):
        used |= set(IN_TEMPLATES.findall(path.read_text(encoding="utf-8")))
    for path in SRC.rglob("*.py"):
        used |= {
            node.args[0].value
            for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
            if isinstance(node, ast.Call)
            and ast.unparse(node.func) in CALLS
            and isinstance(node.args[0], ast.Constant)  # a text of the source, not one of its tables
        }
    return used


def test_what_django_reads_is_what_people_edited() -> None:
    assert catalogue_files()
    for path in catalogue_files():
        assert path.with_suffix(".mo").read_bytes() == compile_catalogue(path.read_text(encoding="utf-8")), (
            path
        )


@pytest.mark.parametrize("language", ["ja", "en", "ja_X-easy"])
def test_every_text_for_residents_has_a_translation(language: str) -> None:
    translated: set[str] = set()
    for path in catalogue_files():
        if path.parts[-3] == language:
            translated |= {key for key, text in parse(path.read_text(encoding="utf-8")).items() if text}
    assert messages_used() - translated == set()


def test_the_compiled_form_is_read_by_the_standard_library() -> None:
    text = (
        'msgid ""\nmsgstr "Content-Type: text/plain; charset=UTF-8\\n"\n\nmsgid "a"\nmsgstr "ア\\n"\n"イ"\n'
    )
    text += '\nmsgctxt "menu"\nmsgid "a"\nmsgstr "別"\n'
    text += '\n#, fuzzy\nmsgid "b"\nmsgstr "仮"\n\nmsgid "c"\nmsgstr ""\n'
    read = gettext.GNUTranslations(io.BytesIO(compile_catalogue(text)))
    assert read.gettext("a") == "ア\nイ"
    assert read.pgettext("menu", "a") == "別"
    assert read.gettext("b") == "b"
    assert read.gettext("c") == "c"


@pytest.mark.parametrize("line", ['msgid_plural "x"', "msgid x", "msgid 3", 'msgid "x'])
def test_a_line_that_is_not_understood_is_named(line: str) -> None:
    with pytest.raises(ValueError, match="2行"):
        parse(f"# head\n{line}\n")


def test_a_resident_chooses_the_language_without_script(client: Client) -> None:
    first = client.get("/", headers={"accept-language": "ja"}).content.decode()
    assert '<html lang="ja">' in first
    assert "判断のしかた" in first
    answer = client.get("/i18n/en/?next=/")
    assert answer["Location"] == "/"
    second = client.get("/", headers={"accept-language": "ja"}).content.decode()
    assert '<html lang="en">' in second
    assert "How decisions are made" in second
    assert "Shiomi City Office" in second


@pytest.mark.parametrize(
    "after", ["https://example.org/", "//example.org", "javascript:alert(1)", "/i18n/ja/", "\\\\x"]
)
def test_the_language_link_leads_nowhere_else(client: Client, after: str) -> None:
    assert client.get("/i18n/en/", {"next": after})["Location"] == "/"


def test_a_language_that_is_not_offered_does_not_exist(client: Client) -> None:
    assert client.get("/i18n/xx/").status_code == 404


def test_staff_pages_stay_japanese_whatever_the_browser_asks(client: Client) -> None:
    client.get("/i18n/en/")
    page = client.get("/staff/nowhere/", headers={"accept-language": "en"})
    assert "画面が見つかりませんでした" in page.content.decode()
    assert page["Content-Language"] == "ja"


def test_the_frame_and_the_first_page_have_readings_in_easy_japanese_and_no_marks(client: Client) -> None:
    client.cookies["yakuba-language"] = "ja-x-easy"
    page = client.get("/").content.decode()
    assert "<ruby>役所<rp>（</rp><rt>やくしょ</rt><rp>）</rp></ruby>" in page.partition("<footer")[2]
    assert not re.search(r"\{[^{}|]+\|", page)
    missing = client.get("/nowhere/")
    assert missing.status_code == 404
    assert "ページが ありません" in missing.content.decode()


@pytest.mark.parametrize("language", ["ja", "ja-x-easy", "en"])
def test_every_error_can_be_said_in_every_language(rf: RequestFactory, language: str) -> None:
    with override(language):
        for status in errors.FAULTS:
            said = errors.page(rf.get("/handbook/"), status).content.decode()
            assert "{" not in said
