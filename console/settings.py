"""Settings: read once at the start from a TOML file and the environment, and passed in.

`AGENT_CONSOLE_…` variables win over the file; `settings.toml` lies in the data folder. Read by tomllib and checked
by pydantic: pydantic-settings would do the same and cost the first screen 30 ms, a sixth of a minimal program."""

from __future__ import annotations

import json
import os
import tomllib
from pathlib import Path
from typing import Annotated, Any, Literal
from zoneinfo import ZoneInfo

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, ValidationError

from data.billing.terms import Terms
from data.content import CONTENT
from data.sync.address import has_password, parted

APP = "agent-console"
SETTINGS_FILE = "settings.toml"
PREFIX = "AGENT_CONSOLE_"


class SettingsError(Exception):
    """Settings that cannot be used; the message names the file, the setting and what is expected."""


def _readable(address: str) -> str:
    try:
        parted(address)
    except ValueError:
        raise ValueError(
            "it cannot be read as an address: write it like postgresql://hub.example.com/desk"
        ) from None
    return address


def _from_text(value: Any) -> Any:
    """A table that a variable of the environment holds as JSON."""
    return json.loads(value) if isinstance(value, str) else value


def _zone(name: str) -> str:
    try:
        ZoneInfo(name)
    except (KeyError, OSError, ValueError):
        raise ValueError(f"'{name}' is no time zone: write it like America/New_York") from None
    return name


Zone = Annotated[str, AfterValidator(_zone)]
"""The name of a time zone."""


class Settings(BaseModel):
    """Everything an organisation or a seat can set, with working sample values."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    organisation: str = Field("Example Support", description="The name that agents say in the greeting.")
    region: str = Field(
        "US", pattern="^[A-Z]{2}$", description="Country whose phone numbers may be written without +."
    )
    time_zone: Zone = Field(
        "America/New_York",
        description="Zone of the site: at its midnight the day of an invoice and of what is past due begins.",
    )
    items: Path = Field(
        CONTENT / "items.yaml", description="What can be charged at which price, and the ways to pay."
    )
    terms_days: int = Field(0, ge=0, le=365, description="Days from an invoice to its due date.")
    past_due_days: int = Field(
        30, ge=1, le=365, description="Days after the due date from which an open balance is past due."
    )
    receipts: Path | None = Field(
        None, description="Folder that receipts are saved in; empty: receipts in the data folder."
    )
    receipt_font: Path | None = Field(
        None,
        description="TrueType font of the receipts' PDF, for names in other letters; empty: one with Latin letters.",
    )
    theme: str = Field(
        "auto",
        description="Theme until an agent chooses one: auto (night; 16-colours where the terminal has no more), night,"
        " day, contrast, colour-blind, 16-colours, no-colour, or the name of a file in the folder themes.",
    )
    mouse: bool = Field(True, description="The mouse works in the console; false leaves it to the terminal.")
    sign_in: Literal["name", "password"] = Field(
        "name",
        description="How agents sign in: by `name`, or by `password` with an encrypted store for each agent.",
    )
    offline_days: float = Field(
        7, ge=0, le=90, description="With passwords: days that one may work after the hub was last reached."
    )
    lock_minutes: float = Field(
        10,
        ge=0,
        le=480,
        description="With passwords: minutes without a key after which the screen locks; 0: never.",
    )
    hub: Annotated[str, AfterValidator(_readable)] = Field(
        "hub.db",
        description="The hub: the file of an embedded one, seen from the data folder; `unix:` and the socket of one that"
        " is served; or postgresql:// and its server. A password only in a file that is 0600.",
    )
    script: str = Field(
        "leads", description="The playbook that every contact begins with: its id, or a file of its own."
    )
    playbooks: Path = Field(CONTENT / "playbooks", description="Folder of the playbooks.")
    session_link: str = Field(
        "https://help.example.com/session",
        pattern=r"^https?://\S+$",
        description="Page of the remote session that the customer is sent; the session's code is entered there.",
    )
    choices: Path = Field(
        CONTENT / "dispositions.yaml", description="Dispositions and not-ready reasons, with a key each."
    )
    service: Path = Field(
        CONTENT / "service.yaml",
        description="Opening hours, holidays, and within what time tickets are promised an answer.",
    )
    shift: Path = Field(
        CONTENT / "shift.yaml",
        description="The duties of a shift: checklists, queue reports, hours of callbacks, whom to call.",
    )
    floor: Path = Field(
        CONTENT / "floor.yaml",
        description="What supervisors are warned of: limits of waits, service level, abandonment, wrap-up, breaks.",
    )
    scorecard: Path = Field(
        CONTENT / "scorecard.yaml",
        description="The questions by which supervisors score contacts.",
    )
    macros: Path = Field(
        CONTENT / "macros.yaml", description="Macros: several changes and a text for a ticket by one key."
    )
    seat: str = Field("seat", description="What this seat is called at the hub.")
    directory: bool = Field(
        True,
        description="Keep every customer on this seat; false: those that there is work with, others are looked up at"
        " the hub.",
    )
    sync_days: int = Field(
        90,
        ge=1,
        le=3650,
        description="Closed tickets and contacts that are over stay on this seat for so many days.",
    )
    notifications: bool = Field(True, description="Short notices in the corner of the screen.")
    bell: bool = Field(True, description="Ring the terminal's bell when a contact rings or a notice comes.")
    callback_attempts: int = Field(
        3, ge=1, le=20, description="How often a callback is tried before it is given up."
    )
    plain: bool = Field(False, description="Always open the console as lines for a screen reader (--plain).")
    announce: Literal["at once", "between"] = Field(
        "at once", description="Plain mode: tell news `at once`, or `between` lines, never within a half-typed one."
    )
    silent_s: float = Field(
        20,
        gt=0,
        le=600,
        description="Seconds without an answer from the sync worker after which the status line says so.",
    )
    backup_hours: float = Field(
        1, ge=0, le=168, description="Hours from one backup of the seat to the next; 0: none by itself."
    )
    backup_keep: int = Field(
        24, ge=1, le=1000, description="How many of these stay, beside the last one of each of seven days."
    )
    keys: Annotated[dict[str, str], BeforeValidator(_from_text)] = Field(
        default_factory=dict,
        description="Other keys for actions: action id = key, or several parted by commas; see keys.md.",
    )

    @property
    def terms(self) -> Terms:
        """The site's terms of payment."""
        return Terms(ZoneInfo(self.time_zone), self.terms_days, self.past_due_days)


