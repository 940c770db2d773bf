"""Bookings: what is offered, when it opens, who holds which place. Capacity is counted where families book.

The database keeps the promises: ``used`` never leaves 0 … ``capacity``, a child holds a place in a slot
once, an idempotency key is used once. Children are named by ``reference`` alone, so that the same tables
serve the counter (which knows the register) and the families (who don't).
"""

from __future__ import annotations

from typing import Any, NoReturn

from django.db import models
from django.db.models import F, Q

from yakuba.core.faces import Face
from yakuba.handbook.domain.bookings.eligibility import Audience
from yakuba.handbook.domain.bookings.states import CONSUMING, ONCE, State
from yakuba.handbook.models.families import FamilyAccount

MINUTES_OF_AN_OFFER = 24 * 60


def _states(found: frozenset[State]) -> list[str]:
    return sorted(state.value for state in found)


class Resource(models.Model):
    """A room, a person or a facility that slots share: at most ``most`` children at any moment."""

    face = Face.RESIDENT
    KINDS = [("room", "部屋"), ("staff", "担当者"), ("facility", "施設")]

    reference = models.CharField(max_length=64, unique=True)
    kind = models.CharField("種類", max_length=8, choices=KINDS)
    name = models.CharField("名称", max_length=120)
    most = models.PositiveIntegerField("同時の人数")
    closed_at = models.DateTimeField("終了日時", null=True)

    class Meta:
        ordering = ["kind", "name", "pk"]
        verbose_name = "部屋・担当者"
        verbose_name_plural = "部屋・担当者"

    def __str__(self) -> str:
        return self.name


class ServiceOffer(models.Model):
    """Something that can be booked. ``words``: other languages, ``{"en": {"title": …, "text": …}}``."""

    face = Face.RESIDENT
    KINDS = [
        ("checkup", "健診"),
        ("class", "教室"),
        ("care", "一時預かり"),
        ("advice", "相談"),
        ("facility", "施設の利用"),
        ("vaccination", "予防接種（集団）"),
    ]
    AUDIENCES = [
        (Audience.CHILD.value, "子ども"),
        (Audience.PREGNANCY.value, "妊娠中の方"),
        (Audience.BOTH.value, "妊娠中の方と子ども"),
    ]

    reference = models.CharField(max_length=64, unique=True)
    kind = models.CharField("種類", max_length=12, choices=KINDS)
    title = models.CharField("名称", max_length=120)
    text = models.CharField("説明", max_length=600, blank=True, default="")
    bring = models.CharField("持ち物", max_length=300, blank=True, default="")
    place = models.CharField("場所", max_length=200, blank=True, default="")
    phone = models.CharField("電話番号", max_length=20, blank=True, default="")
    words = models.JSONField(default=dict, blank=True)
    audience = models.CharField("対象", max_length=10, choices=AUDIENCES, default=Audience.CHILD.value)
    health_check = models.CharField("健診の規則", max_length=40, blank=True, default="")
    age_from = models.CharField("何歳から", max_length=20, blank=True, default="")
    age_until = models.CharField("何歳になるまで", max_length=20, blank=True, default="")
    residents_only = models.BooleanField("住民登録のある方だけ", default=True)
    once = models.BooleanField("1人1回", default=False)
    most_open = models.PositiveSmallIntegerField("同時に持てる予約の数", null=True, blank=True)
    offer_minutes = models.PositiveIntegerField("空きの連絡の期限（分）", default=MINUTES_OF_AN_OFFER)
    made_at = models.DateTimeField(auto_now_add=True)
    closed_at = models.DateTimeField("終了日時", null=True)

    class Meta:
        ordering = ["kind", "title", "pk"]
        verbose_name = "予約できるもの"
        verbose_name_plural = "予約できるもの"

    def __str__(self) -> str:
        return self.title


class OpeningRule(models.Model):
    """Weekly hours of an offer, as ``domain.bookings.opening.Pattern`` reads them; slots are made of it."""

    face = Face.RESIDENT
    CHANNELS = [("both", "家庭と窓口"), ("family", "家庭だけ"), ("counter", "窓口だけ")]

    offer = models.ForeignKey(ServiceOffer, on_delete=models.CASCADE, related_name="rules")
    first = models.DateField("初日")
    last = models.DateField("最終日")
    weekdays = models.JSONField("曜日", default=list)
    weeks = models.JSONField("第何週", default=list, blank=True)
    begin = models.TimeField("開始")
    end = models.TimeField("終了")
    minutes = models.PositiveSmallIntegerField("1枠の分数")
    pause = models.PositiveSmallIntegerField("枠の間の分数", default=0)
    capacity = models.PositiveSmallIntegerField("定員")
    channel = models.CharField("受付", max_length=8, choices=CHANNELS, default="both")
    on_holidays = models.BooleanField("祝日も開く", default=False)
    closed_days = models.JSONField("休む日", default=list, blank=True)
    extra_days = models.JSONField("臨時に開く日", default=list, blank=True)
    opens_days_before = models.PositiveSmallIntegerField("受付開始（何日前）", default=60)
    closes_hours_before = models.PositiveSmallIntegerField("受付終了（何時間前）", default=24)
    resources = models.JSONField("部屋・担当者", default=list, blank=True)  # primary keys
    made_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["-made_at", "-pk"]
        verbose_name = "受付枠の規則"
        verbose_name_plural = "受付枠の規則"

    def __str__(self) -> str:
        return f"{self.offer_id} {self.first}"


