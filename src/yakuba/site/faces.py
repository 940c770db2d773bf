"""Which face is answering now, and what it may touch.

A request outside ``/staff/`` and ``/api/`` is a resident's. While it is answered, and always in an
installation that runs the resident face alone, staff tables are out of reach in two independent ways:
the router of ``yakuba.site.routers`` refuses every query set on a staff model, and ``guard`` refuses
every statement, joins and hand-written SQL included, that names a staff table.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from functools import lru_cache
from typing import Any

from django.apps import apps
from django.conf import settings
from django.db import connections
from django.db.models import Model

from yakuba.core.faces import Face

# Tables of other projects that we install: all of them serve people who sign in to the staff portal.
FOREIGN_APPS: dict[str, Face] = {
    "auth": Face.STAFF,
    "sessions": Face.STAFF,
    "account": Face.STAFF,
    "socialaccount": Face.STAFF,
    "mfa": Face.STAFF,
    "usersessions": Face.STAFF,
    "axes": Face.STAFF,
    "contenttypes": Face.SHARED,
}

_answering: ContextVar[Face | None] = ContextVar("yakuba_face", default=None)


class StaffTableRefused(RuntimeError):
    """The resident face tried to touch a staff table."""


def face_of(model: type[Model]) -> Face:
    """The face of a model; a model that says nothing is the staff's (the careful answer)."""
    face = getattr(model, "face", None)
    if isinstance(face, Face):
        return face
    return FOREIGN_APPS.get(model._meta.app_label, Face.STAFF)


def path_face(path: str) -> Face:
    """The face that answers an address."""
    return Face.STAFF if path.startswith(("/staff/", "/api/")) or path == "/staff" else Face.RESIDENT


def resident_only() -> bool:
    """Whether staff tables are out of reach now."""
    return settings.YAKUBA_FACE == "resident" or _answering.get() is Face.RESIDENT


def refuse(what: str) -> StaffTableRefused:
    """The error for a table or model."""
    return StaffTableRefused(
        f"{what} is a staff table and was asked for while the resident face answers; "
        "move what residents need into a model with face = Face.RESIDENT"
    )


@lru_cache(maxsize=1)
def staff_tables() -> re.Pattern[str]:
    """Matches a statement that names a staff table."""
    names = sorted(
        model._meta.db_table
        for model in apps.get_models(include_auto_created=True)
        if face_of(model) is Face.STAFF
    )
    return re.compile(r"(?<![\w])(?:" + "|".join(map(re.escape, names)) + r")(?![\w])", re.IGNORECASE)


@lru_cache(maxsize=1_000)
def staff_table_in(sql: str) -> str:
    """The first staff table that a statement names, or nothing. Statements carry no values, so few differ."""
    found = staff_tables().search(sql)
    return found.group(0) if found else ""


def guard(execute: Callable[..., Any], sql: str, params: Any, many: bool, context: dict[str, Any]) -> Any:
    """A database execute wrapper: refuses statements on staff tables."""
    if found := staff_table_in(sql):
        raise refuse(found)
    return execute(sql, params, many, context)


@contextmanager
def answering(face: Face) -> Iterator[None]:
    """Mark what is answered inside as belonging to a face."""
    mark = _answering.set(face)
    try:
        if face is Face.RESIDENT:
            with connections["default"].execute_wrapper(guard):
                yield
        else:
            yield
    finally:
        _answering.reset(mark)
