"""Children of the demo city with their immunisation histories, as the registers would hold them.

Some are late, some lie outside the rules, there are twins, families who came from abroad, notices of
pregnancy, children who left, one whom the resident register flags for protection (支援措置). Data only.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from importlib import resources
from random import Random

from yakuba.site.demo import names

CHILD_HEAD = (
    *("宛名番号", "氏名", "フリガナ", "生年月日", "性別", "保護者", "郵便番号", "住所", "転出日", "言語"),
    *("支援措置", "出産予定日"),
)
DOSE_HEAD = ("宛名番号", "予防接種名", "製品名", "接種日", "ロット番号", "医療機関名")
CLINICS = ("はまかぜ小児科", "なぎさこどもクリニック", "汐見区立診療所", "とうだい医院", "みさき内科小児科")
PROTECTED = "9999777"  # the child under protection
FOREIGN = "Pentavalent"  # a name on a foreign record that no list of ours explains
PREGNANCIES = 12
_FIVE_IN_ONE = date(2024, 4, 1)
_PCV20 = date(2024, 10, 1)
_ROTA = date(2020, 8, 1)
_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class DemoChild:
    """One child; ``doses``: (name, product, day, lot, clinic)."""

    number: str
    name: str
    kana: str
    birth: date
    sex: str
    guardian: str
    address: str
    postal_code: str
    language: str = "日本語"
    left_on: date | None = None
    flagged: bool = False
    doses: tuple[tuple[str, str, date, str, str], ...] = field(default=())


@dataclass(frozen=True, slots=True)
class DemoRegister:
    """The two files that an officer would take in."""

    children: tuple[DemoChild, ...]
    pregnancies: tuple[tuple[str, str, str, date, str, str], ...]
    mothers: tuple[tuple[str, str, str, date, str, str], ...] = ()  # number, then as a child's doses

    def children_csv(self) -> bytes:
        """The resident register with the notices of pregnancy."""
        rows: list[Sequence[str]] = []
        for one in self.children:
            left, flag = _iso(one.left_on), "有" if one.flagged else ""
            rows.append(
                [
                    *(one.number, one.name, one.kana, _iso(one.birth), "女" if one.sex == "F" else "男"),
                    *(one.guardian, one.postal_code, one.address, left, one.language, flag, ""),
                ]
            )
        for number, name, kana, due, postal, address in self.pregnancies:
            rows.append([number, name, kana, "", "", name, postal, address, "", "日本語", "", _iso(due)])
        return _csv(CHILD_HEAD, rows)

    def doses_csv(self) -> bytes:
        """The immunisation register."""
        rows = [
            [child.number, name, product, _iso(day), lot, clinic]
            for child in self.children
            for name, product, day, lot, clinic in child.doses
        ]
        rows += [
            [number, name, product, _iso(day), lot, clinic]
            for number, name, product, day, lot, clinic in self.mothers
        ]
        return _csv(DOSE_HEAD, rows)


def overlay() -> bytes:
    """The ward's own rules: when vouchers are mailed."""
    return (resources.files("yakuba.site.demo") / "handbook_overlay.yaml").read_bytes()


def _iso(day: date | None) -> str:
    return day.isoformat() if day else ""


def _csv(head: Sequence[str], rows: Sequence[Sequence[str]]) -> bytes:
    out = io.StringIO(newline="")
    csv.writer(out).writerows([head, *rows])
    return out.getvalue().encode("utf-8-sig")


def make_handbook(on: date, children: int = 300, seed: int = 1) -> DemoRegister:
    """The registers as they stand on a day. The same arguments give the same rows."""
    random = Random(seed)  # noqa: S311 - invented children, not a secret
    made: list[DemoChild] = []
    while len(made) < children:
        one = _child(random, f"91{len(made) + 1:05}", on)
        made.append(one)
        if len(made) % 41 == 0 and len(made) < children:  # a twin
            twin = _child(random, f"91{len(made) + 1:05}", on)
            surname, given = one.name.split()[0], twin.name.split()[-1]
            kana = f"{one.kana.split()[0]} {twin.kana.split()[-1]}"
            made.append(
                replace(
                    twin,
                    name=f"{surname} {given}",
                    kana=kana,
                    birth=one.birth,
                    address=one.address,
                    postal_code=one.postal_code,
                    guardian=one.guardian,
                )
            )
    made = [with_history(random, at, one, on) for at, one in enumerate(made, 1)]
    made.append(_protected(random, on))
    return DemoRegister(tuple(made), tuple(_pregnancies(random, on)))


def _child(random: Random, number: str, on: date) -> DemoChild:
    years = random.choices((0, 1, 2, 3, 4, 5, 6, 9, 11, 12), (26, 18, 14, 12, 9, 8, 7, 3, 2, 1))[0]
    birth = on - timedelta(days=random.randint(365 * years + 5, 365 * years + 364))
    pool = names.RARE_SURNAMES if random.random() < 0.02 else names.SURNAMES
    surname, surname_kana = random.choice(pool)
    given, given_kana = random.choice(names.GIVEN)
    parent, _ = random.choice(names.GIVEN)
    town = random.choice(names.TOWNS)
    chome = "一二三四"[random.randrange(4)]
    return DemoChild(
        number=number,
        name=f"{surname} {given}",
        kana=f"{surname_kana} {given_kana}",
        birth=birth,
        sex=random.choice("FM"),
        guardian=f"{surname} {parent}",
        address=f"汐見区{town}{chome}丁目{random.randint(1, 30)}-{random.randint(1, 20)}",
        postal_code=f"999-{names.TOWNS.index(town) + 1:04}",
    )


