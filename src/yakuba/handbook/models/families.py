"""Families on the resident side: accounts, children, who may see whom, and how they came in."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from yakuba.core.crypto.fields import EncryptedTextField
from yakuba.core.faces import Face


class FamilyAccount(models.Model):
    """One adult's account. Made by a registration code and a birth date; then a password or a passkey."""

    face = Face.RESIDENT

    reference = models.CharField(max_length=64, unique=True)  # random; names the account elsewhere
    name = EncryptedTextField(purpose="handbook.account_name", default="")  # as the family wants to be called
    login = models.CharField(max_length=64, null=True, unique=True)  # keyed digest of the chosen sign-in name
    password = models.CharField(max_length=256, blank=True, default="")
    passkeys = models.JSONField(default=list)  # credential id, public key, sign count, label
    language = models.CharField(max_length=16, default="ja")
    created_at = models.DateTimeField()
    seen_at = models.DateTimeField(null=True)
    closed_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["pk"]
        verbose_name = "家庭の利用者"
        verbose_name_plural = "家庭の利用者"

    def __str__(self) -> str:
        return self.reference[:12]


class FamilySession(models.Model):
    """A signed-in browser; the cookie holds a secret of which only the digest is kept."""

    face = Face.RESIDENT

    account = models.ForeignKey(FamilyAccount, on_delete=models.CASCADE, related_name="sessions")
    digest = models.CharField(max_length=64, unique=True)
    device = models.CharField(max_length=120, blank=True, default="")
    kept = models.BooleanField(default=False)  # «stay signed in on this device»
    started_at = models.DateTimeField()
    seen_at = models.DateTimeField()

    class Meta:
        ordering = ["pk"]
        verbose_name = "家庭の閲覧"
        verbose_name_plural = "家庭の閲覧"

    def __str__(self) -> str:
        return f"{self.account_id}"


class PasskeyChallenge(models.Model):
    """What a browser was asked to sign: used once, within minutes. ``account``: adds a passkey to it."""

    face = Face.RESIDENT

    digest = models.CharField(max_length=64, unique=True)  # of the secret that the browser sends back
    state = models.JSONField()
    account = models.ForeignKey(FamilyAccount, null=True, on_delete=models.CASCADE, related_name="+")
    made_at = models.DateTimeField(db_index=True)

    class Meta:
        ordering = ["pk"]
        verbose_name = "パスキーの確認"
        verbose_name_plural = "パスキーの確認"

    def __str__(self) -> str:
        return self.digest[:12]


class Child(models.Model):
    """A child, or a pregnancy until birth (``due`` and no ``birth``). ``reference`` is what crosses."""

    face = Face.RESIDENT

    reference = models.CharField(max_length=64, unique=True)
    name = EncryptedTextField(purpose="handbook.child_name", default="")
    birth = models.DateField(null=True)
    due = models.DateField(null=True)
    sex = models.CharField(max_length=1, blank=True, default="")  # F, M or empty
    from_register = models.BooleanField(default=False)  # brought by the office, or entered by the family
    sharing_closed = models.BooleanField(default=False)  # 支援措置: no invitation, no sharing
    created_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["pk"]
        verbose_name = "子ども"
        verbose_name_plural = "子ども"
        constraints = [
            models.CheckConstraint(
                condition=Q(birth__isnull=False) | Q(due__isnull=False), name="handbook_child_has_a_date"
            )
        ]

    def __str__(self) -> str:
        return self.reference[:12]


class Guardian(models.Model):
    """An account that may see a child: ``owner`` (may invite and remove), ``editor`` or ``reader``."""

    face = Face.RESIDENT
    ROLES = [("owner", "owner"), ("editor", "editor"), ("reader", "reader")]

    account = models.ForeignKey(FamilyAccount, on_delete=models.CASCADE, related_name="guardianships")
    child = models.ForeignKey(Child, on_delete=models.CASCADE, related_name="guardians")
    role = models.CharField(max_length=8, choices=ROLES)
    since = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["pk"]
        verbose_name = "子どもの家族"
        verbose_name_plural = "子どもの家族"
        constraints = [
            models.UniqueConstraint(
                fields=["account", "child"], condition=Q(ended_at=None), name="handbook_guardian_once"
            )
        ]

    def __str__(self) -> str:
        return f"{self.account_id} {self.child_id} {self.role}"


class Invitation(models.Model):
    """An invitation to see one child; the code is shown once, its digest is kept."""

    face = Face.RESIDENT

    child = models.ForeignKey(Child, on_delete=models.CASCADE, related_name="invitations")
    role = models.CharField(max_length=8, choices=Guardian.ROLES[1:])
    digest = models.CharField(max_length=64, unique=True)
    invited_by = models.ForeignKey(FamilyAccount, on_delete=models.CASCADE, related_name="+")
    invited_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    taken_by = models.ForeignKey(FamilyAccount, null=True, on_delete=models.SET_NULL, related_name="+")
    taken_at = models.DateTimeField(null=True)
    revoked_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["-invited_at", "-pk"]
        verbose_name = "招待"
        verbose_name_plural = "招待"

    def __str__(self) -> str:
        return f"{self.child_id} {self.role}"


class EntryCode(models.Model):
    """A registration code (登録コード) printed on a letter for one child: brought by ``core.exchange``."""

    face = Face.RESIDENT

    child = models.ForeignKey(Child, on_delete=models.CASCADE, related_name="codes")
    digest = models.CharField(max_length=64, unique=True)
    birth_digest = models.CharField(max_length=64)  # of the birth or due date, salted by the reference
    expires_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True)
    revoked_at = models.DateTimeField(null=True)
    failures = models.PositiveIntegerField(default=0)

    class Meta:
        ordering = ["pk"]
        verbose_name = "登録コード"
        verbose_name_plural = "登録コード"

    def __str__(self) -> str:
        return f"{self.child_id}"


class EntryLimit(models.Model):
    """Failed sign-ins of one code, name or address, as a keyed digest of it."""

    face = Face.RESIDENT

    key = models.CharField(max_length=64, unique=True)
    failures = models.PositiveIntegerField(default=0)
    window_at = models.DateTimeField()
    locked_until = models.DateTimeField(null=True)

    class Meta:
        ordering = ["pk"]
        verbose_name = "入力の制限"
        verbose_name_plural = "入力の制限"

    def __str__(self) -> str:
        return self.key[:12]
