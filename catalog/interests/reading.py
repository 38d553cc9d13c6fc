"""What pages and JSON share when they list interests: filter, cursor, words of the turn."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from catalog.interests import store
from catalog.interests.actions import ALL_SCOPES
from catalog.interests.model import EVENT_LABELS, TURNS, InterestState
from catalog.interests.store import Interest, Selection
from kdnx.errors import Invalid
from kdnx.text import _
from kdnx.viewer import Viewer
from kdnx.web.formats import day
from kdnx.web.paging import decode_cursor, encode_cursor
from kdnx.web.routing import Call


@dataclass(frozen=True)
class Piece:
    """Interests of one page and the cursor of the next."""

    items: Sequence[Interest]
    next: str | None


async def find_piece(call: Call, wanted: Selection, cursor: str | None, size: int) -> Piece:
    """A piece of the viewer's interests: overdue first."""
    secret = call.house.settings.secret()
    rows = await store.list_interests(
        call.conn, call.viewer.members, wanted, sees_all=call.viewer.scope in ALL_SCOPES,
        after=_place(secret, cursor) if cursor else None, limit=size + 1,
    )  # fmt: skip
    items = rows[:size]
    if len(rows) <= size:
        return Piece(items, None)
    last = items[-1]
    return Piece(items, encode_cursor(secret, (last.rank, last.due_key, last.age, last.id)))


def _place(secret: str, cursor: str) -> tuple[int, date, int, UUID]:
    rank, due, age, last = decode_cursor(secret, cursor, 4)
    try:
        return int(rank), date.fromisoformat(due), int(age), UUID(last)
    except ValueError:
        raise Invalid(_("Diese Fortsetzung ist ungültig."), code="bad_cursor") from None


def turn_name(viewer: Viewer, interest: Interest) -> str:
    """Who acts next, in a word: my house or the other's short name; '' when nobody does."""
    if interest.turn is None:
        return ""
    is_provider = interest.turn == "provider"
    member = interest.provider_id if is_provider else interest.owner_id
    if viewer.acts_for(member):
        return _("Ihr Haus")
    return interest.provider_short if is_provider else interest.asker_short


def next_step(viewer: Viewer, interest: Interest, today: date) -> str:
    """Who acts next, what that is and until when, as a sentence."""
    turn = TURNS.get(InterestState(interest.state))
    if turn is None:
        return ""
    sentence = (
        _("Überfällig seit {day}: am Zug ist {who} ({what}).")
        if interest.is_late(today)
        else _("Am Zug ist {who}: {what}, bis {day}.")
    )
    what = _("über das Angebot entscheiden") if turn[0] == "recipient" else EVENT_LABELS[turn[1]]
    return sentence.format(who=turn_name(viewer, interest), what=what, day=day(interest.due_on))
