"""What loops are, in our own few words, for messages."""

from __future__ import annotations

_COMMON = {
    "1000A": "submitter",
    "1000B": "receiver",
    "2000A": "billing provider level",
    "2010AA": "billing provider",
    "2010AB": "pay-to address",
    "2010AC": "pay-to plan",
    "2000B": "subscriber level",
    "2010BA": "subscriber",
    "2010BB": "payer",
    "2000C": "patient level",
    "2010CA": "patient",
    "2300": "claim",
    "2320": "another payer's part",
    "2330A": "other subscriber",
    "2330B": "other payer",
    "2400": "service line",
    "2410": "drug",
    "2430": "another payer's answer on the line",
}
_LABELS = {
    "837P": _COMMON
    | {
        "2310A": "who referred",
        "2310B": "who rendered",
        "2310C": "where it was done",
        "2310D": "who supervised",
        "2310E": "ambulance pick-up",
        "2310F": "ambulance drop-off",
        "2330C": "other payer's number of who referred",
        "2330D": "other payer's number of who rendered",
        "2330E": "other payer's number of the place",
        "2330F": "other payer's number of who supervised",
        "2330G": "other payer's number of the billing provider",
        "2420A": "who rendered the line",
        "2420B": "from whom the line was bought",
        "2420C": "where the line was done",
        "2420D": "who supervised the line",
        "2420E": "who ordered the line",
        "2420F": "who referred for the line",
        "2420G": "ambulance pick-up of the line",
        "2420H": "ambulance drop-off of the line",
        "2440": "a form's answers",
    },
    "837I": _COMMON
    | {
        "2310A": "who attended",
        "2310B": "who operated",
        "2310C": "who else operated",
        "2310D": "who rendered",
        "2310E": "where it was done",
        "2310F": "who referred",
        "2330C": "other payer's number of who attended",
        "2330D": "other payer's number of who operated",
        "2330E": "other payer's number of who else operated",
        "2330F": "other payer's number of the place",
        "2330G": "other payer's number of who rendered",
        "2330H": "other payer's number of who referred",
        "2330I": "other payer's number of the billing provider",
        "2420A": "who operated on the line",
        "2420B": "who else operated on the line",
        "2420C": "who rendered the line",
        "2420D": "who referred for the line",
    },
    "835": {
        "1000A": "payer",
        "1000B": "payee",
        "2000": "group of claims",
        "2100": "claim payment",
        "2110": "service payment",
        "FOOTER": "provider adjustment",
    },
    "277CA": {
        "2000A": "who answers, level",
        "2100A": "who answers",
        "2200A": "the answer's own number",
        "2000B": "submitter level",
        "2100B": "submitter",
        "2200B": "answer to the whole file",
        "2000C": "billing provider level",
        "2100C": "billing provider",
        "2200C": "answer to the provider",
        "2000D": "patient level",
        "2100D": "patient",
        "2200D": "answer to a claim",
        "2220D": "answer to a service line",
    },
    "999": {
        "2000": "answer to a transaction set",
        "2100": "fault of a segment",
        "2110": "fault of an element",
    },
}


def named(kind: str, loop: str) -> str:
    """A loop in a sentence: ``loop 2010AA (billing provider)``; the set itself for its root."""
    if loop == "ST":
        return "the transaction set"
    label = _LABELS[kind].get(loop)
    return f"loop {loop} ({label})" if label else f"loop {loop}"
