"""A form version (帳票の版): its page, its fields and the rules between them."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum

FORMAT = "yakuba.ocr.form/1"


class Kind(StrEnum):
    """What a field holds; it decides how the field is read and checked."""

    LINE = "line"  # one line of text
    BOXED_DIGITS = "boxed_digits"
    BOXED_HIRAGANA = "boxed_hiragana"
    BOXED_KATAKANA = "boxed_katakana"
    CHECKBOX = "checkbox"
    CIRCLE = "circle"  # ○ around one of several printed words
    DATE = "date"
    AMOUNT = "amount"  # yen, whole numbers
    POSTAL_CODE = "postal_code"
    ADDRESS = "address"
    PERSON_NAME = "person_name"
    FURIGANA = "furigana"
    MY_NUMBER = "my_number"  # 個人番号, 12 digits with a check digit
    CORPORATE_NUMBER = "corporate_number"  # 法人番号, 13 digits with a check digit
    PHONE = "phone"
    FREE = "free"  # text of several lines


class Writing(StrEnum):
    """How the field is filled in."""

    PRINT = "print"
    HAND = "hand"


class FieldPolicy(StrEnum):
    """Whether a field may ever pass without a person (the certificate decides the rest)."""

    ALWAYS_STAFF = "always_staff"
    AUTO_IF_CERTIFIED = "auto_if_certified"


NUMERIC = frozenset(
    {
        Kind.BOXED_DIGITS,
        Kind.AMOUNT,
        Kind.POSTAL_CODE,
        Kind.MY_NUMBER,
        Kind.CORPORATE_NUMBER,
        Kind.PHONE,
    }
)
BOXABLE = NUMERIC | {Kind.BOXED_HIRAGANA, Kind.BOXED_KATAKANA, Kind.DATE, Kind.FURIGANA}
MARKS = frozenset({Kind.CHECKBOX, Kind.CIRCLE})


@dataclass(frozen=True, slots=True)
class Box:
    """A rectangle on the page in millimetres from the top left corner."""

    x: float
    y: float
    width: float
    height: float

    @property
    def right(self) -> float:
        """Right edge in mm."""
        return self.x + self.width

    @property
    def bottom(self) -> float:
        """Bottom edge in mm."""
        return self.y + self.height


@dataclass(frozen=True, slots=True)
class Option:
    """One word of a ``circle`` field and where it is printed."""

    value: str
    box: Box


@dataclass(frozen=True, slots=True)
class Field:
    """One field of a form. ``box`` is ``None`` only for ``circle``, whose options have boxes."""

    name: str  # identifier in output columns
    kind: Kind
    box: Box | None = None
    writing: Writing = Writing.PRINT
    label: str = ""  # shown to staff; the name when empty
    cells: int | None = None  # printed boxes, one character each, equally wide, inside ``box``
    options: tuple[Option, ...] = ()
    charset: str = ""  # further limits the characters; "" = what the kind allows
    pattern: str = ""  # a regular expression that the normalised text must match whole; "" = none
    required: bool = False  # an empty field goes to staff
    policy: FieldPolicy = FieldPolicy.AUTO_IF_CERTIFIED

    @property
    def title(self) -> str:
        """What staff call the field."""
        return self.label or self.name

    @property
    def boxes(self) -> tuple[Box, ...]:
        """Every rectangle that belongs to the field."""
        own = () if self.box is None else (self.box,)
        return own + tuple(option.box for option in self.options)


@dataclass(frozen=True, slots=True)
class SumRule:
    """The parts add up to the total (amounts)."""

    parts: tuple[str, ...]
    total: str


@dataclass(frozen=True, slots=True)
class FuriganaRule:
    """A furigana field gives the reading of a name field."""

    furigana: str
    name: str


@dataclass(frozen=True, slots=True)
class PostalAddressRule:
    """A postal code field belongs to an address field."""

    postal_code: str
    address: str


Rule = SumRule | FuriganaRule | PostalAddressRule


@dataclass(frozen=True, slots=True)
class FormDefinition:
    """One version of a form. ``blank`` is the file name of the empty form, relative to the definition."""

    name: str
    version: str
    width_mm: float
    height_mm: float
    blank: str
    fields: tuple[Field, ...]
    rules: tuple[Rule, ...] = ()
    keywords: tuple[str, ...] = field(default=())  # printed words that tell this form from others

    def field_named(self, name: str) -> Field:
        """The field of that name; ``KeyError`` when there is none."""
        for one in self.fields:
            if one.name == name:
                return one
        raise KeyError(name)
