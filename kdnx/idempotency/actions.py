"""Begin and keep a write under its key; the hooks of the wrapper."""

from datetime import timedelta
from uuid import UUID

from kdnx.db.conn import Conn
from kdnx.errors import Conflict, Invalid
from kdnx.idempotency import store
from kdnx.text import _
from kdnx.viewer import Viewer
from kdnx.web.house import Kept, Once

NO_MEMBER = UUID(int=0)
FORMS_FOR = timedelta(hours=24)
# what moves money is remembered for ever (model.md 1.1)
FOR_EVER = ("/bookings", "/api/v1/bookings", "/call-offs", "/api/v1/call-offs", "/transfers")


async def begin_once(conn: Conn, viewer: Viewer, once: Once) -> Kept | None:
    """None to go on; the kept answer when this write has been done; Invalid for another content."""
    scope = _scope(viewer, once)
    expires_at = None if once.route.startswith(FOR_EVER) else conn.now + FORMS_FOR
    if await store.begin(conn, *scope, once.payload, expires_at):
        return None
    row = await store.find(conn, *scope)
    if row is None:
        raise Conflict(_("Diese Anfrage wird gerade bearbeitet."), code="in_progress")
    if row["payload_hash"] != once.payload:
        raise Invalid(
            _("Unter diesem Schlüssel kam schon eine andere Anfrage."),
            code="idempotency_key_reused",
            remedy=_(
                "Für eine neue Anfrage einen neuen Idempotency-Key verwenden oder die Seite neu laden."
            ),
        )
    if row["status"] is None:
        raise Conflict(_("Diese Anfrage wird gerade bearbeitet."), code="in_progress")
    return Kept(row["status"], row["location"], row["media_type"], row["body"] or b"")


async def keep_once(conn: Conn, viewer: Viewer, once: Once, kept: Kept) -> None:
    """Store the answer in the same transaction as the write."""
    await store.keep(
        conn, _scope(viewer, once), (kept.status, kept.location, kept.media_type, kept.body)
    )


def _scope(viewer: Viewer, once: Once) -> tuple[UUID, UUID, str, str]:
    return viewer.member_id or NO_MEMBER, viewer.principal or NO_MEMBER, once.route, once.key
