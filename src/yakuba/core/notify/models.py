"""What is to be told to whom, how it left, and where people are reached.

All of it but the printed letters belongs to the **resident face**. Reminders concern residents: the inbox and
the choices are read and changed on their pages, mail leaves from the network that has a way out, and
addresses that residents typed never have to lie in the office network. A recipient is an opaque text of the
system that plans (``handbook.family:…``), never a key into its tables. Paper is the staff's: a letter that is
due crosses through ``core.exchange`` and lies in ``Letter``.
"""

from __future__ import annotations

import uuid

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone

from yakuba.core.crypto.fields import EncryptedTextField
from yakuba.core.faces import Face
from yakuba.core.notify.domain.states import FINAL, State

STATES = (
    (State.WAITING.value, "送信待ち"),
    (State.SENDING.value, "送信中"),
    (State.SENT.value, "送信済み"),
    (State.FAILED.value, "再送待ち"),
    (State.HELD.value, "保留"),
    (State.GIVEN_UP.value, "送信できず"),
    (State.CANCELLED.value, "取消し"),
)

SENDING = State.SENDING.value
ENDED = sorted(state.value for state in FINAL)


class Event(models.Model):
    """Something that a person is told of: an appointment, a deadline, a confirmation code.

    ``key`` is the planning system's own name for it (``handbook.visit:42``), unique for a recipient.
    """

    face = Face.RESIDENT

    uid = models.UUIDField(unique=True, default=uuid.uuid4, editable=False)  # of the calendar entry
    recipient = models.CharField("宛先", max_length=120)
    key = models.CharField("できごと", max_length=160)
    kind = models.CharField("種類", max_length=60)
    at = models.DateTimeField("日時")
    until = models.DateTimeField(null=True)
    all_day = models.BooleanField(default=False)  # the calendar shows the day of ``at`` in Japan
    leads = models.JSONField(null=True)  # minutes; null: the recipient's or the kind's
    channels = models.JSONField(null=True)
    params = EncryptedTextField(purpose="notify.params", blank=True)  # JSON
    sequence = models.PositiveIntegerField(default=0)  # RFC 5545 SEQUENCE
    created_at = models.DateTimeField(default=timezone.now)
    changed_at = models.DateTimeField(default=timezone.now)
    cancelled_at = models.DateTimeField("取消しの日時", null=True)

    class Meta:
        ordering = ["at", "pk"]
        verbose_name = "通知のもと"
        verbose_name_plural = "通知のもと"
        constraints = [
            models.UniqueConstraint(fields=["recipient", "key"], name="notify_event_once"),
        ]
        indexes = [models.Index(fields=["at"], name="notify_event_at")]

    def __str__(self) -> str:
        return f"{self.kind} {self.key}"


class Message(models.Model):
    """The outbox: one row per person, event, channel and lead time, whatever happens.

    An event that moves after its reminder left makes the same row wait again under the next ``revision``.
    """

    face = Face.RESIDENT

    uid = models.UUIDField(unique=True, default=uuid.uuid4, editable=False)
    event = models.ForeignKey(Event, on_delete=models.CASCADE, related_name="messages")
    channel = models.CharField("手段", max_length=20)
    lead = models.PositiveIntegerField("何分前")
    revision = models.PositiveIntegerField(default=1)
    due = models.DateTimeField("予定の日時")
    state = models.CharField("状態", max_length=10, choices=STATES, default=State.WAITING.value)
    reason = models.CharField("理由", max_length=60, blank=True)  # a code; ``words.reason`` names it
    attempts = models.PositiveIntegerField("試行", default=0)
    next_attempt = models.DateTimeField(null=True)  # when a sender looks at the row; null: never again
    token = models.CharField(max_length=32, blank=True)  # of the claim; only its holder may write
    fence = models.PositiveIntegerField(default=0)  # how often the row was claimed
    handed_at = models.DateTimeField(null=True)  # noted before the transport was called; its answer is open
    handed_revision = models.PositiveIntegerField(null=True)
    sent_at = models.DateTimeField("送信日時", null=True)
    receipt = models.CharField("受領", max_length=200, blank=True)

    class Meta:
        ordering = ["due", "pk"]
        verbose_name = "通知"
        verbose_name_plural = "通知"
        constraints = [
            models.UniqueConstraint(fields=["event", "channel", "lead"], name="notify_message_once"),
            models.CheckConstraint(
                condition=Q(state=SENDING) & ~Q(token="") | ~Q(state=SENDING) & Q(token=""),
                name="notify_claimed_or_not",
            ),
            models.CheckConstraint(
                condition=Q(state__in=ENDED, next_attempt=None)
                | ~Q(state__in=ENDED) & Q(next_attempt__isnull=False),
                name="notify_open_has_a_next_time",
            ),
        ]
        indexes = [
            models.Index(fields=["next_attempt"], name="notify_next_attempt"),
            models.Index(fields=["state", "due"], name="notify_state_due"),
        ]

    def __str__(self) -> str:
        return f"{self.channel} {self.uid}"


