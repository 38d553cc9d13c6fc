"""The ledger for people: transfers with running sums, the open view of a pair, the proof."""

from dataclasses import dataclass
from urllib.parse import urlencode
from uuid import UUID

from starlette.responses import Response

from exchange.ledger import store
from exchange.ledger.actions import verify_ledger
from exchange.ledger.model import (
    ACCOUNT_LABELS,
    BREAK_LABELS,
    TRANSFER_LABELS,
    AccountKind,
    TransferKind,
)
from exchange.ledger.reading import cursor_after, own_or_all, read_piece, sees_chain
from exchange.ledger.schemas import TransferPageQuery
from exchange.ledger.store import TransferFilter, TransferLine
from kdnx.db.conn import Conn
from kdnx.members.store import list_members
from kdnx.viewer import Permission
from kdnx.web.routing import Call, get


@dataclass(frozen=True)
class ShownLine:
    """A transfer as the table shows it; `running_cents` is the volume up to and with this row."""

    line: TransferLine
    seq: int | None
    debit: str
    credit: str
    kind: str
    signed_cents: int
    running_cents: int


@dataclass(frozen=True)
class PairRow:
    """What one member did for another, in cents."""

    provider: str
    recipient: str
    supply_cents: int
    surcharge_cents: int


def _account(kind: str, member: str | None) -> str:
    return f"{ACCOUNT_LABELS[AccountKind(kind)]} {member or ''}".strip()


async def list_transfers(call: Call) -> Response:
    """All rows the viewer may see, newest first."""
    query = call.query(TransferPageQuery)
    secret = call.house.settings.secret()
    wanted = TransferFilter(
        query.provider,
        query.recipient,
        query.year,
        query.kind,
        query.booking,
        await cursor_after(call.conn, secret, query.cursor),
    )
    piece = await read_piece(call.conn, call.viewer, wanted, limit=query.size, secret=secret)
    sums = await store.sum_transfers(call.conn, own_or_all(call.viewer), wanted)
    running, shown = sums["supply_cents"], []
    for line in piece.items:
        volume = line.sign * line.cents if line.kind == TransferKind.SUPPLY.value else 0
        shown.append(
            ShownLine(
                line, line.seq if sees_chain(call.viewer, line) else None, _account(line.debit_kind, line.debit_member),
                _account(line.credit_kind, line.credit_member), TRANSFER_LABELS[TransferKind(line.kind)],
                line.sign * line.cents, running,
            )
        )  # fmt: skip
        running -= volume
    names = {m.id: m.short_name for m in await list_members(call.conn)}
    return await call.page(
        "ledger/list.html",
        query=query,
        lines=shown,
        sums=sums,
        pair=await _pair(call.conn, query, names),
        members=[(str(i), n) for i, n in names.items()],
        kinds=[(k.value, label) for k, label in TRANSFER_LABELS.items()],
        years=[(y, str(y)) for y in range(call.conn.today.year + 1, 2019, -1)],
        next_href=_address(query, piece.next) if piece.next else "",
        first_href=_address(query, None) if query.cursor else "",
    )


def _address(query: TransferPageQuery, cursor: str | None) -> str:
    values = {k: v for k, v in query.model_dump(exclude={"cursor"}).items() if v is not None}
    return "/transfers?" + urlencode(values | ({"cursor": cursor} if cursor else {}))


async def _pair(conn: Conn, query: TransferPageQuery, names: dict[UUID, str]) -> list[PairRow]:
    if query.provider is None or query.recipient is None:
        return []
    sums: dict[tuple[UUID, UUID], dict[str, int]] = {}
    for r in await store.pair_sums(conn, query.provider, query.recipient, query.year):
        sums.setdefault((r["provider_id"], r["recipient_id"]), {})[r["kind"]] = r["cents"]
    return [
        PairRow(
            names.get(p, "–"),
            names.get(q, "–"),
            by_kind.get("supply", 0),
            by_kind.get("surcharge", 0),
        )
        for (p, q), by_kind in sums.items()
    ]


async def verify_transfers(call: Call) -> Response:
    """Recompute the chains: all of them for office and audit, one's own for a member."""
    owners = own_or_all(call.viewer)
    found = await verify_ledger(call.conn, owners)
    cut = await store.find_cut(call.conn, None)
    names = {m.id: m.short_name for m in await list_members(call.conn)}
    return await call.page(
        "ledger/verify.html", found=found, cut=cut, own=owners is not None, reasons=BREAK_LABELS,
        heads=await store.list_heads(call.conn, owners), names=names,
    )  # fmt: skip


async def list_accounts(call: Call) -> Response:
    """Balances folded from the transfers the viewer may see."""
    rows = await store.list_balances(call.conn, own_or_all(call.viewer))
    shown = [(_account(r["kind"], r["member_name"]), r["cents"]) for r in rows]
    return await call.page("ledger/accounts.html", rows=shown, total=sum(c for _name, c in shown))


DOORS = (
    get("/transfers", list_transfers, permission=Permission.LEDGER_READ),
    get("/transfers/verify", verify_transfers, permission=Permission.LEDGER_READ),
    get("/transfers/accounts", list_accounts, permission=Permission.LEDGER_READ),
)
