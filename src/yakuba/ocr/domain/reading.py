"""What reading a page gives: for each field the text, how sure it is, and every reason for doubt."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Reason(StrEnum):
    """Why a person should look, as codes; the words staff read are in ``wording``."""

    ENGINES_DISAGREE = "engines_disagree"  # 2つの読みが違う
    LOW_CONFIDENCE = "low_confidence"  # 読みに自信がない
    BAD_FORMAT = "bad_format"  # 書式に合わない
    CHECK_DIGIT = "check_digit"  # 検査用数字が合わない
    SUM_MISMATCH = "sum_mismatch"  # 合計が合わない
    POSTAL_ADDRESS = "postal_address"  # 郵便番号と住所が合わない
    FURIGANA_NAME = "furigana_name"  # 氏名とふりがなが合わない
    UNKNOWN_NAME = "unknown_name"  # 辞書にない氏名
    STRIKE_THROUGH = "strike_through"  # 取消線がある
    SEAL = "seal"  # 印影が重なる
    OVERWRITTEN = "overwritten"  # 重ね書きがある
    SMALL_GLYPHS = "small_glyphs"  # 文字が小さすぎる
    UNCLEAR_MARK = "unclear_mark"  # 印がはっきりしない
    SEVERAL_MARKS = "several_marks"  # 印が2つ以上ある
    REQUIRED_BLANK = "required_blank"  # 必須の欄が空
    UNUSUAL_CHARACTER = "unusual_character"  # 字形がいくつかありうる（外字・異体字）
    OUTSIDE_BOX = "outside_box"  # 枠の外に書かれている
    SMALL_KANA = "small_kana"  # 小さい字（ャ・ッなど）か大きい字か分からない
    CELL_COUNT = "cell_count"  # 1枠1字になっていない
    LOOKS_INVENTED = "looks_invented"  # 読めない字を補った疑い
    ALWAYS_STAFF = "always_staff"  # 職員が必ず決める欄


# Reasons that no certificate outweighs: the field is always checked by a person.
ALWAYS_STAFF_REASONS = frozenset(
    {
        Reason.ENGINES_DISAGREE,
        Reason.CHECK_DIGIT,
        Reason.BAD_FORMAT,
        Reason.SUM_MISMATCH,
        Reason.POSTAL_ADDRESS,
        Reason.STRIKE_THROUGH,
        Reason.SEAL,
        Reason.OVERWRITTEN,
        Reason.SMALL_GLYPHS,
        Reason.UNCLEAR_MARK,
        Reason.SEVERAL_MARKS,
        Reason.REQUIRED_BLANK,
        Reason.OUTSIDE_BOX,
        Reason.SMALL_KANA,
        Reason.CELL_COUNT,
        Reason.UNUSUAL_CHARACTER,
        Reason.LOOKS_INVENTED,
        Reason.ALWAYS_STAFF,
    }
)


@dataclass(frozen=True, slots=True)
class Candidate:
    """One possible reading. ``source``: ``v6``, ``v5``, ``cells``, ``rule`` or ``marks``."""

    text: str  # normalised by kind (see docs/ocr.md)
    raw: str  # as read, before normalising; never folded
    confidence: float  # 0 to 1
    source: str


@dataclass(frozen=True, slots=True)
class FieldReading:
    """The reading of one field; ``candidates`` best first, the chosen one included."""

    name: str
    text: str
    raw: str
    confidence: float  # 0 to 1: the score that a certificate's threshold is compared with
    blank: bool = False
    reasons: tuple[Reason, ...] = ()
    candidates: tuple[Candidate, ...] = ()

    @property
    def must_be_checked(self) -> bool:
        """Whether a reason stands that no certificate outweighs."""
        return bool(ALWAYS_STAFF_REASONS.intersection(self.reasons))


@dataclass(frozen=True, slots=True)
class PageReading:
    """The readings of one registered page, in the order of the form's fields."""

    form: str
    version: str
    fields: tuple[FieldReading, ...]
    correlation: float  # with the blank after registration, 0 to 1
    residual_px: float  # left after registration
