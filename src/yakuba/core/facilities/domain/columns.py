"""Which column of which published table means what: data, with the edition that names a column so.

Sources: デジタル庁「自治体標準オープンデータセット」 and its forerunner 「推奨データセット」
(内閣官房, 2017). Towns publish both editions, and slips of either, so a field takes any of its
names. 赤ちゃんの駅 has no national table: the names are those that towns' own tables use. The
registry's fields are the paths of its JSON items.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from yakuba.core.facilities.domain.texts import fold

E2017, E2022, TOWNS = "2017", "2022", "towns"


@dataclass(frozen=True, slots=True)
class Column:
    """A field of a record and the headers that it is published under: (edition, header), newest first."""

    field: str
    names: tuple[tuple[str, str], ...]
    required: bool = False


@dataclass(frozen=True, slots=True)
class Kind:
    """A published table. ``telling``: headers that no other table has."""

    key: str
    label: str
    columns: tuple[Column, ...]
    telling: tuple[str, ...]
    schemes: bool = False

    def column(self, header: str) -> Column | None:
        """The column that a header names."""
        wanted = fold(header)
        return next((one for one in self.columns if wanted in {fold(name) for _, name in one.names}), None)


def _same(field: str, *headers: str, required: bool = False) -> Column:
    """A column called the same in every edition, with spellings that towns use."""
    names = [(E2022, headers[0]), (E2017, headers[0]), *((TOWNS, one) for one in headers[1:])]
    return Column(field, tuple(names), required)


_CODE = Column("code", ((E2022, "ID"), (E2017, "NO"), (TOWNS, "番号"), (TOWNS, "施設ID")))
_WHERE = (
    _CODE,
    _same("name", "名称", "施設名", "施設名称", required=True),
    _same("kana", "名称_カナ", "名称カナ", "施設名カナ"),
    Column("english", ((E2022, "名称_英語"), (TOWNS, "名称_英字"))),
    Column(
        "address",
        ((E2022, "所在地_連結表記"), (E2017, "住所"), (TOWNS, "所在地_連結標記"), (TOWNS, "所在地")),
    ),
    Column("building", ((E2022, "建物名等(方書)"), (E2017, "方書"), (TOWNS, "建物名等"))),
    _same("latitude", "緯度"),
    _same("longitude", "経度"),
    _same("phone", "電話番号", "電話"),
    _same("url", "URL", "ホームページ"),
    _same("description", "説明", "備考"),
)
_OPEN = (
    _same("days", "利用可能曜日", "利用可能日", "利用曜日"),
    _same("opens", "開始時間", "利用開始時間"),
    _same("closes", "終了時間", "利用終了時間"),
    Column(
        "remarks",
        (
            (E2022, "利用可能日時特記事項"),
            (E2017, "利用可能日時特記事項"),
            (TOWNS, "利用可能日時特記"),
            (TOWNS, "休館日"),
        ),
    ),
)
_OPERATOR = Column(
    "operator", ((E2022, "団体名"), (E2017, "団体名"), (TOWNS, "法人の名称"), (TOWNS, "運営主体"))
)
_BABIES = (
    Column(
        "nursing_room",
        ((E2022, "授乳室"), (TOWNS, "授乳スペース"), (TOWNS, "授乳コーナー"), (TOWNS, "授乳の可否")),
    ),
    Column(
        "diaper",
        (
            (E2022, "おむつ替えコーナー"),
            (TOWNS, "おむつ交換台"),
            (TOWNS, "おむつ替え台"),
            (TOWNS, "おむつ替えの可否"),
        ),
    ),
    Column("stroller", ((E2022, "ベビーカー貸出"),)),
)
_HOT_WATER = Column(
    "hot_water", ((TOWNS, "調乳用のお湯"), (TOWNS, "お湯の提供"), (TOWNS, "給湯設備"), (TOWNS, "調乳用温水"))
)

PUBLIC = Kind(
    "public",
    "公共施設",
    (*_WHERE, *_OPEN, _OPERATOR, *_BABIES, _same("category", "種別", "施設種別", "分類")),
    ("バリアフリー情報", "POIコード"),
)
CHILDCARE = Kind(
    "childcare",
    "子育て施設",
    (
        *_WHERE,
        *_OPEN,
        _OPERATOR,
        *_BABIES,
        _same("category", "種別", "施設種別"),
        Column("permitted", ((E2022, "許可等年月日"), (E2017, "認可等年月日"), (TOWNS, "認可年月日"))),
        _same("capacity", "収容定員", "定員"),
        _same("ages", "受入年齢", "対象年齢"),
        _same("temporary_care", "一時預かりの有無"),
        Column("sick_care", ((E2022, "病児保育の有無"),)),
    ),
    ("受入年齢", "一時預かりの有無", "収容定員"),
)
CLINIC = Kind(
    "clinic",
    "医療機関",
    (
        *_WHERE,
        _OPERATOR,
        _same("category", "医療機関の種類"),
        _same("days", "診療曜日"),
        _same("opens", "診療開始時間"),
        _same("closes", "診療終了時間"),
        _same("remarks", "診療日時特記事項"),
        _same("departments", "診療科目"),
        _same("capacity", "病床数"),
    ),
    ("診療科目", "診療曜日", "医療機関の種類"),
)
BABY = Kind(
    "baby",
    "赤ちゃんの駅",
    (*_WHERE, *_OPEN, _OPERATOR, *_BABIES, _HOT_WATER, _same("category", "種別", "施設種別")),
    tuple(name for column in (_HOT_WATER, *_BABIES[:2]) for _, name in column.names),
)
SUPPORT = Kind(
    "support",
    "支援制度",
    (
        Column("code", ((E2022, "制度番号"), (TOWNS, "ID"), (TOWNS, "NO"))),
        Column(
            "name", ((E2022, "タイトル（制度名）"), (TOWNS, "制度名"), (TOWNS, "タイトル")), required=True
        ),
        Column(
            "subtitle", ((E2022, "サブタイトル（通称）"), (TOWNS, "サブタイトル（通称名）"), (TOWNS, "通称"))
        ),
        Column("category", ((E2022, "支援制度種別"), (TOWNS, "タグ（カテゴリー）"), (TOWNS, "種別"))),
        Column("summary", ((E2022, "概要"), (TOWNS, "制度概要"))),
        Column("target", ((E2022, "対象者"),)),
        Column("ages", ((TOWNS, "対象年齢"),)),
        Column("support", ((E2022, "支援内容"), (TOWNS, "内容"), (TOWNS, "給付金額"))),
        Column("cost", ((TOWNS, "費用"), (TOWNS, "自己負担"))),
        Column("method", ((E2022, "利用・申請方法"), (TOWNS, "申請方法"), (TOWNS, "手続き"))),
        Column("counter", ((TOWNS, "申請窓口"), (TOWNS, "手続窓口"), (TOWNS, "申請先"))),
        Column("contact", ((E2022, "お問い合わせ先"), (TOWNS, "問い合わせ先"), (TOWNS, "連絡先名称"))),
        Column("phone", ((TOWNS, "連絡先電話番号"), (TOWNS, "電話番号"))),
        Column("url", ((E2022, "詳細参照先"), (TOWNS, "URL"))),
        Column("starts", ((E2022, "受付開始日"),)),
        Column("ends", ((E2022, "受付終了日"),)),
        Column("updated", ((E2022, "公開日"), (TOWNS, "更新日"))),
    ),
    ("タイトル（制度名）", "支援内容", "利用・申請方法", "制度番号", "制度名"),
    schemes=True,
)
AGE_LIMITS = ("greaterThanOrEqualTo", "greaterThan", "lessThan", "lessThanOrEqualTo")
REGISTRY = Kind(
    "registry",
    "子育て支援制度レジストリ",
    (
        Column("code", ((TOWNS, "basicInformation.psid"),)),
        Column("name", ((TOWNS, "institutionName.canonicalName"),), required=True),
        Column("subtitle", ((TOWNS, "institutionName.shortName"),)),
        Column("category", ((TOWNS, "tag.categoryCode"),)),
        Column("summary", ((TOWNS, "summary"),)),
        Column("target", ((TOWNS, "target.targetPersons"),)),
        Column("support", ((TOWNS, "support"),)),
        Column("cost", ((TOWNS, "cost"),)),
        Column("method", ((TOWNS, "procedureMethod"),)),
        Column("counter", ((TOWNS, "procedureCounter"),)),
        Column("contact", ((TOWNS, "contact"),)),
        Column("url", ((TOWNS, "localGovernmentLink"),)),
        Column("updated", ((TOWNS, "updateDate"),)),
        *(
            Column(f"{limit}.{unit}", ((TOWNS, f"target.{limit}.{unit}"),))
            for limit in AGE_LIMITS
            for unit in ("targetAge", "targetAgeOfMonths")
        ),
    ),
    ("institutionName.canonicalName",),
    schemes=True,
)
KINDS = {one.key: one for one in (PUBLIC, CHILDCARE, CLINIC, BABY, SUPPORT, REGISTRY)}
YES_NO = ("nursing_room", "diaper", "stroller", "hot_water", "temporary_care", "sick_care")


def kind_of(headers: Iterable[str]) -> Kind | None:
    """The table whose own headers occur most; ``None`` when no header tells, or two tables claim it alike."""
    given = {fold(one) for one in headers}
    scores = {kind.key: sum(fold(one) in given for one in kind.telling) for kind in KINDS.values()}
    best = max(scores.values())
    first = [key for key, score in scores.items() if score == best]
    return KINDS[first[0]] if best and len(first) == 1 else None
