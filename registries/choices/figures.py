"""Literal tables of the figures of the registries: what is counted, for which places (docs/registries-figures.md)."""

from __future__ import annotations

from dataclasses import dataclass

from django.db import models
from django.utils.translation import gettext_lazy as _

from registries.choices import SINGLE_ORGANS, Item
from registries.choices.cases import GiftKind


class Gift(models.TextChoices):
    """What somebody is willing to give, as figures tell it apart; one person may give several."""

    ORGANS = "organs", _("器官")
    CORNEA = "cornea", _("眼角膜")
    TISSUE = "tissue", _("其他组织")
    BODY = "body", _("遗体")


GIFT_ITEMS: dict[str, frozenset[str]] = {
    Gift.ORGANS: SINGLE_ORGANS | {Item.ALL_ORGANS},
    Gift.CORNEA: frozenset({Item.CORNEA}),
    Gift.TISSUE: frozenset({Item.TISSUE}),
    Gift.BODY: frozenset({Item.BODY}),
}


class Figure(models.TextChoices):
    """A number of one year and one association with all below; of wishes registrations: one person may have two.

    Those given are gifts that a unit took; one person may give several.
    """

    ORGANS_JOINED = "organs_joined", _("新登记愿意捐献器官")
    CORNEA_JOINED = "cornea_joined", _("新登记愿意捐献眼角膜")
    TISSUE_JOINED = "tissue_joined", _("新登记愿意捐献其他组织")
    BODY_JOINED = "body_joined", _("新登记愿意捐献遗体")
    ORGANS_LEFT = "organs_left", _("撤回或变更为不再捐献器官")
    CORNEA_LEFT = "cornea_left", _("撤回或变更为不再捐献眼角膜")
    TISSUE_LEFT = "tissue_left", _("撤回或变更为不再捐献其他组织")
    BODY_LEFT = "body_left", _("撤回或变更为不再捐献遗体")
    ORGANS_STANDING = "organs_standing", _("年末有效的器官捐献登记")
    CORNEA_STANDING = "cornea_standing", _("年末有效的眼角膜捐献登记")
    TISSUE_STANDING = "tissue_standing", _("年末有效的其他组织捐献登记")
    BODY_STANDING = "body_standing", _("年末有效的遗体捐献登记")
    REFUSED = "refused", _("新登记不同意捐献")
    ORGANS_GIVEN = "organs_given", _("实现器官捐献")
    CORNEA_GIVEN = "cornea_given", _("实现眼角膜捐献")
    TISSUE_GIVEN = "tissue_given", _("实现其他组织捐献")
    BODY_GIVEN = "body_given", _("实现遗体捐献")
    MARROW_ENROLLED = "marrow_enrolled", _("新报名造血干细胞志愿者")
    MARROW_TYPED = "marrow_typed", _("新入库造血干细胞志愿者")
    MARROW_COLLECTED = "marrow_collected", _("造血干细胞采集")


@dataclass(frozen=True)
class Flow:
    """Three figures of one gift: standing at the year's end = standing a year before + joined - left."""

    joined: Figure
    left: Figure
    standing: Figure


FLOWS: dict[str, Flow] = {
    gift: Flow(Figure(f"{gift}_joined"), Figure(f"{gift}_left"), Figure(f"{gift}_standing")) for gift in Gift.values
}
# Where each is shown: by place, or of the province alone. How many left or stand in a county would tell, put beside how
# many joined, what few people did; whoever refused is nobody's business anywhere.
OF_PROVINCE_ALONE: frozenset[Figure] = frozenset(
    {Figure.REFUSED, *(one.left for one in FLOWS.values()), *(one.standing for one in FLOWS.values())}
)
# What pages show by place, in their order: wishes by gift, what was given, and stem-cell donors beside them.
BY_PLACE: tuple[Figure, ...] = tuple(one.joined for one in FLOWS.values())
GIVEN_KINDS: dict[Figure, GiftKind] = {
    Figure.ORGANS_GIVEN: GiftKind.ORGAN,
    Figure.CORNEA_GIVEN: GiftKind.CORNEA,
    Figure.TISSUE_GIVEN: GiftKind.TISSUE,
    Figure.BODY_GIVEN: GiftKind.BODY,
}
OF_GIVEN: tuple[Figure, ...] = tuple(GIVEN_KINDS)
OF_MARROW: tuple[Figure, ...] = (Figure.MARROW_ENROLLED, Figure.MARROW_TYPED, Figure.MARROW_COLLECTED)


class DeskMeasure(models.TextChoices):
    """What the desk's page of counts shows, in the order of its table; none is the sum of others."""

    WISHES = "wishes", _("在世登记")
    DEPARTED = "departed", _("已故登记")
    LATE = "late", _("逾期联系")
    COMING = "coming", _("待联系")
    REACHED = "reached", _("今年联系上")
    MISSED = "missed", _("今年没联系上")
    DECLINED = "declined", _("今年婉拒")


class NationalMeasure(models.TextChoices):
    """What national bodies publish, of a year or up to its end; each beside the nearest figure here."""

    ORGAN_VOLUNTEERS = "organ_volunteers", _("全国器官捐献志愿登记（累计有效，人）")
    ORGAN_DONATIONS = "organ_donations", _("全国公民逝世后器官捐献（累计，例）")
    ORGAN_DONATIONS_YEAR = "organ_donations_year", _("全国公民逝世后器官捐献（当年，例）")
    MARROW_DONORS = "marrow_donors", _("中华骨髓库入库志愿者（累计，人份）")
    MARROW_JOINED = "marrow_joined", _("中华骨髓库新入库志愿者（当年，人份）")
    MARROW_DONATIONS = "marrow_donations", _("全国造血干细胞捐献（累计，例）")
    MARROW_COLLECTED = "marrow_collected", _("全国造血干细胞捐献（当年，例）")


# The figure of the province that stands beside a national one; sums of many years have none, but for the wishes.
NEAREST: dict[str, Figure] = {
    NationalMeasure.ORGAN_VOLUNTEERS: Figure.ORGANS_STANDING,
    NationalMeasure.ORGAN_DONATIONS_YEAR: Figure.ORGANS_GIVEN,
    NationalMeasure.MARROW_JOINED: Figure.MARROW_TYPED,
    NationalMeasure.MARROW_COLLECTED: Figure.MARROW_COLLECTED,
}
