"""Add a document, a new version, take one out, and what the scanner found."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from hashlib import sha256
from uuid import UUID

from kdnx.audit.actions import record
from kdnx.db.conn import Conn
from kdnx.documents import store
from kdnx.documents.model import (
    Document,
    Kind,
    ScanState,
    Unfit,
    Visibility,
    media_type_of,
    safe_name,
)
from kdnx.errors import Conflict, FieldError, Forbidden, Invalid, NotFound, Refused
from kdnx.ids import new_id
from kdnx.jobs.actions import SCAN, enqueue
from kdnx.notices.actions import notify
from kdnx.text import _
from kdnx.viewer import Permission, Viewer, require

AUDIENCE = {Visibility.PUBLIC.value: "public", Visibility.PARTIES.value: "parties"}


@dataclass(frozen=True)
class Place:
    """The object a document belongs to, and the members that are party to it."""

    object_kind: str
    object_id: UUID
    party_ids: Sequence[UUID] = field(default_factory=tuple)


@dataclass(frozen=True)
class Upload:
    """A file as it came: name, bytes, and the checksum the sender computed ('' for none)."""

    file_name: str
    body: bytes
    sha256: str = ""


async def add_document(
    conn: Conn, viewer: Viewer, place: Place, upload: Upload, *, title: str = "",
    visibility: Visibility = Visibility.OFFICE, kind: Kind = Kind.OTHER, scanned: bool = False,
    limit_mb: int = 25,
) -> Document:  # fmt: skip
    """Attach a file to an object of the viewer's member; its first version.

    `scanned`: a scanner is set, so the file stays in quarantine until it spoke. Invalid for a wrong
    checksum, size or format.
    """
    require(viewer, Permission.DOCUMENT_WRITE)
    document_id = new_id()
    name = safe_name(upload.file_name)
    document = Document(
        id=document_id, owner_id=viewer.owner_id, series_id=document_id, version=1,
        object_kind=place.object_kind, object_id=place.object_id, title=title.strip() or name,
        file_name=name, media_type=_checked(upload, limit_mb), size=len(upload.body),
        sha256=sha256(upload.body).digest(), visibility=visibility.value,
        scan_state=(ScanState.PENDING if scanned else ScanState.NOT_SCANNED).value,
        created_at=conn.now, party_ids=tuple(place.party_ids), uploaded_by=viewer.principal,
        kind=kind.value,
    )  # fmt: skip
    return await _keep(conn, viewer, document, upload.body, "document.add")


async def add_version(
    conn: Conn, viewer: Viewer, document_id: UUID, upload: Upload, *, scanned: bool = False,
    limit_mb: int = 25,
) -> Document:  # fmt: skip
    """A new version of a document of the viewer's member; the earlier ones stay."""
    require(viewer, Permission.DOCUMENT_WRITE)
    seen = await store.get_document(conn, document_id)
    if not viewer.acts_for(seen.owner_id):
        raise _not_owner()
    latest = await store.lock_series(conn, seen.series_id)
    if latest is None:
        raise NotFound(_("Dieses Dokument gibt es nicht, oder es ist für Sie nicht sichtbar."))
    content = sha256(upload.body).digest()
    if content == latest.sha256:
        raise Refused(
            _("Diese Datei ist dieselbe wie die letzte Fassung."),
            code="same_content",
            remedy=_("Wählen Sie die geänderte Datei aus."),
        )
    document = Document(
        id=new_id(), owner_id=latest.owner_id, series_id=latest.series_id, version=latest.version + 1,
        object_kind=latest.object_kind, object_id=latest.object_id, title=latest.title,
        file_name=safe_name(upload.file_name), media_type=_checked(upload, limit_mb),
        size=len(upload.body), sha256=content, visibility=latest.visibility,
        scan_state=(ScanState.PENDING if scanned else ScanState.NOT_SCANNED).value,
        created_at=conn.now, party_ids=latest.party_ids, uploaded_by=viewer.principal,
        kind=latest.kind,
    )  # fmt: skip
    return await _keep(conn, viewer, document, upload.body, "document.version")


