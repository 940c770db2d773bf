"""The town's own words on letters (文面), and what must and must not stand in them.

Sources: 行政手続法8条 (reasons of a refusal), 行政不服審査法18条・82条 (appeal within three months, 教示),
行政事件訴訟法14条・46条 (suit within six months, 教示). Until March 2016 the appeal period was 60 days and
the remedy was called 異議申立て; such words left in a letter are a fault.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, fields, is_dataclass
from datetime import date
from string import Formatter
from typing import Any

from yakuba.nursery.domain.market import Fault

REVIEW_MONTHS = 3  # 行政不服審査法18条1項
SUIT_MONTHS = 6  # 行政事件訴訟法14条1項
LAW_SINCE = date(2016, 4, 1)  # the present 行政不服審査法 is in force
PLACEHOLDERS: Mapping[str, str] = {
    "town": "自治体名",
    "round": "選考の名称",
    "start_date": "利用開始日",
    "notice_date": "通知日",
    "fiscal_year_end": "年度の末日",
    "decline_by": "辞退の届出の期限",
    "papers_by": "書類の提出期限",
    "health_by": "健康診断の期限",
    "review_office": "審査請求をする先",
    "review_months": "審査請求の期間（月）",
    "suit_defendant": "訴えの被告",
    "suit_representative": "被告の代表者",
    "suit_months": "訴えの期間（月）",
}
# What a part of the letter must say by a placeholder, so that no date or office is forgotten.
REQUIRED: Mapping[str, tuple[str, ...]] = {
    "placed.steps": ("papers_by",),
    "placed.decline": ("decline_by",),
    "waiting.continues": ("fiscal_year_end",),
    "appeal.text": (
        "review_office",
        "review_months",
        "suit_defendant",
        "suit_representative",
        "suit_months",
    ),
}
_OUTDATED = (
    (re.compile("60日|六十日|六〇日"), "60日"),
    (re.compile("異議申(し)?立"), "異議申立て"),
    (re.compile("不承諾"), "不承諾"),
)


@dataclass(frozen=True, slots=True)
class Step:
    """One thing to do by a day (健康診断, 書類 …)."""

    title: str
    text: str


@dataclass(frozen=True, slots=True)
class PlacedWords:
    """内定: ``steps`` what to do until when; ``decline`` how and with which effect; ``withdrawal`` when an
    offer is taken back."""

    title: str
    lead: tuple[str, ...]
    steps: tuple[Step, ...]
    decline: tuple[str, ...]
    withdrawal: tuple[str, ...]
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class WaitingWords:
    """保留: ``basis`` the legal basis; ``continues`` how long the application stays in the selection."""

    title: str
    lead: tuple[str, ...]
    basis: tuple[str, ...]
    continues: tuple[str, ...]
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class AppealWords:
    """教示: offices, periods in months, sentences."""

    review_office: str
    review_months: int
    suit_defendant: str
    suit_representative: str
    suit_months: int
    text: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Window:
    """The address window of the envelope on the folded A4 sheet, mm from the sheet's left and upper edge."""

    left: float
    top: float
    width: float
    height: float


@dataclass(frozen=True, slots=True)
class Wording:
    """A town's letters. ``checked_on``: the day on which somebody compared the text with the law."""

    id: str
    title: str
    checked_on: date
    issuer: str
    contact: tuple[str, ...]
    window: Window
    placed: PlacedWords
    waiting: WaitingWords
    appeal: AppealWords
    page: tuple[str, ...]  # beside the code: how to open the family's own page


def check(wording: Wording, *, file: str) -> list[Fault]:
    """Everything wrong with the words; an empty list when letters may be made with them."""
    return [
        Fault(file=file, column=column, found=found, expected=expected, advice=advice)
        for column, found, expected, advice in _problems(wording)
    ]


Problem = tuple[str, str, str, str]


