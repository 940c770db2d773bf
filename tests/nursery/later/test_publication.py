"""The page of the public table."""

from __future__ import annotations

from django.test import Client
from django.urls import reverse

from tests.nursery.conftest import signed_in
from tests.nursery.later.helpers import applications, child, first_round, household, import_into, run
from yakuba.core.audit.models import AuditEntry
from yakuba.core.people.models import User


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
