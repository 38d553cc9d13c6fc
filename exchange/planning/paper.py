"""The budget letter on paper."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from exchange.planning.letters import paper_values
from kdnx.web.typesetting import typeset

TEMPLATE = Path(__file__).parent / "templates" / "letter.typ"


async def print_letter(body: Mapping[str, Any]) -> bytes:
    """A tagged PDF of an issued letter or a preview."""
    return await typeset(TEMPLATE, paper_values(body))
