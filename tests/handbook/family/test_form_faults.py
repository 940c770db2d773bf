"""Forms that are refused: the summary names each field as it is called there, and leads to it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import timedelta
from html.parser import HTMLParser
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from tests.handbook.family.conftest import PASSWORD, guard, signed_in
from yakuba.handbook.family.faults import LABELS, OF_THE_WHOLE, WITHOUT_FIELD, faults_of
from yakuba.handbook.family.words import FAULTS
from yakuba.handbook.models import Child, FamilyAccount
from yakuba.handbook.services.families import sharing
from yakuba.handbook.services.families.errors import BadField

pytestmark = pytest.mark.django_db
LANGUAGES = ("ja", "ja-x-easy", "en")
TOMORROW = (timezone.localdate() + timedelta(days=1)).isoformat()
OWN = {"name": "うみ", "birth": "", "due": "", "sex": "F"}
DOSE = {
    "vaccine": "PCV",
    "given_on": timezone.localdate().isoformat(),
    "product": "",
    "lot": "",
    "clinic": "",
}
NEW = {"login": "minato2026", "password": "いるかと白い灯台 7 号", "again": "いるかと白い灯台 7 号"}
CHANGE = {"old": PASSWORD, "password": NEW["password"], "again": NEW["password"]}
HERE = "/handbook/children/{child}/"
WRONG: list[tuple[str, Mapping[str, str], str]] = [
    ("/handbook/children/add/", {**OWN, "birth": TOMORROW}, "birth"),
    ("/handbook/children/add/", {**OWN, "due": "2099-01-01"}, "due"),
    ("/handbook/children/add/", {**OWN, "birth": "2026-01-01", "sex": "X"}, "sex"),
    ("/handbook/children/add/", {**OWN, "birth": "2026-01-01", "name": "う" * 61}, "name"),
    (HERE + "details/", {"name": "う" * 61}, "name"),
    (HERE + "doses/add/", {**DOSE, "vaccine": ""}, "vaccine"),
    (HERE + "doses/add/", {**DOSE, "given_on": TOMORROW}, "given_on"),
    (HERE + "doses/add/", {**DOSE, "product": "ROTA:RV1"}, "product"),
    (HERE + "doses/add/", {**DOSE, "lot": "L" * 60}, "lot"),
    (HERE + "doses/add/", {**DOSE, "clinic": "C" * 120}, "clinic"),
    (HERE + "growth/", {"on": "", "weight": "4"}, "on"),
    (HERE + "growth/", {"on": DOSE["given_on"], "weight": "heavy"}, "weight"),
    (HERE + "growth/", {"on": DOSE["given_on"], "height": "9999"}, "height"),
    (HERE + "growth/", {"on": DOSE["given_on"], "head": "1"}, "head"),
    (HERE + "family/invite/", {"role": "owner"}, "role"),
    ("/handbook/account/name/", {"name": "み" * 61, "language": "ja"}, "name"),
    ("/handbook/account/name/", {"name": "み", "language": "xx"}, "language"),
    ("/handbook/account/password/", {**CHANGE, "old": "wrong"}, "old"),
    ("/handbook/account/password/", {**CHANGE, "password": "short", "again": "short"}, "password"),
    ("/handbook/account/password/", {**CHANGE, "again": "other"}, "again"),
    ("/handbook/account/delete/", {}, "sure"),
    ("?" + HERE + "plan/", {"first": "2026-13-01", "last": "2026-12-01"}, "first"),
    ("?" + HERE + "plan/", {"first": DOSE["given_on"], "last": "2020-01-01"}, "last"),
    ("?" + HERE + "plan/", {"weekday": "9"}, "weekday"),
    ("?" + HERE + "plan/", {"most": "99"}, "most"),
]


class Page(HTMLParser):
    """Elements by id, labels by what they are for, and the texts of links and of elements with an id."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.ids: dict[str, tuple[str, dict[str, str | None]]] = {}
        self.texts: dict[str, str] = {}
        self.links: list[tuple[str, str]] = []
        self.groups: list[dict[str, str | None]] = []
        self.labels: dict[str, str] = {}
        self._open: list[tuple[str, dict[str, str | None], list[str]]] = []
        self._legend = self._inside = ""
        self._skipped = 0
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        found = dict(attrs)
        if name := found.get("id"):
            assert name not in self.ids, f"two elements {name}"
            self.ids[name] = (tag, found)
        self._skipped += tag in ("rt", "rp")
        if tag == "fieldset":
            self.groups.append(found)
        if tag == "input" and found.get("id") and self._legend:
            self.labels.setdefault(str(found["id"]), self._legend)
        if tag == "input" and any(one[0] == "label" for one in self._open):
            self._inside = found.get("id") or ""
        if tag in ("a", "p", "label", "legend", "fieldset"):
            self._open.append((tag, found, []))

    def handle_endtag(self, tag: str) -> None:
        self._skipped -= tag in ("rt", "rp")
        if not self._open or self._open[-1][0] != tag:
            return
        _, found, parts = self._open.pop()
        text = re.sub(r"\s+", " ", "".join(parts)).strip()
        if self._open:
            self._open[-1][2].append(text)
        if found.get("id"):
            self.texts[str(found["id"])] = text
        if tag == "a":
            self.links.append((found.get("href") or "", text))
        if tag == "label" and found.get("for"):
            self.labels[str(found["for"])] = text
        if tag == "label" and self._inside and not self._legend:
            self.labels.setdefault(self._inside, text)
        if tag == "label":
            self._inside = ""
        if tag == "legend":
            self._legend = text
        if tag == "fieldset":
            self._legend = ""

    def handle_data(self, data: str) -> None:
        if self._open and not self._skipped:
            self._open[-1][2].append(data)


