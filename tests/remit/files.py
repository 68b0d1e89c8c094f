"""Answers as files, written by hand: small 835, 277CA, 999 and TA1, apart from the product's own writers."""

from __future__ import annotations


def interchange(*sets, group="HP", version="005010X221A1", number=1, test=False):
    """Sets of segments in their envelopes; a set is its kind and its segments."""
    usage = "T" if test else "P"
    who = "*00*          *00*          *ZZ*03102          *ZZ*WILLOW         "
    lines = [f"ISA{who}*260520*0600*^*00501*{number:09}*0*{usage}*:"]
    if sets:
        lines.append(f"GS*{group}*03102*WILLOW*20260520*0600*{number}*X*{version}")
    for at, (kind, segments) in enumerate(sets, start=1):
        lines += [f"ST*{kind}*{at:04}*{version}" if kind != "835" else f"ST*{kind}*{at:04}", *segments]
        lines.append(f"SE*{len(segments) + 2}*{at:04}")
    if sets:
        lines.append(f"GE*{len(sets)}*{number}")
    lines.append(f"IEA*{1 if sets else 0}*{number:09}")
    return "~\n".join((*lines, "")).encode("ascii")


def paid_by(*remittances, **envelope):
    """An 835 of these remittances."""
    return interchange(*(("835", list(_remittance(each))) for each in remittances), **envelope)


def _remittance(one):
    day = f"{one.paid_on:%Y%m%d}"
    yield f"BPR*I*{one.paid}*C*{one.method}************{day}"
    yield f"TRN*1*{one.trace_number}*1860000000"
    yield f"DTM*405*{day}"
    yield f"N1*PR*{one.payer_name}*XV*{one.payer_id}"
    yield f"N1*PE*{one.payee_name}*XX*{one.payee_id}"
    yield "LX*1"
    for claim in one.claims:
        charge, paid = claim.charge, claim.paid
        yield f"CLP*{claim.control_number}*{claim.status_code}*{charge}*{paid}**MB*{claim.payer_claim_control_number}*11*1"
        yield from map(_cas, claim.adjustments)
        yield "NM1*QC*1*DOE*ANN****MI*1SG4TE5MK73"
        for remark in claim.remark_codes:
            yield f"MOA***{remark}"
        for line in claim.lines:
            code = ":".join(("HC", line.procedure_code, *line.modifiers))
            yield f"SVC*{code}*{line.charge}*{line.paid}**1"
            yield f"DTM*472*{line.date_of_service:%Y%m%d}"
            yield from map(_cas, line.adjustments)
            if line.line_control_number:
                yield f"REF*6R*{line.line_control_number}"
            yield from (f"LQ*HE*{remark}" for remark in line.remark_codes)
    for each in one.provider_adjustments:
        yield f"PLB*{each.provider}*20261231*{each.reason}:{each.reference}*{each.amount}"


def _cas(each):
    return f"CAS*{each.group_code}*{each.carc}*{each.amount}"


def claims_answered(*answers, number=1):
    """A 277CA; each answer is a claim's number and its status, such as ("TEST0000001", "A7:562:85")."""
    segments = [
        "BHT*0085*08*1*20260502*0600*TH",
        "HL*1**20*1",
        "NM1*PR*2*MADE-UP CONTRACTOR*****PI*03102",
        "TRN*1*1",
        "DTP*050*D8*20260502",
        "DTP*009*D8*20260502",
        "HL*2*1*21*1",
        "NM1*41*2*WILLOW LANE REHAB*****46*WILLOW",
        "TRN*2*BATCH1",
        "STC*A1:19:PR*20260502*WQ*241.5",
        "HL*3*2*19*1",
        "NM1*85*2*WILLOW LANE REHAB*****XX*2000000002",
    ]
    for at, (claim, status) in enumerate(answers, start=4):
        action = "U" if status[:2] in {"A3", "A6", "A7", "A8"} else "WQ"
        segments += [
            f"HL*{at}*3*PT",
            "NM1*QC*1*DOE*ANN****MI*1SG4TE5MK73",
            f"TRN*2*{claim}",
            f"STC*{status}*20260502*{action}*241.5",
            "DTP*472*D8*20260414",
        ]
    return interchange(("277", segments), group="HN", version="005010X214", number=number)


def file_answered(group, *sets, number=1):
    """A 999 to a group; each set is its number and A or R."""
    segments = [f"AK1*HC*{group}*005010X222A1"]
    for control, answer in sets:
        segments.append(f"AK2*837*{control}*005010X222A1")
        if answer == "R":
            segments += ["IK3*NM1*17*2010*8", "CTX*CLM01:TEST0000001", "IK4*9*67*7"]
        segments.append(f"IK5*{answer}" + ("*5" if answer == "R" else ""))
    accepted = sum(answer == "A" for _, answer in sets)
    segments.append(f"AK9*{'A' if accepted == len(sets) else 'R'}*{len(sets)}*{len(sets)}*{accepted}")
    return interchange(("999", segments), group="FA", version="005010X231A1", number=number)


def envelope_answered(number, answer="R", note="025"):
    """A TA1 alone in its interchange."""
    head, tail = interchange(number=9).decode("ascii").rstrip("\n").split("~\n")[:2]
    return f"{head}~\nTA1*{number:09}*260501*0930*{answer}*{note}~\n{tail}~\n".encode("ascii")
