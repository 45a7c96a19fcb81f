"""The field of a text that lies in clear."""

from __future__ import annotations

from django import forms

from registries.services.clear_texts import clear_faults


def refuse_personal_numbers(text: str) -> None:
    """Raises ValidationError for a text with somebody's identity number or mobile telephone."""
    if faults := clear_faults(text=text):
        raise forms.ValidationError(faults["text"], code="personal_number")


class ClearCharField(forms.CharField):
    """A text that is kept in clear and takes no numbers of people; the service refuses them as well."""

    default_validators = [refuse_personal_numbers]
