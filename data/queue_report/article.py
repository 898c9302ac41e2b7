"""The article on missed reports, and who has confirmed reading it as it is now (QREP-3)."""

from __future__ import annotations

from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from uuid import UUID, uuid5

from data.clock import Clock
from data.content import CONTENT
from data.models.base import AgentId
from data.models.conduct import ArticleRead
from data.store.database import Store
from data.store.save import saving
from data.text.reviewed import ContentError, Fault

ARTICLE_FILE = CONTENT / "articles" / "missed-reports.md"
_READINGS = UUID("0f7d6d1c-8b57-5f0e-9a51-2f6f8d1f4c02")


@dataclass(frozen=True, slots=True)
class Article:
    """Something that everybody has to have read."""

    name: str
    title: str
    paragraphs: tuple[str, ...]
    digest: str
    """Of the text: a changed one is read again."""


def load_article(path: Path = ARTICLE_FILE) -> Article:
    """Read an article: its first line, after `#`, is the title, empty lines part the paragraphs.

    Raises:
        ContentError: the file cannot be read.
    """
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, ValueError) as error:
        raise ContentError(path, [Fault(1, "it cannot be read", "look at its name and its rights")]) from error
    head, _, rest = text.strip().partition("\n")
    parts = tuple(" ".join(part.split()) for part in rest.split("\n\n") if part.strip())
    digest = sha256("\n\n".join((head, *parts)).encode()).hexdigest()[:16]
    return Article(path.stem, head.lstrip("# ").strip(), parts, digest)


def has_read(store: Store, article: Article, agent: AgentId) -> bool:
    """Whether somebody has confirmed the article as it is now."""
    row = (agent, article.name, article.digest)
    found = store.value('SELECT 1 FROM article_read WHERE "by" = ? AND article = ? AND digest = ?', row)
    return found is not None


def confirm(store: Store, article: Article, agent: AgentId, clock: Clock) -> None:
    """Note that somebody has read it; a second time is nothing.

    Raises:
        StoreError: nothing was written.
    """
    with saving(store, agent, clock) as change:
        if not has_read(store, article, agent):
            key = str(uuid5(_READINGS, f"{article.name}/{article.digest}/{agent}"))
            change.add(ArticleRead(id=key, article=article.name, digest=article.digest, by=agent, at=clock.now()))
