"""Pure rules of `laboratory`: no Flask, no peewee, no clock, no I/O."""
