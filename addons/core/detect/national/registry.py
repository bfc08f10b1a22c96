"""All national identification numbers, in order of priority: what is proven by its shape comes first."""

from addons.core.detect.national.alps import AT_SVNR, CH_AHV
from addons.core.detect.national.balkans import BG_EGN, GR_AMKA, HR_OIB, RO_CNP, SI_EMSO
from addons.core.detect.national.baltics import EE_LT_PERSONAL_CODE, LV_PERSONAS_KODS
from addons.core.detect.national.benelux import BE_NATIONAL_NUMBER, NL_BSN
from addons.core.detect.national.france import FR_NIR
from addons.core.detect.national.germany import DE_ID_CARD, DE_RENTENVERSICHERUNG, DE_STEUER_ID
from addons.core.detect.national.iberia import ES_DNI, ES_NIE, PT_NIF
from addons.core.detect.national.ireland import IE_PPSN
from addons.core.detect.national.italy import IT_CODICE_FISCALE, IT_CODICE_FISCALE_SMALL
from addons.core.detect.national.nordics import DK_CPR, DK_CPR_NAMED, FI_HETU, NO_FODSELSNUMMER, SE_PERSONNUMMER
from addons.core.detect.national.overseas import AU_MEDICARE, AU_TFN, BR_CPF, CA_SIN, IN_AADHAAR
from addons.core.detect.national.visegrad import CZ_RODNE_CISLO, HU_TAJ, HU_TAX_ID, PL_PESEL
from addons.core.detect.uk_nhs import UK_NHS
from addons.core.detect.uk_nino import UK_NINO, UK_NINO_NAMED

NATIONAL_IDS = (
    *(UK_NINO, UK_NINO_NAMED, IT_CODICE_FISCALE, IT_CODICE_FISCALE_SMALL, FR_NIR, CH_AHV, DE_RENTENVERSICHERUNG),
    *(FI_HETU, NO_FODSELSNUMMER, BE_NATIONAL_NUMBER, ES_DNI, ES_NIE, IE_PPSN, DE_ID_CARD),
    *(DK_CPR_NAMED, RO_CNP, SI_EMSO, IN_AADHAAR, BR_CPF, DE_STEUER_ID, PL_PESEL, HR_OIB, EE_LT_PERSONAL_CODE, GR_AMKA),
    *(SE_PERSONNUMMER, CZ_RODNE_CISLO, LV_PERSONAS_KODS, AT_SVNR, DK_CPR, BG_EGN, HU_TAX_ID),
    *(UK_NHS, AU_MEDICARE, NL_BSN, PT_NIF, CA_SIN, AU_TFN, HU_TAJ),
)
