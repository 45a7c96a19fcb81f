"""Fields, uploads and what went wrong."""

from typing import Any

from django.forms import BaseForm, BoundField, CheckboxInput, Select

from core.components.registry import register


def _control_class(field: BoundField) -> str:
    widget = field.field.widget
    if getattr(widget, "use_fieldset", False):
        # Django sets the class of a group of choices on its frame as well: the style goes by the fieldset.
        return ""
    if isinstance(widget, CheckboxInput):
        return "form-check-input"
    return "form-select" if isinstance(widget, Select) else "form-control"


@register.inclusion_tag("components/field.html")
def field(field: BoundField, width: str = "", prefix: str = "", suffix: str = "", same: bool = False) -> dict[str, Any]:
    """Set a form field: label, help, control, errors, tied together for readers.

    `width`: "" (full), "short", "medium". `same`: F2 takes the value of the row before.
    """
    own = field.field.widget.attrs.get("class", "")
    classes = [own, _control_class(field), "is-invalid" if field.errors else ""]
    attrs: dict[str, str | bool] = {"class": " ".join(filter(None, classes))}
    if same:
        attrs["data-same"] = ""
    is_check = isinstance(field.field.widget, CheckboxInput)
    return {
        "field": field,
        "control": field.as_widget(attrs=attrs),
        "width": width,
        "prefix": prefix,
        "suffix": suffix,
        "is_check": is_check,
    }


@register.inclusion_tag("components/file_upload.html")
def file_upload(field: BoundField, accept: str = "", note: str = "") -> dict[str, Any]:
    """Set a field for a file: a large area that takes a click, a key or a dropped file."""
    attrs: dict[str, str | bool] = {"class": "file-upload__input" + (" is-invalid" if field.errors else "")}
    if accept:
        attrs["accept"] = accept
    return {"field": field, "control": field.as_widget(attrs=attrs), "note": note}


@register.inclusion_tag("components/error_summary.html")
def error_summary(form: BaseForm) -> dict[str, Any]:
    """Set all errors of a form at its top, each a link to its field; nothing where there is none."""
    return {"form": form, "fields": [bound for bound in form if bound.errors]}


@register.inclusion_tag("components/announce.html")
def announce(id: str = "announce", text: str = "") -> dict[str, Any]:
    """Set a region that is read out when its text changes."""
    return {"id": id, "text": text}
