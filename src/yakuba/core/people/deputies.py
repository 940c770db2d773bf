"""Deputies (代決): who may approve in whose name, and on which days."""

from __future__ import annotations

from datetime import date

from django.db import transaction
from django.utils import timezone

from yakuba.core.audit.services import record
from yakuba.core.people.models import Deputy, Role, User
from yakuba.core.people.permissions import active_assignments, allowed
from yakuba.core.people.services import PeopleError

MAX_DAYS = 366


def is_approver(user: User, *, on: date | None = None) -> bool:
    """Whether the person approves for any system, or is an admin."""
    roles = {assignment.role for assignment in active_assignments(user, on or timezone.localdate())}
    return bool(roles & {Role.APPROVER, Role.ADMIN})


@transaction.atomic
def name_deputy(approver: User, deputy: User, *, starts_on: date, ends_on: date, reason: str) -> Deputy:
    """Let ``deputy`` approve in ``approver``'s name on the days from ``starts_on`` to ``ends_on``.

    ``PeopleError`` for a person without the approver role, for oneself, a disabled deputy, a period
    that is over, reversed or longer than a year, a missing reason, or a period that overlaps one with
    the same deputy.
    """
    today = timezone.localdate()
    if not is_approver(approver):
        raise PeopleError("代決者を指定できるのは、承認または管理の権限を持つ職員です。")
    if approver.pk == deputy.pk:
        raise PeopleError("代決者：自分は指定できません。ほかの職員の職員番号を入力してください。")
    if not deputy.is_active:
        raise PeopleError("代決者：利用を止めている職員です。ほかの職員を指定してください。")
    if ends_on < starts_on:
        raise PeopleError("期間：終了日が開始日より前です。開始日以後の日にしてください。")
    if ends_on < today:
        raise PeopleError("期間：終了日が過ぎています。今日以後の日にしてください。")
    if (ends_on - starts_on).days >= MAX_DAYS:
        raise PeopleError("期間：1年を超えています。1年以内にしてください。")
    if not reason.strip():
        raise PeopleError("理由：空です。出張、休暇などの理由を入力してください。")
    same = Deputy.objects.filter(approver=approver, deputy=deputy, ended_at=None)
    if same.filter(starts_on__lte=ends_on, ends_on__gte=starts_on).exists():
        raise PeopleError(
            "期間：同じ代決者の期間と重なっています。前の指定を取り消すか、期間を変えてください。"
        )
    named = Deputy.objects.create(
        approver=approver,
        deputy=deputy,
        starts_on=starts_on,
        ends_on=ends_on,
        reason=reason.strip(),
        named_at=timezone.now(),
    )
    detail = {"deputy": deputy.pk, "from": starts_on.isoformat(), "to": ends_on.isoformat()}
    record("people.deputy-named", actor=approver, target=f"user:{approver.pk}", detail=detail)
    return named


@transaction.atomic
def end_deputy(named: Deputy, *, by: User) -> None:
    """Take it back at once. ``PeopleError`` when it is somebody else's or has ended."""
    if named.approver_id != by.pk:
        raise PeopleError("代決の指定を取り消せるのは、指定した本人です。")
    if not Deputy.objects.filter(pk=named.pk, ended_at=None).update(ended_at=timezone.now()):
        raise PeopleError("この代決の指定は取消し済みです。")
    record("people.deputy-ended", actor=by, target=f"user:{by.pk}", detail={"deputy": named.deputy_id})


def approvers_for(user: User, system: str, *, on: date | None = None) -> list[User]:
    """Active approvers of a system in whose name the person may decide on a day, by staff number.

    A deputy's power never passes on: each of them holds the role by an assignment of their own.
    """
    day = on or timezone.localdate()
    if not user.is_active:
        return []
    rows = Deputy.objects.filter(deputy=user, ended_at=None, starts_on__lte=day, ends_on__gte=day)
    people = {row.approver for row in rows.select_related("approver")}
    return sorted(
        (person for person in people if allowed(person, system or None, Role.APPROVER, on=day)),
        key=lambda person: person.username,
    )
