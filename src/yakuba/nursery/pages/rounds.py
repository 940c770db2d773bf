"""One round: its steps, the one next act, and everything that belongs to it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from yakuba.core.audit.labels import action_label
from yakuba.core.people.models import Role, User
from yakuba.core.people.permissions import allowed, require
from yakuba.nursery.forms import AllocateForm
from yakuba.nursery.forms_desk import RoundForm, RulebookOfRoundForm
from yakuba.nursery.models import Allocation, Publication, SelectionRound
from yakuba.nursery.pages.ledgers import ALLOCATIONS
from yakuba.nursery.pages.round_tables import optional_url
from yakuba.nursery.services import rounds
from yakuba.nursery.services.allocations import TiesNeedSeed, request_allocation
from yakuba.nursery.services.pins import pins_changed
from yakuba.nursery.services.round_ends import why_fixed
from yakuba.nursery.services.rounds import STEPS, RoundError, RoundState, state_of

# address name → label, of what other pages of the desk offer for a round's newest run, and for its result
OF_RUN = (
    ("scenarios", "試算"),
    ("pins", "固定"),
    ("comparisons", "手作業との照合"),
    ("letters", "通知"),
    ("families", "家庭への公開"),
)
OF_ROUND = (
    ("round-withdrawals", "辞退・取下げ"),
    ("round-second", "次の選考（二次選考）"),
    ("round-publication", "公表用の集計"),
)


RUNS = replace(ALLOCATIONS, empty_text="割当はまだありません。採点が終わると割り当てられます。")


@dataclass(frozen=True, slots=True)
class Next:
    """The one next act. ``url`` is a page, or with ``post`` the address of a form's button."""

    text: str
    label: str = ""
    url: str = ""
    post: bool = False


def find(pk: int) -> SelectionRound:
    """The round, with what every page of it shows."""
    return get_object_or_404(
        SelectionRound.objects.select_related("rulebook", "adopted", "created_by", "previous"), pk=pk
    )


@require_http_methods(["GET", "POST"])
@require("nursery", Role.OFFICER)
def round_new(request: HttpRequest) -> HttpResponse:
    """Create a round."""
    form = RoundForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            made = rounds.create_round(**form.cleaned_data, by=request.user)
        except RoundError as error:
            form.add_error("title", str(error))
        else:
            messages.success(request, f"「{made}」を作成しました。")
            return redirect("nursery:round", made.pk)
    return render(request, "nursery/round_new.html", {"form": form}, status=422 if form.errors else 200)


@require_GET
@require("nursery", Role.VIEWER)
def round_page(request: HttpRequest, pk: int) -> HttpResponse:
    """The steps with their state, counts, and who did what."""
    return _page(request, find(pk), AllocateForm())


def _page(request: HttpRequest, found: SelectionRound, form: AllocateForm, status: int = 200) -> HttpResponse:
    state = state_of(found)
    officer = allowed(request.user, "nursery", Role.OFFICER)
    may_edit = officer and found.closed_at is None
    book_form = RulebookOfRoundForm(initial={"rulebook": found.rulebook_id})
    context = {
        "selection": found,
        "state": state,
        "steps": STEPS,
        "next": next_act(found, state),
        "stats": _stats(state),
        "form": form,
        "book_form": book_form,
        "applications": found.applications.select_related("imported_by"),
        "scorings": _scorings(found),
        "allocations": RUNS.view(rounds.allocations_of(found), request.GET),
        "more": _more(found, state),
        "history": _history(found),
        "may_edit": may_edit,
        "may_take_back": may_edit and not why_fixed(found),
        "may_take_up": officer and found.closed_at is not None,
    }
    return render(request, "nursery/round.html", context, status=status)


def _more(found: SelectionRound, state: RoundState) -> list[tuple[str, str]]:
    """Addresses and labels of the desk's other pages, as far as they are there and have something to show."""
    run = state.allocation
    pages = [(optional_url(name, run.pk), label) for name, label in OF_RUN] if run and run.is_finished else []
    if found.adopted_id is not None:
        pages += [(optional_url(name, found.pk), label) for name, label in OF_ROUND]
    return [(url, label) for url, label in pages if url]


