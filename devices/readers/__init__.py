"""Card readers (读卡器)."""
