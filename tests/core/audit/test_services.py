"""Writing lines: what is refused, what is sealed, what can never be changed."""

from __future__ import annotations

import json
import logging
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from django.db import DatabaseError, connection, transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from yakuba.core.audit import append_only, heads, services
from yakuba.core.audit.domain.chain import Flaw
from yakuba.core.audit.labels import action_label, all_actions, register_action
from yakuba.core.audit.models import AppendOnly, AuditEntry
from yakuba.core.audit.services import BadRecord, record, seal_head, verify_chain
from yakuba.core.people.models import User


def write(count: int = 1) -> None:
    for number in range(count):
        record("a.b", actor="system:x", target=f"t:{number}", detail={"n": number})


JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(10**18), 10**18)
    | st.floats(-1e14, 1e14)
    | st.text(st.characters(exclude_categories=["Cc", "Cs"]), max_size=20),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text("abc区", max_size=5), inner, max_size=3)
    ),
    max_leaves=8,
)


@pytest.mark.django_db(transaction=True)
@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.dictionaries(st.text("abc", max_size=5), JSON, max_size=3))
def test_any_detail_that_is_taken_verifies_after_the_database_gave_it_back(detail: dict[str, Any]) -> None:
    record("a.b", actor="system:x", target="t", detail=detail)
    assert verify_chain().good


@pytest.mark.django_db
def test_a_user_is_kept_by_number_and_a_programme_by_name() -> None:
    user = User.objects.create_user("1001", name="千葉")
    assert record("a", actor=user, target="t").actor == f"user:{user.pk}"
    entry = record("a", actor="system:sweeper", target="t")
    assert (entry.actor, entry.detail, entry.sequence) == ("system:sweeper", {}, 2)
    assert str(entry) == "2 a t"


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("detail", "word"),
    [
        ({"note": "あ" * 501}, "501 characters, at most 500"),
        ({"a": [{"b": "x" * 501}]}, r"detail\.a\[0\]\.b"),
        ({"k" * 101: 1}, "key"),
        ({"a": "nul\x00"}, "control"),
        ({"a": "\ud800"}, "control"),
        ({"a": float("nan")}, "nan"),
        ({"a": float("inf")}, "inf"),
        ({"a": 1e15}, r"1000000000000000\.0"),
        ({"a": object()}, "not JSON serializable"),
        ({"ids": ["0" * 400] * 200}, "Give counts"),
    ],
)
def test_details_that_hold_texts_or_do_not_survive_a_database_are_refused(
    detail: dict[str, Any], word: str
) -> None:
    with pytest.raises(BadRecord, match=word):
        record("a", actor="x", target="t", detail=detail)
    assert AuditEntry.objects.count() == 0


@pytest.mark.django_db
def test_limits_are_exact() -> None:
    kept = record(
        "a" * 100, actor="x" * 150, target="t" * 200, detail={"k": "あ" * 500, "z": -0.0, "l": "a\nb"}
    )
    assert str(kept.detail["z"]) == "0.0"
    for field in ({"action": "a" * 101}, {"actor": "x" * 151}, {"target": "t" * 201}):
        arguments: dict[str, Any] = {"action": "a", "actor": "x", "target": "t", **field}
        with pytest.raises(BadRecord, match=next(iter(field))):
            record(arguments.pop("action"), **arguments)


@pytest.mark.django_db
def test_nobody_changes_a_line_through_the_orm() -> None:
    write(2)
    entry = AuditEntry.objects.get(sequence=1)
    entry.target = "other"
    for act in (
        entry.save,
        entry.delete,
        AuditEntry.objects.all().delete,
        lambda: AuditEntry.objects.update(target="other"),
        lambda: AuditEntry.objects.bulk_update([entry], ["target"]),
        lambda: AuditEntry.objects.bulk_create([AuditEntry()]),
    ):
        with pytest.raises(AppendOnly, match="追記だけ"):
            act()
    assert AuditEntry.objects.get(sequence=1).target == "t:0"


@pytest.mark.django_db
@pytest.mark.parametrize(
    "statement",
    ["UPDATE audit_auditentry SET target = 'x'", "DELETE FROM audit_auditentry WHERE sequence = 2"],
)
def test_the_database_itself_refuses_to_change_a_line(statement: str) -> None:
    write(2)
    with pytest.raises(DatabaseError, match="neither"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)
    assert AuditEntry.objects.count() == 2


