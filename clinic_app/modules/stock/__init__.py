"""Stock (库存): places, batches, two-sided movements, reservations and goods-in."""
