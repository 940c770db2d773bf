"""The three invented forms: 給与支払報告書, 区民農園利用申込書 (and its revision), 図書館アンケート."""

from __future__ import annotations

from typing import Any

from yakuba.ocr.domain.form import FORMAT
from yakuba.site.demo.ocr_forms.sheet import SOFT, Sheet

Form = tuple[Sheet, dict[str, Any]]  # the sheet, and the definition's keys besides the fields
LEFT, WIDTH = 18.0, 174.0  # mm


def kyuyo() -> Form:
    """給与支払報告書（個人別明細書）: typed by an employer; numbers with check digits, sums."""
    sheet = Sheet()
    sheet.specimen("汐見区税務様式 第17号")
    sheet.text(LEFT, 12, 120, 8, "令和8年分　給与支払報告書", size=15, heavy=True)
    sheet.text(LEFT, 20, 120, 5, "（個人別明細書）　汐見区長 あて", size=8.5)
    _payee(sheet, 29)
    _paid(sheet, 78)
    _deductions(sheet, 116)
    _employment(sheet, 150)
    _payer(sheet, 178)
    sheet.text(LEFT, 228, WIDTH, 5, "記入上の注意", size=8, heavy=True)
    notes = (
        "1　金額は円単位で、右に寄せて書いてください。",
        "2　個人番号と法人番号は、1枠に1字ずつ書いてください。",
        "3　「控除の合計」には、社会保険料、生命保険料、地震保険料の控除額の合計を書いてください。",
        "4　「年末調整」と「就職・退職」は、当てはまる語を○で囲んでください。",
    )
    for number, note in enumerate(notes):
        sheet.text(LEFT, 233.5 + 5 * number, WIDTH, 5, note, size=7.5)
    rules: list[dict[str, Any]] = [
        {"sum": ["social_insurance", "life_insurance", "quake_insurance"], "equals": "deductions"},
        {"furigana": "payee_kana", "of": "payee_name"},
        {"postal_code": "payee_zip", "address": "payee_address"},
        {"postal_code": "payer_zip", "address": "payer_address"},
    ]
    return sheet, _head(
        "給与支払報告書", "令和8年分", rules, ["給与支払報告書", "個人別明細書", "源泉徴収税額"]
    )


def _payee(sheet: Sheet, y: float) -> None:
    """支払を受ける者."""
    sheet.label(LEFT, y, 8, 44, "支払を\n受ける\n者", size=6)
    at = LEFT + 8
    sheet.label(at, y, 20, 8, "郵便番号")
    sheet.written("payee_zip", "postal_code", at + 20, y, 34, 8, label="郵便番号（受給者）")
    sheet.label(at + 54, y, 22, 8, "生年月日")
    sheet.written("payee_birth", "date", at + 76, y, 50, 8, label="生年月日")
    sheet.label(at + 126, y, 16, 8, "整理番号", size=6.5)
    sheet.written("serial", "boxed_digits", at + 142, y, 24, 8, label="受給者の整理番号")
    sheet.label(at, y + 8, 20, 10, "住所")
    sheet.written("payee_address", "address", at + 20, y + 8, 146, 10, label="住所（受給者）")
    sheet.label(at, y + 18, 20, 7, "フリガナ")
    sheet.written("payee_kana", "furigana", at + 20, y + 18, 146, 7, label="フリガナ")
    sheet.label(at, y + 25, 20, 10, "氏名")
    sheet.written(
        "payee_name", "person_name", at + 20, y + 25, 146, 10, label="氏名（受給者）", required=True
    )
    sheet.label(at, y + 35, 20, 9, "個人番号")
    sheet.box(at + 20, y + 35, 146, 9)
    sheet.celled("payee_number", "my_number", at + 24, y + 36, 84, 7, 12, label="個人番号", required=True)
    sheet.frame(LEFT, y, WIDTH, 44)


