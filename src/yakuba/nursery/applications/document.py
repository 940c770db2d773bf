"""Write docs/nursery-ledger.md: ``python -m yakuba.nursery.applications.document docs/nursery-ledger.md``."""

from __future__ import annotations

import sys
from pathlib import Path

from yakuba.nursery.applications.field_types import SYNONYMS, TABLES, TYPES, Field
from yakuba.nursery.applications.fields import BY_TABLE
from yakuba.nursery.applications.kinds import FAULTS, FaultKind

HEAD = """# 申込情報の台帳

申込情報（採点する前の事実）を読み書きするときの、すべての項目と、見つける誤りの一覧です。
`src/yakuba/nursery/applications/` の項目表から作ります。直接は書き換えません
（`python -m yakuba.nursery.applications.document docs/nursery-ledger.md`）。
採点した後の台帳（キー1…）の形式は `src/yakuba/nursery/ledger/README.md` にあります。

- ファイル：Excelブック（.xlsx）、CSV、CSVのフォルダー、CSVのzip。
  CSVの文字コードはUTF-8（BOMの有無は問わない）かCP932。
- 表：「施設」「世帯」「保護者」「児童」と、必要なら「希望の組」。
  見出しの行は列名で探すので、上に表題があってよい。
- 1行に児童・世帯・父母を並べた表（「父就労時間」「母就労時間」など）は、列の対応づけで読む。
- 個人番号の列があるファイルは読まない。使わない列とシートは、名前を知らせる。
- 「キー」は、採点基準の条件（`when`）と同点の順位（`tie_break`）が使う名前です。「点」の列に○がある項目は、
  この名前で世帯・保護者・児童の事実になる。空欄は「分からない」であり、「いいえ」や0とは違う。

## 型

| 型 | 書き方 |
|---|---|
"""
STANDARD = """
## 国の標準仕様への対応

国の標準仕様（子ども・子育て支援システムの標準仕様書と、就労証明書の標準様式）の項目番号は、まだこの表にない。
対応させるときは、次のようにする。

1. 標準仕様の項目に対し、この表の「キー」を1つ選ぶ。キーは変えない（採点基準がこの名前を使うため）。
2. 標準仕様の列名を、その項目の別名に加える。列名が同じでも意味が違うとき（休憩を含むかどうかなど）は
   別名にせず、新しい項目を加える。
3. コード値（続柄、事由、認定区分など）は、上の「語」に言い換えとして加える。
4. この表にない項目は、使う採点基準か通知があるときだけ加える。使わない個人情報は台帳に入れない。
5. 列の対応づけ（JSON）を標準仕様の版ごとに保存する。版が変われば署名が変わり、読み込みのときに知らせる。

往復の確認（読む・書く・もう一度読むと同じ）は、項目を加えるとすべての項目に自動で及ぶ。
"""


def document() -> str:
    """The page as Markdown."""
    parts = [HEAD, "".join(f"| {name} | {meaning} |\n" for name, meaning in TYPES.items())]
    for table in TABLES:
        parts.append(
            f"\n## シート「{table}」\n\n| 列名 | キー | 型 | 必須 | 点 | 例 | 使う所 | 意味 | 別名 |\n"
        )
        parts.append("|---|---|---|---|---|---|---|---|---|\n")
        parts += [_row(one) for one in BY_TABLE[table].values()]
    parts.append("\n## 語\n\n| 項目 | 語 → 採点基準での名前 | 言い換え |\n|---|---|---|\n")
    for table in TABLES:
        parts += [_words(one) for one in BY_TABLE[table].values() if one.words]
    parts.append(STANDARD)
    parts.append("\n## 誤り\n\n1つでもあれば、何も取り込まない。すべてを一度に、場所とともに知らせる。\n\n")
    parts.append(_kinds(warning=False))
    parts.append("\n## 注意\n\n読み込むが、確かめてほしいこと。\n\n")
    parts.append(_kinds(warning=True))
    return "".join(parts)


def _row(one: Field) -> str:
    needed, fact = "○" if one.required else "", "○" if one.fact else ""
    cells = (one.name, f"`{one.key}`", one.type, needed, fact, one.example, one.used_by, one.meaning)
    return "| " + " | ".join((*cells, "、".join(one.aliases))) + " |\n"


def _words(one: Field) -> str:
    words = "、".join(word if word == value else f"{word} → `{value}`" for word, value in one.words)
    also = "、".join(f"{word} → `{value}`" for word, value in SYNONYMS.get(one.key, {}).items())
    return f"| {one.table}・{one.name} | {words} | {also} |\n"


def _kinds(*, warning: bool) -> str:
    head = "| 記号 | 内容・期待する値 | 直し方 |\n|---|---|---|\n"
    return head + "".join(_kind(kind) for kind in FAULTS if kind.warning is warning)


def _kind(kind: FaultKind) -> str:
    return f"| `{kind.code}` | {kind.expected} | {kind.advice} |\n"


if __name__ == "__main__":
    Path(sys.argv[1]).write_text(document(), encoding="utf-8")
