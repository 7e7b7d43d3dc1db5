"""Tables of `laboratory`."""
