"""Addresses of pages that another part of the installation may or may not have."""

from __future__ import annotations

from typing import Any

from django.urls import NoReverseMatch, reverse


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
