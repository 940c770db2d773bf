"""What the office sends: children with codes, doses, rule books. The same again changes nothing."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from importlib import resources
from typing import Any

import pytest
from django.utils import timezone

from tests.handbook.family.conftest import account, code_of, guard
from tests.handbook.family.test_plans import adopted
from yakuba.core.exchange import Lane, sending
from yakuba.core.exchange.batch_file import Item
from yakuba.core.exchange.errors import ExchangeError
from yakuba.core.notify.models import Event
from yakuba.handbook.digests import birth_digest, code_digest
from yakuba.handbook.family import receivers
from yakuba.handbook.models import Child, Dose, EntryCode, Invitation, PublishedRulebook
from yakuba.handbook.services.families import children, doses, entry, rules, sharing
from yakuba.handbook.services.families.errors import Gone

pytestmark = pytest.mark.django_db
BIRTH = date(2026, 9, 3)


def put(kind: str, reference: str, content: Any) -> Item:
    return Item(kind, "put", reference, content)


def child_of(code: str | None = "letter", **change: Any) -> dict[str, Any]:
    content: dict[str, Any] = {
        "name": "ひなた", "birth": BIRTH.isoformat(), "due": None, "sex": "F", "sharing_closed": False,
        "code": None if code is None else {
            "digest": code_digest(code_of(code)),
            "birth_digest": birth_digest("ref-1", BIRTH),
            "expires_at": (timezone.now() + timedelta(days=60)).isoformat(),
        },
    }  # fmt: skip
    return {**content, **change}


def dose_of(**change: Any) -> dict[str, Any]:
    content = {
        "child": "ref-1", "vaccine": "PCV", "product": "PCV20", "given_on": "2026-11-05", "lot": "A1",
        "clinic": "汐浜", "taken_back": False,
    }  # fmt: skip
    return {**content, **change}


def rulebook_text() -> str:
    return (resources.files("yakuba.handbook.rulebooks") / "jp" / "2026.yaml").read_text("utf-8")


@pytest.fixture(autouse=True)
def own_keys(home: object) -> None:
    """Keys of this test alone."""


def test_a_child_arrives_through_the_exchange_and_its_code_opens_it(now: datetime) -> None:
    sending.post("handbook.child", "ref-1", child_of())
    sending.post("handbook.register_dose", "dose-1", dose_of())
    assert sending.send(Lane.RESIDENTS).held == 0
    found = entry.enter_by_code(code_of("letter"), BIRTH, "192.0.2.1", now)
    assert (found.child.name, found.child.from_register, found.new) == ("ひなた", True, True)
    assert Dose.objects.get().source == "register"


def test_the_same_child_again_changes_nothing(now: datetime) -> None:
    content = child_of()
    receivers.take_child(put("handbook.child", "ref-1", content))
    entry.enter_by_code(code_of("letter"), BIRTH, "192.0.2.1", now)
    receivers.take_child(put("handbook.child", "ref-1", content))
    assert Child.objects.count() == EntryCode.objects.count() == 1
    assert EntryCode.objects.get().used_at is not None


def test_a_new_letter_takes_the_place_of_the_old_one(now: datetime) -> None:
    receivers.take_child(put("handbook.child", "ref-1", child_of("first")))
    receivers.take_child(put("handbook.child", "ref-1", child_of("second")))
    with pytest.raises(Gone) as gone:
        entry.enter_by_code(code_of("first"), BIRTH, "192.0.2.1", now)
    assert gone.value.why == "revoked"
    assert entry.enter_by_code(code_of("second"), BIRTH, "192.0.2.1", now).child.reference == "ref-1"


def test_what_the_family_wrote_stays_when_the_office_sends_again() -> None:
    receivers.take_child(put("handbook.child", "ref-1", child_of(None)))
    Child.objects.update(name="ひな", due=date(2026, 10, 1))
    receivers.take_child(put("handbook.child", "ref-1", child_of(None, birth="2026-09-04")))
    found = Child.objects.get()
    assert (found.name, found.birth, found.due) == ("ひな", date(2026, 9, 4), date(2026, 10, 1))


def test_a_birth_that_the_family_told_first_is_not_forgotten() -> None:
    receivers.take_child(put("handbook.child", "ref-1", child_of(None, birth=None, due="2026-09-20")))
    Child.objects.update(birth=BIRTH)
    receivers.take_child(put("handbook.child", "ref-1", child_of(None, birth=None, due="2026-09-20")))
    assert Child.objects.get().birth == BIRTH


def test_a_revoked_child_is_closed_with_its_codes_and_may_come_back(now: datetime) -> None:
    receivers.take_child(put("handbook.child", "ref-1", child_of()))
    receivers.take_child(Item("handbook.child", "revoke", "ref-1", None))
    assert Child.objects.get().ended_at is not None
    with pytest.raises(Gone):
        entry.enter_by_code(code_of("letter"), BIRTH, "192.0.2.1", now)
    receivers.take_child(put("handbook.child", "ref-1", child_of("again")))
    assert Child.objects.get().ended_at is None


def test_a_child_that_becomes_protected_is_seen_again_by_a_new_letter_alone(now: datetime) -> None:
    receivers.take_child(put("handbook.child", "ref-1", child_of("letter")))
    child, father, mother = Child.objects.get(), account("父"), account("母")
    guard(father, child)
    adopted(child, father, now)
    assert Event.objects.filter(cancelled_at=None).exists()
    closed = child_of("letter", name="", sharing_closed=True)
    for _ in range(2):  # the same item again
        receivers.take_child(put("handbook.child", "ref-1", closed))
        assert children.children_of(father) == []
        assert not Event.objects.filter(cancelled_at=None, at__gt=now).exists()
        with pytest.raises(Gone):
            entry.enter_by_code(code_of("letter"), BIRTH, "192.0.2.1", now, account=father)
    for _ in range(2):
        receivers.take_child(
            put("handbook.child", "ref-1", child_of("new letter", name="", sharing_closed=True))
        )
        entry.enter_by_code(code_of("new letter"), BIRTH, "192.0.2.2", now, account=mother)
        assert [one.child_id for one in children.children_of(mother)] == [child.pk]
    assert children.children_of(father) == []


def test_closing_the_sharing_takes_open_invitations_back(now: datetime) -> None:
    receivers.take_child(put("handbook.child", "ref-1", child_of(None)))
    child, adult = Child.objects.get(), account("母")
    guard(adult, child)
    sharing.invite(child, "reader", adult, now)
    receivers.take_child(put("handbook.child", "ref-1", child_of(None, name="", sharing_closed=True)))
    child.refresh_from_db()
    assert (child.sharing_closed, child.name) == (True, "ひなた")
    assert Invitation.objects.get().revoked_at is not None


@pytest.mark.parametrize(
    "change",
    [
        {"birth": None}, {"birth": "3 September"}, {"sex": "X"}, {"code": {"digest": "x"}}, {"due": 7},
        {"code": {"digest": "x", "birth_digest": "y", "expires_at": "2026-11-23T00:00:00"}},
    ],
)  # fmt: skip
def test_a_child_that_can_not_be_read_refuses_the_batch(change: dict[str, Any]) -> None:
    with pytest.raises(ExchangeError, match="同じ版にしてください"):
        receivers.take_child(put("handbook.child", "ref-1", {**child_of(None), **change}))
    assert not Child.objects.exists()


def test_a_code_of_another_child_refuses_the_batch() -> None:
    receivers.take_child(put("handbook.child", "ref-1", child_of()))
    with pytest.raises(ExchangeError, match="別の子どもの登録コード"):
        receivers.take_child(put("handbook.child", "ref-2", child_of()))


class TestDoses:
    @pytest.fixture(autouse=True)
    def child(self) -> Child:
        receivers.take_child(put("handbook.child", "ref-1", child_of(None)))
        return Child.objects.get()

    def test_a_dose_is_kept_corrected_and_taken_back(self) -> None:
        receivers.take_dose(put("handbook.register_dose", "d-1", dose_of()))
        receivers.take_dose(put("handbook.register_dose", "d-1", dose_of(lot="B2")))
        kept = Dose.objects.get()
        assert (kept.lot, kept.clinic, kept.taken_back_at) == ("B2", "汐浜", None)
        receivers.take_dose(put("handbook.register_dose", "d-1", dose_of(taken_back=True)))
        kept.refresh_from_db()
        first = kept.taken_back_at
        assert first is not None
        receivers.take_dose(put("handbook.register_dose", "d-1", dose_of(taken_back=True)))
        kept.refresh_from_db()
        assert kept.taken_back_at == first

    def test_a_revoked_dose_is_crossed_out(self) -> None:
        receivers.take_dose(put("handbook.register_dose", "d-1", dose_of()))
        receivers.take_dose(Item("handbook.register_dose", "revoke", "d-1", None))
        assert Dose.objects.get().taken_back_at is not None

    def test_the_same_dose_of_the_family_becomes_the_offices(self, child: Child, now: datetime) -> None:
        adult = account("母")
        entered = doses.Entry("PCV", "", date(2026, 11, 5))
        own = doses.record(child, entered, rules.in_use(), adult, now)
        receivers.take_dose(put("handbook.register_dose", "d-1", dose_of()))
        own.refresh_from_db()
        assert own.taken_back_at is not None
        assert Dose.objects.get(taken_back_at=None).source == "register"

    @pytest.mark.parametrize("change", [{"given_on": "x"}, {"given_on": None}])
    def test_a_dose_that_can_not_be_read(self, change: dict[str, Any]) -> None:
        with pytest.raises(ExchangeError):
            receivers.take_dose(put("handbook.register_dose", "d-1", dose_of(**change)))

    def test_a_dose_of_a_child_that_is_not_here(self) -> None:
        with pytest.raises(ExchangeError, match="子どもを先に送ってください"):
            receivers.take_dose(put("handbook.register_dose", "d-1", dose_of(child="nobody")))

    def test_a_number_of_another_childs_dose(self) -> None:
        receivers.take_child(put("handbook.child", "ref-2", child_of(None)))
        receivers.take_dose(put("handbook.register_dose", "d-1", dose_of()))
        with pytest.raises(ExchangeError, match="別の子どもの記録"):
            receivers.take_dose(put("handbook.register_dose", "d-1", dose_of(child="ref-2")))


class TestRulebooks:
    def content(self, **change: Any) -> dict[str, Any]:
        return {
            "content": rulebook_text(), "overlay": "", "sha256": "a" * 64, "signed_name": "保健師 帆足",
            "signed_on": "2026-10-01", **change,
        }  # fmt: skip

    def test_a_rule_book_is_used_from_now_on(self) -> None:
        receivers.take_rulebook(put("handbook.rulebook", "a" * 64, self.content()))
        found = rules.in_use()
        assert found.signed is not None
        assert (found.signed.name, found.signed.day) == ("保健師 帆足", date(2026, 10, 1))

    def test_the_same_again_changes_nothing_and_a_new_sign_off_counts(self) -> None:
        receivers.take_rulebook(put("handbook.rulebook", "a" * 64, self.content()))
        receivers.take_rulebook(put("handbook.rulebook", "a" * 64, self.content()))
        assert PublishedRulebook.objects.count() == 1
        receivers.take_rulebook(put("handbook.rulebook", "a" * 64, self.content(signed_name="保健師 沖")))
        assert PublishedRulebook.objects.count() == 2
        signed = rules.in_use().signed
        assert signed is not None
        assert signed.name == "保健師 沖"

    @pytest.mark.parametrize("change", [{"content": "format: x"}, {"signed_on": "x"}, {"content": "[" * 99}])
    def test_what_can_not_be_read_is_refused(self, change: dict[str, Any]) -> None:
        with pytest.raises(ExchangeError):
            receivers.take_rulebook(put("handbook.rulebook", "a" * 64, self.content(**change)))
        assert not PublishedRulebook.objects.exists()

    def test_a_revoked_rule_book_leaves_the_one_before(self) -> None:
        receivers.take_rulebook(put("handbook.rulebook", "a" * 64, self.content()))
        receivers.take_rulebook(Item("handbook.rulebook", "revoke", "a" * 64, None))
        assert rules.in_use().signed is None
