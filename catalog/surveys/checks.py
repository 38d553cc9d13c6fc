"""Invariants of frozen surveys for `kdnx check`."""

from kdnx.module import Check

CHANGED = """
SELECT owner_id, id FROM catalog.frozen_search
WHERE sha256 <> sha256(convert_to(content, 'UTF8')) OR content::jsonb ->> 'id' <> id::text
  OR content::jsonb ->> 'number' <> number OR jsonb_array_length(content::jsonb -> 'hits') <> hits
"""
REWRITTEN = """
SELECT f.owner_id, f.id, h.v ->> 'offering_id' FROM catalog.frozen_search f
CROSS JOIN LATERAL jsonb_array_elements(f.content::jsonb -> 'hits') AS h(v)
LEFT JOIN catalog.offering_version v
  ON v.offering_id = (h.v ->> 'offering_id')::uuid AND v.version = (h.v ->> 'version')::int
WHERE v.content_hash IS NULL OR encode(v.content_hash, 'hex') <> h.v ->> 'content_hash'
"""
UNFROZEN = """
SELECT s.owner_id, s.id FROM catalog.survey s
LEFT JOIN catalog.frozen_search f ON f.owner_id = s.owner_id AND f.id = s.id
WHERE (s.state = 'frozen') <> (f.id IS NOT NULL)
"""
GRANTED = """
SELECT table_name, grantee, privilege_type FROM information_schema.table_privileges
WHERE table_schema = 'catalog' AND table_name = 'frozen_search' AND grantee IN ('kdnx_app', 'PUBLIC')
  AND privilege_type IN ('UPDATE', 'DELETE', 'TRUNCATE')
"""
CHECKS = (
    Check(
        "frozen_search_hash",
        "Jede festgeschriebene Markterkundung trägt die Prüfsumme ihres Inhalts.",
        CHANGED,
    ),
    Check(
        "frozen_search_versions",
        "Die Fassungen, die eine Markterkundung nennt, sind unverändert.",
        REWRITTEN,
    ),
    Check(
        "frozen_search_complete",
        "Zu jeder festgeschriebenen Markterkundung gibt es genau einen Beleg.",
        UNFROZEN,
    ),
    Check(
        "frozen_search_rights",
        "Die Anwendung kann einen Beleg weder ändern noch löschen.",
        GRANTED,
    ),
)
