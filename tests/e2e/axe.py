"""What axe-core finds on a page: an independent judge of how usable it is without a mouse or good eyes.

It comes from npm for the tests alone; what is serious, and what is shipped, is not known here.
"""

from __future__ import annotations

from typing import Any

from playwright.async_api import Page

from tests.serving import ROOT

AXE_FILE = ROOT / "static" / "node_modules" / "axe-core" / "axe.min.js"
GRAVE = ("serious", "critical")
RULES = ("wcag2a", "wcag2aa", "wcag21a", "wcag21aa")
COLOURS = ("color-contrast", "link-in-text-block")  # all that another theme can change


async def grave_findings(page: Page, *, colours_only: bool = False) -> list[str]:
    """Everything serious or critical on the page as it is now, with where it is."""
    rules = list(COLOURS if colours_only else RULES)
    run = f"axe.run(document, {{resultTypes: ['violations'], runOnly: {rules}}})"
    # The page's own policy forbids foreign scripts: this one is run from outside, as the tests' own are.
    await page.evaluate(AXE_FILE.read_text(encoding="utf-8"))
    results: dict[str, Any] = await page.evaluate(run)
    return [_told(found) for found in results["violations"] if found["impact"] in GRAVE]


def _told(found: dict[str, Any]) -> str:
    places = [f"{' '.join(map(str, node['target']))} {node['html'][:120]}" for node in found["nodes"][:4]]
    return f"{found['id']} ({found['impact']}): {found['help']}: {'; '.join(places)}"
