"""What the pages of sign-in and account take."""

from typing import Literal
from uuid import UUID

from pydantic import BaseModel, Field

SAFE_START = "/"


def safe_target(target: str) -> str:
    """A path of this application, else '/': no other host, no other scheme, no control characters."""
    is_path = target.startswith("/") and not target.startswith(("//", "/\\", "/login", "/logout"))
    is_plain = all(c.isprintable() and c != "\\" for c in target)
    return target if is_path and is_plain else SAFE_START


class LoginQuery(BaseModel):
    """Where to go after sign-in, what to look for among the personas."""

    next: str = Field("/", max_length=2000)


class PersonaForm(BaseModel):
    """A persona and its mandate."""

    person_id: UUID
    mandate: str = Field("", max_length=120)
    next: str = Field("/", max_length=2000)


class MandateForm(BaseModel):
    """The mandate to act under from now on."""

    mandate: str = Field(min_length=1, max_length=120)


class LooksForm(BaseModel):
    """Theme ('' follows the device) and language."""

    theme: Literal["", "light", "dark"] = ""
    language: Literal["de"] = "de"


class SessionForm(BaseModel):
    """One own session, or 'others' for all but this one."""

    session: str = Field(pattern=r"^([0-9a-f]{64}|others)$")
