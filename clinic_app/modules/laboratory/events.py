"""Business events that `laboratory` emits."""
