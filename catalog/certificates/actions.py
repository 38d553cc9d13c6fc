"""What people do with proofs, and what dates do: warn twice, then suspend the offering."""

from dataclasses import replace
from uuid import UUID

from catalog.announcing.actions import tell
from catalog.certificates import store
from catalog.certificates.model import Certificate, due_warning, expired_required
from catalog.certificates.schemas import CertificateBody
from catalog.offerings import store as offerings
from catalog.offerings.actions import own_offering
from catalog.offerings.model import Event, Offering, advance
from kdnx.audit.actions import record
from kdnx.clock import end_of_day
from kdnx.db.conn import Conn
from kdnx.documents.store import list_of_object
from kdnx.errors import FieldError, Invalid, Refused, Stale
from kdnx.ids import new_id
from kdnx.notices.actions import notify
from kdnx.tasks.actions import close_tasks, open_tasks
from kdnx.tasks.model import NewTask
from kdnx.text import _
from kdnx.viewer import Permission, Role, Scope, Viewer

BATCH = 100
MOST = 40
SYSTEM = Viewer(scope=Scope.SYSTEM)


async def add_certificate(
    conn: Conn, viewer: Viewer, offering_id: UUID, body: CertificateBody
) -> Certificate:
    """One more proof of an own offering."""
    head = await _own(conn, viewer, offering_id)
    if len(await store.list_certificates(conn, head.id)) >= MOST:
        raise Refused(_("Mehr als {n} Nachweise führt keine Leistung.").format(n=MOST))
    await _check_document(conn, head.id, body)
    certificate = Certificate(id=new_id(), offering_id=head.id, **body.model_dump())
    await store.insert_certificate(conn, certificate)
    await _after(conn, viewer, head, "offering.certificate_add", certificate)
    return certificate


async def save_certificate(
    conn: Conn, viewer: Viewer, offering_id: UUID, certificate_id: UUID, row_version: int, body: CertificateBody,
) -> Certificate:  # fmt: skip
    """Correct or renew a proof; Stale when somebody changed it first."""
    head = await _own(conn, viewer, offering_id)
    old = await store.get_certificate(conn, head.id, certificate_id)
    await _check_document(conn, head.id, body)
    if not await store.update_certificate(
        conn, replace(old, row_version=row_version, **body.model_dump())
    ):
        raise _stale(head)
    await close_tasks(conn, certificate_id)
    new = await store.get_certificate(conn, head.id, certificate_id)
    await _after(conn, viewer, head, "offering.certificate_save", new)
    return new


async def drop_certificate(
    conn: Conn, viewer: Viewer, offering_id: UUID, certificate_id: UUID, row_version: int
) -> None:
    """Take a proof away; a required one only while the offering is not public."""
    head = await _own(conn, viewer, offering_id)
    old = await store.get_certificate(conn, head.id, certificate_id)
    if old.is_required and head.state == "published":
        raise Refused(
            _("Dieser Nachweis gehört zur veröffentlichten Leistung."),
            rule=_(
                "Ein Nachweis, der Voraussetzung ist, verschwindet nicht, solange sie angeboten wird."
            ),
            remedy=_("Tragen Sie den neuen Nachweis ein, oder setzen Sie die Leistung zuerst aus."),
            remedy_url=f"/offerings/{head.id}/certificates",
        )
    if not await store.drop_certificate(conn, replace(old, row_version=row_version)):
        raise _stale(head)
    await close_tasks(conn, certificate_id)
    await _after(conn, viewer, head, "offering.certificate_drop", old)


async def _own(conn: Conn, viewer: Viewer, offering_id: UUID) -> Offering:
    head = await offerings.get_offering(conn, viewer, offering_id)
    return await own_offering(conn, viewer, offering_id, Permission.OFFERING_EDIT, head.row_version)


async def _check_document(conn: Conn, offering_id: UUID, body: CertificateBody) -> None:
    if body.document_id is None:
        return
    if body.document_id not in {d.id for d in await list_of_object(conn, "offering", offering_id)}:
        message = _("Dieses Dokument liegt nicht bei der Leistung.")
        raise Invalid(message, errors=[FieldError("document_id", message, "unknown")])


