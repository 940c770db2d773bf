"""One field from its cleaned picture: crops for the line readers, then everything they say joined."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from dataclasses import field as member
from functools import cache, partial
from itertools import zip_longest

from yakuba.ocr.domain import check_digits, combine, scoring, small_kana
from yakuba.ocr.domain.charset import commonness
from yakuba.ocr.domain.combine import LineReading, Ranked, ThirdReader
from yakuba.ocr.domain.decoding import Lattice
from yakuba.ocr.domain.decoding.kinds import grammar_of, shapes
from yakuba.ocr.domain.decoding.lattice import Alphabet
from yakuba.ocr.domain.form import Field, Kind
from yakuba.ocr.domain.line_image import line_crop, lines_of
from yakuba.ocr.domain.names import NameLexicon, kana_neighbours
from yakuba.ocr.domain.normalise import matches_rules, normalise
from yakuba.ocr.domain.pixels import Gray
from yakuba.ocr.domain.postal import AddressBook, with_counters
from yakuba.ocr.domain.reading import Candidate, FieldReading, Reason
from yakuba.ocr.domain.scoring import Features
from yakuba.ocr.domain.unusual import doubtful_variants

OF_SEVERAL_LINES = frozenset({Kind.FREE, Kind.ADDRESS, Kind.LINE})
KANA_KINDS = frozenset({Kind.FURIGANA, Kind.BOXED_HIRAGANA, Kind.BOXED_KATAKANA})
# Added to a log probability for each part that a lexicon knows.
NAME_LEAN, ADDRESS_LEAN, KANA_LEAN = 1.0, 2.0, 2.5
INVENTED = -7.0  # a grammar that moved the reading further than this filled in what is not there
# Natural logarithms by which a value must lead, with most engines for it and with PP-OCRv6 alone.
MARGIN_OF_MOST, MARGIN_OF_ONE = 3.0, 5.0
DOUBT = 0.8  # scores below are named to staff as unsure
UPRIGHT_HEIGHT = 26.0  # px: glyphs from here on are read as well as larger ones


@dataclass(frozen=True, slots=True)
class Known:
    """The lexicons; ``None`` leaves a kind without one."""

    names: NameLexicon | None = None
    addresses: AddressBook | None = None


@dataclass(frozen=True, slots=True)
class Look:
    """What the picture says beside the text."""

    glyph_height_px: float = 40.0
    touches_edge: bool = False
    reasons: tuple[Reason, ...] = ()


@dataclass(slots=True)
class Traced:
    """A reading with what its score was made of (for fitting and for tests)."""

    reading: FieldReading
    features: Features = member(default_factory=Features)


def crops_of(field: Field, ink: Gray) -> list[Gray]:
    """The lines of a field as crops for the line readers."""
    lines = lines_of(ink) if field.kind in OF_SEVERAL_LINES else [ink]
    return [line_crop(line) for line in lines] or [ink]


@cache
def _alphabet(alphabet: tuple[str, ...], written_as: tuple[tuple[str, str], ...]) -> Alphabet:
    return Alphabet(alphabet, dict(written_as))


def merged(field: Field, lattice: Lattice) -> Lattice:
    """The lattice with shapes that mean the same in this kind of field joined."""
    pairs = tuple(sorted(shapes(field).items()))
    return _alphabet(lattice.alphabet, pairs).apply(lattice) if pairs else lattice


def read_lines(
    field: Field,
    lines: Sequence[Sequence[Lattice]],
    look: Look,
    known: Known,
    thirds: Sequence[ThirdReader | None] = (),
) -> Traced:
    """A field written in lines. ``lines``: for each line one lattice an engine.

    ``thirds``: for each line the reader of its letters, where the field has one.
    """
    grammar = grammar_of(field)
    readings = []
    prepared = [[merged(field, one) for one in lattices] for lattices in lines]
    for lattices, third in zip_longest(prepared, thirds):
        readings.append(
            combine.read_line(
                lattices,
                grammar,
                partial(normalise, field),
                propose=partial(_proposals, field, known),
                lean=partial(lean, field, known),
                third=third,
            )
        )
    if len(readings) == 1:
        extra = doubtful_variants(readings[0], prepared[0]) if field.kind is Kind.PERSON_NAME else ()
        return chosen(field, readings[0], look, known, tuple(extra))
    return _joined(field, readings, look, known)


def _proposals(field: Field, known: Known, texts: Sequence[str]) -> Iterable[str]:
    if field.kind is Kind.PERSON_NAME and known.names is not None:
        return [other for text in texts for other in known.names.neighbours(text)][:12]
    if field.kind is Kind.ADDRESS and known.addresses is not None:
        near = [other for text in texts for other in known.addresses.neighbours(text)][:8]
        return near + [other for text in texts for other in with_counters(text)]
    if field.kind in KANA_KINDS:
        return [other for text in texts for other in kana_neighbours(text)][:12]
    return ()


def lean(field: Field, known: Known, text: str) -> float:
    """What the lexicons add to a text's log probability: enough to lean, too little to overrule."""
    added = commonness(text)
    if field.kind is Kind.PERSON_NAME and known.names is not None:
        added += NAME_LEAN * known.names.known(text)
    if field.kind is Kind.ADDRESS and known.addresses is not None:
        added += ADDRESS_LEAN * known.addresses.parse(text).depth
    if field.kind in KANA_KINDS:
        added += small_kana.language(text)
    if field.kind in KANA_KINDS and known.names is not None:
        added += KANA_LEAN * known.names.known_reading(text)
    return added


