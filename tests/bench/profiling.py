"""Where the server's own code spends its time: every request under cProfile, one table."""

import cProfile
import io
import pstats
import time
from collections.abc import Callable
from typing import Any

from appliance import start

LINES = 70


class Profiler:
    """Profiles what the web threads do, one request at a time."""

    def __init__(self) -> None:
        self._stats: list[cProfile.Profile] = []

    def install(self) -> None:
        """Put it around the site of the real start-up."""
        stats = self._stats

        class ProfiledSite(start.Site):
            def __call__(self, environ: dict[str, Any], start_response: Callable[..., Any]) -> Any:
                profile = cProfile.Profile(time.thread_time)
                stats.append(profile)
                return profile.runcall(super().__call__, environ, start_response)

        start.Site = ProfiledSite  # type: ignore[misc]

    def take(self) -> str:
        """The costliest functions by their own time and with what they call; counting begins anew."""
        out = io.StringIO()
        if not self._stats:
            return ""
        found = pstats.Stats(*self._stats, stream=out)
        self._stats.clear()
        found.sort_stats("tottime").print_stats(LINES)
        found.sort_stats("cumulative").print_stats(3 * LINES)
        return out.getvalue()
