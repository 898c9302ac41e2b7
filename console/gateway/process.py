"""The gateway as a process: its services, its heartbeat, and its end."""

from __future__ import annotations

import asyncio
import logging
import os
import signal
import threading
from collections.abc import Callable, Sequence
from contextlib import suppress
from datetime import timedelta

from console.gateway.config import GatewayConfig, secret
from console.gateway.hub_line import HubLine
from console.gateway.outbound import OutboundMail
from console.gateway.reporters import ReporterSchedule
from console.gateway.service import Context, Service
from console.gateway.smtp import MailServer
from data.clock import SYSTEM_CLOCK, Clock
from data.gateway.line import Line
from data.gateway.place import identity
from data.models.gateway import Gateway
from data.shift.policy import load_shift
from data.sync.address import open_hub
from data.sync.contract import HubUnreachable, Revoked, WrongLogin

log = logging.getLogger(__name__)
POLL_S = 0.5
BEAT_S = 60.0
VALID = timedelta(seconds=150)
"""A gateway that said nothing for so long is not there."""
RETRY_S = 2.0
AGAIN_S = 30.0
"""After an error that nobody expected a service is run again."""
LAST_WORK_S, LAST_BEAT_S, END_S = 1.0, 0.3, 1.9


def services(config: GatewayConfig) -> list[Service]:
    """What this gateway does.

    Raises:
        ConfigError: a password or a certificate cannot be read.
        ContentError: the site's `shift.yaml` cannot be used.
    """
    known = load_shift(config.shift).queue_report.addresses
    server = MailServer(config.mail, secret(config.mail.password_file))
    return [OutboundMail(server, config.mail.sender, known), ReporterSchedule()]


class GatewayProcess:
    """One gateway at work."""

    def __init__(
        self,
        config: GatewayConfig,
        work: Sequence[Service],
        say: Callable[[str], None],
        clock: Clock = SYSTEM_CLOCK,
    ) -> None:
        self._config = config
        self._work = work
        self._clock = clock
        self._said = ""
        self.context = Context(
            hub=HubLine(self._line),
            clock=clock,
            zone=config.zone,
            report=load_shift(config.shift).queue_report,
            say=say,
        )

    def _line(self) -> Line:
        """A line to the hub that has read what the services work on."""
        folder = self._config.data_dir
        hub = open_hub(self._config.hub, clock=self._clock, create=False)
        try:
            line = Line(hub, self._config.name, identity(folder), lambda: identity(folder, fresh=True))
            line.open({Gateway, *(model for one in self._work for model in one.models)})
        except BaseException:
            hub.close()
            raise
        return line

    async def run(self) -> None:
        """Work until `stop`.

        Raises:
            WrongLogin, Revoked: the hub does not let this gateway in, and trying again does not help.
        """
        tasks = [asyncio.create_task(one) for one in (self._watch(), self._beat(), *map(self._keep, self._work))]
        stopping = asyncio.create_task(self.context.stopping.wait())
        try:
            done, _ = await asyncio.wait([stopping, *tasks], return_when=asyncio.FIRST_COMPLETED)
            self.context.stopping.set()
            await asyncio.wait(tasks, timeout=LAST_WORK_S)
            for task in done - {stopping}:
                task.result()
        finally:
            for task in (stopping, *tasks):
                task.cancel()
            await asyncio.gather(stopping, *tasks, return_exceptions=True)
            with suppress(HubUnreachable, TimeoutError):
                async with asyncio.timeout(LAST_BEAT_S):
                    await self.context.ask(lambda line: self._say_so(line, timedelta()))
            self.context.hub.close(LAST_BEAT_S)

    def stop(self) -> None:
        """End within two seconds."""
        self.context.stopping.set()

    async def _keep(self, service: Service) -> None:
        """Run a service for as long as the gateway runs."""
        while not self.context.stopping.is_set():
            try:
                await service.run(self.context)
            except (WrongLogin, Revoked):
                raise
            except HubUnreachable:
                await self.context.pause(RETRY_S)  # `_watch` says so
            except Exception:
                log.exception("service %s", service.name)
                self.context.trouble(service.name, "it failed in a way that nobody expected, see gateway.log")
                await self.context.pause(AGAIN_S)
                self.context.trouble(service.name, "")

    async def _watch(self) -> None:
        """Follow the hub, and wake the services when something changed."""
        while not self.context.stopping.is_set():
            try:
                if await self.context.ask(lambda line: line.wake()):
                    self.context.news.set()
                self._hub_says("")
            except (WrongLogin, Revoked):
                raise
            except HubUnreachable as error:
                self._hub_says(str(error))
                await self.context.pause(RETRY_S)
            await self.context.pause(POLL_S)

    def _hub_says(self, problem: str) -> None:
        if problem != self._said:
            self.context.say(f"{problem} The gateway tries again." if problem else "The hub is there again.")
            self._said = problem

    async def _beat(self) -> None:
        """Tell the seats that there is a gateway, and what troubles it."""
        while not self.context.stopping.is_set():
            self.context.told.clear()
            try:
                await self.context.ask(lambda line: self._say_so(line, VALID))
                wait = BEAT_S
            except (WrongLogin, Revoked):
                raise
            except HubUnreachable:
                wait = RETRY_S
            await self.context.first(wait, self.context.told)

    def _say_so(self, line: Line, valid: timedelta) -> None:
        now = self._clock.now()
        row = Gateway(
            id=line.replica_id,
            name=self._config.name,
            services=tuple(one.name for one in self._work),
            at=now,
            until=now + valid,
            trouble=next((why for why in self.context.troubles.values() if why), ""),
        )
        known = line.row(Gateway, row.id)
        if known is None:
            line.add(row)
        else:
            line.change(known, **row.model_dump(exclude={"id"}))


async def run_until_signal(gateway: GatewayProcess) -> None:
    """Run until SIGTERM, SIGINT or SIGHUP; END_S later the process ends whatever it waits for.

    Raises:
        WrongLogin, Revoked: see `GatewayProcess.run`.
    """

    def stop() -> None:
        gateway.stop()
        anyway = threading.Timer(
            END_S, os._exit, (0,)
        )  # a name that is looked up in vain holds a thread for longer
        anyway.daemon = True
        anyway.start()

    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
        loop.add_signal_handler(number, stop)
    await gateway.run()
