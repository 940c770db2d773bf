"""A subject line or lock screen never says whom or what a notice is about."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.conf import settings as django_settings
from django.utils.translation import gettext, override

from tests.core.notify.conftest import NOW
from yakuba.core.notify.channels import Outgoing
from yakuba.core.notify.domain.subjects import Subject
from yakuba.core.notify.domain.texts import without_ruby
from yakuba.core.notify.mail.compose import compose
from yakuba.core.notify.registry import Kind, all_kinds, kind
from yakuba.core.notify.wording import subject_of, text_of, when

LANGUAGES = [code for code, _ in django_settings.LANGUAGES]
TELLING = (
    "ワクチン",
    "接種",
    "予防",
    "健診",
    "妊",
    "子",
    "保育",
    "vaccin",
    "child",
    "baby",
    "pregnan",
    "nursery",
    "%",
    "{x",
)
SECRETS = {"child": "髙橋 あおい", "vaccine": "五種混合", "clinic": "汐見小児科"}


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("subject", Subject)
def test_the_catalogue_is_neutral_and_translated(subject: Subject, language: str) -> None:
    with override(language):
        text = without_ruby(gettext(subject.value))
    assert not [word for word in TELLING if word in text.lower()]
    assert (text == subject.value) == (language == "en")


def test_a_kind_can_not_bring_a_subject_of_its_own() -> None:
    for wrong in ("五種混合のお知らせ", "A date is coming up", None):
        with pytest.raises(TypeError, match="catalogue"):
            kind("example.x", label="x", subject=wrong)(lambda values: [])  # type: ignore[arg-type]
    with pytest.raises(ValueError, match="<system>"):
        kind("x", label="x", subject=Subject.NOTICE)(lambda values: [])


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_parameter_reaches_the_subject_or_the_first_lines_of_a_mail(language: str) -> None:
    told = Kind("example.t", "x", Subject.DATE_NEAR, lambda values: list(values.values()), (60,), ("mail",))
    one = Outgoing("u", 1, "r", told, "e", 1, 1, NOW, False, language, SECRETS)
    mail = compose(one, "a@example.jp")
    for secret in SECRETS.values():
        assert secret not in mail.subject
        assert secret not in mail.body
    assert all(secret in text_of(told, SECRETS, NOW, language).paragraphs for secret in SECRETS.values())


def test_registered_kinds_have_a_subject_of_the_catalogue() -> None:
    assert all_kinds()
    for one in all_kinds():
        with override("ja"):
            assert subject_of(one) in {gettext(subject.value) for subject in Subject}


def test_dates_in_three_languages() -> None:
    with override("ja"):
        assert when(NOW + timedelta(hours=3, minutes=5)) == "令和8年11月23日（月） 13:05"
        assert when(NOW, all_day=True) == "令和8年11月23日（月）"
    with override("ja-x-easy"):
        assert without_ruby(when(NOW)) == "2026年（ねん）11月（がつ）23日（にち）（月（げつ）） 10:00"
        assert when(NOW, all_day=True).endswith("（{月|げつ}）")
    with override("en"):
        assert when(NOW) == "Monday 23 November 2026, 10:00"
        assert when(NOW, all_day=True) == "Monday 23 November 2026"
