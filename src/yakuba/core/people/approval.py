"""Two-person approval (二人承認): one asks, another decides, and only then it happens.

A part registers what happens with ``@on_approved(kind)``; the handler runs inside the transaction of the
decision, so that an approved act and its effect are never apart. With ``@consequences(kind)`` it says what
an approval will change, for the page.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from django.db import transaction
from django.utils import timezone

from yakuba.core.audit.services import record
from yakuba.core.people.deputies import approvers_for
from yakuba.core.people.models import Approval, Role, User
from yakuba.core.people.permissions import allowed

Handler = Callable[[Approval], None]
Teller = Callable[[Approval], str]


class ApprovalError(Exception):
    """A decision or request that is refused; the message tells the person what to do."""


class SamePerson(ApprovalError):
    """The requester, or a deputy in the requester's name, tried to decide."""


class NotAnApprover(ApprovalError):
    """The person may not approve for the system, neither alone nor as a deputy."""


class AlreadyDecided(ApprovalError):
    """Somebody decided, or the requester withdrew, before."""


_handlers: dict[str, Handler] = {}
_tellers: dict[str, Teller] = {}
_places: dict[str, Teller] = {}
_labels: dict[str, str] = {}


def on_approved(kind: str, *, label: str = "") -> Callable[[Handler], Handler]:
    """Register what an approval of a kind does. One handler a kind; a second one is a mistake."""

    def register(handler: Handler) -> Handler:
        if kind in _handlers and _handlers[kind].__qualname__ != handler.__qualname__:
            raise ValueError(f"approval kind {kind!r} already has a handler")
        _handlers[kind] = handler
        if label:
            _labels[kind] = label
        return handler

    return register


def consequences(kind: str) -> Callable[[Teller], Teller]:
    """Register the sentence that says what an approval of a kind will change."""

    def register(teller: Teller) -> Teller:
        _tellers[kind] = teller
        return teller

    return register


def place(kind: str) -> Callable[[Teller], Teller]:
    """Register the address where an approver sees what a request of a kind is about."""

    def register(finder: Teller) -> Teller:
        _places[kind] = finder
        return finder

    return register


def place_of(approval: Approval) -> str:
    """The address of what the request is about; empty when its kind names none."""
    finder = _places.get(approval.kind)
    return "" if finder is None else finder(approval)


def subject_of(approval: Approval) -> str:
    """What the request is about, for a list: the name that its payload carries, else its target."""
    title = approval.payload.get("title")
    return title if isinstance(title, str) and title else approval.target


def label_of(kind: str) -> str:
    """The kind's Japanese name, or the kind itself."""
    return _labels.get(kind, kind)


def consequences_of(approval: Approval) -> str:
    """What approving will change, as a sentence."""
    teller = _tellers.get(approval.kind)
    if teller is not None:
        return teller(approval)
    if approval.kind in _handlers:
        return f"承認すると、「{label_of(approval.kind)}」がすぐに行われます。"
    return "承認すると、記録に残ります。ほかに変わるものはありません。"


@transaction.atomic
def request_approval(
    kind: str, target: str, payload: dict[str, Any], *, by: User, reason: str, system: str | None = None
) -> Approval:
    """Ask for a second person's decision.

    ``system`` says whose approvers decide; ``None`` means the admins. ``payload`` holds ids and settings.
    ``ApprovalError`` without a reason, or when the same act for the same target already waits.
    """
    if not by.is_active:
        raise ApprovalError("利用を止めている職員は、承認を依頼できません。")
    if not reason.strip():
        raise ApprovalError("理由：空です。承認する人に伝わる理由を入力してください。")
    waiting = Approval.objects.filter(kind=kind, target=target, state=Approval.State.WAITING)
    if any(entry.payload == payload for entry in waiting):
        raise ApprovalError("同じ内容の依頼が承認待ちです。決定を待つか、前の依頼を取り下げてください。")
    approval = Approval.objects.create(
        kind=kind,
        target=target,
        system=system or "",
        payload=payload,
        reason=reason.strip(),
        requested_by=by,
        requested_at=timezone.now(),
    )
    record(
        "approval.requested", actor=by, target=f"approval:{approval.pk}", detail={"kind": kind, "for": target}
    )
    return approval


