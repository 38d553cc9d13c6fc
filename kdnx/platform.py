"""The platform as a module: the features of the ground floor, joined like any other domain."""

from kdnx.access import part as access
from kdnx.audit.acts import ACT_LABELS
from kdnx.auth import part as auth
from kdnx.changes import api as changes
from kdnx.clients import part as clients
from kdnx.documents import part as documents
from kdnx.founding import part as founding
from kdnx.frames import pages as frames
from kdnx.frames import reading
from kdnx.imports import part as imports
from kdnx.invitations import part as invitations
from kdnx.jobs import part as jobs
from kdnx.members import part as members
from kdnx.module import Module, NavEntry
from kdnx.notices import part as notices
from kdnx.providers import part as providers
from kdnx.rules import part as rules
from kdnx.succession import part as succession
from kdnx.viewer import Permission

PARTS = (
    auth,
    access,
    invitations,
    providers,
    clients,
    founding,
    members,
    succession,
    rules,
    documents,
    notices,
    jobs,
    imports,
)
MODULE = Module(
    name="platform",
    title="Plattform",
    doors=(*frames.DOORS, *reading.DOORS, *(d for p in PARTS for d in p.DOORS)),
    apis=(changes.api, *(a for p in PARTS for a in p.APIS)),
    nav=(
        NavEntry("Start", "/", 0),
        NavEntry("Mitglieder", "/members", 60, Permission.MEMBER_READ),
        NavEntry("Verwaltung", "/admin", 90, Permission.ROLE_GRANT),
        NavEntry("Prüfspur", "/admin/audit", 91, Permission.AUDIT_READ),
    ),
    templates={
        "frames": "kdnx.frames",
        **{prefix: package for p in PARTS for prefix, package in p.TEMPLATES.items()},
    },
    tiles=tuple(t for p in PARTS for t in getattr(p, "TILES", ())),
    search=tuple(s for p in PARTS for s in getattr(p, "SEARCH", ())),
    checks=(*frames.CHECKS, *(c for p in PARTS for c in getattr(p, "CHECKS", ()))),
    due_jobs=tuple(j for p in PARTS for j in getattr(p, "DUE_JOBS", ())),
    file_kinds=tuple(k for p in PARTS for k in getattr(p, "FILE_KINDS", ())),
    successions=tuple(s for p in PARTS for s in getattr(p, "SUCCESSIONS", ())),
    commands=tuple(c for p in PARTS for c in getattr(p, "COMMANDS", ())),
    action_labels=ACT_LABELS,
)
