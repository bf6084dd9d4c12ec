"""What a checklist card sends: one tap from the script, or the whole list from the form without it."""

from typing import Any

from django import forms


class TapForm(forms.Form):
    """One tap: the item, whether it is ticked now, and the operation id that the phone made for it."""

    item = forms.ChoiceField()
    ticked = forms.BooleanField(required=False)
    operation = forms.UUIDField()

    def __init__(self, items: list[str], data: Any) -> None:
        super().__init__(data)
        self.fields["item"].choices = [(item, item) for item in items]  # type: ignore[attr-defined]


class ListForm(forms.Form):
    """The whole list: what is ticked, and what was ticked when the page was made.

    Only the difference between the two is the learner's doing; the rest may have changed on another device.
    """

    item = forms.MultipleChoiceField(required=False)
    known = forms.MultipleChoiceField(required=False)

    def __init__(self, items: list[str], data: Any) -> None:
        super().__init__(data)
        for name in ("item", "known"):
            self.fields[name].choices = [(item, item) for item in items]  # type: ignore[attr-defined]

    def changes(self) -> dict[str, bool]:
        """Item id → ticked, for what the learner changed on this page."""
        ticked, known = set(self.cleaned_data["item"]), set(self.cleaned_data["known"])
        return {item: item in ticked for item in sorted(ticked ^ known)}
