"""The portal's first page tells a person what waits for them, and nothing of what is not theirs."""

from __future__ import annotations

import re
from datetime import date
from typing import Any

import pytest
from django.test import Client

from tests.site.browser import make_user
from yakuba.core import systems
from yakuba.core.audit.services import record
from yakuba.core.people.models import Assignment, Department, Role, User
from yakuba.core.systems import Card, System
from yakuba.site import events, frame
from yakuba.site.pages import greeting, surname

pytestmark = pytest.mark.django_db


@pytest.fixture
def planted(monkeypatch: pytest.MonkeyPatch) -> dict[str, System]:
    asked: dict[str, System] = {}
    monkeypatch.setattr(systems, "_systems", asked)
    return asked


def plant(into: dict[str, System], key: str, name: str, card: Card | None) -> None:
    def make(user: Any, today: date) -> Card:
        if card is None:
            raise RuntimeError("planted")
        return card

    into[key] = System(key, name, "nursery", "components", make)


def text(client: Client) -> str:
    page = client.get("/staff/").content.decode()
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", page.split("<main")[1]))


def test_a_stranger_is_sent_to_sign_in(client: Client) -> None:
    response = client.get("/staff/")
    assert response.status_code == 302
    assert response["Location"].startswith("/staff/login/")


def test_each_card_says_what_waits_what_was_done_and_what_was_saved(
    client: Client, planted: dict[str, System]
) -> None:
    plant(planted, "nursery", "保育所利用調整", Card(1206, "同点 4組", "2,236人", 41.4))
    plant(planted, "rpa", "RPA", Card(0, "", "—", -14.0))
    plant(planted, "chat", "多言語AIチャット", Card(3, "相談 3件", "74件"))
    client.force_login(make_user("officer"))
    shown = text(client)
    assert "1,206 件 確認待ち 同点 4組" in shown
    assert "2,236人 本日の短縮 41分" in shown
    assert "確認待ちはありません" in shown
    assert "損失 −14分" in shown
    assert "74件 本日の短縮 未測定" in shown
    assert "1,209 件 3業務の合計" in shown
    assert "27分 確認の時間を含む" in shown


def test_with_nothing_measured_the_sum_is_unmeasured_and_not_zero(
    client: Client, planted: dict[str, System]
) -> None:
    plant(planted, "nursery", "保育所利用調整", Card(0, "", "—"))
    client.force_login(make_user("viewer"))
    assert "未測定 計測した業務がありません" in text(client)


def test_a_system_of_another_department_is_neither_shown_nor_asked(
    client: Client, planted: dict[str, System]
) -> None:
    plant(planted, "nursery", "保育所利用調整", Card(1, "x", "y"))
    planted["tax"] = System("tax", "税務", "yen", "components", lambda user, today: pytest.fail("was asked"))
    client.force_login(make_user("officer", systems=["nursery"]))
    shown = client.get("/staff/").content.decode()
    assert "保育所利用調整" in shown
    assert "税務" not in shown


def test_a_system_that_fails_does_not_take_the_portal_with_it(
    client: Client, planted: dict[str, System], caplog: pytest.LogCaptureFixture
) -> None:
    plant(planted, "nursery", "保育所利用調整", Card(2, "x", "y"))
    plant(planted, "ocr", "AI-OCR", None)
    client.force_login(make_user("officer"))
    shown = text(client)
    assert "件数を取得できません" in shown
    assert "2 件 確認待ち" in shown
    assert "the card of ocr" in caplog.text


def test_the_menu_marks_where_one_is_and_counts_what_waits(
    client: Client, planted: dict[str, System]
) -> None:
    plant(planted, "nursery", "保育所利用調整", Card(6, "x", "y"))
    client.force_login(make_user("officer"))
    page = client.get("/staff/").content.decode()
    side = page.split('id="nav"')[1].split("</nav>")[0]
    assert '<a href="/staff/" aria-current="page">' in side
    assert re.search(r"確認待ち </span>6<", side)
    assert "APIの利用者" not in side
    below = client.get("/staff/components").content.decode().split('id="nav"')[1].split("</nav>")[0]
    assert '<a href="/staff/" aria-current' not in below
    assert 'aria-current="page"' in below


def test_an_admin_sees_the_pages_of_the_installation(client: Client, planted: dict[str, System]) -> None:
    client.force_login(make_user())
    page = client.get("/staff/").content.decode()
    assert 'href="/staff/tokens/"' in page
    assert "担当する業務がまだありません" in page


def test_sign_out_is_a_form_and_not_a_link(client: Client) -> None:
    client.force_login(make_user())
    page = client.get("/staff/").content.decode()
    form = re.search(r'<form method="post" action="([^"]+)"><input type="hidden" name="csrf', page)
    assert form is not None
    assert "ログアウトする" in page


def test_departments_and_roles_stand_beside_the_name() -> None:
    user = User.objects.create_user("1", name="千葉 奈緒")
    for code, name, roles in (("1", "保育課", ("officer", "admin")), ("2", "税務課", ("viewer",))):
        department = Department.objects.create(code=code, name=name)
        for role in roles:
            Assignment.objects.create(
                user=user, department=department, role=Role(role), starts_on=date(2020, 4, 1)
            )
    assert frame.place_of(user) == "保育課・担当と管理、税務課・閲覧"


def test_events_are_told_in_words_newest_first_and_only_of_ones_own_systems() -> None:
    record("nursery.allocation.finish", actor="system:x", target="job:1", detail={"children": 3})
    record("people.signed-in", actor="user:1", target="user:1")
    record("protected.viewed", actor="user:1", target="protected:1")
    record("tokens.add", actor="user:1", target="api_token:1")
    record("nursery.something_new", actor="user:1", target="ledger:1")
    record("approval.requested", actor="user:1", target="approval:1")
    mine = events.recent(["nursery"])
    assert [one.text for one in mine] == ["保育所利用調整の操作", "割当を計算した"]
    every = events.recent([], everything=True)
    assert [one.text for one in every] == [
        "承認を依頼", "保育所利用調整の操作", "APIのトークンを発行", "割当を計算した",
    ]  # fmt: skip
    assert [one.css for one in every] == ["ask", "done", "done", "done"]
    assert len(events.recent([], everything=True, limit=2)) == 2
    assert events.describe("unheard.of") == "操作"


@pytest.mark.parametrize(
    ("hour", "words"),
    [(3, "お疲れさまです"), (4, "おはようございます"), (10, "おはようございます"), (11, "こんにちは"),
     (16, "こんにちは"), (17, "お疲れさまです"), (23, "お疲れさまです")],
)  # fmt: skip
def test_the_greeting_fits_the_hour(hour: int, words: str) -> None:
    assert greeting(hour) == words


@pytest.mark.parametrize(
    ("name", "family"),
    [("千葉 奈緒", "千葉"), ("髙﨑　葛󠄀子", "髙﨑"), ("𠮷野", "𠮷野"), (" 千葉 奈緒 ", "千葉")],
)
def test_people_are_greeted_by_their_family_name(name: str, family: str) -> None:
    assert surname(name) == family


def test_the_first_page_asks_the_database_a_bounded_number_of_times(
    client: Client, planted: dict[str, System], django_assert_max_num_queries: Any
) -> None:
    for number in range(8):
        plant(planted, f"s{number}", f"業務{number}", Card(1, "x", "y"))
    client.force_login(make_user("officer"))
    with django_assert_max_num_queries(20):
        client.get("/staff/")
