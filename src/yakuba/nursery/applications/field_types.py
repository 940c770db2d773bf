"""What a field is: its type, its words, and the short form in which the tables of fields are written."""

from __future__ import annotations

from dataclasses import dataclass

from yakuba.nursery.ledger.rows import GENERAL, TRACKS

CLASSES, HOUSEHOLDS, GUARDIANS, CHILDREN, TUPLES = "施設", "世帯", "保護者", "児童", "希望の組"
TABLES = (CLASSES, HOUSEHOLDS, GUARDIANS, CHILDREN, TUPLES)
NEEDED = (CLASSES, HOUSEHOLDS, GUARDIANS, CHILDREN)
WISHES = "wishes"  # key of the numbered columns 第1希望, 第2希望 …

Word = tuple[str, str]  # how a file says it, what a rule book calls it


@dataclass(frozen=True, slots=True)
class Field:
    """One column. ``type``: see ``TYPES``. ``words``: the only values of a ``word`` or ``words`` field."""

    key: str
    table: str
    name: str
    type: str
    meaning: str
    required: bool = False
    aliases: tuple[str, ...] = ()
    words: tuple[Word, ...] = ()
    example: str = ""
    used_by: str = ""
    fact: bool = False


TYPES = {
    "code": "番号・記号。全角は半角にそろえ、空白を除く",
    "text": "文字。外側の空白だけを除き、字はそのまま残す（200字まで）",
    "kana": "フリガナ（ひらがな・カタカナ・英字）",
    "number": "0以上の数。小数も可",
    "whole": "0以上の整数",
    "yes_no": "はい・いいえ（○・×、有・無、1・0も読む）",
    "date": "日付（2027-04-01、2027年4月1日、令和9年4月1日、R9.4.1、Excelの日付）",
    "month": "年月（2027-04、2027年4月、令和9年4月、またはその月の日付）",
    "age": "0から5までのクラス年齢",
    "word": "決まった語のどれか",
    "words": "決まった語を「、」で並べる",
    "postal": "郵便番号（7桁。ハイフンの有無は問わない）",
    "codes": "番号・記号を「、」で並べる",
    "marks": "加点・減点の記号を「、」で並べる。`CODE×2` は2回、`CODE@12` は施設12を希望するときだけ",
    "wishes": "施設番号。第1希望から空けずに並べる",
}


def rows(table: str, text: str, *, fact: bool = False) -> tuple[Field, ...]:
    """Fields from lines ``key | name | type | example | used by | meaning | aliases``; ``!`` = required."""
    found = []
    for line in text.strip().splitlines():
        key, name, kind, example, used_by, meaning, aliases = (part.strip() for part in line.split("|"))
        found.append(
            Field(
                key=key.rstrip("!"),
                table=table,
                name=name,
                type=kind,
                meaning=meaning,
                required=key.endswith("!"),
                aliases=tuple(aliases.split()),
                words=WORDS.get(key.rstrip("!"), ()),
                example=example,
                used_by=used_by,
                fact=fact,
            )
        )
    return tuple(found)


WORDS: dict[str, tuple[Word, ...]] = {
    "track": tuple((word, word) for word in (GENERAL, *TRACKS[1:])),
    "kind": (("新規", "entry"), ("転園", "transfer"), ("継続", "continue")),
    "relation": (("父", "father"), ("母", "mother"), ("その他", "other")),
    "work_place": (("居宅外", "outside"), ("居宅内", "home"), ("内職・協力者", "piecework_or_helper")),
    "reasons": (
        *(("就労", "work"), ("就労内定", "work_planned"), ("出産", "childbirth"), ("疾病", "illness")),
        *(("障害", "disability"), ("介護", "care"), ("災害", "disaster"), ("求職", "job_seeking")),
        *(("就学", "study"), ("虐待・DV", "abuse_dv"), ("育休", "childcare_leave"), ("不存在", "absence")),
        ("その他", "other"),
    ),
    "certification_class": (("1号", "1"), ("2号", "2"), ("3号", "3")),
    "care_amount": (("標準時間", "standard"), ("短時間", "short")),
}
# other ways to say a word, as files do
SYNONYMS: dict[str, dict[str, str]] = {
    "kind": {"入所": "entry", "新規入所": "entry", "転所": "transfer", "在園": "continue"},
    "relation": {"父親": "father", "母親": "mother", "祖父": "other", "祖母": "other"},
    "work_place": {"自宅外": "outside", "自宅内": "home", "自宅": "home", "内職": "piecework_or_helper"},
    "reasons": {
        "仕事": "work",
        "内定": "work_planned",
        "妊娠・出産": "childbirth",
        "病気": "illness",
        "疾病・障害": "illness",
        "介護・看護": "care",
        "看護": "care",
        "災害復旧": "disaster",
        "求職活動": "job_seeking",
        "虐待": "abuse_dv",
        "DV": "abuse_dv",
        "育児休業": "childcare_leave",
    },
    "care_amount": {"保育標準時間": "standard", "保育短時間": "short"},
    "certification_class": {"1号認定": "1", "2号認定": "2", "3号認定": "3"},
}
