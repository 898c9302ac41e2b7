"""Themes of one's own: a TOML file each in the folder `themes` of the data folder.

    base = "day"            # roles that are not named here look as in this theme
    [colours]
    accent = "#7a1fa2"

A file that cannot be used is told in a sentence and left out; it never stops the start."""

from __future__ import annotations

import tomllib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError
from textual.color import Color, ColorParseError
from textual.theme import Theme

import themes
from themes.contrast import too_weak

FOLDER = "themes"


def _base(name: str) -> str:
    if name not in themes.BY_NAME:
        raise ValueError(f"there is no theme '{name}' to begin from; take one of {', '.join(themes.BY_NAME)}")
    return name


def _role(name: str) -> str:
    if name not in themes.ROLES:
        raise ValueError(f"no role is called so; the roles are {', '.join(themes.ROLES)}")
    return name


def _colour(text: str) -> str:
    try:
        colour = Color.parse(text)
    except ColorParseError:
        raise ValueError(f"'{text}' is no colour; write it like #1c232c, or an English name") from None
    if colour.a < 1:
        raise ValueError(f"'{text}' lets through what is under it; write it without")
    return text


class ThemeFile(BaseModel):
    """What may stand in a file."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)

    base: Annotated[str, AfterValidator(_base)] = themes.DEFAULT
    dark: bool | None = None
    """Whether the background is dark; as in the base when it is left out."""
    colours: dict[Annotated[str, AfterValidator(_role)], Annotated[str, AfterValidator(_colour)]] = Field(
        default_factory=dict
    )


@dataclass(frozen=True, slots=True)
class Own:
    """The themes of the folder, and a sentence for each thing that is wrong with one."""

    themes: tuple[Theme, ...] = ()
    faults: tuple[str, ...] = ()


def read_folder(folder: Path) -> Own:
    """The themes of a data folder, by name. A theme that is hard to read is told, and used."""
    found: list[Theme] = []
    faults: list[str] = []
    try:
        files = sorted((folder / FOLDER).glob("*.toml"))
    except OSError:
        return Own()
    for file in files:
        if file.stem in themes.BY_NAME or not file.stem.isprintable():
            faults.append(
                f"{_named(file)}: this name is taken by a theme of the console; give the file another one."
            )
            continue
        try:
            theme = _read(file)
        except ValueError as error:
            faults.append(f"{_named(file)}: {error}. The theme is left out until it is mended.")
            continue
        found.append(theme)
        if weak := sorted(too_weak(theme), key=lambda one: one[2]):
            tone, surface, ratio, wanted = weak[0]
            faults.append(
                f"{_named(file)}: {tone} on {surface} is hard to read ({ratio:.1f}:1, {wanted}:1 is wanted)."
                " It is used as it is."
            )
    return Own(tuple(found), tuple(faults))


def _named(file: Path) -> str:
    return f"{FOLDER}/{file.name}"


def _read(file: Path) -> Theme:
    """Raises ValueError with what is wrong, without a full stop."""
    try:
        body = ThemeFile.model_validate(tomllib.loads(file.read_text(encoding="utf-8")))
    except OSError as error:
        raise ValueError(f"it cannot be read ({error.strerror})") from error
    except ValidationError as error:
        raise ValueError(_said(error)) from error
    except ValueError as error:
        raise ValueError(f"it is not TOML ({error})") from error
    base = themes.BY_NAME[body.base]
    return themes.make(
        file.stem,
        {**themes.roles_of(base), **body.colours},
        dark=base.dark if body.dark is None else body.dark,
        ansi=base.ansi,
        shapes=themes.shapes_of(base),
    )


def _said(error: ValidationError) -> str:
    first = error.errors()[0]
    where = _path(first["loc"])
    if first["type"] == "extra_forbidden":
        return f"{where}: there is no such key; there are base, dark and [colours]"
    return f"{where}: {first['msg'].removeprefix('Value error, ')}"


def _path(parts: Sequence[int | str]) -> str:
    return ".".join(str(part) for part in parts if part != "[key]") or "the file"
