"""The page of the public table."""

from __future__ import annotations

import pytest
from django.test import Client
from django.urls import reverse

from tests.nursery.conftest import signed_in
from tests.nursery.later.helpers import applications, child, first_round, household, import_into, run
from yakuba.core.audit.models import AuditEntry
from yakuba.core.people.models import User
from yakuba.nursery.services import vacancies
from yakuba.nursery.services.public_table import FREE, WITHHELD
from yakuba.nursery.services.round_ends import withdraw_adoption


def test_the_page_withholds_and_exports_the_same(
    web: Client, officer: User, approver: User, viewer: User
) -> None:
    selection = first_round(officer)
    url = reverse("nursery:round-publication", args=[selection.pk])
    assert web.get(url).status_code == 302, "nothing is published before a result is adopted"
    homes = [household(f"h{number}", 160) for number in range(1, 8)]
    children = [child(str(number), "11") for number in range(1, 8)]
    import_into(selection, applications(children, homes, {"11": 4, "12": 1}), officer)
    run(selection, officer, approver)
    page = web.get(url).content.decode()
    assert "はまかぜ保育園" in page
    assert "2クラスのうち 0クラス" in page
    text = web.get(url, {"export": "csv"}).content.decode("utf-8-sig")
    assert text.splitlines() == [
        "施設,年齢,枠,募集,申込み,内定,保留,入所最低指数",
        "なぎさ保育園,1,,1,0,0,0,空きあり",
        "はまかぜ保育園,1,,4,7,4,3,40",
    ]
    assert AuditEntry.objects.filter(action="nursery.publication.export").count() == 1
    assert signed_in(viewer).get(url).status_code == 403


def test_vacancies_are_what_the_public_table_says_and_go_with_the_adoption(
    officer: User, approver: User, viewer: User, web: Client
) -> None:
    selection = first_round(officer)
    url = reverse("nursery:round-vacancies", args=[selection.pk])
    assert web.post(url)["Location"] == reverse("nursery:round", args=[selection.pk])
    assert vacancies.published(selection) is None
    homes = [household(f"h{number}", 160) for number in range(1, 8)]
    children = [child(str(number), "11") for number in range(1, 8)]
    import_into(selection, applications(children, homes, {"11": 4, "12": 5}), officer)
    run(selection, officer, approver)
    selection.refresh_from_db()
    assert signed_in(viewer).post(url).status_code == 403
    assert "公開中" in web.post(url, follow=True).content.decode()
    notice = vacancies.published(selection)
    assert notice is not None
    assert notice.month == selection.starts_on.replace(day=1)
    assert list(notice.rows.order_by("name").values_list("name", "age", "state", "seats")) == [
        ("なぎさ保育園", 1, "free", 5),
        ("はまかぜ保育園", 1, "none", 0),
    ]
    assert AuditEntry.objects.filter(action="facilities.vacancies.publish").count() == 1
    web.post(url, {"act": "withdraw"})
    assert vacancies.published(selection) is None
    web.post(url)
    withdraw_adoption(selection, by=officer)
    assert vacancies.published(selection) is None


@pytest.mark.parametrize(
    ("admitted", "cutoff", "free", "seats"),
    [
        (4, FREE, True, 2),
        (WITHHELD, FREE, True, None),  # how many are left would tell how many were admitted
        (6, "40", False, None),
        (WITHHELD, WITHHELD, False, None),
        (7, FREE, True, None),  # seats that transfers gave up are in no table
    ],
)
def test_a_class_says_no_more_than_its_row(
    admitted: object, cutoff: str, free: bool, seats: int | None
) -> None:
    row = {"nursery": "はまかぜ保育園", "age": 1, "track": "", "recruits": 6, "admitted": admitted}
    found = vacancies.of_row({**row, "cutoff": cutoff})
    assert (found.free, found.seats) == (free, seats)
