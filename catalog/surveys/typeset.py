"""Run as a process of its own: values as JSON from standard input, a PDF to standard output."""

import json
import sys
from pathlib import Path

import typst

import kdnx.web

TEMPLATES = Path(__file__).parent / "templates"
FONTS = Path(kdnx.web.__file__).parent / "static" / "vendor" / "fonts"


def typeset(given: str) -> bytes:
    """The PDF of these values; data comes in as text only and is never read as markup."""
    made: bytes = typst.compile(
        TEMPLATES / "frozen.typ", root=TEMPLATES, font_paths=[FONTS], ignore_system_fonts=True, format="pdf",
        sys_inputs={"given": given}, pdf_standards=["ua-1"], timestamp=json.loads(given)["at"],
    )  # fmt: skip
    return made


if __name__ == "__main__":
    sys.stdout.buffer.write(typeset(sys.stdin.read()))
