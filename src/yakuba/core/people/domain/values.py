"""Values as staff write them in a table: days, roles, staff numbers."""

from __future__ import annotations

import re
import unicodedata
from datetime import date

ROLE_WORDS = {"閲覧": "viewer", "担当": "officer", "承認": "approver", "管理": "admin"}


def parse_day(text: str) -> date | None:
    """2027-04-01, 2027/4/1 or 2027年4月1日 (full-width digits too); ``None`` for anything else."""
    match = re.fullmatch(
        r"(\d{4})(?:-(\d{1,2})-(\d{1,2})|/(\d{1,2})/(\d{1,2})|年(\d{1,2})月(\d{1,2})日)",
        unicodedata.normalize("NFKC", text).strip(),
    )
    if match is None:
        return None
    year, month, day = (int(part) for part in match.groups() if part)
    try:
        return date(year, month, day)
    except ValueError:
        return None


def parse_role(text: str) -> str | None:
    """閲覧, 担当, 承認, 管理 or the English key; ``None`` for anything else."""
    word = unicodedata.normalize("NFKC", text).strip()
    if word in ROLE_WORDS:
        return ROLE_WORDS[word]
    return word.lower() if word.lower() in ROLE_WORDS.values() else None


def is_staff_number(text: str) -> bool:
    """1 to 20 half-width letters, digits, ``-``, ``_`` or ``.``; it starts with a letter or digit."""
    return re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9._-]{0,19}", text) is not None
