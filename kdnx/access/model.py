"""Rules of granting: who may give which role to whom, and how dated rows read."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from kdnx.auth.model import ALLIANCE_ROLES
from kdnx.errors import Forbidden, Refused
from kdnx.text import _
from kdnx.viewer import Role, Scope, Viewer


@dataclass(frozen=True)
class RoleGrant:
    """A role of a person at a member; `valid_to` is the first day without it."""

    id: UUID
    person_id: UUID
    person_name: str
    member_id: UUID
    member_name: str
    role: Role
    valid_from: date
    valid_to: date | None = None
    limit_cents: int | None = None
    granted_by: UUID | None = None
    granted_by_name: str = ""
    row_version: int = 1

    def days_left(self, day: date) -> int | None:
        """Days the role still holds, that day included; None without an end or when it is not running."""
        if self.valid_to is None or self.state_on(day) != "running":
            return None
        return (self.valid_to - day).days

    def state_on(self, day: date) -> str:
        """'coming', 'running' or 'ended' on that day."""
        if self.valid_from > day:
            return "coming"
        return "running" if self.valid_to is None or self.valid_to > day else "ended"


@dataclass(frozen=True)
class Deputy:
    """Somebody stands in for somebody, for a term and some roles; `valid_to` is the first day without."""

    id: UUID
    person_id: UUID
    person_name: str
    deputy_id: UUID
    deputy_name: str
    member_id: UUID
    member_name: str
    roles: tuple[str, ...]
    valid_from: date
    valid_to: date
    ended_at: datetime | None = None


@dataclass(frozen=True)
class Person:
    """A person as an administrator sees it."""

    id: UUID
    display_name: str
    email: str
    seen_at: datetime | None = None
    role_count: int = 0


MAX_DEPUTY_DAYS = 366
MAX_AUDIT_DAYS = 366  # where no rule `audit_term` is approved
LABELS = {"coming": "beginnt noch", "running": "läuft", "ended": "beendet"}


def is_console(viewer: Viewer) -> bool:
    """The command line or the system: no person, sees everything."""
    return viewer.principal is None and viewer.scope in {Scope.OFFICE, Scope.SYSTEM}


def check_granting(viewer: Viewer, member_id: UUID, role: Role) -> None:
    """Raise Forbidden unless this viewer may give this role at this member."""
    if is_console(viewer):
        return
    if role in ALLIANCE_ROLES and viewer.scope != Scope.OFFICE:
        raise Forbidden(
            _("Diese Rolle sieht über alle Mitglieder und wird von der Drehscheibe vergeben."),
            rule=_(
                "Lenkungsausschuss und Revision vergibt die Systemadministration der Drehscheibe."
            ),
            remedy=_("Bitte dort um die Rolle bitten."),
        )
    abroad = not viewer.acts_for(member_id)
    if abroad and not (
        viewer.scope == Scope.OFFICE and role in ALLIANCE_ROLES | {Role.ADMINISTRATOR}
    ):
        raise Forbidden(
            _("Rollen eines anderen Mitglieds vergibt dessen eigene Systemadministration."),
            rule=_(
                "Die Drehscheibe vergibt dort nur die Systemadministration, den Lenkungsausschuss und die Revision."
            ),
        )


def check_term(role: Role, valid_from: date, valid_to: date | None) -> None:
    """Raise Refused for an impossible term; audit is time-boxed (model.md 4)."""
    if valid_to is not None and valid_to <= valid_from:
        raise Refused(
            _("Das Ende liegt vor dem Beginn."), remedy=_("Bitte ein späteres Ende wählen.")
        )
    if role == Role.AUDITOR and valid_to is None:
        raise Refused(
            _("Die Revision braucht ein Ende."),
            rule=_("Prüfrechte über alle Mitglieder werden nur befristet vergeben."),
            remedy=_("Bitte den letzten Tag der Prüfung angeben."),
        )


def check_audit_term(valid_from: date, valid_to: date, max_days: int) -> None:
    """Raise Refused for a right to audit that lasts longer than the rule `audit_term` admits (days)."""
    if (valid_to - valid_from).days > max_days:
        raise Refused(
            _("So lange lässt sich die Revision nicht vergeben."),
            rule=_("Prüfrechte gelten höchstens {days} Tage am Stück (Regel „Dauer von Prüfrechten“).").format(
                days=max_days
            ),
            remedy=_("Bitte einen früheren letzten Tag wählen; danach lässt sich das Recht neu vergeben."),
            code="audit_term",
        )  # fmt: skip


def check_deputy(viewer: Viewer, deputy_id: UUID, roles: Sequence[Role]) -> UUID:
    """The person who names a deputy; Refused for what the viewer may not pass on."""
    if viewer.person_id is None or viewer.on_behalf_of is not None:
        raise Refused(
            _("Eine Vertretung gibt niemand weiter."),
            rule=_("Vertretungen bestimmt nur, wer die Rolle selbst hat."),
        )
    if deputy_id == viewer.person_id:
        raise Refused(_("Niemand vertritt sich selbst."))
    if not roles or not set(roles) <= viewer.roles:
        raise Refused(_("Vertreten lassen sich nur Rollen, die Sie im gewählten Mandat haben."))
    if set(roles) & ALLIANCE_ROLES:
        raise Refused(
            _("Lenkungsausschuss und Revision geben ihre Rolle nicht selbst weiter."),
            rule=_("Rollen über alle Mitglieder vergibt die Systemadministration der Drehscheibe."),
            remedy=_("Bitte dort eine befristete Rolle für die Vertretung beantragen."),
        )
    return viewer.person_id


def check_deputy_term(today: date, valid_from: date, valid_to: date) -> None:
    """Refused unless it begins today or later and lasts a year at most."""
    if not today <= valid_from < valid_to or (valid_to - valid_from).days > MAX_DEPUTY_DAYS:
        raise Refused(
            _("Der Zeitraum ist nicht möglich."),
            rule=_("Eine Vertretung beginnt frühestens heute und dauert höchstens ein Jahr."),
        )
