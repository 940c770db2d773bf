"""The YAML reader: exact numbers, words stay words, and nothing clever gets in."""

from decimal import Decimal

import pytest

from yakuba.core.strict_yaml import MOST_BYTES
from yakuba.nursery.domain.market import BadInput
from yakuba.nursery.rulebooks.strict_yaml import decode


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("1.50", Decimal("1.50")),
        ("-3", Decimal(-3)),
        ("0.1", Decimal("0.1")),
        ("true", True),
        ("false", False),
        ("null", None),
        ("", None),
        ("NO", "NO"),
        ("on", "on"),
        ("~", "~"),
        ("1:30", "1:30"),
        ("0123", "0123"),
        ("1e5", "1e5"),
        (".inf", ".inf"),
        ("2026-04-01", "2026-04-01"),
        ("'12'", "12"),
        ('"true"', "true"),
        ("1234567890123", "1234567890123"),
    ],
)
def test_a_plain_value_is_what_it_looks_like(text: str, value: object) -> None:
    found = decode("a.yaml", f"key: {text}".encode()).data["key"]
    assert (found, type(found)) == (value, type(value))


def test_lines_of_every_path_are_kept() -> None:
    document = decode("a.yaml", b"\xef\xbb\xbfa:\n  - {b: 1}\n  -\n    b: 2\n")
    assert document.data == {"a": [{"b": 1}, {"b": 2}]}
    assert (document.lines["a[0].b"], document.lines["a[1].b"]) == (2, 4)


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"a: &x 1\nb: *x", "参照"),
        (b"a: &x [1]", "参照"),
        (b"a: *x", "参照"),
        (b"a: !!python/object:os.system x", "型の指定"),
        (b"a: !own x", "型の指定"),
        (b"a: 1\na: 2", "同じ項目が2つ"),
        (b"? [a]\n: 1", "項目名は文字"),
        (b"a: 1\n---\nb: 2", "文書は1つ"),
        (b"a: [1", "YAMLとして読める"),
        (b"a: \x00", "YAMLとして読める"),
        (b"a: \xff\xfe", "UTF-8"),
        (b"", "基準表が必要"),
        (b"[" * 200, "入れ子は"),
        (b"a: " + b"x" * MOST_BYTES, "バイトまで"),
    ],
)
def test_what_is_clever_broken_or_too_big_is_refused(content: bytes, words: str) -> None:
    with pytest.raises(BadInput, match=words):
        decode("a.yaml", content)


def test_a_bomb_of_references_costs_nothing() -> None:
    lines = ["a0: &a0 [x, x, x, x, x, x, x, x, x]"]
    lines += [f"a{i}: &a{i} [{', '.join([f'*a{i - 1}'] * 9)}]" for i in range(1, 9)]
    with pytest.raises(BadInput, match="1行"):
        decode("bomb.yaml", "\n".join(lines).encode())
