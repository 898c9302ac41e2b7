"""An article that is to be read (QREP-3)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from textual.binding import BindingType

from console import actions
from console.screens.modal import Reading
from data.queue_report.article import Article
from widgets.safe_text import Line, line, wrap


class ArticleDialog(Reading[bool]):
    """An article that everybody confirms having read; escape leaves it for later."""

    BINDINGS: ClassVar[list[BindingType]] = list(actions.bindings([actions.KEEP]))

    def __init__(self, article: Article) -> None:
        super().__init__(article.title)
        self._article = article

    def write(self, cells: int) -> Sequence[Line]:
        lines: list[Line] = []
        for paragraph in self._article.paragraphs:
            lines += [(), *(line(f" {part}") for part in wrap(paragraph, cells - 1))]
        return lines

    def foot(self) -> Line:
        return line(
            " ",
            (self.key_of("keep"), "key"),
            (" I have read it", "dim"),
            "     ",
            ("esc", "key"),
            (" later", "dim"),
        )

    def action_accept(self) -> None:
        """It was read."""
        self.dismiss(True)
