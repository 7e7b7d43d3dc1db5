"""The product's command: `clinic run | check | import | key | reset-admin | new-module`."""

import argparse
import sys
from collections.abc import Callable
from pathlib import Path

from clinic_app import config as settings
from clinic_app.config import Config
from clinic_app.kernel.errors import Refused

Handler = Callable[[Config, argparse.Namespace], int]


def main(argv: list[str] | None = None) -> int:
    """Run one command; exit codes: 0 done, 1 check found something, 2 refused, 73 the folder is in use."""
    given = _parser().parse_args(argv)
    try:
        config = settings.load(Path(given.data) if given.data else None)
        handler: Handler = given.handler
        return handler(config, given)
    except settings.SettingsError as err:
        print(err, file=sys.stderr)
        return 2
    except Refused as err:
        from appliance.start import say_refusal

        say_refusal(err)
        return 2


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="clinic", description="乡医 / Xiangyi clinic server")
    parser.add_argument("--data", help="data folder of the clinic (default: CLINIC_DATA or ./clinic-data)")
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    run = commands.add_parser("run", help="serve the clinic on this PC")
    run.add_argument("--practice", action="store_true", help="make a practice clinic if the data folder is empty")
    run.set_defaults(handler=_run)
    commands.add_parser("check", help="read every page, count every invariant").set_defaults(handler=_check)
    importer = commands.add_parser("import", help="import a list from CSV; divisions from a folder of CSV files")
    importer.add_argument("kind", help="drugs, services, diagnoses, staff or divisions")
    importer.add_argument("path", nargs="?", help="file, or folder for divisions (default: CLINIC_DIVISIONS)")
    importer.add_argument("--dry-run", action="store_true", help="say what would change, change nothing")
    importer.set_defaults(handler=_import)
    key = commands.add_parser("key", help="verify the recovery sheet, or restore the keys from it")
    key.add_argument("action", choices=("verify", "restore"))
    key.set_defaults(handler=_key)
    reset = commands.add_parser("reset-admin", help="one-time code for the last administrator, on the server PC only")
    reset.set_defaults(handler=_reset_admin)
    module = commands.add_parser("new-module", help="write the skeleton of a subject (developers)")
    module.add_argument("name")
    module.set_defaults(handler=_new_module)
    return parser


def _run(config: Config, given: argparse.Namespace) -> int:
    from appliance.start import run

    return run(config, practice=given.practice)


def _check(config: Config, _given: argparse.Namespace) -> int:
    from appliance.check import check

    return check(config)


def _import(config: Config, given: argparse.Namespace) -> int:
    from appliance.importing import import_list

    return import_list(config, given.kind, given.path, dry_run=given.dry_run)


def _key(config: Config, given: argparse.Namespace) -> int:
    from appliance import key_commands

    return key_commands.verify(config) if given.action == "verify" else key_commands.restore(config)


def _reset_admin(config: Config, _given: argparse.Namespace) -> int:
    from appliance.reset_admin import reset_admin

    return reset_admin(config)


def _new_module(_config: Config, given: argparse.Namespace) -> int:
    from appliance.new_module import new_module

    return new_module(Path(__file__).resolve().parents[1], given.name)


if __name__ == "__main__":
    sys.exit(main())
