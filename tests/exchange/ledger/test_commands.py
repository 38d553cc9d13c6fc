"""`kdnx ledger replay` on the command line: the same head, or exit 1 and the row."""

import json

from click.testing import CliRunner

from exchange.ledger import store
from exchange.ledger.commands import FORMAT, ledger, to_json
from exchange.ledger.model import live_root
from exchange.signing.actions import confirm_booking
from tests.exchange.build import SYSTEM, a_booking, an_order


async def test_replay(conn, cast, tmp_path):
    order = await an_order(conn, cast, cast.nord, cast.sued)
    row = await a_booking(conn, cast.nord, order, 500_00)
    await conn.act_as(cast.sued.viewer)
    await confirm_booking(conn, cast.sued.viewer, row.id)
    await conn.act_as(SYSTEM)
    head = live_root(await store.list_heads(conn)).hex()
    lines = [json.dumps({"format": FORMAT, "head": head})]
    lines += [json.dumps(to_json(dict(r))) async for r in store.export_transfers(conn)]
    file = tmp_path / "buch.jsonl"
    file.write_text("\n".join(lines), encoding="utf-8")
    good = CliRunner().invoke(ledger, ["replay", str(file), "--json"])
    assert good.exit_code == 0
    assert json.loads(good.output) == {"ok": True, "transfers": 3, "head": head, "first_bad": None}
    file.write_text("\n".join(lines).replace('"cents": 50000', '"cents": 50001'), encoding="utf-8")
    bad = CliRunner().invoke(ledger, ["replay", str(file), "--json"])
    assert bad.exit_code == 1
    found = json.loads(bad.output)
    assert (found["ok"], found["first_bad"]["seq"], found["first_bad"]["what"]) == (
        False,
        1,
        "hash",
    )
    assert "FEHLER" in CliRunner().invoke(ledger, ["replay", str(file)]).output
