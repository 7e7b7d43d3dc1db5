"""Slow, half-open and flooding PCs on the LAN: the desks of the others go on within 200 ms (fault matrix, row 42)."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.lan import attacks
from tests.lan.network import Network, network, reason_against

pytestmark = pytest.mark.skipif(bool(reason_against()), reason=reason_against() or "namespaces can be made")


SHORT = ("half_hello", "loris", "flood", "polls")  # every kind, and longer, in `make faults`


@pytest.fixture(scope="module")
def served(template: tuple[Path, bytes], tmp_path_factory: pytest.TempPathFactory) -> Iterator[Network]:
    """The practice clinic on its PC with the LAN on, two more PCs beside it."""
    with attacks.served(template[0], tmp_path_factory.mktemp("lan")) as made:
        yield made


def test_nobody_waits_for_the_connections_of_a_hostile_pc(served: Network) -> None:
    for kind in SHORT:
        told = attacks.best_of(served, kind, seconds=2.5)  # so many answers that one hiccup is no p95
        assert told.p95 < attacks.LONGEST_MS and told.failed == 0, f"{kind}: {told}"


def test_the_web_server_without_the_relay_is_shut_by_the_same_connections(tmp_path: Path) -> None:
    """The negative control: what the attackers do is an attack."""
    with network(tmp_path) as pcs:
        told = attacks.attacked_without_relay(pcs, seconds=1.5)
    assert told.failed > 0 or told.p95 > attacks.LONGEST_MS, json.dumps(told.took)


def test_another_pc_finds_the_name_by_mdns(served: Network) -> None:
    """A bonus, so only where the library is there."""
    pytest.importorskip("zeroconf")
    ask = (
        "import sys\nfrom zeroconf import AddressResolver, Zeroconf\n"
        "found = AddressResolver('xiangyi.local.')\n"
        "print(found.request(Zeroconf(interfaces=[sys.argv[1]]), 8000), found.parsed_addresses())\n"
    )
    said, _ = served.village.python("-c", ask, served.village.address).communicate(timeout=60)
    assert said.strip() == f"True ['{served.clinic.address}']"
