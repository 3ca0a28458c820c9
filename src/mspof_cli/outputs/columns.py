"""What each column of each table for programs holds: its title for people, and what is to be known of it."""

from __future__ import annotations

from mspof_cli.written import ASCOF, ENGLAND, FINDINGS, LGINFORM, PARTICIPATION, REVISIONS, SAC, TRENDS

# Title and description: the same in every table, but for those of some files.
DESCRIBED = {
    "collection": ("Collection", "The collection's short name."),
    "period": ("Period", "The financial quarter that was collated, such as 2018-19-Q3: October to December."),
    "span": ("Span", "The quarter itself, the year to date, or the last four quarters, all ending with it."),
    "level": ("Level", "Whether the area is all participating councils, a type, a region, or one council."),
    "ons_code": ("ONS code", "The area's code of the Office for National Statistics, if it has one."),
    "cassr_code": ("CASSR code", "The code of a council with adult social services responsibilities."),
    "name": ("Area", "The area's name."),
    "question": ("Question", "The question on the form."),
    "measure": ("Measure", "The measure's short name."),
    "label": ("Label", "What is measured."),
    "respondent": ("Respondent", "Who answered, for questions that adults and representatives answer apart."),
    "unit": ("Unit", "A count of enquiries or people, or a percentage."),
    "numerator": ("Numerator", "The count, or the part of which the percentage is."),
    "denominator": ("Denominator", "What the percentage is of."),
    "value": ("Value", "The count, or 100 x numerator / denominator, pooled over councils."),
    "lower": ("Lower bound", "The lower bound of Wilson's 95 % interval of the percentage."),
    "upper": ("Upper bound", "The upper bound of Wilson's 95 % interval of the percentage."),
    "councils": ("Councils answering", "The councils whose returns gave every part of the measure."),
    "participating": ("Councils participating", "The councils in the area that took part in the span."),
    "returns": ("Returns", "The returns that gave every part of the measure."),
    "median": ("Median of councils", "The median of the compared councils' percentages; of 3 or more."),
    "lower_quartile": ("Lower quartile of councils", "The lower quartile of 5 or more councils."),
    "upper_quartile": ("Upper quartile of councils", "The upper quartile of 5 or more councils."),
    "compared": ("Councils compared", "The councils whose denominators are large enough to be compared."),
    "marker": ("Marker", "[u]: based on fewer than 20; [r]: a figure was published differently."),
}

_COUNTED = ("Councils answering", "The participating councils whose returns gave every part of the measure.")
_EXACT = "As the rule found it, in exact numbers."