async def withdraw_document(
    conn: Conn, viewer: Viewer, document_id: UUID, *, row_version: int, reason: str
) -> Document:
    """Take a version out of the lists; its bytes stay for the files of the administration."""
    require(viewer, Permission.DOCUMENT_WRITE)
    document = await store.get_document(conn, document_id)
    if not viewer.acts_for(document.owner_id):
        raise _not_owner()
    if not await store.withdraw(conn, document_id, row_version, viewer.principal):
        raise Conflict(_("Das Dokument wurde inzwischen geändert oder schon zurückgezogen."))
    record(
        conn, viewer, "document.withdraw", object_kind="document", object_id=document.id,
        owner_id=document.owner_id, reason=reason, row_version=row_version + 1, gone=True,
        audience=AUDIENCE.get(document.visibility, "owner"), party_ids=document.party_ids,
    )  # fmt: skip
    return document


async def readdress_documents(
    conn: Conn, viewer: Viewer, place: Place, *, is_public: bool, unseal: bool = False
) -> None:
    """The object is for other members from now on: so are its documents, except those of one house alone.

    Sealed ones stay so unless the act is the opening of the seal (`unseal`).
    Reaches documents of members that the viewer acts for; the object's own action has checked its right.
    """
    visibility = (Visibility.PUBLIC if is_public else Visibility.PARTIES).value
    parties = () if is_public else place.party_ids
    changed = await store.readdress(
        conn, place.object_kind, place.object_id, visibility, parties, unseal=unseal
    )
    for document_id, owner_id, row_version in changed:
        record(
            conn, viewer, "document.readdress", object_kind="document", object_id=document_id,
            owner_id=owner_id, row_version=row_version, audience=AUDIENCE[visibility], party_ids=parties,
        )  # fmt: skip


async def record_scan(conn: Conn, viewer: Viewer, document: Document, *, clean: bool) -> None:
    """What the scanner said; whoever uploaded an infected file is told."""
    state = ScanState.CLEAN if clean else ScanState.INFECTED
    if not await store.mark_scanned(conn, document.sha256, state.value):
        return
    record(
        conn, viewer, f"document.scan_{state.value}", object_kind="document", object_id=document.id,
        owner_id=document.owner_id, row_version=document.row_version + 1,
    )  # fmt: skip
    if not clean and document.uploaded_by:
        await notify(
            conn, viewer, kind="document.infected", owner_id=document.owner_id,
            person_ids=[document.uploaded_by], object_kind="document", object_id=document.id,
            url=f"/documents/{document.id}",
            title=_("Gesperrt, weil Schadsoftware gefunden wurde: {name}").format(name=document.file_name),
        )  # fmt: skip


async def _keep(
    conn: Conn, viewer: Viewer, document: Document, body: bytes, action: str
) -> Document:
    await store.insert_document(conn, document, body)
    if document.scan_state == ScanState.PENDING:
        await enqueue(conn, SCAN, [document.id])
    record(
        conn, viewer, action, object_kind="document", object_id=document.id,
        owner_id=document.owner_id, audience=AUDIENCE.get(document.visibility, "owner"),
        party_ids=document.party_ids,
        after={"sha256": document.sha256.hex(), "size": document.size, "version": document.version},
    )  # fmt: skip
    return document


def _checked(upload: Upload, limit_mb: int) -> str:
    """The media type; Invalid at the field `file` otherwise."""
    if not upload.body:
        raise _bad_file(_("Die Datei ist leer."))
    if len(upload.body) > limit_mb * 1024 * 1024:
        raise _bad_file(_("Die Datei ist größer als {mb} MB.").format(mb=limit_mb))
    if upload.sha256 and upload.sha256.lower() != sha256(upload.body).hexdigest():
        raise _bad_file(_("Die Prüfsumme passt nicht: die Datei kam nicht vollständig an."))
    try:
        return media_type_of(upload.body, safe_name(upload.file_name))
    except Unfit as error:
        raise _bad_file(_(str(error))) from None


def _bad_file(message: str) -> Invalid:
    return Invalid(
        message,
        errors=[FieldError("file", message)],
        remedy=_(
            "Möglich sind PDF, Bilder, Office-Dateien ohne Makros, Text, CSV, XML, JSON und ZIP."
        ),
    )


def _not_owner() -> Forbidden:
    return Forbidden(_("Dieses Dokument gehört einem anderen Mitglied; ändern kann es nur dieses."))
