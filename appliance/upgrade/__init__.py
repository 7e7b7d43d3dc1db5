"""A newer program in an older clinic (升级): backup, the new schema on a copy, and the way back."""
