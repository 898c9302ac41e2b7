"""The picture of figures: one that can be read, of any figures and any names."""

from __future__ import annotations

from xml.etree import ElementTree

from hypothesis import example, given, settings
from hypothesis import strategies as st

from data.supervision.picture import HEIGHT, WIDTH, Column, Picture, svg

COLOURS = dict.fromkeys(("background", "text", "dim", "faint", "accent", "warn"), "#123456")
SVG = "{http://www.w3.org/2000/svg}"

columns = st.lists(
    st.builds(
        Column,
        st.text(),
        st.none() | st.lists(st.floats(0, 1e12), min_size=1, max_size=3).map(tuple),
    ),
    max_size=40,
)


@settings(deadline=None)
@given(st.text(), columns)
@example("", [Column("", (5e-324,))])
def test_it_is_well_formed_and_everything_is_within(title: str, drawn: list[Column]) -> None:
    root = ElementTree.fromstring(svg(Picture(title, title, (title,), drawn), COLOURS))
    for rect in root.findall(f"{SVG}rect")[1:]:
        x, y, wide, high = (float(rect.attrib[name]) for name in ("x", "y", "width", "height"))
        assert x >= -0.1 and x + wide <= WIDTH + 0.1 and y >= -0.1 and y + high <= HEIGHT + 0.1


def test_columns_labels_and_axis() -> None:
    drawn = [Column("Mon", (60.0, 20.0)), Column("Tue", None)]
    root = ElementTree.fromstring(svg(Picture("Offered", "in March", ("answered", "abandoned"), drawn), COLOURS))
    words = [one.text for one in root.iter(f"{SVG}text")]
    assert {"Offered", "answered", "abandoned", "0", "20", "80", "Mon", "Tue", "–", "in March"} <= set(words)
    bodies = [one.attrib for one in root.findall(f"{SVG}rect") if float(one.attrib.get("y", 0)) > 50]
    low, high = (float(one["height"]) for one in bodies)
    assert abs(low / high - 3) < 0.01
    assert bodies[0]["fill"] != bodies[1]["fill"] == "url(#stripes)"


def test_shares_are_drawn_against_a_hundred_percent() -> None:
    words = [
        one.text
        for one in ElementTree.fromstring(
            svg(Picture("SL", "", (), [Column("a", (0.5,))], percent=True), COLOURS)
        ).iter()
    ]
    assert {"0 %", "20 %", "100 %"} <= set(words)
