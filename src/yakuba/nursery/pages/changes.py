"""What scenarios and pins share: a difference as a table and as chains, protected children hidden."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html

from yakuba.core.people.models import Role
from yakuba.core.people.permissions import allowed
from yakuba.core.ui.tables import Column, Filter, Table, TableView
from yakuba.nursery.domain.difference_words import KIND_NAMES, DifferenceWords
from yakuba.nursery.domain.market import Labels
from yakuba.nursery.models import Allocation
from yakuba.nursery.services.visibility import HIDDEN, hidden_from, note_views, protected_ids

Json = dict[str, Any]
WHOLE = 10_000
GROUPS_SHOWN = 30
STEPS_SHOWN = 40
KIND_CHIPS = {"gained": "chip-ok", "better": "chip-ok", "lost": "chip-bad", "worse": "chip-warn"}
TOTALS = (
    ("placed", "内定", "人"),
    ("held", "在籍園に継続", "人"),
    ("waiting", "保留", "人"),
    ("first", "第1希望に内定", "人"),
    ("free", "空いている席", "席"),
    ("blocking", "不成立の世帯", "世帯"),
    ("envy_by_pins", "固定による不満", "世帯"),
)


@dataclass(frozen=True, slots=True)
class MoveRow:
    """One child in the table of changes."""

    child_id: str
    family_id: str
    kind: str
    kind_name: str
    before: str
    after: str
    why: str
    url: str


@dataclass(frozen=True, slots=True)
class StepRow:
    """One family's step in a chain."""

    moves: tuple[tuple[str, str, str], ...]  # child, before, after
    because: str


@dataclass(frozen=True, slots=True)
class GroupRow:
    """One chain or group."""

    title: str
    clear: bool
    steps: tuple[StepRow, ...]
    more: int


def _child(row: MoveRow) -> str:
    return format_html('<a href="{}">{}</a>', row.url, row.child_id)


def _kind(row: MoveRow) -> str:
    return format_html('<span class="chip {}">{}</span>', KIND_CHIPS.get(row.kind, ""), row.kind_name)


MOVES = Table(
    label="結果が変わる児童",
    columns=(
        Column("child_id", "受付番号", heading=True, search=True, cell=_child),
        Column("kind_name", "変化", cell=_kind),
        Column("before", "変更前", search=True),
        Column("after", "変更後", search=True),
        Column("why", "理由", sortable=False),
        Column("family_id", "世帯番号", search=True),
    ),
    filters=(Filter("kind", "変化", tuple(KIND_NAMES.items())),),
    default_sort="child_id",
    empty_text="結果が変わる児童はいません。",
)


