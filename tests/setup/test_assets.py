"""The vendor folder holds what pages load, unaltered, and nothing points to a foreign host."""

import re

from fontTools.ttLib import TTFont

import run
from kdnx.assets import COPIES, WEIGHTS

MODULES = run.ROOT / "node_modules"
FONTS = run.VENDOR / "fonts"


def test_copies_are_unaltered() -> None:
    for source, target in COPIES.items():
        assert (run.VENDOR / target).read_bytes() == (MODULES / source).read_bytes()


def test_style_sheets_load_nothing_from_elsewhere() -> None:
    for sheet in run.VENDOR.rglob("*.css"):
        text = sheet.read_text()
        assert "@import" not in text
        for address in re.findall(r"url\(\s*[\"']?([^\"')]{0,60})", text):
            assert address.startswith("data:") or (sheet.parent / address).is_file()


def test_fonts_hold_the_german_letters() -> None:
    for weight, name in WEIGHTS.items():
        letters = TTFont(FONTS / f"FiraSans-{name}.ttf").getBestCmap()
        assert all(ord(letter) in letters for letter in "ÄÖÜäöüß€§–„“")
        assert f"font-weight: {weight};" in (FONTS / "fira-sans.css").read_text()
