"""Names that FHIR needs: code systems, identifier systems, and our own extensions.

Public names are those of HL7 Terminology, Blue Button (C4BB), NUBC and X12 (``https://codesystem.x12.org/005010/`` with
the number of the data element). Ours begin with ``urn:teachback:`` and are listed in ``docs/reference/fhir.md``.
"""

from __future__ import annotations

from types import MappingProxyType

from teachback.claimdata import PayerOrder
from teachback.model import Sex

OURS = "urn:teachback:"
"""What every extension and identifier system of ours begins with."""

NPI = "http://hl7.org/fhir/sid/us-npi"
MBI = "http://hl7.org/fhir/sid/us-mbi"
SSN = "http://hl7.org/fhir/sid/us-ssn"
EIN = "urn:oid:2.16.840.1.113883.4.4"
TAXONOMY = "http://nucc.org/provider-taxonomy"
ICD_10_CM = "http://hl7.org/fhir/sid/icd-10-cm"
CPT = "http://www.ama-assn.org/go/cpt"
HCPCS = "http://www.cms.gov/Medicare/Coding/HCPCSReleaseCodeSets"
PLACE_OF_SERVICE = "https://www.cms.gov/Medicare/Coding/place-of-service-codes/Place_of_Service_Code_Set"
CARC = "https://x12.org/codes/claim-adjustment-reason-codes"

TERMINOLOGY = "http://terminology.hl7.org/CodeSystem/"
CLAIM_TYPE = f"{TERMINOLOGY}claim-type"
PRIORITY = f"{TERMINOLOGY}processpriority"
DIAGNOSIS_TYPE = f"{TERMINOLOGY}ex-diagnosistype"
IDENTIFIER_TYPE = f"{TERMINOLOGY}v2-0203"
INFORMATION = f"{TERMINOLOGY}claiminformationcategory"
RELATED = f"{TERMINOLOGY}ex-relatedclaimrelationship"
PAYEE_TYPE = f"{TERMINOLOGY}payeetype"
COVERAGE_CLASS = f"{TERMINOLOGY}coverage-class"
SUBSCRIBER = f"{TERMINOLOGY}subscriber-relationship"

C4BB = "http://hl7.org/fhir/us/carin-bb/CodeSystem/"
CARE_TEAM_ROLE = f"{C4BB}C4BBClaimCareTeamRole"
SUPPORTING_INFO = f"{C4BB}C4BBSupportingInfoType"

NUBC = "https://www.nubc.org/CodeSystem/"
TYPE_OF_BILL = f"{NUBC}TypeOfBill"
REVENUE_CODE = f"{NUBC}RevenueCodes"
ADMISSION_TYPE = f"{NUBC}PriorityTypeOfAdmitOrVisit"
ADMISSION_SOURCE = f"{NUBC}PointOfOrigin"
PATIENT_STATUS = f"{NUBC}PatDischargeStatus"
OCCURRENCE = f"{NUBC}OccurrenceCodes"
OCCURRENCE_SPAN = f"{NUBC}OccurrenceSpanCodes"
CONDITION = f"{NUBC}ConditionCodes"
VALUE = f"{NUBC}ValueCodes"

X12 = "https://codesystem.x12.org/005010/"
FILING_INDICATOR = f"{X12}1032"
RELATIONSHIP = f"{X12}1069"
INSURANCE_TYPE = f"{X12}1336"
FREQUENCY = f"{X12}1325"
ADJUSTMENT_GROUP = f"{X12}1033"
REPORT_TYPE = f"{X12}755"
TRANSMISSION = f"{X12}756"

ABSENT = "http://hl7.org/fhir/StructureDefinition/data-absent-reason"
CURRENCY = "USD"

TAX_IDS = MappingProxyType({"EI": (EIN, "TAX"), "SY": (SSN, "SS")})
"""REF01 of the billing provider to identifier system and identifier type."""
GENDERS = MappingProxyType({Sex.F: "female", Sex.M: "male", Sex.U: "unknown"})
ORDERS = MappingProxyType({PayerOrder.PRIMARY: 1, PayerOrder.SECONDARY: 2, PayerOrder.TERTIARY: 3})
"""SBR01 to Coverage.order."""
RELATIONSHIPS = MappingProxyType({"18": "self", "01": "spouse", "19": "child"})
"""SBR02 to HL7's word where it has one; every other relationship is HL7's ``other``, beside X12's code."""
