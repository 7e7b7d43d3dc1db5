"""The test page (测试页) of a printer."""

from dataclasses import asdict, dataclass
from typing import Any

TEST = "desks.test"
PRINTERS = {"virtual": "虚拟打印机", "network": "网络打印机", "file": "本机打印机"}


@dataclass(frozen=True, slots=True)
class TestPage:
    """What the test page says of itself, so that a paper found later still tells which printer made it."""

    __test__ = False  # no test class, whatever its name

    clinic: str
    desk: str
    printer: str
    person: str
    printed: str

    def model(self) -> dict[str, Any]:
        return asdict(self)
