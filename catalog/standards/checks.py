"""Invariants of standards for `kdnx check`."""

from kdnx.module import Check

TEXT_CHANGED = """
SELECT standard_id, version FROM catalog.standard_version
WHERE state <> 'draft'
  AND content_hash IS DISTINCT FROM catalog.standard_hash(title, text, binding, valid_from, review_on)
"""
OWN_ADOPTION = """
SELECT standard_id, version FROM catalog.standard_version WHERE adopter = author OR adopter = ANY (editors)
"""
CHECKS = (
    Check("standard_text", "Der Text eines beschlossenen Standards ist unverändert.", TEXT_CHANGED),
    Check("standard_four_eyes", "Keinen Standard hat beschlossen, wer ihn geschrieben hat.", OWN_ADOPTION),
)  # fmt: skip
