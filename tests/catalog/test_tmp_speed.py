import time
from catalog.finding import store
from catalog.finding.model import Criteria, Sort
from tests.catalog.build import HOSTING
async def test_speed(conn, cast):
    await conn.execute("""INSERT INTO catalog.offering (id, owner_id, number, reference, state, draft_version, category_id, title, title_key, summary, search, created_at, updated_at, published_version, published_at, audience_keys, price_base, price_per, price_micro)
    SELECT gen_random_uuid(), $1::uuid, 'KL-X-'||n, 'R'||n, 'published', NULL, $2, 'Leistung '||md5(n::text), md5(n::text), 'Zusammenfassung', catalog.search_vector('Leistung '||md5(n::text)||CASE WHEN n%50=0 THEN ' Datensicherung' ELSE '' END, 'kurz', 'Beschreibung der Leistung '||n, 'Nord'), now(), now(), 1, now(), CASE WHEN n%10=0 THEN ARRAY['m:'||$1::uuid::text] ELSE ARRAY['all'] END, 'flat','year',5
    FROM generate_series(1,20000) n""", cast.nord.id, HOSTING)
    await conn.act_as(cast.fremd.viewer)
    for c in (Criteria(), Criteria(q="datensicherung", sort=Sort.RELEVANCE), Criteria(q="leistung", sort=Sort.RELEVANCE), Criteria(categories=[HOSTING])):
        for _ in range(2):
            t=time.perf_counter(); hits = await store.list_found(conn, cast.fremd.viewer, c); a=time.perf_counter(); n = await store.count_facets(conn, cast.fremd.viewer, c); b=time.perf_counter()
        print(c.q, len(hits), n.total, f"{1000*(a-t):.1f} ms list {1000*(b-a):.1f} ms facets")
    from catalog.finding.store import LIST_FOUND
    for r in await conn.fetch("EXPLAIN ANALYZE " + LIST_FOUND, False, [cast.fremd.id], "datensicherung", False, False, None, None, None, "relevance", None, None, 25):
        print(r[0][:200])
