"""A tax office with one designed form, its blank sheet and filled-in scans."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

import cv2
import pytest
from django.test import Client

from tests.ocr import made_pages
from tests.ocr.forms import once, stand_in
from yakuba.core.people.models import Assignment, Department, Role, User
from yakuba.ocr.models import FormVersion, VersionState
from yakuba.ocr.services import page_reading
from yakuba.ocr.services.forms import create_form, save_design, stamp_of
from yakuba.ocr.services.intake import Incoming


@pytest.fixture(autouse=True)
def _own_home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("YAKUBA_HOME", str(tmp_path / "home"))


@pytest.fixture(autouse=True)
def _cheap_engine(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    stand_in.install()
    once.keep_what_was_laid(monkeypatch)
    yield
    page_reading._maker.clear()


@pytest.fixture
def department(db: None) -> Department:
    return Department.objects.create(code="310", name="税務課", systems=["ocr"])


def person(number: str, department: Department, role: Role, name: str) -> User:
    user: User = User.objects.create_user(number, None, name=name)
    Assignment.objects.create(user=user, department=department, role=role, starts_on=date(2020, 4, 1))
    return user


def signed_in(user: User) -> Client:
    client = Client(raise_request_exception=True)
    client.force_login(user, backend="allauth.account.auth_backends.AuthenticationBackend")
    return client


@pytest.fixture
def officer(department: Department) -> User:
    return person("3001", department, Role.OFFICER, "前田 律")


@pytest.fixture
def approver(department: Department) -> User:
    return person("3003", department, Role.APPROVER, "浜田 栞")


@pytest.fixture
def viewer(department: Department) -> User:
    return person("3004", department, Role.VIEWER, "岡本 花")


@pytest.fixture
def web(officer: User) -> Client:
    return signed_in(officer)


def picture(image: Any) -> bytes:
    return cv2.imencode(".png", image)[1].tobytes()


@cache
def blank_file() -> bytes:
    return picture(made_pages.blank())


LAYOUT = made_pages.Layout()


@cache
def _filled(layout: made_pages.Layout) -> bytes:
    return picture(made_pages.filled(layout))


def filled_file(name: str = "scan.png", layout: made_pages.Layout = LAYOUT) -> Incoming:
    return Incoming(name, _filled(layout), "image/png")


def design() -> dict[str, Any]:
    """A number of 12 cells, a name and an amount."""
    boxes = [list(made_pages.row_box(index)) for index in (0, 4, 8)]
    return {
        "version": "令和8年分",
        "page": {"width_mm": 210, "height_mm": 297},
        "fields": [
            {
                "name": "number",
                "label": "個人番号",
                "kind": "my_number",
                "box": list(made_pages.cells_box()),
                "cells": 12,
                "writing": "hand",
            },
            {"name": "name", "label": "氏名", "kind": "person_name", "box": boxes[0], "writing": "hand"},
            {
                "name": "address",
                "label": "住所",
                "kind": "address",
                "box": boxes[1],
                "policy": "always_staff",
            },
            {"name": "paid", "label": "支払金額", "kind": "amount", "box": boxes[2], "required": True},
        ],
    }


def make_draft(officer: User, name: str = "給与支払報告書") -> FormVersion:
    image = cv2.cvtColor(made_pages.blank(), cv2.COLOR_GRAY2BGR)
    made = create_form(name=name, version="令和8年分", image=image, size_mm=(210.0, 297.0), by=officer)
    return save_design(made, design(), stamp=stamp_of(made), by=officer)


@pytest.fixture
def draft(officer: User) -> FormVersion:
    return make_draft(officer)


@pytest.fixture
def active(draft: FormVersion) -> FormVersion:
    FormVersion.objects.filter(pk=draft.pk).update(state=VersionState.ACTIVE)
    draft.refresh_from_db()
    return draft