def bare(text: str) -> str:
    return re.sub(r"\s+", "", text)


def refused(client: Client, child: Child, form: tuple[str, Mapping[str, str], str], language: str) -> Page:
    place, values, _ = form
    address = place.format(child=child.reference)
    headers = {"accept-language": language}
    answer: Any = (
        client.get(address[1:], dict(values), headers=headers)
        if address.startswith("?")
        else client.post(address, dict(values), headers=headers)
    )
    assert answer.status_code == 422
    return Page(answer.content.decode())


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("form", WRONG, ids=lambda one: f"{one[0].split('/')[-2]}-{one[2]}")
def test_the_summary_names_the_field_and_leads_to_it(
    inside: Client, child: Child, form: tuple[str, Mapping[str, str], str], language: str
) -> None:
    page, name = refused(inside, child, form, language), form[2]
    ((_, line),) = [link for link in page.links if link[0] == f"#{name}"]
    tag, attributes = page.ids[name]
    assert tag in ("input", "select")
    fault = page.texts[f"{name}-fault"]
    assert fault
    assert bare(line).endswith(bare(fault))
    assert bare(line).removesuffix(bare(fault)).rstrip(":：") == bare(page.labels[name])
    told = [attributes, *page.groups]
    said = [one for one in told if f"{name}-fault" in (one.get("aria-describedby") or "").split()]
    assert any(one.get("aria-invalid") == "true" for one in said)
    for one in said:
        assert all(by in page.ids for by in (one.get("aria-describedby") or "").split())


@pytest.mark.parametrize("field", ["login", "password", "again"])
def test_choosing_a_password_names_its_fields_too(child: Child, field: str) -> None:
    new = FamilyAccount.objects.create(reference="new", created_at=timezone.now())
    guard(new, child)
    both = {"again": "?"} if field == "password" else {}
    form = ("/handbook/account/sign-in/", {**NEW, field: "?", **both}, field)
    page = refused(signed_in(new), child, form, "ja")
    assert next(text for place, text in page.links if place == f"#{field}").startswith(page.labels[field])


def test_what_no_field_can_put_right_is_said_without_a_link(inside: Client, child: Child) -> None:
    parent = child.guardians.get().account
    for _ in range(sharing.MOST_OPEN):
        sharing.invite(child, "reader", parent, timezone.now())
    page = refused(inside, child, (HERE + "family/invite/", {"role": "reader"}, ""), "ja")
    assert not [place for place, _ in page.links if place in ("#", "#role")]
    page = refused(inside, child, ("?" + HERE + "plan/", {"days": "3"}, ""), "ja")
    assert not [place for place, _ in page.links if place in ("#", "#days")]


def test_a_form_that_nothing_was_wrong_with_says_nothing(inside: Client, child: Child) -> None:
    text = inside.get(f"/handbook/children/{child.reference}/doses/add/").content.decode()
    assert "aria-invalid" not in text
    assert "-fault" not in text


@pytest.mark.parametrize(
    ("place", "fields"),
    [("code/", ("code", "year")), ("", ("login", "password")), ("invitation/", ("code",))],
)
def test_an_entrance_that_stays_closed_leads_to_what_was_typed(
    client: Client, child: Child, place: str, fields: tuple[str, ...]
) -> None:
    typed = {"code": "ABCD", "login": "nobody", "password": "x"}
    page = Page(client.post(f"/handbook/{place}", typed).content.decode())
    for name in fields:
        assert f"#{name}" in [link for link, _ in page.links]
        assert page.ids[name][1]["aria-invalid"] == "true"
        assert "wrong" in page.ids


def test_every_field_that_can_be_refused_has_a_name() -> None:
    for code in FAULTS:
        assert faults_of(BadField("on", code, {"most": 1, "least": 1, "example": 1, "unit": "kg"})).lines
    assert {"name", "birth", "lot"} <= set(LABELS)
    assert set(FAULTS) >= OF_THE_WHOLE
    assert not WITHOUT_FIELD & set(LABELS)
