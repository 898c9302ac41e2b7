"""Every theme can be read; state is told apart with every kind of eyes; themes of one's own never stop the start."""

from __future__ import annotations

from itertools import combinations
from pathlib import Path

import pytest
from textual.color import Color, Lab, rgb_to_lab
from textual.theme import Theme

import themes
from console.app import AgentConsole
from console.launch import Launch
from console.looks.theme_files import read_folder
from console.looks.wardrobe import Wardrobe
from console.settings import Settings
from tests.console.stage import settled, sign_on, staged, until, workspace
from themes.contrast import FAINT, ON, READABLE, contrast, luminance, too_weak

COLOURED = [theme for theme in themes.THEMES if not theme.ansi]

# Machado, Oliveira and Fernandes 2009, "A Physiologically-based Model for Simulation of Color Vision Deficiency",
# severity 1.0, on linear RGB.
SIMULATED = {
    "deuteranopia": (
        (0.367322, 0.860646, -0.227968),
        (0.280085, 0.672501, 0.047413),
        (-0.011820, 0.042940, 0.968881),
    ),
    "protanopia": (
        (0.152286, 1.052583, -0.204868),
        (0.114503, 0.786281, 0.099216),
        (-0.003882, -0.048116, 1.051998),
    ),
    "tritanopia": (
        (1.255528, -0.076749, -0.178779),
        (-0.078411, 0.930809, 0.147602),
        (0.004733, 0.691367, 0.303900),
    ),
    "ordinary": ((1.0, 0.0, 0.0), (0.0, 1.0, 0.0), (0.0, 0.0, 1.0)),
}
PALETTES = {
    # the sixteen colours of well-known terminals, black to bright white
    "vga": "000000 aa0000 00aa00 aa5500 0000aa aa00aa 00aaaa aaaaaa 555555 ff5555 55ff55 ffff55 5555ff ff55ff 55ffff ffffff",
    "xterm": "000000 cd0000 00cd00 cdcd00 0000ee cd00cd 00cdcd e5e5e5 7f7f7f ff0000 00ff00 ffff00 5c5cff ff00ff 00ffff ffffff",
    "gnome": "171421 c01c28 26a269 a2734c 12488b a347ba 2aa1b3 d0cfcc 5e5c64 f66151 33da7a e9ad0c 2a7bde c061cb 33c7de ffffff",
    "campbell": "0c0c0c c50f1f 13a10e c19c00 0037da 881798 3a96dd cccccc 767676 e74856 16c60c f9f1a5 3b78ff b4009e 61d6d6 f2f2f2",
}


def seen(colour: Color, how: str) -> Color:
    """A colour as it is seen with this kind of eyes."""

    def linear(value: int) -> float:
        share = value / 255
        return share / 12.92 if share <= 0.04045 else float(((share + 0.055) / 1.055) ** 2.4)

    def code(share: float) -> int:
        share = min(1.0, max(0.0, share))
        return round(255 * (share * 12.92 if share <= 0.0031308 else 1.055 * share ** (1 / 2.4) - 0.055))

    given = [linear(value) for value in (colour.r, colour.g, colour.b)]
    return Color(
        *(code(sum(part * value for part, value in zip(row, given, strict=True))) for row in SIMULATED[how])
    )


def apart(one: Color, other: Color) -> float:
    """How different two colours look (CIE 1976: distance in L*a*b*)."""
    first, second = (rgb_to_lab(colour) for colour in (one, other))
    assert isinstance(first, Lab)
    return float(((first.L - second.L) ** 2 + (first.a - second.a) ** 2 + (first.b - second.b) ** 2) ** 0.5)


def test_contrast_is_that_of_wcag() -> None:
    assert contrast(Color.parse("#000000"), Color.parse("#ffffff")) == pytest.approx(21)
    assert contrast(Color.parse("#777777"), Color.parse("#ffffff")) == pytest.approx(4.48, abs=0.01)
    assert contrast(Color.parse("#0000ff"), Color.parse("#ffffff")) == pytest.approx(8.59, abs=0.01)


@pytest.mark.parametrize("theme", COLOURED, ids=lambda theme: theme.name)
def test_text_can_be_read_on_every_surface(theme: Theme) -> None:
    assert list(too_weak(theme)) == []


def test_high_contrast_is_higher() -> None:
    roles = {role: Color.parse(text) for role, text in themes.roles_of(themes.BY_NAME["contrast"]).items()}
    for tone in ("text", "bright", "dim", "accent", "good", "bad", "warn", "info"):
        for surface in ON[tone]:
            if surface != "line":
                assert contrast(roles[tone], roles[surface]) >= 7, (tone, surface)


