"""The exchange as a module: its features joined for the roof."""

from exchange import demo
from exchange.acceptance import part as acceptance
from exchange.acts import ACT_LABELS
from exchange.amendments import part as amendments
from exchange.annotations import part as annotations
from exchange.approvals import part as approvals
from exchange.balances import part as balances
from exchange.bookings import part as bookings
from exchange.clearing import part as clearing
from exchange.closing import part as closing
from exchange.continuation import part as continuation
from exchange.cooperations import part as cooperations
from exchange.digests import part as digests
from exchange.expected import part as expected
from exchange.indexing import part as indexing
from exchange.inhouse import part as inhouse
from exchange.invoices import part as invoices
from exchange.journals import part as journals
from exchange.ledger import part as ledger
from exchange.legacy import part as legacy
from exchange.matching import part as matching
from exchange.moves import part as moves
from exchange.netting import part as netting
from exchange.offers import part as offers
from exchange.orders import part as orders
from exchange.planning import part as planning
from exchange.positions import part as positions
from exchange.reminding import part as reminding
from exchange.reports import part as reports
from exchange.returns import part as returns
from exchange.running import part as running
from exchange.samples import part as samples
from exchange.schedules import part as schedules
from exchange.selfbilling import part as selfbilling
from exchange.senders import part as senders
from exchange.shares import part as shares
from exchange.signing import part as signing
from exchange.silence import part as silence
from exchange.taxwatch import part as taxwatch
from exchange.trail import part as trail
from exchange.unbilled import part as unbilled
from kdnx.module import Module

# moves last: its address names any step of an order
PARTS = (
    orders, acceptance, offers, running, inhouse, cooperations, clearing, reminding, approvals,
    continuation, legacy, ledger, bookings, annotations, signing, silence, schedules, expected, amendments, indexing,
    shares, reports, senders, unbilled, invoices, selfbilling, netting, returns, journals, matching, trail, samples,
    balances, positions, closing, digests, planning, taxwatch, moves,
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
    exports=tuple(c for p in PARTS for c in getattr(p, "EXPORTS", ())),
    demo_steps=(*demo.STEPS, *(d for p in PARTS for d in getattr(p, "DEMO_STEPS", ()))),
    action_labels=ACT_LABELS,
)
