"""What the pages about people and invitations take."""

from uuid import UUID

from pydantic import BaseModel, Field

from kdnx.viewer import Role


class InvitationForm(BaseModel):
    """Whom to invite, to what."""

    email: str = Field(
        min_length=6, max_length=254, pattern=r"^[^@\s<>\"]+@[^@\s<>\"]+\.[^@\s<>\"]+$"
    )
    display_name: str = Field("", max_length=200)
    member_id: UUID
    roles: list[Role] = Field(min_length=1, max_length=20)


class InvitationQuery(BaseModel):
    """The secret of the link."""

    token: str = Field("", max_length=100)
