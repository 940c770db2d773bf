"""Simulated blind entries and audits: for two persons, once, in a demo alone, and marked."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner
from django.test import override_settings

from tests.ocr import check_desk
from tests.site.browser import make_user
from yakuba.core.border.domain.policy import Policy
from yakuba.core.border.models import BorderTask, Label, Watch
from yakuba.core.border.services import certify, declare
from yakuba.core.people.approval import decide
from yakuba.ocr.domain.form_reading import parse_form
from yakuba.ocr.services.border_names import task_for
from yakuba.site.demo.cli import demo
from yakuba.site.demo.ocr import simulate_audits, simulate_entries

pytestmark = pytest.mark.django_db
FORM, VERSION = "給与支払報告書", "2"


@pytest.fixture(autouse=True)
def _own_home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("YAKUBA_HOME", str(tmp_path / "home"))


def two() -> tuple[str, str]:
    return make_user("officer").username, make_user("officer").username


def fields_read() -> None:
    check_desk.make_version()
    form = parse_form(check_desk.DEFINITION)
    for name in ("paid", "way", "name"):
        task = task_for(form, form.field_named(name), model="m", scanner="")
        declare(task, Policy.ALWAYS_STAFF if name == "name" else Policy.AUTO_IF_CERTIFIED)


def test_entries_are_marked_and_made_once() -> None:
    fields_read()
    first, second = two()
    assert simulate_entries(FORM, VERSION, first, second) == {"支払金額": 1300, "徴収の方法": 1300}
    assert set(Label.objects.values_list("simulated", flat=True)) == {True}
    assert set(Label.objects.values_list("first_by__username", "second_by__username")) == {(first, second)}
    with pytest.raises(LookupError):
        simulate_entries(FORM, VERSION, first, second)
    assert Label.objects.count() == 2600


@override_settings(YAKUBA_DEMO=True)
def test_audits_are_skipped_under_a_simulated_certificate_alone() -> None:
    fields_read()
    first, second = two()
    with pytest.raises(LookupError, match="模擬の証明書"):
        simulate_audits(FORM, VERSION, ["支払金額"])
    simulate_entries(FORM, VERSION, first, second)
    row = BorderTask.objects.get(kind=f"{FORM}/支払金額")
    form = parse_form(check_desk.DEFINITION)
    made = certify(task_for(form, form.field_named("paid"), model="m", scanner=""), by=make_user("officer"))
    assert made.approval is not None
    assert made.approval.payload["title"] == f"{FORM}「支払金額」（模擬）"
    decide(made.approval, by=make_user("approver"), approve=True)
    row.refresh_from_db()
    assert row.state == "certified"
    assert simulate_audits(FORM, VERSION, ["支払金額", "徴収の方法"]) == 1
    assert Watch.objects.get().automatic == 200
    assert simulate_audits(FORM, VERSION, ["支払金額"]) == 0


def test_what_is_missing_is_said() -> None:
    first, second = two()
    with pytest.raises(LookupError, match="版「2」がありません"):
        simulate_entries(FORM, VERSION, first, second)
    check_desk.make_version()
    for numbers in ((first, first), (first, "nobody")):
        with pytest.raises(LookupError, match="2人分"):
            simulate_entries(FORM, VERSION, *numbers)
    with pytest.raises(LookupError, match="束を1つ読んで"):
        simulate_entries(FORM, VERSION, first, second)


@pytest.mark.parametrize(
    "arguments", [["entries", FORM, VERSION, "--by", "1", "2"], ["audits", FORM, VERSION, "支払金額"]]
)
def test_the_commands_work_in_a_demo_alone(arguments: list[str]) -> None:
    with override_settings(YAKUBA_DEMO=False):
        refused = CliRunner().invoke(demo, arguments)
    assert refused.exit_code == 1
    assert "YAKUBA_DEMO=1" in refused.output
    with override_settings(YAKUBA_DEMO=True):
        missing = CliRunner().invoke(demo, arguments)
    assert missing.exit_code == 1
    assert "版" in missing.output
