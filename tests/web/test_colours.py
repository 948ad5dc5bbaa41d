"""The colours: named in one place, each for the light and for the dark, and with contrast enough to be read on one
another (WCAG 2.2, 1.4.3 and 1.4.11)."""

from __future__ import annotations

import math
import re
from pathlib import Path

import pytest

STYLES = Path(__file__).parents[2] / "service" / "web" / "styles"
COLOURS = (STYLES / "colours.css").read_text()

COLOUR = re.compile(r"oklch\(|rgba?\(|hsla?\(|#[0-9a-f]{3,8}\b", re.IGNORECASE)
DECLARED = re.compile(r"(--[a-z-]+):\s*(.+);")
BOTH = re.compile(r"light-dark\(oklch\(([^()]*(?:\(--hue\))?[^()]*)\), oklch\(([^()]*(?:\(--hue\))?[^()]*)\)\)")
USED = re.compile(r"var\((--[a-z-]+)\)")
SCHEMES = {"light": 0, "dark": 1}

READ = 4.5  # of text to what it stands on
SEEN = 3.0  # of what is not text: the edge of a field, a dot, a ring of focus

TEXTS = {
    "--ink": ("--paper", "--panel", "--raised", "--hover", "--accent-wash", "--mark", "--code-paper"),
    "--ink-soft": ("--paper", "--panel", "--raised", "--hover", "--accent-wash"),
    "--ink-faint": ("--paper", "--panel", "--raised"),
    "--accent": ("--paper", "--panel", "--raised", "--hover", "--accent-wash"),
    "--accent-strong": ("--paper", "--panel", "--raised", "--hover", "--accent-wash"),
    "--on-accent": ("--accent", "--accent-strong"),
    "--danger": ("--paper", "--panel", "--raised", "--hover", "--danger-wash"),
    "--on-danger": ("--danger", "--danger-strong"),
    "--caution": ("--paper", "--panel", "--raised", "--caution-wash"),
    "--code-keyword": ("--code-paper",),
    "--code-string": ("--code-paper",),
    "--code-number": ("--code-paper",),
    "--code-name": ("--code-paper",),
    "--code-comment": ("--code-paper",),
    "--face-ink": ("--face-paper",),
}
MARKS = {
    "--edge": ("--paper", "--raised"),
    "--accent": ("--paper", "--panel", "--raised"),
    "--danger": ("--paper", "--panel", "--raised"),
}
HUES = range(0, 360, 15)


def values() -> dict[str, tuple[str, str]]:
    """The colours by name, as they are in the light and in the dark."""
    return {name: found.groups() for name, value in DECLARED.findall(COLOURS) if (found := BOTH.fullmatch(value))}


def luminance(oklch: str) -> float:
    """The relative luminance that WCAG means, of a colour in OKLCH."""
    lightness, chroma, hue = (float(part) for part in oklch.split("/")[0].split())
    a, b = chroma * math.cos(math.radians(hue)), chroma * math.sin(math.radians(hue))
    long = (lightness + 0.3963377774 * a + 0.2158037573 * b) ** 3
    middle = (lightness - 0.1055613458 * a - 0.0638541728 * b) ** 3
    short = (lightness - 0.0894841775 * a - 1.2914855480 * b) ** 3
    red = 4.0767416621 * long - 3.3077115913 * middle + 0.2309699292 * short
    green = -1.2684380046 * long + 2.6097574011 * middle - 0.3413193965 * short
    blue = -0.0041960863 * long - 0.7034186147 * middle + 1.7076147010 * short
    return sum(
        weight * min(max(part, 0.0), 1.0)
        for weight, part in zip((0.2126, 0.7152, 0.0722), (red, green, blue), strict=True)
    )


def contrast(one: str, other: str) -> float:
    """How far two colours are apart."""
    darker, lighter = sorted((luminance(one), luminance(other)))
    return (lighter + 0.05) / (darker + 0.05)


def least(upper: str, lower: str, scheme: int) -> float:
    """The contrast of two names; where a person's own hue comes in, of the worst one."""
    above, below = values()[upper][scheme], values()[lower][scheme]
    hues = HUES if "var(" in above + below else (0,)
    return min(contrast(above.replace("var(--hue)", str(hue)), below.replace("var(--hue)", str(hue))) for hue in hues)


@pytest.mark.parametrize("scheme", SCHEMES)
def test_what_is_written_can_be_read(scheme: str) -> None:
    pairs = [(upper, lower) for upper, grounds in TEXTS.items() for lower in grounds]
    poor = {pair: least(*pair, SCHEMES[scheme]) for pair in pairs}
    assert {pair: round(found, 2) for pair, found in poor.items() if found < READ} == {}
    assert len(pairs) > 30


@pytest.mark.parametrize("scheme", SCHEMES)
def test_what_is_no_text_but_tells_something_can_be_seen(scheme: str) -> None:
    poor = {
        (upper, lower): least(upper, lower, SCHEMES[scheme]) for upper, grounds in MARKS.items() for lower in grounds
    }
    assert {pair: round(found, 2) for pair, found in poor.items() if found < SEEN} == {}


def test_black_on_white_is_as_far_apart_as_can_be() -> None:
    assert contrast("0 0 0", "1 0 0") == pytest.approx(21.0, abs=0.01)
    assert contrast("0.6 0.1 30", "0.6 0.1 30") == 1.0


def test_every_colour_has_a_value_for_the_light_and_one_for_the_dark() -> None:
    declared = {name for name, _ in DECLARED.findall(COLOURS)}
    assert declared == set(values())
    assert len(declared) > 30


def test_colours_are_named_in_one_place() -> None:
    for path in STYLES.glob("*.css"):
        assert bool(COLOUR.search(path.read_text())) is (path.name == "colours.css"), path


def test_every_name_that_is_used_is_declared_and_every_colour_is_used() -> None:
    styles = "".join(path.read_text() for path in STYLES.glob("*.css"))
    scripts = "".join(path.read_text() for path in STYLES.parent.rglob("*.js"))
    declared = set(re.findall(r"(--[a-z-]+):", styles)) | set(re.findall(r"setProperty\('(--[a-z-]+)'", scripts))
    used = set(USED.findall(styles))
    assert used - declared == set()
    assert set(values()) - used == set()