def _problems(wording: Wording) -> Iterator[Problem]:
    for path, text in texts(wording):
        yield from _text_problems(path, text)
    for path, names in REQUIRED.items():
        used = {name for one, text in texts(wording) if _within(one, path) for name in _names(text)}
        for name in names:
            if name not in used:
                yield (
                    path,
                    f"{{{name}}} なし",
                    f"{PLACEHOLDERS[name]}を書く欄です",
                    f"文のなかに {{{name}}} を入れてください",
                )
    appeal = wording.appeal
    if appeal.review_months != REVIEW_MONTHS:
        yield (
            "appeal.review_months",
            str(appeal.review_months),
            f"審査請求の期間は{REVIEW_MONTHS}か月です（行政不服審査法18条）",
            f"{REVIEW_MONTHS} にしてください",
        )
    if appeal.suit_months != SUIT_MONTHS:
        yield (
            "appeal.suit_months",
            str(appeal.suit_months),
            f"出訴の期間は{SUIT_MONTHS}か月です（行政事件訴訟法14条）",
            f"{SUIT_MONTHS} にしてください",
        )
    if wording.checked_on < LAW_SINCE:
        yield (
            "checked_on",
            wording.checked_on.isoformat(),
            "いまの行政不服審査法が施行された2016-04-01より前です",
            "いまの法令と照らして、確かめた日を入れてください",
        )
    yield from _window_problems(wording.window)


def _within(path: str, part: str) -> bool:
    return path == part or path.startswith((f"{part}[", f"{part}."))


def _window_problems(window: Window) -> Iterator[Problem]:
    if (
        min(window.left, window.top, window.width, window.height) <= 0
        or window.left + window.width > 210
        or window.top + window.height > 99
    ):
        yield (
            "window",
            f"left {window.left}、top {window.top}、width {window.width}、height {window.height}",
            "三つ折りのA4（幅210mm、上から99mm）のなかに収まる大きさです",
            "封筒の窓の位置をmmで入れてください",
        )


def _text_problems(path: str, text: str) -> Iterator[Problem]:
    if not text.strip():
        yield path, "（空）", "文が要ります", "文を書いてください"
        return
    plain = unicodedata.normalize("NFKC", text).replace(" ", "")
    for pattern, name in _OUTDATED:
        if pattern.search(plain):
            yield (
                path,
                name,
                "2016年3月までの制度の言葉です",
                "いまの法令の言葉（審査請求、3か月、保留）に直してください",
            )
    try:
        names = _names(text)
    except ValueError:
        yield path, text[:40], "{ と } は差込みの印です", "差込みの名前を { } で囲んでください"
        return
    for name in names:
        if name not in PLACEHOLDERS:
            yield (
                path,
                f"{{{name}}}",
                "知らない差込みです",
                f"次のどれかにしてください：{'、'.join(PLACEHOLDERS)}",
            )


def _names(text: str) -> list[str]:
    return [name for _, name, _, _ in Formatter().parse(text) if name is not None]


def texts(value: Any, path: str = "") -> Iterator[tuple[str, str]]:
    """Every text of the wording with its place, such as ``placed.steps[0].text``."""
    if isinstance(value, str):
        yield path, value
    elif isinstance(value, tuple):
        for at, one in enumerate(value):
            yield from texts(one, f"{path}[{at}]")
    elif is_dataclass(value) and not isinstance(value, type):
        for field in fields(value):
            yield from texts(getattr(value, field.name), f"{path}.{field.name}" if path else field.name)


class Unfilled(ValueError):
    """A date or office that the text asks for was not given; ``names`` are the placeholders."""

    def __init__(self, names: list[str]) -> None:
        words = "、".join(PLACEHOLDERS.get(name, name) for name in names)
        super().__init__(f"文面が求める「{words}」が入力されていません。入力してください。")
        self.names = tuple(names)


def needed(wording: Wording) -> set[str]:
    """The placeholders that the wording uses."""
    return {name for _, text in texts(wording) for name in _names(text)}


def fill(text: str, values: Mapping[str, str]) -> str:
    """The text with its placeholders filled. Raises ``Unfilled``; values are never read as placeholders."""
    parts = []
    missing = []
    for before, name, _, _ in Formatter().parse(text):
        parts.append(before)
        if name is not None:
            if not values.get(name):
                missing.append(name)
            parts.append(values.get(name, ""))
    if missing:
        raise Unfilled(missing)
    return "".join(parts)
