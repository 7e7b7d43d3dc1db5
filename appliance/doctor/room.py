"""Binds `ports.SelfCheck`: the checks, their runbooks and the bundle, for the pages."""

from collections.abc import Sequence

from appliance.doctor import bundle, examination, runbook
from appliance.doctor.finding import Place
from clinic_app.config import Config
from clinic_app.kernel import i18n
from clinic_app.kernel.ports import CheckResult


class ClinicSelfCheck:
    """The checks of one data folder, whose clinic is open in this process."""

    def __init__(self, config: Config):
        self._config = config

    def results(self, *, only_security: bool = False) -> Sequence[CheckResult]:
        """The security part compares fixed passwords; the pages are read by the checks page, not here."""
        place = Place(self._config, compares_passwords=only_security)
        return [
            CheckResult(
                check.id, i18n.gettext(check.title), found.state, found.sentence, found.next_url,
                i18n.gettext(found.next_text) if found.next_text else "", found.next_right,
            )
            for check, found in examination.examine(place, only_security=only_security)
        ]  # fmt: skip

    def runbook(self, check_id: str) -> Sequence[tuple[str, str]]:
        return runbook.blocks(check_id, i18n.current())

    def bundle(self) -> bytes:
        return bundle.made(Place(self._config))
