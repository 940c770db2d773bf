"""Two officers at once never confirm the same field twice."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import Any

import pytest
from django.db import connections

from tests.ocr import check_desk
from tests.site.browser import make_user
from yakuba.ocr.models import Batch, BatchState, Check, FieldValue, ValueState
from yakuba.ocr.services.checking import Overtaken, confirm_many, decide

pytestmark = pytest.mark.django_db(transaction=True)


def at_once(calls: list[Any]) -> list[Any]:
    """The answers (or exceptions) of calls that begin together, each with its own connection."""
    gate = Barrier(len(calls))

    def one(call: Any) -> Any:
        gate.wait()
        try:
            return call()
        except Overtaken as problem:
            return problem
        finally:
            connections.close_all()

    with ThreadPoolExecutor(len(calls)) as pool:
        return list(pool.map(one, calls))


def test_one_of_two_officers_wins_and_the_other_is_told() -> None:
    batch = check_desk.make_batch(4, fields=["paid"])
    users = [make_user("officer") for _ in range(2)]
    for value in FieldValue.objects.all():
        answers = at_once(
            [
                lambda pk=value.pk, user=user, n=n: decide(pk, by=user, act="confirm", text=str(n), turn=1)
                for n, user in enumerate(users)
            ]
        )
        assert sum(isinstance(one, Overtaken) for one in answers) == 1
    assert Check.objects.count() == 4
    assert Batch.objects.get(pk=batch.pk).state == BatchState.DONE


def test_two_first_entries_are_never_taken_for_a_double_check() -> None:
    check_desk.make_batch(1, fields=["paid"], double_check=True)
    users = [make_user("officer") for _ in range(3)]
    value = FieldValue.objects.get()
    at_once([lambda user=user: decide(value.pk, by=user, act="confirm", text="5", turn=1) for user in users])
    assert FieldValue.objects.get().state == ValueState.ONCE
    assert Check.objects.count() == 1


def test_two_grids_share_the_fields_without_a_double() -> None:
    check_desk.make_batch(6, fields=["paid"])
    users = [make_user("officer") for _ in range(2)]
    pks = list(FieldValue.objects.values_list("pk", flat=True))
    answers = at_once([lambda user=user: confirm_many(pks, by=user) for user in users])
    assert sorted(pk for one in answers for pk in one.confirmed) == sorted(pks)
    assert Check.objects.count() == 6
