"""What is written down of a child on the resident side. Nothing is overwritten: a taken-back row stays."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from yakuba.core.crypto.fields import EncryptedTextField
from yakuba.core.faces import Face
from yakuba.handbook.models.families import Child, FamilyAccount


class Dose(models.Model):
    """A dose that was given. ``source``: recorded by the family, or by the office (予防接種台帳)."""

    face = Face.RESIDENT
    SOURCES = [("family", "family"), ("register", "register")]

    child = models.ForeignKey(Child, on_delete=models.CASCADE, related_name="doses")
    reference = models.CharField(max_length=64, unique=True)  # the same on both sides
    vaccine = models.CharField(max_length=40)  # the rule book's code
    product = models.CharField(max_length=40, blank=True, default="")
    given_on = models.DateField()
    lot = EncryptedTextField(purpose="handbook.dose_lot", default="")
    clinic = EncryptedTextField(purpose="handbook.dose_clinic", default="")
    source = models.CharField(max_length=8, choices=SOURCES)
    recorded_by = models.ForeignKey(FamilyAccount, null=True, on_delete=models.SET_NULL, related_name="+")
    recorded_at = models.DateTimeField()
    taken_back_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["given_on", "pk"]
        verbose_name = "接種の記録"
        verbose_name_plural = "接種の記録"

    def __str__(self) -> str:
        return f"{self.vaccine} {self.given_on}"


class Observation(models.Model):
    """Something that rules ask for (LONG_ILLNESS …), since when."""

    face = Face.RESIDENT

    child = models.ForeignKey(Child, on_delete=models.CASCADE, related_name="observations")
    reference = models.CharField(
        max_length=64, unique=True, null=True
    )  # of the office's; the same on both sides
    code = models.CharField(max_length=40)
    on = models.DateField(null=True)
    source = models.CharField(max_length=8, choices=Dose.SOURCES)
    recorded_at = models.DateTimeField()
    taken_back_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["pk"]
        verbose_name = "状態の記録"
        verbose_name_plural = "状態の記録"

    def __str__(self) -> str:
        return self.code


class Measurement(models.Model):
    """One day's measures: weight in grams, height and head circumference in millimetres."""

    face = Face.RESIDENT

    child = models.ForeignKey(Child, on_delete=models.CASCADE, related_name="measurements")
    on = models.DateField()
    weight_g = models.PositiveIntegerField(null=True)
    height_mm = models.PositiveIntegerField(null=True)
    head_mm = models.PositiveIntegerField(null=True)
    recorded_by = models.ForeignKey(FamilyAccount, null=True, on_delete=models.SET_NULL, related_name="+")
    recorded_at = models.DateTimeField()
    taken_back_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["on", "pk"]
        verbose_name = "計測"
        verbose_name_plural = "計測"
        constraints = [
            models.CheckConstraint(
                condition=Q(weight_g__isnull=False) | Q(height_mm__isnull=False) | Q(head_mm__isnull=False),
                name="handbook_measurement_not_empty",
            )
        ]

    def __str__(self) -> str:
        return f"{self.on}"


class Unavailable(models.Model):
    """Days on which a child can't be vaccinated (fever, journey), both inclusive; kept free in plans."""

    face = Face.RESIDENT

    child = models.ForeignKey(Child, on_delete=models.CASCADE, related_name="unavailable")
    first = models.DateField()
    last = models.DateField()
    reason = models.CharField(max_length=16, default="illness")  # illness, journey, other
    taken_back_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["first", "pk"]
        verbose_name = "都合の悪い日"
        verbose_name_plural = "都合の悪い日"
        constraints = [
            models.CheckConstraint(
                condition=Q(last__gte=models.F("first")), name="handbook_unavailable_in_order"
            )
        ]

    def __str__(self) -> str:
        return f"{self.first} {self.last}"


class PlannedVisit(models.Model):
    """One visit of the child's plan as the family last saw it; re-planning changes it as little as possible.

    ``shots``: list of ``{"vaccine", "dose", "label"}``. ``fixed``: the family booked it or wants it to stay.
    """

    face = Face.RESIDENT

    child = models.ForeignKey(Child, on_delete=models.CASCADE, related_name="planned_visits")
    on = models.DateField()
    shots = models.JSONField(default=list)
    fixed = models.BooleanField(default=False)
    planned_at = models.DateTimeField()

    class Meta:
        ordering = ["on", "pk"]
        verbose_name = "予定"
        verbose_name_plural = "予定"
        constraints = [models.UniqueConstraint(fields=["child", "on"], name="handbook_planned_visit_once")]

    def __str__(self) -> str:
        return f"{self.on}"


class PlanChange(models.Model):
    """A plan that the family took over, with what it took the place of, so that it can go back."""

    face = Face.RESIDENT

    child = models.ForeignKey(Child, on_delete=models.CASCADE, related_name="plan_changes")
    before = models.JSONField(default=list)  # visits: {"on", "shots", "fixed"}
    after = models.JSONField(default=list)
    unavailable = models.ForeignKey(Unavailable, null=True, on_delete=models.SET_NULL, related_name="+")
    changed_by = models.ForeignKey(FamilyAccount, null=True, on_delete=models.SET_NULL, related_name="+")
    changed_at = models.DateTimeField()
    taken_back_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["-changed_at", "-pk"]
        verbose_name = "予定の変更"
        verbose_name_plural = "予定の変更"

    def __str__(self) -> str:
        return f"{self.child_id} {self.changed_at}"
