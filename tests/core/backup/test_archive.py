"""A damaged, cut, forged or misplaced archive changes nothing and says what is wrong."""

from __future__ import annotations

import io
import json
import random
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from yakuba.core import crypto
from yakuba.core.backup import archive, restoring
from yakuba.core.backup.errors import BackupError
from yakuba.core.backup.sqlite import check_sqlite, copy_sqlite
from yakuba.core.crypto.passphrase import lock_stream

pytestmark = pytest.mark.usefixtures("quick_passphrases")

PASSPHRASE = "correct horse battery"


def database(path: Path, rows: int = 100) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("CREATE TABLE t (n INTEGER, s TEXT)")
        connection.executemany("INSERT INTO t VALUES (?, ?)", [(n, "区" * n) for n in range(rows)])
        connection.commit()
    return path


@pytest.fixture
def saved(tmp_path: Path) -> Path:
    """An archive of a small installation."""
    source = tmp_path / "source"
    main = database(source / "yakuba.sqlite3")
    (source / "keys").mkdir()
    (source / "keys" / "audit-key").write_bytes(b"k" * 64)
    content = source / "content"
    content.write_bytes(random.Random(1).randbytes(300_000))
    escrow = source / "escrow"
    escrow.write_bytes(crypto.export_escrow(PASSPHRASE, source))
    parts = [
        ("database/yakuba.sqlite3", main),
        ("files/ab/cd/content", content),
        ("keys.escrow", escrow),
    ]
    path = tmp_path / "one.backup"
    with path.open("wb") as sink:
        archive.write_archive(parts, {"version": "1", "made_at": "x", "database": "sqlite"}, sink, PASSPHRASE)
    return path


def refuse(
    saved: Path, target: Path, error: type[Exception], match: str, passphrase: str = PASSPHRASE
) -> None:
    with pytest.raises(error, match=match):
        restoring.restore(saved, target, passphrase)
    assert not target.exists()
    assert not list(target.parent.glob(".yakuba-restore-*"))


def test_a_sound_archive_is_put_in_place_with_private_files(saved: Path, tmp_path: Path) -> None:
    target = tmp_path / "new" / "home"
    assert restoring.restore(saved, target, PASSPHRASE).parts == 3
    source = tmp_path / "source"
    assert (target / "yakuba.sqlite3").read_bytes() == (source / "yakuba.sqlite3").read_bytes()
    assert (target / "files/ab/cd/content").read_bytes() == (source / "content").read_bytes()
    assert (target / "keys/audit-key").read_bytes() == b"k" * 64
    assert sorted(path.name for path in target.iterdir()) == ["files", "keys", "yakuba.sqlite3"]
    assert (target / "yakuba.sqlite3").stat().st_mode & 0o777 == 0o600
    assert target.stat().st_mode & 0o777 == 0o700


