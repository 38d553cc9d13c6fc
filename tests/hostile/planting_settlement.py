"""A frozen settlement run between the two houses, for strangers to look for."""

from uuid import UUID

from exchange.journals.actions import save_account
from exchange.journals.model import Account
from exchange.netting.actions import freeze_run, prepare_run, save_terms
from exchange.netting.model import Mode
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
    return ((await freeze_run(conn, cast.office, run.id)).id,)
