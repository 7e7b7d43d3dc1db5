"""The composition root (一体机): command line, start-up, data folder, practice clinic."""
