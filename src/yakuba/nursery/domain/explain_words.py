"""The wording of explanations, one class an audience."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any, ClassVar

from yakuba.nursery.domain.market import Labels

# 利用調整 is the municipality's act under this article; what staff fixes is a part of it.
PIN_DECISION = "利用調整（児童福祉法第24条第3項）における個別の決定"
PIN_GROUND = f"{PIN_DECISION}で先に席が決まった方"
MIN_COUNT = 3  # other families appear to parents only as counts of three or more

Claim = Mapping[str, Any]


class Words(ABC):
    """Claims of one child, looked up by what a sentence needs."""

    REFUSALS: ClassVar = frozenset({"full", "capacity_zero", "never_possible", "declared_blocking"})
    OBTAINED: ClassVar = frozenset({"placed", "held", "not_placed", "pinned"})
    _CHIPS: ClassVar = {"declared_blocking": "chip-ask"}

    def __init__(self, claims: Sequence[Claim], labels: Labels) -> None:
        self.labels = labels
        self.cutoffs = {claim["class"]: claim for claim in claims if claim["kind"] == "cutoff"}
        self.reasons = {
            (claim["class"], claim["needs"]): claim for claim in claims if claim["kind"] == "decided_by"
        }
        self.obtained: Claim = next(claim for claim in claims if claim["kind"] in self.OBTAINED)
        self.child: str = self.obtained["child"]
        self.over = {claim["wish"]: claim for claim in claims if claim["kind"] == "pinned_over"}
        keys: Claim = next((claim for claim in claims if claim["kind"] == "key_names"), {})
        self.key_name: str = keys["names"][0] if keys.get("names") else "優先順位"
        self._ascending: Sequence[bool] = keys.get("ascending", ())

    def value(self, key: Any, index: int = 0) -> str:
        """A key as the ledger writes it: one that is ordered 小さい順 is negated in the market."""
        if index < len(self._ascending) and self._ascending[index]:
            return f"{-Decimal(key):f}"
        return str(key)

    def place(self, class_: str | None) -> str:
        """The class as people call it."""
        return "入所しない" if class_ is None else self.labels.classes.get(class_, class_)

    def reason(self, claim: Claim) -> Claim | None:
        """The ``decided_by`` of a wish's own class, if that class was full."""
        for seat in claim["seats"] if claim["kind"] == "full" else ():
            if seat["class"] == claim["class"]:
                return self.reasons.get((seat["class"], seat["needs"]))
        return None

    def own(self, claim: Claim | None) -> str | None:
        """The child's own value of the first key."""
        keys = claim.get("keys") if claim is not None else None
        return self.value(keys[0]) if keys else None

    def chip(self, kind: str) -> str:
        """The chip class of a refusal."""
        return self._CHIPS.get(kind, "chip-wait")

    def outcome(self, kind: str) -> str:
        """The word on the chip of a refusal."""
        return "保留"

    def last_value(self, class_: str | None) -> str | None:
        """The last newly admitted child's value of the first key; none when only current children remain."""
        cutoff = self.cutoffs.get(class_ or "")
        if cutoff is None or not cutoff.get("keys") or cutoff["occupants"] == cutoff["holders"]:
            return None
        return self.value(cutoff["keys"][0])

    def headline(self, claim: Claim) -> str:
        """The result in one sentence."""
        name = self.name(self.child)
        if claim["kind"] == "not_placed" or claim.get("class") is None:
            return f"{name}：今回は保留となりました。"
        place = self.place(claim["class"])
        if claim["kind"] == "held":
            return f"{name}：在籍中の{place}を継続します。"
        if claim["wish"] is None:  # a pinned child's class need not be one of its wishes
            return f"{name}：{place}に内定しました。"
        return f"{name}：{place}に内定しました（第{claim['wish']}希望）。"

    @abstractmethod
    def name(self, child: str) -> str:
        """A child of the family itself."""

    @abstractmethod
    def refusal(self, claim: Claim) -> str:
        """Why a wish was not obtained."""

    @abstractmethod
    def away(self, claim: Claim) -> str:
        """Why a wish that does not agree with a pin was not considered."""

    @abstractmethod
    def admission(self, claim: Claim) -> str:
        """How the obtained seat stands."""

    @abstractmethod
    def cutoff(self, class_: str | None, claim: Claim | None) -> str | None:
        """The last admitted child's value of the first key."""

    @abstractmethod
    def decided_by(self, reason: Claim | None) -> str | None:
        """What separated the child from the seat."""

    @abstractmethod
    def position(self, reason: Claim | None) -> int | None:
        """The child's place in the queue of a class it did not get."""

    @abstractmethod
    def capacity(self, reason: Claim | None) -> int | None:
        """Seats of a class it did not get."""

    @abstractmethod
    def rank(self, claim: Claim) -> int | None:
        """The child's place among the occupants of its class."""

    @abstractmethod
    def seats(self, claim: Claim) -> int | None:
        """Seats of the class it got."""


