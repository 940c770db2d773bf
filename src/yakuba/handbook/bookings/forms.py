"""Forms of the staff pages of bookings."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from datetime import date
from typing import Any

from django import forms

from yakuba.handbook.domain.bookings.eligibility import age_window
from yakuba.handbook.models import OpeningRule, Resource, ServiceOffer
from yakuba.handbook.services.bookings.parties import health_checks

WEEKDAYS = [(str(at), f"{sign}曜日") for at, sign in enumerate("月火水木金土日")]
WEEKS = [(str(at), f"第{at}") for at in range(1, 6)]
MOST_DAYS = 60
LANGUAGES = (("en", "en", "英語"), ("ja-x-easy", "easy", "やさしい日本語"))  # code, suffix of fields, label
TRANSLATED = {"title": ("名称", 120), "text": ("説明", 600), "bring": ("持ち物", 300), "place": ("場所", 200)}
READINGS = "{園|えん} のように書くと、読み仮名が付きます。空のときは、日本語の文を示します。"
LONGEST_KEY = 18  # digits: below 2**63
_AGE = re.compile(r"^(?:(\d{1,2})歳)?(?:(\d{1,3})(?:か|ヶ|カ|ケ)?月)?$")
_DATE = {"type": "date"}
_TIME = {"type": "time", "step": "300"}


def age_text(length: str) -> str:
    """「18m」 as people write it: 1歳6か月."""
    found = re.fullmatch(r"(?:(\d+)y)?(?:(\d+)m)?", length)
    if not length or found is None:
        return length
    months = int(found[1] or 0) * 12 + int(found[2] or 0)
    years, rest = divmod(months, 12)
    return (f"{years}歳" if years else "") + (f"{rest}か月" if rest or not years else "")


class AgeField(forms.CharField):
    """「1歳6か月」「18か月」「3歳」 as a length of time."""

    def __init__(self, **more: Any) -> None:
        super().__init__(required=False, max_length=20, **more)

    def prepare_value(self, value: Any) -> Any:
        """The stored length in words."""
        return age_text(value) if isinstance(value, str) else value

    def clean(self, value: Any) -> str:
        """The length; a text that is none is refused."""
        text = str(super().clean(value)).strip()
        if not text:
            return ""
        found = _AGE.match(text)
        if found is None or not (found[1] or found[2]):
            raise forms.ValidationError(
                f"「{text}」は年齢として読めません。「1歳6か月」「18か月」「3歳」のように入力してください。"
            )
        return (f"{int(found[1])}y" if found[1] else "") + (f"{int(found[2])}m" if found[2] else "")


class OfferForm(forms.ModelForm):  # type: ignore[type-arg]  # generic only for the type checker
    """What can be booked."""

    age_from = AgeField(label="何歳から", help_text="この年齢に達した日から予約できます。空なら下限なし。")
    age_until = AgeField(label="何歳になるまで", help_text="この年齢に達する前の日まで。空なら上限なし。")
    health_check = forms.ChoiceField(
        label="健診の規則",
        required=False,
        help_text="規則にある対象の時期と、上の年齢の両方を満たす日に予約できます。",
    )

    class Meta:
        model = ServiceOffer
        fields = (
            "kind", "title", "text", "bring", "place", "phone", "audience",
            "age_from", "age_until", "health_check", "residents_only", "once", "most_open", "offer_minutes",
        )  # fmt: skip
        widgets = {"text": forms.Textarea(attrs={"rows": 3})}
        help_texts = {
            "most_open": "1人が同時に持てる予約の数。空なら制限なし。",
            "offer_minutes": "空きを連絡してから、家庭が返事をするまでの分数（1日は1440）。",
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        with_window = [(one.id, one.title) for one in health_checks().values() if one.from_ or one.until]
        self.fields["health_check"].choices = [("", "なし"), *with_window]  # type: ignore[attr-defined]
        self.order_fields(list(self._with_languages()))

    def _with_languages(self) -> Iterator[str]:
        """The fields in order, each text followed by the same in the other languages."""
        for name in list(self.fields):
            yield name
            label, most = TRANSLATED.get(name, ("", 0))
            for code, suffix, language in LANGUAGES if label else ():
                own = f"{name}_{suffix}"
                self.fields[own] = forms.CharField(
                    label=f"{label}（{language}）",
                    required=False,
                    max_length=most,
                    initial=(self.instance.words or {}).get(code, {}).get(name, ""),
                    help_text=READINGS if (code, name) == ("ja-x-easy", "title") else "",
                )
                yield own

    def clean(self) -> dict[str, Any]:
        """The two ages make a window."""
        given: dict[str, Any] = super().clean() or {}
        try:
            age_window(given.get("age_from", ""), given.get("age_until", ""))
        except ValueError:
            self.add_error("age_until", "「何歳から」より大きい年齢にしてください。")
        return given

    def save(self, commit: bool = True) -> ServiceOffer:
        """With the other languages."""
        offer: ServiceOffer = super().save(commit=False)
        words = dict(offer.words or {})
        for code, suffix, _ in LANGUAGES:
            said = {name: self.cleaned_data[f"{name}_{suffix}"] for name in TRANSLATED}
            words[code] = {**words.get(code, {}), **said}
        offer.words = words
        if commit:
            offer.save()
        return offer


class DaysField(forms.CharField):
    """Dates one a line or separated by commas, kept as a list of ISO texts."""

    def __init__(self, **more: Any) -> None:
        super().__init__(required=False, max_length=2_000, widget=forms.Textarea(attrs={"rows": 2}), **more)

    def clean(self, value: Any) -> list[str]:
        """The dates; each that is none is named."""
        found = []
        for part in re.split(r"[\s,、]+", str(super().clean(value)).strip()):
            try:
                found += [date.fromisoformat(part.replace("/", "-")).isoformat()] if part else []
            except ValueError:
                raise forms.ValidationError(
                    f"「{part}」は日付として読めません。「2026-12-28」のように入力してください。"
                ) from None
        if len(found) > MOST_DAYS:
            raise forms.ValidationError(f"{MOST_DAYS}日までです。期間を分けてください。")
        return found


class RoomsField(forms.ModelMultipleChoiceField):  # type: ignore[type-arg]  # no argument when it runs
    """Rooms by their keys; a number that no database holds is as unknown as any other."""

    def clean(self, value: Any) -> Any:
        """Refuse it before the database is asked."""
        for one in value or ():
            if not (one.isascii() and one.isdigit() and len(one) <= LONGEST_KEY):
                raise forms.ValidationError(
                    self.error_messages["invalid_pk_value"], code="invalid_pk_value", params={"pk": one[:20]}
                )
        return super().clean(value)


class RuleForm(forms.ModelForm):  # type: ignore[type-arg]  # generic only for the type checker
    """When an offer opens."""

    weekdays = forms.MultipleChoiceField(
        label="曜日", choices=WEEKDAYS, required=False, widget=forms.CheckboxSelectMultiple
    )
    weeks = forms.MultipleChoiceField(
        label="第何週", choices=WEEKS, required=False, widget=forms.CheckboxSelectMultiple,
        help_text="「第2・第4火曜日」のようなとき。選ばなければ毎週です。",
    )  # fmt: skip
    closed_days = DaysField(label="休む日", help_text="1行に1日（例：2026-12-29）。")
    extra_days = DaysField(label="臨時に開く日", help_text="曜日や祝日にかかわらず開く日。1行に1日。")
    resources = RoomsField(
        label="使う部屋・担当者", queryset=Resource.objects.filter(closed_at=None), required=False,
        widget=forms.CheckboxSelectMultiple,
    )  # fmt: skip

    class Meta:
        model = OpeningRule
        fields = (
            "first", "last", "weekdays", "weeks", "begin", "end", "minutes", "pause", "capacity", "channel",
            "on_holidays", "closed_days", "extra_days", "opens_days_before", "closes_hours_before",
            "resources",
        )  # fmt: skip
        widgets = {
            "first": forms.DateInput(attrs=_DATE),
            "last": forms.DateInput(attrs=_DATE),
            "begin": forms.TimeInput(attrs=_TIME),
            "end": forms.TimeInput(attrs=_TIME),
        }

    def rule(self, offer: ServiceOffer) -> OpeningRule:
        """The (unsaved) rule of a valid form."""
        found: OpeningRule = self.save(commit=False)
        found.offer = offer
        return found

    def clean_weekdays(self) -> list[int]:
        """0 is Monday."""
        return [int(one) for one in self.cleaned_data["weekdays"]]

    def clean_weeks(self) -> list[int]:
        """1 to 5."""
        return [int(one) for one in self.cleaned_data["weeks"]]

    def clean_resources(self) -> list[int]:
        """Primary keys, as the rule keeps them."""
        return [one.pk for one in self.cleaned_data["resources"]]

    def clean_capacity(self) -> int:
        """At least one place."""
        capacity: int = self.cleaned_data["capacity"]
        if capacity < 1:
            raise forms.ValidationError("定員は1以上にしてください。")
        return capacity


class ResourceForm(forms.ModelForm):  # type: ignore[type-arg]  # generic only for the type checker
    """A room, a person, a facility."""

    class Meta:
        model = Resource
        fields = ("kind", "name", "most")
        help_texts = {"most": "重なる枠を合わせて、同時に受け入れる子どもの数。"}


class NumberForm(forms.Form):
    """The child for whom somebody calls."""

    number = forms.CharField(
        label="宛名番号",
        max_length=32,
        error_messages={"required": "宛名番号がありません。入力してください。"},
    )
    key = forms.CharField(max_length=40, widget=forms.HiddenInput)

    def clean_number(self) -> str:
        """As the register writes it: full-width digits are what a Japanese keyboard gives."""
        return unicodedata.normalize("NFKC", str(self.cleaned_data["number"])).strip()