def _confirmed(field: Field, known: Known, text: str) -> float:
    """1 when something outside of the picture confirms the text, -1 when it speaks against it."""
    if field.kind is Kind.MY_NUMBER:
        return 1.0 if check_digits.personal_number_holds(text) else -1.0
    if field.kind is Kind.CORPORATE_NUMBER:
        return 1.0 if check_digits.corporate_number_holds(text) else -1.0
    if field.kind is Kind.PERSON_NAME and known.names is not None:
        return (0.0, 0.5, 1.0)[known.names.known(text)]
    if field.kind is Kind.ADDRESS and known.addresses is not None:
        return known.addresses.parse(text).depth / 3
    if field.kind in KANA_KINDS and known.names is not None:
        return known.names.known_reading(text) / 2
    if field.kind is Kind.POSTAL_CODE and known.addresses is not None:
        return 1.0 if text in known.addresses.codes else -0.5
    return 0.0


def _with_check_digit(field: Field, ranked: Sequence[Ranked]) -> tuple[list[Ranked], bool]:
    """A number whose check digit holds goes first when it is nearly as likely; whether it had to."""
    holds = {
        Kind.MY_NUMBER: check_digits.personal_number_holds,
        Kind.CORPORATE_NUMBER: check_digits.corporate_number_holds,
    }.get(field.kind)
    if holds is None or not ranked or holds(ranked[0].text or ""):
        return list(ranked), False
    near = [one for one in ranked if holds(one.text or "") and one.rank > ranked[0].rank - 4.0]
    return near[:1] + [one for one in ranked if one not in near[:1]], True


def chosen(
    field: Field, line: LineReading, look: Look, known: Known, more: tuple[Reason, ...] = ()
) -> Traced:
    """The field's reading from the candidates of its one line."""
    values, failed = _with_check_digit(field, combine.by_value(line.ranked))
    if not values:
        return Traced(_unreadable(field, line, look))
    best = values[0]
    text = best.text or ""
    features = _features(field, line, values, look, known)
    score = scoring.surety(features, scoring.family_of(field), field.writing)
    reasons = [*look.reasons, *more]
    if failed:
        reasons.append(Reason.CHECK_DIGIT)
    if not settled(features):
        reasons.append(Reason.ENGINES_DISAGREE)
    if features.forced < INVENTED:
        reasons.append(Reason.LOOKS_INVENTED)
    if not matches_rules(field, text):
        reasons.append(Reason.BAD_FORMAT)
    if field.kind is Kind.PERSON_NAME and features.known == 0.0 and known.names is not None:
        reasons.append(Reason.UNKNOWN_NAME)
    if score < DOUBT:
        reasons.append(Reason.LOW_CONFIDENCE)
    candidates = [
        Candidate(one.text or "", one.raw, round(value, 4), _source(one))
        for one, value in zip(values, combine.confidences(values), strict=True)
    ]
    if best.text == "":
        # An engine that writes nothing over ink has failed to read: that is never a blank field.
        return Traced(_unreadable(field, line, look), features)
    reading = FieldReading(
        field.name, text, best.raw, score, reasons=_once(reasons), candidates=tuple(candidates[:5])
    )
    return Traced(reading, features)


