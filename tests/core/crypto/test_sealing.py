"""Sealed values and streams, the key ring and its rotation."""

from __future__ import annotations

import io
import json
import threading
from pathlib import Path

import pytest

from yakuba.core import crypto
from yakuba.core.crypto.keyfile import make_once, replace_private
from yakuba.core.crypto.keyring import load_ring, parse_ring


def test_a_value_comes_back_and_two_seals_of_it_differ() -> None:
    first, second = crypto.seal("𠮷田".encode(), "a"), crypto.seal("𠮷田".encode(), "a")
    assert first != second
    assert "𠮷田".encode() not in first
    assert crypto.unseal(first, "a") == crypto.unseal(second, "a") == "𠮷田".encode()


def test_a_value_sealed_for_one_purpose_is_refused_for_another() -> None:
    with pytest.raises(crypto.DamagedData):
        crypto.unseal(crypto.seal(b"x", "people.note"), "people.other")


def test_every_altered_byte_of_a_value_is_found() -> None:
    token = crypto.seal(b"xyz", "a")
    for place in range(len(token)):
        bad = bytearray(token)
        bad[place] ^= 1
        with pytest.raises(crypto.CryptoError):
            crypto.unseal(bytes(bad), "a")
    with pytest.raises(crypto.DamagedData):
        crypto.unseal(token[:-1], "a")
    with pytest.raises(crypto.DamagedData):
        crypto.unseal(b"", "a")


def test_after_rotation_old_values_stay_readable_and_new_ones_use_the_new_key() -> None:
    old = crypto.seal(b"old", "a")
    key_id = crypto.rotate()
    new = crypto.seal(b"new", "a")
    assert new[4:12].hex() == key_id
    assert old[4:12] != new[4:12]
    assert (crypto.unseal(old, "a"), crypto.unseal(new, "a")) == (b"old", b"new")


def test_a_value_of_another_installation_names_the_missing_key(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    token = crypto.seal(b"x", "a")
    monkeypatch.setenv("YAKUBA_HOME", str(tmp_path / "other"))
    with pytest.raises(crypto.UnknownKey, match=token[4:12].hex()):
        crypto.unseal(token, "a")


def test_the_ring_is_readable_by_its_owner_alone(home: Path) -> None:
    crypto.seal(b"x", "a")
    ring = home / "keys" / "ring.json"
    assert ring.stat().st_mode & 0o777 == 0o600
    assert ring.parent.stat().st_mode & 0o777 == 0o700
    crypto.rotate()
    assert ring.stat().st_mode & 0o777 == 0o600
    assert [path.name for path in ring.parent.iterdir()] == ["ring.json"]


@pytest.mark.parametrize(
    "text",
    [
        b"",
        b"[]",
        b"{}",
        b'{"format": "yakuba.keyring/1", "current": "00", "keys": {}}',
        b'{"format": "yakuba.keyring/1", "current": "%(id)s", "keys": {"%(id)s": "AAAA"}}'
        % {b"id": b"0" * 16},
        b'{"format": "yakuba.keyring/1", "current": "zz", "keys": []}',
    ],
)
def test_a_broken_ring_is_named(text: bytes) -> None:
    with pytest.raises(crypto.CryptoError, match=r"ring\.json"):
        parse_ring(text)


def test_a_ring_of_another_format_is_refused() -> None:
    body = json.loads(load_ring().to_json())
    with pytest.raises(crypto.CryptoError):
        parse_ring(json.dumps({**body, "format": "yakuba.keyring/2"}).encode())


def test_many_that_make_the_same_file_all_get_one_content(tmp_path: Path) -> None:
    got: list[bytes] = []
    ready = threading.Barrier(8)

    def work(number: int) -> None:
        ready.wait()
        got.append(make_once(tmp_path / "k", lambda: str(number).encode() * 1000))

    threads = [threading.Thread(target=work, args=(number,)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(got) == 8
    assert len(set(got)) == 1
    assert [path.name for path in tmp_path.iterdir() if path.is_file()] == ["k"]


def test_a_failed_replacement_leaves_the_old_file(tmp_path: Path) -> None:
    target = tmp_path / "folder"
    (target / "inside").mkdir(parents=True)
    with pytest.raises(OSError, match="irectory"):
        replace_private(target, b"new")
    assert [path.name for path in tmp_path.iterdir()] == ["folder"]


def test_a_long_stream_can_be_read_in_any_steps() -> None:
    data = bytes(i % 253 for i in range(200_000))
    sink = io.BytesIO()
    crypto.seal_stream([data[:70_000], data[70_000:]], sink, "core.files")
    with crypto.open_sealed(io.BytesIO(sink.getvalue()), "core.files") as reader:
        assert reader.read(10) + reader.read(150_000) + reader.read() + reader.read() == data


def test_a_stream_of_another_purpose_or_format_is_refused() -> None:
    sink = io.BytesIO()
    crypto.seal_stream([b"abc"], sink, "core.files")
    token = sink.getvalue()
    with (
        pytest.raises(crypto.DamagedData),
        crypto.open_sealed(io.BytesIO(token), "core.other") as reader,
    ):
        reader.read()
    with pytest.raises(crypto.DamagedData):
        crypto.open_sealed(io.BytesIO(b"X" + token[1:]), "core.files")
    with pytest.raises(crypto.TruncatedData):
        crypto.open_sealed(io.BytesIO(token[:20]), "core.files")


def test_closing_the_reader_closes_the_file_under_it() -> None:
    sink = io.BytesIO()
    crypto.seal_stream([b"abc"], sink, "a")
    source = io.BytesIO(sink.getvalue())
    crypto.open_sealed(source, "a").close()
    assert source.closed
