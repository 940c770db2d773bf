"""People who work in the town hall."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.db import models

from yakuba.core.faces import Face


class UserManager(BaseUserManager["User"]):
    """Makes staff accounts."""

    def create_user(self, username: str, password: str | None = None, **fields: Any) -> User:
        """A local account; without a password it can't sign in until one is set."""
        user = self.model(username=username, **fields)
        user.set_password(password)
        user.save(using=self._db)
        return user


class User(AbstractBaseUser):
    """A staff account (職員)."""

    face = Face.STAFF

    username = models.CharField("職員番号", max_length=150, unique=True)
    name = models.CharField("氏名", max_length=100)
    kana = models.CharField("フリガナ", max_length=100, blank=True)
    email = models.EmailField("電子メール", blank=True)
    is_active = models.BooleanField("有効", default=True)
    date_joined = models.DateTimeField("登録日時", auto_now_add=True)

    objects = UserManager()

    USERNAME_FIELD = "username"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS = ["name"]

    class Meta:
        verbose_name = "職員"
        verbose_name_plural = "職員"

    def __str__(self) -> str:
        return self.name


class Department(models.Model):
    """A department (課) and the systems it works with."""

    face = Face.STAFF

    code = models.CharField("課コード", max_length=20, unique=True)
    name = models.CharField("課名", max_length=100)
    systems = models.JSONField("担当する業務", default=list)  # system keys, e.g. ["nursery"]

    class Meta:
        ordering = ["code"]
        verbose_name = "課"
        verbose_name_plural = "課"

    def __str__(self) -> str:
        return self.name


class Role(models.TextChoices):
    """What an assignment allows. Each of the first three includes those before it; admin manages
    accounts and settings and sees no case."""

    VIEWER = "viewer", "閲覧"
    OFFICER = "officer", "担当"
    APPROVER = "approver", "承認"
    ADMIN = "admin", "管理"


class Assignment(models.Model):
    """A person's role in a department between two dates (both inclusive; open end = None)."""

    face = Face.STAFF

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="assignments")
    department = models.ForeignKey(Department, on_delete=models.PROTECT, related_name="assignments")
    role = models.CharField("権限", max_length=20, choices=Role.choices)
    starts_on = models.DateField("開始日")
    ends_on = models.DateField("終了日", null=True, blank=True)

    class Meta:
        ordering = ["starts_on", "pk"]
        verbose_name = "配属"
        verbose_name_plural = "配属"

    def __str__(self) -> str:
        return f"{self.user} {self.department} {self.get_role_display()}"


class ResetCode(models.Model):
    """A one-time code with which a person sets a new password. Only its hash is kept."""

    face = Face.STAFF

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="reset_codes")
    code_hash = models.CharField(max_length=128)
    issued_by = models.ForeignKey(User, null=True, on_delete=models.SET_NULL, related_name="+")
    issued_at = models.DateTimeField("発行日時")
    expires_at = models.DateTimeField("期限")
    closed_at = models.DateTimeField("使用・失効日時", null=True, blank=True)
    failures = models.PositiveSmallIntegerField("誤りの回数", default=0)

    class Meta:
        ordering = ["-issued_at", "-pk"]
        verbose_name = "再設定コード"
        verbose_name_plural = "再設定コード"

    def __str__(self) -> str:
        return f"{self.user_id} {self.issued_at:%Y-%m-%d}"
