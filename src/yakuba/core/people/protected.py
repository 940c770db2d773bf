"""Protected persons (支援措置): the functions that every list, page and output asks.

* A list or search shows only ``visible(user, kind, ids)``.
* A letter, share, export or reminder calls ``require_release(kind, id, output, by=...)`` for each protected
  subject; it passes once for each leave that a second person gave.

Source: 住民基本台帳事務における支援措置 (住民基本台帳事務処理要領 第5-10).
"""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Iterable
from datetime import timedelta

from django.db import IntegrityError, transaction
from django.utils import timezone

from yakuba.core.audit.services import record
from yakuba.core.people.approval import consequences, on_approved, request_approval
from yakuba.core.people.models import (
    Approval,
    ProtectedAccess,
    ProtectedPerson,
    ProtectedRelease,
    Role,
    User,
)
from yakuba.core.people.permissions import allowed
from yakuba.core.people.services import PeopleError

SYSTEM = "protected"
RELEASE = "protected.release"
END = "protected.end"
RELEASE_DAYS = 7

_kinds: dict[str, str] = {}


def register_kind(kind: str, label: str) -> None:
    """A system says what of its subjects can be protected, in its ``AppConfig.ready``."""
    _kinds[kind] = label


def kinds() -> list[tuple[str, str]]:
    """What can be protected, for a form: a kind that no system asks for would protect nobody."""
    return sorted(_kinds.items())


_followers: dict[str, Callable[[str, User], None]] = {}


def on_protected(kind: str) -> Callable[[Callable[[str, User], None]], Callable[[str, User], None]]:
    """Have a function called with the number and who registered it, when a subject is put under protection.

    It runs in the transaction of the registration: what it closes is closed with it.
    """

    def register(follow: Callable[[str, User], None]) -> Callable[[str, User], None]:
        _followers[kind] = follow
        return follow

    return register


_outputs: dict[str, str] = {}


def register_output(output: str, label: str) -> None:
    """A system says what of a protected subject can leave by a release, in its ``AppConfig.ready``."""
    _outputs[output] = label


def outputs() -> list[tuple[str, str]]:
    """What a release can be asked for: for any other output nobody would ever use it."""
    return sorted(_outputs.items())


def output_label(output: str) -> str:
    """The output's Japanese name, or the output itself."""
    return _outputs.get(output, output)


class ReleaseRequired(PeopleError):
    """An output about a protected person for which no second person gave leave."""


def is_manager(user: User) -> bool:
    """Whether the person manages 支援措置: approver of a department with the system "protected"."""
    return allowed(user, SYSTEM, Role.APPROVER)


def _require_manager(user: User) -> None:
    if not is_manager(user):
        raise PeopleError("支援措置を管理する権限がありません。担当課の承認者に依頼してください。")


def _open(kind: str, subject_id: str) -> ProtectedPerson | None:
    return ProtectedPerson.objects.filter(subject_kind=kind, subject_id=subject_id, ended_at=None).first()


def is_protected(kind: str, subject_id: str) -> bool:
    """Whether the subject is protected now."""
    return _open(kind, subject_id) is not None


def is_named(user: User, protected: ProtectedPerson) -> bool:
    """Whether the person is a named officer of the subject."""
    return user.is_active and protected.officers.filter(user=user, ended_at=None).exists()


def visible(user: User, kind: str, ids: Iterable[str]) -> set[str]:
    """The ids among ``ids`` that the person may see; each protected one among them is logged.

    Everybody with the page's permission sees subjects that are not protected; a protected one is seen by
    its named officers alone, whatever role somebody else holds.
    """
    asked = set(ids)
    hidden = {
        entry.subject_id: entry
        for entry in ProtectedPerson.objects.filter(subject_kind=kind, ended_at=None)
        if entry.subject_id in asked
    }
    if not hidden:
        return asked
    mine = set()
    if user.is_active:
        named = ProtectedAccess.objects.filter(user=user, ended_at=None, protected__in=hidden.values())
        mine = set(named.values_list("protected__subject_id", flat=True))
    for subject_id in sorted(mine):
        record(
            "protected.viewed", actor=user, target=f"protected:{hidden[subject_id].pk}", detail={"kind": kind}
        )
    return (asked - hidden.keys()) | mine


@transaction.atomic
def protect(kind: str, subject_id: str, *, officers: Iterable[User], by: User) -> ProtectedPerson:
    """Protect a subject and name its officers. ``PeopleError`` without the right, officers or when open."""
    _require_manager(by)
    named = list(officers)
    # As the systems read numbers: half-width, without spaces. Another form would protect nobody.
    subject_id = "".join(unicodedata.normalize("NFKC", subject_id).split())
    if not kind.strip() or not subject_id.strip():
        raise PeopleError("種類と番号の両方を入力してください。")
    if not named:
        raise PeopleError("担当者：空です。1人以上の職員番号を入力してください。")
    try:
        with transaction.atomic():
            protected = ProtectedPerson.objects.create(
                subject_kind=kind.strip(),
                subject_id=subject_id,
                registered_by=by,
                registered_at=timezone.now(),
            )
    except IntegrityError:
        raise PeopleError(
            "この番号は登録済みです。担当者を変えるときは、登録済みの行を開いてください。"
        ) from None
    record("protected.registered", actor=by, target=f"protected:{protected.pk}", detail={"kind": kind})
    for user in named:
        name_officer(protected, user, by=by)
    if follow := _followers.get(protected.subject_kind):
        follow(protected.subject_id, by)
    return protected