class Slot(models.Model):
    """A time with places. ``used`` counts the bookings that take one up, ``waiting`` those in line."""

    face = Face.RESIDENT
    CHANNELS = OpeningRule.CHANNELS

    reference = models.CharField(max_length=64, unique=True)
    offer = models.ForeignKey(ServiceOffer, on_delete=models.PROTECT, related_name="slots")
    start = models.DateTimeField("開始", db_index=True)
    end = models.DateTimeField("終了")
    capacity = models.PositiveIntegerField("定員")
    used = models.PositiveIntegerField("予約", default=0)
    waiting = models.PositiveIntegerField("待ち", default=0)
    channel = models.CharField("受付", max_length=8, choices=CHANNELS, default="both")
    opens_at = models.DateTimeField("受付開始")
    closes_at = models.DateTimeField("受付終了")
    cancelled_at = models.DateTimeField("取消日時", null=True)
    shared = models.BooleanField(default=False)  # lies over steps of resources

    class Meta:
        ordering = ["start", "pk"]
        verbose_name = "受付枠"
        verbose_name_plural = "受付枠"
        constraints = [
            models.CheckConstraint(
                condition=Q(used__gte=0) & Q(used__lte=F("capacity")), name="handbook_slot_not_overfull"
            ),
            models.CheckConstraint(condition=Q(waiting__gte=0), name="handbook_slot_waiting"),
            models.CheckConstraint(condition=Q(end__gt=F("start")), name="handbook_slot_in_order"),
            models.UniqueConstraint(fields=["offer", "start", "channel"], name="handbook_slot_once"),
        ]

    def __str__(self) -> str:
        return f"{self.offer_id} {self.start:%Y-%m-%d %H:%M}"

    @property
    def free(self) -> int:
        """Places that anybody may take: none while others wait in line."""
        return 0 if self.waiting else self.capacity - self.used


