"""Backups (备份): made beside the running server, proved by reading back, kept by rules, restored with the sheet."""
