"""The file of a batch: what goes in comes out, and nothing else does."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from yakuba.core.exchange.batch_file import Content, Item, body_of, digest_of, pack, unpack
from yakuba.core.exchange.errors import BadBatch
from yakuba.core.exchange.keys import SharedKey
from yakuba.core.exchange.lanes import Lane

KEY = SharedKey("a" * 16, b"k" * 32)
texts = st.text(st.characters(codec="utf-8"), max_size=20)
contents: st.SearchStrategy[Any] = st.none() | st.dictionaries(
    texts, texts | st.integers() | st.booleans(), max_size=4
)


def a_batch(*items: Item) -> Content:
    return Content(
        lane=Lane.RESIDENTS,
        batch="8c9f6f0a-3c3e-4a55-9a1e-6a5bb2f3a111",
        sequence=1,
        made_at="2027-01-20T09:00:00+09:00",
        items=items or (Item("k", "put", "r-1", {"name": "𠮷田 葛󠄀"}), Item("k", "revoke", "r-2")),
    )


@given(
    st.lists(
        st.builds(
            Item, kind=texts, action=st.sampled_from(["put", "revoke"]), reference=texts, content=contents
        ),
        max_size=5,
    )
)
def test_what_is_packed_comes_out_again(items: list[Item]) -> None:
    content = Content(Lane.STAFF, "b", 3, "2027-01-20", tuple(items), acknowledges=2)
    assert unpack(pack(content, KEY), KEY) == content


def test_the_same_batch_has_the_same_digest_and_another_ciphertext() -> None:
    one, two = pack(a_batch(), KEY), pack(a_batch(), KEY)
    assert one != two
    assert (
        json.loads(one.splitlines()[0])["digest"]
        == json.loads(two.splitlines()[0])["digest"]
        == digest_of(a_batch())
    )


def test_nothing_of_the_content_is_readable_in_the_file() -> None:
    content = a_batch(Item("nursery.family_notice", "put", "REFERENCE-77", {"name": "網代はる"}))
    data = pack(content, KEY)
    for secret in ("REFERENCE-77", "網代はる", "nursery.family_notice"):
        assert secret.encode() not in data
        assert secret in body_of(content).decode()


def test_every_single_changed_byte_is_refused() -> None:
    data = pack(a_batch(), KEY)
    for place in range(len(data)):
        changed = bytearray(data)
        changed[place] ^= 1
        with pytest.raises(BadBatch):
            unpack(bytes(changed), KEY)


def test_every_shorter_file_is_refused() -> None:
    data = pack(a_batch(), KEY)
    for length in range(len(data)):
        with pytest.raises(BadBatch):
            unpack(data[:length], KEY)


def test_a_longer_file_is_refused() -> None:
    with pytest.raises(BadBatch, match="書き換え"):
        unpack(pack(a_batch(), KEY) + b"x", KEY)


def test_a_file_of_another_key_says_so() -> None:
    with pytest.raises(BadBatch, match="別の鍵（bbbb"):
        unpack(pack(a_batch(), SharedKey("b" * 16, b"x" * 32)), KEY)


def test_a_key_with_the_same_id_but_other_bytes_is_refused() -> None:
    with pytest.raises(BadBatch, match="書き換え"):
        unpack(pack(a_batch(), SharedKey(KEY.id, b"x" * 32)), KEY)


@pytest.mark.parametrize(
    "data", [b"", b"\n", b"PK\x03\x04", b"{}\n", b"[1]\n", b"null\n", b'{"format": 1}\n', b"[" * 4000]
)
def test_anything_else_is_named_as_no_batch(data: bytes) -> None:
    with pytest.raises(BadBatch, match="受渡しのファイルではありません"):
        unpack(data, KEY)


def test_frames_of_one_file_under_the_header_of_another_are_refused() -> None:
    one, two = pack(a_batch(), KEY), pack(a_batch(), KEY)
    head = b"\n".join(one.split(b"\n", 2)[:2]) + b"\n"
    with pytest.raises(BadBatch):
        unpack(head + two.split(b"\n", 2)[2], KEY)


def test_a_signed_file_that_contradicts_itself_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    from yakuba.core.exchange import batch_file

    honest = body_of(a_batch())
    for wrong in (
        honest.replace(b'"sequence":1', b'"sequence":2'),
        honest.replace(b'"sequence":1', b'"sequence":0'),
        honest.replace(b'"put"', b'"steal"'),
        honest.rsplit(b"\n", 2)[0] + b"\n",
        honest.replace("𠮷田".encode(), "吉田".encode()),
        honest.replace(b'"lane":"residents"', b'"lane":"staff"'),
        b"",
    ):
        monkeypatch.setattr(batch_file, "body_of", lambda _content, wrong=wrong: wrong)
        data = pack(a_batch(), KEY)
        monkeypatch.undo()
        with pytest.raises(BadBatch):
            unpack(data, KEY)