@pytest.mark.parametrize("palette", PALETTES)
def test_sixteen_colours_can_be_read_on_a_dark_terminal(palette: str) -> None:
    shown = [Color.parse(f"#{code}") for code in PALETTES[palette].split()]
    roles = {role: Color.parse(text) for role, text in themes.roles_of(themes.SIXTEEN).items()}
    assert all(colour.ansi is not None and colour.ansi >= 0 for colour in roles.values())
    for tone, surfaces in ON.items():
        for surface in surfaces:
            wanted = FAINT if tone == "faint" else READABLE
            if tone in ("dim", "accent") and surface == "field":
                continue  # nothing dim or accented stands in a field
            if tone == "background":
                continue  # the cursor is the field's own colours, reversed
            if surface == "row":  # the row under the cursor is text reversed, whatever its tones
                tone = "text"
            ratio = contrast(shown[roles[tone].ansi or 0], shown[roles[surface].ansi or 0])
            assert ratio >= wanted, (tone, surface, ratio)


@pytest.mark.parametrize("how", SIMULATED)
def test_good_bad_and_warn_are_told_apart_with_every_kind_of_eyes(how: str) -> None:
    roles = themes.roles_of(themes.BY_NAME["colour-blind"])
    colours = {tone: seen(Color.parse(roles[tone]), how) for tone in ("good", "bad", "warn")}
    surface = Color.parse(roles["surface"])
    for one, other in combinations(colours, 2):
        assert apart(colours[one], colours[other]) >= 25, (one, other)
        light, dark = sorted((luminance(colours[one]), luminance(colours[other])), reverse=True)
        assert (light + 0.05) / (dark + 0.05) >= 1.2, (one, other)
    assert all(contrast(colour, surface) >= READABLE for colour in colours.values())


def test_the_night_would_not_do_for_them() -> None:
    """The measure can fail: green and red of the night are one colour to some."""
    roles = themes.roles_of(themes.BY_NAME["night"])
    good, bad = (seen(Color.parse(roles[tone]), "deuteranopia") for tone in ("good", "bad"))
    assert apart(good, bad) < 25


# which one is worn


def test_the_terminal_and_the_setting_choose(tmp_path: Path) -> None:
    assert Wardrobe(tmp_path, "auto").of() == "night"
    assert Wardrobe(tmp_path, "auto", sixteen=True).of() == "16-colours"
    assert Wardrobe(tmp_path, "day", sixteen=True).of() == "day"
    assert Wardrobe(tmp_path, "day", no_colour=True).of() == "no-colour"
    unknown = Wardrobe(tmp_path, "nigth")
    assert unknown.of() == "night"
    assert unknown.faults == [
        "There is no theme 'nigth', so this is night: set theme to one of auto, night, day, contrast, colour-blind,"
        " 16-colours, no-colour."
    ]


def test_each_agent_finds_the_theme_again(tmp_path: Path) -> None:
    wardrobe = Wardrobe(tmp_path, "auto")
    assert wardrobe.choose("day", "dana") == ""
    wardrobe.keep()
    again = Wardrobe(tmp_path, "contrast")
    assert (again.of("dana"), again.of("priya"), again.of()) == ("day", "contrast", "contrast")
    assert Wardrobe(tmp_path, "auto", sixteen=True).of("dana") == "16-colours", "chosen on another kind of terminal"
    assert "NO_COLOR" in Wardrobe(tmp_path, "auto", no_colour=True).choose("day")


@pytest.mark.parametrize("text", ["", "{", '{"themes": 3}', '{"themes": {"dana": "gone"}}', "\0"])
def test_a_broken_memory_is_forgotten(tmp_path: Path, text: str) -> None:
    (tmp_path / "looks.json").write_text(text, encoding="utf-8")
    assert Wardrobe(tmp_path, "auto").of("dana") == "night"


# themes of one's own


def own(folder: Path, name: str, text: str) -> None:
    (folder / "themes").mkdir(exist_ok=True)
    (folder / "themes" / name).write_text(text, encoding="utf-8")


