"""Self-knowledge (自检): what may be wrong with this PC and its clinic, one file a check, and what to do about each."""
