"""The form by which a trainer says what is right: only the key can be changed, not what learners answered by."""

from collections.abc import Iterator
from copy import deepcopy
from decimal import Decimal
from typing import Any, NamedTuple, cast

from django import forms
from django.forms import BoundField
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from lms.lib.text import exact
from quizzes.correcting import NewKey, key_faults, with_key
from quizzes.keys import TYPED, changes, frame_of, same_key
from quizzes.kinds import Option
from quizzes.models import CountsFor, QuestionKind, QuestionVersion
from quizzes.publishing import option_key

FURTHER_ANSWERS = 3
FIELDS = ("text", "correct", "fraction", "tolerance", "place", "match", "area", "feedback")
# Beside the mark: where a share of the points can be said.
SHARED = (QuestionKind.SINGLE, QuestionKind.MULTIPLE, *TYPED, QuestionKind.HOTSPOT)
MARKED = (*SHARED, QuestionKind.TRUE_FALSE)


class Line(NamedTuple):
    """An option with its fields, for the template; a field that its kind lacks is None."""

    text: str
    fields: dict[str, BoundField]


class KeyForm(forms.Form):
    """One row for each option of ``version``; a few empty ones where accepted answers are typed.

    ``others``: further versions of the same frame, which the trainer may correct along with it.
    """

    counts_for = forms.ChoiceField(
        label=gettext_lazy("Who gets the points of this question"),
        choices=CountsFor.choices,
        required=False,
        widget=forms.RadioSelect,
    )
    partial = forms.BooleanField(label=gettext_lazy("Half-right answers earn their share"), required=False)
    fold = forms.BooleanField(label=gettext_lazy("Answers without diacritics count"), required=False)
    explanation = forms.CharField(
        label=gettext_lazy("Explanation after grading"),
        max_length=800,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
    )
    also = forms.TypedMultipleChoiceField(
        label=gettext_lazy("Versions with the same options"),
        coerce=int,
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )
    reason = forms.CharField(
        label=gettext_lazy("Reason"),
        max_length=400,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text=gettext_lazy("Kept with the correction; HR and the officials concerned read it"),
    )

    def __init__(
        self, *args: Any, version: QuestionVersion, others: list[QuestionVersion], **kwargs: Any
    ) -> None:
        self.version, self.others = version, others
        self.kind = QuestionKind(version.kind)
        super().__init__(*args, **kwargs)
        also = cast(forms.TypedMultipleChoiceField, self.fields["also"])
        also.choices = [(other.pk, str(other)) for other in others]
        self.initial = {
            **self.initial,
            "counts_for": version.settings.get("counts_for", ""),
            "partial": version.settings.get("partial"),
            "fold": version.settings.get("fold"),
            "explanation": version.explanation,
            "also": [other.pk for other in others if same_key(other, version)],
        }
        if self.kind in (QuestionKind.SINGLE, QuestionKind.TRUE_FALSE, *TYPED, QuestionKind.HOTSPOT):
            del self.fields["partial"]
        if self.kind != QuestionKind.SHORT:
            del self.fields["fold"]
        if not others:
            del self.fields["also"]
        rows: list[Option | None] = [*version.options]
        if self.kind in TYPED:
            rows += [None] * FURTHER_ANSWERS
        self.rows = rows
        for number, option in enumerate(rows):
            self._add_row(number, option)

    def _add_row(self, number: int, option: Option | None) -> None:
        made = dict(self._row_fields(option))
        for name, row_field in made.items():
            self.fields[f"{name}-{number}"] = row_field

    def _row_fields(self, option: Option | None) -> Iterator[tuple[str, forms.Field]]:
        said: Any = option or {}
        if self.kind in TYPED:
            yield (
                "text",
                forms.CharField(
                    label=_("Answer"), max_length=400, required=False, initial=said.get("text", "")
                ),
            )
        if self.kind in MARKED:
            yield (
                "correct",
                forms.BooleanField(
                    label=_("Right"), required=False, initial=bool(said.get("correct", False))
                ),
            )
        if self.kind in SHARED:
            yield (
                "fraction",
                forms.DecimalField(
                    label=_("Share in percent"),
                    min_value=-100,
                    max_value=100,
                    max_digits=8,
                    decimal_places=5,
                    required=False,
                    initial=_plain(said.get("fraction")),
                ),
            )
        if self.kind == QuestionKind.NUMERIC:
            yield (
                "tolerance",
                forms.DecimalField(
                    label=_("Tolerance"),
                    min_value=0,
                    max_digits=18,
                    decimal_places=6,
                    required=False,
                    initial=_plain(said.get("tolerance")),
                ),
            )
        if self.kind == QuestionKind.ORDERING:
            places = range(1, len(self.version.options) + 1)
            yield (
                "place",
                forms.TypedChoiceField(
                    label=_("Place"),
                    coerce=int,
                    choices=[(place, place) for place in places],
                    initial=self.version.options.index(option) + 1 if option else None,
                ),
            )
        if self.kind == QuestionKind.MATCHING and said.get("text"):
            halves = {(each["match"], each["match_key"]) for each in self.version.options}
            halves_by_text = [(key, text) for text, key in sorted(halves)]
            yield (
                "match",
                forms.ChoiceField(
                    label=_("Belongs to"),
                    choices=halves_by_text,
                    initial=said["match_key"],
                ),
            )
        if self.kind == QuestionKind.HOTSPOT:
            yield (
                "area",
                forms.CharField(
                    label=_("Place: x, y, width, height"),
                    initial=", ".join(str(number) for number in said.get("area") or []),
                    help_text=_("In thousandths of the picture"),
                ),
            )
        if self.kind != QuestionKind.MATCHING:
            yield (
                "feedback",
                forms.CharField(
                    label=_("Feedback"), max_length=400, required=False, initial=said.get("feedback", "")
                ),
            )

    def lines(self) -> list[Line]:
        """For the template; the halves that only distract have nothing to say."""
        found = []
        for number, option in enumerate(self.rows):
            fields = {name: self[f"{name}-{number}"] for name in FIELDS if f"{name}-{number}" in self.fields}
            if fields:
                found.append(Line(option["text"] if option else "", fields))
        return found

    @property
    def heads(self) -> list[BoundField]:
        """The columns of the table: the fields of its first row."""
        return [*self.lines()[0].fields.values()]

    @property
    def typed(self) -> bool:
        return self.kind in TYPED

    @property
    def single(self) -> bool:
        return self.kind == QuestionKind.SINGLE

    def rules(self) -> list[BoundField]:
        return [self[name] for name in ("partial", "fold") if name in self.fields]

    def clean(self) -> dict[str, Any]:
        data: dict[str, Any] = super().clean() or {}
        if self.errors:
            return data
        key = self.key()
        draft = with_key(self.version, key)
        chosen = [self.version, *(other for other in self.others if other.pk in data.get("also", []))]
        faults = key_faults(draft)
        if not faults and frame_of(draft) != frame_of(self.version):
            faults = [_("The options differ from those that learners answered by.")]
        if not faults and all(same_key(version, draft) for version in chosen):
            faults = [
                _("The key is the same as before. Say what is right, or that the question counts for all.")
            ]
        for fault in faults:
            self.add_error(None, fault)
        return data

    def clean_reason(self) -> str:
        return exact(self.cleaned_data["reason"])

    def key(self) -> NewKey:
        """What the form says is right; only when it is valid, or in ``clean``."""
        data = self.cleaned_data
        options = [
            option
            for number, old in enumerate(self.rows)
            if (option := self._option(number, deepcopy(old))) is not None
        ]
        if self.kind == QuestionKind.ORDERING:
            places = [data[f"place-{number}"] for number in range(len(options))]
            if sorted(places) != list(range(1, len(options) + 1)):
                self.add_error(None, _("Give every step another place."))
            options = [
                option
                for _place, option in sorted(zip(places, options, strict=True), key=lambda each: each[0])
            ]
        return NewKey(
            options=options,
            partial=data["partial"]
            if "partial" in self.fields
            else bool(self.version.settings.get("partial")),
            fold=data["fold"] if "fold" in self.fields else bool(self.version.settings.get("fold")),
            counts_for=CountsFor(data["counts_for"]),
            explanation=data["explanation"].replace("\r\n", "\n").strip(),
        )

    def _option(self, number: int, option: Option | None) -> Option | None:
        said = {
            name: self.cleaned_data[f"{name}-{number}"]
            for name in FIELDS
            if f"{name}-{number}" in self.fields
        }
        if self.kind in TYPED:
            text = exact(said["text"])
            if not text:
                return None
            option = option or Option(key="", text="", correct=False, feedback="")
            option["text"], option["key"] = text, option_key(self.version.question, text)
        assert option is not None  # noqa: S101 - only rows of typed answers are added
        if "correct" in said:
            option["correct"] = said["correct"]
        if "feedback" in said:
            option["feedback"] = exact(said["feedback"])
        for name, form in (("fraction", ".5f"), ("tolerance", "f")):
            if name in said:
                _put(option, name, None if said[name] is None else format(said[name], form))
        if "match" in said:
            halves = {each["match_key"]: each["match"] for each in self.version.options}
            option["match_key"], option["match"] = said["match"], halves[said["match"]]
        if "area" in said:
            _put(option, "area", self._area(number, said["area"]))
        return option

    def _area(self, number: int, text: str) -> list[int] | None:
        try:
            found = [int(part) for part in text.replace(";", ",").split(",")]
        except ValueError:
            found = []
        if len(found) != 4:
            self.add_error(f"area-{number}", _("Write four whole numbers: x, y, width, height."))
            return None
        return found

    def said(self) -> list[str]:
        """What would change, in words."""
        return changes(self.version, with_key(self.version, self.key()))


def _plain(text: str | None) -> Decimal | None:
    return None if text is None else Decimal(text).normalize() + 0


def _put(option: Option, name: str, value: Any) -> None:
    """Keys that a kind does not need are absent, as publishing leaves them."""
    fields: dict[str, Any] = option  # type: ignore[assignment]
    if value is None:
        fields.pop(name, None)
    elif name != "tolerance" or fields.get(name) is None or Decimal(fields[name]) != Decimal(value):
        fields[name] = value
