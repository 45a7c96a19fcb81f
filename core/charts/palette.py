"""Colours of charts: literal here too, because a PDF knows no custom properties; a test holds them to tokens.css."""

from dataclasses import dataclass

from core.charts.svg import FONT


@dataclass(frozen=True, slots=True)
class Palette:
    """Colours and font of one chart. `series` in order of use (each ≥ 3:1 on paper), `steps` from little to much.

    A file names the one font it is checked with: `dataclasses.replace(PALETTE, font=…)`.
    """

    ink: str
    soft: str
    line: str
    paper: str
    series: tuple[str, ...]
    steps: tuple[str, ...]
    font: str = FONT


PALETTE = Palette(
    ink="#1d2129",
    soft="#4e5969",
    line="#e5e6eb",
    paper="#ffffff",
    series=("#0b57a4", "#b26a00", "#22786f", "#7a4b8f", "#4e5969", "#4f8bc9"),
    steps=("#e3eef9", "#b7d3ee", "#7fb0de", "#2f75bb", "#083f78"),
)