def power_over(approval: Approval, user: User) -> User | None:
    """In whose name the person may decide: ``None`` = their own, else the approver they stand in for.

    ``SamePerson`` and ``NotAnApprover`` say why they may not.
    """
    if user.pk == approval.requested_by_id:
        raise SamePerson("自分の依頼は自分で決定できません。ほかの承認者に依頼してください。")
    if allowed(user, approval.system or None, Role.APPROVER):
        return None
    principals = approvers_for(user, approval.system)
    for principal in principals:
        if principal.pk != approval.requested_by_id:
            return principal
    if principals:
        raise SamePerson(
            "代決者は、代わりを頼んだ本人の依頼を決定できません。ほかの承認者に依頼してください。"
        )
    raise NotAnApprover("この業務の承認の権限がありません。承認者か、期間内の代決者が決定してください。")


def decide(approval: Approval, *, by: User, approve: bool, note: str = "") -> Approval:
    """Approve or refuse, once. Two decisions at the same moment: exactly one counts.

    ``SamePerson``, ``NotAnApprover``, ``AlreadyDecided``; a refusal needs a note (``ApprovalError``).
    An error in the kind's handler undoes the decision.
    """
    principal = power_over(approval, by)
    if not approve and not note.strip():
        raise ApprovalError("付記：空です。差し戻すときは、直してほしいことを入力してください。")
    state = Approval.State.APPROVED if approve else Approval.State.REFUSED
    with transaction.atomic():
        taken = Approval.objects.filter(pk=approval.pk, state=Approval.State.WAITING).update(
            state=state,
            decided_by=by,
            decided_at=timezone.now(),
            note=note.strip(),
            on_behalf_of=principal,
        )
        approval.refresh_from_db()
        if not taken:
            raise AlreadyDecided(
                f"この依頼は「{approval.get_state_display()}」で決定済みです。画面を開き直してください。"
            )
        detail = {"kind": approval.kind, "for": approval.target}
        if principal is not None:
            detail["on_behalf_of"] = f"user:{principal.pk}"
        action = "approval.approved" if approve else "approval.refused"
        record(action, actor=by, target=f"approval:{approval.pk}", detail=detail)
        handler = _handlers.get(approval.kind)
        if approve and handler is not None:
            handler(approval)
    return approval


def withdraw(approval: Approval, *, by: User) -> Approval:
    """Take one's own request back. ``ApprovalError`` for others', ``AlreadyDecided`` afterwards."""
    if by.pk != approval.requested_by_id:
        raise ApprovalError("依頼を取り下げられるのは、依頼した本人です。")
    with transaction.atomic():
        taken = Approval.objects.filter(pk=approval.pk, state=Approval.State.WAITING).update(
            state=Approval.State.WITHDRAWN, decided_by=by, decided_at=timezone.now()
        )
        approval.refresh_from_db()
        if not taken:
            raise AlreadyDecided("この依頼は決定済みです。画面を開き直してください。")
        record(
            "approval.withdrawn", actor=by, target=f"approval:{approval.pk}", detail={"kind": approval.kind}
        )
    return approval


def may_see(approval: Approval, user: User) -> bool:
    """Requesters, deciders, and whoever could decide it now."""
    if user.pk in (approval.requested_by_id, approval.decided_by_id, approval.on_behalf_of_id):
        return True
    try:
        power_over(approval, user)
    except SamePerson:
        return True
    except NotAnApprover:
        return False
    return True


def waiting_for(user: User, approvals: Iterable[Approval] | None = None) -> list[Approval]:
    """What the person could decide now, oldest first."""
    found = []
    candidates = approvals
    if candidates is None:
        waiting = Approval.objects.filter(state=Approval.State.WAITING).exclude(requested_by=user)
        candidates = waiting.select_related("requested_by").order_by("requested_at", "pk")
    for approval in candidates:
        try:
            power_over(approval, user)
        except ApprovalError:
            continue
        found.append(approval)
    return found