def next_act(found: SelectionRound, state: RoundState) -> Next:
    """What the officer does next, in words and as a link or button."""
    if state.action == "aside":
        return Next("この選考は取りやめました。これまでの記録は残っています。")
    if state.action in ("import", "rulebook", "score", "scoring"):
        return _next_before_points(found, state)
    if state.action in ("rescore", "decide"):
        return _next_decision(state)
    return _next_run(found, state)


def _next_before_points(found: SelectionRound, state: RoundState) -> Next:
    if state.action == "import":
        url = reverse("nursery:applications-new", args=[found.pk])
        return Next("申込情報がまだありません。", "申込情報を取り込む", url)
    if state.action == "rulebook":
        return Next("採点に使う利用調整基準を選んでください。")
    if state.action == "scoring":
        url = reverse("nursery:scoring", args=[state.scoring.pk]) if state.scoring else ""
        return Next("採点しています。", "採点の経過を見る", url)
    url = reverse("nursery:score", args=[state.applications.pk]) if state.applications else ""
    failed = state.scoring is not None
    text = "前の採点は終わりませんでした。理由は採点の画面にあります。" if failed else ""
    return Next(f"{text}「{found.rulebook}」で採点します。", "採点する", url, post=True)


def _next_decision(state: RoundState) -> Next:
    assert state.scoring is not None  # noqa: S101 - these actions exist only after a scoring
    if state.action == "rescore":
        url = reverse("nursery:score", args=[state.scoring.applications_id])
        return Next("採点のあとに職員の判断が変わりました。", "採点し直す", url, post=True)
    if state.open_questions:
        url = reverse("nursery:scoring-questions", args=[state.scoring.pk])
        return Next(f"職員の判断が要る項目が {state.open_questions}件あります。", "判断する", url)
    url = reverse("nursery:scoring-ties", args=[state.scoring.pk])
    text = f"同点が {state.open_ties}組あります。順位を決めるか、抽選に回してください。"
    return Next(text, "同点を確かめる", url)


def _next_run(found: SelectionRound, state: RoundState) -> Next:
    if state.action == "allocate" or state.allocation is None:
        return Next(
            "同点と未決の判断はありません。",
            "割り当てる",
            reverse("nursery:round-allocate", args=[found.pk]),
            True,
        )
    page = reverse("nursery:allocation", args=[state.allocation.pk])
    if state.action == "allocating":
        return Next("割り当てています。", "割当の経過を見る", page)
    if state.action == "review" and pins_changed(state.allocation):
        again = reverse("nursery:round-allocate", args=[found.pk])
        return Next("割当のあとに固定が変わりました。", "割り当て直す", again, post=True)
    if state.action == "review":
        return Next("結果を確かめ、承認を依頼してください。", "結果を確かめる", page)
    if state.action == "approval":
        return Next("承認を待っています。", "結果を見る", page)
    if state.action == "adopt":
        return Next(
            "割当が承認されました。通知のもとになる結果として採用します。",
            "この結果を採用する",
            reverse("nursery:round-adopt", args=[found.pk, state.allocation.pk]),
            post=True,
        )
    return _next_after_adoption(found, state.allocation)


def _next_after_adoption(found: SelectionRound, adopted: Allocation) -> Next:
    """Letters, then the families' pages, then withdrawals and the next round."""
    following = found.later_rounds.first()
    if following is not None:
        return Next(
            "次の選考が始まっています。", "次の選考を開く", reverse("nursery:round", args=[following.pk])
        )
    printed = adopted.letter_batches.exclude(finished_at=None)
    if not any(not batch.settings.get("draft") for batch in printed):
        url = reverse("nursery:letters", args=[adopted.pk])
        return Next("結果を採用しました。通知を作成できます。", "通知を作成する", url)
    if not Publication.objects.filter(allocation=adopted).exists():
        url = reverse("nursery:families", args=[adopted.pk])
        return Next("通知を作成しました。家庭のページを公開できます。", "家庭に公開する", url)
    url = reverse("nursery:round-withdrawals", args=[found.pk])
    text = "家庭に公開しました。辞退・取下げの申出を記録し、終わったら次の選考を始めます。"
    return Next(text, "辞退・取下げを記録する", url)


