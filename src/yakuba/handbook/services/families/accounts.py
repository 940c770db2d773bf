"""What an adult does with the own account: sign-in name, password, devices, leaving."""

from __future__ import annotations

import re
import unicodedata
from datetime import datetime

from django.conf import settings
from django.contrib.auth.hashers import check_password, make_password
from django.db import IntegrityError, transaction

from yakuba.core.people.domain.passwords import MAX_LENGTH, MIN_LENGTH, faults
from yakuba.core.people.signin.validators import common_passwords
from yakuba.handbook.models import Child, FamilyAccount, Guardian
from yakuba.handbook.services import reminders
from yakuba.handbook.services.families import sessions
from yakuba.handbook.services.families.entry import name_digest
from yakuba.handbook.services.families.errors import BadField, NotAllowed

MOST_NAME = 60  # characters of a name for oneself
NAME = re.compile(r"[a-z0-9][a-z0-9._-]{4,31}")


def secured(account: FamilyAccount) -> bool:
    """Whether the account can be entered again: by a password or a passkey."""
    return bool(account.login and account.password) or bool(account.passkeys)


def choose_password(
    account: FamilyAccount, name: str, password: str, again: str, now: datetime, *, keep: str = ""
) -> None:
    """Set sign-in name and password; every other session ends. Raises ``BadField``."""
    wanted = unicodedata.normalize("NFKC", name).strip().lower()
    if not NAME.fullmatch(wanted):
        raise BadField("login", "name_form")
    check_new_password(password, again, [wanted, account.name or ""])
    account.login, account.password = name_digest(wanted), make_password(password)
    try:
        with transaction.atomic():
            account.save(update_fields=["login", "password"])
    except IntegrityError:
        raise BadField("login", "name_taken") from None
    sessions.end_others(account, keep)


def change_password(account: FamilyAccount, old: str, password: str, again: str, *, keep: str = "") -> None:
    """Set another password; every other session ends. Raises ``BadField``."""
    if not account.password or not check_password(old, account.password):
        raise BadField("old", "password_wrong")
    check_new_password(password, again, [account.name or ""])
    account.password = make_password(password)
    account.save(update_fields=["password"])
    sessions.end_others(account, keep)


def check_new_password(password: str, again: str, words: list[str]) -> None:
    """The product's rules of passwords. Raises ``BadField``."""
    if len(password) < MIN_LENGTH:
        raise BadField("password", "password_short", {"least": MIN_LENGTH})
    if len(password) > MAX_LENGTH:
        raise BadField("password", "password_long", {"most": MAX_LENGTH})
    if faults(password, common=common_passwords(), words=[settings.YAKUBA_CITY, *filter(None, words)]):
        raise BadField("password", "password_guessed")
    if password != again:
        raise BadField("again", "password_differs")


def rename(account: FamilyAccount, name: str, language: str) -> None:
    """How the family calls this adult, and the language of reminders. Raises ``BadField``."""
    if len(name.strip()) > MOST_NAME:
        raise BadField("name", "too_long", {"most": MOST_NAME})
    if language not in dict(settings.LANGUAGES):
        raise BadField("language", "choose")
    account.name, account.language = name.strip(), language
    with transaction.atomic():
        account.save(update_fields=["name", "language"])
        reminders.language_chosen(account)


def end_session(account: FamilyAccount, pk: int) -> None:
    """Sign out one device of the account; one that is gone already stays gone."""
    account.sessions.filter(pk=pk).delete()


def alone_with(account: FamilyAccount) -> list[Child]:
    """Children whom nobody else of the family sees."""
    mine = Guardian.objects.filter(account=account, ended_at=None).select_related("child")
    return [
        one.child
        for one in mine
        if not one.child.guardians.filter(ended_at=None).exclude(account=account).exists()
    ]


def delete_account(account: FamilyAccount, now: datetime) -> None:
    """Forget the adult. Children whom nobody else sees go along, but for those of the register.

    What the office brought stays without any family: a new letter opens it again. What the family itself
    wrote down of such a child is deleted.
    """
    with transaction.atomic():
        locked = FamilyAccount.objects.select_for_update().filter(pk=account.pk, closed_at=None).first()
        if locked is None:
            raise NotAllowed
        for child in alone_with(account):
            if not child.from_register:
                reminders.withdraw(child, now)
                child.delete()
                continue
            child.measurements.all().delete()
            child.planned_visits.all().delete()
            child.unavailable.all().delete()
            child.plan_changes.all().delete()
            child.invitations.all().delete()
            child.doses.filter(source="family").delete()
            child.observations.filter(source="family").delete()
        _hand_on(account)
        reminders.account_deleted(locked)
        locked.delete()


def _hand_on(account: FamilyAccount) -> None:
    """Where the last owner leaves, the adult who is there longest becomes one."""
    for one in Guardian.objects.filter(account=account, ended_at=None, role="owner"):
        others = one.child.guardians.filter(ended_at=None).exclude(account=account)
        if others.exists() and not others.filter(role="owner").exists():
            heir = others.filter(role="editor").order_by("since").first() or others.order_by("since").first()
            if heir is not None:
                Guardian.objects.filter(pk=heir.pk).update(role="owner")
