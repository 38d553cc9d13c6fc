"""Who looks: roles, permissions and the viewer that every read and action receives."""

from dataclasses import dataclass, field
from enum import StrEnum
from uuid import UUID

from kdnx.errors import Forbidden
from kdnx.text import _


class Scope(StrEnum):
    """How far a viewer sees (model.md 4); the same word stands in `kdnx.scope` of the transaction."""

    MEMBER = "member"
    OFFICE = "office"
    AUDIT = "audit"
    COMMITTEE = "committee"
    SYSTEM = "system"
    NOBODY = ""


class Role(StrEnum):
    """Roles a person holds for a member, from a day to a day (domain.md 7)."""

    OFFERING_EDITOR = "offering_editor"
    OFFERING_APPROVER = "offering_approver"
    DEMAND_EDITOR = "demand_editor"
    DEMAND_APPROVER = "demand_approver"
    PROCUREMENT_OFFICER = "procurement_officer"
    PROCUREMENT_APPROVER = "procurement_approver"
    EVALUATOR = "evaluator"
    LEGAL_OFFICER = "legal_officer"
    TAX_OFFICER = "tax_officer"
    BOOKING_CLERK = "booking_clerk"
    BOOKING_APPROVER = "booking_approver"
    CALL_OFF_BUYER = "call_off_buyer"
    CONTRACT_MANAGER = "contract_manager"
    WORKING_GROUP_LEAD = "working_group_lead"
    COMMITTEE = "committee"
    AUDITOR = "auditor"
    ADMINISTRATOR = "administrator"


ROLE_LABELS: dict[Role, str] = {
    Role.OFFERING_EDITOR: "Leistungsverantwortliche",
    Role.OFFERING_APPROVER: "Leistungsfreigabe",
    Role.DEMAND_EDITOR: "Einkaufsanforderung",
    Role.DEMAND_APPROVER: "Bedarfsfreigabe",
    Role.PROCUREMENT_OFFICER: "Vergabestelle – Bearbeitung",
    Role.PROCUREMENT_APPROVER: "Vergabestelle – Freigabe",
    Role.EVALUATOR: "Bewertung",
    Role.LEGAL_OFFICER: "Fachjurist/in",
    Role.TAX_OFFICER: "Steuerreferat",
    Role.BOOKING_CLERK: "Buchung",
    Role.BOOKING_APPROVER: "Freigabe Buchung",
    Role.CALL_OFF_BUYER: "Abruf",
    Role.CONTRACT_MANAGER: "Vertragsmanagement",
    Role.WORKING_GROUP_LEAD: "Arbeitskreis-Leitung",
    Role.COMMITTEE: "Lenkungsausschuss",
    Role.AUDITOR: "Revision",
    Role.ADMINISTRATOR: "Systemadministration",
}


class Permission(StrEnum):
    """What a route asks for; PUBLIC needs nobody, SIGNED_IN anybody."""

    PUBLIC = "public"
    SIGNED_IN = "signed_in"
    CATALOG_READ = "catalog.read"
    OFFERING_EDIT = "offering.edit"
    OFFERING_PUBLISH = "offering.publish"
    STANDARD_EDIT = "standard.edit"
    STANDARD_ADOPT = "standard.adopt"
    DEMAND_READ = "demand.read"
    DEMAND_ANSWER = "demand.answer"
    DEMAND_RELEASE = "demand.release"
    DEMAND_CALL = "demand.call"
    TENDER_READ = "tender.read"
    TENDER_EDIT = "tender.edit"
    TENDER_RELEASE = "tender.release"
    ORDER_READ = "order.read"
    ORDER_EDIT = "order.edit"
    ORDER_APPROVE = "order.approve"
    ORDER_REVIEW_LEGAL = "order.review_legal"
    ORDER_REVIEW_TAX = "order.review_tax"
    BOOKING_READ = "booking.read"
    BOOKING_PROPOSE = "booking.propose"
    BOOKING_CONFIRM = "booking.confirm"
    INVOICE_ISSUE = "invoice.issue"
    LEDGER_READ = "ledger.read"
    PERIOD_CLOSE = "period.close"
    REPORT_READ = "report.read"
    MEMBER_READ = "member.read"
    MEMBER_EDIT = "member.edit"
    MEMBER_SUCCEED = "member.succeed"
    ROLE_GRANT = "role.grant"
    RULE_READ = "rule.read"
    RULE_ENTER = "rule.enter"
    RULE_APPROVE = "rule.approve"
    AUDIT_READ = "audit.read"
    SAMPLE_DRAW = "sample.draw"
    IMPORT_RUN = "import.run"
    DOCUMENT_WRITE = "document.write"
    CLIENT_MANAGE = "client.manage"
    FEED_READ = "feed.read"


P = Permission
# what everybody with any role at a member may read
READERS = frozenset({P.SIGNED_IN, P.CATALOG_READ, P.DEMAND_READ, P.TENDER_READ, P.ORDER_READ, P.BOOKING_READ,
                     P.LEDGER_READ, P.REPORT_READ, P.MEMBER_READ, P.RULE_READ, P.FEED_READ})  # fmt: skip
