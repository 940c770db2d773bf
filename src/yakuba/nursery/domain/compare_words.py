"""The differences from a manual result in plain Japanese, for officers."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from decimal import Decimal
from typing import Any

from yakuba.nursery.domain.market import Labels, Seat

Json = Mapping[str, Any]
CATEGORY_NAMES = {
    "envy": "優先順位が上なのに席がない",
    "empty": "席が空いたまま",
    "capacity": "定員を超えている",
    "siblings": "きょうだいの条件に合わない",
    "not_wished": "希望していないクラス",
    "override": "記録のない個別の決定",
    "recorded": "記録のある個別の決定",
    "tie": "同点の抽選の違い",
    "alternative": "どちらも成立する",
    "chain": "ほかの相違に続く",
}


class CompareWords:
    """One sentence a difference. ``key_names`` and ``ascending``: of market.json."""

    def __init__(self, labels: Labels, key_names: Sequence[str] = (), ascending: Sequence[bool] = ()) -> None:
        self.labels, self.names, self.ascending = labels, key_names, ascending

    def place(self, seat: Seat) -> str:
        """The class as people call it."""
        return "保留" if seat is None else self.labels.classes.get(seat, seat)

    def sentence(self, one: Json) -> str:
        """Why the manual result differs for this child."""
        place, other, wish = self.place(one["class"]), one["other"], one["wish"]
        manual = self.place(one["manual"])
        told: dict[str, Callable[[], str]] = {
            "envy": lambda: f"第{wish}希望の{place}には、優先順位が下の受付{other}がいる{self._keys(one)}。",
            "empty": lambda: f"第{wish}希望の{place}に空いた席があり、入れる。",
            "capacity": lambda: (
                f"{place}は定員{one['seats']}人に{one['occupants']}人となり、この児童の分の席がない。"
            ),
            "siblings": lambda: f"きょうだい全員の結果の組が、希望のどれにもない（この児童は{manual}）。",
            "not_wished": lambda: (
                f"在籍中の{place}の席がなくなっている。"
                if one["manual"] is None
                else f"{place}は、この児童の希望にも在籍にもない。"
            ),
            "override": lambda: (
                f"優先順位が上の受付{other}が第{wish}希望として望む{place}に、この児童がいる"
                f"{self._keys(one)}。固定の記録がない。"
            ),
            "recorded": lambda: f"{manual}への固定が記録にある。この割当の計算には使っていない。",
            "tie": lambda: f"受付{other}と優先順位の値がすべて同じで、{place}の抽選の結果が違う。",
            "alternative": lambda: "手作業の結果でも、席を取れるはずの世帯はない。",
            "chain": lambda: (
                f"受付{other}の相違に伴って変わった。" if other else "ほかの児童の相違に伴って変わった。"
            ),
        }
        return told[one["category"]]()

    def _keys(self, one: Json) -> str:
        """The first key that tells the two apart."""
        pair = one.get("keys") or (None, None)
        if not pair[0] or not pair[1]:
            return ""
        for index, (own, other) in enumerate(zip(*pair, strict=False)):
            if Decimal(own) != Decimal(other):
                name = self.names[index] if index < len(self.names) else f"第{index + 1}基準"
                values = self._value(own, index), self._value(other, index)
                return f"（{name}：本人 {values[0]}、受付{one['other']} {values[1]}）"
        return ""

    def _value(self, key: Any, index: int) -> str:
        down = index < len(self.ascending) and self.ascending[index]
        return f"{-Decimal(key):f}" if down else str(key)
