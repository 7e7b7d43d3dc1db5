"""ESC/POS receipts (小票): lines to bytes, bytes back to paper, paper to a picture."""
