"""A tiny archive of supporting data, written here: antigen «Alpha» with a standard and a risk series."""

from __future__ import annotations

import zipfile
from pathlib import Path

SCHEDULE = """<scheduleSupportingData>
<liveVirusConflicts><liveVirusConflict>
 <previous><vaccineType>B</vaccineType><cvx>5</cvx></previous><current><vaccineType>A</vaccineType>
<cvx>01</cvx></current>
 <conflictBeginInterval>1 day</conflictBeginInterval>
<minConflictEndInterval>24 days</minConflictEndInterval>
 <conflictEndInterval>28 days</conflictEndInterval></liveVirusConflict></liveVirusConflicts>
<vaccineGroups><vaccineGroup><name>Alpha Group</name>
<administerFullVaccineGroup>Yes</administerFullVaccineGroup>
</vaccineGroup></vaccineGroups>
<vaccineGroupToAntigenMap><vaccineGroupMap><name>Alpha Group</name><antigen>Alpha</antigen>
</vaccineGroupMap>
<vaccineGroupMap><name>Beta</name><antigen>Beta</antigen></vaccineGroupMap></vaccineGroupToAntigenMap>
<cvxToAntigenMap><cvxMap><cvx>1</cvx><association><antigen>Alpha</antigen><associationBeginAge/>
<associationEndAge>50 years</associationEndAge></association></cvxMap>
<cvxMap><cvx>05</cvx><association><antigen>Beta</antigen></association></cvxMap></cvxToAntigenMap>
</scheduleSupportingData>"""

ALPHA = """<antigenSupportingData>
<immunity><clinicalHistory><guidelineCode>018</guidelineCode></clinicalHistory>
<dateOfBirth><immunityBirthDate>01/01/1957</immunityBirthDate><birthCountry>U.S.</birthCountry>
<exclusion><exclusionCode>055</exclusionCode></exclusion></dateOfBirth></immunity>
<contraindications><vaccineGroup><contraindication><observationCode>080</observationCode><beginAge/>
<endAge>8 months</endAge></contraindication></vaccineGroup>
<vaccine><contraindication><observationCode>081</observationCode><contraindicatedVaccine><cvx>1</cvx>
<beginAge>2 years</beginAge><endAge/></contraindicatedVaccine></contraindication></vaccine>
</contraindications>
<series><seriesName>Alpha 2-dose</seriesName><targetDisease>Alpha</targetDisease>
<vaccineGroup>Alpha Group</vaccineGroup><seriesType>Standard</seriesType>
<equivalentSeriesGroups>2; 3</equivalentSeriesGroups><requiredGender>Female</requiredGender>
<requiredGender>Unknown</requiredGender>
<selectSeries><defaultSeries>Yes</defaultSeries><productPath>No</productPath><seriesGroup>1</seriesGroup>
<seriesPriority>A</seriesPriority><seriesPreference>2</seriesPreference><minAgeToStart/>
<maxAgeToStart>12 months - 4 days</maxAgeToStart></selectSeries><indication/>
<seriesDose><doseNumber>Dose 1</doseNumber><age><absMinAge>6 weeks - 4 days</absMinAge>
<minAge>6 weeks</minAge>
<earliestRecAge>2 months</earliestRecAge><latestRecAge>3 months + 4 weeks</latestRecAge>
<maxAge>5 years</maxAge>
<effectiveDate>20200101</effectiveDate><cessationDate/></age><interval/><allowableInterval/>
<preferableVaccine><vaccineType>A</vaccineType><cvx>1</cvx><beginAge>0 days</beginAge><endAge>n/a</endAge>
<mvx>ABC</mvx><forecastVaccineType>Y</forecastVaccineType></preferableVaccine>
<allowableVaccine><cvx>01</cvx></allowableVaccine><inadvertentVaccine><cvx>5</cvx></inadvertentVaccine>
<conditionalSkip/><recurringDose>No</recurringDose><seasonalRecommendation/></seriesDose>
<seriesDose><doseNumber>Dose 2</doseNumber><interval><fromPrevious>Y</fromPrevious>
<absMinInt>4 weeks - 4 days</absMinInt>
<minInt>4 weeks</minInt><earliestRecInt>8 weeks</earliestRecInt><latestRecInt>13 weeks</latestRecInt>
<intervalPriority>override</intervalPriority></interval>
<interval><fromPrevious>N</fromPrevious><fromTargetDose>1</fromTargetDose><minInt>8 weeks</minInt>
</interval>
<interval><fromPrevious>N</fromPrevious><fromMostRecent>5; 09</fromMostRecent><minInt>1 day</minInt>
</interval>
<interval><fromPrevious>N</fromPrevious><fromRelevantObs><code>170</code></fromRelevantObs>
<minInt>27 weeks</minInt></interval>
<allowableInterval><fromPrevious>Y</fromPrevious><absMinInt>3 weeks</absMinInt></allowableInterval>
<preferableVaccine><cvx>01</cvx></preferableVaccine>
<conditionalSkip><context>Forecast</context><setLogic>AND</setLogic><set><conditionLogic>OR</conditionLogic>
<effectiveDate>20220506</effectiveDate>
<condition><conditionType>Age</conditionType><beginAge>5 years</beginAge></condition>
<condition><conditionType>Vaccine Count by Age</conditionType><startDate>20200101</startDate>
<endDate>20210101</endDate>
<doseCount>2</doseCount><doseType>Valid</doseType><doseCountLogic>equal to</doseCountLogic>
<vaccineTypes>1;5</vaccineTypes></condition>
<condition><conditionType>Completed Series</conditionType><seriesGroups>2</seriesGroups></condition>
<condition><conditionType>Interval</conditionType><interval>6 months</interval></condition></set>
</conditionalSkip>
<recurringDose>Yes</recurringDose><seasonalRecommendation><startDate>20250701</startDate>
<endDate>20260630</endDate>
</seasonalRecommendation></seriesDose></series>
<series><seriesName>Alpha risk</seriesName><targetDisease>Alpha</targetDisease>
<vaccineGroup>Alpha Group</vaccineGroup>
<seriesType>Risk</seriesType><equivalentSeriesGroups/><requiredGender/>
<selectSeries><defaultSeries>No</defaultSeries><productPath>Yes</productPath><seriesGroup>2</seriesGroup>
<seriesPriority>B</seriesPriority><seriesPreference/></selectSeries>
<indication><observationCode><text>t</text><code>160</code></observationCode><beginAge>2 months</beginAge>
<endAge>19 years</endAge></indication><seriesDose><doseNumber>Dose 1</doseNumber>
<age><minAge>2 months</minAge></age><preferableVaccine><cvx>01</cvx></preferableVaccine></seriesDose>
</series>
</antigenSupportingData>"""


def archive(
    folder: Path, files: dict[str, str | bytes] | None = None, name: str = "data-9.99-xml.zip"
) -> Path:
    """Write an archive; without ``files`` the one above."""
    path = folder / name
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as out:
        for inner, content in (files if files is not None else whole()).items():
            out.writestr(inner, content)
    return path


def whole(**changed: str | bytes) -> dict[str, str | bytes]:
    """The files of the archive, some of them changed (``schedule``, ``alpha``)."""
    return {
        "XML/ScheduleSupportingData.xml": changed.get("schedule", SCHEDULE),
        "XML/AntigenSupportingData- Alpha-508.xml": changed.get("alpha", ALPHA),
        "XML/AntigenSupportingData.xsd": "not read",
        "Release Notes.docx": "not read",
    }
