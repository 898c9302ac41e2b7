"""The command palette: every action with its key, and customers and tickets by what is typed."""

from __future__ import annotations

from functools import partial

from textual.command import DiscoveryHit, Hit, Hits, Provider
from textual.content import Content

from console import actions, keymap
from console.screens.workspace import WorkspaceScreen
from widgets.safe_text import clean


class ActionCommands(Provider):
    """The actions of the workspace, or of the floor."""

    @property
    def _actions(self) -> tuple[actions.Action, ...]:
        from console.screens.floor import FloorScreen

        if isinstance(self.screen, WorkspaceScreen):
            return actions.WORKSPACE
        return actions.FLOOR if isinstance(self.screen, FloorScreen) else ()

    async def discover(self) -> Hits:
        """Everything that can be done, before anything is typed."""
        key = keymap.of(self.app)
        for action in self._actions:
            text = Content(f"{action.label}   {key(action.id)}")
            yield DiscoveryHit(
                text, partial(self.screen.run_action, action.call), text=action.label, help=action.help
            )

    async def search(self, query: str) -> Hits:
        """The actions whose label or sentence fits."""
        key = keymap.of(self.app)
        matcher = self.matcher(query)
        for action in self._actions:
            score = max(matcher.match(action.label), matcher.match(action.help) * 0.8)
            if score > 0:
                text = Content(f"{action.label}   {key(action.id)}")
                yield Hit(
                    score, text, partial(self.screen.run_action, action.call), text=action.label, help=action.help
                )


class ThemeCommands(Provider):
    """The themes by name; each is worn while the cursor stands on it."""

    async def search(self, query: str) -> Hits:
        """The themes that fit."""
        from console.app import THEME_COMMAND, AgentConsole

        app = self.app
        if not isinstance(app, AgentConsole):
            return
        matcher = self.matcher(query)
        for name in app.theme_names:
            text = f"{THEME_COMMAND}{name}"
            if (score := matcher.match(text)) > 0:
                yield Hit(score, Content(text), partial(app.choose_theme, name), text=text, help="Wear this theme.")


class RecordCommands(Provider):
    """Customers and tickets."""

    async def search(self, query: str) -> Hits:
        """What the search box would find, a few of it."""
        workspace = self.screen
        if not isinstance(workspace, WorkspaceScreen) or len(query.strip()) < 2:
            return
        for place, found in enumerate((await workspace.session.customers.search(query))[:6]):
            head = clean(found.head)
            yield Hit(
                0.6 - place / 100,
                Content(f"{head}   {clean(found.detail)}"),
                partial(workspace.open_found, found.key),
                text=head,
                help=clean(found.why),
            )