class OfficerWords(Words):
    """Everything, with ids."""

    def name(self, child: str) -> str:
        label = self.labels.children.get(child)
        return f"児童 {child}" if label is None else f"児童 {child} {label}"

    def outcome(self, kind: str) -> str:
        return "要確認" if kind == "declared_blocking" else "保留"

    def refusal(self, claim: Claim) -> str:
        sentences = [
            self._seat(seat, several=len(claim["seats"]) > 1 or seat["class"] != claim["class"])
            for seat in claim["seats"]
        ]
        if claim["kind"] == "declared_blocking":
            sentences.append(self._blocking(claim))
        over = self.over.get(claim["wish"])
        if over is not None:
            names = "、".join(f"児童 {child}" for child in over["pins"])
            sentences.append(f"職員が固定した{names}がいなければ、優先順位のとおりに入れる希望です。")
        return "".join(sentences)

    def away(self, claim: Claim) -> str:
        names = "、".join(f"児童 {child}" for child in claim["pins"])
        return f"職員が固定した{names}の内容と合わないため、選考していません。"

    def _seat(self, seat: Claim, *, several: bool) -> str:
        where = f"{self.place(seat['class'])}（{seat['class']}）：" if several else ""
        q, above, needs = seat["capacity"], seat["above"], seat["needs"]
        if q == 0:
            return f"{where}募集がありません（定員0人）。"
        if needs > q:
            return f"{where}定員{q}人に対し、必要な席が{needs}人分です。"
        sign = "定員を超えます" if above + needs > q else "定員に収まります"
        worst = (
            ""
            if seat["worst"] == self.child
            else f"（きょうだいの中で順位が低い児童 {seat['worst']} で数える）"
        )
        return (
            f"{where}定員{q}人に対し、他の世帯の上位者{above}人{worst}と"
            f"必要な席{needs}人分の合計{above + needs}人で、{sign}。"
        )

    def _blocking(self, claim: Claim) -> str:
        known = (
            "どの世帯も割当てを変える余地がない割当ては存在しません。"
            if claim["lower_bound"] > 0
            else "どの世帯も割当てを変える余地がない割当ては見つかっていません。"
        )
        proof = (
            "これより少なくできないことを証明済みです"
            if claim["status"] == "minimal"
            else f"少なくとも{claim['lower_bound']}世帯であることまでを証明済みです"
        )
        return (
            f"席の上では入れますが、割り当てていません。{known}"
            f"世帯 {claim['family']} は、競合が残る{claim['blocking']}世帯の一つとして"
            f"示しています（{proof}）。"
        )

    def admission(self, claim: Claim) -> str:
        held = {"held": "在籍児童として優先されます。", "pinned": "職員が固定した児童です。"}.get(
            claim["kind"], ""
        )
        seats = f"定員{claim['capacity']}人、入所{claim['occupants']}人"
        if claim["kind"] == "pinned":
            return f"{held}{seats}です。"
        return f"{held}{seats}のうち、優先順位は{claim['rank']}番目です。"

    def cutoff(self, class_: str | None, claim: Claim | None) -> str | None:
        value = self.last_value(class_)
        return None if value is None else f"{value}（児童 {self.cutoffs[class_ or '']['last']}）"

    def decided_by(self, reason: Claim | None) -> str | None:
        if reason is None:
            return None
        against = f"児童 {reason['against']}"
        if reason["by"] == "key":
            own, other = (self.value(reason[side], reason["key"]) for side in ("own", "threshold"))
            values = f"本人 {own}、{against} {other}"
            return f"第{reason['key'] + 1}基準「{reason['name']}」の差（{values}）"
        return {
            "lottery": f"全基準が{against}と同じため抽選",
            "holder": f"{against}が在籍児童",
            "pin": f"{against}を職員が固定",
            "sibling": f"きょうだいの順位（本人は{against}より上位）",
            "order": f"優先順位の並び（{against}より下位）",
        }[reason["by"]]

    def position(self, reason: Claim | None) -> int | None:
        return None if reason is None else int(reason["position"])

    def capacity(self, reason: Claim | None) -> int | None:
        return None if reason is None else int(reason["capacity"])

    def rank(self, claim: Claim) -> int | None:
        return None if claim["kind"] == "pinned" else int(claim["rank"])

    def seats(self, claim: Claim) -> int | None:
        return int(claim["capacity"])


