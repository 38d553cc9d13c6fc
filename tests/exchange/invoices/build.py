"""Members that can be billed, and bookings confirmed with a tax code."""

import sys
from datetime import date
from functools import cache
from pathlib import Path
from subprocess import run
from uuid import UUID

import pytest

from exchange.senders.actions import save_profile
from exchange.signing.actions import confirm_booking
from kdnx.db.conn import Conn
from tests.cast import Actor, Cast
from tests.exchange.build import SYSTEM, a_booking, an_order

ROOT = Path(__file__).parents[3]
CHECKER = ROOT.parent / "shared" / "checks" / "xrechnung_check.py"
# check digits are right, the rest is invented
LEITWEG = ("04011000-1234512345-06", "05711-06001-79", "992-03005-81", "09672114-KG0001-55")
VAT, IBAN = "DE136695976", "DE89370400440532013000"
COMPLETE = """
UPDATE kdnx.member SET vat_id = $2, iban = $3, street = 'Musterweg 1', postal_code = '40213', email = 'post@example.org' WHERE id = $1
"""
DECIDE = """
INSERT INTO exchange.tax_decision (owner_id, order_id, leg, valid_from, version, tax_code, origin, decided_at)
VALUES ($1, $2, $3, '2020-01-01', 1, $4, 'legacy', $5)
"""


async def make_billable(conn: Conn, *actors: Actor) -> None:
    """Everything an XRechnung needs of these members."""
    for n, actor in enumerate(actors):
        await conn.act_as(SYSTEM)
        await conn.execute(COMPLETE, actor.id, VAT, IBAN)
        await conn.execute(
            "INSERT INTO kdnx.leitweg (member_id, leitweg_id, valid_from) VALUES ($1, $2, '2020-01-01')", actor.id, LEITWEG[n]
        )  # fmt: skip
        await conn.act_as(actor.viewer)
        await save_profile(
            conn, actor.viewer, contact="Abrechnung", phone="0211 4711-0", email="rechnung@example.org", expected=0
        )  # fmt: skip


async def a_taxed_order(
    conn: Conn, cast: Cast, one: Actor, other: Actor, codes: tuple[str, ...] = ("U19", "U19"), **over: object
) -> UUID:  # fmt: skip
    """An active order whose legs have these tax codes."""
    order = await an_order(conn, cast, one, other, **over)  # type: ignore[arg-type]  # fields of an_order
    for leg, code in enumerate(codes, start=1):
        await conn.execute(DECIDE, one.id, order, leg, code, conn.now)
    return order


async def a_confirmed(
    conn: Conn, one: Actor, other: Actor, order: UUID, cents: int = 1_000_00, month: int = 7
) -> UUID:
    """A confirmed booking of a month of 2026."""
    row = await a_booking(conn, one, order, cents, date(2026, month, 1), date(2026, month, 28))
    await conn.act_as(other.viewer)
    return (await confirm_booking(conn, other.viewer, row.id)).id


@cache
def checker_python() -> str:
    """Python of the checkers' environment; skips by name where the folder is missing."""
    if not CHECKER.exists():
        pytest.skip("../shared/checks is missing: XRechnung is not validated")
    sys.path.insert(0, str(ROOT))
    import run as runner  # the start program, only where the checkers are

    return str(runner.make_checkers())


def validate(folder: Path, *documents: bytes) -> None:
    """No error in any layer of the checker; fails with its words."""
    files = []
    for n, document in enumerate(documents):
        files.append(folder / f"{n}.xml")
        files[-1].write_bytes(document)
    done = run(
        [checker_python(), str(CHECKER), *map(str, files)],
        capture_output=True,
        text=True,
        check=False,
    )  # our own checker
    assert done.returncode == 0, done.stdout[-4000:] + done.stderr[-2000:]
