"""What can be booked in the demo city: offers in three languages, rooms, weekly hours. Data only."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import time
from typing import Any

PLACE = "汐見区保健センター（架空）"
PLACES = {"en": "Shiomi Health Centre (invented)", "ja-x-easy": "しおみく ほけんセンター（つくった みほん）"}
PHONE = "0X-XXXX-3150"
BEFORE, AHEAD = 14, 56  # days of slots: some are over, so that the calendar has a past
ROOMS = {  # key: kind, name, children at the same time
    "checkup": ("room", "健診室", 12),
    "hall": ("room", "講習室", 24),
    "nursery": ("room", "保育室", 5),
    "adviser": ("staff", "保健師の相談", 1),
}


@dataclass(frozen=True, slots=True)
class DemoOffer:
    """Something to book. ``weekdays``: 0 = Monday; ``hours``: begin, end, minutes a slot, minutes between.

    ``words``: (title, text, things to bring) by language. ``booked``: how many children the counter books
    in coming slots; ``full``: one slot has no place left and a line.
    """

    key: str
    kind: str
    title: str
    text: str
    bring: str
    weekdays: tuple[int, ...]
    hours: tuple[time, time, int, int]
    capacity: int
    room: str
    words: dict[str, tuple[str, str, str]]
    rules: dict[str, Any] = field(default_factory=dict)
    booked: int = 0
    full: bool = False


OFFERS = (
    DemoOffer(
        key="checkup-1y6m",
        kind="checkup",
        title="1歳6か月児健診",
        text="身体測定、内科と歯科の診察、保健師との相談をします。2時間ほどかかります。",
        bring="母子健康手帳、問診票、バスタオル、歯ブラシ",
        weekdays=(1,),
        hours=(time(13), time(15), 30, 0),
        capacity=6,
        room="checkup",
        words={
            "en": (
                "Health check at 1 year and 6 months",
                "Measuring, a doctor and a dentist, and a talk with a public health nurse. About two hours.",
                "Handbook, questionnaire, bath towel, toothbrush",
            ),
            "ja-x-easy": (
                "1さい6かげつの けんこうしんさ",
                "からだを はかります。いしゃと はいしゃが みます。ほけんしと はなせます。2じかんぐらいです。",
                "ぼしてちょう、もんしんひょう、バスタオル、はブラシ",
            ),
        },
        rules={"health_check": "KENSHIN_1Y6M", "once": True},
        booked=9,
    ),
    DemoOffer(
        key="checkup-3y",
        kind="checkup",
        title="3歳児健診",
        text="身体測定、視力と聴力の確認、内科と歯科の診察、保健師との相談をします。",
        bring="母子健康手帳、問診票、家庭での視力検査の結果、採尿した容器",
        weekdays=(3,),
        hours=(time(13), time(15), 30, 0),
        capacity=6,
        room="checkup",
        words={
            "en": (
                "Health check at 3 years",
                "Measuring, eyes and ears, a doctor and a dentist, and a talk with a public health nurse.",
                "Handbook, questionnaire, result of the eye test at home, urine sample",
            ),
            "ja-x-easy": (
                "3さいの けんこうしんさ",
                "からだを はかります。めと みみを しらべます。いしゃと はいしゃが みます。",
                "ぼしてちょう、もんしんひょう、いえで した めの けんさの けっか、おしっこ",
            ),
        },
        rules={"health_check": "KENSHIN_3Y", "once": True},
        booked=7,
    ),
    DemoOffer(
        key="weaning",
        kind="class",
        title="離乳食教室",
        text="離乳食の始め方と進め方を、管理栄養士が実演します。",
        bring="母子健康手帳、エプロン、抱っこひも",
        weekdays=(2,),
        hours=(time(10), time(11, 30), 90, 0),
        capacity=8,
        room="hall",
        words={
            "en": (
                "Class on first foods",
                "A dietitian shows how to begin with solid food and how to go on.",
                "Handbook, apron, baby carrier",
            ),
            "ja-x-easy": (
                "りにゅうしょくの きょうしつ",
                "あかちゃんの さいしょの たべものを つくります。えいようしが おしえます。",
                "ぼしてちょう、エプロン、だっこひも",
            ),
        },
        rules={"age_from": "4m", "age_until": "12m", "most_open": 1},
        booked=5,
        full=True,
    ),
    DemoOffer(
        key="day-care",
        kind="care",
        title="一時預かり",
        text="買い物や通院などのときに、保育士がお子さんを預かります。理由は問いません。",
        bring="着替え、おむつ、飲み物、健康保険の資格が分かるもの",
        weekdays=(0, 1, 2, 3, 4),
        hours=(time(9), time(16), 180, 60),
        capacity=5,
        room="nursery",
        words={
            "en": (
                "Temporary care",
                "Nursery teachers look after your child while you shop or see a doctor. You need no reason.",
                "Change of clothes, nappies, something to drink, proof of health insurance",
            ),
            "ja-x-easy": (
                "いちじあずかり",
                "かいものや びょういんの とき、こどもを あずかります。りゆうは いりません。",
                "きがえ、おむつ、のみもの、けんこうほけんの もの",
            ),
        },
        rules={"age_from": "6m", "age_until": "6y", "most_open": 3},
        booked=14,
    ),
    DemoOffer(
        key="advice",
        kind="advice",
        title="育児相談",
        text="発育、授乳、卒乳、睡眠などを、保健師に1対1で相談できます。妊娠中の方もどうぞ。",
        bring="母子健康手帳",
        weekdays=(0, 4),
        hours=(time(9, 30), time(11, 30), 30, 0),
        capacity=1,
        room="adviser",
        words={
            "en": (
                "Consultation on raising a child",
                "Growth, feeding, weaning, sleep: talk with a public health nurse. Also during pregnancy.",
                "Handbook",
            ),
            "ja-x-easy": (
                "こそだての そうだん",
                "こどもの からだ、ミルク、ねる こと などを ほけんしに きけます。うまれる まえも できます。",
                "ぼしてちょう",
            ),
        },
        rules={"audience": "both", "age_until": "6y", "most_open": 2},
        booked=6,
    ),
    DemoOffer(
        key="maternity",
        kind="class",
        title="両親学級",
        text="お産の流れ、沐浴の練習、産後の暮らしを、助産師と学びます。パートナーと一緒に参加できます。",
        bring="母子健康手帳、動きやすい服装",
        weekdays=(5,),
        hours=(time(10), time(12), 120, 0),
        capacity=12,
        room="hall",
        words={
            "en": (
                "Class for parents-to-be",
                "Birth, bathing a baby and the time after it, with a midwife. Partners are welcome.",
                "Handbook, comfortable clothes",
            ),
            "ja-x-easy": (
                "おとうさん おかあさんに なる ひとの きょうしつ",
                "うまれる とき、おふろ、うまれた あとの くらしを ならいます。ふたりで きて いいです。",
                "ぼしてちょう、うごきやすい ふく",
            ),
        },
        rules={"audience": "pregnancy", "most_open": 1},
        booked=5,
    ),
)