@transaction.atomic
def name_officer(protected: ProtectedPerson, user: User, *, by: User) -> ProtectedAccess:
    """Let one more person see the subject. ``PeopleError`` for disabled and already named people."""
    _require_manager(by)
    if not user.is_active:
        raise PeopleError("担当者：利用を止めている職員です。ほかの職員を指定してください。")
    if protected.officers.filter(user=user, ended_at=None).exists():
        raise PeopleError("担当者：指定済みの職員です。")
    access = ProtectedAccess.objects.create(
        protected=protected, user=user, named_by=by, named_at=timezone.now()
    )
    record("protected.officer-named", actor=by, target=f"protected:{protected.pk}", detail={"user": user.pk})
    return access


@transaction.atomic
def remove_officer(access: ProtectedAccess, *, by: User) -> None:
    """The person sees the subject no more, from now on."""
    _require_manager(by)
    others = access.protected.officers.filter(ended_at=None).exclude(pk=access.pk)
    if not others.exists():
        raise PeopleError("最後の担当者は解除できません。先に別の担当者を指定してください。")
    ProtectedAccess.objects.filter(pk=access.pk, ended_at=None).update(ended_at=timezone.now())
    detail = {"user": access.user_id}
    record("protected.officer-removed", actor=by, target=f"protected:{access.protected_id}", detail=detail)


def request_release(protected: ProtectedPerson, output: str, *, by: User, reason: str) -> Approval:
    """A named officer asks leave for one output (for example ``"nursery.letter"``)."""
    if not is_named(by, protected):
        raise PeopleError("出力の許可を依頼できるのは、この方の担当者です。")
    payload = {"protected": protected.pk, "output": output}
    target = f"protected:{protected.pk}"
    return request_approval(RELEASE, target, payload, by=by, reason=reason, system=SYSTEM)


def request_end(protected: ProtectedPerson, *, by: User, reason: str) -> Approval:
    """A named officer or manager asks to end the protection; another manager decides."""
    if not (is_named(by, protected) or is_manager(by)):
        raise PeopleError("終了を依頼できるのは、担当者か支援措置の管理者です。")
    payload = {"protected": protected.pk}
    return request_approval(END, f"protected:{protected.pk}", payload, by=by, reason=reason, system=SYSTEM)


def require_release(kind: str, subject_id: str, output: str, *, by: User | None = None) -> None:
    """Pass for an unprotected subject; for a protected one use up a leave for this output.

    Call it inside the transaction that produces the output. ``ReleaseRequired`` when there is no unused
    leave in its seven days, or when ``by`` is not a named officer.
    """
    protected = _open(kind, subject_id)
    if protected is None:
        return
    if by is not None and not is_named(by, protected):
        raise ReleaseRequired("支援措置の対象が含まれるため、出力できません。担当者が出力してください。")
    with transaction.atomic():
        now = timezone.now()
        leave = protected.releases.filter(output=output, used_at=None, expires_at__gt=now).first()
        if leave is None or not ProtectedRelease.objects.filter(pk=leave.pk, used_at=None).update(
            used_at=now
        ):
            raise ReleaseRequired(
                "支援措置の対象が含まれるため、出力できません。"
                "担当者が「支援措置」の画面で出力の許可を依頼し、承認されてから出力してください。"
            )
        detail = {"output": output, "approval": leave.approval_id}
        record(
            "protected.released",
            actor=by or "system:output",
            target=f"protected:{protected.pk}",
            detail=detail,
        )


@on_approved(RELEASE, label="支援措置の対象の出力")
def _grant(approval: Approval) -> None:
    ProtectedRelease.objects.create(
        protected_id=approval.payload["protected"],
        output=approval.payload["output"],
        approval=approval,
        expires_at=timezone.now() + timedelta(days=RELEASE_DAYS),
    )


@consequences(RELEASE)
def _tell_grant(approval: Approval) -> str:
    return (
        f"承認すると、支援措置の対象1人について「{output_label(approval.payload['output'])}」を{RELEASE_DAYS}日以内に1回だけ出力できます。"
        "住所や園が相手方に知られないかを確かめてください。"
    )


@on_approved(END, label="支援措置の終了")
def _end(approval: Approval) -> None:
    pk = approval.payload["protected"]
    ProtectedPerson.objects.filter(pk=pk, ended_at=None).update(ended_at=timezone.now())
    record(
        "protected.ended",
        actor=approval.decided_by,
        target=f"protected:{pk}",
        detail={"approval": approval.pk},
    )


@consequences(END)
def _tell_end(approval: Approval) -> str:
    return "承認すると、この方の情報は、業務の権限を持つ職員すべてに見えるようになります。"