class Delivery(models.Model):
    """A receipt: that one revision of a message left. The database allows one of each."""

    face = Face.RESIDENT

    message = models.ForeignKey(Message, on_delete=models.CASCADE, related_name="deliveries")
    revision = models.PositiveIntegerField()
    channel = models.CharField("手段", max_length=20)
    at = models.DateTimeField("日時")
    receipt = models.CharField("受領", max_length=200)

    class Meta:
        ordering = ["-at", "-pk"]
        verbose_name = "通知の受領"
        verbose_name_plural = "通知の受領"
        constraints = [
            models.UniqueConstraint(fields=["message", "revision"], name="notify_delivery_once"),
        ]
        indexes = [models.Index(fields=["at"], name="notify_delivery_at")]

    def __str__(self) -> str:
        return self.receipt


class InboxItem(models.Model):
    """A notice in a person's inbox. The text is made when it is read, in the language of the reader."""

    face = Face.RESIDENT

    message = models.ForeignKey(Message, on_delete=models.CASCADE, related_name="inbox")
    revision = models.PositiveIntegerField()
    recipient = models.CharField(max_length=120)
    kind = models.CharField(max_length=60)
    params = EncryptedTextField(purpose="notify.inbox", blank=True)
    at = models.DateTimeField()  # of the event, as it was told
    delivered_at = models.DateTimeField()
    read_at = models.DateTimeField(null=True)
    withdrawn_at = models.DateTimeField(null=True)  # the event was cancelled or moved afterwards

    class Meta:
        ordering = ["-delivered_at", "-pk"]
        verbose_name = "受信箱の通知"
        verbose_name_plural = "受信箱の通知"
        constraints = [
            models.UniqueConstraint(fields=["message", "revision"], name="notify_inbox_once"),
        ]
        indexes = [models.Index(fields=["recipient", "-delivered_at"], name="notify_inbox_of")]

    def __str__(self) -> str:
        return f"{self.kind} {self.pk}"


class ContactPoint(models.Model):
    """A mail address that a person gave; used once a code that was sent to it has come back."""

    face = Face.RESIDENT

    recipient = models.CharField(max_length=120)
    channel = models.CharField(max_length=20)
    address = EncryptedTextField(purpose="notify.address", blank=True)
    verified_at = models.DateTimeField(null=True)
    code_digest = models.CharField(max_length=64, blank=True)
    code_number = models.PositiveIntegerField(default=0)  # how many codes were sent
    code_at = models.DateTimeField(null=True)
    code_failures = models.PositiveIntegerField(default=0)
    bounced_at = models.DateTimeField(null=True)  # the server refused the address for good

    class Meta:
        ordering = ["recipient", "channel"]
        verbose_name = "連絡先"
        verbose_name_plural = "連絡先"
        constraints = [
            models.UniqueConstraint(fields=["recipient", "channel"], name="notify_contact_once"),
        ]

    def __str__(self) -> str:
        return f"{self.channel} {self.pk}"


