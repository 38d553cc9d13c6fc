"""Who is asking: sessions begin and end here; the hooks identify, touch and limit of the wrapper."""

import secrets
from datetime import datetime, timedelta
from hashlib import sha256
from uuid import UUID

from starlette.requests import Request

from kdnx.auth import store
from kdnx.auth.model import Mandate, Persona, build_viewer, group_mandates, mandate_key
from kdnx.db.conn import Conn
from kdnx.db.pool import transaction
from kdnx.errors import Forbidden, NotFound, TooMany
from kdnx.ids import new_id
from kdnx.text import _
from kdnx.viewer import NOBODY, Scope, Viewer
from kdnx.web.house import House

COOKIE = "kdnx_session"
SECURE_COOKIE = "__Host-kdnx_session"
TOUCH_EVERY = timedelta(minutes=5)
SESSION_HOURS = 10
MINUTE = 60
AGENT_LENGTH = 200
SEEN_AT = "kdnx.seen_at"
FOUND = "kdnx.session"
READS = frozenset({"GET", "HEAD"})


def hash_token(token: str) -> bytes:
    """What the database keeps of a token or secret: 256 random bits need no slow hash."""
    return sha256(token.encode()).digest()


def new_token() -> str:
    """A fresh secret of 256 bits."""
    return secrets.token_urlsafe(32)


def read_token(request: Request) -> str:
    """The session token of a request, or ''.

    A bearer token wins. An API call with any other Authorization header gets no session from its
    cookie, for such a call is exempt from the form token.
    """
    given = request.headers.get("authorization", "")
    kind, _space, value = given.partition(" ")
    if kind.lower() == "bearer":
        return value.strip()
    if given and request.url.path.startswith("/api/"):
        return ""
    return request.cookies.get(SECURE_COOKIE) or request.cookies.get(COOKIE) or ""


def is_bearer(request: Request) -> bool:
    """The caller presents a bearer token."""
    return request.headers.get("authorization", "").lower().startswith("bearer ")


async def identify(conn: Conn, request: Request) -> Viewer:
    """The viewer behind a request, NOBODY without a living session. At most one statement.

    A cookie carries a person, a bearer token a machine; neither is accepted in the other's place.
    """
    token = read_token(request)
    if not token:
        return NOBODY
    if FOUND in request.scope:  # once: whoever asks again reads anew
        row = request.scope.pop(FOUND)
    else:
        row = await store.find_session(conn, hash_token(token))
    if row is None or is_bearer(request) != (row.client_id is not None):
        return NOBODY
    request.scope[SEEN_AT] = row.seen_at
    return build_viewer(row)


async def touch(house: House, request: Request, viewer: Viewer) -> None:
    """Remember that a session is in use, at most every five minutes, in its own short transaction."""
    seen_at: datetime | None = request.scope.get(SEEN_AT)
    if viewer.session_id is None or seen_at is None or house.clock() - seen_at < TOUCH_EVERY:
        return
    async with transaction(house.pool, viewer, now=house.clock()) as conn:
        await store.touch_session(conn, viewer.session_id)


async def limit(house: House, request: Request) -> None:
    """Count an API call of this minute by its session, else by address; TooMany beyond the setting.

    A call that reads finds its session by the same statement; one that writes reads it in its own
    transaction, for its body may take long to arrive.
    """
    await count_hit(
        house, request, "api", house.settings.api_rate_per_minute, find=request.method in READS
    )


async def limit_sign_in(house: House, request: Request, account: str = "") -> None:
    """Count a sign-in by address and, where one is named, by account; TooMany beyond the setting."""
    allowed = house.settings.sign_in_rate_per_minute
    await count_hit(house, request, "sign_in", allowed)
    if account:
        await count_hit(
            house, request, "account:" + sha256(account.encode()).hexdigest()[:24], allowed
        )


async def count_hit(
    house: House, request: Request, kind: str, allowed: int, *, find: bool = False
) -> None:
    """One more of this kind in this minute; 0 as limit means none. Own transaction, kept on refusal.

    With `find` the session is left in the request for `identify`.
    """
    if allowed <= 0:
        return
    id_hash = hash_token(read_token(request))
    address = kind if kind.startswith("account:") else f"{kind}:a:{_address(request)}"
    known = f"{kind}:s:{id_hash.hex()[:32]}" if kind == "api" else address
    now = house.clock()
    # one statement that commits by itself: this stands before every API call
    async with house.pool.acquire() as raw:
        conn = Conn(raw, now)
        if find:
            hits, request.scope[FOUND] = await store.hit_and_find(conn, id_hash, known, address)
        else:
            hits = await store.hit(conn, id_hash, known, address)
    if hits > allowed:
        raise TooMany(_("Zu viele Anfragen in einer Minute."), retry_after=MINUTE - now.second)


def _address(request: Request) -> str:
    return request.client.host if request.client else "unknown"