OF_FILE: dict[str, dict[str, tuple[str, str]]] = {
    TRENDS: {
        "period": ("Period", "A quarter that there are returns for, such as 2018-19-Q3: October to December."),
        "span": ("Span", "The quarter itself."),
        "level": ("Level", "Whether the area is all participating councils, or the matched panel of them."),
        "participating": ("Councils participating", "The councils in the area that took part in the quarter."),
        "since_before": ("Since the quarter shown before", "The direction of the matched panel, if it can be told."),
        "since_first": ("Since the first quarter shown", "The direction of the matched panel, if it can be told."),
    },
    REVISIONS: {
        "part": ("Part", "Whether the numerator or the denominator is not what was published before."),
        "before": ("Before", "What was published before."),
        "now": ("Now", "What is published now."),
        "change": ("Change", "Now less before, where both are numbers."),
        "because": ("Because", "The returns that it is because of: new, resubmitted, left out or withdrawn."),
    },
    PARTICIPATION: {
        "name": ("Council", "A council that took part."),
        "council_type": ("Council type", "County, unitary, metropolitan, London borough and so on."),
        "region_code": ("Region code", "The region's code of the Office for National Statistics."),
        "region_name": ("Region", "The region's name."),
        "heading": ("Heading", "The question's number and subject."),
        "state": ("State", "What became of the question in the council's return, if there is one."),
    },
    FINDINGS: {
        "name": ("Council", "Whose return it is."),
        "file": ("File", "The name of the return's file."),
        "code": ("Rule", "The code of the rule, which 'mspof rules' explains."),
        "severity": ("Severity", "Whether it is an error, a query or a note."),
        "title": ("Title", "What the rule asks for."),
        "question": ("Question", "The question that it was found with."),
        "measure": ("Measure", "The measure that it was found with."),
        "sheet": ("Sheet", "The sheet of the return that it was found on."),
        "cells": ("Cells", "The cells that it was found in."),
        "message": ("Message", _EXACT),
        "explanation": ("Explanation", "What the council said of it, if that counts."),
        "councils": ("Councils", "In how many councils' returns it was found."),
        "explained": ("Explained", "How many of them explained all of it."),
    },
    ENGLAND: {
        "councils": _COUNTED,
        "england_year": ("Year of England's figure", "The financial year that England's figure was published for."),
        "england_value": ("England's figure", "England's percentage in that year: context, never a test."),
    },
    SAC: {
        "year": ("Year", "The financial year of the Safeguarding Adults Collection."),
        "name": ("Council", "Whose figures are compared."),
        "sum": ("Sum", "What the council's quarters of the year come to."),
        "quarters": ("Quarters", "How many quarters there are returns for."),
        "low": ("Low", "The least that the published figure can stand for."),
        "high": ("High", "The most that the published figure can stand for, if it is known."),
        "allowed_low": ("Allowed from", "The least that the sum may be, late closures allowed for."),
        "allowed_high": ("Allowed to", "The most that the sum may be, late closures allowed for."),
        "position": ("Position", "Whether the sum is below, inside or above what is published."),
        "published": ("Published", "The figure as it was published."),
        "source": ("Source", "The table and the cell that it stands in."),
    },
    ASCOF: {
        "Geographical Code": ("Geographical code", "A council's CASSR code."),
        "Geographical Description": ("Geographical description", "The area's name."),
        "Geographical Level": ("Geographical level", "What kind of area it is."),
        "ONS Code": ("ONS code", "The area's code of the Office for National Statistics, if it has one."),
        "Measure Code": ("Measure code", "The measure's short name."),
        "Disaggregation Level": ("Disaggregation level", "Who answered, or Total."),
        "Measure Group": ("Measure group", "The question on the form."),
        "Measure Group Description": ("Measure group description", "What is measured."),
        "Measure Type": ("Measure type", "Whether the value is the numerator, the denominator or the outcome."),
        "Measure Value": ("Measure value", "The value of that type."),
        "Marker": ("Marker", DESCRIBED["marker"][1]),
    },
    LGINFORM: {
        "metric": ("Metric", "The measure's short name, with who answered where that is told apart."),
        "metric_label": ("Metric label", "What is measured."),
        "area_code": ("Area code", "The area's code of the Office for National Statistics, if it has one."),
        "area": ("Area", "The area's name."),
        "value_type": ("Value type", "A number or a percentage."),
        "value": ("Value", "The value of that type."),
    },
}  # fmt: skip

# Of columns that hold the same in every table, as which kind of value.
KINDS = {
    "collection": "string",
    "period": "string",
    "span": "string",
    "level": "string",
    "ons_code": "string",
    "cassr_code": "string",
    "name": "string",
    "question": "string",
    "measure": "string",
    "label": "string",
    "respondent": "string",
    "unit": "string",
    "numerator": "integer",
    "denominator": "integer",
    "value": "decimal",
    "lower": "decimal",
    "upper": "decimal",
    "councils": "integer",
    "participating": "integer",
    "returns": "integer",
    "median": "decimal",
    "lower_quartile": "decimal",
    "upper_quartile": "decimal",
    "compared": "integer",
    "marker": "string",
}


def described(file: str, column: str) -> tuple[str, str]:
    """A column's title and description; ``KeyError`` if there are none."""
    return OF_FILE.get(file, {}).get(column) or DESCRIBED[column]
