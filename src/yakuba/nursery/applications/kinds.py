"""Every kind of fault and warning of an applications file: a stable code, what is expected, what to do.

``{…}`` is filled by the check. A warning (``warning=True``) is told but does not stop the reading.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class FaultKind:
    code: str
    expected: str
    advice: str
    warning: bool = False


def _kinds(text: str, *, warning: bool = False) -> tuple[FaultKind, ...]:
    split = (line.split("|") for line in text.strip().splitlines())
    return tuple(
        FaultKind(code.strip(), expected.strip(), advice.strip(), warning) for code, expected, advice in split
    )


FAULTS: tuple[FaultKind, ...] = _kinds("""
more-faults | すべての誤りを直す必要があります | 上の誤りから直してください
file-unreadable | 読めるファイルが必要です | ファイルを確認してください
sheet-missing | 必要な表です | 「{title}」という名前のシート（CSVはファイル）を加えてください
sheet-duplicate | 「{title}」の表が2つ以上あります | 1つにするか、読むシートを選んでください
sheet-unknown | ファイルにないシートです | シートの名前を確認してください
table-empty | 1行以上必要です | 記入してください
column-missing | 必要な列です | 列名を確認するか、列の対応づけをしてください
column-duplicate | 同じ項目の列が2つあります | 一方を削除するか、列の対応づけを直してください
header-missing | 見出しの行が見つかりません | 列名を確認するか、列の対応づけをしてください
header-two | 見出しの行が2つあります（{first}行と{second}行） | 一方を削除してください
wish-column-missing | 第1希望から続けて並べます | 列を加えてください
mapping-column | 対応づけにある列がファイルにありません | 列名を確認するか、対応づけを作り直してください
personal-number | 個人番号は台帳に入れません | 列ごと削除してから読み込んでください
formula-no-value | 計算結果のない数式か計算エラーです | Excelで開いて保存し直すか、値として貼り付けてください
cell-error | Excelの計算エラーです | 数式を直すか、値を記入してください
required-blank | 必ず記入する欄です | 記入してください
control-character | 見えない制御文字が入っています | 入力し直してください
text-too-long | {limit}字までの欄です | 短くしてください
code-character | 番号・記号に「、」「,」「@」「×」「*」は使えません | 番号を確認してください
kana-unreadable | フリガナはカタカナ・ひらがな・英字で書きます | 漢字や記号を直してください
number-unreadable | 数を入力する欄です | 数字だけにしてください
number-not-whole | 整数を入力する欄です | 小数を直してください
number-negative | 0以上の数を入力する欄です | 数を確認してください
date-unreadable | 日付として読めません | 「令和9年4月1日」か「2027-04-01」の形で記入してください
date-impossible | ない日付です | 日付を確認してください
date-era-missing | 元号か西暦4桁の年が必要です | 「R8.4.1」か「2026-04-01」のように記入してください
month-unreadable | 年月として読めません | 「令和9年4月」か「2027-04」の形で記入してください
age-unreadable | 0から5までの年齢を入力する欄です | 年齢を確認してください
yes-no-unreadable | 「はい」か「いいえ」を入力する欄です | 「はい」か「いいえ」にしてください
word-unknown | {words}のどれかを入力する欄です | 記入を確認してください
track-unknown | {words}のどれかを入力する欄です | 枠の名前を確認してください
reason-unknown | {words}のどれかを「、」で並べる欄です | 事由の書き方をそろえてください
postal-code | 7桁の郵便番号を入力する欄です | 「100-0001」の形で記入してください
mark-unreadable | 「CODE」「CODE×2」「CODE@12」を「、」で並べる欄です | 書き方を確認してください
mark-times | 回数は1から99までです | 回数を直すか、該当しない記号を削除してください
mark-unknown | 選んだ採点基準にない記号です | 記号を確認してください
mark-nursery-not-wished | この児童が希望していない施設です | 施設番号か希望を確認してください
row-unknown | 選んだ採点基準にない判定です | 記号を確認してください
class-duplicate | {first}行と同じ施設・年齢・枠です | 1行にまとめてください
household-duplicate | {first}行と同じ世帯番号です | 1行にまとめてください
household-rows-differ | {first}行の同じ世帯・同じ項目は「{other}」です | 同じ値にそろえてください
household-no-guardian | 保護者の行がありません | 「保護者」に行を加えてください
sibling-nursery-unknown | 「施設」にない番号です | 番号を確認するか、施設を加えてください
lone-parent-two | ひとり親の世帯に父と母の行があります | ひとり親の欄か、保護者の行を直してください
guardian-household-unknown | 「世帯」にない番号です | 番号を確認するか、世帯を加えてください
guardian-duplicate | {first}行と同じ世帯・同じ続柄です | 一方を削除するか、続柄を直してください
hours-over | {limit}時間までの欄です | 単位（月・週・日）と時間を確認してください
days-over | {limit}日までの欄です | 単位（月・週）と日数を確認してください
hours-inconsistent | 日数×1日の時間は{product}時間で、合いません | 時間か日数を確認してください
child-duplicate | {first}行と同じ番号です | 別の番号にするか、一方を削除してください
child-household-unknown | 「世帯」にない番号です | 番号を確認するか、世帯を加えてください
birth-after-start | 利用希望月より後に生まれることになります | 生年月日か利用希望月を確認してください
birth-too-early | 就学前の児童の生年月日ではありません | 生年月日を確認してください
birth-class | 4月1日現在のクラス年齢は{age}歳です（誕生日の前日に年をとる） | 年齢か生年月日を直してください
wish-gap | 希望が途中で空いています | 前に詰めるか、抜けた希望を記入してください
wish-duplicate | 同じ希望が2回あります | 一方を削除して前に詰めてください
wish-none | 1つ以上の希望が必要です | 希望を記入してください
wish-too-many | 希望は{limit}件までです | 超えた希望を確認してください
wish-unknown-nursery | 「施設」にない番号です | 番号を確認するか、施設を加えてください
wish-no-class | この施設にないクラスです | 希望・年齢・枠を直すか、募集人数0の行を加えてください
wish-is-current | いま通っている施設です | 希望から削除してください
current-missing | 転園・継続の申込みには在籍施設番号が必要です | 番号を記入するか、申込区分を直してください
current-unexpected | 新規の申込みに在籍施設番号があります | 区分を「転園」にするか、番号を削除してください
current-unknown | 「施設」にない番号です | 番号を確認するか、施設を加えてください
current-no-class | この施設にないクラスです | 在籍・年齢・枠を直すか、「施設」に募集人数0の行を加えてください
applied-late | 締切（{deadline}）より後の申込みです | 申込日を確認するか、次の選考に回してください
applied-future | 今日（{today}）より後の日付です | 日付を確認してください
start-differs | 世帯の中で利用希望月が違います（{first}行は{other}） | 世帯で同じ月にそろえてください
tier-range | 1以上の番号を入力する欄です | 番号を確認してください
pattern-range | 1から7までの番号を入力する欄です | 番号を確認してください
pattern-missing | きょうだいの世帯には1から7までの番号が必要です | 番号か「希望の組」を記入してください
pattern-differs | 世帯 {household} の番号がそろっていません | 同じ番号にしてください
pattern-single | きょうだいの申込みがない世帯です | 空欄にするか、世帯番号を確認してください
siblings-too-many | 1世帯は{limit}人までです | 世帯番号を確認してください
lottery-duplicate | {first}行と同じ番号札です | 番号札を確認してください
tuple-household-unknown | 「児童」にない世帯です | 番号を確認してください
tuple-stranger | この世帯にいない児童です | 受付番号か世帯番号を確認してください
tuple-rank | 1以上の順位を入力する欄です | 順位を確認してください
tuple-rank-gap | 順位は1から空けずに並べます（抜け：{missing}） | 順位を直してください
tuple-child-twice | 同じ順位に同じ児童が2回あります | 1行にしてください
tuple-child-missing | 世帯の児童全員の行が必要です | 入所しない児童は施設番号を空欄にした行を加えてください
tuple-not-wished | この児童が希望していない施設です | 希望に加えるか、希望の組を直してください
tuple-repeated | 順位{first}と同じ組です | 一方を削除してください
tuple-too-many | 児童の希望から作れる組は{limit}通りまでです | 希望の組を確認してください
""") + _kinds(
    """
