"""Invariants of requests for `kdnx check`."""

from kdnx.module import Check

WEIGHTS = """
SELECT r.id FROM catalog.request r JOIN catalog.request_criterion c ON c.request_id = r.id AND c.kind <> 'must'
WHERE r.announced_at IS NOT NULL GROUP BY r.id HAVING sum(c.weight) <> 100
"""
LATE = """
SELECT a.owner_id, a.id FROM catalog.request_answer a JOIN catalog.request r ON r.id = a.request_id
WHERE a.submitted_at > r.closes_at
"""
ONE_CHOSEN = """
SELECT r.id FROM catalog.request r LEFT JOIN catalog.request_answer a ON a.request_id = r.id AND a.state = 'chosen'
WHERE r.state = 'decided' GROUP BY r.id, r.outcome HAVING count(a.id) <> CASE r.outcome WHEN 'chosen' THEN 1 ELSE 0 END
"""
NO_EVIDENCE = """
SELECT r.id FROM catalog.request r WHERE r.state = 'decided'
  AND NOT EXISTS (SELECT 1 FROM catalog.request_evidence e WHERE e.request_id = r.id)
"""
CHECKS = (
    Check("request_weights", "Die Gewichte jedes veröffentlichten Gesuchs ergeben 100 Prozent.", WEIGHTS),
    Check("request_late", "Kein Angebot ist nach dem Fristende abgegeben.", LATE),
    Check("request_chosen", "Ein entschiedenes Gesuch hat genau ein gewähltes Angebot oder keines.", ONE_CHOSEN),
    Check("request_evidence", "Zu jeder Entscheidung über ein Gesuch gibt es die Niederschrift.", NO_EVIDENCE),
)  # fmt: skip
