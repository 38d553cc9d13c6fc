"""Our sheets: only KERN's tokens, small, readable in light, dark and print, fit for the CSP."""

import math
import re
from pathlib import Path

import pytest

WEB = Path(__file__).parents[2] / "kdnx" / "web"
STATIC = WEB / "static"
SHEETS = {p.name: p.read_text() for p in sorted(STATIC.glob("*.css"))}
ALL = "\n".join(SHEETS.values())
TEMPLATES = {str(p.relative_to(WEB)): p.read_text() for p in (WEB / "templates").rglob("*.html")}
KERN = STATIC / "vendor" / "kern" / "kern.min.css"
HOOKS = {"kx-problem__id", "kx-gauge"}


@pytest.fixture(scope="module")
def kern() -> str:
    """KERN's sheet as prepared by `run.py assets`."""
    return KERN.read_text()


def light_tokens(kern: str) -> dict[str, str]:
    """KERN's tokens of the light theme by name."""
    block = re.search(r"\[data-kern-theme=light\],\.kern-light\{(--[^}]+)\}", kern)
    assert block, "KERN changed the shape of its themes"
    return dict(re.findall(r"(--kern-[\w-]+):([^;]+)", block[1]))


def test_every_kern_token_we_use_exists(kern: str) -> None:
    known = set(re.findall(r"(--kern-[\w-]+)\s*:", kern))
    assert set(re.findall(r"--kern-[\w-]+", ALL)) <= known


def test_every_own_token_is_defined_or_has_a_default() -> None:
    defined = set(re.findall(r"(--kx-[\w-]+)\s*:", ALL))
    assert set(re.findall(r"var\((--kx-[\w-]+)\)", ALL)) <= defined


def test_print_restates_every_light_token(kern: str) -> None:
    def tidy(value: str) -> str:
        return re.sub(r"\s+|(?<!\d)0(?=\.)", "", value)

    paper = dict(re.findall(r"(--kern-[\w-]+): ([^;]+);", SHEETS["kdnx-print.css"]))
    assert {k: tidy(v) for k, v in paper.items()} == {
        k: tidy(v) for k, v in light_tokens(kern).items()
    }


@pytest.mark.parametrize("name", SHEETS)
def test_sheets_stay_small_and_balanced(name: str) -> None:
    text = SHEETS[name]
    assert len(text.encode()) <= 30 * 1024
    assert text.count("{") == text.count("}")
    assert "@import" not in text
    assert all(u.startswith("data:") for u in re.findall(r"url\(\"?([^)\"]+)", text))


def test_every_class_of_the_templates_has_a_rule() -> None:
    rules = set(re.findall(r"\.(kx-[\w-]+)", ALL))
    for path, text in TEMPLATES.items():
        for attribute in re.findall(r'class="([^"]*)"', text):
            plain = re.sub(r"\{[{%].*?[%}]\}", " ", attribute)
            used = {c for c in plain.split() if c.startswith("kx-") and not c.endswith("--")}
            missing = used - rules - HOOKS - {"kx-s", "kx-light--"}
            assert not missing, f"{path}: {missing}"


@pytest.mark.parametrize("path", TEMPLATES)
def test_templates_hold_nothing_the_policy_forbids(path: str) -> None:
    text = TEMPLATES[path]
    assert not re.search(r"\sstyle=", text)
    assert not re.search(r"\son\w+=", text)
    assert not re.search(r"<style|<script(?![^>]*\ssrc=)|javascript:", text)
    allowed = {"get", "post", "select", "target", "swap", "trigger", "push-url", "sync"}
    assert set(re.findall(r"\shx-([\w:-]+)=", text)) <= allowed


def test_script_is_short_and_needs_no_eval() -> None:
    text = (STATIC / "kdnx.js").read_text()
    assert len(text.splitlines()) <= 200
    assert not re.search(r"\beval\(|new Function|innerHTML|\.style\b", text)


def test_sprite_holds_every_icon_the_templates_name() -> None:
    sprite = (STATIC / "icons" / "sprite.svg").read_text()
    known = set(re.findall(r'<symbol id="([\w-]+)"', sprite))
    named = {n for t in TEMPLATES.values() for n in re.findall(r'\bicon\("([\w-]+)"', t)}
    assert {n for n in named if not n.endswith("-")} <= known
    assert {f"light-{level}" for level in ("green", "amber", "red", "grey")} <= known
    assert {"info", "success", "warning", "danger"} <= known


def luminance(oklch: str) -> float:
    """Relative luminance (WCAG) of `oklch(L% C H)` or `#rrggbb`."""
    if oklch.startswith("#"):
        digits = oklch[1:] if len(oklch) == 7 else "".join(c * 2 for c in oklch[1:])
        srgb = [int(digits[i : i + 2], 16) / 255 for i in (0, 2, 4)]
        rgb = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in srgb]
    else:
        found = re.fullmatch(r"oklch\(([\d.]+)% ([\d.]+) ([\d.]+)\)", oklch)
        assert found, oklch
        light, chroma, hue = float(found[1]) / 100, float(found[2]), math.radians(float(found[3]))
        a, b = chroma * math.cos(hue), chroma * math.sin(hue)
        one = (light + 0.3963377774 * a + 0.2158037573 * b) ** 3
        two = (light - 0.1055613458 * a - 0.0638541728 * b) ** 3
        three = (light - 0.0894841775 * a - 1.2914855480 * b) ** 3
        rgb = [
            4.0767416621 * one - 3.3077115913 * two + 0.2309699292 * three,
            -1.2684380046 * one + 2.6097574011 * two - 0.3413193965 * three,
            -0.0041960863 * one - 0.7034186147 * two + 1.7076147010 * three,
        ]
    red, green, blue = (min(max(c, 0), 1) for c in rgb)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    """Contrast ratio of two colours."""
    low, high = sorted((luminance(one), luminance(other)))
    return (high + 0.05) / (low + 0.05)


def pair(token: str) -> tuple[str, str]:
    """The light and the dark value of one of our tokens."""
    found = re.search(rf"{token}: light-dark\((oklch\([^)]*\)), (oklch\([^)]*\))\)", ALL)
    assert found, token
    full = re.compile(r"oklch\(([\d.]+%) ([.\d]+) ([\d.]+)\)")
    one, other = (
        full.sub(lambda m: f"oklch({m[1]} {float(m[2])} {m[3]})", g) for g in found.groups()
    )
    return one, other


@pytest.mark.parametrize("step", range(1, 6))
def test_heat_figures_are_readable(step: int) -> None:
    light, dark = pair(f"--kx-heat-{step}")
    ink = ("#10132b", "#ffffff") if step <= 3 else ("#ffffff", "#10132b")
    assert contrast(light, ink[0]) >= 4.5
    assert contrast(dark, ink[1]) >= 4.5


@pytest.mark.parametrize("series", range(2, 6))
def test_series_stand_out_from_the_page(series: int) -> None:
    light, dark = pair(f"--kx-s{series}")
    assert contrast(light, "#ffffff") >= 3
    assert contrast(dark, "oklch(18% 0.02 277)") >= 3