def countable(count: int, seats: int) -> bool:
    """Whether a count of others may be written: three or more, and so is what remains of the seats, or none.

    >>> [countable(11, 11), countable(10, 11), countable(2, 2), countable(8, 11)]
    [True, False, False, True]
    """
    return count >= MIN_COUNT and (seats - count <= 0 or seats - count >= MIN_COUNT)


class ParentWords(Words):
    """Own facts; other families only as counts of three or more."""

    def name(self, child: str) -> str:
        return f"{self.labels.children.get(child, child)}さん"

    def headline(self, claim: Claim) -> str:
        return super().headline(claim).replace("さん：", "さんは、")

    def chip(self, kind: str) -> str:
        return "chip-wait"

    def refusal(self, claim: Claim) -> str:
        if claim["kind"] == "declared_blocking":
            return (
                "席の空きの上では、入れる可能性があった希望です。"
                "きょうだいの希望の組合せのため、すべての世帯の希望と優先順位を同時に満たす割当てが見つかりませんでした。"
                "担当課が個別にご説明します。"
            )
        return "".join(self._seat(seat, claim) for seat in claim["seats"]) + self._over(claim)

    def _over(self, claim: Claim) -> str:
        """Seats that staff decided on before are told as a count with its ground, never as a child."""
        over = self.over.get(claim["wish"])
        if over is None:
            return ""
        count = len(over["pins"])
        told = f"が{count}人います。" if count >= MIN_COUNT else "がいます。人数はお示ししません。"
        return f"このほか、{PIN_GROUND}{told}"

    def away(self, claim: Claim) -> str:
        return f"{PIN_DECISION}があるため、この希望は選考していません。"

    def _seat(self, seat: Claim, claim: Claim) -> str:
        elsewhere = (
            f"きょうだいで希望した{self.place(seat['class'])}は、" if seat["class"] != claim["class"] else ""
        )
        q, needs = seat["capacity"], seat["needs"]
        if q == 0:
            return f"{elsewhere}募集がありませんでした。"
        if needs > q:
            return f"{elsewhere}きょうだい{needs}人分の席を用意できない園でした。"
        together = f"、きょうだい{needs}人分の席を確保できませんでした" if needs > 1 else ""
        count = self._rivals(seat)
        if count is not None:
            end = f"いたため{together}" if together else "いました"
            recruits = self._recruits(seat["class"], q)
            return f"{elsewhere}募集人数{recruits}人に対し、{self._above(seat)}が{count}{end}。"
        if together:
            return f"{elsewhere}優先順位が上の方がいたため{together}。人数はお示ししません。"
        return f"{elsewhere}優先順位が上の方で席が埋まりました。人数はお示ししません。"

    def _above(self, seat: Claim) -> str:
        """Who the count of those above holds: in a class with pins not all of them are there by priority."""
        pinned = self.cutoffs.get(seat["class"], {}).get("pinned", 0)
        return "優先順位が上の方（先に席が決まった方を含む）" if pinned else "優先順位が上の方"

    def _transfers(self, class_: str) -> int | None:
        cutoff = self.cutoffs.get(class_)
        return None if cutoff is None else int(cutoff["transfers"])

    def _recruits(self, class_: str, seats: int) -> int:
        """The published number of new seats (募集人数): without those that transfer children held."""
        return seats - (self._transfers(class_) or 0)

    def _rivals(self, seat: Claim) -> str | None:
        """How many ranked above, as far as it may be said.

        The published seats leave out those that transfer children held before, so that an exact count
        would give away one or two transfer children by subtraction; then 「N人以上」 is said instead.
        """
        transfers = self._transfers(seat["class"])
        if transfers is None or not countable(seat["above"], seat["capacity"]):
            return None
        if not 0 < transfers < MIN_COUNT:
            return f"{seat['above']}人" if self._recruits(seat["class"], seat["capacity"]) > 0 else None
        recruits = seat["capacity"] - transfers
        return f"{recruits}人以上" if MIN_COUNT <= recruits <= seat["above"] else None

    def admission(self, claim: Claim) -> str:
        if claim["kind"] == "pinned":
            return f"{PIN_DECISION}により決まりました。"
        if claim["kind"] == "held":
            return "在籍中の席は、希望した園に移らない限り、そのまま続きます。"
        rank = self.rank(claim)
        if rank is None:
            return "優先順位が定員の範囲に入りました。"
        return f"募集人数{self.seats(claim)}人に対し、優先順位は{rank}番目でした。"

    def _values_shown(self, class_: str | None, claim: Claim | None) -> bool:
        """Whether values taken from the newly admitted of other families may be written."""
        cutoff = self.cutoffs.get(class_ or "")
        return cutoff is not None and claim is not None and claim["others"] - cutoff["holders"] >= MIN_COUNT

    def cutoff(self, class_: str | None, claim: Claim | None) -> str | None:
        return self.last_value(class_) if self._values_shown(class_, claim) else None

    def decided_by(self, reason: Claim | None) -> str | None:
        if reason is None:
            return None
        if reason["by"] == "sibling":
            return "きょうだいの優先順位"
        if not self._values_shown(reason["class"], reason):
            return "優先順位（基準はお示ししません）"
        if reason["by"] == "key":
            return self._key(reason)
        return {
            "lottery": "すべての基準が同じ方との抽選",
            "holder": "在籍している方の優先",
            "pin": PIN_DECISION,
            "order": "優先順位",
        }[reason["by"]]

    def _key(self, reason: Claim) -> str:
        if reason["key"] > 0:
            return f"{self.key_name}が同じときの第{reason['key'] + 1}基準（{reason['name']}）"
        if reason["against"] != self.cutoffs[reason["class"]]["last"]:
            return f"{reason['name']}の差"
        return f"{reason['name']}の差（{Decimal(reason['threshold']) - Decimal(reason['own']):f}）"

    def position(self, reason: Claim | None) -> int | None:
        if reason is None or not countable(reason["position"] - 1, reason["capacity"]):
            return None
        transfers = self._transfers(reason["class"])
        return None if transfers is None or 0 < transfers < MIN_COUNT else int(reason["position"])

    def capacity(self, reason: Claim | None) -> int | None:
        if reason is None or self.position(reason) is None:
            return None
        return self._recruits(reason["class"], reason["capacity"])

    def rank(self, claim: Claim) -> int | None:
        if claim["kind"] == "pinned":
            return None
        siblings = claim["occupants"] - claim["others"] - 1
        above, below = claim["rank"] - 1 - siblings, claim["occupants"] - claim["rank"] - siblings
        known = self._transfers(claim["class"]) is not None
        return int(claim["rank"]) if known and min(above, below) >= MIN_COUNT else None

    def seats(self, claim: Claim) -> int | None:
        return None if self.rank(claim) is None else self._recruits(claim["class"], claim["capacity"])
