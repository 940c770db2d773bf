"""Staff pages of the register: who may do what, the preview, undo, faults, exports."""

from __future__ import annotations

from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from tests.core.facilities.tables import DEMO, childcare, table
from tests.site.browser import make_user, register
from yakuba.core.facilities import services
from yakuba.core.facilities.models import Dataset, Facility, Import
from yakuba.core.facilities.services import Given
from yakuba.core.people.models import Department

pytestmark = pytest.mark.django_db


def load() -> None:
    services.import_files(
        [Given(path.name, path.read_bytes(), source="汐見区") for path in sorted(DEMO.glob("*.csv"))],
        actor="system:test",
    )


def a_facility(user: Any) -> dict[str, Any]:
    if not Facility.objects.exists():
        load()
    return {"pk": Facility.objects.filter(dataset__kind="childcare").first().pk}  # type: ignore[union-attr]


def a_draft(user: Any) -> dict[str, Any]:
    if not Facility.objects.exists():
        load()
    rows = childcare({"受入年齢": "おおむね3歳まで"}, {"名称": "新しい園"})
    return {"pk": services.receive(Given("childcare.csv", table(rows), source="汐見区"), by=user).pk}


register("facilities:facility", a_facility)
register("facilities:import", a_draft)
register("facilities:undo", lambda user: {"kind": "childcare"})


def client_of(role: str, systems: list[str] | None = None) -> Client:
    client, user = Client(), make_user(role, ["handbook"])
    if systems is not None:
        other = Department.objects.create(code="1002", name="ほかの課", systems=systems)
        user.assignments.update(department=other)
    client.force_login(user)
    return client


def upload(client: Client, data: bytes, **more: str) -> Any:
    form = {"source": "汐見区オープンデータ", "as_of": "2026-10-01", **more}
    return client.post(
        reverse("facilities:import-new"), {"file": SimpleUploadedFile("childcare.csv", data), **form}
    )


def test_viewers_read_officers_import_and_others_see_nothing() -> None:
    load()
    viewer, officer, other = client_of("viewer"), client_of("officer"), client_of("officer", ["ocr"])
    pk = Facility.objects.first().pk  # type: ignore[union-attr]
    for address in (reverse("facilities:home"), reverse("facilities:facility", args=[pk])):
        assert viewer.get(address).status_code == officer.get(address).status_code == 200
        assert other.get(address).status_code == 403
    assert "ファイルを取り込む" not in viewer.get(reverse("facilities:home")).content.decode()
    for address in (reverse("facilities:import-new"), reverse("facilities:undo", args=["childcare"])):
        assert viewer.get(address).status_code == other.get(address).status_code == 403
        assert officer.get(address).status_code == 200


def test_an_import_is_looked_at_and_then_confirmed() -> None:
    load()
    officer = client_of("officer")
    answer = upload(
        officer, table(childcare({}, {"名称": "新しい園", "受入年齢": "おおむね3歳まで"}), "cp932")
    )
    draft = Import.objects.get(state="draft")
    assert answer["Location"] == reverse("facilities:import", args=[draft.pk])
    text = officer.get(answer["Location"]).content.decode()
    assert "新しい園" in text
    assert "おおむね3歳まで" in text
    assert "差を確かめる" in officer.get(reverse("facilities:home")).content.decode()
    assert Dataset.objects.get(kind="childcare").number == 1
    done = officer.post(reverse("facilities:import-confirm", args=[draft.pk]), follow=True)
    assert "子育て施設 第2版（2件）を取り込みました" in done.content.decode()
    assert "新しい園" in officer.get(reverse("facilities:home"), {"q": "新しい園"}).content.decode()


def test_faults_are_shown_with_their_place_and_nothing_is_kept() -> None:
    officer = client_of("officer")
    answer = upload(officer, table(childcare({"緯度": "138.362", "経度": "33.597"}, {"開始時間": "25:00"})))
    text = answer.content.decode()
    assert answer.status_code == 422
    assert "取り込めませんでした（2か所）" in text
    assert "入れ替わっています" in text
    assert not Import.objects.exists()
    missing = officer.post(reverse("facilities:import-new"), {"source": ""})
    assert missing.status_code == 422
    assert "出典がありません" in missing.content.decode()
    assert upload(officer, table(childcare()), as_of="26-10-01").status_code == 422


def test_another_persons_draft_can_not_be_confirmed() -> None:
    first, second = client_of("officer"), client_of("officer")
    upload(first, table(childcare()))
    draft = Import.objects.get()
    for name in ("import", "import-confirm", "import-give-up"):
        address = reverse(f"facilities:{name}", args=[draft.pk])
        assert (second.get(address) if name == "import" else second.post(address)).status_code == 404
    assert first.post(reverse("facilities:import-give-up", args=[draft.pk])).status_code == 302
    assert not Import.objects.exists()


def test_undo_asks_first_and_notices_a_newer_version() -> None:
    load()
    officer = client_of("officer")
    address = reverse("facilities:undo", args=["clinic"])
    assert "区民の画面に出なくなります" in officer.get(address).content.decode()
    assert Dataset.objects.filter(kind="clinic").exists()
    stale = officer.post(address, {"number": "7"}, follow=True)
    assert "版が変わっています" in stale.content.decode()
    done = officer.post(address, {"number": "1"}, follow=True)
    assert "医療機関：表示をやめました" in done.content.decode()
    assert officer.get(address).status_code == 404
    assert Import.objects.get(kind="clinic").undone_by is not None


def test_lists_are_sorted_narrowed_and_written_out() -> None:
    load()
    viewer = client_of("viewer")
    home = reverse("facilities:home")
    text = viewer.get(home, {"kind": "clinic", "sort": "-name"}).content.decode()
    assert "25件中" in text
    csv = viewer.get(home, {"kind": "clinic", "export": "csv"})
    assert csv["Content-Type"].startswith("text/csv")
    assert len(csv.content.decode("utf-8-sig").splitlines()) == 26
    assert viewer.get(home, {"s-export": "xlsx"}).status_code == 200


def test_a_page_of_one_place_says_what_the_search_makes_of_it() -> None:
    load()
    viewer = client_of("viewer")
    row = Facility.objects.get(name="朝凪台子育てひろば")
    text = viewer.get(reverse("facilities:facility", args=[row.pk])).content.decode()
    assert "要確認" in text
    assert "おおむね3歳まで" in text