class ResourceStep(models.Model):
    """Five minutes of a resource: how many children are there then. Slots that overlap share these rows."""

    face = Face.RESIDENT

    resource = models.ForeignKey(Resource, on_delete=models.CASCADE, related_name="steps")
    at = models.DateTimeField()
    most = models.PositiveIntegerField()
    used = models.PositiveIntegerField(default=0)

    class Meta:
        ordering = ["pk"]
        verbose_name = "部屋・担当者の5分"
        verbose_name_plural = "部屋・担当者の5分"
        constraints = [
            models.UniqueConstraint(fields=["resource", "at"], name="handbook_resource_step_once"),
            models.CheckConstraint(
                condition=Q(used__gte=0) & Q(used__lte=F("most")), name="handbook_resource_not_overfull"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.resource_id} {self.at:%Y-%m-%d %H:%M}"


class SlotStep(models.Model):
    """Which steps of its resources a slot covers."""

    face = Face.RESIDENT

    slot = models.ForeignKey(Slot, on_delete=models.CASCADE, related_name="steps")
    step = models.ForeignKey(ResourceStep, on_delete=models.CASCADE, related_name="+")

    class Meta:
        ordering = ["pk"]
        verbose_name = "受付枠の部屋・担当者"
        verbose_name_plural = "受付枠の部屋・担当者"
        constraints = [models.UniqueConstraint(fields=["slot", "step"], name="handbook_slot_step_once")]

    def __str__(self) -> str:
        return f"{self.slot_id} {self.step_id}"


class OpenBookings(models.Model):
    """How many bookings of an offer a child has before it, where the offer sets a limit."""

    face = Face.RESIDENT

    child_reference = models.CharField(max_length=64)
    offer = models.ForeignKey(ServiceOffer, on_delete=models.CASCADE, related_name="+")
    open = models.PositiveIntegerField(default=0)

    class Meta:
        ordering = ["pk"]
        verbose_name = "子どもの予約の数"
        verbose_name_plural = "子どもの予約の数"
        constraints = [
            models.UniqueConstraint(fields=["child_reference", "offer"], name="handbook_open_bookings_once"),
            models.CheckConstraint(condition=Q(open__gte=0), name="handbook_open_bookings_count"),
        ]

    def __str__(self) -> str:
        return f"{self.offer_id} {self.open}"


class Booking(models.Model):
    """One place for one child. ``actor`` and ``key`` make a repeated request find its first answer."""

    face = Face.RESIDENT
    STATES = [
        (State.HELD.value, "仮予約"),
        (State.BOOKED.value, "予約"),
        (State.CANCELLED.value, "取消し"),
        (State.EXPIRED.value, "期限切れ"),
        (State.ATTENDED.value, "来所"),
        (State.NO_SHOW.value, "来所なし"),
    ]

    reference = models.CharField(max_length=64, unique=True)
    slot = models.ForeignKey(Slot, on_delete=models.PROTECT, related_name="bookings")
    offer = models.ForeignKey(ServiceOffer, on_delete=models.PROTECT, related_name="+")
    child_reference = models.CharField(max_length=64, db_index=True)
    account = models.ForeignKey(FamilyAccount, null=True, on_delete=models.SET_NULL, related_name="+")
    actor = models.CharField(max_length=80)  # family:<reference>, staff:<id>, system
    key = models.CharField(max_length=64)
    state = models.CharField("状態", max_length=9, choices=STATES)
    once = models.BooleanField(default=False)  # the offer's, when the place was taken
    limited = models.BooleanField(default=False)  # counted in OpenBookings
    made_at = models.DateTimeField("受付日時")
    expires_at = models.DateTimeField("期限", null=True)
    ended_at = models.DateTimeField(null=True)
    visit = models.CharField(max_length=64)  # stays the same when the booking moves
    sequence = models.PositiveIntegerField(default=0)  # of the visit's calendar entry
    moved_from = models.ForeignKey("self", null=True, on_delete=models.SET_NULL, related_name="+")

    class Meta:
        ordering = ["slot", "pk"]
        verbose_name = "予約"
        verbose_name_plural = "予約"
        constraints = [
            models.UniqueConstraint(fields=["actor", "key"], name="handbook_booking_key_once"),
            models.UniqueConstraint(
                fields=["child_reference", "slot"],
                condition=Q(state__in=_states(CONSUMING)),
                name="handbook_booking_child_slot",
            ),
            models.UniqueConstraint(
                fields=["child_reference", "offer"],
                condition=Q(once=True, state__in=_states(ONCE)),
                name="handbook_booking_child_once",
            ),
            models.CheckConstraint(
                condition=~Q(state=State.HELD.value) | Q(expires_at__isnull=False),
                name="handbook_booking_hold_ends",
            ),
        ]
        indexes = [
            models.Index(
                fields=["expires_at"], condition=Q(state=State.HELD.value), name="handbook_booking_held_until"
            )
        ]

    def __str__(self) -> str:
        return f"{self.reference[:12]} {self.state}"


class WaitingEntry(models.Model):
    """A child in line for a slot. ``booking``: the hold that was offered, with an end of its own."""

    face = Face.RESIDENT
    STATES = [
        ("waiting", "待ち"),
        ("offered", "空きを連絡"),
        ("taken", "予約"),
        ("lapsed", "期限切れ"),
        ("left", "取下げ"),
    ]

    reference = models.CharField(max_length=64, unique=True)
    slot = models.ForeignKey(Slot, on_delete=models.PROTECT, related_name="line")
    child_reference = models.CharField(max_length=64, db_index=True)
    account = models.ForeignKey(FamilyAccount, null=True, on_delete=models.SET_NULL, related_name="+")
    actor = models.CharField(max_length=80)
    state = models.CharField("状態", max_length=8, choices=STATES, default="waiting")
    joined_at = models.DateTimeField("申込日時")
    booking = models.OneToOneField(
        Booking, null=True, on_delete=models.SET_NULL, related_name="waiting_entry"
    )
    ended_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["joined_at", "pk"]
        verbose_name = "空き待ち"
        verbose_name_plural = "空き待ち"
        constraints = [
            models.UniqueConstraint(
                fields=["child_reference", "slot"],
                condition=Q(state__in=["waiting", "offered"]),
                name="handbook_waiting_once",
            )
        ]

    def __str__(self) -> str:
        return f"{self.slot_id} {self.state}"


class HistoryKept(Exception):
    """Somebody tried to change or delete a line of a booking's history."""


class EventQuerySet(models.QuerySet["BookingEvent"]):
    """Reads and adds; refuses changes."""

    def update(self, **kwargs: Any) -> NoReturn:
        """Refused."""
        raise HistoryKept

    def bulk_update(self, *args: Any, **kwargs: Any) -> NoReturn:
        """Refused."""
        raise HistoryKept


class BookingEvent(models.Model):
    """One thing that happened to a booking. Lines are added, never changed."""

    face = Face.RESIDENT

    booking = models.ForeignKey(Booking, on_delete=models.CASCADE, related_name="events")
    at = models.DateTimeField()
    actor = models.CharField(max_length=80)
    what = models.CharField(max_length=16)  # held, booked, cancelled, expired, attended, no_show, moved …
    detail = models.JSONField(default=dict)

    objects = EventQuerySet.as_manager()

    class Meta:
        ordering = ["pk"]
        verbose_name = "予約の記録"
        verbose_name_plural = "予約の記録"

    def __str__(self) -> str:
        return f"{self.booking_id} {self.what}"

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Once."""
        if self.pk is not None:
            raise HistoryKept
        super().save(*args, **kwargs)
