"""Children are reached through the guardians alone: what is another family's does not exist (404)."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from tests.handbook.family.conftest import account, guard, months_ago, registered, signed_in
from yakuba.handbook.family.urls import urlpatterns
from yakuba.handbook.models import Child, Dose, FamilyAccount, Guardian, Invitation, Measurement
from yakuba.handbook.services.families import sharing
from yakuba.site.faces import staff_tables

pytestmark = pytest.mark.django_db
PUBLIC = {"entry", "code", "sign_out", "passkey_begin", "passkey_finish", "invitation"}
OWN = {  # of the signed-in adult, without any child in the address
    "account", "secure", "rename", "change_password", "passkey_add_begin", "passkey_add_finish",
    "passkey_remove", "end_device", "delete", "rules", "children", "child_add",
}  # fmt: skip
READ = {"timeline", "month", "doses", "growth", "sharing", "export", "data", "fhir", "visits", "print"}
WRITE = {"child_edit", "born", "dose_add", "dose_correct", "dose_back", "plan", "plan_undo", "growth_back"}
SHARE = {"invite", "invitation_revoke", "join"}
ACTS = {
    "dose_back",
    "plan_undo",
    "growth_back",
    "invite",
    "invitation_revoke",
    "sharing_end",
    "join",
}  # POST alone


@pytest.fixture
def filled(child: Child, parent: FamilyAccount) -> dict[str, dict[str, Any]]:
    """Something at every address of the child: its arguments by the address's name."""
    now = timezone.now()
    dose = Dose.objects.create(
        child=child, reference="dose-1", vaccine="BCG", given_on=child.birth, source="family",
        recorded_by=parent, recorded_at=now,
    )  # fmt: skip
    measure = Measurement.objects.create(child=child, on=child.birth, weight_g=3000, recorded_at=now)
    invitation, _ = sharing.invite(child, "reader", parent, now)
    names: dict[str, dict[str, Any]] = {name: {} for name in READ | WRITE | SHARE | {"sharing_end"}}
    names["dose_correct"] = names["dose_back"] = {"dose": dose.reference}
    names["growth_back"] = {"pk": measure.pk}
    names["invitation_revoke"] = {"pk": invitation.pk}
    names["sharing_end"] = {"pk": Guardian.objects.get(account=parent).pk}
    return {name: {"child": child.reference, **more} for name, more in names.items()}


def ask(client: Client, name: str, arguments: dict[str, Any]) -> Any:
    address = reverse(f"handbook_family:{name}", kwargs=arguments)
    return client.post(address) if name in ACTS else client.get(address)


def test_every_address_is_thought_of() -> None:
    names = {one.name for one in urlpatterns}
    assert names == PUBLIC | OWN | READ | WRITE | SHARE | {"sharing_end"}
    with_child = {one.name for one in urlpatterns if "<slug:child>" in str(one.pattern)}
    assert with_child == READ | WRITE | SHARE | {"sharing_end"}


def test_another_familys_account_finds_nothing_and_changes_nothing(filled: dict[str, dict[str, Any]]) -> None:
    stranger = account("他人")
    guard(stranger, registered("other", months_ago(5), called="別の子"))
    client = signed_in(stranger)
    for name, arguments in filled.items():
        assert ask(client, name, arguments).status_code == 404, name
        address = reverse(f"handbook_family:{name}", kwargs=arguments)
        assert client.post(address, {"given_on": "2026-11-01", "vaccine": "BCG"}).status_code in (404, 405), (
            name
        )
    assert not Dose.objects.exclude(reference="dose-1").exists()
    assert not Dose.objects.filter(taken_back_at__isnull=False).exists()
    assert not Measurement.objects.filter(taken_back_at__isnull=False).exists()
    assert not Invitation.objects.filter(revoked_at__isnull=False).exists()
    assert not Guardian.objects.filter(ended_at__isnull=False).exists()


