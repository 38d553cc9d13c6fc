"""Paper by typst. As a process of its own (`python -m kdnx.web.typesetting FILE`): JSON in, a PDF out."""

import asyncio
import json
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import typst

from kdnx.errors import Unavailable
from kdnx.text import _

FONTS = Path(__file__).parent / "static" / "vendor" / "fonts"
LONGEST_SECONDS = 60


async def typeset(template: Path, given: Mapping[str, Any]) -> bytes:
    """A tagged PDF (PDF/UA-1) of the values; `given['at']` is its date in seconds since 1970.

    Typesetting runs outside this process, which it would block and fill. Unavailable when it fails.
    """
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "kdnx.web.typesetting", str(template), stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE,
    )  # fmt: skip
    try:
        sent = json.dumps(given, ensure_ascii=False).encode()
        pdf, said = await asyncio.wait_for(process.communicate(sent), LONGEST_SECONDS)
    except TimeoutError:
        process.kill()
        await process.wait()
        pdf, said = b"", b"timeout"
    if not pdf.startswith(b"%PDF"):
        raise Unavailable(
            _("Das PDF ließ sich gerade nicht erzeugen."),
            remedy=_("Versuchen Sie es noch einmal; die Seite selbst lässt sich drucken."),
        ) from RuntimeError(said[:2000].decode(errors="replace"))
    return pdf


def compile_paper(template: Path, given: str) -> bytes:
    """The PDF of these values; data comes in as text only and is never read as markup."""
    made: bytes = typst.compile(
        template, root=template.parent, font_paths=[FONTS], ignore_system_fonts=True, format="pdf",
        sys_inputs={"given": given}, pdf_standards=["ua-1"], timestamp=json.loads(given)["at"],
    )  # fmt: skip
    return made


if __name__ == "__main__":
    sys.stdout.buffer.write(compile_paper(Path(sys.argv[1]), sys.stdin.read()))
