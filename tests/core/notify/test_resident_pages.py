"""A recipient's own pages, in three languages, without a staff table or a session."""

from __future__ import annotations

import re
from datetime import timedelta
from email import message_from_bytes, policy
from typing import Any

import pytest
from benchmarks.core.smtp_sink import Sink
from django.conf import settings as django_settings
from django.test import Client
from django.utils import timezone

from tests.core.notify.conftest import VISIT, WHO
from tests.core.notify.domain.ics_reader import read
from yakuba.core.notify.models import ContactPoint, InboxItem, Preference
from yakuba.core.notify.registry import DAY, HOUR
from yakuba.core.notify.services.planning import cancel, plan
from yakuba.core.notify.services.sending import send_due
from yakuba.site.catalogues import catalogue_files, parse

pytestmark = [pytest.mark.django_db, pytest.mark.urls("tests.core.notify.mounted")]
ROOT = "/example/notices/"
LANGUAGES = [code for code, _ in django_settings.LANGUAGES]


@pytest.fixture(autouse=True)
def without_night(settings: Any) -> None:
    settings.YAKUBA_QUIET_HOURS = "00:00-00:00"


@pytest.fixture
def family(client: Client) -> Client:
    client.cookies["who"] = WHO
    return client


def told(key: str = "visit:1", recipient: str = WHO) -> None:
    now = timezone.now()
    values = {"child": "<b>髙橋", "vaccine": "五種混合"}
    plan(recipient, key, kind=VISIT, at=now + timedelta(hours=3), params=values, now=now)
    send_due()


def text(client: Client, path: str = ROOT, language: str = "ja") -> str:
    client.cookies[django_settings.LANGUAGE_COOKIE_NAME] = language
    answer = client.get(path)
    assert answer.status_code == 200
    return answer.content.decode()


def post(client: Client, path: str, **values: Any) -> Any:
    return client.post(ROOT + path, values)


def test_nobody_who_is_not_signed_in_sees_anything(client: Client) -> None:
    for path in ("", "choices/", "dates.ics", "1/"):
        assert client.get(ROOT + path)["Location"] == "/"
    for path in ("read", "choices/save", "choices/mail", "choices/calendar"):
        assert client.post(ROOT + path)["Location"] == "/"
    assert not Preference.objects.exists()


def test_an_empty_inbox_says_so(family: Client) -> None:
    assert "お知らせはまだありません" in text(family)
    assert "You have no notices yet" in text(family, language="en")


def test_a_notice_is_listed_without_its_content_and_read_in_full(family: Client) -> None:
    told()
    listed = text(family)
    assert "予定の日が近づいています" in listed
    assert "未読" in listed
    assert "五種混合" not in listed
    item = InboxItem.objects.get()
    page = text(family, f"{ROOT}{item.pk}/")
    assert "五種混合" in page
    assert "&lt;b&gt;髙橋" in page
    assert "未読" not in text(family)
    assert "<ruby>予定<rp>" in text(family, language="ja-x-easy")


def test_a_changed_date_is_said_on_the_notice(family: Client) -> None:
    told()
    cancel(WHO, "visit:1")
    assert "変更あり" in text(family)
    item = InboxItem.objects.get()
    assert "予定が変わったか取りやめになりました" in text(family, f"{ROOT}{item.pk}/")


def test_another_persons_notice_does_not_exist(family: Client) -> None:
    told(recipient="example.family:8")
    item = InboxItem.objects.get()
    assert family.get(f"{ROOT}{item.pk}/").status_code == 404
    item.refresh_from_db()
    assert item.read_at is None


def test_everything_is_marked_as_read(family: Client) -> None:
    told("a")
    told("b")
    assert post(family, "read")["Location"] == ROOT
    assert not InboxItem.objects.filter(read_at=None).exists()
    assert family.get(f"{ROOT}read").status_code == 405


def test_pages_are_kept_out_of_every_store(family: Client) -> None:
    answer = family.get(ROOT)
    assert answer["Cache-Control"] == "no-store, private"
    assert answer["X-Robots-Tag"] == "noindex"


def test_choices_are_kept_and_shown(family: Client) -> None:
    answer = post(
        family,
        "choices/save",
        channel=["letter", "pigeon"],
        lead=[str(DAY), str(2 * HOUR), "7"],
        language="en",
    )
    assert answer["Location"] == f"{ROOT}choices/?done=saved"
    kept = Preference.objects.get(recipient=WHO, kind="")
    assert (kept.channels, kept.leads, kept.language) == (["letter"], [DAY, 2 * HOUR], "en")
    page = text(family, f"{ROOT}choices/?done=saved")
    assert "保存しました" in page
    assert re.findall(r'name="lead" value="(\d+)" checked', page) == [str(DAY), str(2 * HOUR)]
    assert re.findall(r'name="channel" value="(\w+)" checked', page) == ["letter"]


