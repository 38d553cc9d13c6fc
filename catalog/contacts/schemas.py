"""What comes in about contacts and free capacity."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from pydantic import Field, ValidationError

from catalog.contents.schemas import ContactsBody
from kdnx.web.api import Body
from kdnx.web.form import Form, field_errors


class ContactsForm(Body):
    """Contacts by role, and how much of the capacity is free (None = not told)."""

    contacts: ContactsBody = Field(default_factory=ContactsBody)
    capacity_free: Decimal | None = Field(
        None, ge=0, le=10**12, decimal_places=2, allow_inf_nan=False
    )


def read_contacts(fields: Mapping[str, Any]) -> Form[ContactsForm]:
    """Posted fields 'contacts.<role>.<field>' and 'capacity_free' (German notation)."""
    contacts: dict[str, dict[str, str]] = {}
    for name, value in fields.items():
        path = name.split(".")
        if len(path) == 3 and path[0] == "contacts" and value:
            contacts.setdefault(path[1], {})[path[2]] = str(value)
    free = str(fields.get("capacity_free", "")).strip().replace(".", "").replace(",", ".")
    try:
        value = ContactsForm.model_validate(
            {"contacts": contacts, "capacity_free": free or None}, strict=False
        )
    except ValidationError as error:
        return Form(raw=dict(fields), errors=field_errors(error))
    return Form(raw=dict(fields), value=value)
