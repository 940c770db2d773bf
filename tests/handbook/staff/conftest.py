"""A small health centre: people, a register of children, doses of the immunisation register."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from tests.handbook.bookings.conftest import a_slot
from yakuba.core.exchange import registry
from yakuba.core.people.models import Assignment, Department, Role, User
from yakuba.handbook.models import Birth, Booking, RegisteredChild, RegisterImport, ServiceOffer, Slot
from yakuba.handbook.services import births, codes, dose_imports, imports, publishing
from yakuba.handbook.services.books import active
from yakuba.handbook.services.looking import look_at
from yakuba.handbook.services.publishing import CHILD, DOSE, OBSERVATION, RULEBOOK

CHILD_HEAD = (
    *("宛名番号", "氏名", "フリガナ", "生年月日", "性別", "保護者", "郵便番号", "住所", "転出日", "言語"),
    *("支援措置", "出産予定日"),
)
DOSE_HEAD = ("宛名番号", "予防接種名", "製品名", "接種日", "ロット番号", "医療機関名")


@pytest.fixture
def own_home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """An installation folder of the test's own."""
    monkeypatch.setenv("YAKUBA_HOME", str(tmp_path / "home"))


@pytest.fixture(autouse=True)
def _no_second_factor(settings: Any) -> None:
    settings.YAKUBA_REQUIRE_TOTP = "none"
    settings.YAKUBA_HANDBOOK_PAGE = "https://www.city.example/handbook/"


