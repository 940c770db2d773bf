"""Start a later round (二次選考): what it would hold is shown before it is made."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from yakuba.core.people.models import Role
from yakuba.core.people.permissions import require
from yakuba.nursery.domain.later_round import CannotCarry
from yakuba.nursery.domain.market import BadInput
from yakuba.nursery.forms import TITLE_LENGTH, check_start, check_title
from yakuba.nursery.models import SelectionRound
from yakuba.nursery.pages.rounds import find
from yakuba.nursery.services import later_rounds
from yakuba.nursery.services.ledgers import UPLOAD_LIMIT
from yakuba.nursery.services.visibility import hidden_from, note_views

FAULTS_SHOWN = 100
NAMED = 20  # children named on the page; the rest is counted


class LaterRoundForm(forms.Form):
    """Name, date and the applications that came since."""

    title = forms.CharField(
        label="選考の名称",
        validators=[check_title],
        widget=forms.TextInput(attrs={"maxlength": TITLE_LENGTH}),
        error_messages={"required": "選考の名称がありません。入力してください。"},
    )
    starts_on = forms.DateField(
        label="利用開始日",
        validators=[check_start],
        widget=forms.DateInput(attrs={"type": "date"}),
        error_messages={
            "required": "利用開始日がありません。入力してください。",
            "invalid": "日付として読めません。例：2027-05-01",
        },
    )
    file = forms.FileField(
        label="新しい申込み（任意）",
        required=False,
        help_text="前の選考のあとに届いた申込情報。同じ受付番号は、新しい申込みに置き換えます。20MBまで。",
        widget=forms.ClearableFileInput(attrs={"accept": ".xlsx,.csv,.zip"}),
        error_messages={"empty": "ファイルが空です。中身のあるファイルを選んでください。"},
    )


@require_http_methods(["GET", "POST"])
@require("nursery", Role.OFFICER)
def round_second(request: HttpRequest, pk: int) -> HttpResponse:
    """The next round of a round."""
    selection = find(pk)
    following = selection.later_rounds.first()
    if following is not None:
        messages.info(request, f"次の選考「{following}」はすでに始まっています。")
        return redirect("nursery:round", following.pk)
    form = LaterRoundForm(
        request.POST if request.method == "POST" else None,
        request.FILES or None,
        initial={"title": _title(selection), "starts_on": selection.starts_on},
    )
    problems: list[str] = []
    faults: list[Any] = []
    if request.method == "POST" and form.is_valid():
        made, problems, faults = _start(request, selection, form)
        if made is not None:
            messages.success(request, f"「{made}」を始めました。申込情報を確かめてから、採点してください。")
            return redirect("nursery:round", made.pk)
    failed = bool(form.errors or problems or faults)
    context = {
        "selection": selection,
        "form": form,
        "problems": problems,
        "faults": faults[:FAULTS_SHOWN],
        "fault_count": len(faults),
        **_preview(request, selection),
    }
    return render(request, "nursery/later_round.html", context, status=422 if failed else 200)


def _title(selection: SelectionRound) -> str:
    """「一次選考」 becomes 「二次選考」, and so on."""
    for old, new in (("一次", "二次"), ("二次", "三次"), ("三次", "四次")):
        if old in selection.title:
            return selection.title.replace(old, new)
    return f"{selection.title} 二次選考"[:TITLE_LENGTH]


def _start(
    request: HttpRequest, selection: SelectionRound, form: LaterRoundForm
) -> tuple[SelectionRound | None, list[str], list[Any]]:
    given = form.cleaned_data
    upload = given["file"]
    if upload is not None and upload.size > UPLOAD_LIMIT:
        form.add_error(
            "file", f"{upload.size / 2**20:.1f}MBあります。20MBまでです。不要なシートを除いてください。"
        )
        return None, [], []
    try:
        new = None
        if upload is not None:
            new = later_rounds.read_new(upload.name, upload.read(), selection, by=request.user)
        made = later_rounds.start(
            selection, title=given["title"], starts_on=given["starts_on"], new=new, by=request.user
        )
    except CannotCarry as error:
        return None, error.problems, []
    except BadInput as bad:
        return None, [], list(bad.faults)
    return made, [], []


def _preview(request: HttpRequest, selection: SelectionRound) -> dict[str, Any]:
    try:
        found = later_rounds.preview(selection)
    except CannotCarry as error:
        return {"blocked": error.problems}
    hidden = hidden_from(request.user)
    left = [child for child in found.carried.left if child not in hidden]
    note_views(request.user, left[:NAMED])
    flagged = sum(home.leave_extension_ok for home in found.carried.applications.households.values())
    return {
        "left": left[:NAMED],
        "left_more": max(0, len(left) - NAMED),
        "flagged": flagged,
        "stats": [
            ("引き続き選考", f"{len(found.carried.going_on):,}", "人", "保留と、転園できなかった児童"),
            ("内定して抜ける", f"{len(found.carried.placed):,}", "人", ""),
            ("辞退・取下げ", f"{len(found.carried.left):,}", "人", ""),
            ("空いている席", f"{found.seats:,}", "席", "辞退で空いた席を含む"),
        ],
    }