def test_no_time_at_all_is_refused_with_a_reason(family: Client) -> None:
    answer = post(family, "choices/save", language="ja")
    assert answer.status_code == 422
    assert "1つ以上選んでください" in answer.content.decode()
    assert post(family, "choices/save", lead=[str(DAY)], language="xx").status_code == 404


def test_an_address_is_entered_confirmed_and_removed(family: Client, mail: Sink) -> None:
    assert post(family, "choices/mail", address="oya@example.jp")["Location"] == f"{ROOT}choices/"
    assert "oya@example.jp に確認コードを送りました" in text(family, f"{ROOT}choices/")
    send_due()
    got: Any = message_from_bytes(mail.mails[-1], policy=policy.default)
    code = re.search(r"\d{6}", got.get_content())
    assert code is not None
    wrong = post(family, "choices/mail", act="confirm", code="x")
    assert wrong.status_code == 422
    assert "確認コードが違います" in wrong.content.decode()
    right = post(family, "choices/mail", act="confirm", code=code.group())
    assert right["Location"] == f"{ROOT}choices/?done=confirmed"
    assert "oya@example.jp に送ります" in text(family, f"{ROOT}choices/?done=confirmed")
    post(family, "choices/mail", act="remove")
    assert not ContactPoint.objects.exists()


def test_a_faulty_address_is_kept_in_the_form_with_a_reason(family: Client, mail: Sink) -> None:
    answer = post(family, "choices/mail", address="x@")
    page = answer.content.decode()
    assert answer.status_code == 422
    assert "メールアドレスとして読めません" in page
    assert 'value="x@"' in page
    ContactPoint.objects.create(recipient=WHO, channel="mail", address="a@b.jp", bounced_at=timezone.now())
    assert "メールが届きませんでした" in text(family, f"{ROOT}choices/")


def test_without_a_server_mail_is_not_offered(family: Client) -> None:
    page = text(family, f"{ROOT}choices/")
    assert "現在、メールでのお知らせは行っていません" in page
    assert 'name="address"' not in page


def test_a_calendar_address_is_shown_once_and_ends(family: Client, client: Client) -> None:
    told()
    page = post(family, "choices/calendar").content.decode()
    found = re.search(r"http://testserver(/calendar/[\w-]{43}\.ics)", page)
    assert found is not None
    assert found.group(1) not in text(family, f"{ROOT}choices/")
    assert len(read(client.get(found.group(1)).content).components) == 1
    post(family, "choices/calendar", act="end")
    assert client.get(found.group(1)).status_code == 404


def test_the_dates_as_a_file(family: Client) -> None:
    told()
    answer = family.get(f"{ROOT}dates.ics")
    assert answer["Content-Type"] == "text/calendar; charset=utf-8"
    assert len(read(answer.content).components) == 1


def test_the_pages_work_where_the_residents_run_alone(family: Client, settings: Any) -> None:
    told()
    settings.YAKUBA_FACE = "resident"
    item = InboxItem.objects.get()
    for path in ("", "choices/", f"{item.pk}/", "dates.ics"):
        assert family.get(ROOT + path).status_code == 200
    assert post(family, "choices/save", lead=[str(DAY)], language="ja").status_code == 302


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_text_is_translated(language: str) -> None:
    by_language = {}
    for path in catalogue_files():
        if path.parts[-5] == "notify":
            by_language[path.parts[-3]] = parse(path.read_text(encoding="utf-8"))
    folder = {"ja-x-easy": "ja_X-easy"}.get(language, language)
    assert set(by_language[folder]) == set(by_language["en"])
    assert all(by_language[folder][key] for key in by_language["en"])
    for key, value in by_language[folder].items():
        if key:  # every parameter is still there
            assert sorted(re.findall(r"%\(\w+\)s", value)) == sorted(re.findall(r"%\(\w+\)s", key))


def test_every_text_of_the_templates_is_in_the_catalogue() -> None:
    from pathlib import Path

    import yakuba.core.notify

    folder = Path(yakuba.core.notify.__file__).parent
    used: set[str] = set()
    for path in folder.rglob("residents/*.html"):
        used |= set(re.findall(r'\{% (?:say|translate) "([^"]+)"', path.read_text(encoding="utf-8")))
    (catalogue,) = folder.glob("locale/en/LC_MESSAGES/django.po")
    assert used
    assert used - set(parse(catalogue.read_text(encoding="utf-8"))) == set()


def test_notices_of_a_system_that_names_no_page_lead_nowhere(family: Client) -> None:
    told()
    item = InboxItem.objects.get()
    assert "/about" not in text(family)
    assert "/about" not in text(family, f"{ROOT}{item.pk}/")
    assert family.get(f"{ROOT}{item.pk}/about").status_code == 404
