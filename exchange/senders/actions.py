"""Write whom a member names on its invoices, and its Leitweg-ID."""

from exchange.senders import store
from exchange.senders.store import Profile
from kdnx.audit.actions import record
from kdnx.db.conn import Conn
from kdnx.errors import FieldError, Invalid, Stale
from kdnx.members.model import check_identifiers
from kdnx.members.store import get_member, insert_leitwege
from kdnx.text import _
from kdnx.viewer import Permission, Viewer, require


async def save_profile(
    conn: Conn, viewer: Viewer, *, contact: str, phone: str, email: str, expected: int
) -> Profile:
    """Whom the viewer's member names on its invoices; `expected` 0 = none was there."""
    require(viewer, Permission.INVOICE_ISSUE)
    before = await store.find_profile(conn, viewer.owner_id)
    if (before.row_version if before else 0) != expected:
        raise Stale(_("Diese Angaben wurden inzwischen geändert."), remedy=_("Bitte neu laden."))
    profile = Profile(viewer.owner_id, contact.strip(), phone.strip(), email.strip())
    await store.save_profile(conn, profile)
    record(
        conn, viewer, "invoice.profile", object_kind="member", object_id=viewer.owner_id, owner_id=viewer.owner_id,
        after={"contact": profile.contact, "phone": profile.phone, "email": profile.email},
    )  # fmt: skip
    return profile


async def save_leitweg(conn: Conn, viewer: Viewer, leitweg_id: str) -> None:
    """Where the viewer's member receives invoices from today; Invalid with a wrong check digit.

    Raises Invalid for one the member had before, too: the register keeps each with its first day.
    """
    require(viewer, Permission.INVOICE_ISSUE)
    wanted = leitweg_id.strip().upper()
    wrong = check_identifiers({"leitweg_id": wanted})
    if wrong:
        raise _at_field(wrong[0][1], "bad_leitweg")
    before = (await get_member(conn, viewer.owner_id)).leitweg_id
    if wanted == before:
        return
    await insert_leitwege(conn, [(viewer.owner_id, wanted, conn.today)])
    if (await get_member(conn, viewer.owner_id)).leitweg_id != wanted:
        raise _at_field(
            _("Diese Leitweg-ID galt schon einmal oder es wurde heute schon eine eingetragen."),
            "leitweg_known",
        )
    record(
        conn, viewer, "member.leitweg", object_kind="member", object_id=viewer.owner_id, owner_id=viewer.owner_id,
        before={"leitweg_id": before}, after={"leitweg_id": wanted}, audience="public",
    )  # fmt: skip


def _at_field(text: str, code: str) -> Invalid:
    return Invalid(text, code=code, errors=[FieldError("leitweg_id", text, code)])
