"""Put together what is frozen: everything the evidence says, read at the moment of freezing."""

from collections.abc import Sequence
from typing import Any

from catalog.categories.store import list_categories
from catalog.comparison.loading import as_json, load_comparison, own_inhabitants
from catalog.comparison.schemas import QuantitiesIn
from catalog.contents.store import load_versions
from catalog.finding.facets import read_names
from catalog.searches.reading import address_of, from_json, sentence_of
from catalog.surveys.content import FORM, canonical, hash_of, hit_values
from catalog.surveys.model import Decision, Frozen, Hit, Survey
from kdnx.db.conn import Conn
from kdnx.members.store import get_member, list_members
from kdnx.text import _
from kdnx.viewer import Viewer

CHOSEN = "ohne Suche: nur die ausgewählten Leistungen."


async def build_content(
    conn: Conn, viewer: Viewer, survey: Survey, hits: Sequence[Hit], number: str
) -> Frozen:
    """The evidence with its canonical bytes and their hash; nothing is written."""
    house = await get_member(conn, survey.owner_id)
    shown = await _hits(conn, viewer, hits)
    kept = sum(h["decision"] == Decision.KEPT for h in shown)
    values = {
        "form": FORM,
        "id": str(survey.id),
        "number": number,
        "title": survey.title,
        "owner": {"id": str(house.id), "name": house.name},
        "frozen_at": conn.now.isoformat(),
        "frozen_by": str(viewer.person_id) if viewer.person_id else None,
        "remark": survey.remark,
        "criteria": await _criteria(conn, survey),
        "counts": {"hits": len(shown), "kept": kept, "excluded": len(shown) - kept},
        "hits": shown,
        "comparison": await _comparison(conn, viewer, survey),
    }
    content = canonical(values)
    return Frozen(
        owner_id=survey.owner_id, id=survey.id, number=number, title=survey.title, frozen_at=conn.now,
        frozen_by=viewer.person_id, hits=len(shown), kept=kept, content=content, sha256=hash_of(content),
    )  # fmt: skip


async def _hits(conn: Conn, viewer: Viewer, hits: Sequence[Hit]) -> list[dict[str, Any]]:
    wanted = {(h.offering_id, h.version) for h in hits}
    found = await load_versions(conn, viewer, [h.offering_id for h in hits])
    versions = {k: v for v in found if (k := (v.offering_id, v.version)) in wanted}
    members = {m.id: m.name for m in await list_members(conn)}
    categories = {c.id: c.name for c in await list_categories(conn)}
    return [
        hit_values(
            h, v := versions[(h.offering_id, h.version)],
            members.get(h.provider_id, "") if h.provider_id else "", categories.get(v.category_id, ""),
        )
        for h in hits
    ]  # fmt: skip


async def _criteria(conn: Conn, survey: Survey) -> dict[str, Any]:
    if survey.query is None:
        return {"query": None, "sentence": _(CHOSEN), "address": None, "stage": "all"}
    query = from_json(survey.query)
    names = await read_names(conn)
    return {
        "query": dict(survey.query),
        "sentence": await sentence_of(
            conn, query, names, stage=survey.stage, corrected=survey.corrected
        ),
        "address": address_of(query),
        "stage": survey.stage,
        "corrected": survey.corrected,
    }


async def _comparison(conn: Conn, viewer: Viewer, survey: Survey) -> dict[str, Any] | None:
    if not survey.compared:
        return None
    typed = QuantitiesIn.model_validate(dict(survey.quantities))
    quantities = typed.priced(await own_inhabitants(conn, viewer))
    table = await load_comparison(conn, viewer, survey.compared, quantities)
    return as_json(table, quantities).model_dump(mode="json")
