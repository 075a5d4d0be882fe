"""Offerings that have no capacity now, for tests and the demo: set through control.py, asked by fleet.py."""

_lacking: list[dict[str, str]] = []


def lack(pattern: dict[str, str]) -> None:
    """Every offering that agrees with all given fields (instanceType, zone, capacityType) lacks capacity from now on."""
    _lacking.append(pattern)


def restore() -> None:
    _lacking.clear()


def lacks_capacity(offering: dict[str, str]) -> bool:
    return any(all(offering[field] == value for field, value in pattern.items()) for pattern in _lacking)