async def start_session(
    conn: Conn,
    person_id: UUID,
    member_id: UUID | None,
    scope: Scope,
    user_agent: str = "",
    *,
    on_behalf_of: UUID | None = None,
    hours: int = SESSION_HOURS,
    provider_id: UUID | None = None,
    provider_sid: str | None = None,
    sign_out_hint: str | None = None,
) -> str:
    """A new session of a person under one mandate; the raw token, which is kept nowhere."""
    token = new_token()
    values = (
        hash_token(token), person_id, None, member_id, scope.value or Scope.MEMBER.value, new_token(),
        user_agent[:AGENT_LENGTH], on_behalf_of, None, provider_id, provider_sid, sign_out_hint,
    )  # fmt: skip
    await store.insert_session(conn, values, conn.now + timedelta(hours=hours))
    return token


async def end_session(conn: Conn, viewer: Viewer) -> None:
    """Revoke the session the viewer came with."""
    if viewer.session_id is not None:
        await store.revoke_session(conn, viewer.session_id)


async def list_mandates(conn: Conn, person_id: UUID) -> list[Mandate]:
    """For whom this person may act today, own mandates first."""
    return group_mandates((await store.list_grants(conn, [person_id]))[person_id])


async def list_personas(conn: Conn) -> list[Persona]:
    """People of the demonstration with a mandate today; none outside a demonstration."""
    if not await store.read_is_demo(conn):
        return []
    people = await store.list_personas(conn)
    grants = await store.list_grants(conn, [p for p, _name in people])
    personas = [Persona(p, name, tuple(group_mandates(grants[p]))) for p, name in people]
    return [p for p in personas if p.mandates]


async def start_mandate(
    conn: Conn,
    person_id: UUID,
    key: str,
    user_agent: str,
    *,
    hours: int = SESSION_HOURS,
    provider_id: UUID | None = None,
    provider_sid: str | None = None,
    sign_out_hint: str | None = None,
) -> str:
    """A session under the mandate named `key`; '' takes the one used last, else the first.

    Raises Forbidden when it is not held today; without any mandate the session acts for nobody.
    """
    mandates = await list_mandates(conn, person_id)
    wanted = key or await _last_key(conn, person_id)
    chosen = next((m for m in mandates if m.key == wanted), None)
    if key and chosen is None:
        raise Forbidden(_("Dieses Mandat haben Sie heute nicht."))
    chosen = chosen or next(iter(mandates), None)
    return await start_session(
        conn,
        person_id,
        chosen.member_id if chosen else None,
        chosen.scope if chosen else Scope.MEMBER,
        user_agent,
        on_behalf_of=chosen.on_behalf_of if chosen else None,
        hours=hours,
        provider_id=provider_id,
        provider_sid=provider_sid,
        sign_out_hint=sign_out_hint,
    )


async def _last_key(conn: Conn, person_id: UUID) -> str:
    last = await store.find_last_mandate(conn, person_id)
    return mandate_key(last[0], Scope(last[1]), last[2]) if last else ""


async def sign_in_persona(
    conn: Conn,
    viewer: Viewer,
    person_id: UUID,
    key: str,
    user_agent: str,
    *,
    hours: int = SESSION_HOURS,
) -> str:
    """A session of a persona; Forbidden outside a demonstration, the session before it ends."""
    if not await store.read_is_demo(conn):
        raise Forbidden(
            _("Vorgegebene Personen gibt es nur in der Demonstration."),
            remedy=_("Bitte über den Anmeldedienst Ihres Hauses anmelden."),
            remedy_url="/login",
        )
    if await store.find_persona(conn, person_id) is None:
        raise NotFound(_("Diese Person gibt es nicht."))
    token = await start_mandate(conn, person_id, key, user_agent, hours=hours)
    await end_session(conn, viewer)
    return token


async def switch_mandate(conn: Conn, viewer: Viewer, key: str, user_agent: str) -> str:
    """Act for another member or role: a new session, so that no page of the old one can act in the new.

    It ends when the old one would have ended.
    """
    if viewer.person_id is None or viewer.session_id is None:
        raise Forbidden(_("Ein Mandat wählen nur Personen."))
    old = await store.get_session_origin(conn, viewer.session_id)
    token = await start_mandate(conn, viewer.person_id, key, user_agent, **old)
    await store.keep_end(conn, hash_token(token), viewer.session_id)
    await end_session(conn, viewer)
    return token


async def create_person(
    conn: Conn,
    *,
    issuer: str,
    subject: str,
    display_name: str,
    email: str = "",
    is_persona: bool = False,
) -> UUID:
    """A person as an identity provider names it: (issuer, subject) is unique; its id."""
    person_id = new_id()
    await store.insert_person(
        conn, person_id, issuer, subject, display_name, email, is_persona=is_persona
    )
    return person_id


async def set_looks(conn: Conn, viewer: Viewer, theme: str, language: str) -> None:
    """How the pages look for this person."""
    if viewer.person_id is not None:
        await store.set_looks(conn, viewer.person_id, theme, language)


async def note_security(
    conn: Conn, kind: str, detail: str = "", person_id: UUID | None = None
) -> None:
    """Keep an event at the door (never a token, never an e-mail address)."""
    await store.insert_security_event(conn, new_id(), kind, detail[:300], person_id)


async def sweep(conn: Conn) -> int:
    """Due job: forget old counters and sessions."""
    return await store.drop_old(conn)
