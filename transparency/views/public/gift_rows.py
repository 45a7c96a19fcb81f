"""The rows of a list of gifts, set in one go.

A page of fifty rows is the most asked one of the portal: tags and lookups for each cell would take most of its time.
The markup is that of the data table component; every text is escaped here.
"""

from collections.abc import Sequence
from functools import lru_cache

from django.template.loader import render_to_string
from django.utils import translation
from django.utils.html import escape
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _

from donations.choices import GiftStatus, Purpose
from donations.selectors.public import PublicGift


def column_heads() -> tuple[str, ...]:
    """The heads of the columns in the language of the request."""
    return (_("日期"), _("捐赠人"), _("金额"), _("意向"), _("接收单位"), _("状态"), _("捐赠编号"))


@lru_cache(maxsize=8)
def _words(language: str) -> tuple[str, dict[str, SafeString], dict[str, SafeString]]:
    """What is the same on every row in a language: its frame, the purposes and the badges."""
    del language
    labels = [escape(head).replace("%", "%%") for head in column_heads()]
    day, donor, amount, purpose, branch, status, number = (f'data-label="{label}"' for label in labels)
    frame = (
        f'<tr><td {day}><time datetime="%s">%s</time></td><td {donor}>%s</td><td {amount} class="amount">¥%s</td>'
        f"<td {purpose}>%s</td><td {branch}>%s</td><td {status}>%s</td>"
        f'<td {number}><a class="numeric nowrap" href="/donations/%s/">%s</a></td></tr>'
    )
    purposes = {str(key): escape(str(label)) for key, label in Purpose.choices}
    badges = {
        str(key): render_to_string("public/donations/_status.html", {"state": str(key), "label": str(label)})
        for key, label in GiftStatus.choices
    }
    return frame, purposes, badges


def gift_rows(gifts: Sequence[PublicGift]) -> SafeString:
    """Set the rows of a table of gifts; the heads are `column_heads`."""
    frame, purposes, badges = _words(translation.get_language() or "")
    rows = []
    for gift in gifts:
        day, number = gift.received_on.isoformat(), escape(gift.number)
        donor, branch = escape(gift.donor), escape(gift.branch_name)
        amount = f"{gift.amount:,.2f}"
        if gift.taken_back:
            amount += "<br>" + escape(_("已收回 ¥%(amount)s") % {"amount": f"{gift.taken_back:,.2f}"})
        purpose, badge = purposes[gift.purpose], badges[gift.status]
        rows.append(frame % (day, day, donor, amount, purpose, branch, badge, number, number))
    return mark_safe("\n".join(rows))  # noqa: S308 -- every text in it was escaped above
