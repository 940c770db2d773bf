"""Addresses of pages that another part of the installation may or may not have."""

from __future__ import annotations

from typing import Any

from django.urls import NoReverseMatch, reverse

from yakuba.core.border.models import BorderTask
from yakuba.ocr.models import FormVersion
from yakuba.ocr.services.border_names import SYSTEM


def optional_url(name: str, *arguments: Any) -> str:
    """The address, or nothing when the page is not installed."""
    try:
        return reverse(name, args=arguments)
    except NoReverseMatch:
        return ""


def check_url(batch: int) -> str:
    """Where checking of a batch starts."""
    return optional_url("ocr:check_batch", batch) or optional_url("ocr:check", batch)


def export_url(batch: int) -> str:
    """Where a batch's result is written out."""
    return optional_url("ocr:export_batch", batch) or optional_url("ocr:export", batch)


def border_url(version: FormVersion | None) -> str:
    """Where the border of the version's form is seen; nothing before its first page was read."""
    if version is None:
        return optional_url("border:home")
    name = version.form.name
    known = BorderTask.objects.filter(system=SYSTEM, kind__startswith=f"{name}/").exists()
    return optional_url("border:form", SYSTEM, name) if known else ""
