"""Mandates: for whom a person may act today, and the viewer that follows from it."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from uuid import UUID

from kdnx.text import _
from kdnx.viewer import ROLE_PERMISSIONS, Permission, Role, Scope, Viewer

# these two roles see across members and therefore never mix with roles that act (domain.md 6)
OF_ITS_OWN = {Role.COMMITTEE: Scope.COMMITTEE, Role.AUDITOR: Scope.AUDIT}
# only the hub's administration may grant them
ALLIANCE_ROLES = frozenset(OF_ITS_OWN)
# the first mark that fits names it: Edge calls itself Chrome too, Chrome calls itself Safari
BROWSERS = (
    ("Edg", "Edge"),
    ("OPR", "Opera"),
    ("Firefox", "Firefox"),
    ("Chrom", "Chrome"),
    ("Safari", "Safari"),
)
SYSTEMS = (
    ("Android", "Android"), ("iPhone", "iPhone"), ("iPad", "iPad"), ("Windows", "Windows"),
    ("Mac OS", "macOS"), ("Linux", "Linux"),
)  # fmt: skip
# what a machine may ask for: nothing that needs a second person, nothing about people
CLIENT_SCOPES = (
    Permission.CATALOG_READ, Permission.OFFERING_EDIT, Permission.DEMAND_READ, Permission.DEMAND_ANSWER,
    Permission.TENDER_READ, Permission.ORDER_READ, Permission.ORDER_EDIT, Permission.BOOKING_READ,
    Permission.BOOKING_PROPOSE, Permission.LEDGER_READ, Permission.REPORT_READ, Permission.MEMBER_READ,
    Permission.RULE_READ, Permission.FEED_READ, Permission.IMPORT_RUN, Permission.DOCUMENT_WRITE,
)  # fmt: skip


@dataclass(frozen=True)
class Grant:
    """One role of a person at a member, own or taken over as deputy; `valid_to` is the first day without it."""

    member_id: UUID
    member_name: str
    role: Role
    valid_from: date
    valid_to: date | None = None
    limit_cents: int | None = None
    is_hub: bool = False
    on_behalf_of: UUID | None = None
    absent_name: str = ""


@dataclass(frozen=True)
class Mandate:
    """One way to act: a member, a kind (member, committee or audit), perhaps in place of somebody."""

    member_id: UUID
    member_name: str
    scope: Scope
    grants: tuple[Grant, ...]
    on_behalf_of: UUID | None = None
    absent_name: str = ""

    @property
    def roles(self) -> frozenset[Role]:
        """The roles of this mandate."""
        return frozenset(g.role for g in self.grants)

    @property
    def key(self) -> str:
        """How forms name it: member, kind and the absent person."""
        return mandate_key(self.member_id, self.scope, self.on_behalf_of)


@dataclass(frozen=True)
class SessionRow:
    """What the database says about a session: everything a viewer is made of."""

    id_hash: bytes
    person_id: UUID | None
    client_id: UUID | None
    member_id: UUID | None
    scope: str
    csrf_token: str
    seen_at: datetime
    name: str
    theme: str
    member_name: str
    is_hub: bool
    is_active: bool
    on_behalf_of: UUID | None = None
    members: Sequence[UUID] = ()
    roles: Sequence[str] = ()
    scopes: Sequence[str] = ()


@dataclass(frozen=True)
class Persona:
    """A person of the demonstration to click: name, member and the mandates it holds."""

    id: UUID
    display_name: str
    mandates: tuple[Mandate, ...] = field(default=())


@dataclass(frozen=True)
class OpenSession:
    """A session as its owner sees it in the list."""

    id: str
    user_agent: str
    member_name: str
    created_at: datetime
    seen_at: datetime
    expires_at: datetime
    is_this: bool = False

    @property
    def device(self) -> str:
        """Browser and system in words a person knows; 'unbekannt' for anything else."""
        browser = next((name for mark, name in BROWSERS if mark in self.user_agent), "")
        system = next((name for mark, name in SYSTEMS if mark in self.user_agent), "")
        if browser and system:
            return _("{browser} auf {system}").format(browser=browser, system=system)
        return browser or system or _("unbekanntes Gerät")


def kind_of(role: Role) -> Scope:
    """Committee and audit stand alone; every other role acts for the member."""
    return OF_ITS_OWN.get(role, Scope.MEMBER)


def scope_of(kind: str, *, is_hub: bool) -> Scope:
    """How far a mandate of this kind sees: the hub's own people are its office."""
    if kind in {Scope.COMMITTEE, Scope.AUDIT}:
        return Scope(kind)
    return Scope.OFFICE if is_hub else Scope.MEMBER


def mandate_key(member_id: UUID, scope: Scope, on_behalf_of: UUID | None) -> str:
    """A stable text for the choice of a mandate; office and member are the same choice."""
    kind = Scope.MEMBER if scope == Scope.OFFICE else scope
    return f"{member_id}.{kind.value}.{on_behalf_of or ''}"


def group_mandates(grants: Iterable[Grant]) -> list[Mandate]:
    """Grants by member, kind and absent person; own ones first, then by name."""
    grouped: dict[tuple[UUID, Scope, UUID | None], list[Grant]] = {}
    for grant in grants:
        grouped.setdefault((grant.member_id, kind_of(grant.role), grant.on_behalf_of), []).append(
            grant
        )
    mandates = [
        Mandate(
            member_id=key[0], member_name=found[0].member_name, scope=scope_of(key[1], is_hub=found[0].is_hub),
            grants=tuple(sorted(found, key=lambda g: g.role.value)),
            on_behalf_of=key[2], absent_name=found[0].absent_name,
        )
        for key, found in grouped.items()
    ]  # fmt: skip
    return sorted(
        mandates, key=lambda m: (m.on_behalf_of is not None, m.member_name, m.scope.value)
    )


def build_viewer(row: SessionRow) -> Viewer:
    """The viewer of a session: a mandate that has ended leaves a person who may do nothing but sign in."""
    viewer = Viewer(
        person_id=row.person_id, client_id=row.client_id, name=row.name, session_id=row.id_hash,
        csrf_token=row.csrf_token, theme=row.theme, permissions=frozenset({Permission.SIGNED_IN}),
    )  # fmt: skip
    if row.member_id is None or not row.is_active:
        return viewer
    if row.client_id is not None:
        permissions = frozenset(Permission(s) for s in row.scopes if s in set(CLIENT_SCOPES))
        scope = scope_of(Scope.MEMBER, is_hub=row.is_hub)
        return _acting(viewer, row, scope, frozenset(), permissions | {Permission.SIGNED_IN})
    kind = Scope.MEMBER if row.scope == Scope.OFFICE else Scope(row.scope)
    roles = frozenset(r for r in map(Role, row.roles) if kind_of(r) == kind)
    if not roles:
        return viewer
    permissions = frozenset(p for r in roles for p in ROLE_PERMISSIONS[r])
    return _acting(viewer, row, scope_of(kind, is_hub=row.is_hub), roles, permissions)


def _acting(
    viewer: Viewer,
    row: SessionRow,
    scope: Scope,
    roles: frozenset[Role],
    permissions: frozenset[Permission],
) -> Viewer:
    members = () if scope == Scope.COMMITTEE else tuple(row.members)
    return replace(
        viewer, member_id=row.member_id, member_name=row.member_name, members=members, scope=scope,
        roles=roles, permissions=permissions, on_behalf_of=row.on_behalf_of,
    )  # fmt: skip
