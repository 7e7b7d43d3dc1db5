"""The web face: access, forms, pages, errors; knows the kernel and no subject."""
