"""A difference of two results in plain Japanese, for officers: why each child moved, and by what chain."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from yakuba.nursery.domain.market import Labels, Seat

Json = Mapping[str, Any]
KIND_NAMES = {
    "gained": "新たに内定",
    "lost": "内定がなくなる",
    "better": "上の希望へ",
    "worse": "下の希望へ",
    "moved": "別のクラスへ",
    "added": "申込みの追加",
    "withdrawn": "申込みの取下げ",
}
OTHER = "定員や優先順位の変更だけでは決まらない（きょうだいの組合せか、ほかにも成立する割当があるため）"


class DifferenceWords:
    """Sentences about one ``yakuba.nursery.difference/1`` document."""

    def __init__(self, document: Json, labels: Labels) -> None:
        self.document, self.labels = document, labels
        self.names: Sequence[str] = document["keys"]["names"]
        self.ascending: Sequence[bool] = document["keys"]["ascending"]
        self.children: dict[str, list[str]] = {}
        for move in document["moves"]:
            self.children.setdefault(move["family"], []).append(move["child"])

    def place(self, seat: Seat) -> str:
        """The class as people call it."""
        return "保留" if seat is None else self.labels.classes.get(seat, seat)

    def standing(self, seat: Seat, rank: int | None) -> str:
        """A place with the rank of the wish."""
        return self.place(seat) + (f"（第{rank}希望）" if rank else "")

    def why(self, move: Json) -> str:
        """One sentence on a move, computed from the ``cutoff`` claims of the class that decided."""
        if move["kind"] == "withdrawn":
            return "申込みがなくなった。"
        worse = move["kind"] in ("lost", "worse")
        seat = move["before"] if worse or move["after"] is None else move["after"]
        if seat is None:
            return "申込みが加わった。"
        was, now = self.document["cutoffs"][seat]
        if was is None or now is None:
            return f"{self.place(seat)}の募集が{'なくなった' if now is None else '始まった'}。"
        facts = [*self._seats(was, now), *self._limit(was, now)]
        if not facts:
            facts = ["最低の優先順位は変わらず、内定した児童が入れ替わった"]
        return f"{self.place(seat)}の{'、'.join(facts)}。"

    def _seats(self, was: Json, now: Json) -> list[str]:
        if was["capacity"] == now["capacity"]:
            return []
        how = "増えた" if now["capacity"] > was["capacity"] else "減った"
        return [f"定員が{was['capacity']}人から{now['capacity']}人に{how}"]

    def _limit(self, was: Json, now: Json) -> list[str]:
        """How the last admitted child's keys changed: the first key that differs."""
        full = [side["occupants"] >= side["capacity"] for side in (was, now)]
        if not full[1] and full[0]:
            return ["席に空きができた"]
        if not full[0] and full[1]:
            return ["空いていた席が埋まった"]
        own, other = was.get("keys"), now.get("keys")
        if not own or not other:
            return []
        for index, (mine, theirs) in enumerate(zip(own, other, strict=False)):
            if Decimal(mine) == Decimal(theirs):
                continue
            name = self.names[index] if index < len(self.names) else f"第{index + 1}基準"
            values = self._value(mine, index), self._value(theirs, index)
            how = "上がった" if Decimal(values[1]) > Decimal(values[0]) else "下がった"
            if index == 0:
                return [f"最低{name}が{values[0]}から{values[1]}に{how}"]
            first = f"最低{self.names[0]}は{self._value(own[0], 0)}で同じ"
            return [f"{first}、第{index + 1}基準「{name}」の境が{values[0]}から{values[1]}に{how}"]
        return []

    def _value(self, key: Any, index: int) -> str:
        if index < len(self.ascending) and self.ascending[index]:
            return f"{-Decimal(key):f}"
        return str(key)

    def because(self, links: Sequence[Json]) -> str:
        """What a family's moves can have come from."""
        told = list(dict.fromkeys(self._link(link) for link in links))
        if len(told) == 1:
            return f"{told[0]}。"
        return f"次のどれによるかは、一つに決まらない：{'／'.join(told)}。"

    def _link(self, link: Json) -> str:
        place = self.place(link["class"])
        if link["kind"] == "seats":
            how = "増えた" if link["amount"] > 0 else "減った"
            return f"{place}の定員が{abs(link['amount'])}席{how}ため"
        who = "、".join(f"受付{child}" for child in self.children.get(link["family"], ()))
        child = f"受付{link['child']}"
        return {
            "keys": f"{child}の優先順位の値が変わったため",
            "order": f"{place}の優先順位の並びが変わったため",
            "wishes": f"世帯{link['family']}の希望が変わったため",
            "added": f"{child}の申込みが加わったため",
            "withdrawn": f"{child}の申込みがなくなったため",
            "pinned": f"{child}を{place}に固定したため"
            if link["amount"] >= 0
            else f"{child}の固定（{place}）を解除したため",
            "vacated": f"{who}が{place}の席を空けたため",
            "displaced": f"{who}が{place}に入ったため",
            "other": OTHER,
        }[link["kind"]]