column-unused | 読まない列です | 必要な列なら、列の対応づけをしてください
sheet-unused | 読まないシートです | 必要な表なら、列の対応づけをしてください
sheet-hidden | 非表示のシートですが、読みました | 必要な表か確認してください
sheet-guessed | 「{title}」の表として読みました | 違うときは、列の対応づけをしてください
mapping-other-file | 対応づけを作ったときと列の並びが違います | 読み取った列を確認してください
nursery-name-differs | 施設名は{first}行では「{other}」です | 名前を確認してください
household-no-child | 申込児童のない世帯です | 世帯番号を確認してください
guardian-no-reason | 事由・判定・時間のどれもない保護者です | 基準指数は0点になります。記入を確認してください
birth-unborn | 申込日より後の生年月日です | 出産予定日か確認してください
children-count-small | 世帯の申込児童は{count}人います | 人数を確認してください
pattern-no-common | きょうだいに共通の希望施設がありません | パターン1では入所できません。要確認です
twins-unlinked | {first}行と生年月日が同じで、住所か保護者名も同じです | 双子なら、同じ世帯番号にしてください
child-twice | {first}行と氏名・生年月日が同じです | 二重の申込みでないか確認してください
""",
    warning=True,
)
BY_CODE = {kind.code: kind for kind in FAULTS}