@pytest.fixture(autouse=True)
def taken(monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    """What arrived at the residents' side, in order."""
    found: list[Any] = []
    for kind in (CHILD, DOSE, OBSERVATION, RULEBOOK):
        monkeypatch.setitem(registry._receivers, kind, found.append)
    return found


def make_person(number: str, department: Department, role: Role, name: str) -> User:
    user: User = User.objects.create_user(number, None, name=name)
    Assignment.objects.create(user=user, department=department, role=role, starts_on=date(2020, 4, 1))
    return user


def signed_in(user: User) -> Client:
    client = Client(raise_request_exception=False)
    client.force_login(user, backend="allauth.account.auth_backends.AuthenticationBackend")
    return client


@pytest.fixture
def department(db: None) -> Department:
    return Department.objects.create(code="310", name="健康推進課", systems=["handbook", "protected"])


@pytest.fixture
def officer(department: Department) -> User:
    return make_person("3001", department, Role.OFFICER, "佐々木 岬")


@pytest.fixture
def nurse(department: Department) -> User:
    return make_person("3002", department, Role.APPROVER, "浜田 栞")


@pytest.fixture
def manager(department: Department) -> User:
    return make_person("3003", department, Role.APPROVER, "千葉 奈緒")


@pytest.fixture
def viewer(department: Department) -> User:
    return make_person("3004", department, Role.VIEWER, "岡本 花")


@pytest.fixture
def admin(db: None) -> User:
    place = Department.objects.create(code="000", name="管理")
    return make_person("1001", place, Role.ADMIN, "中井 光")


@pytest.fixture
def web(officer: User) -> Client:
    """The officer's browser."""
    return signed_in(officer)


def today() -> date:
    return timezone.localdate()


def born(**ago: int) -> str:
    """A birth date that many days or weeks ago, in ISO."""
    return (today() - timedelta(**ago)).isoformat()


def table(head: Sequence[str], *rows: Sequence[object], encoding: str = "utf-8-sig") -> bytes:
    out = io.StringIO(newline="")
    csv.writer(out).writerows([head, *rows])
    return out.getvalue().encode(encoding)


def child_row(number: str, name: str = "森 凛", birth: str = "", **more: str) -> list[str]:
    given = {"宛名番号": number, "氏名": name, "生年月日": birth, "性別": "女", **more}
    given.setdefault("保護者", "森 葵")
    given.setdefault("郵便番号", "999-0001")
    given.setdefault("住所", "汐見区帆風町二丁目3-4")
    return [given.get(one, "") for one in CHILD_HEAD]


def dose_row(
    number: str, vaccine: str, given_on: str, product: str = "", lot: str = "", clinic: str = ""
) -> list[str]:
    return [number, vaccine, product, given_on, lot, clinic]


def take_children(*rows: Sequence[object], by: User | None = None, whole: bool = False) -> RegisterImport:
    """Through the importer: hold, look, confirm."""
    held = imports.receive_children("住民記録.csv", table(CHILD_HEAD, *rows), whole=whole, by=by)
    return imports.confirm_children(held, key=imports.key_of(imports.difference(held)), by=by)


def take_doses(*rows: Sequence[object], by: User | None = None) -> RegisterImport:
    """Through the importer."""
    held = dose_imports.receive_doses("予防接種台帳.csv", table(DOSE_HEAD, *rows), by=by)
    return dose_imports.confirm_doses(held, by=by)[0]


def one(number: str) -> RegisteredChild:
    return RegisteredChild.objects.get(number=number)


@pytest.fixture
def family(officer: User) -> RegisteredChild:
    """A girl of some 14 months: one dose too early, one of an unknown day of vaccine, the rest in order."""
    birth = today() - timedelta(days=430)
    take_children(child_row("5001", "森 凛", birth.isoformat()), by=officer)
    days = [birth + timedelta(days=number) for number in (62, 90, 118)]
    take_doses(
        *(
            dose_row("5001", "小児用肺炎球菌", day.isoformat(), "プレベナー20", "L1", "はまかぜ小児科")
            for day in days
        ),
        dose_row("5001", "MR", (birth + timedelta(days=340)).isoformat()),
        by=officer,
    )
    return one("5001")


DUE = 5  # days ago
MOTHER = {"保護者": "橋本 渚", "住所": "汐見区月待浜三丁目5", "郵便番号": "999-0008"}


def notice(number: str = "800", name: str = "橋本 渚", due: str = "", **more: str) -> list[str]:
    """A row of a notice of pregnancy."""
    return child_row(number, name, "", **{**MOTHER, "性別": "", "出産予定日": due or born(days=DUE), **more})


def newborn(number: str = "900", name: str = "橋本 汐里", days: int = 17, **more: str) -> list[str]:
    return child_row(number, name, born(days=days), **{**MOTHER, **more})


@pytest.fixture
def pair(officer: User) -> tuple[RegisteredChild, RegisteredChild]:
    """A pregnancy with the mother's dose, and the child that came later."""
    take_children(notice(), by=officer)
    take_doses(dose_row("800", "RSウイルス母子免疫", born(days=60)), by=officer)
    take_children(newborn(), by=officer)
    return one("800"), one("900")


def cross(row: RegisteredChild, by: User) -> None:
    """A letter: from now on the families' side knows the row."""
    codes.keep(codes.draw([row]), by=by)
    publishing.hand_over(by)
    row.refresh_from_db()


def hand(pair: tuple[RegisteredChild, RegisteredChild], how: str, by: User) -> Birth:
    return births.link(*pair, how=how, by=by)


def verdicts(row: RegisteredChild) -> list[tuple[str, bool | None]]:
    found = look_at(row, active().book, today())
    return [(one.dose.vaccine, one.line.valid if one.line else None) for one in found.doses]


def contents(taken: list[Any], kind: str) -> list[Any]:
    return [one.content for one in taken if one.kind == kind and one.action == "put"]


@pytest.fixture
def handed(pair: Any, officer: User) -> Birth:
    cross(pair[0], officer)
    return hand(pair, "taken_over", officer)


def a_slot_in(days: int, offer: ServiceOffer) -> Slot:
    start = timezone.now() + timedelta(days=days)
    return a_slot(offer, start=start, end=start + timedelta(hours=1))


def a_booking(slot: Slot, reference: str) -> Booking:
    return Booking.objects.create(
        reference=f"b-{reference}", slot=slot, offer=slot.offer, child_reference=reference, actor="staff:1",
        key=reference, state="booked", made_at=timezone.now(), visit="v",
    )  # fmt: skip
