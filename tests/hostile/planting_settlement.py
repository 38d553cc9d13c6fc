"""A settlement between the two houses with a payment that came back and Sued's own books, for strangers to look for."""

from uuid import UUID

from exchange.journals.actions import save_account
from exchange.journals.model import Account
from exchange.matching.actions import match_items
from exchange.matching.model import Item
from exchange.netting.actions import approve_run, freeze_run, prepare_run, save_terms, settle_run
from exchange.netting.model import Mode
from exchange.netting.store import list_payments
from exchange.returns.actions import return_payment
from kdnx.db.conn import Conn
from kdnx.viewer import Scope, Viewer
from tests.cast import Cast
from tests.exchange.invoices.build import IBAN

SYSTEM = Viewer(scope=Scope.SYSTEM)


async def plant_settlement(conn: Conn, cast: Cast, mark: str) -> tuple[UUID, ...]:
    """Sued pays Nord gross, with a reason nobody else may read."""
    await conn.act_as(SYSTEM)
    await conn.execute("UPDATE kdnx.member SET iban = $2 WHERE id = $1", cast.sued.id, IBAN)
    await conn.act_as(cast.nord.viewer)
    await save_account(conn, cast.nord.viewer, Account("sold_S", mark, "1400"))
    await conn.act_as(cast.office)
    await save_terms(
        conn, cast.office, cast.sued.id, offsets=False, reason=f"Bruttoprinzip {mark}", expected=0
    )
    run = await prepare_run(conn, cast.office, Mode.MULTILATERAL)
    frozen = await freeze_run(conn, cast.office, run.id)
    await conn.act_as(cast.sued.viewer)
    own = [Item(f"Beleg {mark}", 1, conn.today)]
    await match_items(
        conn, cast.sued.viewer, run.id, cast.sued.id, own, f"{mark}.csv", mark.encode()
    )
    second = cast.hub.second
    await conn.act_as(second)
    await approve_run(conn, second, frozen.id)
    await settle_run(conn, second, frozen.id, bank_day=conn.today)
    for paid in await list_payments(conn, run):
        await return_payment(
            conn, second, run.id, paid.n, returned_on=conn.today, reason=f"Rückgabe {mark}"
        )
    return (run.id,)
