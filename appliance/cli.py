"""The product's command: `clinic run | check | doctor | backup | restore | import | key | service | ...`."""

import argparse
import sys
from collections.abc import Callable
from pathlib import Path

from clinic_app import config as settings
from clinic_app.config import Config
from clinic_app.kernel import opening
from clinic_app.kernel.errors import Refused

Handler = Callable[[Config, argparse.Namespace], int]


def main(argv: list[str] | None = None) -> int:
    """Run one command; exit codes: 0 done, 1 check found something, 2 refused, 73 the folder is in use."""
    given = _parser().parse_args(argv)
    try:
        config = settings.load(Path(given.data) if given.data else None)
        if getattr(given, "of_a_clinic", False):
            opening.refuse_no_clinic(config.data)
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
    run.add_argument("--safe", action="store_true", help="safe mode: no printers, no card readers, no sync")
    run.set_defaults(handler=_run)
    doctor = commands.add_parser("doctor", help="examine this PC and its clinic, say what to do")
    doctor.set_defaults(handler=_doctor, of_a_clinic=True)
    bundle = commands.add_parser("bundle", help="a ZIP file for whoever helps, without patient data")
    bundle.add_argument("--to", help="file to write (default: bundles/ in the data folder)")
    bundle.set_defaults(handler=_bundle, of_a_clinic=True)
    service = commands.add_parser("service", help="start with the PC (Linux with systemd)")
    service.add_argument("action", choices=("install", "uninstall", "status"))
    service.add_argument("--dry-run", action="store_true", help="for install: show the unit, install nothing")
    service.set_defaults(handler=_service)
    check = commands.add_parser("check", help="read every page, count every invariant")
    check.set_defaults(handler=_check, of_a_clinic=True)
    importer = commands.add_parser("import", help="import a list from CSV; divisions from a folder of CSV files")
    importer.add_argument("kind", help="drugs, services, diagnoses, staff or divisions")
    importer.add_argument("path", nargs="?", help="file, or folder for divisions (default: CLINIC_DIVISIONS)")
    importer.add_argument("--dry-run", action="store_true", help="say what would change, change nothing")
    importer.set_defaults(handler=_import, of_a_clinic=True)
    key = commands.add_parser("key", help="verify the recovery sheet, or restore the keys from it")
    key.add_argument("action", choices=("verify", "restore"))
    key.set_defaults(handler=_key, of_a_clinic=True)
    from appliance.backup import commands as backup
    from appliance.backup import restore_command

    backup.add_to(commands)
    restore_command.add_to(commands)
    from appliance.upgrade import commands as upgrade

    upgrade.add_to(commands)
    reset = commands.add_parser("reset-admin", help="one-time code for the last administrator, on the server PC only")
    reset.set_defaults(handler=_reset_admin, of_a_clinic=True)
    relay = commands.add_parser("lan-relay", help="the LAN port of a running server, started by it (for nobody else)")
    relay.set_defaults(handler=_lan_relay)
    module = commands.add_parser("new-module", help="write the skeleton of a subject (developers)")
    module.add_argument("name")
    module.set_defaults(handler=_new_module)
    return parser


def _run(config: Config, given: argparse.Namespace) -> int:
    from appliance.start import run

    return run(config, practice=given.practice, safe=given.safe)


def _doctor(config: Config, _given: argparse.Namespace) -> int:
    from appliance.doctor.command import doctor

    return doctor(config)


def _bundle(config: Config, given: argparse.Namespace) -> int:
    from appliance.doctor.command import write_bundle

    return write_bundle(config, given.to)


def _service(config: Config, given: argparse.Namespace) -> int:
    from appliance import service

    return service.act(config, given.action, dry_run=given.dry_run)


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


def _lan_relay(_config: Config, _given: argparse.Namespace) -> int:
    from appliance.lan.relay import run

    return run()


def _new_module(_config: Config, given: argparse.Namespace) -> int:
    from appliance.new_module import new_module

    return new_module(Path(__file__).resolve().parents[1], given.name)


if __name__ == "__main__":
    sys.exit(main())
