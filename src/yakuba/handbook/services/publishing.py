"""What the office gives to the residents' side: children with their codes, doses, observations, rule books.

A child crosses once a registration code was issued for it; its number and address never do. A protected
child crosses without its name, and only after a second person's release (``handbook.child_page``).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date
from typing import Any

from django.utils import timezone

from yakuba.core.exchange import Lane
from yakuba.core.exchange import sending as exchange
from yakuba.core.exchange.models import ItemForResidents
from yakuba.core.people.protected import ReleaseRequired
from yakuba.handbook.digests import birth_digest
from yakuba.handbook.models import (
    IssuedCode,
    RegisteredChild,
    RegisteredDose,
    RegisteredObservation,
    RulebookVersion,
)
from yakuba.handbook.services.visibility import PAGE_OUTPUT, is_protected, protected_numbers, require_release

CHILD, DOSE, RULEBOOK = "handbook.child", "handbook.register_dose", "handbook.rulebook"
OBSERVATION = "handbook.observation"
NAMED = "named"  # a second subject: the item says more than may be said of a protected child


def child_content(child: RegisteredChild, code: IssuedCode | None, *, guarded: bool) -> dict[str, Any]:
    """What the residents' side is told of a child."""
    day = child.birth or child.due
    return {
        "name": "" if guarded else child.name,
        "birth": child.birth.isoformat() if child.birth else None,
        "due": child.due.isoformat() if child.due else None,
        "sex": child.sex,
        "sharing_closed": guarded,
        "code": None
        if code is None or day is None
        else {
            "digest": code.digest,
            "birth_digest": birth_digest(child.reference, day),
            "expires_at": code.expires_at.isoformat(),
        },
    }


def dose_content(dose: RegisteredDose, *, guarded: bool) -> dict[str, Any]:
    """What the residents' side is told of a dose; where a protected child was vaccinated is not."""
    return {
        "child": dose.child.reference,
        "vaccine": dose.vaccine,
        "product": dose.product,
        "given_on": dose.given_on.isoformat(),
        "lot": "" if guarded else dose.lot,
        "clinic": "" if guarded else dose.clinic,
        "taken_back": dose.taken_back_at is not None,
    }


def observation_content(one: RegisteredObservation) -> dict[str, Any]:
    """What the residents' side is told of an observation; the paper it rests on stays at the office."""
    return {
        "child": one.child.reference,
        "code": one.code,
        "on": one.on.isoformat() if one.on else None,
        "taken_back": one.taken_back_at is not None,
    }


def present(child: RegisteredChild) -> bool:
    """Whether the child is in the municipality now."""
    return child.gone_at is None and (child.left_on is None or child.left_on > timezone.localdate())


def put_children(children: Iterable[RegisteredChild]) -> None:
    """Post these children with the codes that are valid now; those who left are taken back."""
    guarded = protected_numbers()
    rows = list(children)
    codes = {one.child_id: one for one in IssuedCode.objects.filter(child__in=rows, revoked_at=None)}
    here = [one for one in rows if present(one)]
    _post_children(here, codes, guarded)
    gone = [one.reference for one in rows if not present(one) and one.published_at is not None]
    if gone:
        exchange.revoke_many(CHILD, gone)


def _post_children(
    children: Sequence[RegisteredChild], codes: dict[int, IssuedCode], guarded: set[str]
) -> None:
    items = []
    for child in children:
        closed = child.number in guarded
        content = child_content(child, codes.get(child.pk), guarded=closed)
        items.append((child.reference, content, [child.number] if closed else [child.number, NAMED]))
    if items:
        exchange.post_many(CHILD, items)
        RegisteredChild.objects.filter(pk__in=[one.pk for one in children], published_at=None).update(
            published_at=timezone.now()
        )


def put_let_go(child: RegisteredChild) -> None:
    """From now on a pregnancy is the family's own entry: the office goes on with the child born of it.

    Also for one that has gone: what the residents' side shows of it stays.
    """
    closed = is_protected(child)
    content = {**child_content(child, None, guarded=closed), "let_go": True}
    _post_one(child, content, closed)


def put_unborn(child: RegisteredChild, told: date) -> None:
    """A birth that was told of this pregnancy was another child's: ``told`` is the day to be forgotten."""
    closed = is_protected(child)
    code = IssuedCode.objects.filter(child=child, revoked_at=None).first()
    content = {**child_content(child, code, guarded=closed), "not_born_on": told.isoformat()}
    _post_one(child, content, closed)