def _stats(state: RoundState) -> list[tuple[str, str, str, str]]:
    applications, ledger, run = state.applications, state.ledger, state.allocation
    placed = run.figures.get("placed") if run is not None and run.is_finished else None
    waiting = run.figures.get("waiting") if run is not None and run.is_finished else None
    scored = ledger is not None

    children = None if applications is None else applications.children
    seats = None if applications is None else applications.seats

    def shown(value: int | None) -> str:
        return "—" if value is None else f"{value:,}"

    return [
        ("申込児童", shown(children), "人" if applications else "", ""),
        ("募集人数", shown(seats), "人" if applications else "", ""),
        ("未決の判断", shown(state.open_questions if scored else None), "件" if scored else "", ""),
        ("同点", shown(state.open_ties if scored else None), "組" if scored else "", ""),
        ("内定", shown(placed), "人" if placed is not None else "", ""),
        ("保留", shown(waiting), "人" if waiting is not None else "", ""),
    ]


def _scorings(found: SelectionRound) -> Any:
    from yakuba.nursery.models import Scoring

    rows = Scoring.objects.filter(applications__selection=found)
    return rows.select_related("applications", "rulebook", "job", "requested_by", "ledger")


def _history(found: SelectionRound) -> list[dict[str, Any]]:
    entries = rounds.history(found)
    names = _names({entry.actor for entry in entries})
    return [
        {"at": entry.at, "who": names.get(entry.actor, "（自動）"), "what": action_label(entry.action)}
        for entry in entries
    ]


def _names(actors: set[str]) -> dict[str, str]:
    keys = {actor: actor.removeprefix("user:") for actor in actors if actor.startswith("user:")}
    people = {
        str(pk): name for pk, name in User.objects.filter(pk__in=keys.values()).values_list("pk", "name")
    }
    return {actor: people.get(pk, "") for actor, pk in keys.items()}


@require_POST
@require("nursery", Role.OFFICER)
def round_rulebook(request: HttpRequest, pk: int) -> HttpResponse:
    """Choose the rule book of a round."""
    found = find(pk)
    form = RulebookOfRoundForm(request.POST)
    if form.is_valid():
        rounds.choose_rulebook(found, form.cleaned_data["rulebook"], by=request.user)
        messages.success(request, "基準を選びました。")
    else:
        messages.error(request, str(form.errors["rulebook"][0]))
    return redirect("nursery:round", pk)


@require_POST
@require("nursery", Role.OFFICER)
def round_allocate(request: HttpRequest, pk: int) -> HttpResponse:
    """Queue a run over the newest scored ledger and show its progress."""
    found = find(pk)
    state = state_of(found)
    form = AllocateForm(request.POST)
    if state.action == "aside":
        messages.error(request, "この選考は取りやめています。続けるときは、再開してください。")
        return redirect("nursery:round", pk)
    if state.ledger is None:
        messages.error(request, "採点がまだです。先に採点してください。")
        return redirect("nursery:round", pk)
    if not form.is_valid():
        return _page(request, found, form, status=422)
    try:
        allocation = request_allocation(state.ledger, seed=form.cleaned_data["seed"], by=request.user)
    except TiesNeedSeed as error:
        form.add_error("seed", str(error))
        return _page(request, found, form, status=422)
    return redirect("nursery:allocation", allocation.pk)


@require_POST
@require("nursery", Role.OFFICER)
def round_adopt(request: HttpRequest, pk: int, allocation: int) -> HttpResponse:
    """Adopt an approved run as the round's result."""
    found = find(pk)
    run = get_object_or_404(rounds.allocations_of(found), pk=allocation)
    try:
        rounds.adopt(found, run, by=request.user)
    except RoundError as error:
        messages.error(request, str(error))
    else:
        messages.success(request, f"割当{run.pk}を、この選考の結果に採用しました。")
    return redirect("nursery:round", pk)
