"""What must always be true of the stock (库存)."""

from clinic_app.kernel.invariants import Invariant

INVARIANTS = (
    Invariant(
        "S1", "每批在每处的数量等于进出之和",
        "WITH moved AS (SELECT batch_id, place_id, sum(quantity) AS units FROM"
        " (SELECT batch_id, to_place_id AS place_id, quantity FROM stock_move"
        " UNION ALL SELECT batch_id, from_place_id, -quantity FROM stock_move) GROUP BY 1, 2)"
        " SELECT 'batch ' || hex(s.batch_id) || ' at ' || hex(s.place_id),"
        " 'balance ' || s.on_hand || ', moves ' || coalesce(m.units, 0)"
        " FROM stock_balance AS s LEFT JOIN moved AS m USING (batch_id, place_id)"
        " WHERE s.on_hand <> coalesce(m.units, 0)"
        " UNION ALL SELECT 'batch ' || hex(m.batch_id) || ' at ' || hex(m.place_id),"
        " 'moves ' || m.units || ', no balance'"
        " FROM moved AS m LEFT JOIN stock_balance AS s USING (batch_id, place_id) WHERE s.batch_id IS NULL",
    ),
    Invariant(
        "S1-two-sided", "每批在所有地方的数量合计为零",
        "SELECT 'batch ' || hex(batch_id), 'all places add up to ' || sum(on_hand) FROM stock_balance"
        " GROUP BY batch_id HAVING sum(on_hand) <> 0",
    ),
    Invariant(
        "S1-reserved", "预留数等于有效预留之和",
        "WITH held AS (SELECT batch_id, place_id, sum(quantity) AS units FROM reservation WHERE state = 'live'"
        " GROUP BY 1, 2)"
        " SELECT 'batch ' || hex(s.batch_id), 'reserved ' || s.reserved || ', reservations ' || coalesce(h.units, 0)"
        " FROM stock_balance AS s LEFT JOIN held AS h USING (batch_id, place_id)"
        " WHERE s.reserved <> coalesce(h.units, 0)"
        " UNION ALL SELECT 'batch ' || hex(h.batch_id), 'reservations ' || h.units || ', no balance'"
        " FROM held AS h LEFT JOIN stock_balance AS s USING (batch_id, place_id) WHERE s.batch_id IS NULL",
    ),
    Invariant(
        "S1-not-negative", "库存不为负，预留不超过库存",
        "SELECT 'batch ' || hex(s.batch_id), 'on hand ' || s.on_hand || ', reserved ' || s.reserved"
        " FROM stock_balance AS s JOIN place AS p ON p.id = s.place_id"
        " WHERE p.is_external = 0 AND (s.reserved < 0 OR s.on_hand < s.reserved)",
    ),
    Invariant(
        "S1-goods-in", "每张入库单的明细都有入库移动",
        "SELECT 'goods-in ' || g.goods_in_no, 'lines and moves differ' FROM goods_in AS g WHERE"
        " (SELECT coalesce(sum(quantity), 0) FROM goods_in_line WHERE goods_in_id = g.id) <>"
        " (SELECT coalesce(sum(quantity), 0) FROM stock_move WHERE document_id = g.id AND kind = 'goods_in')",
    ),
    Invariant(
        "S1-damage", "批准的报损单和库存出库一一对应",
        "SELECT 'damage ' || d.damage_no, 'lines ' || (SELECT coalesce(sum(l.quantity), 0) FROM damage_line l"
        " WHERE l.damage_id = d.id AND d.state = 'approved') || ', moves ' || (SELECT coalesce(sum(m.quantity), 0)"
        " FROM stock_move m WHERE m.document_id = d.id AND m.kind = 'damage') FROM damage d WHERE"
        " (SELECT coalesce(sum(l.quantity), 0) FROM damage_line l WHERE l.damage_id = d.id AND d.state = 'approved')"
        " <> (SELECT coalesce(sum(m.quantity), 0) FROM stock_move m WHERE m.document_id = d.id AND m.kind = 'damage')",
    ),
    Invariant(
        "S1-months", "月结的结存等于当月底的库存",
        "SELECT 'month ' || b.month || ' drug ' || lower(hex(b.drug_id)), 'closing ' || b.closing || ', moves ' ||"
        " coalesce((SELECT sum(CASE WHEN m.to_place_id = b.place_id THEN m.quantity ELSE -m.quantity END)"
        " FROM batch x JOIN stock_move m ON m.batch_id = x.id WHERE x.drug_id = b.drug_id AND"
        " (m.to_place_id = b.place_id OR m.from_place_id = b.place_id) AND substr(m.moved_on, 1, 7) <= b.month), 0)"
        " FROM stock_month_balance b WHERE b.closing <> coalesce((SELECT sum(CASE WHEN m.to_place_id = b.place_id"
        " THEN m.quantity ELSE -m.quantity END) FROM batch x JOIN stock_move m ON m.batch_id = x.id"
        " WHERE x.drug_id = b.drug_id AND (m.to_place_id = b.place_id OR m.from_place_id = b.place_id)"
        " AND substr(m.moved_on, 1, 7) <= b.month), 0)"
        " UNION ALL SELECT 'month ' || b.month || ' drug ' || lower(hex(b.drug_id)), 'opening ' || b.opening ||"
        " ', closed before with ' || coalesce(o.closing, 0) FROM stock_month_balance b"
        " JOIN stock_month c ON c.month = (SELECT max(x.month) FROM stock_month x WHERE x.month < b.month)"
        " LEFT JOIN stock_month_balance o ON o.month = c.month AND o.place_id = b.place_id AND o.drug_id = b.drug_id"
        " WHERE b.opening <> coalesce(o.closing, 0)",
    ),
    Invariant(
        "S1-price", "调价差额等于当时的库存乘以价差",
        "SELECT 'price change ' || c.id, 'stock ' || c.quantity || ', moves ' || moved FROM (SELECT c.id, c.quantity,"
        " coalesce((SELECT sum(CASE WHEN m.to_place_id = c.place_id THEN m.quantity ELSE -m.quantity END)"
        " FROM batch x JOIN stock_move m ON m.batch_id = x.id WHERE x.drug_id = c.drug_id AND"
        " (m.to_place_id = c.place_id OR m.from_place_id = c.place_id) AND m.moved_on < c.effective_on), 0) AS moved"
        " FROM price_change c) AS c WHERE c.quantity <> moved"
        " UNION ALL SELECT 'price change ' || id,"
        " 'difference ' || difference_fen || ' fen, stock times prices ' || worth"
        " FROM (SELECT c.id, c.difference_fen, (2 * c.new_e4 * c.quantity + 100 * d.pack_size) / (200 * d.pack_size)"
        " - (2 * c.old_e4 * c.quantity + 100 * d.pack_size) / (200 * d.pack_size) AS worth"
        " FROM price_change c JOIN drug d ON d.id = c.drug_id) WHERE difference_fen <> worth",
    ),
)  # fmt: skip