ROLE_PERMISSIONS: dict[Role, frozenset[Permission]] = {
    Role.OFFERING_EDITOR: READERS
    | {P.OFFERING_EDIT, P.ORDER_EDIT, P.DEMAND_ANSWER, P.IMPORT_RUN, P.DOCUMENT_WRITE},
    Role.OFFERING_APPROVER: READERS | {P.OFFERING_PUBLISH, P.ORDER_APPROVE},
    Role.DEMAND_EDITOR: READERS | {P.DEMAND_ANSWER, P.ORDER_EDIT, P.IMPORT_RUN, P.DOCUMENT_WRITE},
    Role.DEMAND_APPROVER: READERS | {P.DEMAND_RELEASE, P.ORDER_APPROVE},
    Role.PROCUREMENT_OFFICER: READERS
    | {P.DEMAND_CALL, P.TENDER_EDIT, P.IMPORT_RUN, P.DOCUMENT_WRITE},
    Role.PROCUREMENT_APPROVER: READERS | {P.TENDER_RELEASE, P.RULE_APPROVE},
    Role.EVALUATOR: READERS,
    Role.LEGAL_OFFICER: READERS | {P.ORDER_REVIEW_LEGAL, P.RULE_ENTER, P.DOCUMENT_WRITE},
    Role.TAX_OFFICER: READERS | {P.ORDER_REVIEW_TAX, P.RULE_ENTER, P.PERIOD_CLOSE},
    Role.BOOKING_CLERK: READERS | {P.BOOKING_PROPOSE, P.IMPORT_RUN},
    Role.BOOKING_APPROVER: READERS | {P.BOOKING_CONFIRM, P.INVOICE_ISSUE, P.PERIOD_CLOSE},
    Role.CALL_OFF_BUYER: READERS,
    Role.CONTRACT_MANAGER: READERS
    | {P.ORDER_EDIT, P.DOCUMENT_WRITE, P.STANDARD_ADOPT, P.INVOICE_ISSUE, P.PERIOD_CLOSE},
    Role.WORKING_GROUP_LEAD: READERS | {P.STANDARD_EDIT, P.STANDARD_ADOPT},
    Role.COMMITTEE: frozenset(
        {P.SIGNED_IN, P.CATALOG_READ, P.REPORT_READ, P.MEMBER_READ, P.RULE_READ}
    ),
    Role.AUDITOR: READERS | {P.AUDIT_READ, P.SAMPLE_DRAW},
    Role.ADMINISTRATOR: frozenset(
        {
            P.SIGNED_IN,
            P.MEMBER_READ,
            P.MEMBER_EDIT,
            P.MEMBER_SUCCEED,
            P.ROLE_GRANT,
            P.CLIENT_MANAGE,
            P.RULE_READ,
            P.RULE_ENTER,
            P.CATALOG_READ,
        }
    ),
}


# who reviews, manages or audits contracts
EVIDENCE_ROLES = frozenset(
    {Role.LEGAL_OFFICER, Role.TAX_OFFICER, Role.CONTRACT_MANAGER, Role.AUDITOR}
)


@dataclass(frozen=True)
class Viewer:
    """The person or machine that acts, and for whom.

    `member_id` is the member of the chosen mandate; `members` holds it and everything it legally
    succeeded (empty for committee). `permissions` come from the roles of the mandate or the scopes
    of the machine client. `name` is shown in the header only and never stored in ledger tables.
    """

    person_id: UUID | None = None
    name: str = ""
    member_id: UUID | None = None
    member_name: str = ""
    members: tuple[UUID, ...] = ()
    scope: Scope = Scope.NOBODY
    roles: frozenset[Role] = frozenset()
    permissions: frozenset[Permission] = field(default_factory=frozenset)
    client_id: UUID | None = None
    session_id: bytes | None = None
    csrf_token: str = ""
    theme: str = ""
    on_behalf_of: UUID | None = None

    @property
    def is_known(self) -> bool:
        """Somebody is signed in (person or machine), or the system or the command line acts."""
        nobody = self.person_id is None and self.client_id is None
        return not nobody or self.scope in {Scope.SYSTEM, Scope.OFFICE}

    @property
    def reads_evidence(self) -> bool:
        """In the office: reads what houses file there as evidence of contracts; the command line has no roles."""
        return bool(self.roles & EVIDENCE_ROLES) or (
            self.principal is None and self.scope == Scope.OFFICE
        )

    @property
    def principal(self) -> UUID | None:
        """Who answers for a write: the person, else the machine client."""
        return self.person_id or self.client_id

    @property
    def owner_id(self) -> UUID:
        """The member acted for; raises Forbidden where there is none (committee, nobody)."""
        if self.member_id is None:
            raise Forbidden(_("Dieser Zugang handelt für kein Mitglied."))
        return self.member_id

    def may(self, permission: Permission) -> bool:
        """True when the viewer holds the permission."""
        return permission == Permission.PUBLIC or (self.is_known and permission in self.permissions)

    def acts_for(self, member_id: UUID | None) -> bool:
        """True when the viewer's mandate covers that member (its own or a predecessor)."""
        return member_id is not None and member_id in self.members


NOBODY = Viewer()


def require(viewer: Viewer, permission: Permission) -> None:
    """Raise Forbidden (naming the role that would be needed) unless the viewer holds the permission."""
    if not viewer.may(permission):
        raise missing_role(permission)


def roles_with(permission: Permission) -> list[str]:
    """What people call the roles that hold the permission."""
    return [ROLE_LABELS[r] for r, ps in ROLE_PERMISSIONS.items() if permission in ps]


def missing_role(permission: Permission) -> Forbidden:
    """The refusal that names who could do it."""
    holders = roles_with(permission)
    return Forbidden(
        _("Dafür fehlt die Berechtigung."),
        rule=_("Nötig ist eine dieser Rollen: ") + ", ".join(holders) if holders else None,
        remedy=_("Die Rolle vergibt die Systemadministration Ihres Hauses."),
    )
