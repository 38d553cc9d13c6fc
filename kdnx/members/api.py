"""Members for machines."""

from uuid import UUID

from kdnx.members import store
from kdnx.members.schemas import MemberList, MemberOut, MemberQuery
from kdnx.viewer import Permission
from kdnx.web.api import Api
from kdnx.web.routing import Call

api = Api("members")


@api.get("/api/v1/members", permission=Permission.MEMBER_READ)
async def list_members_json(call: Call, *, query: MemberQuery) -> MemberList:
    """The register of members in German order."""
    members = [m for m in await store.list_members(call.conn) if query.state in {None, m.state}]
    return MemberList(items=[MemberOut.model_validate(m) for m in members[: query.limit]])


@api.get("/api/v1/members/{id}", permission=Permission.MEMBER_READ)
async def get_member_json(call: Call, *, id: UUID) -> MemberOut:
    """One member."""
    return MemberOut.model_validate(await store.get_member(call.conn, id))
