"""The facts of a claim, read from each artifact by itself: the 837's segments, the paper, the superbill, FHIR's JSON.

Nothing here asks the claim: what an artifact says is compared with what another says. A place of service, a date of
birth and so on are written in one way, that of the 837.
"""

import json
import re
from decimal import Decimal

from teachback.fhir.writing import to_json
from teachback.forms import cms1500, superbill, ub04
from teachback.x12.write837 import written
from tests.forms.reading import texts_of
from tests.x12 import making

DATE = re.compile(r"\d\d/\d\d/\d{4}")


def of_837(claim):  # noqa: C901, PLR0912  one case a segment
    """The facts that the file carries, segment by segment."""
    text = written(making.submission(claim)).decode("ascii").replace("\n", "")
    segments = [segment.split("*") for segment in text.split("~") if segment]
    facts = {"diagnoses": [], "lines": [], "others": {}, "paid": None, "referring": None, "rendering": None}
    loop = ""
    for tag, *elements in segments:
        match tag, elements:
            case "NM1", ["85", *_]:
                facts["billing"] = facts["rendering"] = elements[8]
                loop = "billing"
            case "NM1", ["87", *_]:
                loop = "pay to"
            case "NM1", ["IL", *_] if "member" not in facts:
                facts |= {"member": elements[8], "last": elements[2], "first": elements[3]}
                loop = "patient"
            case "NM1", ["PR", *_] if "payer" not in facts:
                facts["payer"] = elements[8]
                loop = "payer"
            case "NM1", [("DN" | "71") as role, *_]:
                facts["attending" if role == "71" else "referring"] = elements[8]
            case "NM1", ["82", *_]:
                facts["lines" if facts["lines"] else "rendering"] = (
                    [*facts["lines"][:-1], facts["lines"][-1] | {"rendering": elements[8]}]
                    if facts["lines"]
                    else elements[8]
                )
            case "N4", _ if loop in {"billing", "patient"}:
                facts[f"{loop} zip"] = elements[2]
            case "REF", [("EI" | "SY") as kind, number] if loop == "billing":
                facts["tax"] = (kind, number)
            case "DMG", _:
                facts |= {"born": elements[1], "sex": elements[2]}
            case "CLM", _:
                facts |= {
                    "control": elements[0],
                    "total": Decimal(elements[1]),
                    "assigned": elements[6] == "A",
                }
                facts["place"] = elements[4].split(":")[0]
                facts["bill"] = elements[4].replace(":A:", "") if ":A:" in elements[4] else None
                loop = "claim"
            case "AMT", ["F5", amount]:
                facts["paid"] = Decimal(amount)
            case "HI", codes:
                facts["diagnoses"] += [code[4:] for code in codes if code[:4] in {"ABK:", "ABF:"}]
            case "SV1", _:
                facts["lines"].append(_sv(elements[0], elements[1], elements[3]))
                facts["lines"][-1] |= {
                    "place": elements[4] or facts["place"],
                    "pointers": tuple(map(int, elements[6].split(":"))),
                    "rendering": facts["rendering"],
                }
            case "SV2", _:
                facts["lines"].append(_sv(elements[1], elements[2], elements[4]) | {"revenue": elements[0]})
            case "DTP", ["472", "D8", day]:
                facts["lines"][-1]["day"] = day
            case _:
                pass
    return facts


def _sv(composite, charge, units):
    _, code, *modifiers = composite.split(":")
    return {"code": code, "modifiers": tuple(modifiers), "charge": Decimal(charge), "units": int(units)}


def _cents(text):
    dollars, cents = text.split(" ")
    return Decimal(f"{dollars}.{cents}")


def of_cms1500(claim):
    """The facts of the red sheets, all pages."""
    pages = cms1500.values(claim)
    page = pages[0]
    month, day, year = page["3"].split(" ")
    return {
        "member": page["1a"],
        "born": year + month + day,
        "sex": "M" if "3.male" in page else "F" if "3.female" in page else "U",
        "patient zip": page["5.zip"].replace("-", ""),
        "referring": page.get("17b"),
        "diagnoses": [page[f"21.{letter}"] for letter in "ABCDEFGHIJKL" if f"21.{letter}" in page],
        "lines": [
            {
                "code": sheet[f"24D.{row}"],
                "modifiers": tuple(sheet.get(f"24D.{row}.modifiers", "").split()),
                "charge": _cents(sheet[f"24F.{row}"]),
                "units": int(sheet[f"24G.{row}"]),
                "place": sheet[f"24B.{row}"],
                "pointers": tuple("ABCDEFGHIJKL".index(letter) + 1 for letter in sheet[f"24E.{row}"]),
                "rendering": sheet[f"24J.{row}"],
                "day": f"20{sheet[f'24A.{row}'][6:]}{sheet[f'24A.{row}'][:2]}{sheet[f'24A.{row}'][3:5]}",
            }
            for sheet in pages
            for row in range(1, 7)
            if f"24D.{row}" in sheet
        ],
        "tax": ("SY" if "25.ssn" in page else "EI", page["25"]),
        "control": page.get("26"),
        "assigned": "27.yes" in page,
        "total": sum(_cents(sheet["28"]) for sheet in pages),
        "paid": _cents(page["29"]) if "29" in page else None,
        "billing": page["33a"],
        "billing zip": page["33.3"].split()[-1].replace("-", ""),
        "name": page["2"],
    }


