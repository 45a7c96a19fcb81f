"""The accessibility checker in a page."""

from pathlib import Path
from typing import Any

from playwright.sync_api import Page

AXE = Path(__file__).resolve().parents[1] / "vendor" / "axe" / "axe.min.js"
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]


def violations(page: Page) -> list[tuple[str, list[Any]]]:
    """What the checker finds: each rule that is broken, with where."""
    # Whose style sheets are still under way has neither its sizes nor what it hides.
    page.wait_for_load_state("load")
    # The program is large: a page that has it keeps it, at every width.
    if not page.evaluate("Boolean(window.axe)"):
        page.evaluate(AXE.read_text(encoding="utf-8"))
    found = page.evaluate("rules => axe.run({runOnly: rules, resultTypes: ['violations']})", RULES)
    return [(hit["id"], [node["target"] for node in hit["nodes"]]) for hit in found["violations"]]