class Preference(models.Model):
    """What a person chose; ``kind`` "" holds what counts for every kind."""

    face = Face.RESIDENT

    recipient = models.CharField(max_length=120)
    kind = models.CharField(max_length=60, blank=True)
    channels = models.JSONField(null=True)  # names; null: the kind's own. The inbox is always one of them.
    leads = models.JSONField(null=True)  # minutes; null: the kind's own
    language = models.CharField(max_length=10, blank=True)

    class Meta:
        ordering = ["recipient", "kind"]
        verbose_name = "通知の設定"
        verbose_name_plural = "通知の設定"
        constraints = [
            models.UniqueConstraint(fields=["recipient", "kind"], name="notify_preference_once"),
        ]

    def __str__(self) -> str:
        return self.kind or "*"


class CalendarFeed(models.Model):
    """The secret address of a person's calendar. Only a digest is kept; the secret is shown once."""

    face = Face.RESIDENT

    recipient = models.CharField(max_length=120)
    digest = models.CharField(max_length=64, unique=True)
    made_at = models.DateTimeField()
    revoked_at = models.DateTimeField(null=True)
    read_at = models.DateTimeField(null=True)  # the day on which a calendar last asked

    class Meta:
        ordering = ["-made_at"]
        verbose_name = "カレンダーの購読"
        verbose_name_plural = "カレンダーの購読"
        constraints = [
            models.UniqueConstraint(
                fields=["recipient"], condition=Q(revoked_at=None), name="notify_one_feed"
            ),
        ]

    def __str__(self) -> str:
        return str(self.pk)


class LetterBatch(models.Model):
    """Letters that were put into one PDF."""

    face = Face.STAFF

    kind = models.CharField("種類", max_length=60)
    made_at = models.DateTimeField("作成日時", default=timezone.now)
    made_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )
    file = models.ForeignKey("files.StoredFile", null=True, on_delete=models.PROTECT, related_name="+")
    job = models.ForeignKey("jobs.Job", null=True, on_delete=models.PROTECT, related_name="+")
    letters = models.PositiveIntegerField("通数", default=0)
    pages = models.PositiveIntegerField("ページ", default=0)

    class Meta:
        ordering = ["-made_at", "-pk"]
        verbose_name = "手紙の束"
        verbose_name_plural = "手紙の束"

    def __str__(self) -> str:
        return f"第{self.pk}束"


class Letter(models.Model):
    """A reminder that leaves on paper, taken from the residents' side; printed at most once by itself."""

    face = Face.STAFF

    class State(models.TextChoices):
        """Where the paper stands."""

        WAITING = "waiting", "印刷待ち"
        HELD = "held", "保留"
        PRINTED = "printed", "印刷済み"
        WITHDRAWN = "withdrawn", "取消し"

    reference = models.CharField("番号", max_length=64, unique=True)  # message and revision
    recipient = models.CharField("宛先", max_length=120)
    kind = models.CharField("種類", max_length=60)
    language = models.CharField(max_length=10)
    params = EncryptedTextField(purpose="notify.letter", blank=True)
    at = models.DateTimeField("日時")
    received_at = models.DateTimeField("受付日時", default=timezone.now)
    state = models.CharField("状態", max_length=10, choices=State.choices, default=State.WAITING.value)
    reason = models.CharField("理由", max_length=60, blank=True)
    batch = models.ForeignKey(LetterBatch, null=True, on_delete=models.PROTECT, related_name="sheets")

    class Meta:
        ordering = ["received_at", "pk"]
        verbose_name = "通知の手紙"
        verbose_name_plural = "通知の手紙"
        indexes = [models.Index(fields=["state", "kind"], name="notify_letter_state")]

    def __str__(self) -> str:
        return self.reference
