"""What the families' side takes from the office: children with codes, doses, observations, the rule book.

The same item again changes nothing. ``handbook.child`` revoked: the family no longer sees the child.
"""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from django.utils import timezone

from yakuba.core.exchange.batch_file import Item
from yakuba.core.exchange.errors import ExchangeError
from yakuba.core.exchange.registry import receiver
from yakuba.handbook.models import (
    Child,
    Dose,
    EntryCode,
    Guardian,
    Invitation,
    Observation,
    PublishedRulebook,
)
from yakuba.handbook.rulebooks.faults import BadRulebook
from yakuba.handbook.rulebooks.load import parse
from yakuba.handbook.services import reminders
from yakuba.handbook.services.families import children, plans

CHILD, REGISTER_DOSE, RULEBOOK = "handbook.child", "handbook.register_dose", "handbook.rulebook"
OBSERVATION = "handbook.observation"
CODE_LENGTH = 40  # as the table keeps it


def register() -> None:
    """Tell the exchange."""
    receiver(CHILD, "母子手帳の子ども")(take_child)
    receiver(REGISTER_DOSE, "予防接種台帳の接種")(take_dose)
    receiver(OBSERVATION, "特例・状態の記録")(take_observation)
    receiver(RULEBOOK, "予防接種の規則")(take_rulebook)


def _day(value: Any) -> date | None:
    return None if value in (None, "") else date.fromisoformat(value)


def take_child(item: Item) -> None:
    """A child of the register, with the registration code of its letter."""
    now = timezone.now()
    if item.action == "revoke":
        for one in Child.objects.filter(reference=item.reference, ended_at=None):
            Child.objects.filter(pk=one.pk).update(ended_at=now)
            reminders.sync(one, now)
        EntryCode.objects.filter(child__reference=item.reference, revoked_at=None).update(revoked_at=now)
        return
    content, name, fields, kept = _read_child(item)
    child = Child.objects.select_for_update().filter(reference=item.reference).first()
    if content.get("let_go"):
        if child is not None:
            _let_go(child, now)
        return
    if child is None:
        child = Child.objects.create(
            reference=item.reference, name=name, from_register=True, created_at=now, **fields
        )
    else:
        _change(child, content, name, dict(fields), now)
    if fields["sharing_closed"] and not child.sharing_closed:
        _close(child, now)
        if kept is not None and EntryCode.objects.filter(digest=kept["digest"]).exists():
            kept = None  # the letter of before may lie with the very person who must not see the child
    reminders.sync(child, now)
    if kept is None:  # the office ended the code of its letter
        EntryCode.objects.filter(child=child, used_at=None, revoked_at=None).update(revoked_at=now)
    else:
        _keep_code(child, kept, now)


def _read_child(item: Item) -> tuple[Any, str, dict[str, Any], dict[str, Any] | None]:
    """Content, name, fields and code of an item. Raises ``ExchangeError``."""
    try:
        content = item.content
        fields: dict[str, Any] = {
            "birth": _day(content["birth"]),
            "due": _day(content["due"]),
            "sex": str(content["sex"]),
            "sharing_closed": bool(content["sharing_closed"]),
        }
        name = str(content["name"] or "")
        code = content["code"]
        kept = None if code is None else _code(code)
        if fields["birth"] is None and fields["due"] is None:
            raise ValueError("no date")
        if fields["sex"] not in ("", "F", "M"):
            raise ValueError("sex")
    except (KeyError, TypeError, ValueError):
        raise ExchangeError(
            "子どもとして読めない項目があります。両方の環境を同じ版にしてください。"
        ) from None
    return content, name, fields, kept


def _change(child: Child, content: Any, name: str, fields: dict[str, Any], now: datetime) -> None:
    """A known child as the office says now; what the family knows beyond that stays."""
    if fields["due"] is None:  # what the family knows of the due date stays
        del fields["due"]
    named = bool(name) and not child.name
    if fields["birth"] is None and child.birth is not None:
        if content.get("not_born_on") == child.birth.isoformat():
            children.not_born(child, now)
            named = bool(name)
        else:  # the family told of the birth first
            del fields["birth"]
    elif fields["birth"] is not None and child.birth is None:
        plans.end_pregnancy(child, now)
        named = bool(name)  # until now the notice of pregnancy was named: by the mother
    Child.objects.filter(pk=child.pk).update(
        from_register=True, ended_at=None, **({"name": name} if named else {}), **fields
    )


def _let_go(child: Child, now: datetime) -> None:
    """The office goes on with the born child under another reference; this one is the family's own entry.

    Its owner puts the two together (``joining``); its letter opens nothing any more.
    """
    Child.objects.filter(pk=child.pk).update(from_register=False)
    EntryCode.objects.filter(child=child, used_at=None, revoked_at=None).update(revoked_at=now)


def _close(child: Child, now: datetime) -> None:
    """The child is protected from now on (支援措置): whoever sees it must come in by a new letter.

    Nobody here knows which of the adults the child is protected from.
    """
    Invitation.objects.filter(child=child, taken_at=None, revoked_at=None).update(revoked_at=now)
    Guardian.objects.filter(child=child, ended_at=None).update(ended_at=now)


def _code(content: Any) -> dict[str, Any]:
    expires = datetime.fromisoformat(content["expires_at"])
    if expires.tzinfo is None:
        raise ValueError("expires_at")
    return {
        "digest": str(content["digest"]),
        "birth_digest": str(content["birth_digest"]),
        "expires_at": expires,
    }


