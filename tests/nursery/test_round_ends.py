"""What was done to a round by mistake can be taken back, until families rely on it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from tests.nursery import desk
from tests.nursery.conftest import signed_in
from yakuba.core.jobs.testing import run_pending
from yakuba.core.people.approval import decide
from yakuba.core.people.models import User
from yakuba.nursery.models import Allocation, LetterBatch, Publication, Rulebook, Scoring, SelectionRound
from yakuba.nursery.services import round_ends, rounds
from yakuba.nursery.services.allocations import request_allocation
from yakuba.nursery.services.approvals import ask_for_approval
from yakuba.nursery.services.publication_runs import request_publication
from yakuba.nursery.services.scoring import request_scoring


@pytest.fixture
def adopted(db: None, officer: User, approver: User) -> SelectionRound:
    """A round with an approved and adopted result."""
    scoring = desk.scored(officer)
    assert scoring.ledger is not None
    run = request_allocation(scoring.ledger, seed=1, by=officer)
    run_pending()
    run.refresh_from_db()
    decide(ask_for_approval(run, by=officer, reason="確かめました"), by=approver, approve=True)
    run.refresh_from_db()
    Rulebook.objects.update(state="active")
    selection = Scoring.objects.get().applications.selection
    rounds.adopt(selection, run, by=officer)
    return selection


def test_an_adoption_is_taken_back_and_made_again(adopted: SelectionRound, officer: User) -> None:
    run = adopted.adopted
    assert run is not None
    round_ends.withdraw_adoption(adopted, by=officer)
    assert adopted.adopted is None
    assert rounds.state_of(adopted).action == "adopt"
    rounds.adopt(adopted, run, by=officer)
    assert rounds.state_of(adopted).action == "letters"
    acts = [entry.action for entry in rounds.history(adopted)]
    assert acts[:2] == ["nursery.round.adopt", "nursery.round.adoption_withdraw"]
    with pytest.raises(rounds.RoundError, match="採用した結果はありません"):
        round_ends.withdraw_adoption(desk.opened(officer, "空の選考"), by=officer)


def letters_made(selection: SelectionRound, officer: User) -> None:
    LetterBatch.objects.create(
        allocation=selection.adopted, issued_on=selection.starts_on, requested_by=officer
    )


def families_told(selection: SelectionRound, officer: User) -> None:
    now = timezone.now()
    Publication.objects.create(
        allocation=selection.adopted, published_by=officer, published_at=now, expires_at=now
    )


def families_being_told(selection: SelectionRound, officer: User) -> None:
    assert selection.adopted is not None
    until = timezone.now() + timedelta(days=9)
    request_publication(selection.adopted, words={}, expires_at=until, by=officer)


def went_on(selection: SelectionRound, officer: User) -> None:
    SelectionRound.objects.create(title="二次選考", starts_on=selection.starts_on, previous=selection)


@pytest.mark.parametrize(
    ("happened", "said"),
    [
        (letters_made, "通知を作成した"),
        (families_being_told, "公開しているところ"),
        (families_told, "家庭に公開した"),
        (went_on, "次の選考が始まっている"),
    ],
)
def test_nothing_is_taken_back_once_families_rely_on_it(
    adopted: SelectionRound, officer: User, happened: Callable[[SelectionRound, User], None], said: str
) -> None:
    happened(adopted, officer)
    for act in (round_ends.withdraw_adoption, round_ends.set_aside):
        with pytest.raises(rounds.RoundError, match=said):
            act(adopted, by=officer)
    adopted.refresh_from_db()
    assert adopted.adopted is not None
    assert adopted.closed_at is None


def test_a_round_set_aside_takes_nothing_and_goes_on_later(db: None, officer: User) -> None:
    scoring = desk.scored(officer)
    file, selection = scoring.applications, scoring.applications.selection
    assert rounds.waiting_rounds() == 1
    round_ends.set_aside(selection, by=officer)
    round_ends.set_aside(selection, by=officer)
    assert rounds.waiting_rounds() == 0
    assert rounds.state_of(selection).action == "aside"
    file.selection.refresh_from_db()
    with pytest.raises(rounds.RoundError, match="取りやめています"):
        request_scoring(file, scoring.rulebook, by=officer)
    with pytest.raises(rounds.RoundError, match="取りやめています"):
        rounds.choose_rulebook(selection, scoring.rulebook, by=officer)
    with pytest.raises(rounds.RoundError, match="取りやめています"):
        desk.imported(officer, selection)
    round_ends.take_up(selection, by=officer)
    assert rounds.state_of(selection).action == "decide"
    acts = [entry.action for entry in rounds.history(selection)]
    assert (acts.count("nursery.round.set_aside"), acts[0]) == (1, "nursery.round.take_up")


def test_the_round_page_asks_before_and_offers_the_way_back(db: None, officer: User) -> None:
    selection = desk.scored(officer).applications.selection
    client = signed_in(officer)
    page = reverse("nursery:round", args=[selection.pk])
    assert "この選考を取りやめますか" in client.get(page).content.decode()
    answer = client.post(reverse("nursery:round-set-aside", args=[selection.pk]), follow=True)
    shown = answer.content.decode()
    assert "この選考は取りやめました" in shown
    assert "割り当てる</button>" not in shown
    assert "取りやめ</span>" in client.get(reverse("nursery:home")).content.decode()
    client.post(reverse("nursery:round-allocate", args=[selection.pk]))
    assert not Allocation.objects.exists()
    client.post(reverse("nursery:score", args=[selection.applications.get().pk]))
    assert Scoring.objects.count() == 1
    shown = client.post(reverse("nursery:round-take-up", args=[selection.pk]), follow=True).content.decode()
    assert "この選考を再開しました" in shown
    assert (
        "採用した結果はありません"
        in client.post(
            reverse("nursery:adoption-withdraw", args=[selection.pk]), follow=True
        ).content.decode()
    )