def _stale(head: Offering) -> Stale:
    return Stale(
        _("Dieser Nachweis wurde inzwischen geändert."),
        remedy=_("Bitte die Liste neu laden."),
        remedy_url=f"/offerings/{head.id}/certificates",
    )


async def _after(
    conn: Conn, viewer: Viewer, head: Offering, action: str, certificate: Certificate
) -> None:
    await store.mark_certified(conn, head.id)
    if not expired_required(await store.list_certificates(conn, head.id), conn.today):
        await close_tasks(conn, head.id, ["offering.certificate"])
    record(
        conn, viewer, action, object_kind="offering", object_id=head.id, owner_id=head.owner_id,
        reason=certificate.label, row_version=head.row_version, audience="owner",
    )  # fmt: skip


async def warn_and_suspend(conn: Conn) -> int:
    """One bounded batch of both; how many proofs and offerings were touched. Running it again changes nothing."""
    return await warn(conn) + await suspend_expired(conn)


async def warn(conn: Conn) -> int:
    """Tell owners sixty and thirty days before a proof ends: a task, and a notice each time."""
    found = await store.list_to_warn(conn, conn.today, BATCH)
    for c in found:
        head = await offerings.get_offering(conn, SYSTEM, c.offering_id)
        words = _("{proof} läuft am {day} ab: {title}")
        title = words.format(proof=c.label, day=f"{c.valid_to:%d.%m.%Y}", title=head.title)
        url = f"/offerings/{head.id}/certificates"
        await open_tasks(conn, [NewTask(
            owner_id=head.owner_id, kind="offering.certificate_ends", title=title[:300], object_kind="certificate",
            object_id=c.id, url=url, assignee_role=Role.OFFERING_EDITOR, due_at=end_of_day(c.valid_to),
        )])  # fmt: skip
        await notify(
            conn, SYSTEM, kind="offering.certificate_ends", owner_id=head.owner_id, object_kind="offering",
            object_id=head.id, url=url, title=title[:300], roles=(Role.OFFERING_EDITOR,),
        )  # fmt: skip
    stages = [due_warning(c, conn.today) or 0 for c in found]
    await store.mark_warned(conn, [c.id for c in found], stages)
    return len(found)


async def suspend_expired(conn: Conn) -> int:
    """Suspend what is offered although a required proof has ended; a task says how it comes back."""
    found = await store.list_expired(conn, conn.today, BATCH)
    for offering_id in found:
        offering = await offerings.get_offering(conn, SYSTEM, offering_id)
        ended = expired_required(await store.list_certificates(conn, offering_id), conn.today)[0]
        state = advance(offering.state, Event.CERTIFICATE_EXPIRED)
        reason = _("Ein nötiger Nachweis ist abgelaufen: {proof}, gültig bis {day}.").format(
            proof=ended.label, day=f"{ended.valid_to:%d.%m.%Y}"
        )
        head = await offerings.mark_offering(
            conn, replace(offering, state=state, state_reason=reason)
        )
        await open_tasks(conn, [NewTask(
            owner_id=head.owner_id, kind="offering.certificate", object_kind="offering", object_id=head.id,
            title=_("Nachweis erneuern, dann wieder anbieten: {title}").format(title=head.title),
            url=f"/offerings/{head.id}/certificates", assignee_role=Role.OFFERING_EDITOR,
        )])  # fmt: skip
        await tell(conn, SYSTEM, "offering.certificate_expired", head, reason)
    return len(found)


async def check_certificates(conn: Conn, offering_id: UUID) -> None:
    """Refused while a required proof has ended: before an offering is offered again."""
    ended = expired_required(await store.list_certificates(conn, offering_id), conn.today)
    if ended:
        raise Refused(
            _("Ein nötiger Nachweis ist abgelaufen: {proof}.").format(proof=ended[0].label),
            rule=_("Angeboten wird nur mit gültigen Nachweisen."),
            remedy=_("Tragen Sie den neuen Nachweis ein."),
            remedy_url=f"/offerings/{offering_id}/certificates",
        )
