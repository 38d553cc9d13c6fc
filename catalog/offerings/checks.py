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
)
