"""Faults to plant in the correct file of ``helpers.grids``: how, and what must be reported where."""

from __future__ import annotations

from tests.nursery.applications.planting import (
    Planted,
    add,
    both,
    column,
    copy_header,
    drop_column,
    drop_rows,
    put,
    tuples,
)

WISHED = ((1, "b", "1"), (1, "c", "1"))
PLANTED = {
    "sheet missing": Planted(
        "sheet-missing", lambda s: s.pop("世帯"), "", None, "", "「世帯」なし", "必要な表"
    ),
    "table empty": Planted(
        "table-empty", drop_rows("施設", 2, 9), "施設", None, "", "「施設」に行なし", "1行以上"
    ),
    "column missing": Planted(
        "column-missing", drop_column("児童", "年齢"), "児童", 1, "", "「年齢」列なし", "必要な列"
    ),
    "column twice": Planted(
        "column-duplicate", put("児童", 1, "番号札", "年齢"), "児童", 1, "年齢", "年齢", "同じ項目の列が2つ"
    ),
    "header twice": Planted("header-two", copy_header, "児童", 4, "", "", "見出しの行が2つ"),
    "wish column missing": Planted(
        "wish-column-missing",
        drop_column("児童", "第2希望"),
        "児童",
        1,
        "",
        "「第2希望」列なし",
        "第1希望から",
    ),
    "personal number": Planted(
        "personal-number",
        put("保護者", 1, "就労証明日", "個人番号"),
        "保護者",
        1,
        "個人番号",
        "個人番号",
        "台帳に入れません",
    ),
    "calculation error": Planted(
        "cell-error", put("世帯", 2, "課税階層", "#REF!"), "世帯", 2, "課税階層", "#REF!", "計算エラー"
    ),
    "blank": Planted(
        "required-blank", put("児童", 2, "児童氏名", ""), "児童", 2, "児童氏名", "空欄", "必ず記入"
    ),
    "text too long": Planted(
        "text-too-long", put("世帯", 2, "住所", "町" * 201), "世帯", 2, "住所", "町" * 60, "200字まで"
    ),
    "code with a separator": Planted(
        "code-character", put("施設", 6, "施設番号", "3@1"), "施設", 6, "施設番号", "3@1", "使えません"
    ),
    "kanji in kana": Planted(
        "kana-unreadable", put("児童", 2, "フリガナ", "吉田"), "児童", 2, "フリガナ", "吉田", "カタカナ"
    ),
    "no number": Planted(
        "number-unreadable",
        put("保護者", 2, "月の就労時間", "フル"),
        "保護者",
        2,
        "月の就労時間",
        "フル",
        "数を入力",
    ),
    "half a child": Planted(
        "number-not-whole", put("世帯", 2, "未就学児数", "1.5"), "世帯", 2, "未就学児数", "1.5", "整数"
    ),
    "negative hours": Planted(
        "number-negative",
        put("保護者", 3, "月の就労時間", "▲８"),
        "保護者",
        3,
        "月の就労時間",
        "▲８",
        "0以上",
    ),
    "recruits negative": Planted(
        "number-negative", put("施設", 2, "募集人数", "-1"), "施設", 2, "募集人数", "-1", "0以上"
    ),
    "no date": Planted(
        "date-unreadable", put("児童", 2, "生年月日", "春"), "児童", 2, "生年月日", "春", "日付として読め"
    ),
    "30 February": Planted(
        "date-impossible",
        put("児童", 2, "生年月日", "令和7年2月30日"),
        "児童",
        2,
        "生年月日",
        "令和7年2月30日",
        "ない日付",
    ),
    "era that had ended": Planted(
        "date-impossible",
        put("世帯", 2, "住民となった日", "H35.4.1"),
        "世帯",
        2,
        "住民となった日",
        "H35",
        "ない",
    ),
    "year without era": Planted(
        "date-era-missing", put("児童", 3, "申込日", "8.11.2"), "児童", 3, "申込日", "8.11.2", "元号か西暦"
    ),
    "no month": Planted(
        "month-unreadable", put("児童", 3, "利用希望月", "来春"), "児童", 3, "利用希望月", "来春", "年月"
    ),
    "13th month": Planted(
        "month-unreadable",
        put("児童", 3, "利用希望月", "2027-13"),
        "児童",
        3,
        "利用希望月",
        "2027-13",
        "年月",
    ),
    "age 6": Planted("age-unreadable", put("児童", 2, "年齢", 6), "児童", 2, "年齢", "6", "0から5まで"),
    "neither yes nor no": Planted(
        "yes-no-unreadable", put("世帯", 2, "ひとり親", "たぶん"), "世帯", 2, "ひとり親", "たぶん", "はい"
    ),
    "unknown relation": Planted(
        "word-unknown", put("保護者", 2, "続柄", "叔父"), "保護者", 2, "続柄", "叔父", "父・母・その他"
    ),
    "unknown track": Planted(
        "track-unknown", put("施設", 2, "枠", "特別"), "施設", 2, "枠", "特別", "一般・障害児"
    ),
    "unknown reason": Planted(
        "reason-unknown",
        put("保護者", 2, "事由", "就労、趣味"),
        "保護者",
        2,
        "事由",
        "趣味",
        "就労・就労内定",
    ),
    "postal code": Planted(
        "postal-code", put("世帯", 2, "郵便番号", "100-001"), "世帯", 2, "郵便番号", "100-001", "7桁"
    ),
    "mark unreadable": Planted(
        "mark-unreadable", put("世帯", 4, "世帯の加点", "LONE×"), "世帯", 4, "世帯の加点", "LONE×", "CODE"
    ),
    "mark zero times": Planted(
        "mark-times", put("児童", 2, "児童の加点", "WAITED×0"), "児童", 2, "児童の加点", "WAITED×0", "1から99"
    ),
    "unknown mark of a household": Planted(
        "mark-unknown", put("世帯", 4, "世帯の加点", "LONELY"), "世帯", 4, "世帯の加点", "LONELY", "採点基準"
    ),
    "unknown mark of a child": Planted(
        "mark-unknown", put("児童", 3, "児童の加点", "LONE"), "児童", 3, "児童の加点", "LONE", "採点基準"
    ),
    "unknown mark of a parent": Planted(
        "mark-unknown", put("保護者", 2, "加点", "X1"), "保護者", 2, "加点", "X1", "採点基準"
    ),
    "mark at a nursery not wished": Planted(
        "mark-nursery-not-wished",
        put("児童", 2, "児童の加点", "GRAD@3"),
        "児童",
        2,
        "児童の加点",
        "GRAD@3",
        "希望していない",
    ),
    "row of another rule book": Planted(
        "row-unknown", put("保護者", 5, "判定", "W160"), "保護者", 5, "判定", "W160", "採点基準"
    ),
    "household row of another rule book": Planted(
        "row-unknown", put("世帯", 2, "世帯の判定", "BIRTH"), "世帯", 2, "世帯の判定", "BIRTH", "採点基準"
    ),
    "class twice": Planted(
        "class-duplicate",
        put("施設", 3, "年齢", "１歳児"),
        "施設",
        3,
        "施設番号",
        "1（1歳・一般）",
        "2行と同じ",
    ),
    "household twice": Planted(
        "household-duplicate", put("世帯", 3, "世帯番号", "h1"), "世帯", 3, "世帯番号", "h1", "2行と同じ"
    ),
    "household without guardians": Planted(
        "household-no-guardian",
        drop_rows("保護者", 6, 6),
        "世帯",
        4,
        "世帯番号",
        "h3",
        "保護者の行がありません",
    ),
    "enrolled sibling at a strange nursery": Planted(
        "sibling-nursery-unknown",
        put("世帯", 3, "在園きょうだい施設", "1、99"),
        "世帯",
        3,
        "在園きょうだい施設",
        "99",
        "「施設」にない",
    ),
    "lone parent with two parents": Planted(
        "lone-parent-two", put("世帯", 2, "ひとり親", "○"), "世帯", 2, "ひとり親", "はい", "父と母の行"
    ),
    "guardian of nobody": Planted(
        "guardian-household-unknown",
        put("保護者", 6, "世帯番号", "h9"),
        "保護者",
        6,
        "世帯番号",
        "h9",
        "「世帯」に",
    ),
    "guardian twice": Planted(
        "guardian-duplicate", put("保護者", 3, "続柄", "父"), "保護者", 3, "続柄", "父", "2行と同じ世帯"
    ),
    "hours of a month": Planted(
        "hours-over", put("保護者", 3, "月の就労時間", 745), "保護者", 3, "月の就労時間", "745", "744時間まで"
    ),
    "hours of a day": Planted(
        "hours-over",
        put("保護者", 3, "日の就労時間", "２５"),
        "保護者",
        3,
        "日の就労時間",
        "25",
        "24時間まで",
    ),
    "hours of a week": Planted(
        "hours-over",
        column("保護者", "週の就労時間", "", "169"),
        "保護者",
        3,
        "週の就労時間",
        "169",
        "168時間まで",
    ),
    "days of a month": Planted(
        "days-over", put("保護者", 4, "月の就労日数", 32), "保護者", 4, "月の就労日数", "32", "31日まで"
    ),
    "hours and days apart": Planted(
        "hours-inconsistent",
        put("保護者", 2, "月の就労時間", 40),
        "保護者",
        2,
        "月の就労時間",
        "40",
        "168時間",
    ),
    "child twice": Planted(
        "child-duplicate", put("児童", 5, "受付番号", "ａ"), "児童", 5, "受付番号", "a", "2行と同じ番号"
    ),
    "child of nobody": Planted(
        "child-household-unknown", put("児童", 5, "世帯番号", "h9"), "児童", 5, "世帯番号", "h9", "「世帯」に"
    ),
    "born after the start": Planted(
        "birth-after-start",
        put("児童", 2, "生年月日", "R9.5.1"),
        "児童",
        2,
        "生年月日",
        "2027-05-01",
        "より後に",
    ),
    "born long ago": Planted(
        "birth-too-early",
        put("児童", 2, "生年月日", "平成7年5月1日"),
        "児童",
        2,
        "生年月日",
        "1995",
        "就学前",
    ),
    "class one too low": Planted(
        "birth-class", put("児童", 2, "生年月日", "2025-04-01"), "児童", 2, "年齢", "1歳", "クラス年齢は2歳"
    ),
    "wish left out": Planted(
        "wish-gap", put("児童", 2, "第1希望", ""), "児童", 2, "第1希望", "空欄", "途中で空いて"
    ),
    "wish twice": Planted(
        "wish-duplicate", put("児童", 2, "第3希望", "１"), "児童", 2, "第3希望", "1", "2回あります"
    ),
    "no wish": Planted(
        "wish-none", put("児童", 5, "第1希望", ""), "児童", 5, "第1希望", "希望なし", "1つ以上"
    ),
    "too many wishes": Planted(
        "wish-too-many",
        both(
            *(add("施設", [str(n), f"園{n}", 1, "", 1]) for n in (4, 5, 6)),
            put("児童", 2, "第3希望", "3"),
            *(column("児童", f"第{n}希望", str(n)) for n in (4, 5, 6)),
        ),
        "児童",
        2,
        "第6希望",
        "6件",
        "5件まで",
    ),
    "wish for no nursery": Planted(
        "wish-unknown-nursery", put("児童", 2, "第2希望", "99"), "児童", 2, "第2希望", "99", "「施設」にない"
    ),
    "wish for no class": Planted(
        "wish-no-class", put("児童", 3, "第2希望", 3), "児童", 3, "第2希望", "3（2歳・一般）", "ないクラス"
    ),
    "wish for the present nursery": Planted(
        "wish-is-current", put("児童", 5, "第2希望", "2"), "児童", 5, "第2希望", "2", "いま通っている"
    ),
    "transfer from nowhere": Planted(
        "current-missing", put("児童", 5, "在籍施設番号", ""), "児童", 5, "在籍施設番号", "空欄", "転園・継続"
    ),
    "entry of an enrolled child": Planted(
        "current-unexpected",
        put("児童", 5, "申込区分", "入所"),
        "児童",
        5,
        "在籍施設番号",
        "2",
        "新規の申込み",
    ),
    "transfer from a strange nursery": Planted(
        "current-unknown",
        put("児童", 5, "在籍施設番号", "9"),
        "児童",
        5,
        "在籍施設番号",
        "9",
        "「施設」にない",
    ),
    "transfer from no class": Planted(
        "current-no-class",
        put("児童", 5, "在籍施設番号", "3"),
        "児童",
        5,
        "在籍施設番号",
        "3（2歳",
        "ないクラス",
    ),
    "too late": Planted(
        "applied-late", put("児童", 5, "申込日", "R8/12/1"), "児童", 5, "申込日", "2026-12-01", "締切"
    ),
    "applied in the future": Planted(
        "applied-future", put("児童", 5, "申込日", "R9/1/5"), "児童", 5, "申込日", "2027-01-05", "今日"
    ),
    "siblings start apart": Planted(
        "start-differs",
        put("児童", 4, "利用希望月", "R9.5"),
        "児童",
        4,
        "利用希望月",
        "2027-05",
        "3行は2027-04",
    ),
    "tier 0": Planted("tier-range", put("児童", 2, "優先区分", 0), "児童", 2, "優先区分", "0", "1以上"),
    "pattern 8": Planted(
        "pattern-range",
        both(put("児童", 3, "きょうだいパターン", 8), put("児童", 4, "きょうだいパターン", 8)),
        "児童",
        3,
        "きょうだいパターン",
        "8",
        "1から7まで",
    ),
    "no pattern": Planted(
        "pattern-missing",
        both(put("児童", 3, "きょうだいパターン", ""), put("児童", 4, "きょうだいパターン", "")),
        "児童",
        3,
        "きょうだいパターン",
        "空欄",
        "1から7まで",
    ),
    "patterns differ": Planted(
        "pattern-differs",
        put("児童", 4, "きょうだいパターン", "１"),
        "児童",
        3,
        "きょうだいパターン",
        "b：7、c：1",
        "そろって",
    ),
    "pattern of an only child": Planted(
        "pattern-single",
        put("児童", 2, "きょうだいパターン", 3),
        "児童",
        2,
        "きょうだいパターン",
        "3",
        "きょうだいの申込みがない",
    ),
    "nine siblings": Planted(
        "siblings-too-many",
        add("児童", *([f"n{n}", "h3", f"葛西 {n}", "", "", 2, *[""] * 9, "1"] for n in range(8))),
        "児童",
        5,
        "世帯番号",
        "世帯 h3 に9人",
        "8人まで",
    ),
    "number tag twice": Planted(
        "lottery-duplicate", put("児童", 5, "番号札", "１１"), "児童", 5, "番号札", "11", "2行と同じ番号札"
    ),
    "tuple of nobody": Planted(
        "tuple-household-unknown",
        both(tuples(*WISHED), add("希望の組", ["h9", 1, "a", "1"])),
        "希望の組",
        4,
        "世帯番号",
        "h9",
        "「児童」にない世帯",
    ),
    "tuple with a stranger": Planted(
        "tuple-stranger", tuples(*WISHED, (1, "a", "1")), "希望の組", 4, "受付番号", "a", "いない児童"
    ),
    "tuple of rank 0": Planted(
        "tuple-rank", tuples((0, "b", "1"), *WISHED), "希望の組", 2, "順位", "0", "1以上の順位"
    ),
    "rank left out": Planted(
        "tuple-rank-gap", tuples(*WISHED, (3, "b", "2"), (3, "c", "")), "希望の組", 4, "順位", "3", "抜け：2"
    ),
    "child twice in a tuple": Planted(
        "tuple-child-twice",
        tuples(*WISHED, (1, "c", "")),
        "希望の組",
        4,
        "受付番号",
        "順位1・c",
        "2回あります",
    ),
    "child left out of a tuple": Planted(
        "tuple-child-missing", tuples(*WISHED, (2, "b", "2")), "希望の組", 4, "受付番号", "c なし", "全員の行"
    ),
    "tuple not wished": Planted(
        "tuple-not-wished",
        tuples((1, "b", "1"), (1, "c", "3")),
        "希望の組",
        3,
        "施設番号",
        "3",
        "希望していない",
    ),
    "tuple for no nursery": Planted(
        "wish-unknown-nursery",
        tuples((1, "b", "1"), (1, "c", "9")),
        "希望の組",
        3,
        "施設番号",
        "9",
        "「施設」に",
    ),
    "tuple twice": Planted(
        "tuple-repeated",
        tuples(*WISHED, (2, "c", "1"), (2, "b", "1")),
        "希望の組",
        4,
        "順位",
        "2",
        "順位1と同じ",
    ),
    "more tuples than wishes allow": Planted(
        "tuple-too-many",
        tuples(*((n, child, "1") for n in range(1, 8) for child in "bc")),
        "希望の組",
        14,
        "順位",
        "7組",
        "6通りまで",
    ),
}
