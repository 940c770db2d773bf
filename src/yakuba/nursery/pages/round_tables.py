"""Tables of rounds, and where a round stands in one word."""

from __future__ import annotations

from django.urls import NoReverseMatch, reverse
from django.utils.html import format_html
from django.utils.safestring import mark_safe

from yakuba.core.ui.tables import Column, Table
from yakuba.core.ui.templatetags.yakuba_ui import wareki
from yakuba.nursery.models import SelectionRound
from yakuba.nursery.services.rounds import STEPS, state_of

ASKING = {"decide", "rescore", "adopt", "review"}
RUNNING = {"scoring", "allocating"}


def optional_url(name: str, *args: object) -> str:
    """The address of a page, or nothing while this installation has no such page."""
    try:
        return reverse(f"nursery:{name}", args=args)
    except NoReverseMatch:
        return ""


def _link(row: SelectionRound) -> str:
    return format_html('<a href="{}">{}</a>', reverse("nursery:round", args=[row.pk]), row.title)


def _step(row: SelectionRound) -> str:
    state = state_of(row)
    kind = "chip-ask" if state.action in ASKING else "chip-run" if state.action in RUNNING else ""
    if state.action == "letters":
        kind = "chip-ok"
    if state.action == "aside":
        return mark_safe('<span class="chip">取りやめ</span>')
    return format_html('<span class="chip {}">{}. {}</span>', kind, state.step, STEPS[state.step - 1])


ROUNDS = Table(
    label="選考の一覧",
    columns=(
        Column("title", "選考", heading=True, search=True, cell=_link),
        Column("starts_on", "利用開始日", cell=lambda row: wareki(row.starts_on), wrap=False),
        Column("rulebook", "基準", sortable=False, value=lambda row: str(row.rulebook or "")),
        Column("step", "いまの段階", sortable=False, cell=_step),
    ),
    default_sort="-starts_on",
    empty_text="選考はまだありません。「利用調整基準」を登録して適用してから、「選考を作成する」で始めます。",
    exports=False,
    prefix="r-",
)