def _post_one(child: RegisteredChild, content: dict[str, Any], closed: bool) -> None:
    subjects = [child.number] if closed else [child.number, NAMED]
    exchange.post(CHILD, child.reference, content, subjects=subjects)


def put_doses(doses: Iterable[RegisteredDose]) -> None:
    """Post the office's doses of children who have crossed."""
    guarded = protected_numbers()
    items = []
    for dose in doses:
        if dose.source != "office" or dose.child.published_at is None:
            continue
        closed = dose.child.number in guarded
        subjects = [dose.child.number] if closed else [dose.child.number, NAMED]
        items.append((dose.reference, dose_content(dose, guarded=closed), subjects))
    if items:
        exchange.post_many(DOSE, items)


def put_observations(rows: Iterable[RegisteredObservation]) -> None:
    """Post observations of children who have crossed."""
    items = [
        (one.reference, observation_content(one), [one.child.number])
        for one in rows
        if one.child.published_at is not None
    ]
    if items:
        exchange.post_many(OBSERVATION, items)


def put_everything(children: Sequence[RegisteredChild]) -> None:
    """Children, and the doses and observations that the office holds of them."""
    put_children(children)
    here = [one.pk for one in children if present(one)]
    doses = RegisteredDose.objects.filter(child__in=here, source="office", taken_back_at=None)
    put_doses(doses.select_related("child"))
    known = RegisteredObservation.objects.filter(child__in=here, taken_back_at=None)
    put_observations(known.select_related("child"))


def follow_changes(children: Sequence[int]) -> None:
    """Children whose fields changed, as far as they have crossed."""
    rows = RegisteredChild.objects.filter(pk__in=list(children), published_at__isnull=False)
    put_children(rows)


def put_rulebook(version: RulebookVersion) -> None:
    """The rule book that families are shown from now on."""
    exchange.post(
        RULEBOOK,
        version.sha256,
        {
            "content": version.content,
            "overlay": version.overlay,
            "sha256": version.sha256,
            "signed_name": version.signed_name,
            "signed_on": version.signed_on.isoformat() if version.signed_on else None,
        },
    )


def hand_over(by: Any) -> int:
    """Send what may leave, and close what was put under protection since. Returns how many a gate held."""
    _close_protected()
    return exchange.send(Lane.RESIDENTS, by=by).held


def close_at_once(number: str, by: Any) -> None:
    """A child was put under protection: what the families' side shows of it ends with that."""
    if RegisteredChild.objects.filter(number=number, published_at__isnull=False).exists():
        hand_over(by)


def _close_protected() -> None:
    """Children who crossed by name and are protected now: no sharing, and nothing more by name."""
    rows = RegisteredChild.objects.filter(
        number__in=protected_numbers(), published_at__isnull=False, released_at=None
    )
    crossed = [child for child in rows if has_crossed(child)]
    if crossed:
        put_children(crossed)


def has_crossed(child: RegisteredChild) -> bool:
    """Whether the residents' side was told of the child before."""
    sent = ItemForResidents.objects.filter(kind=CHILD, reference=child.reference, action="put")
    return sent.filter(batch__isnull=False).exists()


def may_child_leave(subjects: Sequence[str], by: Any) -> bool:
    """The gate of a child: nothing of a protected one leaves with its name; without it, by a release.

    One that had crossed before it was protected needs none: what leaves then only closes the sharing.
    """
    child = RegisteredChild.objects.filter(number=subjects[0]).first() if subjects else None
    if child is None or not is_protected(child):
        return True
    if NAMED in subjects:
        return False
    if not has_crossed(child):
        try:
            require_release(child, PAGE_OUTPUT, by=by)
        except ReleaseRequired:
            return False
    RegisteredChild.objects.filter(pk=child.pk).update(released_at=timezone.now())
    return True


def may_dose_leave(subjects: Sequence[str], by: Any) -> bool:
    """The gate of a dose or observation: of a protected child only after the child itself was released."""
    child = RegisteredChild.objects.filter(number=subjects[0]).first() if subjects else None
    if child is None or not is_protected(child):
        return True
    return NAMED not in subjects and child.released_at is not None
