"""What must always hold in procurement: statements for `kdnx check`, a row is a breach."""

from kdnx.module import Check

CHECKS = (
    Check(
        "demand_line_sum",
        "Jede Bedarfszeile ist die Summe ihrer Jahre.",
        """
SELECT l.owner_id, l.response_id, l.version, l.ordinal FROM procurement.demand_line l
LEFT JOIN procurement.demand_line_year y
  ON (y.owner_id, y.response_id, y.version, y.ordinal) = (l.owner_id, l.response_id, l.version, l.ordinal)
GROUP BY l.owner_id, l.response_id, l.version, l.ordinal
HAVING (l.qty_min, l.qty_expected, l.qty_max)
  IS DISTINCT FROM (coalesce(sum(y.qty_min), 0), coalesce(sum(y.qty_expected), 0), coalesce(sum(y.qty_max), 0))
""",
    ),
    Check(
        "bundle_line_exists",
        "Jede gebündelte Zeile gibt es beim Mitglied.",
        """
SELECT b.bundle_id, b.owner_id, b.response_id FROM procurement.bundle_line b
WHERE NOT EXISTS (SELECT 1 FROM procurement.demand_line l
  WHERE (l.owner_id, l.response_id, l.version, l.ordinal) = (b.owner_id, b.response_id, b.version, b.ordinal))
""",
    ),
    Check(
        "lot_trace_sum",
        "Die Menge jeder Losposition ist die Summe ihrer Bedarfszeilen.",
        """
SELECT p.tender_id, p.lot_no, p.ordinal FROM procurement.lot_position p
LEFT JOIN (
  SELECT tender_id, lot_no, ordinal, sum(qty_expected) AS expected, sum(qty_max) AS most
  FROM procurement.lot_trace GROUP BY 1, 2, 3) t
  ON (t.tender_id, t.lot_no, t.ordinal) = (p.tender_id, p.lot_no, p.ordinal)
WHERE abs(p.qty_expected - coalesce(t.expected, 0)) > 0.01 OR abs(p.qty_max - coalesce(t.most, 0)) > 0.01
""",
    ),
)
