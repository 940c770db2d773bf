"""Why a booking was refused: one class a reason, with words for families and for staff."""

from __future__ import annotations

from enum import StrEnum

from django.utils.translation import gettext

from yakuba.handbook.domain.bookings.eligibility import Reason


class BookingRefused(Exception):
    """Nothing was changed."""

    code = "refused"

    def for_resident(self) -> str:
        """The reason in the reader's language."""
        return gettext("This could not be done. Please try again.")

    def for_staff(self) -> str:
        """The reason in Japanese."""
        return "この操作はできませんでした。画面を開き直してください。"


class Full(BookingRefused):
    """No place is left: all taken, kept for those in line, or the room is full by other slots."""

    code = "full"

    def for_resident(self) -> str:
        """Says what else can be done."""
        return gettext("This time is full. You can choose another time or join the waiting list.")

    def for_staff(self) -> str:
        """All reasons alike: the slot's page shows the figures."""
        return "空きがありません。別の枠を選ぶか、空き待ちに入れてください。"


class NotEligible(BookingRefused):
    """The child is outside of what the offer is for, on the day of the slot."""

    code = "not_eligible"

    def __init__(self, reason: Reason) -> None:
        super().__init__(reason.value)
        self.reason = reason

    def for_resident(self) -> str:
        """Why not."""
        return reason_for_resident(self.reason)

    def for_staff(self) -> str:
        """Why not."""
        return REASONS_FOR_STAFF[self.reason]


class Shut(StrEnum):
    """Why a slot takes no booking now."""

    CANCELLED = "cancelled"
    ENDED = "ended"  # the offer itself
    NOT_YET = "not_yet"
    OVER = "over"
    CHANNEL = "channel"


class Closed(BookingRefused):
    """The slot takes no booking: not yet, no more, not this way, or it was called off."""

    code = "closed"

    def __init__(self, why: Shut) -> None:
        super().__init__(why.value)
        self.why = why

    def for_resident(self) -> str:
        """Why."""
        if self.why in (Shut.CANCELLED, Shut.ENDED):
            return gettext("This time was called off. Please choose another time.")
        if self.why is Shut.NOT_YET:
            return gettext("Bookings for this time are not open yet.")
        if self.why is Shut.OVER:
            return gettext("The time for booking is over. Please call the office.")
        return gettext("This time can only be booked at the counter or by telephone.")

    def for_staff(self) -> str:
        """Why."""
        return SHUT_FOR_STAFF[self.why]


class AlreadyBooked(BookingRefused):
    """The child has a place in this slot, or has had what is offered once."""

    code = "already_booked"

    def __init__(self, *, once: bool) -> None:
        super().__init__("once" if once else "slot")
        self.once = once

    def for_resident(self) -> str:
        """Which of the two."""
        if self.once:
            return gettext("There is already a booking for this. To change it, move that booking.")
        return gettext("Your child already has a place at this time.")

    def for_staff(self) -> str:
        """Which of the two."""
        if self.once:
            return "1人1回のもので、予約か来所の記録があります。日時は、その予約の画面で変更してください。"
        return "この枠に、すでにこの子どもの予約があります。"


class TooMany(BookingRefused):
    """The child has as many bookings of this before it as the offer allows."""

    code = "too_many"

    def __init__(self, most: int) -> None:
        super().__init__(str(most))
        self.most = most

    def for_resident(self) -> str:
        """How many there may be."""
        return gettext("At most %(most)s bookings can be open at the same time.") % {"most": self.most}

    def for_staff(self) -> str:
        """How many there may be."""
        return f"同時に持てる予約は{self.most}件までです。済んだあとか、1件を取り消したあとに予約できます。"


class HoldExpired(BookingRefused):
    """The minutes, or the time of an offered place, are over."""

    code = "hold_expired"

    def for_resident(self) -> str:
        """Begin again."""
        return gettext("The place was kept for a limited time, and that time is over. Please choose again.")

    def for_staff(self) -> str:
        """Begin again."""
        return "仮予約の期限が過ぎています。枠を選び直してください。"


class NotPossible(BookingRefused):
    """The booking is in a state from which this is not done (it was cancelled meanwhile, for instance)."""

    code = "not_possible"

    def for_resident(self) -> str:
        """Look again."""
        return gettext("This booking has changed in the meantime. Please look at it again.")

    def for_staff(self) -> str:
        """Look again."""
        return "予約の状態が変わっています。画面を開き直してください。"


class PlaceFree(BookingRefused):
    """There is a place: nobody needs to wait."""

    code = "place_free"

    def for_resident(self) -> str:
        """Book it."""
        return gettext("There is a free place at this time. You can book it now.")

    def for_staff(self) -> str:
        """Book it."""
        return "空きがあります。空き待ちではなく、予約してください。"


class KeyReused(BookingRefused):
    """The same key came with another slot or child: a fault of the calling programme."""

    code = "key_reused"


REASONS_FOR_STAFF = {
    Reason.TOO_YOUNG: "枠の日には、まだ対象の年齢になっていません。",
    Reason.TOO_OLD: "枠の日には、対象の年齢を過ぎています。",
    Reason.NOT_BORN: "生まれたあとのお子さんが対象です。",
    Reason.BORN: "妊娠中の方が対象です。",
    Reason.NOT_RESIDENT: "住民登録のある方が対象です。",
}
SHUT_FOR_STAFF = {
    Shut.CANCELLED: "この枠は取り消されています。",
    Shut.ENDED: "この受付は終了しています。",
    Shut.NOT_YET: "受付の開始前です。",
    Shut.OVER: "受付の時間を過ぎています。",
    Shut.CHANNEL: "この枠は、この方法では受け付けていません。",
}


def reason_for_resident(reason: Reason) -> str:
    """Why a child is not among those an offer is for."""
    if reason is Reason.TOO_YOUNG:
        return gettext("Your child will not be old enough on that day.")
    if reason is Reason.TOO_OLD:
        return gettext("Your child will be too old on that day. Please ask the health centre.")
    if reason is Reason.NOT_BORN:
        return gettext("This can be booked after the birth.")
    if reason is Reason.BORN:
        return gettext("This is for the time of pregnancy.")
    return gettext("This is for residents. If you live in the city, please ask the office.")
