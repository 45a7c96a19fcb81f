"""What a row probably means: person or organisation, given through somebody, given for something.

These are proposals for a person to decide on, never decisions. In doubt a giver is a person, because a person's
name is masked and an organisation's is shown in full.
"""

import re
import unicodedata
from dataclasses import dataclass
from functools import lru_cache
from typing import Final, Literal

from donations.intake import vocabulary as words
from donations.intake.cells import squeeze

DonorKind = Literal["person", "organisation", "anonymous"]

_TAIL_BRACKET: Final = re.compile(r"^(.+?)\s*[（(]([^（()）]*)[)）]$")
# 王学会, 李中心 and 张一中 are names of people: three characters say too little.
_MAY_BE_ORGANISATION: Final = 4


@dataclass(frozen=True, slots=True)
class GiverProposal:
    """Who seems to have given, and through whom it came (empty: directly)."""

    giver: str
    via: str = ""


def donor_kind(name: str) -> DonorKind:
    """Propose what kind of giver a name stands for.

    A name of the form `甲转来乙捐款` is an organisation only when both sides are: shown in full it would otherwise
    give away the name of a person.
    """
    if words.ANONYMOUS_HINT.search(name) and words.ANONYMOUS.fullmatch(squeeze(name)):
        return "anonymous"
    through = pass_through(name)
    if through is not None and through.via:
        both = _is_organisation(through.giver) and _is_organisation(through.via)
        return "organisation" if both else "person"
    return "organisation" if _is_organisation(name) else "person"


def _is_organisation(name: str) -> bool:
    bracket = _TAIL_BRACKET.match(name)
    if bracket is not None:
        inner = bracket[2].strip()
        if inner not in words.LEGAL_FORM_IN_BRACKETS and not _ends_as_organisation(inner):
            return False
        name = bracket[1]
    return _ends_as_organisation(name)


def _ends_as_organisation(name: str) -> bool:
    bare = name.strip()
    for _round in range(3):  # 某公司和全体员工捐款
        shorter = words.COLLECTIVE_TAIL.sub("", bare).strip()
        if shorter == bare:
            break
        bare = shorter
    if len(bare) < _MAY_BE_ORGANISATION:
        return bool(words.SHORT_ORGANISATION_END.search(bare))
    if bare[-1] in words.ORGANISATION_LAST and words.ORGANISATION_END.search(bare):
        return True
    return bare[-1].isascii() and bool(words.ORGANISATION_END_LATIN.search(bare))


def pass_through(name: str) -> GiverProposal | None:
    """Propose giver and go-between for names such as `甲转来乙捐款`, `甲代乙捐款`, `甲（代乙）`, `甲（乙代捐）`.

    None where the name shows no sign of it.
    """
    if len(name) > 200 or not ("转" in name or "代" in name or "（" in name or "(" in name):
        return None
    found = words.PASS_THROUGH.fullmatch(name)
    if found:
        return _proposal(found["giver"], found["via"])
    bracketed = words.BRACKETED.fullmatch(name)
    if bracketed:
        return _from_bracket(bracketed["outer"].strip(), bracketed["inner"].strip())
    found = words.PASS_THROUGH_SHORT.fullmatch(name)
    # 欧阳代玉 is a name; without a word such as 捐款 behind it only longer sides are a sentence.
    if found and (re.search(r"(捐款|捐赠|捐)$", name) or min(len(found["via"]), len(found["giver"])) > 2):
        if "转" in name and not name.endswith(("捐款", "捐赠")):
            return None
        # 代 inside an organisation's name (现代, 代理): somebody stands in front of it only where a name may.
        if _is_organisation(name) and not name.endswith("捐") and len(found["via"]) > 4:
            return None
        return _proposal(found["giver"], found["via"])
    return None


def _proposal(giver: str, via: str) -> GiverProposal | None:
    giver, via = giver.strip(" 、，,：:“”\"'"), via.strip(" 、，,：:“”\"'")
    return GiverProposal(giver, via) if giver and via else None


def _from_bracket(outer: str, inner: str) -> GiverProposal | None:
    found = words.FOR_SOMEONE.fullmatch(inner)
    if found and not _is_organisation(inner):
        return _proposal(found["giver"], outer)
    found = words.BY_SOMEONE.fullmatch(inner)
    if found:
        return _proposal(outer, found["via"] or found["agent"] or "")
    # 甲（某某大学）: the bracket says who that is. The bare name is proposed, nobody stands between.
    if _is_organisation(inner) and not _is_organisation(outer):
        return GiverProposal(outer)
    return None


@dataclass(frozen=True, slots=True)
class EarmarkProposal:
    """What a gift seems to be meant for; `unclear` says why a person must look: "several", "bare" or nothing."""

    text: str
    unclear: str = ""


@lru_cache(maxsize=2048)
def earmark(purpose: str, remark: str) -> EarmarkProposal | None:
    """Propose what a gift is earmarked for from its purpose column, else from its remark."""
    own = squeeze(purpose)
    if own and words.NOT_EARMARKED.match(own):
        return None
    if own:
        # A column for purposes needs no key word: whatever stands there is one, 定向 alone points to the remark.
        if not words.BARE_EARMARK.match(own):
            return EarmarkProposal(purpose, _several(purpose))
        return EarmarkProposal(remark, _several(remark)) if remark else EarmarkProposal(purpose, "bare")
    told = unicodedata.normalize("NFKC", remark)
    if not told or words.NOT_EARMARKED.match(squeeze(remark)) or not words.EARMARK.search(told):
        return None
    if words.BARE_EARMARK.match(squeeze(remark)):
        return EarmarkProposal(remark, "bare")
    return EarmarkProposal(remark, _several(told))


def _several(text: str) -> str:
    return "several" if words.SEVERAL_EARMARKS.search(unicodedata.normalize("NFKC", text)) else ""
