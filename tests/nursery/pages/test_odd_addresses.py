"""Numbers, parts and queries that no page offers."""

from __future__ import annotations

import pytest
from django.test import Client
from django.urls import reverse

from tests.nursery.pages.hostile import ADDRESSES, HUGE
from yakuba.nursery.models import Allocation

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("number", ["0", "99", "-1", "x", str(2**63), str(HUGE), "1%00", "1'--"])
def test_numbers_that_do_not_exist_are_not_found(number: str, web: Client) -> None:
    for address in ADDRESSES:
        assert web.get(f"/staff/nursery/{address.format(number)}").status_code == 404, address


@pytest.mark.parametrize("tail", ["files/passwd/", "print/all/", "children/%00/", "children/x%00y/print/"])
def test_parts_that_do_not_exist_are_not_found(tail: str, web: Client, result: Allocation) -> None:
    assert web.get(f"/staff/nursery/allocations/{result.pk}/{tail}").status_code == 404


@pytest.mark.parametrize(
    "query",
    [
        {"q": "a" * 100_000},
        {"q": "\0"},
        {"q": "%' OR 1=1 --"},
        {"sort": "password"},
        {"sort": "-requested_by__password"},
        {"page": "999999"},
        {"page": "-3"},
        {"page": "9" * 5000},
        {"page": "²"},
        {"outcome": "nothing", "age": "99"},
        {"export": "exe"},
    ],
)
def test_odd_queries_show_the_page(query: dict[str, str], web: Client, result: Allocation) -> None:
    for name in ("allocation", "children", "proof"):
        assert web.get(reverse(f"nursery:{name}", args=[result.pk]), query).status_code == 200
    assert (
        web.get(
            "/staff/nursery/", {**query, **{f"a-{key}": value for key, value in query.items()}}
        ).status_code
        == 200
    )
