"""Drivers of the things on the desk: printers (打印机) and card readers (读卡器); a library that knows no subject."""
