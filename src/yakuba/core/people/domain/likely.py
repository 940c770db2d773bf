"""Passwords that people are likely to choose (よくあるパスワード), made from how people make them.

No list of leaked passwords is copied. The sets below are our own: common words, Japanese words and names in
Latin letters, and paths over the keyboard; the combinations are the usual ones. It is a model of the most
common passwords and not a count of them (docs/security/passwords.md says how much of a known list it finds).
Digits and signs around a word are removed before the comparison (``passwords.faults``), so a word stands
for all passwords such as ``sakura2026!!!``.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from itertools import product


def _words(text: str) -> tuple[str, ...]:
    return tuple(text.split())


ENGLISH = _words("""
abc access account admin adminadmin administrator america angel apple april august autumn baby banana
baseball basketball batman beach beautiful bitch blink blue butterfly captain changeme cheese chicken
chocolate christmas city coffee computer cookie corporation daniel database december default demo
development diamond dolphin dragon eagle elephant email enter everyone everything father february fender
flower football forever forget freedom friday friend friends fuckyou galaxy game garden getmein ginger
girls god golden google guest guitar hammer happy harry heaven hello hockey home hottie hunter iamhere
iloveme iloveyou internet january jesus john jordan july june justin killer king kitty letme letmein life
liverpool london love lovelove lovely loveme lover lucky machine magic manager march marina master matrix
maverick mercedes michael michelle mickey midnight minecraft mirror monday monkey monster mother mountain
music mustang mypass mypassword myself network newpass nicole nintendo nothing november ocean october
office office365 orange pass passcode passme passphrase passw passwd password pepper phoenix picture
please pokemon police portal prince princess private project purple qwerty rainbow random robert root ruby
sample samsung saturday school secret secure security september server service shadow silver simple snoopy
soccer spring star starwars strawberry student summer sunday sunflower sunshine super superman support
sweet system temp temporary test tester testing thank thankyou thomas thunder thursday tiger tigger today
tokyo trustno tuesday unknown user username victory wednesday welcome whatever whoami william winner
winter wizard work working world yellow yesterday zaqxsw
""")

JAPANESE = _words("""
abe ai aichi aikotoba aisatsu aka akachan akemashite akihabara akiko akira anata anpanman ao aoi aoki
aoyama arigato arigatou asahi asakusa asuka ayaka ayumi baka bakabaka chiba chibi chiyoda daigaku daiki
daisuki dango denwa doraemon ebisu eigo eki endo fuji fujisan fujita fujiwara fukuoka fukushi fukushima
futaba ganbare ganbarou ganbatte genki gijutsu ginza gohan goku gomen gunma hachi hajimemashite hana
hanabi hanako harada haruka haruki hasegawa hashimoto hatsune hayashi higashi hikari himawari himitsu
hinata hiroko hiroshi hiroshima hitomi hoikuen hokkaido honda hoshi ichigo ichiro iinkai ikebukuro ikeda
inoue inu ishii ishikawa ito jidosha jimu jimusho jinji kagawa kaigi kaito kamakura kameda kami kanagawa
kanji kankoku kanri kanrisha karaoke kasumi kato kawaii kawasaki kazoku kazuki kazuya keiko kenji kenta
kikaku kimura kirara kobayashi kobe kochi koibito kokoro konbanwa kondo konnichiwa kotori kouhou kubota
kuma kumamoto kumiko kuroneko kyoiku kyoto kyou machi madoka mainichi makoto mamoru manabu manga mariko
masaki masashi matsuda matsumoto matsuri mayumi megumi meguro meiji michi midori mikan miki minami mirai
misaki mitsubishi miyagi miyazaki miyuki mizuho mizuki momo momoko mori morimoto murakami musashi nagano
nagasaki nagoya naka nakagawa nakajima nakamura nakano naoki naoto nara naruto natsuko natsumi neko
nekoneko nihon niigata nippon nishi nishimura noriko obama oda ogawa ohashi ohayo ohayou okaasan okada
okayama okinawa omedetou onegai onepiece onigiri osaka oshiete otousan pasokon pikachu ramen reiko reiwa
rikkyo rina saitama sakai sakamoto sakura sakurai sapporo sasaki sato satoshi sayaka sayonara seikatsu
sendai sensei shibuya shiga shigoto shimizu shinjuku shiori shiro shiyakusho shizuka shizuoka shoko shomu
showa sora soumu sugar suisui sumire sushi suzuki suzume taiyo takagi takahashi takashi takeda takeshi
takumi tamago tanaka tanuki taro tenki tensai tochigi tokyo tomato tomodachi tomoko totoro toyama toyota
tsubasa tsukasa tsuki uchida ueda ueno umi uta wakayama watanabe watashi yakusho yama yamada yamagata
yamaguchi yamamoto yamanashi yamazaki yasashii yokohama yokoyama yoroshiku yoshida yoshiko yuka yuki
yukiko yumi yuri yusuke yuta zaimu zeimu
""")

FIRST = _words("""
admin aishiteru arigatou computer daisuki dragon football ganbare hanako happy hello himitsu iloveyou
konnichiwa letmein login love master monkey nihon ohayou password princess qwerty sakura samurai secret
shiawase suzuki takahashi tanaka taro test tokyo tomodachi user watashi welcome yakusho yamada yamamoto
yoroshiku
""")
"""Words that are common enough to be joined with any other."""

ROWS = (
    "1234567890",
    "qwertyuiop",
    "asdfghjkl",
    "zxcvbnm",
    "0987654321",
    "poiuytrewq",
    "lkjhgfdsa",
    "mnbvcxz",
)
COLUMNS = ("1qaz", "2wsx", "3edc", "4rfv", "5tgb", "6yhn", "7ujm", "8ik", "9ol", "0p")
KEYPAD = ("147", "258", "369", "159", "357", "741", "852", "963", "123", "456", "789", "321", "654", "987")
BLOCKS = ("qaz", "wsx", "edc", "rfv", "tgb", "qwe", "asd", "zxc", "123", "321", "qwer", "asdf", "zxcv",
          "1234", "4321", "wasd", "abc", "12345", "123456", "1234567", "12345678", "123456789", "987654321",
          "qazwsx", "1q2w3e", "abcd", "qwerty")  # fmt: skip
TAILS = ("1q2w3e", "1q2w3e4r", "abc", "abc123", "qwerty", "qwe123", "asdf", "zaq")  # digits alone: see above
SHORTEST = 6  # a word of fewer letters says little about a longer password


def _walks() -> Iterator[str]:
    """Paths over the keyboard: pieces of rows, columns up and down, and two or three of them in a row."""
    pieces = [row[start : start + size] for row in ROWS for size in (3, 4, 5, 6) for start in (0, 1)]
    whole = [row[:size] for row in ROWS for size in range(7, len(row) + 1)]
    columns = [one for column in COLUMNS for one in (column, column[::-1])]
    yield from whole
    yield from ("".join(pair) for pair in product(pieces, repeat=2))
    yield from ("".join(some) for some in product(columns, repeat=3))
    yield from ("".join(pair) for pair in product(columns, repeat=2))
    yield from ("".join(COLUMNS[start : start + size]) for start in range(8) for size in (3, 4, 5, 6, 7, 8))
    yield from ("".join(some) for size in (2, 3) for some in product(BLOCKS, repeat=size))
    yield from ("".join(pair) * 2 for pair in product(BLOCKS, repeat=2))
    yield from ("".join(some) for some in product(KEYPAD, repeat=4))
    for row in ROWS:  # there and back again
        yield from (row[:size] + row[:size][::-1] for size in range(6, len(row) + 1))
        yield from (row[:size] + row[: size - 1][::-1] for size in range(6, len(row) + 1))
    counted = [f"{number:02}" for number in range(1, 32)]
    yield from ("".join(counted[:size]) for size in range(4, 13))
    yield from ("".join(str(number) for number in range(1, size)) for size in range(10, 21))
    yield from ("".join(f"{tens}0" for tens in range(1, size)) for size in range(5, 10))
    for upper, lower in product(ROWS, repeat=2):  # 1q2w3e4r5t6y
        for size in range(3, 11):
            yield "".join(a + b for a, b in zip(upper[:size], lower[:size], strict=False))
    for digit in "0123456789":
        yield from (digit * size for size in range(6, 21))
        yield from ((digit + other) * size for other in "0123456789" for size in range(3, 9))


def _phrases() -> Iterator[str]:
    """Words, words with a tail, words twice, and two words."""
    words = sorted({*ENGLISH, *JAPANESE, *FIRST})
    for word in words:
        yield word
        yield word * 2
        yield from (word + tail for tail in TAILS)
        yield from (tail + word for tail in TAILS)
        yield from (word + tail + word for tail in ("123", "1234", "no", "to", "and", "love"))
    for first, second in product(FIRST, words):
        yield first + second
        yield second + first
        yield first + "no" + second  # Japanese の


@cache
def likely_passwords() -> frozenset[str]:
    """Every combination of at least six signs, in lower case; some tens of thousands of 12 or more."""
    return frozenset(text for source in (_walks(), _phrases()) for text in source if len(text) >= SHORTEST)