def test_nobody_signed_in_is_led_to_the_entrance(filled: dict[str, dict[str, Any]]) -> None:
    for name, arguments in filled.items():
        answer = ask(Client(), name, arguments)
        assert answer.status_code == 302, name
        assert answer["Location"].startswith("/handbook/?next=" if name not in ACTS else "/handbook/"), name
    for name in OWN - {"passkey_remove", "end_device", "passkey_add_begin", "passkey_add_finish"}:
        assert Client().get(reverse(f"handbook_family:{name}"))["Location"].startswith("/handbook/?next="), (
            name
        )


def test_a_reader_reads_and_writes_nothing(filled: dict[str, dict[str, Any]], child: Child) -> None:
    grandmother = account("祖母")
    guard(grandmother, child, "reader")
    client = signed_in(grandmother)
    for name in READ:
        assert ask(client, name, filled[name]).status_code == 200, name
    for name in WRITE | SHARE | {"sharing_end"}:
        assert ask(client, name, filled[name]).status_code == 404, name
    growth = reverse("handbook_family:growth", args=[child.reference])
    assert client.post(growth, {"on": child.birth, "weight": "4"}).status_code == 404
    page = client.get(reverse("handbook_family:timeline", args=[child.reference])).content.decode()
    assert "接種を記録する" not in page


def test_an_editor_writes_and_does_not_share(filled: dict[str, dict[str, Any]], child: Child) -> None:
    father = account("父")
    guard(father, child, "editor")
    client = signed_in(father)
    assert ask(client, "dose_back", filled["dose_back"]).status_code == 302
    assert ask(client, "dose_add", filled["dose_add"]).status_code == 200
    for name in SHARE | {"sharing_end"}:
        assert ask(client, name, filled[name]).status_code == 404, name


def test_an_ended_guardian_is_a_stranger(
    inside: Client, child: Child, filled: dict[str, dict[str, Any]]
) -> None:
    Guardian.objects.update(ended_at=timezone.now())
    assert ask(inside, "timeline", filled["timeline"]).status_code == 404


def test_a_child_that_the_office_took_back_is_gone(inside: Client, child: Child) -> None:
    Child.objects.update(ended_at=timezone.now())
    assert inside.get(f"/handbook/children/{child.reference}/").status_code == 404


def test_the_dose_of_another_child_is_not_reached_through_ones_own(
    inside: Client, parent: FamilyAccount, child: Child, filled: dict[str, dict[str, Any]]
) -> None:
    other = registered("other", months_ago(5), called="別の子")
    dose = Dose.objects.create(
        child=other, reference="dose-2", vaccine="BCG", given_on=other.birth, source="family",
        recorded_at=timezone.now(),
    )  # fmt: skip
    measure = Measurement.objects.create(
        child=other, on=other.birth, weight_g=3000, recorded_at=timezone.now()
    )
    assert ask(inside, "dose_correct", {"child": child.reference, "dose": "dose-2"}).status_code == 404
    assert ask(inside, "dose_back", {"child": child.reference, "dose": "dose-2"}).status_code == 404
    assert ask(inside, "growth_back", {"child": child.reference, "pk": measure.pk}).status_code == 404
    dose.refresh_from_db(), measure.refresh_from_db()
    assert dose.taken_back_at is measure.taken_back_at is None


def test_no_page_touches_a_staff_table(inside: Client, filled: dict[str, dict[str, Any]]) -> None:
    with CaptureQueriesContext(connection) as asked:
        for name in (READ | WRITE) - ACTS:
            assert ask(inside, name, filled[name]).status_code in (200, 302), name
    assert [one["sql"] for one in asked if staff_tables().search(one["sql"])] == []


@pytest.mark.parametrize("language", ["ja", "ja-x-easy", "en"])
def test_every_page_reads_in_every_language(
    inside: Client, filled: dict[str, dict[str, Any]], language: str
) -> None:
    inside.get(f"/i18n/{language}/")
    for name in (READ | WRITE) - ACTS - {"born", "data", "fhir", "visits"}:
        page = ask(inside, name, filled[name]).content.decode()
        assert f'<html lang="{language}">' in page, name
        assert "%(" not in page, name
        assert "None" not in page, name
        body = page[page.index("<main") :]
        assert "{" not in body, name
        assert ("<ruby>" in body) == (language == "ja-x-easy"), name
