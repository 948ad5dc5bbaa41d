"""axe-core on a page as it stands: what keeps somebody from using it, by WCAG 2.2 AA and axe's own good practice."""

from __future__ import annotations

import sys
from functools import cache
from pathlib import Path

from playwright.async_api import Page

SOURCE = Path(sys.prefix) / "node" / "node_modules" / "axe-core" / "axe.min.js"
STANDARDS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
SCHEMES = ("light", "dark")

# What moves is judged where it comes to rest; what never does (a skeleton that breathes) as it is.
AT_REST = """() => Promise.allSettled(
    document.getAnimations()
        .filter((animation) => animation.effect.getComputedTiming().iterations !== Infinity)
        .map((animation) => animation.finished),
)"""
RUN = """async (standards) => {
    const { violations } = await axe.run(document, { runOnly: standards, resultTypes: ['violations'] });
    return violations.flatMap(({ id, nodes }) => nodes.map(({ html, failureSummary }) =>
        `${id}: ${html.slice(0, 160)} (${failureSummary.replace(/\\s+/g, ' ').slice(0, 240)})`));
}"""


@cache
def _source() -> str:
    assert SOURCE.exists(), f"{SOURCE} is missing: scripts/test installs it"
    return SOURCE.read_text(encoding="utf-8")


async def violations(page: Page) -> list[str]:
    """What axe finds on the page, in the light and in the dark: the rule, the node, and what is wrong with it."""
    if not await page.evaluate("'axe' in window"):
        await page.evaluate(_source())
    found: list[str] = []
    for scheme in SCHEMES:
        await page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
        await page.evaluate(AT_REST)
        found += [f"{scheme} {violation}" for violation in await page.evaluate(RUN, STANDARDS)]
    return found
