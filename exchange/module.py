"""The exchange as a module: its features joined for the roof."""

from exchange import demo
from exchange.acceptance import part as acceptance
from exchange.approvals import part as approvals
from exchange.bookings import part as bookings
from exchange.continuation import part as continuation
from exchange.inhouse import part as inhouse
from exchange.invoices import part as invoices
from exchange.ledger import part as ledger
from exchange.legacy import part as legacy
from exchange.moves import part as moves
from exchange.offers import part as offers
from exchange.orders import part as orders
from exchange.reports import part as reports
from exchange.running import part as running
from exchange.signing import part as signing
from exchange.silence import part as silence
from kdnx.module import Module

PARTS = (
    orders, acceptance, offers, running, inhouse, approvals, moves, continuation, legacy, ledger, bookings,
    signing, silence, reports, invoices,
)  # fmt: skip
MODULE = Module(
    name="exchange",
    title="Leistungsaustausch",
    doors=tuple(d for p in PARTS for d in getattr(p, "DOORS", ())),
    apis=tuple(a for p in PARTS for a in getattr(p, "APIS", ())),
    nav=tuple(n for p in PARTS for n in getattr(p, "NAV", ())),
    templates={
        prefix: package for p in PARTS for prefix, package in getattr(p, "TEMPLATES", {}).items()
    },
    slots=tuple(s for p in PARTS for s in getattr(p, "SLOTS", ())),
    search=tuple(s for p in PARTS for s in getattr(p, "SEARCH", ())),
    tiles=tuple(t for p in PARTS for t in getattr(p, "TILES", ())),
    checks=tuple(c for p in PARTS for c in getattr(p, "CHECKS", ())),
    due_jobs=tuple(j for p in PARTS for j in getattr(p, "DUE_JOBS", ())),
    successions=tuple(s for p in PARTS for s in getattr(p, "SUCCESSIONS", ())),
    file_kinds=tuple(k for p in PARTS for k in getattr(p, "FILE_KINDS", ())),
    commands=tuple(c for p in PARTS for c in getattr(p, "COMMANDS", ())),
    demo_steps=(*demo.STEPS, *(d for p in PARTS for d in getattr(p, "DEMO_STEPS", ()))),
)
