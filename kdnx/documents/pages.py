"""Documents for people: one document with its versions, download, upload, new version, withdrawal."""

from urllib.parse import quote

from starlette.responses import Response

from kdnx.documents import store
from kdnx.documents.actions import Upload, add_document, add_version, withdraw_document
from kdnx.documents.model import ACCEPT, Document, ScanState
from kdnx.documents.panel import read_place
from kdnx.documents.schemas import UploadForm, VersionForm, WithdrawForm
from kdnx.errors import FieldError, Invalid, KdnxError, NotFound, Refused
from kdnx.text import _
from kdnx.viewer import Permission
from kdnx.web.form import Form
from kdnx.web.routing import Call, get, post


async def show_document(call: Call) -> Response:
    """One document: what it is, who may read it, every version."""
    return await _show(call, await store.get_document(call.conn, call.path_id()))


async def _show(
    call: Call, document: Document, *, status: int = 200, errors: tuple[FieldError, ...] = ()
) -> Response:
    versions = await store.list_series(call.conn, document.series_id)
    owns = call.viewer.may(Permission.DOCUMENT_WRITE) and call.viewer.acts_for(document.owner_id)
    return await call.page(
        "documents/show.html", status=status, document=document, versions=versions,
        owns=owns and document.withdrawn_at is None, errors=errors, accept=ACCEPT,
        limit_mb=call.house.settings.upload_limit_mb,
    )  # fmt: skip


async def download_document(call: Call) -> Response:
    """The bytes, always as a download, never interpreted by the browser."""
    return await content_of(call, await store.get_document(call.conn, call.path_id()))


async def content_of(call: Call, document: Document) -> Response:
    """The answer with the bytes; Refused while in quarantine or withdrawn."""
    if document.scan_state == ScanState.PENDING:
        raise Refused(
            _("Die Datei wird noch auf Schadsoftware geprüft."), code="quarantined",
            remedy=_("Meist dauert das weniger als eine Minute; bitte erneut versuchen."),
        )  # fmt: skip
    if not document.is_open:
        raise Refused(
            _("Die Datei ist gesperrt oder zurückgezogen."), code="locked",
            remedy=_("Fragen Sie das Mitglied, dem das Dokument gehört."),
        )  # fmt: skip
    body = await store.read_bytes(call.conn, document.sha256)
    if body is None:
        raise NotFound(_("Dieses Dokument gibt es nicht, oder es ist für Sie nicht sichtbar."))
    return Response(
        body,
        media_type=document.media_type,
        headers={
            "Content-Disposition": f"attachment; filename*=UTF-8''{quote(document.file_name, safe='')}",
            "X-Content-Type-Options": "nosniff",
            "Content-Security-Policy": "default-src 'none'; sandbox",
            "Cache-Control": "private, no-store",
            "ETag": f'"{document.sha256.hex()}"',
        },
    )


async def upload_document(call: Call) -> Response:
    """A new document at the place that the form vouches for."""
    given = call.form(UploadForm).valid()
    vouched = read_place(call.house, call.viewer, given.place)
    if given.visibility.value not in vouched.visibilities:
        raise Invalid(_("Diese Sichtbarkeit ist hier nicht möglich."))
    if given.kind.value not in vouched.kinds:
        raise Invalid(_("Diese Art von Dokument wird hier nicht abgelegt."))
    settings = call.house.settings
    await add_document(
        call.conn, call.viewer, vouched.place, await _upload(call, given.sha256), title=given.title,
        visibility=given.visibility, kind=given.kind, scanned=bool(settings.scanner_address),
        limit_mb=settings.upload_limit_mb,
    )  # fmt: skip
    return call.redirect(vouched.url, _("Das Dokument ist abgelegt."))


async def upload_version(call: Call) -> Response:
    """A new version of a document."""
    document = await store.get_document(call.conn, call.path_id())
    form: Form[VersionForm] = call.form(VersionForm)
    settings = call.house.settings
    try:
        added = await add_version(
            call.conn, call.viewer, document.id, await _upload(call, form.valid().sha256),
            scanned=bool(settings.scanner_address), limit_mb=settings.upload_limit_mb,
        )  # fmt: skip
    except (Invalid, Refused) as error:
        return await _show(call, document, status=422, errors=_at_file(error))
    return call.redirect(f"/documents/{added.id}", _("Die neue Fassung ist abgelegt."))


def _at_file(error: KdnxError) -> tuple[FieldError, ...]:
    return tuple(error.errors) or (FieldError("file", error.detail),)


async def _upload(call: Call, sha256: str) -> Upload:
    file = call.upload("file")
    limit = call.house.settings.upload_limit_mb * 1024 * 1024
    return Upload(file.filename or "", await file.read(limit + 1), sha256)


async def withdraw(call: Call) -> Response:
    """Take a version out of the lists."""
    form = call.form(WithdrawForm)
    if form.value is None:
        document = await store.get_document(call.conn, call.path_id())
        return await _show(call, document, status=422, errors=tuple(form.errors))
    document = await withdraw_document(
        call.conn,
        call.viewer,
        call.path_id(),
        row_version=form.value.row_version,
        reason=form.value.reason,
    )
    return call.redirect(f"/documents/{document.id}", _("Das Dokument ist zurückgezogen."), "info")


DOORS = (
    get("/documents/{id}", show_document, permission=Permission.SIGNED_IN),
    get("/documents/{id}/content", download_document, permission=Permission.SIGNED_IN),
    post("/documents", upload_document, permission=Permission.DOCUMENT_WRITE),
    post("/documents/{id}/versions", upload_version, permission=Permission.DOCUMENT_WRITE),
    post("/documents/{id}/withdraw", withdraw, permission=Permission.DOCUMENT_WRITE),
)
