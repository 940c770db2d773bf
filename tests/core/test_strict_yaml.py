"""YAML of strangers: one plain document, or a sentence that says what is wrong and where."""

from __future__ import annotations

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from yakuba.core import strict_yaml
from yakuba.core.strict_yaml import MOST_DEPTH, Refused, decode


def refused(content: bytes) -> Refused:
    with pytest.raises(Refused) as caught:
        decode(content)
    return caught.value


def test_every_value_stays_what_is_written_and_its_line_is_known() -> None:
    document = decode(b"a: NO\nb:\n  - 2026-04-01\n  - c: 007\n")
    assert document.data == {"a": "NO", "b": ["2026-04-01", {"c": "007"}]}
    assert document.lines["b[1].c"] == 4


@pytest.mark.parametrize(
    ("content", "found", "line"),
    [
        (b"a: &x 1\nb: *x\n", "参照（& や *）", 1),
        (b"a: 1\nb: !!python/object:os.system 1\n", "型の指定 tag:yaml.org,2002:python/object:os.system", 2),
        (b"a: 1\n---\nb: 2\n", "2つ目の文書", 2),
        (b"a: 1\nb: 2\na: 3\n", "a", 3),
        (b"? [1, 2]\n: 3\n", "値の組", 1),
        (b"", "空のファイル", None),
        (b"# nothing\n", "空のファイル", None),
        (b"a: \x00", "使えない文字", None),
        ("a: 1\n\ufeffb: 2\n".encode(), "使えない文字", 2),
        (b"\x83\x65", "0バイト目", None),
        (b"a:\n\t- 1\n", "found character '\\t' that cannot start any token", 2),
    ],
)
def test_anything_clever_or_broken_is_refused_with_its_line(
    content: bytes, found: str, line: int | None
) -> None:
    error = refused(content)
    assert (error.found, error.line) == (found, line)


def test_nesting_is_counted_before_a_tree_is_built() -> None:
    assert decode(b"[" * MOST_DEPTH + b"]" * MOST_DEPTH).data
    assert refused(b"[" * 100_000).expected == f"入れ子は{MOST_DEPTH}段までです"


def test_a_file_too_large_is_refused_unread() -> None:
    assert refused(b"\xff" * (512 * 1024 + 1)).found == "524,289バイト"


@given(st.binary(max_size=200))
def test_any_bytes_give_a_document_or_a_refusal(content: bytes) -> None:
    try:
        lines = decode(content).lines
    except Refused as refusal:
        lines = {"": refusal.line or 1}
    assert lines[""] >= 1


def test_a_fault_before_signs_that_the_slower_reader_cannot_read_is_told_all_the_same() -> None:
    assert refused(b"a: [1\nb: 2\n" + b"# far\n" * 10_000 + b"\x07").line == 2


PIECES = ["a", "b: ", ": ", "- ", "\n", "\n  ", "[", "]", "{", "}", ", ", "'", '"', "#", "|\n ", ">", "\t",
          "&x", "!t", "---", "?", "%", "\x07", "\x85", "\u2028", "\ufeff", "役", "1", "\r\n"]  # fmt: skip


@given(st.lists(st.sampled_from(PIECES), max_size=14).map("".join))
def test_whatever_stands_in_a_file_is_read_as_the_slower_reader_reads_it_or_refused(text: str) -> None:
    try:
        found = decode(text.encode())
    except Refused:
        return
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(strict_yaml, "LOADER", yaml.SafeLoader)
        try:
            slower = decode(text.encode())
        except Refused as error:  # of a tab behind a value, and of a comment close behind | and >
            slower, told = None, error.found
    assert (found.data == slower.data) if slower else ("\\t" in told or "'#'" in told), text
