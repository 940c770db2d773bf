"""The channels and kinds that every installation has."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from django.utils.translation import gettext

from yakuba.core.exchange.registry import receiver
from yakuba.core.notify import channels
from yakuba.core.notify.domain.subjects import Subject
from yakuba.core.notify.inbox import InboxChannel
from yakuba.core.notify.mail.channel import MailChannel
from yakuba.core.notify.paper.channel import LETTER, LetterChannel, take_letter
from yakuba.core.notify.registry import kind, name_reason

CODE = "notify.code"
REASONS = {
    "withdrawn": "予定が取り消された",
    "moved": "日時が変わった",
    "not_chosen": "本人が選んでいない",
    "too_late": "予定の日時を過ぎた",
    "unknown": "届いたか分からない（送信中に途切れた）",
    "unknown_kind": "この版にない種類",
    "channel_off": "この手段が設定されていない",
    "no_address": "宛先がない",
    "refused": "宛先の側に断られた",
    "unreachable": "メールサーバーにつながらない",
    "later": "メールサーバーが一時的に断った",
    "error": "処理の途中の問題",
    "by_staff": "職員が取り消した",
    "no_postal": "送付先の住所がない",
}


def register() -> None:
    """Called when Django starts."""
    for channel in (InboxChannel(), MailChannel(), LetterChannel()):
        channels.register(channel)
    for code, text in REASONS.items():
        name_reason(code, text)
    receiver(LETTER, "通知の手紙")(take_letter)
    kind(
        CODE,
        label="確認コード",
        subject=Subject.CODE,
        leads=(0,),
        channels=(),
        urgent=True,
        calendar=False,
        choosable=False,
        told_in_mail=True,
        direct=True,
    )(code_text)


def code_text(values: Mapping[str, str]) -> Sequence[str]:
    """The mail that proves that an address is read by its owner."""
    return [
        gettext("Your confirmation code is %(code)s.") % values,
        gettext("Enter it within 30 minutes on the page that asked for it."),
        gettext("If you did not ask for it, please ignore this mail."),
    ]
