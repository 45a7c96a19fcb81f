"""Telephones of every kind are stored in one form, and what is none is refused without being repeated."""

from __future__ import annotations

import pytest

from core.errors import DomainError
from core.phones import checked_phone, phone_kind


@pytest.mark.parametrize(
    ("written", "stored", "kind"),
    [
        ("138 0000 0001", "13800000001", "mobile"),
        ("+86 138-0000-0001", "13800000001", "mobile"),
        ("0571-8888 0000", "057188880000", "landline"),
        ("(010) 6512 3456 转 12", "01065123456#12", "landline"),
        ("+86 571 8888 0000", "057188880000", "landline"),
        ("+852 9123 4567", "+85291234567", "hong_kong"),
        ("00853 6612 3456", "+85366123456", "macao"),
        ("+1 (212) 555-0100", "+12125550100", "abroad"),
    ],
)
def test_each_kind_is_known_in_its_stored_form(written: str, stored: str, kind: str) -> None:
    assert checked_phone(written) == stored
    assert phone_kind(stored) == kind


@pytest.mark.parametrize("written", ["8888 0000", "138", "+852 123", "电话", "12345678901", "+86 1"])
def test_what_is_no_whole_number_is_refused_and_not_repeated(written: str) -> None:
    with pytest.raises(DomainError) as refused:
        checked_phone(written)
    assert "phone" in refused.value.fields
    assert written not in refused.value.message
