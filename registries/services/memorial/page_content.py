"""What stands on a page, and what of it may be shown: exactly what was consented to."""

from __future__ import annotations

import datetime
import json
from dataclasses import asdict, dataclass
from typing import Any

from django.utils.translation import gettext as _

from core.clock import today
from core.masking import mask_name
from registries.choices.memorial import Flag, NameShown, PageKind
from registries.errors import RegistryError
from registries.models import MemorialConsent, MemorialPage
from registries.services.memorial.texts import flags_of, plain_text

ADULT_YEARS = 18
LONGEST_NAME, LONGEST_TEXT = 30, 3000


@dataclass(frozen=True)
class PageContent:
    """What a family says of somebody: the name, a pseudonym, the days of life, a text."""

    name: str
    pseudonym: str
    born_on: datetime.date
    died_on: datetime.date | None
    text: str = ""

    @property
    def is_minor(self) -> bool:
        """Whether they were under 18 when they died, or are today."""
        until = self.died_on or today()
        years = until.year - self.born_on.year - ((until.month, until.day) < (self.born_on.month, self.born_on.day))
        return years < ADULT_YEARS

    def as_text(self) -> str:
        """All but the name, as it is sealed."""
        said = asdict(self)
        del said["name"]
        return json.dumps({**said, "born_on": _iso(self.born_on), "died_on": _iso(self.died_on)}, ensure_ascii=False)


@dataclass(frozen=True)
class Shown:
    """A page as everybody sees it; what was not consented to is not in it."""

    code: str
    kind: str
    name: str
    born_on: datetime.date | None
    died_on: datetime.date | None
    text: str
    has_portrait: bool
    takes_messages: bool
    was_lit: bool


def content_of(name: str, text: str) -> PageContent:
    """A content from its sealed texts."""
    said: dict[str, Any] = json.loads(text)
    died_on = datetime.date.fromisoformat(said["died_on"]) if said["died_on"] else None
    return PageContent(
        name, said["pseudonym"], datetime.date.fromisoformat(said["born_on"]), died_on, said.get("text", "")
    )


def shown(page: MemorialPage, consent: MemorialConsent, content: PageContent) -> Shown:
    """What of a page its consent lets be shown; of a minor without their guardians' only the pseudonym."""
    is_hidden = page.is_minor and not consent.guardians_agree
    name_shown = NameShown.PSEUDONYM if is_hidden else consent.name_shown
    names = {
        NameShown.FULL: content.name,
        NameShown.SURNAME: mask_name(content.name),
        NameShown.PSEUDONYM: content.pseudonym,
    }
    lit = page.candle_on is not None and (today() - page.candle_on).days < 7
    return Shown(
        code=page.code,
        kind=page.kind,
        name=names[NameShown(name_shown)],
        born_on=content.born_on if consent.shows_dates else None,
        died_on=content.died_on if consent.shows_dates else None,
        text=content.text if consent.shows_text else "",
        has_portrait=page.portrait_id is not None and consent.shows_portrait and not is_hidden,
        takes_messages=consent.takes_messages and page.kind == PageKind.MEMORIAL,
        was_lit=lit,
    )


def check_content(content: PageContent, *, kind: str, is_named: bool) -> PageContent:
    """A content in its stored form. Raises RegistryError with all faults by field."""
    text, name = plain_text(content.text), " ".join(plain_text(content.name).split())
    pseudonym = " ".join(plain_text(content.pseudonym).split())
    fields = _faults_of_days(content, kind)
    if not 2 <= len(name) <= LONGEST_NAME:
        fields["name"] = _("请填写姓名，2 至 %(most)d 个字；加密保存，按同意书显示。") % {"most": LONGEST_NAME}
    if not 1 <= len(pseudonym) <= LONGEST_NAME:
        fields["pseudonym"] = _("请填写化名，例如“一位老师”。")
    elif name and name in pseudonym:
        fields["pseudonym"] = _("化名里不能有真名。")
    if fault := _fault_of_text(text, name="" if is_named else name):
        fields["text"] = fault
    if fields:
        raise RegistryError("page_incomplete", _("还不完整，请按提示填写。"), fields)
    return PageContent(name, pseudonym, content.born_on, content.died_on, text)


def _faults_of_days(content: PageContent, kind: str) -> dict[str, str]:
    fields = {}
    if content.born_on > today():
        fields["born_on"] = _("出生日期不能晚于今天。")
    if kind == PageKind.MEMORIAL and content.died_on is None:
        fields["died_on"] = _("请填写去世日期；是否显示由同意书决定。")
    elif kind == PageKind.STORY and content.died_on is not None:
        fields["died_on"] = _("生命故事由本人讲述，不填去世日期；缅怀逝者请选“纪念页”。")
    elif content.died_on is not None and not content.born_on <= content.died_on <= today():
        fields["died_on"] = _("去世日期应在出生之后、不晚于今天。")
    return fields


def _fault_of_text(text: str, *, name: str) -> str:
    if len(text) > LONGEST_TEXT:
        return _("请写在 %(most)d 字以内。") % {"most": LONGEST_TEXT}
    found = set(flags_of(text, hidden_name=name)) - {Flag.HOSPITAL}
    if not found:
        return ""
    labels = _("、").join(str(Flag(one).label) for one in Flag.values if one in found)
    return _("文字里有不能公开的内容（%(found)s），请删去。捐献者和接受者互不知情，不写器官去向。") % {"found": labels}


def _iso(day: datetime.date | None) -> str:
    return day.isoformat() if day else ""