def test_an_empty_folder_is_taken(saved: Path, tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    restoring.restore(saved, tmp_path / "empty", PASSPHRASE)
    assert (tmp_path / "empty" / "yakuba.sqlite3").exists()


def test_anything_in_the_home_stops_a_restore_and_stays(saved: Path, tmp_path: Path) -> None:
    target = tmp_path / "used"
    target.mkdir()
    for name in ("a", "b", "c", "d"):
        (target / name).write_text("x")
    with pytest.raises(BackupError, match="a、b、cなど"):
        restoring.restore(saved, target, PASSPHRASE)
    assert sorted(path.name for path in target.iterdir()) == ["a", "b", "c", "d"]
    with pytest.raises(BackupError, match="フォルダーではありません"):
        restoring.restore(saved, target / "a", PASSPHRASE)


def test_a_wrong_passphrase_a_cut_and_damage_have_messages_of_their_own(saved: Path, tmp_path: Path) -> None:
    data = saved.read_bytes()
    refuse(saved, tmp_path / "h", crypto.WrongPassphrase, "パスフレーズが違います", PASSPHRASE + "!")
    for size in (len(data) - 1, len(data) // 2, 40):
        saved.write_bytes(data[:size])
        refuse(saved, tmp_path / "h", crypto.TruncatedData, "途中で切れています")
    for place in (len(data) - 1, len(data) // 2, len(data) - 300_000 // 4):
        bad = bytearray(data)
        bad[place] ^= 1
        saved.write_bytes(bad)
        refuse(saved, tmp_path / "h", crypto.DamagedData, "壊れているか、書き換え")
    saved.write_bytes(b"PK\x03\x04 not ours")
    refuse(saved, tmp_path / "h", crypto.DamagedData, "形式ではない")


def forge(path: Path, body: bytes) -> None:
    """An archive by somebody who has the passphrase."""
    with path.open("wb") as sink:
        lock_stream(archive._compressed([body]), sink, PASSPHRASE, archive.KIND)


def part(name: str, data: bytes, size: int | None = None) -> bytes:
    return archive._head(name, len(data) if size is None else size) + data


def manifest(*parts: dict[str, Any]) -> bytes:
    return part(archive.MANIFEST, json.dumps({"database": "sqlite", "parts": list(parts)}).encode())


@pytest.mark.parametrize(
    ("body", "match"),
    [
        (part("../evil", b"x") + manifest(), "使えません"),
        (part("/etc/evil", b"x") + manifest(), "使えません"),
        (part("a/../../evil", b"x") + manifest(), "使えません"),
        (part("", b"x") + manifest(), "使えません"),
        (part("a", b"x") + manifest(), "目録は 0件、中身は 1件"),
        (manifest({"name": "a", "size": 1, "sha256": "0"}), "目録は 1件、中身は 0件"),
        (part("a", b"x") + manifest({"name": "a", "size": 1, "sha256": "0"}), "「a」が目録と違います"),
        (part("a", b"x", 9), "途中で切れています"),
        (part("a", b"x"), "途中で切れています"),
        (manifest() + b"more", "余分な中身"),
        ((2**31).to_bytes(4, "big"), "目録が読めません"),
    ],
)
def test_parts_that_do_not_fit_the_manifest_are_refused(tmp_path: Path, body: bytes, match: str) -> None:
    path = tmp_path / "forged.backup"
    forge(path, body)
    refuse(path, tmp_path / "h", BackupError, match)
    assert not (tmp_path / "evil").exists()


def test_bytes_that_do_not_decompress_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "forged.backup"
    with path.open("wb") as sink:
        lock_stream([b"not zlib"], sink, PASSPHRASE, archive.KIND)
    refuse(path, tmp_path / "h", BackupError, "展開できません")


def test_a_broken_database_inside_is_found_before_it_is_put_in_place(tmp_path: Path) -> None:
    escrow = tmp_path / "escrow"
    escrow.write_bytes(crypto.export_escrow(PASSPHRASE, tmp_path))
    junk = tmp_path / "junk"
    junk.write_bytes(b"SQLite format 3\x00" + b"\xff" * 5000)
    path = tmp_path / "one.backup"
    with path.open("wb") as sink:
        parts = [("database/yakuba.sqlite3", junk), ("keys.escrow", escrow)]
        archive.write_archive(parts, {"database": "sqlite"}, sink, PASSPHRASE)
    refuse(path, tmp_path / "h", BackupError, "データベースが壊れています")


def test_compressible_contents_larger_than_a_piece_come_back(tmp_path: Path) -> None:
    big = tmp_path / "big"
    big.write_bytes(b"\x00" * 5_000_000)
    sink = io.BytesIO()
    archive.write_archive([("big", big)], {}, sink, PASSPHRASE)
    assert len(sink.getvalue()) < 100_000
    got = io.BytesIO()
    got.close_now = got.close  # type: ignore[attr-defined]
    got.close = lambda: None  # type: ignore[method-assign]
    found = archive.read_archive(io.BytesIO(sink.getvalue()), PASSPHRASE, lambda name: got)
    assert got.getvalue() == b"\x00" * 5_000_000
    assert found["parts"][0]["size"] == 5_000_000


def test_a_live_database_is_copied_with_what_its_log_holds(tmp_path: Path) -> None:
    source = database(tmp_path / "live.sqlite3", rows=3)
    with closing(sqlite3.connect(source)) as writer:
        writer.execute("PRAGMA journal_mode=WAL")
        writer.execute("INSERT INTO t VALUES (99, 'committed')")
        writer.commit()
        writer.execute("INSERT INTO t VALUES (100, 'open')")
        copy_sqlite(source, tmp_path / "copy")
    with closing(sqlite3.connect(tmp_path / "copy")) as copy:
        assert copy.execute("SELECT max(n) FROM t").fetchone() == (99,)
    assert not (tmp_path / "copy-wal").exists()


def test_a_database_that_can_not_be_read_is_named(tmp_path: Path) -> None:
    with pytest.raises(BackupError, match=r"none\.sqlite3"):
        copy_sqlite(tmp_path / "none.sqlite3", tmp_path / "copy")
    (tmp_path / "junk").write_bytes(b"x" * 5000)
    with pytest.raises(BackupError, match="junk"):
        check_sqlite(tmp_path / "junk", "junk")