def data_folder(chosen: Path | None, *, practice: bool = False) -> Path:
    """The folder that holds the store: `--data-dir`, else AGENT_CONSOLE_HOME, else the platform's own.

    The practice floor has a folder of its own, so that played callers never stand among real ones."""
    if chosen is not None:
        return chosen.expanduser()
    if home := os.environ.get("AGENT_CONSOLE_HOME"):
        return Path(home).expanduser()
    import platformdirs

    folder = platformdirs.user_data_path(APP)
    return folder / "practice" if practice else folder


def load(folder: Path) -> Settings:
    """The settings of the seat whose data lies in `folder`.

    Raises:
        SettingsError: the file is not TOML, or a setting is unknown or does not fit.
    """
    file = folder / SETTINGS_FILE

    try:
        held = tomllib.loads(file.read_text(encoding="utf-8")) if file.exists() else {}
    except ValueError as error:
        raise SettingsError(f"{file} is not readable as TOML ({error}): mend it or put it aside.") from error
    if has_password(str(held.get("hub", ""))) and file.stat().st_mode & 0o077:
        raise SettingsError(f"{file} holds a password and others may read it: chmod 600 {file}.")
    told = {name: os.environ[f"{PREFIX}{name.upper()}"] for name in Settings.model_fields if _is_told(name)}
    try:
        return Settings.model_validate({**held, **told})
    except ValidationError as error:
        first = error.errors()[0]
        name = ".".join(str(part) for part in first["loc"])
        raise SettingsError(f"Setting '{name}' in {file} or the environment: {first['msg']}.") from error


def _is_told(name: str) -> bool:
    return f"{PREFIX}{name.upper()}" in os.environ