def _keep_code(child: Child, kept: dict[str, Any], now: datetime) -> None:
    """A new letter's code takes the place of those before; the same code again may only move its end."""
    known = EntryCode.objects.filter(digest=kept["digest"]).first()
    if known is not None and known.child_id != child.pk:
        raise ExchangeError("別の子どもの登録コードと同じです。新しいコードで手紙を作り直してください。")
    EntryCode.objects.filter(child=child, used_at=None, revoked_at=None).exclude(
        digest=kept["digest"]
    ).update(revoked_at=now)
    if known is None:
        EntryCode.objects.create(child=child, **kept)
    else:
        EntryCode.objects.filter(pk=known.pk).update(
            birth_digest=kept["birth_digest"], expires_at=kept["expires_at"]
        )


def take_dose(item: Item) -> None:
    """A dose of the office's register; one that the family wrote down itself stays one row."""
    now = timezone.now()
    if item.action == "revoke":
        Dose.objects.filter(reference=item.reference, source="register", taken_back_at=None).update(
            taken_back_at=now
        )
        for one in Child.objects.filter(doses__reference=item.reference):
            reminders.sync(one, now)
        return
    try:
        content = item.content
        child = Child.objects.filter(reference=str(content["child"])).first()
        fields: dict[str, Any] = {
            "vaccine": str(content["vaccine"])[:40],
            "product": str(content["product"] or "")[:40],
            "given_on": date.fromisoformat(content["given_on"]),
            "lot": str(content["lot"] or ""),
            "clinic": str(content["clinic"] or ""),
            "taken_back_at": now if content["taken_back"] else None,
        }
    except (KeyError, TypeError, ValueError):
        raise ExchangeError(
            "接種の記録として読めない項目があります。両方の環境を同じ版にしてください。"
        ) from None
    if child is None:
        raise ExchangeError("接種の記録の子どもが、まだ届いていません。子どもを先に送ってください。")
    known = Dose.objects.select_for_update().filter(reference=item.reference).first()
    if known is not None:
        if known.child_id != child.pk:
            raise ExchangeError("接種の記録が、別の子どもの記録と同じ番号です。作成元を確かめてください。")
        if fields["taken_back_at"] is not None and known.taken_back_at is not None:
            fields["taken_back_at"] = known.taken_back_at
        Dose.objects.filter(pk=known.pk).update(**fields)
        reminders.sync(child, now)
        return
    if fields["taken_back_at"] is None:  # the family wrote the same dose down: from now on it is the office's
        same = Dose.objects.filter(child=child, vaccine=fields["vaccine"], given_on=fields["given_on"])
        same.filter(source="family", taken_back_at=None).update(taken_back_at=now)
    Dose.objects.create(child=child, reference=item.reference, source="register", recorded_at=now, **fields)
    reminders.sync(child, now)


def take_observation(item: Item) -> None:
    """Something that the office recorded and rules ask for. The same item again changes nothing."""
    now = timezone.now()
    if item.action == "revoke":
        standing = Observation.objects.filter(reference=item.reference, taken_back_at=None)
        for one in Child.objects.filter(observations__in=standing):
            standing.update(taken_back_at=now)
            reminders.sync(one, now)
        return
    try:
        content = item.content
        reference, code = str(content["child"]), str(content["code"])
        on, taken_back = _day(content["on"]), bool(content["taken_back"])
        if not code or len(code) > CODE_LENGTH:
            raise ValueError("code")
    except (KeyError, TypeError, ValueError):
        raise ExchangeError(
            "特例・状態の記録として読めない項目があります。両方の環境を同じ版にしてください。"
        ) from None
    child = Child.objects.filter(reference=reference).first()
    if child is None:
        raise ExchangeError("特例・状態の記録の子どもが、まだ届いていません。子どもを先に送ってください。")
    known = Observation.objects.select_for_update().filter(reference=item.reference).first()
    if known is None:
        known = Observation(child=child, reference=item.reference, source="register", recorded_at=now)
    elif known.child_id != child.pk:
        raise ExchangeError("特例・状態の記録が、別の子どもの記録と同じ番号です。作成元を確かめてください。")
    known.code, known.on = code, on
    known.taken_back_at = (known.taken_back_at or now) if taken_back else None
    known.save()
    reminders.sync(child, now)


def take_rulebook(item: Item) -> None:
    """The rule book that families are shown from now on."""
    if item.action == "revoke":
        PublishedRulebook.objects.filter(sha256=item.reference).delete()
        return
    try:
        content = item.content
        sha256, text = str(content["sha256"]), str(content["content"])
        overlay = str(content["overlay"] or "")
        signed_name, signed_on = str(content["signed_name"] or ""), _day(content["signed_on"])
        parse(f"{sha256[:12]}.yaml", text.encode())
    except (KeyError, TypeError, ValueError, BadRulebook):
        raise ExchangeError(
            "予防接種の規則として読めません。職員側で規則を確かめ、両方の環境を同じ版にしてください。"
        ) from None
    newest = PublishedRulebook.objects.first()
    same = (sha256, overlay, signed_name, signed_on)
    if newest and (newest.sha256, newest.overlay, newest.signed_name, newest.signed_on) == same:
        return
    PublishedRulebook.objects.create(
        sha256=sha256,
        content=text,
        overlay=overlay,
        signed_name=signed_name,
        signed_on=signed_on,
        published_at=timezone.now(),
    )