def test_a_theme_of_ones_own_takes_what_it_does_not_name_from_its_base(tmp_path: Path) -> None:
    own(tmp_path, "paper.toml", 'base = "day"\n[colours]\naccent = "#5a0a8a"\n')
    found = read_folder(tmp_path)
    assert found.faults == ()
    (paper,) = found.themes
    assert paper.name == "paper" and not paper.dark
    assert themes.roles_of(paper) == {**themes.roles_of(themes.BY_NAME["day"]), "accent": "#5a0a8a"}
    assert Wardrobe(tmp_path, "paper").of() == "paper"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("accent = ", "themes/own.toml: it is not TOML"),
        ('accent = "#fff"\n', "themes/own.toml: accent: there is no such key; there are base, dark and [colours]"),
        ('base = "dusk"\n', "themes/own.toml: base: there is no theme 'dusk' to begin from"),
        (
            '[colours]\naccnt = "#fff"\n',
            "themes/own.toml: colours.accnt: no role is called so; the roles are background",
        ),
        ('[colours]\naccent = "#ggg"\n', "themes/own.toml: colours.accent: '#ggg' is no colour"),
        ('[colours]\naccent = "[/]\\u001b[31m"\n', "themes/own.toml: colours.accent: "),
        ('[colours]\naccent = "#ffffff80"\n', "lets through what is under it"),
        ("[colours]\naccent = 3\n", "themes/own.toml: colours.accent: Input should be a valid string"),
        ('dark = "yes"\n', "themes/own.toml: dark: Input should be a valid boolean"),
    ],
)
def test_a_broken_theme_is_told_and_left_out(tmp_path: Path, text: str, said: str) -> None:
    own(tmp_path, "own.toml", text)
    own(tmp_path, "sound.toml", "")
    found = read_folder(tmp_path)
    assert [theme.name for theme in found.themes] == ["sound"]
    assert len(found.faults) == 1
    assert said in found.faults[0]
    assert "left out until it is mended" in found.faults[0]


def test_names_bytes_and_folders_of_any_kind_do_no_harm(tmp_path: Path) -> None:
    own(tmp_path, "night.toml", "")
    (tmp_path / "themes" / "folder.toml").mkdir()
    (tmp_path / "themes" / "bytes.toml").write_bytes(b"\xff\xfe\x00")
    found = read_folder(tmp_path)
    assert found.themes == ()
    assert len(found.faults) == 3
    assert "this name is taken" in "".join(found.faults)


def test_a_theme_that_is_hard_to_read_is_told_and_used(tmp_path: Path) -> None:
    own(tmp_path, "fog.toml", '[colours]\ndim = "#2a2f36"\n')
    found = read_folder(tmp_path)
    assert [theme.name for theme in found.themes] == ["fog"]
    assert "dim on band is hard to read" in found.faults[0] or "dim on row is hard to read" in found.faults[0]


async def test_the_console_starts_with_a_broken_theme_and_says_so(tmp_path: Path) -> None:
    own(tmp_path, "own.toml", '[colours]\naccent = "[/]"\n')
    app = AgentConsole(Launch(tmp_path, Settings(theme="own")))
    async with app.run_test() as pilot:
        await pilot.pause()
        said = " | ".join(note.message for note in app._notifications)
        assert app.theme == "night"
        assert "themes/own.toml: colours.accent" in said and "There is no theme 'own'" in said


async def test_f12_changes_the_theme_and_the_agent_finds_it_again(tmp_path: Path) -> None:
    app, _feed = staged(tmp_path)
    async with app.run_test(size=(160, 45)) as pilot:
        await sign_on(pilot)
        assert app.theme == "night"
        await pilot.press("f12")
        assert app.theme == "day"
        await until(pilot, lambda: (tmp_path / "looks.json").exists())
        await pilot.press("Q")
        await until(pilot, lambda: app.theme == "night")
    again, _feed = staged(tmp_path)
    async with again.run_test(size=(160, 45)) as pilot:
        assert again.theme == "night"
        await sign_on(pilot)
        assert again.theme == "day"


async def test_the_palette_tries_a_theme_on(tmp_path: Path) -> None:
    app, _feed = staged(tmp_path)
    async with app.run_test(size=(120, 40)) as pilot:
        await sign_on(pilot)
        await settled(pilot)
        await pilot.press("ctrl+k", *"contrast")
        await until(pilot, lambda: app.theme == "contrast")
        await pilot.press("escape", "escape")
        await until(pilot, lambda: app.theme == "night")
        assert app.screen is workspace(pilot)
        await pilot.press("ctrl+k", *"contrast")
        await until(pilot, lambda: app.theme == "contrast")
        await pilot.press("enter")
        await until(pilot, lambda: app.screen is workspace(pilot))
        await pilot.pause()
        assert app.theme == "contrast"
