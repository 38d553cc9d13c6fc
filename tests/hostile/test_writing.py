"""Whatever a stranger sends to a pair's objects: refused as for an unknown id, and nothing has changed."""

import json
from typing import Any
from uuid import UUID

import asyncpg
from httpx import Response

from kdnx.db.pool import transaction
from tests.hostile.conftest import SYSTEM, UNKNOWN, Stage, Stranger, said
from tests.hostile.planting import REST
from tests.hostile.routes import Address, every_address

WRITES = [a for a in every_address() if a.method != "GET"]
TABLES = """
SELECT format('%I.%I', n.nspname, c.relname) FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE n.nspname IN ('kdnx', 'catalog', 'procurement', 'exchange') AND c.relkind = 'r' AND has_table_privilege(c.oid, 'SELECT')
ORDER BY 1
"""
REFUSED = {400, 401, 403, 404, 409, 412, 415, 422, 428}
NOUNS = {
    "offering": "offerings", "order": "orders", "booking": "bookings", "call": "demands", "demand": "demands", "response": "responses",
    "document": "documents", "client": "clients", "task": "tasks", "grant": "roles", "notice": "activity",
    "bundle": "bundles", "tender": "tenders",
}  # fmt: skip


async def mentions(pool: Any, ids: tuple[UUID, ...]) -> dict[str, list[str]]:
    """Every row of every table that names one of the ids or the marker, by table."""
    found: dict[str, list[str]] = {}
    pattern = "|".join([REST, *(str(i) for i in ids)])
    async with transaction(pool, SYSTEM, read_only=True) as conn:
        for (table,) in await conn.fetch(TABLES):
            try:
                async with conn.savepoint():
                    rows = await conn.fetch(
                        f"SELECT t::text AS row FROM {table} t WHERE t::text ~* $1", pattern
                    )  # a name of the catalogue
            except asyncpg.InsufficientPrivilegeError:
                continue  # columns that nobody reads, such as secrets at rest
            found[table] = sorted(r["row"] for r in rows)
    return found


def changed(before: dict[str, list[str]], after: dict[str, list[str]]) -> dict[str, list[str]]:
    """What is new or gone, by table."""
    out = {t: sorted(set(before[t]) ^ set(after[t])) for t in after}
    return {t: rows for t, rows in out.items() if rows}


def inside(stage: Stage, place: int) -> dict[str, UUID]:
    """Foreign ids by the names of fields, public ones where the field is public."""
    public = {
        "member": stage.cast.fremd.id,
        "person": stage.cast.fremd.viewer.person_id or UNKNOWN,
        "category": UNKNOWN,
    }
    own = {
        word: stage.secrets.ids[noun][place % len(stage.secrets.ids[noun])]
        for word, noun in NOUNS.items()
    }
    return {**public, **own, "": stage.secrets.ids["orders"][place % 2]}


def nowhere(stage: Stage) -> dict[str, UUID]:
    """The same fields with an unknown id."""
    return {**inside(stage, 0), **dict.fromkeys((*NOUNS, ""), UNKNOWN)}


async def send(stranger: Stranger, address: Address, url: str, values: dict[str, Any]) -> Response:
    """The act, as a form or as JSON."""
    if address.is_api:
        return await stranger.send_json(address.method, url, values, match=address.needs_match)
    return await stranger.post_form(url, values)


async def test_no_act_on_a_foreign_object(stage: Stage, stranger: Stranger) -> None:
    before = await mentions(stage.pool, stage.secrets.flat)
    unlike = []
    for address in (a for a in WRITES if a.takes_id):
        for url, one in address.urls(stage.secrets.ids):
            values = address.values(inside(stage, 0))
            answer = await send(stranger, address, url, values)
            unknown = await send(stranger, address, url.replace(str(one), str(UNKNOWN)), values)
            refused = answer.status_code in REFUSED or (
                answer.status_code == 303 and "/login" in answer.headers["location"]
            )
            same = said(answer, one) == said(unknown, UNKNOWN)
            if not refused or not same or REST in answer.text.lower():
                unlike.append(
                    (address.label, url, answer.status_code, unknown.status_code, refused, same)
                )
    assert unlike == []
    assert changed(before, await mentions(stage.pool, stage.secrets.flat)) == {}


async def test_no_foreign_id_inside_a_form(stage: Stage, stranger: Stranger) -> None:
    before = await mentions(stage.pool, stage.secrets.flat)
    unlike = []
    for address in (a for a in WRITES if not a.takes_id and a.takes_id_inside):
        for place in (0, 1):
            answer = await send(
                stranger, address, address.path, address.values(inside(stage, place))
            )
            unknown = await send(stranger, address, address.path, address.values(nowhere(stage)))
            foreign = inside(stage, place).values()
            same = said(answer, *foreign) == said(unknown, UNKNOWN, *inside(stage, 0).values())
            if not same or REST in answer.text.lower():
                unlike.append((address.label, answer.status_code, unknown.status_code, same))
    assert unlike == []
    assert changed(before, await mentions(stage.pool, stage.secrets.flat)) == {}


async def test_the_party_is_refused_in_words_never_by_a_fault(stage: Stage) -> None:
    """Who sees a thing but does not lead it gets a reason, also where row security would stop the statement."""
    faults = []
    for address in WRITES:
        urls = (
            [u for u, _one in address.urls(stage.secrets.ids)]
            if address.takes_id
            else [address.path]
        )
        for url in urls if address.takes_id or address.takes_id_inside else ():
            answer = await send(stage.party, address, url, address.values(inside(stage, 0)))
            if answer.status_code >= 500:
                faults.append((address.label, url, answer.status_code))
    assert faults == []


def test_every_body_can_be_filled() -> None:
    """A refusal for the shape of the input would hide a missing check of rights."""
    ids = {"": UNKNOWN}
    for address in (a for a in WRITES if a.is_api):
        for schema in address.bodies:
            schema.model_validate_json(json.dumps(address.values(ids)))