def with_history(random: Random, at: int, child: DemoChild, on: date) -> DemoChild:
    """The child with the doses of its age; ``at`` says what is odd about them (1: nothing)."""
    doses = list(_history(random, child))
    if at % 7 == 0:  # stopped coming
        doses.sort(key=lambda one: one[2])
        doses = doses[: random.randint(0, max(1, len(doses) - 2))]
    if at % 37 == 0:
        doses = _planted(random, at // 37, child, doses)
    if at % 53 == 0:  # came from abroad: what is known is on a foreign record
        doses = [("BCG", "", child.birth + 3 * _DAY), (FOREIGN, "", child.birth + 70 * _DAY)]
        child = replace(child, language=random.choice(("英語", "ベトナム語", "やさしい日本語")))
    left = max(child.birth + _DAY, on - timedelta(days=random.randint(5, 60))) if at % 61 == 0 else None
    known = [one for one in doses if child.birth <= one[2] <= on]
    written = tuple(
        (name, product, day, f"{random.choice('ABCDEFG')}{random.randint(100, 999)}", random.choice(CLINICS))
        for name, product, day in sorted(known, key=lambda one: (one[2], one[0]))
    )
    return replace(child, doses=written, left_on=left)


Planned = tuple[str, str, date]


def _history(random: Random, child: DemoChild) -> Iterator[Planned]:
    """The usual visits, each some days after it became possible."""
    birth = child.birth
    first = birth + timedelta(days=random.randint(62, 80))
    second = first + timedelta(days=random.randint(28, 35))
    third = second + timedelta(days=random.randint(28, 35))
    combined, pcv = _combined(birth), "プレベナー20" if first >= _PCV20 else "プレベナー13"
    for day in (first, second):
        yield "B型肝炎", "", day
        if birth >= _ROTA:
            yield "ロタウイルス", "ロタリックス", day
    for day in (first, second, third):
        yield "小児用肺炎球菌", _pcv(day, pcv), day
        yield combined[-1], "", day
    last = third
    if len(combined) > 1:  # four-in-one was given from three months
        last = third + 56 * _DAY
        for day in (third, third + 28 * _DAY, last):
            yield combined[0], "", day
    bcg = last + timedelta(days=random.randint(20, 60))  # well after the others, as rules once asked
    yield "BCG", "", bcg
    yield "B型肝炎", "", max(first + 150 * _DAY, bcg + 30 * _DAY)
    year = birth + timedelta(days=random.randint(368, 430))
    yield "MR", "", year
    yield "水痘", "", year
    yield "小児用肺炎球菌", _pcv(year, pcv), year
    for name in combined:
        yield name, "", year if last + 215 * _DAY <= year else year + 60 * _DAY
    yield "水痘", "", year + timedelta(days=random.randint(190, 240))
    yield from _later(random, child)


def _later(random: Random, child: DemoChild) -> Iterator[Planned]:
    birth = child.birth
    three = birth + timedelta(days=random.randint(1100, 1180))
    yield "日本脳炎", "", three
    yield "日本脳炎", "", three + timedelta(days=random.randint(7, 28))
    yield "日本脳炎", "", three + timedelta(days=random.randint(380, 430))
    eve = birth - _DAY
    turning = eve.year + 5 + (eve.month >= 4)  # the April of the school year before school
    yield "MR第2期", "", date(turning, 4, 1) + timedelta(days=random.randint(10, 200))
    yield "日本脳炎", "", birth + timedelta(days=random.randint(3300, 3400))
    yield "二種混合", "", birth + timedelta(days=random.randint(4030, 4200))


def _combined(birth: date) -> tuple[str, ...]:
    """What protects from tetanus and Hib for a child of that birth."""
    return ("五種混合",) if birth + 62 * _DAY >= _FIVE_IN_ONE else ("四種混合", "ヒブ")


def _pcv(day: date, begun: str) -> str:
    return "プレベナー20" if day >= _PCV20 else begun


def _planted(random: Random, kind: int, child: DemoChild, doses: list[Planned]) -> list[Planned]:
    """A history with one dose that does not keep the rules."""
    birth = child.birth
    if kind % 3 == 1:  # before the first birthday
        return [one if one[0] != "MR" else ("MR", "", birth + 350 * _DAY) for one in doses]
    if kind % 3 == 2:  # two live vaccines too near to each other
        moved = next((day for name, _, day in doses if name == "MR"), birth + 370 * _DAY)
        return [one if one[0] != "水痘" else ("水痘", "", moved + 14 * _DAY) for one in doses][:-1]
    pcv = [day for name, _, day in doses if name == "小児用肺炎球菌"]
    if len(pcv) > 1:  # the second dose after twenty days
        return [
            one if one[0] != "小児用肺炎球菌" or one[2] != pcv[1] else (one[0], one[1], pcv[0] + 20 * _DAY)
            for one in doses
        ]
    return doses


def _protected(random: Random, on: date) -> DemoChild:
    made = _child(random, PROTECTED, on)
    return with_history(random, 1, replace(made, flagged=True, birth=on - 500 * _DAY), on)


def _pregnancies(random: Random, on: date) -> Iterator[tuple[str, str, str, date, str, str]]:
    for at in range(PREGNANCIES):
        surname, kana = random.choice(names.SURNAMES)
        given, given_kana = random.choice(names.GIVEN)
        town = random.choice(names.TOWNS)
        due = on + timedelta(days=random.randint(5, 210))
        postal = f"999-{names.TOWNS.index(town) + 1:04}"
        address = f"汐見区{town}{random.randint(1, 3)}丁目{random.randint(1, 30)}"
        yield f"98{at + 1:05}", f"{surname} {given}", f"{kana} {given_kana}", due, postal, address
