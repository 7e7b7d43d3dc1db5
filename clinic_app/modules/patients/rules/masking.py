"""What lists show of a person (脱敏, PR-03); whole only on request, with permission and a log row."""


def mask_name(name: str) -> str:
    """First character and a star for each other one: 张三丰 -> 张**."""
    return name[:1] + "*" * (len(name) - 1)


def mask_identity_number(number: str) -> str:
    """First 6 and last 4 of a long number; of a short one, such as a passport's, first 1 and last 2."""
    return _mask(number, 6, 4) if len(number) >= 15 else _mask(number, 1, 2)


def mask_phone(phone: str) -> str:
    """First 3 and last 4: 138****0001."""
    return _mask(phone, 3, 4)


def _mask(text: str, first: int, last: int) -> str:
    hidden = len(text) - first - last
    # Too short to keep both ends and still hide something: hide everything.
    if hidden < 3:
        return "*" * len(text)
    return text[:first] + "*" * hidden + text[-last:]