def _paid(sheet: Sheet, y: float) -> None:
    """支払った額と税額."""
    columns = (
        ("paid", "支払金額", True),
        ("after_deduction", "給与所得控除後の金額", False),
        ("income_deductions", "所得控除の額の合計額", False),
        ("tax_withheld", "源泉徴収税額", False),
    )
    wide = WIDTH / 4
    for number, (name, label, required) in enumerate(columns):
        x = LEFT + wide * number
        sheet.label(x, y, wide, 7, label)
        more = {"required": True} if required else {}
        sheet.written(name, "amount", x, y + 7, wide, 11, label=label, **more)
        sheet.text(x + wide - 5, y + 7.2, 4.4, 3.4, "円", size=5, align="right", ink=SOFT)
    sheet.frame(LEFT, y, WIDTH, 18)
    sheet.label(LEFT, y + 22, 30, 10, "給与の種別")
    sheet.written("kind_of_pay", "line", LEFT + 30, y + 22, 57, 10, label="給与の種別")
    sheet.label(LEFT + 87, y + 22, 30, 10, "扶養親族の数")
    sheet.written("dependants", "boxed_digits", LEFT + 117, y + 22, 22, 10, label="扶養親族の数")
    sheet.text(LEFT + 141, y + 22, 33, 10, "人（配偶者を除く）", size=7)
    sheet.frame(LEFT, y + 22, WIDTH, 10)


def _deductions(sheet: Sheet, y: float) -> None:
    """保険料控除; the last column is the sum of the others."""
    columns = (
        ("social_insurance", "社会保険料等の金額"),
        ("life_insurance", "生命保険料の控除額"),
        ("quake_insurance", "地震保険料の控除額"),
        ("deductions", "控除の合計"),
    )
    wide = WIDTH / 4
    for number, (name, label) in enumerate(columns):
        x = LEFT + wide * number
        sheet.label(x, y, wide, 7, label)
        sheet.written(name, "amount", x, y + 7, wide, 11, label=label)
        sheet.text(x + wide - 5, y + 7.2, 4.4, 3.4, "円", size=5, align="right", ink=SOFT)
    sheet.frame(LEFT, y, WIDTH, 18)
    sheet.label(LEFT, y + 22, 30, 8, "摘要")
    sheet.written("remarks", "line", LEFT + 30, y + 22, WIDTH - 30, 8, label="摘要")
    sheet.frame(LEFT, y + 22, WIDTH, 8)


def _employment(sheet: Sheet, y: float) -> None:
    """年末調整, 就職・退職."""
    sheet.label(LEFT, y, 30, 10, "年末調整")
    sheet.box(LEFT + 30, y, 57, 10)
    sheet.choice(
        "year_end", LEFT + 32, y + 1, 53, 8, ("年調済み", "年調未済"), label="年末調整", required=True
    )
    sheet.label(LEFT + 87, y, 30, 10, "徴収の方法")
    sheet.box(LEFT + 117, y, 57, 10)
    sheet.choice("collection", LEFT + 119, y + 1, 53, 8, ("特別徴収", "普通徴収"), label="徴収の方法")
    sheet.label(LEFT, y + 10, 30, 10, "就職・退職")
    sheet.box(LEFT + 30, y + 10, 57, 10)
    sheet.choice("movement", LEFT + 32, y + 11, 53, 8, ("就職", "退職"), label="就職・退職")
    sheet.label(LEFT + 87, y + 10, 30, 10, "その年月日")
    sheet.written("moved_on", "date", LEFT + 117, y + 10, 57, 10, label="就職・退職の年月日")
    sheet.frame(LEFT, y, WIDTH, 20)


def _payer(sheet: Sheet, y: float) -> None:
    """支払者."""
    sheet.label(LEFT, y, 8, 46, "支払者", size=6)
    at = LEFT + 8
    sheet.label(at, y, 20, 9, "法人番号")
    sheet.box(at + 20, y, 146, 9)
    sheet.celled(
        "payer_number", "corporate_number", at + 24, y + 1, 91, 7, 13, label="法人番号", required=True
    )
    sheet.label(at, y + 9, 20, 8, "郵便番号")
    sheet.written("payer_zip", "postal_code", at + 20, y + 9, 34, 8, label="郵便番号（支払者）")
    sheet.label(at + 54, y + 9, 22, 8, "電話番号")
    sheet.written("payer_phone", "phone", at + 76, y + 9, 90, 8, label="電話番号（支払者）")
    sheet.label(at, y + 17, 20, 10, "所在地")
    sheet.written("payer_address", "address", at + 20, y + 17, 146, 10, label="所在地")
    sheet.label(at, y + 27, 20, 10, "名称")
    sheet.written("payer_name", "line", at + 20, y + 27, 146, 10, label="名称（支払者）")
    sheet.label(at, y + 37, 20, 9, "提出日")
    sheet.written("submitted_on", "date", at + 20, y + 37, 50, 9, label="提出日")
    sheet.label(at + 70, y + 37, 22, 9, "受付印欄", size=7)
    sheet.box(at + 92, y + 37, 74, 9)
    sheet.frame(LEFT, y, WIDTH, 46)


