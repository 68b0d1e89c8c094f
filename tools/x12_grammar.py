"""Writes the segment tables of `teachback.x12.grammar` from the structural facts in pyx12's maps.

    python tools/x12_grammar.py MAPS src/teachback/x12/grammar

``MAPS`` is pyx12's folder ``map``. Only facts are taken: ids, usage, repeats, places, types, lengths and code
values; no name or sentence. Where the maps are known to be narrower than the guides, ``WIDER`` says so.
The tables stand on their own afterwards: this tool is needed only to read the maps anew.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING
from xml.etree import ElementTree as ET  # the maps are pyx12's own files, not input

if TYPE_CHECKING:
    from collections.abc import Iterator

CLAIMS = {
    "professional": ("837.5010.X222.A1.xml", "005010X222A1"),
    "institutional": ("837Q3.I.5010.X223.A1.xml", "005010X223A2"),
}
ANSWERS = {
    "remittance": ("835.5010.X221.A1.xml", "005010X221A1"),
    "claim_acknowledgment": ("277.5010.X214.xml", "005010X214"),
    "acknowledgment": ("999.5010X231.A1.xml", "005010X231A1"),
}
_PROVIDER_ADJUSTMENTS = (
    "50 51 72 90 AH AM AP B2 B3 BD BN C5 CR CS CT CV CW DM E3 FB FC GO HM IP IR IS J1 L3 L6 LE LS OA OB PI PL RA RE "
    "SL TL WO WU"
)

# What the guides allow and the maps leave out: (guide, element) -> further codes.
WIDER: dict[tuple[str, str], str] = {
    ("professional", "BHT06"): "31",
    # The list is another body's; 0 is a frequency of institutional claims alone.
    ("professional", "CLM05-03"): "1 2 3 4 5 6 7 8 9",
    # The map lists the codes with the first of six pairs alone.
    **{("remittance", f"PLB{number:02}-01"): _PROVIDER_ADJUSTMENTS for number in (5, 7, 9, 11, 13)},
    # A provider whose claims were all refused has no level below.
    ("claim_acknowledgment", "HL04"): "0",
}

# What the guides demand only at times and the maps always: (guide, loop, segment or loop) -> usage.
LOOSER = {
    # A file that was refused as a whole is answered without its providers and patients; a provider's own
    # answer stands only where the payer judges providers. Samples of public payers show both.
    ("claim_acknowledgment", "2000B", "2000C"): "S",
    ("claim_acknowledgment", "2000C", "2000D"): "S",
    ("claim_acknowledgment", "2000C", "2200C"): "S",
    ("claim_acknowledgment", "2200C", "STC"): "S",
}

# What may stand more often than the maps say: (guide, loop, segment) -> most repeats, 0 without limit.
OFTENER = {("claim_acknowledgment", "2220D", "STC"): 0}

_TOP = {"1000A", "1000B", "2000A"}
_PLACE_OF_TOP = {"1000A": 200, "1000B": 200, "2000A": 300}
_WRAPPERS = {"HEADER", "DETAIL", "FOOTER"}
_WRAPPER = 10_000


class Tables:
    """The tables of one guide while they are gathered."""

    def __init__(self, guide: str, types: dict[str, str]) -> None:
        self.guide = guide
        self.types = types
        self.data: dict[str, str] = {}
        self.shapes: dict[tuple[str, ...], str] = {}
        self.counts: dict[str, int] = {}
        self.loops: dict[str, dict[str, object]] = {}

    def answer(self, root: ET.Element) -> None:
        """All of an answer (835, 277CA, 999): its wrappers follow one another in the set."""
        segments: list[str] = []
        self.loops["ST"] = {"in": [], "segments": segments}
        wrappers = [node for node in root.iter("loop") if node.get("xid") in _WRAPPERS]
        for index, wrapper in enumerate(wrappers):
            offset = index * _WRAPPER
            children = [node for node in wrapper if node.tag in {"segment", "loop"}]
            if wrapper.get("xid") == "FOOTER" and children:
                # Each PLB is reported by itself, as a claim is.
                self.loops["FOOTER"] = {
                    "in": [f"ST {offset} S 0"],
                    "segments": [self.segment(children[0], "FOOTER")],
                }
                continue
            for child in children:
                if child.tag == "segment":
                    segments.append(self.segment(child, "ST", offset))
                else:
                    self.loop(child, "ST", offset)

    def loop(self, node: ET.Element, parent: str, offset: int = 0) -> None:
        """One loop and those within; a loop that stands at two places is described once."""
        name = node.get("xid", "")
        place = int(_text(node, "pos")) + offset
        if self.guide in CLAIMS:
            place = _PLACE_OF_TOP.get(name, place)
        usage = LOOSER.get((self.guide, parent, name), _text(node, "usage"))
        entry = f"{parent} {place} {usage} {_most(_text(node, 'repeat'))}"
        known = self.loops.get(name)
        if known is not None:
            homes = known["in"]
            assert isinstance(homes, list)  # noqa: S101  a tool's own invariant
            if entry not in homes:
                homes.append(entry)
            return
        segments: list[str] = []
        self.loops[name] = {"in": [entry], "segments": segments}
        for child in node:
            if child.tag == "segment":
                segments.append(self.segment(child, name))
            elif child.tag == "loop":
                self.loop(child, name)

    def segment(self, node: ET.Element, loop: str, offset: int = 0) -> str:
        """One use of a segment: place, usage, repeats, shape."""
        name = node.get("xid", "")
        usage = LOOSER.get((self.guide, loop, name), _text(node, "usage"))
        place = int(_text(node, "pos")) + offset
        notes = " ".join(note.text or "" for note in node.findall("syntax"))
        elements = [self.element(child) for child in node if child.tag in {"element", "composite"}]
        most = len(elements)
        while elements and elements[-1].startswith('"N'):
            elements.pop()
        shape = (name, notes, str(most), *elements)
        if shape not in self.shapes:
            self.counts[name] = self.counts.get(name, 0) + 1
            self.shapes[shape] = f"{name}_{self.counts[name]}"
        most = OFTENER.get((self.guide, loop, name), _most(_text(node, "max_use")))
        return f"{place} {usage} {most} {self.shapes[shape]}"

    def element(self, node: ET.Element) -> str:
        """One element or composite as it is written in the table."""
        usage = _text(node, "usage")
        repeat = _text(node, "repeat")
        usage += f"{repeat}" if repeat not in {"", "1"} else ""
        if node.tag == "element":
            return f'"{self.simple(node, usage)}"'
        parts = [self.simple(part, _text(part, "usage")) for part in node.findall("element")]
        most = len(parts)
        while parts and parts[-1].startswith("N"):
            parts.pop()
        if usage == "N" or not parts:
            return f'"N {_text(node, "data_ele")}"'
        return "[" + ", ".join(f'"{part}"' for part in [f"{usage} {most}", *parts]) + "]"

    def simple(self, node: ET.Element, usage: str) -> str:
        """Usage, data element and codes of one value."""
        number = _text(node, "data_ele")
        if usage != "N":
            self.data[number] = self.types[number]
        values = node.find("valid_codes")
        codes = (
            []
            if values is None or values.get("external")
            else [code.text or "" for code in values.findall("code")]
        )
        codes = [code.replace(" ", "_") for code in codes]
        codes += WIDER.get((self.guide, node.get("xid", "")), "").split()
        codes = sorted(set(codes))
        return " ".join([usage, number, *codes]) if usage != "N" else f"N {number}"

    def lines(self, version: str) -> Iterator[str]:
        """The tables as TOML."""
        yield f"# Segment tables of {version}. Made by tools/x12_grammar.py; its layout is told in grammar/__init__.py."
        yield f'version = "{version}"'
        yield "\n[data]"
        for number, kind in sorted(
            self.data.items(), key=lambda item: (not item[0].isdigit(), item[0].zfill(5))
        ):
            yield f'{number} = "{kind}"'
        yield "\n[shapes]"
        for (_, notes, most, *elements), name in sorted(self.shapes.items(), key=lambda item: item[1]):
            body = "".join(f"\n    {part}," for part in [f'"{most}"', f'"{notes}"', *elements])
            yield f"{name} = [{body}\n]"
        yield "\n[loops]"
        for name, loop in self.loops.items():
            homes, segments = loop["in"], loop["segments"]
            assert isinstance(homes, list)  # noqa: S101  a tool's own invariant
            assert isinstance(segments, list)  # noqa: S101  the same
            body = "".join(f'\n    "{part}",' for part in segments)
            yield f"{name}.in = [{', '.join(chr(34) + home + chr(34) for home in homes)}]"
            yield f"{name}.segments = [{body}\n]"


def _text(node: ET.Element, tag: str) -> str:
    found = node.find(tag)
    return (found.text or "").strip() if found is not None else ""


def _most(text: str) -> int:
    """Repeats; 0 where there is no limit."""
    return 0 if text.startswith(">") else int(text)


def _data_types(folder: Path) -> dict[str, str]:
    """Data element -> type, shortest, longest."""
    root = ET.parse(folder / "dataele.xml").getroot()  # noqa: S314  pyx12's own file
    return {
        node.get("ele_num", ""): f"{node.get('data_type')} {node.get('min_len')} {node.get('max_len')}"
        for node in root.iter("data_ele")
    }


def main(maps: str, target: str) -> None:
    """Writes one table per guide."""
    folder = Path(maps)
    types = _data_types(folder)
    for guide, (file, version) in (CLAIMS | ANSWERS).items():
        root = ET.parse(folder / file).getroot()  # noqa: S314  pyx12's own file
        tables = Tables(guide, types)
        if guide in CLAIMS:
            opening = next(node for node in root.iter("segment") if node.get("xid") == "BHT")
            tables.loops["ST"] = {"in": [], "segments": [tables.segment(opening, "ST")]}
            for node in root.iter("loop"):
                if node.get("xid") in _TOP:
                    tables.loop(node, "ST")
        else:
            tables.answer(root)
        path = Path(target) / f"{guide}.toml"
        path.write_text("\n".join(tables.lines(version)) + "\n", encoding="utf-8")
        print(
            f"{path}: {len(tables.loops)} loops, {len(tables.shapes)} shapes, {len(tables.data)} data elements"
        )


if __name__ == "__main__":
    main(*sys.argv[1:])
