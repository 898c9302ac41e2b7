"""`gateway`: the process that speaks for the site to the outside."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from console.cli.shared import FAULTS, UNREACHABLE, USAGE, fail, log_to, needs, shown

if TYPE_CHECKING:
    from console.gateway.config import GatewayConfig

LOG = "gateway.log"


def gateway(
    config: Annotated[
        Path, typer.Option("--config", metavar="FILE", help="The gateway's file, see the administrator's guide.")
    ],
    check: Annotated[
        bool, typer.Option("--check", help="Only look whether the file, the hub and the mail server can be used.")
    ] = False,
) -> None:
    """Run the site's gateway until it is told to stop.

    It sends the mail that seats have waiting at the hub, and the schedule of queue reporters once a week. Several may
    run: each mail is sent by one of them. It ends by ctrl+c or SIGTERM within two seconds.
    """
    from console.gateway.config import ConfigError, load, secret
    from data.gateway.place import GatewayRuns, only_gateway
    from data.text.reviewed import ContentError

    needs("aiosmtplib", "The gateway", "gateway")
    try:
        known = load(config.expanduser())
        password = secret(known.hub_password_file)
        if password is not None:
            os.environ["PGPASSWORD"] = password.get_secret_value()
        if check:
            _check(known)
            return
        log_to(known.data_dir, LOG)
        with only_gateway(known.data_dir):
            _run(known)
    except (ConfigError, ContentError) as error:
        raise fail(str(error), USAGE) from error
    except GatewayRuns as error:
        raise fail(str(error), FAULTS) from error
    except OSError as error:
        raise fail(
            f"{error.filename or known.data_dir} cannot be used ({error.strerror}): check its rights.", FAULTS
        ) from error


def _run(config: GatewayConfig) -> None:
    import asyncio

    from console.gateway.process import GatewayProcess, run_until_signal, services
    from data.sync.contract import Revoked, WrongLogin

    process = GatewayProcess(config, services(config), _say)
    print(f"Mail goes out by {config.mail.server}:{config.mail.port} as {config.mail.sender}.", flush=True)
    try:
        asyncio.run(run_until_signal(process))
    except (WrongLogin, Revoked) as error:
        raise fail(str(error), UNREACHABLE) from error
    print("Ended.", flush=True)


def _say(sentence: str) -> None:
    print(shown(sentence), file=sys.stderr, flush=True)


def _check(config: GatewayConfig) -> None:
    """Look at everything that the gateway will need, and change nothing.

    Raises:
        typer.Exit: something cannot be used.
    """
    import asyncio

    from console.gateway.config import secret
    from console.gateway.smtp import MailServer
    from data.shift.policy import load_shift
    from data.sync.address import open_hub, without_password
    from data.sync.contract import HubUnreachable

    policy = load_shift(config.shift).queue_report
    try:
        open_hub(config.hub, create=False).close()
    except HubUnreachable as error:
        raise fail(str(error), UNREACHABLE) from error
    print(f"✓ hub       {shown(without_password(config.hub))} answers")
    why = asyncio.run(MailServer(config.mail, secret(config.mail.password_file)).greet())
    if why:
        raise fail(f"The mail server cannot be used: {why}.", FAULTS)
    print(f"✓ mail      {config.mail.server}:{config.mail.port} takes mail of {config.mail.sender}")
    to = policy.everybody or "nobody, since `everybody` is empty"
    print(f"✓ schedule  {policy.schedule_mail} ({config.time_zone}) to {shown(to)}")