@pytest.mark.django_db
def test_the_refusal_can_be_taken_away_and_put_back() -> None:
    write()
    append_only.remove(connection)
    with connection.cursor() as cursor:
        cursor.execute("UPDATE audit_auditentry SET target = 'x'")
    append_only.install(connection)
    append_only.install(connection)
    with pytest.raises(DatabaseError, match="neither"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("DELETE FROM audit_auditentry")


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("turn", [1, 2])
def test_tests_that_commit_begin_with_an_empty_log_that_still_refuses(turn: int) -> None:
    assert AuditEntry.objects.count() == 0
    write()
    with pytest.raises(DatabaseError, match="neither"), connection.cursor() as cursor:
        cursor.execute("DELETE FROM audit_auditentry")


@pytest.mark.django_db(transaction=True)
def test_every_commit_moves_the_running_head_and_a_rollback_does_not(home: Path) -> None:
    write(3)
    latest = heads.latest_head()
    assert latest is not None
    assert latest.sequence == 3
    with transaction.atomic():
        write(2)
        transaction.set_rollback(True)
    assert heads.latest_head() == latest
    with transaction.atomic():
        write(2)
    moved = heads.latest_head()
    assert moved is not None
    assert moved.sequence == 5
    assert (home / "audit-heads" / "latest.json").stat().st_mode & 0o777 == 0o600
    assert (home / "keys" / "audit-key").stat().st_mode & 0o777 == 0o600
    assert verify_chain().good


@pytest.mark.django_db(transaction=True)
def test_the_day_is_sealed_and_moved_forward_within_the_day(home: Path) -> None:
    assert seal_head() is None
    assert heads.latest_head() is None
    write(2)
    day = date(2026, 11, 22)
    first = seal_head(day)
    write(1)
    second = seal_head(day)
    assert first is not None
    assert second is not None
    assert (first.sequence, second.sequence) == (2, 3)
    assert sorted(path.name for path in (home / "audit-heads").glob("*.json")) == [
        "2026-11-22.json",
        "latest.json",
    ]
    assert verify_chain().good


@pytest.mark.django_db(transaction=True)
def test_a_busy_day_is_sealed_every_so_many_lines(monkeypatch: pytest.MonkeyPatch, home: Path) -> None:
    monkeypatch.setattr(services, "SEAL_EVERY", 5)
    write(4)
    assert [path.name for path in (home / "audit-heads").glob("2*.json")] == []
    write(7)
    (day,) = (home / "audit-heads").glob("2*.json")
    assert heads.read_head(day).sequence == 10


def rewrite(sql: str) -> None:
    append_only.remove(connection)
    with connection.cursor() as cursor:
        cursor.execute(sql)
    append_only.install(connection)


@pytest.mark.django_db(transaction=True)
def test_a_cut_and_regrown_log_keeps_its_old_head_as_evidence(caplog: pytest.LogCaptureFixture) -> None:
    write(6)
    before = heads.latest_head()
    rewrite("DELETE FROM audit_auditentry WHERE sequence > 3")
    assert (verify_chain().flaw, verify_chain().sequence) == (Flaw.TRUNCATED, 4)
    with caplog.at_level(logging.ERROR):
        write(9)
    assert heads.latest_head() == before
    assert "latest.json at line 6" in caplog.text
    verdict = verify_chain()
    assert (verdict.flaw, verdict.sequence) == (Flaw.RECHAINED, 6)
    day = seal_head()
    assert day is not None
    assert day.sequence == 12
    assert verify_chain().flaw is Flaw.RECHAINED  # a new seal does not hide the old one


@pytest.mark.django_db(transaction=True)
def test_a_missing_key_is_told_and_none_is_made(home: Path) -> None:
    write()
    (home / "keys" / "audit-key").unlink()
    verdict = verify_chain()
    assert not verdict.good
    assert "keys/audit-key" in verdict.reason
    assert not (home / "keys" / "audit-key").exists()


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("text", ["", "[]", "{}", '{"format": "other", "sequence": 1}'])
def test_an_unreadable_head_is_named(home: Path, text: str) -> None:
    write()
    (home / "audit-heads" / "2026-01-01.json").write_text(text)
    verdict = verify_chain()
    assert verdict.flaw is Flaw.HEAD_FORGED
    assert "2026-01-01.json" in verdict.reason


@pytest.mark.django_db(transaction=True)
def test_removed_heads_are_told(home: Path) -> None:
    write(2)
    (home / "audit-heads" / "latest.json").unlink()
    assert verify_chain().flaw is Flaw.HEAD_MISSING


@pytest.mark.django_db(transaction=True)
def test_a_head_edited_by_hand_is_found(home: Path) -> None:
    write(5)
    path = home / "audit-heads" / "latest.json"
    path.write_text(json.dumps({**json.loads(path.read_text()), "sequence": 3}))
    assert verify_chain().flaw is Flaw.HEAD_FORGED


def test_actions_have_japanese_names_that_packages_add() -> None:
    register_action("test.act", "試した")
    assert action_label("test.act") == "試した"
    assert action_label("test.unknown") == "test.unknown"
    assert ("test.act", "試した") in all_actions()
    assert list(all_actions()) == sorted(all_actions())
