"""A small nursery department: people, a ledger with a waiting child, and a finished run."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from django.urls import get_resolver

from tests.nursery.ledger.helpers import CHILD_HEADER, Grids, book
from yakuba.core.jobs.testing import run_pending
from yakuba.core.people.models import Assignment, Department, Role, User
from yakuba.core.tokens.services import account_named, issue
from yakuba.nursery.models import Allocation, Ledger
from yakuba.nursery.services.allocations import request_allocation
from yakuba.nursery.services.ledgers import import_ledger


@pytest.fixture
def own_home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """An installation folder of the test's own: the audit log's heads there speak of this test alone."""
    monkeypatch.setenv("YAKUBA_HOME", str(tmp_path / "home"))


TITLE = "令和9年4月入所 一次選考"
SEATS = ["施設番号", "施設名", "年齢", "枠", "募集人数"]
RULES = [["列", "名称", "向き"], ["キー1", "指数", "大きい順"], ["キー2", "課税階層", "小さい順"]]


def small_ledger() -> Grids:
    """Five children; 7001 and 7002 get the only seats they and others want, 7003 and 7004 wait for them."""
    return {
        "施設": [
            SEATS,
            ["1", "はまかぜ保育園", 1, "", 1],
            ["1", "はまかぜ保育園", 2, "", 1],
            ["2", "なぎさ保育園", 2, "", 1],
        ],
        "申込": [
            list(CHILD_HEADER),
            [
                *("7001", "h81", "𠮷田 葵", "ヨシダ アオイ"),
                *(date(2025, 5, 1), 1, "", "", 7, "1", "", "", 40, 3),
            ],
            [
                *("7002", "h81", "𠮷田 蓮", "ヨシダ レン"),
                *(date(2024, 5, 1), 2, "", "", 7, "1", "", "", 40, 3),
            ],
            [
                *("7003", "h82", "髙橋 凛", "タカハシ リン"),
                *(date(2025, 8, 1), 1, "", "", "", "1", "", "", 30, 1),
            ],
            [
                *("7004", "h83", "葛\U000e0100西 湊", "カサイ ミナト"),
                *(date(2024, 9, 1), 2, "", "", "", "1", "", "", 20, 1),
            ],
            [
                *("7005", "h84", "@SUM 実", "コマンド ミノル"),
                *(date(2024, 9, 1), 2, "", "", "", "2", "", "", 20, 2),
            ],
        ],
        "優先順位の決め方": RULES,
    }


def tied_ledger() -> Grids:
    """7003 ties with 7001 for one seat."""
    grids = small_ledger()
    grids["申込"][3][12:14] = [40, 3]
    return grids


@pytest.fixture(autouse=True)
def _no_second_factor(settings: Any) -> None:
    settings.YAKUBA_REQUIRE_TOTP = "none"


@pytest.fixture
def department(db: None) -> Department:
    return Department.objects.create(code="210", name="保育課", systems=["nursery"])


def make_person(number: str, department: Department, role: Role, name: str) -> User:
    user: User = User.objects.create_user(number, None, name=name)
    Assignment.objects.create(user=user, department=department, role=role, starts_on=date(2020, 4, 1))
    return user


def signed_in(user: User) -> Client:
    client = Client(raise_request_exception=False)
    client.force_login(user, backend="allauth.account.auth_backends.AuthenticationBackend")
    return client


def token_headers(admin: User, *scopes: str) -> dict[str, str]:
    """The header of a programme with these scopes."""
    assert get_resolver().url_patterns  # scopes are known once the API is loaded, as in every server
    _, secret = issue(account_named("選考の連携", by=admin), scopes, days=1, by=admin)
    return {"Authorization": f"Bearer {secret}"}


@pytest.fixture
def officer(department: Department) -> User:
    return make_person("2001", department, Role.OFFICER, "前田 律")


@pytest.fixture
def colleague(department: Department) -> User:
    return make_person("2002", department, Role.OFFICER, "千葉 奈緒")


@pytest.fixture
def approver(department: Department) -> User:
    return make_person("2003", department, Role.APPROVER, "浜田 栞")


@pytest.fixture
def viewer(department: Department) -> User:
    return make_person("2004", department, Role.VIEWER, "岡本 花")


@pytest.fixture
def admin(db: None) -> User:
    place = Department.objects.create(code="000", name="管理")
    return make_person("1001", place, Role.ADMIN, "中井 光")


@pytest.fixture
def web(officer: User) -> Client:
    """The officer's browser."""
    return signed_in(officer)


def upload(grids: Grids, by: User | None = None, title: str = TITLE) -> Ledger:
    return import_ledger(title=title, file_name="台帳.xlsx", data=book(grids), by=by)


@pytest.fixture
def ledger(officer: User) -> Ledger:
    return upload(small_ledger(), officer)


@pytest.fixture
def result(ledger: Ledger, officer: User) -> Allocation:
    """A finished run over the small ledger."""
    allocation = request_allocation(ledger, seed=None, by=officer)
    run_pending()
    allocation.refresh_from_db()
    assert allocation.is_finished, allocation.job and allocation.job.error_detail
    return allocation
