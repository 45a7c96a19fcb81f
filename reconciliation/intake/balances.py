"""Balances: in which order a file runs, whether each follows from the one before, where it begins and ends."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from django.utils.translation import gettext as _

from core.money import format_yuan
from reconciliation.intake.rows import ParsedLine

_ZERO = Decimal("0.00")
# As many breaks as are told; one missing row breaks a file once, a wrong column everywhere.
BREAKS_TOLD = 5


@dataclass(frozen=True)
class BalanceFacts:
    """The lines in the order of time, the balance before the first and after the last (yuan), and what does not meet.

    `opening` and `closing` are None where the file has no balances, or hides them (`is_masked`).
    """

    lines: list[ParsedLine]
    opening: Decimal | None
    closing: Decimal | None
    is_masked: bool
    breaks: list[str]


def balance_facts(lines: Sequence[ParsedLine]) -> BalanceFacts:
    """Put lines into the order of time and follow their balances.

    Banks list the newest or the oldest first: the way that leaves fewer breaks is taken, and the order of the days
    where there are no balances.
    """
    given, turned = list(lines), list(reversed(lines))
    is_masked = any(line.is_masked for line in lines)
    if not any(line.balance is not None for line in lines):
        by_time = sorted(
            turned if _runs_backwards(given) else given, key=lambda line: (line.occurred_on, line.occurred_at)
        )
        return BalanceFacts(by_time, None, None, is_masked, [])
    ways = [(given, _breaks(given)), (turned, _breaks(turned))]
    if _runs_backwards(given):
        ways.reverse()
    ordered, breaks = min(ways, key=lambda way: len(way[1]))
    if len(breaks) > BREAKS_TOLD:
        breaks = [*breaks[:BREAKS_TOLD], _("还有 %(n)d 处余额接不上。") % {"n": len(breaks) - BREAKS_TOLD}]
    return BalanceFacts(ordered, _opening(ordered), _closing(ordered), is_masked, breaks)


def _runs_backwards(lines: Sequence[ParsedLine]) -> bool:
    return bool(lines) and lines[0].occurred_on > lines[-1].occurred_on


def _breaks(lines: Sequence[ParsedLine]) -> list[str]:
    """Say where a balance does not follow from the last one that is known."""
    found: list[str] = []
    last: Decimal | None = None
    moved = _ZERO
    for line in lines:
        moved += line.signed
        if line.balance is None:
            continue
        is_broken = last is not None and last + moved != line.balance
        if is_broken and len(found) >= BREAKS_TOLD:
            # Only counted: of a file that runs the other way every line is one.
            found.append("")
        elif is_broken and last is not None:
            found.append(
                _(
                    "第 %(row)d 行「余额」：上一笔余额 %(last)s，"
                    "加减发生额应为 %(due)s，文件写的是 %(told)s，相差 %(gap)s。"
                    "中间可能少了行，或文件被改动过，请重新下载后再导入。"
                )
                % {
                    "row": line.row_number,
                    "last": format_yuan(last),
                    "due": format_yuan(last + moved),
                    "told": format_yuan(line.balance),
                    "gap": format_yuan(abs(last + moved - line.balance)),
                }
            )
        last, moved = line.balance, _ZERO
    return found


def _opening(lines: Sequence[ParsedLine]) -> Decimal | None:
    moved = _ZERO
    for line in lines:
        moved += line.signed
        if line.balance is not None:
            return line.balance - moved
    return None


def _closing(lines: Sequence[ParsedLine]) -> Decimal | None:
    moved = _ZERO
    for line in reversed(lines):
        if line.balance is not None:
            return line.balance + moved
        moved += line.signed
    return None
