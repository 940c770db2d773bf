"""The encrypted text column, tried on a table of its own."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from django.db import connection, models

from yakuba.core import crypto
from yakuba.core.crypto.fields import EncryptedTextField


class Note(models.Model):
    text = EncryptedTextField(purpose="test.note", blank=True, null=True)

    class Meta:
        app_label = "crypto_test"


@pytest.fixture
def table(transactional_db: None) -> Iterator[None]:
    with connection.schema_editor() as editor:
        editor.create_model(Note)
    yield
    with connection.schema_editor() as editor:
        editor.delete_model(Note)


@pytest.mark.usefixtures("table")
def test_text_comes_back_and_the_database_does_not_hold_it() -> None:
    note = Note.objects.create(text="葛󠄀城 秘密")
    assert Note.objects.get(pk=note.pk).text == "葛󠄀城 秘密"
    with connection.cursor() as cursor:
        cursor.execute("SELECT text FROM crypto_test_note")
        stored = cursor.fetchone()[0]
    assert "秘密" not in stored
    assert len(stored) > 40


@pytest.mark.usefixtures("table")
def test_empty_and_null_can_be_filtered() -> None:
    Note.objects.create(text="")
    Note.objects.create(text=None)
    assert Note.objects.filter(text="").count() == 1
    assert Note.objects.filter(text__isnull=True).count() == 1


@pytest.mark.usefixtures("table")
def test_a_value_moved_by_hand_from_another_column_is_refused() -> None:
    note = Note.objects.create(text="x")
    with connection.cursor() as cursor:
        cursor.execute("UPDATE crypto_test_note SET text = %s", ["AAAA" * 20])
    with pytest.raises(crypto.DamagedData):
        Note.objects.get(pk=note.pk)


def test_searching_the_column_is_refused_and_a_purpose_is_required() -> None:
    with pytest.raises(TypeError, match="encrypted"):
        Note.objects.filter(text__contains="x")
    with pytest.raises(ValueError, match="purpose"):
        EncryptedTextField()


def test_a_migration_keeps_the_purpose() -> None:
    _, path, _, kwargs = EncryptedTextField(purpose="a.b").deconstruct()
    assert path == "yakuba.core.crypto.fields.EncryptedTextField"
    assert kwargs["purpose"] == "a.b"
