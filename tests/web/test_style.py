"""The colours can be told apart: WCAG AA for text, 3:1 for the edges of controls, in light and in dark."""

from __future__ import annotations

import re
from importlib import resources

import pytest

CSS = resources.files("assistant.web").joinpath("style.css").read_text("utf-8")
TEXT = [
    ("ink", "paper"), ("ink", "sheet"), ("ink", "tint"), ("soft", "paper"), ("soft", "sheet"), ("soft", "tint"),
    ("brand", "sheet"), ("brand", "tint"), ("brand", "paper"), ("on-brand", "brand"), ("on-brand", "brand-dark"),
    ("on-said", "said"), ("good", "good-tint"), ("bad", "bad-tint"), ("open", "open-tint"), ("ink", "bad-tint"),
    ("good", "sheet"),
]  # fmt: skip


def colours(selector: str) -> dict[str, str]:
    block = re.search(rf"^{re.escape(selector)} \{{(.*?)\}}", CSS, re.DOTALL | re.MULTILINE)
    assert block
    return dict(re.findall(r"--([a-z-]+): (#[0-9a-f]{6});", block[1]))


def contrast(one: str, other: str) -> float:
    light, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def luminance(colour: str) -> float:
    parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


@pytest.mark.parametrize("selector", [":root", ".dark"])
def test_contrast(selector: str):
    found = colours(selector)
    poor = {pair: round(contrast(found[pair[0]], found[pair[1]]), 2) for pair in TEXT}
    assert {pair: ratio for pair, ratio in poor.items() if ratio < 4.5} == {}
    assert contrast(found["edge"], found["sheet"]) >= 3
    assert contrast(found["edge"], found["paper"]) >= 3


def test_the_style_loads_nothing():
    assert not re.findall(r"@import|url\((?!\"data:)", CSS)


def test_motion_can_be_switched_off():
    assert "prefers-reduced-motion: reduce" in CSS
