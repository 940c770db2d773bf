"""What the page of components shows. Nothing here is anybody's data."""

from __future__ import annotations

from typing import Any

from django import forms

from yakuba.core.ui.icons import ICONS
from yakuba.core.ui.tables import Column, Filter, Table

_PLACES = (
    ("01", "はまかぜ保育園", "公立", 74, 46, "is-on"),
    ("02", "灯台前保育園", "私立", 90, 45, ""),
    ("03", "千鳥浜保育園", "私立", 60, 42, "is-ask"),
    ("04", "松風こども園", "認定こども園", 120, 42, ""),
    ("05", "渡町保育園", "公立", 55, None, "is-bad"),
    ("06", "白帆小規模保育室", "小規模", 19, 38, "is-off"),
)
NEIGHBOURHOODS = ("本町", "港町", "浜町", "松町", "渡町", "丘町", "橋町", "泉町", "南町")


def place_rows() -> list[dict[str, Any]]:
    """54 invented facilities: more than one page of a table."""
    rows = []
    for number in range(54):
        _, name, kind, seats, cutoff, css = _PLACES[number % len(_PLACES)]
        where = NEIGHBOURHOODS[number // len(_PLACES)]
        rows.append(
            {
                "id": f"{number + 1:03d}",
                "name": name if number < len(_PLACES) else f"{where}{name}",
                "kind": kind,
                "seats": seats + number,
                "cutoff": cutoff,
                "css": css if number < len(_PLACES) else "",
            }
        )
    return rows


PLACES = Table(
    label="施設の一覧（見本）",
    columns=(
        Column("id", "番号", heading=True),
        Column("name", "施設", search=True, wrap=False),
        Column("kind", "種別"),
        Column("seats", "定員（人）", numeric=True),
        Column("cutoff", "最低指数（点）", numeric=True),
    ),
    filters=(
        Filter(
            "kind",
            "種別",
            (("公立", "公立"), ("私立", "私立"), ("認定こども園", "認定こども園"), ("小規模", "小規模")),
        ),
    ),
    default_sort="id",
    page_size=12,
    row_class=lambda row: str(row["css"]),
)


class SampleForm(forms.Form):
    """Every kind of field."""

    use_required_attribute = False
    name = forms.CharField(label="児童の氏名", help_text="戸籍の字のまま入力してください。")
    born = forms.DateField(
        label="生年月日",
        error_messages={"invalid": "令和9年2月に30日はありません。1日から28日までの日を入力してください。"},
    )
    place = forms.ChoiceField(label="園", choices=[("01", "はまかぜ保育園"), ("02", "灯台前保育園")])
    siblings = forms.ChoiceField(
        label="きょうだいの希望",
        help_text="1つ選んでください。",
        choices=[("same", "必ず同じ園"), ("any", "別の園でもよい")],
        widget=forms.RadioSelect,
    )
    leave = forms.BooleanField(label="育児休業を延長する希望がある", required=False)
    reason = forms.CharField(label="理由", required=False, widget=forms.Textarea(attrs={"rows": 3}))


BAD_INPUT = {
    "name": "網代 はる",
    "born": "令和9年2月30日",
    "place": "01",
    "siblings": "same",
    "leave": "on",
    "reason": "家庭の状況が変わったため。",
}
BARS = [("4月", 164.0), ("5月", 182.0), ("6月", -14.0), ("7月", 208.0), ("8月", 251.0)]
DAYS = [
    (f"{at + 1}日", float(value))
    for at, value in enumerate(
        (396, 366, 450, 390, 372, 468, 606, 144, 576, 438, 528, 462, 438, 402, 426, 654, 630, 630, 636, 728)
    )
]
TABS = [("#guide", "クラス別", True), ("#table", "児童別", False), ("#block", "証明", False)]
STEPS = ["取り込む", "確かめる", "承認"]
FACTS = [
    ("台帳", "第3版（1月18日確定）"),
    ("規則", "令和9年度 第2版"),
    ("指紋", "9f3c 71ab 02de 4c85"),
]
STATS = [
    ("内定", "2,050", "人", ""),
    ("保留", "186", "人", "きょうだい 14組を含む"),
    ("空き", "74", "席", ""),
]
CRUMBS = [("/staff/", "ホーム"), ("#", "令和9年4月入所"), ("", "結果")]


def icon_names() -> list[str]:
    """Names of the icons, in the order of the drawing file."""
    return list(ICONS)
