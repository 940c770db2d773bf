"""Fields of the sheets 施設, 児童 and 希望の組: key | name | type | example | used by | meaning | aliases."""

from __future__ import annotations

from yakuba.nursery.applications.field_types import CHILDREN, CLASSES, TUPLES, rows

CLASS_FIELDS = rows(
    CLASSES,
    """
    nursery! | 施設番号 | code | 12 | すべて | 施設の番号 | 園番号 施設コード 園コード 保育所番号 施設ID
    name! | 施設名 | text | はまかぜ保育園 | 表示・通知 | 施設の名前 | 園名 施設名称 保育所名
    age! | 年齢 | age | 1 | 募集クラス | 4月1日現在のクラス年齢 | クラス クラス年齢 歳児
    track | 枠 | word | 一般 | 募集クラス | 募集の枠。空欄は一般 | 募集枠 区分
    recruits! | 募集人数 | whole | 6 | 募集クラス | 新しく入る児童の人数 | 募集数 定員の空き 受入可能数
    """,
)

CHILD_FIELDS = (
    rows(
        CHILDREN,
        """
    id! | 受付番号 | code | 100001 | すべて | 1回の申込みに1つの番号 | 申請者番号 申込番号 整理番号 児童番号
    household! | 世帯番号 | code | 500001 | 世帯の点・きょうだい | 世帯の番号 | 世帯ID 世帯コード
    name! | 児童氏名 | text | 佐藤 葵 | 本人の確認・通知 | 申込児童の氏名 | 申込児童氏名 児童名 子の氏名 氏名
    kana | フリガナ | kana | サトウ アオイ | 本人の確認 | 氏名のフリガナ | ふりがな 児童フリガナ カナ 氏名カナ
    birth | 生年月日 | date | 令和7年5月1日 | クラス年齢の確認 | 生年月日（出生前は予定日） | 児童生年月日
    age! | 年齢 | age | 1 | 募集クラス | 入所年度の4月1日現在のクラス年齢 | クラス年齢 クラス 歳児 保育年齢
    track | 枠 | word | 一般 | 募集クラス | 申し込む枠。空欄は一般 | 募集枠 申込枠
    kind | 申込区分 | word | 新規 | 転園・継続の順位 | 新規・転園・継続。空欄は在籍施設番号で分ける | 入所区分 区分 新規転園の別
    current | 在籍施設番号 | code | 3 | 転園・在籍 | いま通う認可施設（転園・継続のとき） | 在園施設番号 在籍園 現在の施設番号 転園元
    pattern | きょうだいパターン | whole | 5 | きょうだいの希望の組 | 1から7まで（きょうだい同時申込みのとき） | 兄弟姉妹条件 きょうだい条件
    tier | 優先区分 | whole | 1 | 点より先に並べる区分 | 点より先に並べる区分がある基準で使う番号 | 優先順位区分
    marks | 児童の加点 | marks | WAITED、SUPPORT@12 | 調整指数（児童・希望ごと） | 児童に付く加点・減点の記号 | 児童加点 児童調整
    applied_on | 申込日 | date | 令和8年11月10日 | 締切の確認 | 申込みを受け付けた日 | 申込年月日 受付日 申請日
    wished_start | 利用希望月 | month | 令和9年4月 | 基準日・同点（希望開始） | 利用を始めたい月 | 入所希望月 希望月 利用開始希望月
    """,  # noqa: E501 - one line a field
    )
    + rows(
        CHILDREN,
        """
    certification_class | 認定区分 | word | 3号 | 対象の確認 | 教育・保育給付認定の区分 | 支給認定区分
    care_amount | 保育必要量 | word | 標準時間 | 対象の確認 | 標準時間か短時間か | 必要量
    multiple_birth | 多胎児 | yes_no | はい | 多胎の加点 | 双子・三つ子など | 双子 多胎
    child_disability | 児童の障害 | yes_no | いいえ | 同点（大田区 6） | 手帳などで確かめた障害の有無 | 障害の有無 障がいの有無
    graduating_from_current_facility | 卒園児童 | yes_no | いいえ | 同点（大田区 7）・卒園の加点 | 2歳児までの施設の卒園 | 卒園
    uses_unlicensed_regularly | 認可外の利用 | yes_no | はい | 同点（浦添市）・認可外の加点 | 有償で常時預けている | 認可外利用
    waiting_months | 待機月数 | number | 5 | 待機の加点・同点 | 申込みを続けて入所していない月数 | 待機期間
    waiting_3_months | 待機3か月以上 | yes_no | はい | 同点（南風原町 7） | 3か月以上の待機 | 3か月待機
    declined_count | 辞退回数 | whole | 0 | 辞退の減点 | この年度に内定を辞退した回数 | 内定辞退回数
    not_declined_this_year | 今年度の辞退なし | yes_no | はい | 同点（南風原町） | この年度に内定を辞退していない | 辞退なし
    lottery_number | 番号札 | whole | 27 | 同点（与那原町 2） | 受付順・抽選の番号。小さいほうが先 | 優先番号 抽選番号
    """,  # noqa: E501 - one line a field
        fact=True,
    )
    + rows(
        CHILDREN,
        """
    wishes | 第1希望 | wishes | 12 | 希望ごとの点・希望順位 | 希望する施設番号（第2希望、第3希望…と続ける） |
    """,
    )
)

TUPLE_FIELDS = rows(
    TUPLES,
    """
    household! | 世帯番号 | code | 500001 | 希望の組 | 世帯の番号 | 世帯ID
    rank! | 順位 | whole | 1 | 希望の組 | 世帯の何番目の希望か | 希望順位
    child! | 受付番号 | code | 100001 | 希望の組 | 世帯の児童。どの順位にも全員の行が要る | 申請者番号 申込番号
    nursery | 施設番号 | code | 12 | 希望の組 | 入る施設。空欄または「入所しない」は入所しない | 施設コード 園番号
    """,  # noqa: E501 - one line a field
)
