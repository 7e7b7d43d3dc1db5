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
)  # fmt: skip
