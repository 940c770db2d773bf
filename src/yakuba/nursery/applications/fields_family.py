"""Fields of the sheets 世帯 and 保護者: key | name | type | example | used by | meaning | aliases."""

from __future__ import annotations

from yakuba.nursery.applications.field_types import GUARDIANS, HOUSEHOLDS, rows

HOUSEHOLD_FIELDS = rows(
    HOUSEHOLDS,
    """
    id! | 世帯番号 | code | 500001 | すべて | 世帯の番号 | 世帯ID 世帯コード
    addressee | 宛名 | text | 佐藤 一郎 | 通知 | 通知の宛名 | 送付先氏名 申請者氏名 保護者氏名
    postal_code | 郵便番号 | postal | 100-0001 | 通知 | 送付先の郵便番号 | 〒
    address | 住所 | text | 汐見区帆風町1-2-3 | 通知 | 送付先の住所 | 送付先住所 現住所
    leave_extension_ok | 育休延長可 | yes_no | いいえ | 育休延長の減点・最下位 | 育児休業の延長を許容できる | 育休延長希望 延長許容
    rows | 世帯の判定 | codes | ABSENT2 | 基準指数（世帯） | 職員が書類で選んだ、世帯に1回だけ付く行 | 世帯判定
    marks | 世帯の加点 | marks | LONE、DECLINED×2 | 調整指数（世帯） | 世帯に付く加点・減点の記号 | 世帯加点 世帯調整
    siblings_enrolled | 在園きょうだい施設 | codes | 12 | 在園きょうだいの加点・同点 | 申込みをしない在園のきょうだいの施設（3月に卒園する児童を除く） | きょうだい在園施設
    """,  # noqa: E501 - one line a field
) + rows(
    HOUSEHOLDS,
    """
    lone_parent | ひとり親 | yes_no | いいえ | 同点（南風原町・豊見城市・大田区） | ひとり親世帯（職員の判定） | 一人親 ひとり親世帯
    lone_or_foster_parent | ひとり親・里親 | yes_no | いいえ | 同点（浦添市） | ひとり親または里親の世帯 | ひとり親里親
    posted_or_separated_spouse | 単身赴任・別居 | yes_no | いいえ | 同点（浦添市） | 配偶者が単身赴任または別居 | 単身赴任
    welfare | 生活保護 | yes_no | いいえ | 同点（豊見城市）・生活保護の加点 | 生活保護を受けている | 生活保護受給
    resident | 住民 | yes_no | はい | 同点（南風原町 1） | 住民登録がある | 住民登録
    resident_or_moving_in | 住民・転入予定 | yes_no | はい | 同点（豊見城市 1） | 住民または転入が決まっている | 転入予定
    resident_since | 住民となった日 | date | 平成30年4月1日 | 在住日数のもと | 父母のうち長いほう | 住民年月日
    days_resident | 在住日数 | whole | 2900 | 同点（南風原町 11） | 住民である日数（父母のうち長いほう） | 居住日数
    no_arrears | 滞納なし | yes_no | はい | 同点（南風原町） | 保育料などの滞納がない | 保育料滞納なし
    no_arrears_or_deduction_agreed | 滞納なし・天引き同意 | yes_no | はい | 同点（浦添市） | 滞納がないか、納付の約束がある | 滞納なし等
    arrears_amount | 滞納額 | whole | 0 | 同点（八重瀬町） | 保育料などの滞納額（円） | 保育料滞納額
    arrears_months | 滞納月数 | number | 0 | 滞納の減点 | 保育料などを納めていない月数 | 保育料滞納月数
    fee_bracket | 課税階層 | whole | 7 | 同点（浦添市 7） | 利用者負担額の階層。小さいほうが先 | 階層区分 利用者負担階層 階層
    municipal_tax | 市町村民税額 | whole | 182400 | 同点（糸満市） | 市町村民税額（円） | 市民税額 住民税額
    municipal_tax_total | 市町村民税額の合計 | whole | 182400 | 同点（豊見城市） | 父母の市町村民税額の合計（円） | 住民税額合計
    municipal_income_tax | 所得割額 | whole | 154300 | 同点（武蔵村山市） | 市区町村民税の所得割額（円） | 市民税所得割額 所得割課税額
    municipal_income_tax_total | 所得割額の合計 | whole | 154300 | 同点（大田区） | 父母の所得割額の合計（円） | 所得割額合計
    municipal_income_tax_total_previous | 前年度の所得割額の合計 | whole | 150000 | 同点（4〜8月） | 前年度分の所得割額の合計（円） | 所得割額の合計（前年度）
    municipal_income_tax_total_current | 当年度の所得割額の合計 | whole | 160000 | 同点（9〜3月） | 当年度分の所得割額の合計（円） | 所得割額の合計（当年度）
    municipal_income_tax_previous | 前年度の所得割額 | whole | 150000 | 同点（4〜8月） | 前年度分の所得割額（円） | 所得割額（前年度）
    municipal_income_tax_current | 当年度の所得割額 | whole | 160000 | 同点（9〜3月） | 当年度分の所得割額（円） | 所得割額（当年度）
    income_previous_year | 前年所得 | whole | 4200000 | 同点（南風原町） | 世帯の前年の所得（円） | 前年の所得
    total_income | 総所得 | whole | 4200000 | 同点（八重瀬町・横浜市） | 世帯の総所得（円） | 合計所得 総所得金額
    preschool_children_count | 未就学児数 | whole | 2 | 同点（糸満市・豊見城市・八重瀬町） | 申込児童を含む未就学児の人数 | 未就学児の人数
    children_up_to_elementary_count | 小学生以下の人数 | whole | 2 | 同点（豊見城市・横浜市） | 小学生以下の児童の人数 | 小学生以下人数
    children_under_18_count | 18歳未満の人数 | whole | 3 | 同点（浦添市 6） | 18歳未満の児童の人数 | 18歳未満人数
    disabled_at_home | 同居の障害者 | yes_no | いいえ | 同点（豊見城市） | 同居の家族に障害のある人がいる | 障害者同居
    cares_for_disabled_cohabitant | 同居者の介護 | yes_no | いいえ | 同点（浦添市） | 同居の障害者などを介護している | 同居介護
    parent_disability | 保護者の障害 | yes_no | いいえ | 同点（大田区） | 保護者に障害がある | 父母の障害
    parent_illness | 保護者の疾病 | yes_no | いいえ | 同点（大田区） | 保護者が病気である | 父母の疾病
    parent_teacher | 保育士等の保護者 | yes_no | いいえ | 同点（豊見城市 3） | 保護者が保育士などとして働く | 保育士等
    childbirth | 出産前後 | yes_no | いいえ | 同点（豊見城市） | 出産の前後である | 出産
    returning_to_work | 育休からの復職 | yes_no | いいえ | 同点（豊見城市） | 育児休業から復職する | 復職
    works_outside_8_to_18 | 8時から18時の居宅外就労 | yes_no | はい | 同点（浦添市） | 居宅外で8時から18時に働く | 日中居宅外就労
    reason_category | 事由の区分 | code | work | 同点（浦添市・南風原町・横浜市） | 同点のときに使う区分（職員が選ぶ） | 事由区分
    household_category | 世帯の区分 | code | E | 同点（糸満市 A–L） | 同点のときに使う区分（職員が選ぶ） | 世帯区分
    category | 同点の区分 | code | 就学 | 同点（八重瀬町） | 同点のときに使う区分（職員が選ぶ） | 優先カテゴリー
    """,  # noqa: E501 - one line a field
    fact=True,
)

