"""Documents for machines: list of an object, one version, its bytes, a new version."""

import base64
import binascii
from uuid import UUID

from starlette.responses import Response

from kdnx.documents import store
from kdnx.documents.actions import Upload, add_version
from kdnx.documents.pages import content_of
from kdnx.documents.schemas import (
    DocumentList,
    DocumentOut,
    DocumentQuery,
    VersionBody,
    document_out,
)
from kdnx.errors import FieldError, Invalid
from kdnx.text import _
from kdnx.viewer import Permission
from kdnx.web.api import Api
from kdnx.web.routing import Call

api = Api("documents")


@api.get("/api/v1/documents", permission=Permission.SIGNED_IN)
async def list_documents_json(call: Call, *, query: DocumentQuery) -> DocumentList:
    """The latest versions of the documents of an object that the caller may read."""
    found = await store.list_of_object(call.conn, query.object_kind, query.object_id)
    return DocumentList(items=[document_out(d) for d in found])


@api.get("/api/v1/documents/{id}", permission=Permission.SIGNED_IN)
async def get_document_json(call: Call, *, id: UUID) -> DocumentOut:
    """One version of a document."""
    return document_out(await store.get_document(call.conn, id))


@api.get("/api/v1/documents/{id}/content", permission=Permission.SIGNED_IN)
async def get_document_content(call: Call, *, id: UUID) -> Response:
    """The bytes of one version."""
    return await content_of(call, await store.get_document(call.conn, id))


@api.post("/api/v1/documents/{id}/versions", permission=Permission.DOCUMENT_WRITE, status=201)
async def add_document_version_json(call: Call, *, id: UUID, body: VersionBody) -> DocumentOut:
    """A new version of a document of the caller's member."""
    try:
        content = base64.b64decode(body.content, validate=True)
    except (binascii.Error, ValueError):
        message = _("Der Inhalt ist kein gültiges Base64.")
        raise Invalid(message, errors=[FieldError("content", message)]) from None
    settings = call.house.settings
    added = await add_version(
        call.conn, call.viewer, id, Upload(body.file_name, content, body.sha256),
        scanned=bool(settings.scanner_address), limit_mb=settings.upload_limit_mb,
    )  # fmt: skip
    return document_out(added)
