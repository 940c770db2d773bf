"""The first page of form reading: the batches."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from yakuba.core.people.models import Role
from yakuba.core.people.permissions import require
from yakuba.ocr.models import Batch


@require("ocr", Role.VIEWER)
def home(request: HttpRequest) -> HttpResponse:
    """Every batch, newest first."""
    return render(request, "ocr/home.html", {"batches": Batch.objects.all()[:200]})
