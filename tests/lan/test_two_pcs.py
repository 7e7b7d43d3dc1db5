"""The clinic's PC and a village PC as two network namespaces: switched on, paired, used, revoked, in real browsers."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from appliance.practice import PASSWORD
from tests.browser.keyboard import SECOND_MS
from tests.browser.office import CHROMIUM, SCREEN
from tests.lan.network import Network, Pc, network, reason_against

pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(bool(reason_against()), reason=reason_against() or "namespaces can be made"),
]
PORT, LAN_PORT, NAME = 8600, 8643, "xiangyi.local"


@pytest.fixture
def pcs(tmp_path: Path) -> Iterator[Network]:
    with network(tmp_path) as made:
        yield made


@pytest.fixture
def served(pcs: Network, folder: Path) -> Path:
    """The practice clinic, served on the clinic PC."""
    server = pcs.clinic.python("-m", "appliance", "--data", str(folder), "run", CLINIC_PORT=str(PORT))
    assert server.stdout is not None
    assert f"127.0.0.1:{PORT}" in server.stdout.readline()
    return folder


@pytest.fixture
def sits_at() -> Iterator[Callable[..., Any]]:
    """`sits_at(pc, hosts=..., authority=...)`: a page of a Chromium on that PC."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        opened = []

        def sit(pc: Pc, **told: Any) -> Any:
            browser = playwright.chromium.launch(executable_path=pc.browser(**told), args=CHROMIUM)
            opened.append(browser)
            context = browser.new_context(viewport=SCREEN)
            context.set_default_timeout(15000)
            return context.new_page()

        yield sit
        for browser in opened:
            browser.close()


def press_f9(page: Any) -> None:
    """Once the page takes it for a new press, not for the second half of a double one."""
    page.wait_for_timeout(SECOND_MS)
    page.keyboard.press("F9")


def sign_in(page: Any, staff_no: str) -> None:
    page.fill("#staff-no", staff_no)
    page.fill("#password", PASSWORD)
    page.press("#password", "Enter")
    page.wait_for_url(lambda url: "/sign-in" not in url)


def prove(page: Any) -> None:
    """Type the own password where it is asked again."""
    page.fill("#proof", PASSWORD)
    press_f9(page)


def switch_on(page: Any) -> None:
    """As the administrator at the clinic's PC."""
    page.goto(f"http://127.0.0.1:{PORT}/sign-in")
    sign_in(page, "0007")
    page.goto(f"http://127.0.0.1:{PORT}/desks/lan")
    press_f9(page)
    prove(page)
    page.wait_for_selector("#desk")


def pairing_code(page: Any, desk: str) -> str:
    page.select_option("#desk", label=desk)
    press_f9(page)
    return str(page.inner_text("#code"))


def authority_of(page: Any) -> bytes:
    """The file that the administrator carries to the other PC."""
    read = "async () => Array.from(new Uint8Array(await (await fetch('/desks/lan/authority')).arrayBuffer()))"
    return bytes(page.evaluate(read))


def test_a_village_pc_is_paired_works_over_tls_and_is_revoked(
    pcs: Network, served: Path, sits_at: Callable[..., Any]
) -> None:
    admin = sits_at(pcs.clinic)
    switch_on(admin)
    assert pcs.clinic.address in admin.inner_text("#lan-state")
    code = pairing_code(admin, "一诊室")
    village = sits_at(pcs.village, hosts={NAME: pcs.clinic.address}, authority=authority_of(admin))
    by_name, by_address = f"https://{NAME}:{LAN_PORT}", f"https://{pcs.clinic.address}:{LAN_PORT}"

    village.goto(f"{by_name}/doctor")
    assert village.url == f"{by_name}/pair", "before pairing there is nothing else"
    village.fill("#code", code)
    village.press("#code", "Enter")
    village.wait_for_url(f"{by_name}/sign-in")
    sign_in(village, "0011")
    assert village.evaluate("isSecureContext") and "一诊室" in village.inner_text(".who")
    kept = {one["name"]: one for one in village.context.cookies()}
    assert {"__Host-session", "__Host-desk"} <= set(kept)
    assert all(one["secure"] and one["httpOnly"] and one["sameSite"] == "Strict" for one in kept.values())

    village.goto(f"{by_address}/doctor")
    assert village.url == f"{by_address}/pair", "the address is another site to a browser: paired by itself"
    village.fill("#code", code)
    village.press("#code", "Enter")
    assert "没有可用的配对码" in village.inner_text("main"), "a code works once"
    village.goto(f"{by_name}/doctor")
    assert "/doctor" in village.url

    admin.goto(f"http://127.0.0.1:{PORT}/desks/lan")
    assert pcs.village.address in admin.inner_text("#browsers"), "the address is the village PC's, not loopback"
    admin.click("#browsers button.danger")
    admin.wait_for_selector("#browsers .empty")
    village.goto(f"{by_name}/doctor")
    assert village.url == f"{by_name}/pair"


def test_without_the_authority_the_village_browser_refuses(
    pcs: Network, served: Path, sits_at: Callable[..., Any]
) -> None:
    """The negative control: the browsers above really judged the certificate."""
    admin = sits_at(pcs.clinic)
    switch_on(admin)
    village = sits_at(pcs.village, hosts={NAME: pcs.clinic.address})
    with pytest.raises(Exception, match="ERR_CERT_AUTHORITY_INVALID"):
        village.goto(f"https://{NAME}:{LAN_PORT}/")
    trusting = sits_at(pcs.village, hosts={"other.local": pcs.clinic.address}, authority=authority_of(admin))
    with pytest.raises(Exception, match="ERR_CERT_COMMON_NAME_INVALID"):
        trusting.goto(f"https://other.local:{LAN_PORT}/")
    plain = village.context.new_page()
    plain.goto(f"http://{pcs.clinic.address}:{LAN_PORT}/")
    assert "下载院内证书" in plain.inner_text("body")
    with plain.expect_download() as download:
        plain.click("a >> nth=0")
    assert Path(download.value.path()).read_bytes() == authority_of(admin)
