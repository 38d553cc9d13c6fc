"""What people do with the register: keep their data, name the hub, begin the alliance."""

from datetime import date
from uuid import UUID

from kdnx.audit.actions import record
from kdnx.db.conn import Conn
from kdnx.errors import FieldError, Forbidden, Invalid, Refused, Stale
from kdnx.members import store
from kdnx.members.model import Member, check_identifiers
from kdnx.members.schemas import HubForm, MemberForm
from kdnx.text import _
from kdnx.viewer import Permission, Scope, Viewer, require

INSERT_ORDER = (
    "name", "short_name", "seat", "inhabitants", "inhabitants_as_of", "focus", "vat_id", "iban", "lei",
    "website", "street", "postal_code", "email", "tax_case",
)  # fmt: skip


async def edit_member(conn: Conn, viewer: Viewer, member_id: UUID, form: MemberForm) -> Member:
    """Write the master data of the own member (the office: of any); Stale when somebody was faster."""
    require(viewer, Permission.MEMBER_EDIT)
    member = await store.get_member(conn, member_id)
    if not (viewer.acts_for(member_id) or viewer.scope == Scope.OFFICE):
        raise Forbidden(
            _("Stammdaten ändert nur das Mitglied selbst oder die Geschäftsstelle."),
            remedy=_("Bitte eine Person des Mitglieds ansprechen."),
        )
    if faults := check_identifiers({"vat_id": form.vat_id, "iban": form.iban, "lei": form.lei}):
        raise Invalid(
            _("Bitte die Kennungen prüfen."), errors=[FieldError(f, _(m)) for f, m in faults]
        )
    if not await store.update_member(
        conn, member_id, form.row_version, [getattr(form, n) for n in INSERT_ORDER]
    ):
        raise Stale(
            _("Jemand hat die Stammdaten inzwischen geändert."),
            remedy=_(
                "Bitte die Seite neu laden, die Änderung des anderen ansehen und Ihre wiederholen."
            ),
        )
    record(
        conn, viewer, "member.edit", object_kind="member", object_id=member_id, owner_id=member_id,
        row_version=form.row_version + 1, audience="public",
        before={n: getattr(member, n) for n in INSERT_ORDER}, after={n: getattr(form, n) for n in INSERT_ORDER},
    )  # fmt: skip
    return await store.get_member(conn, member_id)


async def name_hub(conn: Conn, viewer: Viewer, form: HubForm) -> None:
    """Which member is the hub from a day on (D11); the past stays as it was."""
    require(viewer, Permission.MEMBER_SUCCEED)
    if viewer.scope != Scope.OFFICE:
        raise Forbidden(
            _("Die Drehscheibe legt nur die Geschäftsstelle der jetzigen Drehscheibe fest.")
        )
    if form.valid_from <= conn.today:
        raise Refused(
            _("Die Drehscheibe wechselt nur für die Zukunft."),
            rule=_("Vergangene und laufende Verträge behalten ihre Drehscheibe."),
            remedy=_("Einen Tag nach heute wählen."),
        )
    member = await store.get_member(conn, form.member_id)
    if not member.legal_personality:
        raise Refused(
            _("{name} kann nicht Vertragspartei sein.").format(name=member.name),
            rule=_(
                "Ein Amt oder Eigenbetrieb hat keine eigene Rechtspersönlichkeit; Vertragspartei ist die Stadt."
            ),
        )
    await store.set_hub(conn, form.member_id, form.valid_from)
    record(
        conn, viewer, "hub.name", object_kind="member", object_id=form.member_id, owner_id=viewer.owner_id,
        audience="public", after={"valid_from": form.valid_from},
    )  # fmt: skip


async def found_alliance(conn: Conn, *, name: str, short_name: str, is_demo: bool) -> None:
    """The alliance itself, once; Refused when there is one."""
    if await store.read_alliance(conn):
        raise Refused(
            _("Diese Datenbank ist schon eingerichtet."),
            remedy=_("Für einen neuen Anfang eine leere Datenbank verwenden."),
        )
    await store.insert_alliance(conn, name, short_name, is_demo)


async def found_hub(conn: Conn, member_id: UUID, valid_from: date) -> None:
    """The first hub of a new alliance."""
    await store.set_hub(conn, member_id, valid_from)
