"""In-house first: the words by which the members' own catalogue is asked for each line (D16)."""

from collections.abc import Sequence
from dataclasses import replace

from kdnx.db.conn import Conn
from procurement.codes.model import fold
from procurement.responses import store
from procurement.responses.model import Line, Match, Response

# the catalogue folds these pairs too, so that "Geraete" and "Geräte" are the same word
PAIRS = (("ae", "a"), ("oe", "o"), ("ue", "u"))


def search_words(title: str) -> str:
    """A title as the catalogue's full text has it."""
    text = fold(title)
    for pair, letter in PAIRS:
        text = text.replace(pair, letter)
    return text


async def list_matches(conn: Conn, response: Response, lines: Sequence[Line]) -> list[Match]:
    """What other members offer for these lines, with what was said about it so far."""
    if not lines:
        return []
    found = await store.find_matches(
        conn, response.owner_id, [(x.ordinal, search_words(x.title), x.cpv) for x in lines]
    )
    said = await store.list_outcomes(conn, response.owner_id, response.id)
    return [_with(m, said.get((m.ordinal, m.offering_id))) for m in found]


def _with(match: Match, said: tuple[str, str] | None) -> Match:
    return match if said is None else replace(match, outcome=said[0], reason=said[1])