GUARDIAN_FIELDS = rows(
    GUARDIANS,
    """
    household! | 世帯番号 | code | 500001 | すべて | 世帯の番号 | 世帯ID 世帯コード
    relation! | 続柄 | word | 母 | 父母の点 | 父・母・その他。いない親の行は作らない | 児童との続柄
    name | 氏名 | text | 佐藤 花子 | 本人の確認 | 保護者の氏名 | 保護者氏名 保護者名
    reasons | 事由 | words | 就労、求職 | 基準指数の行 | 保育を必要とする事由。主なものを先に書く | 保育を必要とする事由 保育の必要な事由 要件
    rows | 判定 | codes | ILL_HOSP | 基準指数（書類で選ぶ行） | 職員が診断書などから選んだ行の記号 | 基準判定 判定記号
    marks | 加点 | marks | POSTED | 調整指数（保護者） | 保護者に付く加点・減点の記号 | 保護者の加点 調整
    """,  # noqa: E501 - one line a field
) + rows(
    GUARDIANS,
    """
    work_hours_month | 月の就労時間 | number | 168 | 就労の行 | 1か月の就労時間 | 就労時間 就労時間（月） 月間就労時間 月就労時間
    work_hours_week | 週の就労時間 | number | 40 | 就労の行（糸満市・南城市・日南町） | 1週間の就労時間 | 就労時間（週） 週間就労時間 週就労時間
    work_hours_day | 日の就労時間 | number | 8 | 就労の行（与那原町・江戸川区ほか） | 1日の就労時間 | 就労時間（日） 1日の就労時間 日就労時間
    work_days_month | 月の就労日数 | number | 21 | 就労の行（与那原町・江戸川区ほか） | 1か月の就労日数 | 就労日数 就労日数（月） 月就労日数
    work_days_week | 週の就労日数 | number | 5 | 就労の行（武蔵村山市） | 1週間の就労日数 | 就労日数（週） 週就労日数
    work_place | 就労場所 | word | 居宅外 | 就労の行（与那原町・江戸川区） | 居宅外・居宅内・内職・協力者 | 勤務場所 就労の場所
    self_employed_without_documents | 自営の資料なし | yes_no | いいえ | 就労の行（浦添市・豊見城市） | 自営で、収入などを示す資料がない | 自営書類なし 挙証資料なし
    piecework_hours_week | 週の内職時間 | number | 20 | 内職の行（昭島市） | 1週間の内職の時間 | 内職時間
    study_hours_month | 月の就学時間 | number | 120 | 就学の行 | 1か月の就学・訓練の時間 | 就学時間 就学時間（月） 月就学時間
    study_hours_week | 週の就学時間 | number | 30 | 就学の行（糸満市） | 1週間の就学・訓練の時間 | 就学時間（週） 週就学時間
    work_plus_study_hours_month | 月の就労と就学の時間 | number | 150 | 就労と就学の行（豊見城市） | 就労と就学を合わせた1か月の時間 | 就労就学時間
    care_days_month | 月の介護日数 | number | 20 | 介護の行（江戸川区） | 1か月の介護の日数 | 介護日数
    care_hours_day | 日の介護時間 | number | 8 | 介護の行（江戸川区） | 1日の介護の時間 | 介護時間
    workplace_distance | 勤務先の区分 | code | in_city | 同点（浦添市） | 勤務先の遠さの区分（採点基準の記号） | 勤務地区分
    work_hours_month_with_breaks | 月の就労時間（休憩を含む） | number | 189 | 時間の読み方 | 休憩を含む1か月の時間 | 就労時間（月・休憩含む）
    work_hours_month_without_breaks | 月の就労時間（休憩を除く） | number | 168 | 時間の読み方 | 休憩を除く1か月の時間 | 就労時間（月・休憩除く）
    work_hours_week_with_breaks | 週の就労時間（休憩を含む） | number | 45 | 時間の読み方 | 休憩を含む1週間の時間 | 就労時間（週・休憩含む）
    work_hours_week_without_breaks | 週の就労時間（休憩を除く） | number | 40 | 時間の読み方 | 休憩を除く1週間の時間 | 就労時間（週・休憩除く）
    work_hours_day_with_breaks | 日の就労時間（休憩を含む） | number | 9 | 時間の読み方 | 休憩を含む1日の時間 | 就労時間（日・休憩含む）
    work_hours_day_without_breaks | 日の就労時間（休憩を除く） | number | 8 | 時間の読み方 | 休憩を除く1日の時間 | 就労時間（日・休憩除く）
    break_minutes_day | 日の休憩の分数 | number | 60 | 時間の読み方 | 1日の休憩の分数 | 休憩時間（分）
    work_hours_month_2 | 2つ目の月の就労時間 | number | 40 | 同じ事由を足す基準 | 2つ目の勤務先の1か月の時間 | 就労時間2（月）
    work_hours_month_3 | 3つ目の月の就労時間 | number | 20 | 同じ事由を足す基準 | 3つ目の勤務先の1か月の時間 | 就労時間3（月）
    work_hours_week_2 | 2つ目の週の就労時間 | number | 10 | 同じ事由を足す基準 | 2つ目の勤務先の1週間の時間 | 就労時間2（週）
    work_hours_week_3 | 3つ目の週の就労時間 | number | 5 | 同じ事由を足す基準 | 3つ目の勤務先の1週間の時間 | 就労時間3（週）
    breaks_included | 休憩を含む | yes_no | はい | 時間の読み方 | 就労時間に休憩を含めた数か | 休憩時間を含む
    teacher | 保育士等 | yes_no | いいえ | 保育士の加点・同点（南風原町 5） | 保育士などとして働く | 保育士
    certificate_date | 就労証明日 | date | 令和8年11月1日 | 証明の有効期間 | 就労証明書の証明日 | 証明日 就労証明書証明日
    contract_until | 雇用期限 | date | 令和10年3月31日 | 継続の確認 | 雇用期間の終わり | 雇用期間満了日
    leave_until | 育休期限 | date | 令和9年4月30日 | 育休の行 | 育児休業の終わり | 育休終了日 育児休業終了日
    return_on | 復職日 | date | 令和9年5月1日 | 復職の確認 | 復職（予定）日 | 復職予定日
    due_date | 出産予定日 | date | 令和9年3月10日 | 出産の行 | 出産（予定）日 | 分娩予定日
    """,  # noqa: E501 - one line a field
    fact=True,
)
