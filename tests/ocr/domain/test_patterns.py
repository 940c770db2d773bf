"""Patterns whose time has a bound are taken; the others are refused, and say why."""

from __future__ import annotations

import re
import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from yakuba.ocr.domain import patterns
from yakuba.ocr.domain.pattern_signs import Signs, share
from yakuba.ocr.domain.patterns import LONGEST_TEXT, unbounded

USUAL = [
    "",
    "A+",
    r"\d{12}",
    r"\d{3}-\d{4}",
    r"[0-9]{2,4}-?[0-9]{2,4}-?[0-9]{3,4}",
    r"(?:0\d-\d{4}|0\d{2}-\d{3}|0\d{3}-\d{2})-\d{4}",
    r"\d+-\d+-\d+",
    r"([A-Z]+-)*\d+",
    r"(\w+\s)*\w+",
    r"\d{1,3}(,\d{3})*",
    r"(\d{4} ){3}\d{4}",
    r"\d{4}年\d{1,2}月\d{1,2}日",
    r"(令和|平成|昭和)?\d{1,2}年",
    r"(北海道|青森県|長野県|長崎県).*",
    r"[一-龥々]+[ぁ-ん]+",
    r"[ァ-ヶー]+( [ァ-ヶー]+)?",
    r"[^-]*-[^-]*-[^-]*",
    r".{1,100}",
    r".*-.*",
    r"^[1-9]\d*$|^0$",
    r"(?=.*\d)[A-Z\d]{8}",
    r"(?i)[a-z]+\d+",
    r"(A|B|C)+",
    r"(ab|ac)*d",
    r"(?>[a-z]+):\d++",
]
ENDLESS = [
    ("(a+)+$", patterns.LOOP),
    ("(a|aa)+$", patterns.LOOP),
    (r"(\w+\s?)+", patterns.LOOP),
    (r"([a-z]+)*\d", patterns.LOOP),
    (r"(a|b|ab)*c", patterns.LOOP),
    (r"(x+x+)+y", patterns.LOOP),
    (r"(a{1,9}){1,9}b", patterns.LOOP),
    (r"(?i)(?:ab|Ab)+c", patterns.LOOP),
    (r"(?i:(?:ab|[A-Z]B)+)c", patterns.LOOP),
    (r"(?:\d\d|\w\w)+!", patterns.LOOP),
    (r"(?:[^b]c|[^d]c)+!", patterns.LOOP),
    (r"(?:[一-龥]x|[々-嗚]x)+!", patterns.LOOP),
    ("(a|a)*", patterns.EMPTY),
    ("(a*)*", patterns.EMPTY),
    ("(a?){30}a{30}", patterns.EMPTY),
    ("(a(b?|c?)d)*", patterns.EMPTY),
    (".*.*.*x", patterns.MANY),
    (r"\d*\d*\d*\d*x", patterns.MANY),
    (r"\d{1,9}" * 9, patterns.MANY),
    ("a?" * 24 + "a" * 24, patterns.MANY),
    ("(?:ab|a|b)" * 9 + "x", patterns.MANY),
    ("(.*a){12}", patterns.MANY),
    ("(?=.*.*.*x)a", patterns.MANY),
    (r"(a)\1+", patterns.BACK),
    (r"(a)?(?(1)b|c)", patterns.BACK),
    (r"(a(?=b))+", patterns.LOOK),
    ("a{401}", patterns.LARGE),
]


@pytest.mark.parametrize("pattern", USUAL)
def test_usual_patterns_are_taken(pattern: str) -> None:
    assert unbounded(pattern) == ""


@pytest.mark.parametrize(("pattern", "why"), ENDLESS, ids=[one[:20] for one, _ in ENDLESS])
def test_patterns_without_a_bound_are_refused_with_the_cause(pattern: str, why: str) -> None:
    re.compile(pattern)
    assert unbounded(pattern) == why


def test_what_is_no_pattern_is_an_error() -> None:
    with pytest.raises(re.error):
        unbounded("(")


def test_single_places_share_characters_or_do_not() -> None:
    digit, space = Signs(categories=("DIGIT",)), Signs(categories=("SPACE",))
    letters, kana = Signs(((65, 90),)), Signs(((0x3041, 0x3096),))
    no_digit = Signs(categories=("NOT_DIGIT",))
    han, some = Signs(((0x4E00, 0x9FFF),)), Signs(((0x9000, 0xA000),))
    assert not share(digit, space)
    assert not share(letters, kana)
    assert not share(digit, letters)
    assert not share(han, kana)
    assert share(han, some)
    assert share(no_digit, letters)
    assert not share(no_digit, Signs(((48, 57),)))
    assert share(Signs(((97, 97),), folded=True), letters)
    assert share(Signs(((65, 65),), turned=True), letters)
    assert not share(Signs(((65, 90),), turned=True), letters)


pieces = st.sampled_from(["a", "b", "aa", "ab", ".", "[ab]", r"\w", "[^a]", r"\d", "0"])
grown = st.recursive(
    pieces,
    lambda inner: st.one_of(
        st.tuples(inner, inner).map("".join),
        st.tuples(inner, inner).map("(?:{0[0]}|{0[1]})".format),
        st.tuples(inner, st.sampled_from(["*", "+", "?", "{2}", "{1,3}", "{2,}", "*?", "{0,40}"])).map(
            "(?:{0[0]}){0[1]}".format
        ),
    ),
    max_leaves=8,
)
TEXTS = ["a" * 1998 + "!", "ab" * 999 + "!", "0" * 1998 + "!", "a0" * 999 + "!", "a" * 999 + "b" * 999 + "!"]


@settings(max_examples=300, deadline=None)
@given(grown)
def test_every_pattern_that_is_taken_is_compared_with_the_longest_text_at_once(pattern: str) -> None:
    if len(pattern) > 100 or unbounded(pattern):
        return
    begun = time.perf_counter()
    for text in TEXTS:
        assert len(text) <= LONGEST_TEXT
        re.fullmatch(pattern, text)
    assert time.perf_counter() - begun < 20.0  # some tenths of a second; without a bound years