class ShownDifference:
    """A difference document as one user may see it."""

    def __init__(self, request: HttpRequest, allocation: Allocation, document: Json, labels: Labels) -> None:
        self.request, self.allocation, self.labels = request, allocation, labels
        self.hidden = hidden_from(request.user)
        self.full = document
        families = {move["family"] for move in document["moves"] if move["child"] in self.hidden}
        families |= set(
            allocation.child_rows.filter(child_id__in=self.hidden).values_list("family_id", flat=True)
            if self.hidden
            else ()
        )
        self.hidden_families = families
        self.words = DifferenceWords(document, labels)
        self.words.children = {
            family: [HIDDEN if child in self.hidden else child for child in children]
            for family, children in self.words.children.items()
        }

    def rows(self, *, leaving: bool = False) -> list[MoveRow]:
        """Children who may be seen here; an export (``leaving``) holds no protected child for anybody."""
        out = self.hidden | (protected_ids() if leaving else set())
        return [self._row(move) for move in self.full["moves"] if move["child"] not in out]

    def left_out(self) -> int:
        """Changed children whom this user may not see."""
        return sum(move["child"] in self.hidden for move in self.full["moves"])

    def _row(self, move: Json) -> MoveRow:
        return MoveRow(
            child_id=move["child"],
            family_id=move["family"],
            kind=move["kind"],
            kind_name=KIND_NAMES[move["kind"]],
            before=self.words.standing(move["before"], move["rank_before"]),
            after=self.words.standing(move["after"], move["rank_after"]),
            why=self.words.why(move),
            url=reverse("nursery:child", args=[self.allocation.pk, move["child"]]),
        )

    def whole_table(self) -> TableView:
        """Every change at once, without links: for a page that answers a form."""
        columns = tuple(replace(column, sortable=False, search=False) for column in MOVES.columns)
        table = replace(MOVES, columns=columns, filters=(), exports=False, page_size=WHOLE)
        note_views(self.request.user, {move["child"] for move in self.full["moves"]} - self.hidden)
        return table.view(self.rows(), {})

    def table(self, *, exports: bool = True) -> TableView:
        """The table of changes; officers may export it."""
        leaving = exports and bool(self.request.GET.get("export"))
        exports = exports and allowed(self.request.user, "nursery", Role.OFFICER)
        table = replace(MOVES, exports=exports)
        shown = table.view(self.rows(leaving=leaving), self.request.GET)
        if not leaving:
            seen = {move["child"] for move in self.full["moves"]} - self.hidden
            note_views(self.request.user, seen)
        return shown

    def groups(self) -> list[GroupRow]:
        """Chains, longest first; steps of hidden children say only that."""
        moves = {move["child"]: move for move in self.full["moves"]}
        return [self._group(group, moves) for group in self.full["groups"][:GROUPS_SHOWN]]

    def _group(self, group: Json, moves: dict[str, Json]) -> GroupRow:
        steps = group["steps"]
        count = sum(len(step["children"]) for step in steps)
        kind = "玉突き" if group["clear"] else "まとまり（順番は一つに定まりません）"
        return GroupRow(
            title=f"{kind}　{count}人",
            clear=group["clear"],
            steps=tuple(self._step(step, moves) for step in steps[:STEPS_SHOWN]),
            more=max(0, len(steps) - STEPS_SHOWN),
        )

    def _step(self, step: Json, moves: dict[str, Json]) -> StepRow:
        if step["family"] in self.hidden_families or self.hidden & set(step["children"]):
            return StepRow(((HIDDEN, "", ""),), "支援措置の対象に関わるため示しません。")
        shown = []
        for child in step["children"]:
            move = moves[child]
            before = self.words.standing(move["before"], move["rank_before"])
            shown.append((child, before, self.words.standing(move["after"], move["rank_after"])))
        return StepRow(tuple(shown), self._because(step["links"]))

    def _because(self, links: list[Json]) -> str:
        safe = [
            {**link, "child": None if link["child"] is None else self._name(link["child"])} for link in links
        ]
        return self.words.because(safe)

    def _name(self, child: str) -> str:
        return HIDDEN if child in self.hidden else child

    def more_groups(self) -> int:
        """Groups beyond those shown."""
        return max(0, len(self.full["groups"]) - GROUPS_SHOWN)

    def totals(self) -> list[tuple[str, str, str, str]]:
        """(what, before, after, change) for the table of totals."""
        before, after = (self.full["totals"][side] for side in ("before", "after"))
        rows = []
        for key, name, unit in TOTALS:
            if key == "envy_by_pins" and not before.get(key) and not after.get(key):
                continue
            change = after[key] - before[key]
            sign = f"＋{change:,}" if change > 0 else f"−{-change:,}" if change < 0 else "0"
            rows.append((f"{name}（{unit}）", f"{before[key]:,}", f"{after[key]:,}", sign))
        return rows

    def envy(self) -> list[tuple[str, str, str]]:
        """(family, wish, pins) of the families that pins keep from a wish; hidden ones say only that."""
        rows = []
        for one in self.full["envy"]:
            hidden = one["family"] in self.hidden_families
            pins = "、".join(
                f"受付{self._name(pin['child'])}（{self.words.place(pin['class'])}）" for pin in one["pins"]
            )
            wish = f"第{one['wish']}希望"
            rows.append((HIDDEN, HIDDEN, HIDDEN) if hidden else (one["family"], wish, pins))
        return rows