def _features(
    field: Field, line: LineReading, values: Sequence[Ranked], look: Look, known: Known
) -> Features:
    best = values[0]
    cut = partial(max, scoring.WORST)
    engines = [name for name in best.by_engine if name != "cells"]
    tops = [max(line.ranked, key=lambda one: one.by_engine[name]).text for name in best.by_engine]
    others = [one.rank for one in values if one is not best]
    margin = best.rank - max(others) if others else 10.0
    return Features(
        first=cut(best.by_engine.get("v6", scoring.WORST)),
        second=cut(best.by_engine.get("v5", scoring.WORST)) if "v5" in engines else 0.0,
        cells=cut(best.by_engine.get("cells", 0.0)),
        margin=max(-5.0, min(10.0, margin)),
        agree=sum(top == best.text for top in tops) / len(tops),
        forced=max(scoring.WORST, min(0.0, best.fused - line.unbound_fused)),
        known=_confirmed(field, known, best.text or ""),
        small=max(0.0, min(1.0, (UPRIGHT_HEIGHT - look.glyph_height_px) / 10)),
        edge=float(look.touches_edge),
        length=math.log(max(1, len(best.text or ""))),
    )


def settled(features: Features) -> bool:
    """Whether the engines agree, or what speaks against the text is weak beside what speaks for it.

    A net that reads nothing it knows (print under a net of handwriting, a letter it never learnt) is no
    witness. Two of three, or PP-OCRv6 with a wide margin over every other value, settle it; the margins
    were chosen on made scans in tuning fonts.
    """
    if features.agree == 1.0:
        return True
    most = features.agree > 0.6 and features.margin >= MARGIN_OF_MOST
    strong = features.agree >= 0.5 and features.first >= -1.0 and features.margin >= MARGIN_OF_ONE
    return most or strong


def _source(one: Ranked) -> str:
    """The engine that finds the text likeliest."""
    return max(one.by_engine, key=lambda name: one.by_engine[name])


def _unreadable(field: Field, line: LineReading, look: Look) -> FieldReading:
    """Something is written, but nothing that the field may say: shown as read, always for staff."""
    raw = next(iter(line.unbound.values()), "")
    reasons = _once([*look.reasons, Reason.BAD_FORMAT, Reason.LOW_CONFIDENCE])
    shown = normalise(field, raw) or ""
    candidates = tuple(Candidate(text, text, 0.0, name) for name, text in line.unbound.items() if text)
    return FieldReading(field.name, shown, raw, 0.0, reasons=reasons, candidates=candidates)


def _joined(field: Field, lines: Sequence[LineReading], look: Look, known: Known) -> Traced:
    """Several lines as one field: as sure as the least sure of them."""
    parts = [chosen(field, line, look, known) for line in lines]
    glue = "\n" if field.kind is Kind.FREE else "" if field.kind is Kind.ADDRESS else " "
    raw = "\n".join(part.reading.raw for part in parts)
    text = normalise(field, glue.join(part.reading.raw for part in parts)) or ""
    least = min(parts, key=lambda part: part.reading.confidence)
    reasons = _once([reason for part in parts for reason in part.reading.reasons])
    score = least.reading.confidence
    candidate = Candidate(text, raw, round(score, 4), "v6")
    return Traced(
        FieldReading(field.name, text, raw, score, reasons=reasons, candidates=(candidate,)), least.features
    )


def _once(reasons: Iterable[Reason]) -> tuple[Reason, ...]:
    return tuple(dict.fromkeys(reasons))
