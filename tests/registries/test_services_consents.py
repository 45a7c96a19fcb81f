"""The texts that people consent to and the versions that are written down stand together."""

from __future__ import annotations

import re

import pytest
from django.template.loader import render_to_string

from registries.choices import ConsentSubject
from registries.services.consents import TEXT_VERSIONS


@pytest.mark.parametrize("subject", ConsentSubject.values)
def test_each_text_is_shown_in_the_version_that_is_written_down(subject: str) -> None:
    shown = render_to_string("registries/_consents.html", {"of": subject})
    assert re.findall(r'data-version="([^"]+)"', shown) == [TEXT_VERSIONS[subject]]
    assert "我" in shown
