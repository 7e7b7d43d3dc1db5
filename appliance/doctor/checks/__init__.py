"""The checks, one file each: a `check(place)` that looks and returns a finding; none of them changes anything."""
