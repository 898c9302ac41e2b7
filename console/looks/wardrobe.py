"""The themes of a seat: those of the console and of its own files, and which one is worn by whom."""

from __future__ import annotations

from pathlib import Path

from textual.theme import Theme

import themes
from console.looks.chosen import SIGN_IN, Chosen

AUTO = "auto"


class Wardrobe:
    """Chooses a theme: what the agent chose, else the setting, else what fits the terminal."""

    def __init__(self, folder: Path, wanted: str, *, sixteen: bool = False, no_colour: bool = False) -> None:
        """`wanted`: the setting. `sixteen`: the terminal has no more colours. `no_colour`: NO_COLOR is set; then
        nothing is coloured, whatever anybody chose."""
        self.faults: list[str] = []
        """A sentence for everything that could not be as it was wanted."""
        self._no_colour = no_colour
        own: tuple[Theme, ...] = ()
        if (folder / "themes").is_dir() and not no_colour:
            from console.looks.theme_files import read_folder

            found = read_folder(folder)
            own = found.themes
            self.faults += found.faults
        self.themes: tuple[Theme, ...] = (*themes.THEMES, *own)
        """All of them, the console's own first."""
        self._names = [theme.name for theme in self.themes]
        self._chosen = Chosen(folder, sixteen=sixteen)
        self._fallback = themes.SIXTEEN.name if sixteen else themes.DEFAULT
        if wanted not in (AUTO, *self._names):
            self.faults.append(
                f"There is no theme '{wanted}', so this is {self._fallback}: set theme to one of"
                f" {', '.join((AUTO, *self._names))}."
            )
        self._setting = wanted if wanted in self._names else self._fallback

    def of(self, agent: str = SIGN_IN) -> str:
        """The theme of an agent, or of whoever has not signed on yet."""
        if self._no_colour:
            return themes.NO_COLOUR.name
        chosen = self._chosen.of(agent)
        return chosen if chosen in self._names else self._setting

    def after(self, theme: str) -> str:
        """The next one of the list."""
        here = self._names.index(theme) if theme in self._names else -1
        return self._names[(here + 1) % len(self._names)]

    def choose(self, theme: str, agent: str = SIGN_IN) -> str:
        """Remember a choice until the next start as well; returns why not, or nothing. `keep` writes it."""
        if self._no_colour:
            return "NO_COLOR is set, so the console is drawn without colours: start it without, then choose."
        self._chosen.choose(agent, theme)
        return ""

    def keep(self) -> None:
        """Write what was chosen. Blocks for the length of a small file."""
        self._chosen.write()
