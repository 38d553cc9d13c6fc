"""Proofs as JSON."""

from uuid import UUID

from catalog.certificates import actions, store
from catalog.certificates.schemas import CertificateBody, CertificateList, CertificateOut, to_out
from catalog.offerings import store as offerings
from kdnx.viewer import Permission
from kdnx.web.api import Api, expected_version
from kdnx.web.routing import Call

api = Api("certificates")


@api.get("/api/v1/offerings/{id}/certificates", permission=Permission.CATALOG_READ)
async def list_certificates_json(call: Call, *, id: UUID) -> CertificateList:
    """The proofs of an offering with how they stand today."""
    head = await offerings.get_offering(call.conn, call.viewer, id)
    found = await store.list_certificates(call.conn, head.id)
    return CertificateList(items=[to_out(c, call.conn.today) for c in found])


@api.post("/api/v1/offerings/{id}/certificates", permission=Permission.OFFERING_EDIT, status=201)
async def add_certificate_json(call: Call, *, id: UUID, body: CertificateBody) -> CertificateOut:
    """One more proof of an own offering."""
    return to_out(await actions.add_certificate(call.conn, call.viewer, id, body), call.conn.today)


@api.put(
    "/api/v1/offerings/{id}/certificates/{certificate_id}",
    permission=Permission.OFFERING_EDIT,
    needs_match=True,
)
async def save_certificate_json(
    call: Call, *, id: UUID, certificate_id: UUID, body: CertificateBody
) -> CertificateOut:
    """Correct or renew a proof."""
    version = expected_version(call.request)
    done = await actions.save_certificate(call.conn, call.viewer, id, certificate_id, version, body)
    return to_out(done, call.conn.today)
