"""The stream format: nothing can be altered, swapped, dropped or cut off unnoticed."""

from __future__ import annotations

import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from yakuba.core.crypto.errors import CryptoError, DamagedData, TruncatedData
from yakuba.core.crypto.frames import PIECE, read_frames, write_frames

KEY = bytes(range(32))


def sealed(data: bytes, context: bytes = b"c") -> bytes:
    sink = io.BytesIO()
    write_frames([data], sink, KEY, context)
    return sink.getvalue()


def opened(data: bytes, key: bytes = KEY, context: bytes = b"c") -> bytes:
    return b"".join(read_frames(io.BytesIO(data), key, context))


@given(st.lists(st.binary(max_size=400), max_size=8))
def test_what_goes_in_comes_out_however_it_was_cut_up(chunks: list[bytes]) -> None:
    sink = io.BytesIO()
    write_frames(chunks, sink, KEY, b"c")
    assert opened(sink.getvalue()) == b"".join(chunks)


@pytest.mark.parametrize("size", [0, 1, PIECE - 1, PIECE, PIECE + 1, 2 * PIECE, 3 * PIECE + 7])
def test_sizes_around_the_piece_come_back(size: int) -> None:
    data = bytes(i % 251 for i in range(size))
    assert opened(sealed(data)) == data


@given(st.binary(min_size=1, max_size=300), st.data())
def test_any_single_bit_flip_is_found(data: bytes, draw: st.DataObject) -> None:
    token = bytearray(sealed(data))
    token[draw.draw(st.integers(0, len(token) - 1))] ^= 1 << draw.draw(st.integers(0, 7))
    with pytest.raises(CryptoError):
        opened(bytes(token))


@given(st.binary(min_size=1, max_size=300), st.data())
def test_any_cut_is_called_a_truncation(data: bytes, draw: st.DataObject) -> None:
    token = sealed(data)
    with pytest.raises(TruncatedData):
        opened(token[: draw.draw(st.integers(0, len(token) - 1))])


def frames_of(data: bytes) -> list[bytes]:
    token, frames = sealed(data), []
    while token:
        size = 4 + (int.from_bytes(token[:4], "big") & 0x7FFFFFFF)
        frames.append(token[:size])
        token = token[size:]
    return frames


def test_a_cut_between_two_frames_is_a_truncation() -> None:
    frames = frames_of(bytes(3 * PIECE))
    with pytest.raises(TruncatedData):
        opened(b"".join(frames[:-1]))


@pytest.mark.parametrize("order", [(1, 0, 2, 3), (0, 2, 3), (0, 1, 1, 2, 3), (0, 3), (3,)])
def test_swapped_dropped_and_repeated_frames_are_found(order: tuple[int, ...]) -> None:
    frames = frames_of(bytes(i % 256 for i in range(3 * PIECE)))
    assert len(frames) == 4
    with pytest.raises(DamagedData):
        opened(b"".join(frames[i] for i in order))


def test_bytes_after_the_end_are_found() -> None:
    with pytest.raises(DamagedData):
        opened(sealed(b"abc") + b"x")


def test_another_key_or_context_is_refused() -> None:
    with pytest.raises(DamagedData):
        opened(sealed(b"abc"), key=bytes(32))
    with pytest.raises(DamagedData):
        opened(sealed(b"abc"), context=b"d")


def test_a_frame_longer_than_allowed_is_refused_before_it_is_read() -> None:
    with pytest.raises(DamagedData):
        opened((PIECE + 17).to_bytes(4, "big"))
    with pytest.raises(DamagedData):
        opened((15).to_bytes(4, "big") + bytes(15))
