"""Invariants of offerings for `kdnx check`."""

from kdnx.module import Check

NOT_APPROVED = """
SELECT o.id FROM catalog.offering o
LEFT JOIN catalog.offering_version v ON v.offering_id = o.id AND v.version = o.published_version
WHERE o.published_version IS NOT NULL
  AND (v.approved_at IS NULL OR v.audience_keys <> o.audience_keys OR v.title <> o.title)
"""
OWN_APPROVAL = """
SELECT offering_id, version FROM catalog.offering_version
WHERE approved_at IS NOT NULL AND origin = 'entered'
  AND (approver IS NULL OR approver = author OR approver = ANY (editors) OR approver = submitted_by)
"""
CERTIFIED_UNTIL = """
SELECT o.id FROM catalog.offering o
WHERE o.certified_until IS DISTINCT FROM (SELECT max(c.valid_to) FROM catalog.certificate c WHERE c.offering_id = o.id)
"""
RELATION_RING = """
WITH RECURSIVE r(start, kind, id) AS (
  SELECT from_id, kind, to_id FROM catalog.relation
  UNION SELECT r.start, r.kind, x.to_id FROM r JOIN catalog.relation x ON x.from_id = r.id AND x.kind = r.kind)
SELECT start, kind FROM r WHERE id = start
"""
UNKNOWN_SCHEMA = """
SELECT v.offering_id, v.version FROM catalog.offering_version v
WHERE NOT EXISTS (SELECT 1 FROM catalog.category_schema s
  WHERE s.version = v.schema_version AND s.category_id IN (v.category_id, '00000000-0000-0000-0000-000000000000'))
"""
CHECKS = (
    Check(
        "offering_published",
        "Was veröffentlicht ist, ist freigegeben und wird so gezeigt, wie es freigegeben wurde.",
        NOT_APPROVED,
    ),
    Check(
        "offering_four_eyes",
        "Keine Leistung hat jemand freigegeben, der sie geschrieben hat.",
        OWN_APPROVAL,
    ),
    Check(
        "offering_certified_until",
        "Der Filter nach Nachweisen nennt den letzten Tag, an dem ein Nachweis gilt.",
        CERTIFIED_UNTIL,
    ),
    Check("offering_relation_ring", "Keine Beziehung führt zu ihrem Anfang zurück.", RELATION_RING),
    Check(
        "offering_schema_known",
        "Jede Fassung nennt die Fragen, die sie beantwortet.",
        UNKNOWN_SCHEMA,
    ),
)
