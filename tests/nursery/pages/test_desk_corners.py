"""The desk where something is missing, refused, or left to the officer."""

from __future__ import annotations

import pytest
from django.test import Client
from django.urls import reverse

from tests.nursery import desk
from yakuba.core.people.models import User
from yakuba.nursery.models import Allocation, Decision
from yakuba.nursery.services import rulebooks

pytestmark = pytest.mark.django_db


def test_the_rule_book_of_a_round_is_chosen_and_a_wrong_choice_is_told(web: Client, officer: User) -> None:
    selection = desk.opened(officer)
    other = rulebooks.install_shipped("urasoe", by=officer)
    where = reverse("nursery:round-rulebook", args=[selection.pk])
    assert "一覧から選んでください" in web.post(where, {"rulebook": "0"}, follow=True).content.decode()
    web.post(where, {"rulebook": other.pk})
    selection.refresh_from_db()
    assert selection.rulebook == other


def test_a_round_without_points_is_not_allocated(web: Client, officer: User) -> None:
    selection = desk.opened(officer)
    answer = web.post(reverse("nursery:round-allocate", args=[selection.pk]), follow=True)
    assert "採点がまだです" in answer.content.decode()
    assert not Allocation.objects.exists()


@pytest.mark.parametrize(("seed", "told"), [("", "抽選の種を入力するか"), ("x", "整数ではありません")])
def test_ties_need_a_seed_on_the_round(web: Client, officer: User, seed: str, told: str) -> None:
    selection = desk.scored(officer).applications.selection
    answer = web.post(reverse("nursery:round-allocate", args=[selection.pk]), {"seed": seed})
    assert answer.status_code == 422
    assert told in answer.content.decode()
    web.post(reverse("nursery:round-allocate", args=[selection.pk]), {"seed": "7"})
    assert Allocation.objects.get().seed == 7


def test_an_outcome_key_in_a_circle_is_asked_and_answered_with_yes_or_no(web: Client, officer: User) -> None:
    scoring = desk.scored(officer)
    text = "受付番号 9004：施設 1 で「きょうだいが同時に入所できる」に当たるか"
    scoring.questions = [{"kind": "together", "subject": "9004", "code": "1", "text": text}]
    scoring.save()
    where = reverse("nursery:scoring-questions", args=[scoring.pk])
    assert text in web.get(where).content.decode()
    given = {"number": "0", "reason": "会議で決めた"}
    assert web.post(where, {**given, "value": "たぶん"}).status_code == 422
    assert web.post(where, {**given, "value": "いいえ"}).status_code == 302
    assert Decision.objects.get().value == {"child": "9004", "nursery": "1", "holds": False}
    assert "いいえ" in web.get(where).content.decode()


def test_what_only_the_file_can_give_is_not_answered_on_the_page(web: Client, officer: User) -> None:
    scoring = desk.scored(officer)
    scoring.questions = [{"kind": "fact", "subject": "", "code": "resident", "text": "30人に値がありません"}]
    scoring.save()
    where = reverse("nursery:scoring-questions", args=[scoring.pk])
    assert "新しい版として取り込んでください" in web.get(where).content.decode()
    answer = web.post(where, {"number": "0", "value": "はい", "reason": "確認"})
    assert answer.status_code == 422
    assert web.post(where, {"number": "99", "value": "1", "reason": "確認"}).status_code == 422
    assert not Decision.objects.exists()


def test_pages_of_an_unfinished_scoring_lead_to_its_progress(web: Client, officer: User) -> None:
    from yakuba.nursery.services.scoring import request_scoring

    file = desk.imported(officer)
    assert file.selection.rulebook is not None
    made = request_scoring(file, file.selection.rulebook, by=officer)
    progress = reverse("nursery:scoring", args=[made.pk])
    for name in ("scoring-questions", "scoring-ties"):
        assert web.get(reverse(f"nursery:{name}", args=[made.pk]))["Location"] == progress
    assert web.get(reverse("nursery:scoring-child", args=[made.pk, "9001"]))["Location"] == progress
    assert "採点しています" in web.get(reverse("nursery:round", args=[file.selection_id])).content.decode()


def test_the_import_pages_lead_back_when_there_is_no_upload(web: Client, officer: User) -> None:
    selection = desk.opened(officer)
    first = reverse("nursery:applications-new", args=[selection.pk])
    for name in ("applications-columns", "applications-check"):
        assert web.get(reverse(f"nursery:{name}", args=[selection.pk]))["Location"] == first
