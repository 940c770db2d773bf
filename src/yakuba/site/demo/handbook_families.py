"""Families of the demo city who use the handbook: accounts, children, what they wrote down. Data only."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from random import Random

from yakuba.site.demo.handbook import DemoChild, DemoRegister, make_handbook, with_history

_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class DemoFamily:
    """An adult with an account. ``children``: numbers (宛名番号) of the register.

    ``own``: (number, vaccine, product, days before today, lot, clinic); ``measures``: (number, days after
    birth, weight in g, height in mm, head in mm); ``planned``: numbers whose plan was taken over.
    """

    login: str
    name: str
    language: str
    says: str
    children: tuple[str, ...]
    own: tuple[tuple[str, str, str, int, str, str], ...] = ()
    measures: tuple[tuple[str, int, int, int, int | None], ...] = ()
    planned: tuple[str, ...] = ()


TODDLER, BABY, THREE, EXPECTED = "9300001", "9300002", "9300003", "9800101"
DELIVERED, NEWBORN = "9800102", "9300004"  # a pregnancy whose child stands in the register since
FAMILIES = (
    DemoFamily(
        login="ogawa",
        name="小川 澪",
        language="ja",
        says="子ども2人（1歳7か月、5か月）",
        children=(TODDLER, BABY),
        own=(
            (TODDLER, "MUMPS", "", 150, "MU41", "はまかぜ小児科"),
            (TODDLER, "FLU", "", 20, "FL26A", "はまかぜ小児科"),
        ),
        measures=(
            (TODDLER, 0, 3060, 492, 335),
            (TODDLER, 32, 4250, 541, 368),
            (TODDLER, 121, 6720, 632, 412),
            (TODDLER, 298, 8890, 719, 449),
            (TODDLER, 402, 9680, 757, None),
            (TODDLER, 560, 10950, 806, 475),
            (BABY, 0, 2880, 485, 330),
            (BABY, 31, 3980, 533, 365),
            (BABY, 96, 6010, 607, 400),
            (BABY, 140, 7050, 642, 418),
        ),
        planned=(TODDLER, BABY),
    ),
    DemoFamily(
        login="nagisa",
        name="橋本 渚",
        language="ja-x-easy",
        says="妊娠中（やさしい日本語で読む）",
        children=(EXPECTED,),
    ),
    DemoFamily(
        login="asahi",
        name="灘 あさひ",
        language="ja",
        says="17日前に出産（妊娠届を、職員の確認から引き継げる）",
        children=(DELIVERED,),
    ),
    DemoFamily(
        login="silva",
        name="Marina Silva",
        language="en",
        says="子ども1人（3歳2か月、英語で読む）",
        children=(THREE,),
        measures=(
            (THREE, 400, 9310, 748, None),
            (THREE, 745, 11800, 861, 482),
            (THREE, 1120, 13950, 942, None),
        ),
        planned=(THREE,),
    ),
)


def with_families(on: date, children: int = 300) -> DemoRegister:
    """The registers of the city with these families in them."""
    made = make_handbook(on, children)
    expecting = (*made.pregnancies, family_pregnancy(on), delivered_pregnancy(on))
    return DemoRegister((*made.children, *family_children(on)), expecting, (mothers_dose(on),))


def family_children(on: date, seed: int = 1) -> tuple[DemoChild, ...]:
    """The families' children as the resident register holds them, with the doses that the office knows."""
    random = Random(seed)  # noqa: S311 - invented children, not a secret
    made = (
        _child(TODDLER, "小川 湊", "オガワ ミナト", on - 590 * _DAY, "M", "小川 澪", "舟見沢一丁目2-3"),
        _child(BABY, "小川 ひかり", "オガワ ヒカリ", on - 160 * _DAY, "F", "小川 澪", "舟見沢一丁目2-3"),
        _child(
            THREE,
            "シルバ ルカ",
            "シルバ ルカ",
            on - 1165 * _DAY,
            "M",
            "シルバ マリナ",
            "朝凪台二丁目8-1",
            "英語",
        ),
        _child(NEWBORN, "灘 みお", "ナダ ミオ", on - 17 * _DAY, "F", "灘 あさひ", "帆風町四丁目7-2"),
    )
    return tuple(with_history(random, 1, one, on) for one in made)


def family_pregnancy(on: date) -> tuple[str, str, str, date, str, str]:
    """The expecting family's notice (妊娠届)."""
    return EXPECTED, "橋本 渚", "ハシモト ナギサ", on + 96 * _DAY, "999-0008", "汐見区月待浜三丁目5"


def delivered_pregnancy(on: date) -> tuple[str, str, str, date, str, str]:
    """A notice of pregnancy whose child was born twelve days early."""
    return DELIVERED, "灘 あさひ", "ナダ アサヒ", on - 5 * _DAY, "999-0009", "汐見区帆風町四丁目7-2"


def mothers_dose(on: date) -> tuple[str, str, str, date, str, str]:
    """The vaccination of that mother, in her 32nd week (母子免疫)."""
    return DELIVERED, "RSウイルス母子免疫", "アブリスボ", on - 61 * _DAY, "RV204", "汐見区立診療所"


def _child(
    number: str,
    name: str,
    kana: str,
    birth: date,
    sex: str,
    guardian: str,
    street: str,
    language: str = "日本語",
) -> DemoChild:
    return DemoChild(
        number=number,
        name=name,
        kana=kana,
        birth=birth,
        sex=sex,
        guardian=guardian,
        address=f"汐見区{street}",
        postal_code="999-0009",
        language=language,
    )
