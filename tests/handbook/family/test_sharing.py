"""Sharing by invitation: shown once, used once, over in a week, taken back at any time."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from tests.handbook.family.conftest import account, code_of, guard, signed_in
from yakuba.core.ui import resident_dates
from yakuba.handbook.models import Child, FamilyAccount, Guardian, Invitation
from yakuba.handbook.services.families import sharing
from yakuba.handbook.services.families.errors import BadField, Gone, Locked, NotAllowed, Wrong

pytestmark = pytest.mark.django_db
HERE = "192.0.2.1"


def base(child: Child) -> str:
    return f"/handbook/children/{child.reference}/family/"


def code_in(answer: Any) -> str:
    found = re.search(r'id="invitation-code">([^<]+)<', answer.content.decode())
    assert found is not None
    return found.group(1)


def test_the_code_is_shown_once_and_only_its_digest_is_kept(inside: Client, child: Child) -> None:
    code = code_in(inside.post(base(child) + "invite/", {"role": "reader"}))
    assert code not in inside.get(base(child)).content.decode()
    kept = Invitation.objects.get()
    assert code.replace("-", "") not in kept.digest
    assert kept.expires_at - kept.invited_at == sharing.LIFE
    assert inside.get(base(child) + "invite/")["Location"] == base(child)
    assert Invitation.objects.count() == 1


def test_a_new_adult_joins_with_the_role_of_the_invitation(
    inside: Client, parent: FamilyAccount, child: Child
) -> None:
    code = code_in(inside.post(base(child) + "invite/", {"role": "editor"}))
    other = Client()
    assert (
        other.post("/handbook/invitation/", {"code": code.lower()})["Location"]
        == "/handbook/account/sign-in/?new"
    )
    assert other.get(f"/handbook/children/{child.reference}/doses/add/").status_code == 200
    joined = Guardian.objects.exclude(account=parent).get()
    assert joined.role == "editor"
    assert Invitation.objects.get().taken_by == joined.account


def test_an_adult_with_an_account_keeps_it(inside: Client, child: Child) -> None:
    code = code_in(inside.post(base(child) + "invite/", {"role": "reader"}))
    father = account("父")
    answer = signed_in(father).post("/handbook/invitation/", {"code": code})
    assert answer["Location"] == f"/handbook/children/{child.reference}/"
    assert Guardian.objects.get(account=father).role == "reader"


def test_an_invitation_never_lowers_a_role(child: Child, parent: FamilyAccount, now: datetime) -> None:
    _, code = sharing.invite(child, "reader", parent, now)
    sharing.accept(code, HERE, now, account=parent)
    assert Guardian.objects.get(account=parent).role == "owner"
    father = account("父")
    guard(father, child, "reader")
    _, code = sharing.invite(child, "editor", parent, now)
    sharing.accept(code, HERE, now, account=father)
    assert Guardian.objects.get(account=father).role == "editor"


@pytest.mark.parametrize("why", ["used", "expired", "revoked", "closed"])
def test_an_invitation_that_is_over(child: Child, parent: FamilyAccount, now: datetime, why: str) -> None:
    made, code = sharing.invite(child, "reader", parent, now)
    if why == "used":
        sharing.accept(code, HERE, now)
    elif why == "revoked":
        sharing.revoke(child, made.pk, now)
    elif why == "closed":
        Child.objects.update(sharing_closed=True)
    at = now + sharing.LIFE if why == "expired" else now
    with pytest.raises(Gone) as gone:
        sharing.accept(code, HERE, at)
    assert gone.value.why == {"closed": "revoked"}.get(why, why)


def test_the_last_moment_still_works(child: Child, parent: FamilyAccount, now: datetime) -> None:
    _, code = sharing.invite(child, "reader", parent, now)
    assert sharing.accept(code, HERE, now + sharing.LIFE - timedelta(seconds=1)).new


def test_guessing_is_counted(child: Child, now: datetime) -> None:
    for at in range(20):
        with pytest.raises((Wrong, Locked)):
            sharing.accept(code_of(f"guess {at}") if at % 2 else "nonsense", HERE, now)
    with pytest.raises(Locked):
        sharing.accept(code_of("again"), HERE, now)


def test_the_page_says_the_same_for_what_is_no_code(client: Client, child: Child) -> None:
    answer = client.post("/handbook/invitation/", {"code": "ABCD"})
    assert answer.status_code == 422
    assert "招待のコードと合いません" in answer.content.decode()


def test_a_closed_handbook_is_not_shared(
    inside: Client, child: Child, parent: FamilyAccount, now: datetime
) -> None:
    Child.objects.update(sharing_closed=True)
    child.refresh_from_db()
    assert "この手帳は共有できません" in inside.get(base(child)).content.decode()
    assert inside.post(base(child) + "invite/", {"role": "reader"}).status_code == 404
    with pytest.raises(NotAllowed):
        sharing.invite(child, "reader", parent, now)


@pytest.mark.parametrize("role", ["owner", "", "admin"])
def test_nobody_is_invited_as_owner(inside: Client, child: Child, role: str) -> None:
    assert inside.post(base(child) + "invite/", {"role": role}).status_code == 422
    assert not Invitation.objects.exists()


def test_a_few_invitations_at_a_time(child: Child, parent: FamilyAccount, now: datetime) -> None:
    made = [sharing.invite(child, "reader", parent, now)[0] for _ in range(sharing.MOST_OPEN)]
    with pytest.raises(BadField):
        sharing.invite(child, "reader", parent, now)
    sharing.revoke(child, made[0].pk, now)
    sharing.invite(child, "reader", parent, now)


def test_a_handbook_has_room_for_ten(child: Child, parent: FamilyAccount, now: datetime) -> None:
    for _ in range(sharing.MOST_GUARDIANS - 1):
        guard(account(), child, "reader")
    _, code = sharing.invite(child, "reader", parent, now)
    with pytest.raises(Gone):
        sharing.accept(code, HERE, now)


def test_the_owner_ends_sharing_and_others_leave_by_themselves(inside: Client, child: Child) -> None:
    father, grandmother = account("父"), account("祖母")
    held = [guard(father, child, "editor"), guard(grandmother, child, "reader")]
    assert signed_in(father).post(f"{base(child)}{held[1].pk}/end/").status_code == 404
    assert inside.post(f"{base(child)}{held[0].pk}/end/").status_code == 302
    assert signed_in(father).get(f"/handbook/children/{child.reference}/").status_code == 404
    signed_in(grandmother).post(f"{base(child)}{held[1].pk}/end/")
    assert Guardian.objects.filter(ended_at=None).count() == 1


def test_the_last_owner_stays(inside: Client, parent: FamilyAccount, child: Child) -> None:
    own = Guardian.objects.get(account=parent)
    assert inside.post(f"{base(child)}{own.pk}/end/").status_code == 404
    guard(account("父"), child, "owner")
    assert inside.post(f"{base(child)}{own.pk}/end/").status_code == 302


def test_the_guardian_of_another_child_is_out_of_reach(inside: Client, child: Child) -> None:
    other = Child.objects.create(reference="other", birth=child.birth, created_at=timezone.now())
    theirs = guard(account("他人"), other, "reader")
    assert inside.post(f"{base(child)}{theirs.pk}/end/").status_code == 404
    theirs.refresh_from_db()
    assert theirs.ended_at is None


def test_an_invitation_ends_on_the_day_that_it_has_here(
    inside: Client, child: Child, parent: FamilyAccount
) -> None:
    evening = datetime.now(UTC).replace(hour=22, minute=30)  # already the next morning in Japan
    sharing.invite(child, "reader", parent, evening)
    last = timezone.localdate(evening) + sharing.LIFE
    assert last != (evening + sharing.LIFE).date()
    assert f"{resident_dates.day(last)}まで" in inside.get(base(child)).content.decode()


def form_key(client: Client, child: Child) -> str:
    found = re.search(r'name="key" value="([^"]+)"', client.get(base(child)).content.decode())
    assert found is not None
    return found.group(1)


def test_a_second_tap_or_a_repeated_request_gets_the_same_invitation(inside: Client, child: Child) -> None:
    form = {"role": "reader", "key": form_key(inside, child)}
    first, again = (code_in(inside.post(base(child) + "invite/", form)) for _ in range(2))
    assert first == again
    assert Invitation.objects.count() == 1
    assert Client().post("/handbook/invitation/", {"code": first}).status_code == 302


def test_another_form_or_another_role_is_another_invitation(inside: Client, child: Child) -> None:
    key = form_key(inside, child)
    forms = [("reader", key), ("editor", key), ("reader", form_key(inside, child)), ("reader", "")]
    made = {code_in(inside.post(base(child) + "invite/", {"role": role, "key": one})) for role, one in forms}
    assert len(made) == Invitation.objects.count() == 4


def test_the_key_of_a_form_is_worth_nothing_to_another_adult_or_child(
    child: Child, parent: FamilyAccount, now: datetime
) -> None:
    father = account("父")
    guard(father, child, "owner")
    other = Child.objects.create(reference="other", birth=child.birth, created_at=now)
    made = [sharing.invite(one, "reader", by, now, key="k") for one, by in
            ((child, parent), (child, father), (other, parent))]  # fmt: skip
    assert len({code for _, code in made}) == 3


@pytest.mark.parametrize("since", ["later", "taken", "revoked"])
def test_a_form_sent_again_later_neither_shows_the_code_nor_makes_another(
    inside: Client, child: Child, since: str
) -> None:
    form = {"role": "reader", "key": form_key(inside, child)}
    code = code_in(inside.post(base(child) + "invite/", form))
    now = timezone.now()
    if since == "taken":
        Client().post("/handbook/invitation/", {"code": code})
    elif since == "revoked":
        Invitation.objects.update(revoked_at=now)
    else:
        Invitation.objects.update(invited_at=now - sharing.REPEATED_WITHIN)
    answer = inside.post(base(child) + "invite/", form)
    assert answer["Location"] == base(child)
    assert Invitation.objects.count() == 1


def test_a_repeated_form_is_no_sixth_invitation(child: Child, parent: FamilyAccount, now: datetime) -> None:
    made = [sharing.invite(child, "reader", parent, now, key=str(at)) for at in range(sharing.MOST_OPEN)]
    assert sharing.invite(child, "reader", parent, now, key="0") == made[0]
