"""Files go in whole or not at all and come out as they were."""

from __future__ import annotations

import io
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from yakuba.core.files import services, vault
from yakuba.core.files.models import StoredFile
from yakuba.core.people.models import User

pytestmark = pytest.mark.django_db


def put(data: bytes = b"abc", name: str = "a.txt") -> StoredFile:
    return services.store(data, name=name, content_type="text/plain", by=None)


def on_disk(home: Path) -> list[Path]:
    return sorted(path for path in (home / "files").rglob("*") if path.is_file())


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=25, deadline=None)
@given(st.binary(max_size=2000))
def test_bytes_come_back_exactly(data: bytes) -> None:
    stored = put(data)
    assert services.read(stored) == data
    assert stored.size == len(data)


def test_a_stream_is_stored_under_its_hash_with_its_author(home: Path) -> None:
    user = User.objects.create_user("1001", name="千葉")
    data = bytes(i % 251 for i in range(600_000))
    stored = services.store(io.BytesIO(data), name="台帳.xlsx", content_type="application/zip", by=user)
    assert stored.created_by == user
    assert stored.content_type == "application/zip"
    path = home / "files" / stored.sha256[:2] / stored.sha256[2:4] / stored.sha256
    assert on_disk(home) == [path]
    assert path.stat().st_mode & 0o777 == 0o600
    with services.open(stored) as reader:
        assert reader.read(7) == data[:7]
    assert data[:64] not in path.read_bytes()


def test_equal_contents_lie_on_the_disk_once(home: Path) -> None:
    first, second = put(name="a.txt"), put(name="b.txt")
    assert first.pk != second.pk
    assert len(on_disk(home)) == 1
    assert services.read(second) == b"abc"


def test_a_file_above_the_limit_leaves_nothing(home: Path) -> None:
    with pytest.raises(services.FileTooLarge, match="上限の 10 バイト"):
        services.store(io.BytesIO(b"x" * 11), name="大.bin", content_type="", by=None, limit=10)
    assert on_disk(home) == []
    assert StoredFile.objects.count() == 0
    assert services.store(b"x" * 10, name="a", content_type="", by=None, limit=10).size == 10


def test_the_installation_sets_the_limit(settings: object) -> None:
    settings.YAKUBA_FILE_LIMIT_MIB = 1  # type: ignore[attr-defined]
    assert services.size_limit() == 1024 * 1024
    with pytest.raises(services.FileTooLarge, match="上限の 1 MiB"):
        put(b"x" * (1024 * 1024 + 1))


def test_a_source_that_fails_leaves_nothing(home: Path) -> None:
    class Failing(io.BytesIO):
        def read(self, size: int | None = -1, /) -> bytes:
            raise OSError("line cut")

    with pytest.raises(OSError, match="line cut"):
        services.store(Failing(), name="a", content_type="", by=None)
    assert on_disk(home) == []


def test_a_missing_content_is_named() -> None:
    stored = put(name="名簿.csv")
    vault.place(stored.sha256).unlink()
    with pytest.raises(services.FileDamaged, match=r"名簿\.csv"):
        services.read(stored)


@pytest.mark.parametrize("place", [0, 20, -1])
def test_a_damaged_content_is_named_and_storing_it_again_heals_it(place: int) -> None:
    stored = put(name="名簿.csv")
    path = vault.place(stored.sha256)
    data = bytearray(path.read_bytes())
    data[place] ^= 1
    path.write_bytes(data)
    with pytest.raises(services.FileDamaged, match=r"名簿\.csv"):
        services.read(stored)
    put()
    assert services.read(stored) == b"abc"


def test_contents_swapped_on_the_disk_are_found() -> None:
    first, second = put(b"one"), put(b"two")
    vault.place(first.sha256).write_bytes(vault.place(second.sha256).read_bytes())
    with pytest.raises(services.FileDamaged, match="登録時と中身が違います"):
        services.read(first)
    assert services.verify_all().damaged == (first.sha256,)


def test_the_check_lists_damaged_missing_and_orphan_contents() -> None:
    good, damaged, missing, orphan = (put(data) for data in (b"1", b"2", b"3", b"4"))
    assert services.verify_all() == services.VaultReport(4, (), (), ())
    vault.place(damaged.sha256).write_bytes(b"junk")
    vault.place(missing.sha256).unlink()
    orphan.delete()
    report = services.verify_all()
    assert report == services.VaultReport(2, (damaged.sha256,), (missing.sha256,), (orphan.sha256,))
    assert not report.good
    vault.place(damaged.sha256).unlink()
    damaged.delete()
    missing.delete()
    assert services.verify_all().good
    assert services.read(good) == b"1"


@pytest.mark.parametrize(
    ("given_name", "kept"),
    [
        ("台帳.xlsx", "台帳.xlsx"),
        ("葛󠄀城.csv", "葛󠄀城.csv"),
        ("../../etc/passwd", "passwd"),
        ("C:\\temp\\a.csv", "a.csv"),
        ("a\r\nX: y.csv", "aX: y.csv"),
        ("invoice\u202efdp.exe", "invoicefdp.exe"),
        ("", "file"),
        ("...", "file"),
        ("あ" * 300 + ".xlsx", "あ" * 250 + ".xlsx"),
        ("b" * 300, "b" * 255),
    ],
)
def test_names_lose_folders_and_hidden_characters_and_keep_their_ending(given_name: str, kept: str) -> None:
    assert services.clean_name(given_name) == kept


def test_only_a_hash_can_name_a_place() -> None:
    with pytest.raises(ValueError, match="SHA-256"):
        vault.place("../" + "a" * 61)
