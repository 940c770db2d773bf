"""Decisions on fields: one person, two, a third, the chief; undo; doubts; sums; bulk; the batch's end."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.ocr import check_desk
from tests.site.browser import make_user
from yakuba.core.audit.models import AuditEntry
from yakuba.ocr.models import Batch, BatchState, Check, FieldValue, ValueState
from yakuba.ocr.services import checking, queues
from yakuba.ocr.services.checking import Doubtful, Handling, Overtaken, confirm_many, decide, undo
from yakuba.ocr.services.sealed import content_of
from yakuba.ocr.services.turns import CheckError, is_chief, waiting_for

pytestmark = pytest.mark.django_db


def one(batch: Batch, name: str = "paid", number: int = 1) -> FieldValue:
    return FieldValue.objects.get(page__batch=batch, name=name, page__number=number)


def confirm(value: FieldValue, by: Any, text: str | None = None, turn: int = 1, **more: Any) -> FieldValue:
    return decide(
        value.pk, by=by, act="confirm", text=value.text if text is None else text, turn=turn, **more
    )


def test_one_person_settles_a_field_and_the_batch_ends_with_the_last_one() -> None:
    batch, user = check_desk.make_batch(2, fields=["paid"]), make_user("officer")
    done = confirm(one(batch), user, "1,234", handling=Handling(2.5, 3))
    assert (done.state, done.final) == (ValueState.DONE, "1234")
    check = Check.objects.get()
    assert (check.outcome, check.text, check.turn, check.seconds, check.keystrokes) == (
        "edited",
        "1234",
        1,
        2.5,
        3,
    )
    assert Batch.objects.get().state == BatchState.CHECKING
    confirm(one(batch, number=2), user)
    assert Batch.objects.get().state == BatchState.DONE
    line = AuditEntry.objects.filter(action="ocr.check.confirm").latest("sequence")
    assert line.detail == {"turn": 1, "outcome": "accepted"}


def test_the_outcome_says_where_the_value_comes_from() -> None:
    batch, user = check_desk.make_batch(3, fields=["paid"]), make_user("officer")
    value = check_desk.doubt(one(batch), "999")
    confirm(value, user, "999")
    confirm(one(batch, number=2), user)
    confirm(one(batch, number=3), user, "5")
    assert list(Check.objects.order_by("pk").values_list("outcome", flat=True)) == [
        "candidate",
        "accepted",
        "edited",
    ]


def test_a_turn_that_somebody_else_took_is_refused_and_nothing_is_written() -> None:
    batch, user, other = check_desk.make_batch(1, fields=["paid"]), make_user("officer"), make_user("officer")
    confirm(one(batch), other)
    with pytest.raises(Overtaken, match="先に確認"):
        confirm(one(batch), user, "77")
    assert one(batch).final == one(batch).text
    assert Check.objects.count() == 1


def test_two_different_persons_agree_after_normalising() -> None:
    batch, first, second = (
        check_desk.make_batch(1, fields=["born"], double_check=True),
        make_user("officer"),
        make_user("officer"),
    )
    value = one(batch, "born")
    assert confirm(value, first, "昭和60年5月1日").state == ValueState.ONCE
    with pytest.raises(Overtaken, match="別の職員"):
        confirm(value, first, "1985-05-01", turn=2)
    done = confirm(value, second, "1985/5/1", turn=2)
    assert (done.state, done.final) == (ValueState.DONE, "1985-05-01")


def test_entries_that_differ_wait_for_a_third_person_or_an_approver() -> None:
    batch = check_desk.make_batch(1, fields=["paid"], double_check=True)
    first, second, third = (make_user("officer") for _ in range(3))
    value = one(batch)
    confirm(value, first, "100")
    assert confirm(value, second, "200", turn=2).state == ValueState.DIFFERS
    assert FieldValue.objects.get().final == ""
    with pytest.raises(Overtaken, match="入力した2人とは別"):
        confirm(value, first, "100", turn=3)
    done = confirm(value, third, "200", turn=3)
    assert (done.state, done.final) == (ValueState.DONE, "200")


def test_two_who_can_not_read_it_agree_and_one_does_not() -> None:
    batch = check_desk.make_batch(2, fields=["paid"], double_check=True)
    first, second = make_user("officer"), make_user("officer")
    value, other = one(batch), one(batch, number=2)
    decide(value.pk, by=first, act="illegible", turn=1)
    assert decide(value.pk, by=second, act="illegible", turn=2).state == ValueState.ILLEGIBLE
    decide(other.pk, by=first, act="illegible", turn=1)
    assert confirm(other, second, "5", turn=2).state == ValueState.DIFFERS


def test_what_is_handed_up_waits_for_an_approver() -> None:
    batch, user = check_desk.make_batch(1, fields=["paid"]), make_user("officer")
    chief = make_user("approver")
    value = decide(one(batch).pk, by=user, act="escalate", turn=1)
    assert value.state == ValueState.ESCALATED
    with pytest.raises(Overtaken, match="承認者"):
        confirm(value, user, "5", turn=4)
    with pytest.raises(CheckError, match="ここで決めて"):
        decide(value.pk, by=chief, act="escalate", turn=4)
    assert confirm(value, chief, "5", turn=4).final == "5"


def test_nobody_is_both_persons_of_a_double_check_by_handing_it_up_to_themselves() -> None:
    batch = check_desk.make_batch(1, fields=["paid"], double_check=True)
    chief, other, officer = make_user("approver"), make_user("approver"), make_user("officer")
    value = decide(one(batch).pk, by=chief, act="escalate", turn=1)
    with pytest.raises(Overtaken, match="ほかの承認者"):
        confirm(value, chief, "5", turn=4)
    assert [waiting_for(one_of).count() for one_of in (chief, other, officer)] == [0, 1, 0]
    undo(value.pk, by=chief)
    confirm(value, officer, "5")
    decide(value.pk, by=chief, act="escalate", turn=2)
    assert confirm(value, chief, "5", turn=4).final == "5"


def test_undo_adds_a_time_and_brings_the_field_back() -> None:
    batch, user, other = check_desk.make_batch(1, fields=["paid"]), make_user("officer"), make_user("officer")
    value = confirm(one(batch), user, "5")
    assert Batch.objects.get().state == BatchState.DONE
    with pytest.raises(CheckError, match="自分が最後に"):
        undo(value.pk, by=other)
    back = undo(value.pk, by=user)
    assert (back.state, back.final, back.final_at) == (ValueState.WAITING, "", None)
    assert Batch.objects.get().state == BatchState.CHECKING
    assert Check.objects.get().undone_at is not None
    with pytest.raises(CheckError):
        undo(value.pk, by=user)
    confirm(value, user, "6")
    assert Check.objects.count() == 2


def test_undoing_the_second_entry_leaves_the_first() -> None:
    batch = check_desk.make_batch(1, fields=["paid"], double_check=True)
    first, second = make_user("officer"), make_user("officer")
    value = one(batch)
    confirm(value, first, "100")
    confirm(value, second, "200", turn=2)
    assert undo(value.pk, by=second).state == ValueState.ONCE
    assert confirm(value, second, "100", turn=2).final == "100"


def test_a_doubtful_entry_asks_once_more() -> None:
    batch, user = check_desk.make_batch(1, fields=["born"]), make_user("officer")
    value = one(batch, "born")
    with pytest.raises(Doubtful, match="ない日付"):
        confirm(value, user, "令和6年2月30日")
    assert Check.objects.count() == 0
    done = confirm(value, user, "令和6年2月30日", sure=True)
    assert (done.state, done.final) == (ValueState.DONE, "令和6年2月30日")


def test_an_entry_that_breaks_a_sum_is_doubted_and_what_the_ai_passed_waits_again() -> None:
    batch, user = check_desk.make_batch(1, fields=["tax_a", "tax_b", "tax_total"]), make_user("officer")
    FieldValue.objects.filter(name="tax_total").update(
        state=ValueState.AUTO, decision="auto", final="1234", final_at="2026-11-01T00:00:00Z"
    )
    value = one(batch, "tax_a")
    with pytest.raises(Doubtful, match="合計が合いません（内訳の計 1,634、合計 1,234）"):
        confirm(value, user, "1400")
    confirm(value, user, "1400", sure=True)
    total = one(batch, "tax_total")
    assert (total.state, total.final, total.reasons) == (ValueState.WAITING, "", ["sum_mismatch"])
    assert one(batch, "tax_a").final == "1400"


def test_a_personal_number_lies_only_sealed() -> None:
    batch, user = check_desk.make_batch(1, fields=["number"]), make_user("officer")
    value = one(batch, "number")
    with pytest.raises(Doubtful, match="検査用数字"):
        confirm(value, user, "123456789012")
    done = confirm(value, user, "1234 5678 9018")
    assert (done.final, done.text, done.raw) == ("", "", "")
    assert content_of(FieldValue.objects.get()).final == check_desk.NUMBER
    stored = str(list(FieldValue.objects.values()) + list(AuditEntry.objects.values()))
    assert check_desk.NUMBER in stored  # the sealed column, unsealed by the model
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("SELECT sealed, final, text, raw, candidates FROM ocr_fieldvalue")
        assert check_desk.NUMBER not in str(cursor.fetchall())
        cursor.execute("SELECT text FROM ocr_check")
        assert check_desk.NUMBER not in str(cursor.fetchall())


def test_a_grid_confirms_only_fields_without_a_reason() -> None:
    check_desk.make_batch(4, fields=["paid"])
    user = make_user("officer")
    values = list(FieldValue.objects.order_by("page__number"))
    check_desk.doubt(values[0], "5")
    confirm(values[1], make_user("officer"))
    FieldValue.objects.filter(pk=values[2].pk).update(decision="auto")  # an audit
    found = confirm_many([one.pk for one in values], by=user, handling=Handling(8.0, 4))
    assert found.confirmed == (values[3].pk,)
    assert found.skipped == 3
    assert Check.objects.get(value=values[3]).seconds == 2.0
    with pytest.raises(CheckError, match="200件まで"):
        confirm_many(range(1, 300), by=user)


def test_a_blind_entry_is_not_confirmed_in_a_grid() -> None:
    batch = check_desk.make_batch(1, fields=["paid"], blind=True)
    assert not checking.may_bulk(one(batch))


def test_a_lease_of_somebody_else_sends_the_next_person_on() -> None:
    batch, user, other = check_desk.make_batch(2, fields=["paid"]), make_user("officer"), make_user("officer")
    way = queues.Way(batch, version=batch.version_id, name="paid")
    first, second = way.rows(user)
    queues.take(first, other)
    chosen = queues.choose(way.rows(user), user)
    assert chosen is not None
    assert chosen.pk == second.pk
    queues.take(first, user)  # the other one keeps it
    assert queues.held_by_other(way.rows(user)[0], user, checking.timezone.now()) == other.name
    queues.release_others(second, other)
    assert queues.choose(way.rows(user), user).pk == first.pk  # type: ignore[union-attr]


@given(st.text(max_size=12), st.text(max_size=12))
def test_what_a_browser_says_of_the_handling_is_held_to_what_is_possible(seconds: str, keys: str) -> None:
    found = Handling.of(seconds, keys)
    assert 0.0 <= found.seconds <= checking.LONGEST_SECONDS
    assert 0 <= found.keystrokes <= checking.MOST_KEYS


def test_handling_reads_numbers_and_refuses_infinities() -> None:
    assert Handling.of("2.5", "7") == Handling(2.5, 7)
    assert Handling.of("inf", "x") == Handling(0.0, 0)
    assert Handling.of("-3", "99999999") == Handling(0.0, checking.MOST_KEYS)


def test_what_waits_for_a_person_is_the_same_in_the_database_and_field_by_field() -> None:
    people = [make_user("officer"), make_user("officer"), make_user("approver")]
    batch = check_desk.make_batch(6, fields=["paid"], double_check=True)
    for number in (2, 3, 4, 5):
        confirm(one(batch, number=number), people[0])
    confirm(one(batch, number=3), people[1], "5", turn=2)  # the two differ
    confirm(one(batch, number=5), people[1], turn=2)  # settled
    decide(one(batch, number=6).pk, by=people[0], act="escalate", text="", turn=1)
    rows = list(FieldValue.objects.all())
    for user in people:
        chief = is_chief(user)
        said = {row.pk for row in rows if queues.waits_for(user, row, chief=chief)}
        assert set(waiting_for(user).values_list("pk", flat=True)) == said
    sizes = [waiting_for(user).count() for user in people]
    assert sizes == [1, 3, 5]