def noen(*, revised: bool = False) -> Form:
    """区民農園利用申込書: written by hand, one character a box where possible.

    ``revised``: the boxes of the applicant's postal code, telephone, birth date and account stand 3 to 6 mm
    elsewhere, as after a revision of the rules; all else is the same.
    """
    move = (lambda length: length) if revised else (lambda length: 0.0)
    sheet = Sheet()
    sheet.specimen("汐見区公園様式 第3号" + ("（改）" if revised else ""))
    sheet.text(LEFT, 14, 150, 9, "区民農園利用申込書", size=17, heavy=True, tracking=0.08)
    sheet.text(LEFT, 24, 100, 6, "（宛先）汐見区長", size=9)
    sheet.label(118, 24, 22, 8, "申込日")
    sheet.written("applied_on", "date", 140, 24, 52, 8, writing="hand", label="申込日", required=True)
    _applicant(sheet, 38, move)
    _plot(sheet, 124 + move(4.0))
    _account(sheet, 184 + move(3.0), move)
    sheet.tick(
        "agree",
        LEFT + 4,
        216,
        "区民農園の利用の決まりを読み、守ることに同意します。",
        w=140,
        required=True,
    )
    sheet.text(LEFT, 228, WIDTH, 5, "お願い", size=8, heavy=True)
    notes = (
        "1　黒のペンで、枠からはみ出さないように書いてください。",
        "2　濁点と半濁点は、文字と同じ枠に書いてください（例：ガ、ぽ）。",
        "3　書き間違えたときは、新しい用紙に書き直してください。",
    )
    for number, note in enumerate(notes):
        sheet.text(LEFT, 233.5 + 5 * number, WIDTH, 5, note, size=7.5)
    rules: list[dict[str, Any]] = [
        {"furigana": "kana", "of": "name"},
        {"postal_code": "zip", "address": "address"},
        {"sum": ["fee", "tool_fee"], "equals": "fee_total"},
    ]
    version = "令和8年10月改正" if revised else "令和8年4月"
    return sheet, _head("区民農園利用申込書", version, rules, ["区民農園利用申込書", "利用の決まり"])


def _applicant(sheet: Sheet, y: float, move: Any) -> None:
    """申込者."""
    hand = {"writing": "hand"}
    sheet.label(LEFT, y, 30, 10, "フリガナ\n（カタカナ）", size=7)
    sheet.box(LEFT + 30, y, WIDTH - 30, 10)
    sheet.celled("kana", "boxed_katakana", LEFT + 32, y + 1, 120, 8, 15, label="フリガナ", **hand)
    sheet.label(LEFT, y + 10, 30, 12, "氏名")
    sheet.written(
        "name", "person_name", LEFT + 30, y + 10, WIDTH - 30, 12, label="氏名", required=True, **hand
    )
    sheet.label(LEFT, y + 22, 30, 12, "生年月日\n（西暦）", size=7)
    sheet.box(LEFT + 30, y + 22, WIDTH - 30, 12)
    x = LEFT + 32 + move(5.0)
    sheet.celled("birth", "date", x, y + 24, 64, 8, 8, label="生年月日", **hand)
    for left, wide, unit in ((0, 32, "年"), (32, 16, "月"), (48, 16, "日")):
        sheet.text(x + left, y + 31.9, wide, 2.3, unit, size=4.5, align="centre", ink=SOFT)
    sheet.label(LEFT, y + 34, 30, 11, "郵便番号")
    sheet.box(LEFT + 30, y + 34, WIDTH - 30, 11)
    x = LEFT + 32 + move(4.0)
    sheet.celled("zip", "postal_code", x, y + 35.5, 56, 8, 7, label="郵便番号", **hand)
    sheet.label(LEFT, y + 45, 30, 13, "住所")
    sheet.written("address", "address", LEFT + 30, y + 45, WIDTH - 30, 13, label="住所", **hand)
    sheet.label(LEFT, y + 58, 30, 12, "電話番号")
    sheet.box(LEFT + 30, y + 58, WIDTH - 30, 12)
    sheet.celled("phone", "phone", LEFT + 32 + move(6.0), y + 60, 88, 8, 11, label="電話番号", **hand)
    sheet.label(LEFT, y + 70, 30, 12, "農園に付ける\n名前（ひらがな）", size=7)
    sheet.box(LEFT + 30, y + 70, WIDTH - 30, 12)
    sheet.celled("garden", "boxed_hiragana", LEFT + 32, y + 72, 80, 8, 10, label="農園に付ける名前", **hand)
    sheet.frame(LEFT, y, WIDTH, 82)


