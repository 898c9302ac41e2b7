"""The reporter schedule, mailed to everybody once a week."""

from __future__ import annotations

from console.gateway.service import Context
from data.gateway.line import ACTOR, Line
from data.mail.outgoing import draft
from data.mail.schedule import SCHEDULE, mail_id, schedule_mail, week_to_send
from data.models.agent import Agent
from data.models.base import AgentId, Entity
from data.models.mail import Mail
from data.models.queue_report import ReporterDuty

LOOK_S = 30.0


class ReporterSchedule:
    """The service `schedule`: puts the coming week's mail among those that wait, where it has not been."""

    name = "schedule"
    models: tuple[type[Entity], ...] = (Mail, ReporterDuty, Agent)

    async def run(self, context: Context) -> None:
        """Look whether a week's mail is due, then wait."""
        while not context.stopping.is_set():
            await self.look(context)
            await context.pause(LOOK_S)

    async def look(self, context: Context) -> None:
        """Post the mail of the week that is due, if it is."""
        policy = context.report
        monday = week_to_send(policy.schedule_mail, context.zone, context.clock.now())
        if monday is None or not policy.everybody:
            return
        known = mail_id(monday)

        def post(line: Line) -> bool:
            if line.row(Mail, known) is not None:
                return False
            names = {agent.id: agent.name for agent in line.rows(Agent)}
            letter = schedule_mail(
                line.rows(ReporterDuty), monday, context.zone, lambda agent: names.get(AgentId(agent), agent)
            )
            return line.add(
                draft(
                    [policy.everybody], SCHEDULE, letter.subject, letter.text, ACTOR, context.clock, mail_id=known
                )
            )

        if await context.ask(post):
            context.say(f"The schedule of the week from {monday.isoformat()} waits to be sent.")
            context.news.set()
