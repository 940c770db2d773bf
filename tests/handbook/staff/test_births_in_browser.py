"""The pages of a hand-over in a real Chromium: candidates, consequences, both rows, the question."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from django.urls import reverse

from tests.handbook.bookings.conftest import an_offer
from tests.handbook.staff.conftest import (
    a_booking,
    a_slot_in,
    born,
    cross,
    dose_row,
    newborn,
    notice,
    one,
    take_children,
    take_doses,
)
from tests.handbook.staff.test_in_browser import look
from tests.site.browser import session_cookie
from yakuba.core.people.models import User
from yakuba.handbook.models import StaffTask
from yakuba.handbook.services import births

pytestmark = [
    pytest.mark.browser,
    pytest.mark.slow,
    pytest.mark.on_postgresql,
    pytest.mark.django_db(transaction=True),
]


def addresses(officer: User) -> list[str]:
    """A pregnancy with candidates, and twins of another that were handed over."""
    mother = {"保護者": "灘 あさひ", "住所": "汐見区帆風町四丁目7-2", "郵便番号": "999-0009"}
    take_children(notice(), notice("801", "灘 あさひ", **mother), by=officer)
    take_doses(
        dose_row("800", "RSウイルス母子免疫", born(days=60)),
        dose_row("801", "RSウイルス母子免疫", born(days=61), "アブリスボ", "RV204", "汐見区立診療所"),
        by=officer,
    )
    cross(one("800"), officer)
    cross(one("801"), officer)
    take_children(
        newborn(),
        newborn("901", "橋本 凪", 3, 保護者="橋本 岳", 住所="汐見区帆風町一丁目1"),
        newborn("902", "灘 みお", **mother),
        newborn("903", "灘 りお", **mother),
        newborn("904", "灘 なお", **mother),
        by=officer,
    )
    births.link(one("801"), one("902"), how="taken_over", by=officer)
    births.link(one("801"), one("903"), how="sibling", by=officer)
    waiting, handed = one("800").pk, one("801").pk
    a_booking(a_slot_in(9, an_offer("ペアで学ぶ出産準備", audience="pregnancy")), one("800").reference)
    task = StaffTask.objects.get(child__number="900", kind="birth_of_pregnancy")
    return [
        reverse("handbook:birth", args=[waiting]),
        reverse("handbook:birth", args=[waiting]) + "?number=77",
        reverse("handbook:birth-confirm", args=[waiting, one("900").pk]),
        reverse("handbook:birth-confirm", args=[handed, one("904").pk]),
        *(reverse("handbook:child", args=[pk]) for pk in (waiting, handed, one("902").pk, one("903").pk)),
        reverse("handbook:task", args=[task.pk]),
        reverse("handbook:letters"),
        reverse("handbook:children"),
    ]


def test_every_page_of_a_hand_over_is_accessible_and_fits(live_server: Any, officer: User) -> None:
    pages = addresses(officer)
    with ThreadPoolExecutor(1) as pool:
        assert pool.submit(look, live_server.url, session_cookie(officer), pages).result() == []