def _plot(sheet: Sheet, y: float) -> None:
    """希望する区画と使用料."""
    hand = {"writing": "hand"}
    sheet.label(LEFT, y, 30, 10, "希望する農園")
    sheet.box(LEFT + 30, y, WIDTH - 30, 10)
    sheet.choice(
        "place", LEFT + 32, y + 1, WIDTH - 36, 8, ("灯台前", "帆立坂", "磯辺野", "凪ヶ丘"), label="農園"
    )
    sheet.label(LEFT, y + 10, 30, 18, "利用の目的\n（いくつでも）", size=7)
    sheet.box(LEFT + 30, y + 10, WIDTH - 30, 18)
    ticks = ("野菜を育てる", "花を育てる", "子どもの学習", "地域の交流", "健康づくり", "その他")
    for number, words in enumerate(ticks):
        x, down = LEFT + 34 + 47 * (number % 3), 2.2 + 8.4 * (number // 3)
        sheet.tick(f"purpose_{number + 1}", x, y + 10 + down, words, w=36)
    sheet.label(LEFT, y + 28, 30, 12, "希望する区画数")
    sheet.box(LEFT + 30, y + 28, 57, 12)
    sheet.celled("plots", "boxed_digits", LEFT + 32, y + 30, 16, 8, 2, label="希望する区画数", **hand)
    sheet.text(LEFT + 50, y + 28, 20, 12, "区画", size=8.5)
    sheet.label(LEFT + 87, y + 28, 30, 12, "利用を始める日")
    sheet.written("starts_on", "date", LEFT + 117, y + 28, 57, 12, label="利用を始める日", **hand)
    wide = WIDTH / 3
    for number, (name, label) in enumerate(
        (("fee", "使用料"), ("tool_fee", "用具の使用料"), ("fee_total", "合計"))
    ):
        x = LEFT + wide * number
        sheet.label(x, y + 40, 22, 14, label, size=7)
        sheet.written(name, "amount", x + 22, y + 40, wide - 22, 14, label=label, **hand)
        sheet.text(x + wide - 5, y + 40.3, 4.4, 3.4, "円", size=5, align="right", ink=SOFT)
    sheet.frame(LEFT, y, WIDTH, 54)


def _account(sheet: Sheet, y: float, move: Any) -> None:
    """使用料の引落口座: a bank account never passes without a person."""
    more = {"writing": "hand", "policy": "always_staff"}
    sheet.label(LEFT, y, 30, 12, "金融機関\n・支店", size=7)
    sheet.written("bank", "line", LEFT + 30, y, WIDTH - 30, 12, label="金融機関・支店", **more)
    sheet.label(LEFT, y + 12, 30, 12, "口座番号")
    sheet.box(LEFT + 30, y + 12, WIDTH - 30, 12)
    x = LEFT + 32 + move(3.0)
    sheet.celled("account", "boxed_digits", x, y + 14, 56, 8, 7, label="口座番号", **more)
    sheet.label(LEFT + 100, y + 12, 22, 12, "預金の種類", size=7)
    sheet.choice(
        "account_kind",
        LEFT + 124,
        y + 13,
        48,
        10,
        ("普通", "当座"),
        label="預金の種類",
        policy="always_staff",
    )
    sheet.frame(LEFT, y, WIDTH, 24)


def anketo() -> Form:
    """図書館アンケート: marks, ○ around words, free text."""
    sheet = Sheet()
    sheet.specimen("汐見区図書館様式 第8号")
    sheet.text(LEFT, 14, 150, 9, "図書館についてのアンケート", size=17, heavy=True, tracking=0.06)
    sheet.text(LEFT, 24, WIDTH, 6, "区の図書館をよりよくするために、ご意見をお聞かせください。", size=8.5)
    questions = (
        ("age", "問1　あなたの年代", ("10代", "20代", "30代", "40代", "50代", "60代", "70代〜")),
        ("visits", "問2　図書館に来る回数", ("週に1回", "月に1回", "年に数回", "来ない")),
        ("content", "問3　全体の満足度", ("満足", "やや満足", "やや不満", "不満")),
    )
    y = 34.0
    for name, words, values in questions:
        sheet.text(LEFT, y, WIDTH, 6, f"{words}（1つに○）", size=9.5, heavy=True)
        sheet.box(LEFT, y + 7, WIDTH, 11)
        sheet.choice(name, LEFT + 2, y + 8, WIDTH - 4, 9, values, label=words)
        y += 23
    sheet.text(LEFT, y, WIDTH, 6, "問4　よく使うもの（いくつでも☑）", size=9.5, heavy=True)
    sheet.box(LEFT, y + 7, WIDTH, 27)
    ticks = (
        "本を借りる",
        "雑誌や新聞",
        "自習の席",
        "子どもの読み聞かせ",
        "調べものの相談",
        "電子書籍",
        "視聴覚資料",
        "催し物",
        "区の資料",
    )
    for number, words in enumerate(ticks):
        sheet.tick(
            f"use_{number + 1}", LEFT + 6 + 57 * (number % 3), y + 10 + 8.2 * (number // 3), words, w=44
        )
    _library(sheet, y + 40)
    rules = [{"postal_code": "zip", "address": "address"}]
    return sheet, _head("図書館アンケート", "2026", rules, ["図書館についてのアンケート", "満足度"])


def _library(sheet: Sheet, y: float) -> None:
    """Numbers, free words, address."""
    hand = {"writing": "hand"}
    sheet.text(LEFT, y, 120, 6, "問5　この1年に借りた本のおおよその数", size=9.5, heavy=True)
    sheet.celled("books", "boxed_digits", 130, y - 1, 24, 8, 3, label="借りた本の数", **hand)
    sheet.text(156, y - 1, 20, 8, "冊", size=9)
    sheet.text(LEFT, y + 12, 120, 6, "問6　好きな本の名前", size=9.5, heavy=True)
    sheet.written("favourite", "line", LEFT, y + 19, WIDTH, 12, label="好きな本の名前", **hand)
    sheet.text(LEFT, y + 36, WIDTH, 6, "問7　ご意見（自由にお書きください）", size=9.5, heavy=True)
    sheet.written("opinion", "free", LEFT, y + 43, WIDTH, 36, label="ご意見", **hand)
    for number in (1, 2):
        sheet.rule(LEFT + 4, y + 43 + 12 * number, LEFT + WIDTH - 4, y + 43 + 12 * number, dashed=True)
    sheet.label(LEFT, y + 85, 26, 10, "記入日")
    sheet.written("written_on", "date", LEFT + 26, y + 85, 50, 10, label="記入日", **hand)
    sheet.label(LEFT + 76, y + 85, 26, 10, "郵便番号")
    sheet.written("zip", "postal_code", LEFT + 102, y + 85, 72, 10, label="郵便番号", **hand)
    sheet.label(LEFT, y + 95, 26, 12, "住所（町名\nまでで可）", size=7)
    sheet.written("address", "address", LEFT + 26, y + 95, WIDTH - 26, 12, label="住所", **hand)
    sheet.frame(LEFT, y + 85, WIDTH, 22)


def _head(name: str, version: str, rules: list[dict[str, Any]], keywords: list[str]) -> dict[str, Any]:
    return {
        "format": FORMAT,
        "name": name,
        "version": version,
        "page": {"width_mm": 210, "height_mm": 297},
        "rules": rules,
        "keywords": keywords,
    }


def cover() -> Sheet:
    """A sheet that is no form: the letter that comes with a bundle of them (送付書)."""
    sheet = Sheet()
    sheet.text(LEFT, 30, WIDTH, 10, "書類の送付について", size=16, align="centre", heavy=True)
    sheet.text(LEFT, 48, 100, 6, "汐見区役所 御中", size=11)
    sheet.text(110, 60, 82, 6, "株式会社潮風物産　総務部", size=10, align="right")
    lines = (
        "いつもお世話になっております。",
        "次の書類をお送りしますので、お受け取りください。",
        "",
        "・給与支払報告書　16枚",
        "・区民農園利用申込書　11枚",
        "・図書館についてのアンケート　8枚",
    )
    for number, words in enumerate(lines):
        sheet.text(LEFT, 80 + 9 * number, WIDTH, 7, words, size=10.5)
    sheet.text(LEFT, 150, WIDTH, 6, "以上", size=10.5, align="right")
    note = "見本　汐見区と会社は架空のものです。"
    sheet.text(LEFT, 284.6, 130, 5, note, size=7, ink=SOFT)
    return sheet