def of_ub04(claim):
    """The facts of the institutional sheets, all pages."""
    pages = ub04.values(claim)
    page = pages[0]
    row = next(row for row in "ABC" if page.get(f"60{row}") == claim.beneficiary.member_id)
    return {
        "control": page["3a"],
        "bill": page["4"][1:],
        "tax": page["5"],
        "patient zip": page["9d"],
        "born": page["10"][4:] + page["10"][:4],
        "sex": page["11"],
        "member": page[f"60{row}"],
        "payer": page.get(f"51{row}"),
        "billing": page["56"],
        "attending": page["76"],
        "diagnoses": [page[name] for name in page if re.fullmatch("67[A-Q]?", name)],
        "total": _cents(pages[-1]["47.total"]),
        "lines": [
            {
                "revenue": sheet[f"42.{row}"],
                "code": sheet[f"44.{row}"][:5],
                "modifiers": tuple(re.findall("..", sheet[f"44.{row}"][5:])),
                "day": f"20{sheet[f'45.{row}'][4:]}{sheet[f'45.{row}'][:4]}",
                "units": int(sheet[f"46.{row}"]),
                "charge": _cents(sheet[f"47.{row}"]),
            }
            for sheet in pages
            for row in range(1, 23)
            if f"42.{row}" in sheet
        ],
    }


def of_superbill(claim):
    """The facts of the superbill's page: texts in the order in which they are drawn."""
    (texts,) = texts_of(superbill.pdf([claim], "Desert Sun Therapy"))
    words = [text.text for text in texts]
    start, end = words.index("PATIENT", words.index("DATE")) + 1, words.index("Total")
    starts = [index for index in range(start, end) if DATE.fullmatch(words[index])]
    lines = []
    for first, last in zip(starts, [*starts[1:], end], strict=True):
        row = words[first:last]
        month, day, year = row[0].split("/")
        *_, units, charge, allowed, patient = row
        modifiers = " ".join(word for word in row[3:-4] if re.fullmatch(r"[A-Z0-9]{2}( [A-Z0-9]{2})?", word))
        letters = next((word for word in row[3:-4] if re.fullmatch(r"[A-L]( [A-L])*", word)), "")
        lines.append(
            {
                "day": year + month + day,
                "place": row[1],
                "code": row[2].strip(),
                "modifiers": tuple(modifiers.split()),
                "pointers": tuple("ABCDEFGHIJKL".index(letter) + 1 for letter in letters.split()),
                "units": int(units),
                "charge": Decimal(charge.replace(",", "")),
                "allowed": allowed,
                "patient": patient,
            }
        )
    return {"lines": lines, "total": Decimal(words[end + 1].replace(",", "")), "text": "\n".join(words)}


def of_fhir(claim):
    """The facts of the resource, from its JSON."""
    resource = json.loads(to_json(claim), parse_float=Decimal)
    contained = {one["id"]: one for one in resource["contained"]}
    patient = contained["patient"]
    renderer = _team(resource, contained, "rendering")
    extensions = {one["url"].removeprefix("urn:teachback:"): one for one in resource.get("extension", [])}
    paid = extensions.get("amount-paid-by-patient")
    billing = contained["billing"]
    return {
        "member": contained["coverage"]["subscriberId"],
        "born": patient["birthDate"].replace("-", ""),
        "sex": {"male": "M", "female": "F"}.get(patient["gender"], "U"),
        "patient zip": patient["address"][0]["postalCode"],
        "billing": billing["identifier"][0]["value"],
        "billing zip": billing["address"][0]["postalCode"],
        "tax": billing["identifier"][1]["value"],
        "control": resource["identifier"][0]["value"],
        "referring": _team(resource, contained, "referring"),
        "assigned": extensions["accepts-assignment"]["valueBoolean"],
        "paid": None if paid is None else Decimal(paid["valueMoney"]["value"]),
        "diagnoses": [
            _code(one["diagnosisCodeableConcept"]).replace(".", "") for one in resource["diagnosis"]
        ],
        "total": Decimal(resource["total"]["value"]),
        "lines": [
            {
                "code": _code(item["productOrService"]),
                "modifiers": tuple(_code(one) for one in item.get("modifier", [])),
                "charge": Decimal(item["net"]["value"]),
                "units": int(item["quantity"]["value"]),
                "day": item["servicedDate"].replace("-", ""),
                "pointers": tuple(item["diagnosisSequence"]),
            }
            for item in resource["item"]
        ],
        "rendering": renderer,
    }


def _team(resource, contained, role):
    for member in resource.get("careTeam", []):
        if _code(member["role"]) == role:
            return contained[member["provider"]["reference"][1:]]["identifier"][0]["value"]
    return None


def _code(concept):
    return concept["coding"][0]["code"]
