"""The words for what can be wrong with how a form is filled in: its cover, and the figures in its cells.

Reading meets the trouble and names its code; the rule that it breaks, and why there is such a rule, stand here.
"""

from __future__ import annotations

from mspof_cli.findings import Severity
from mspof_cli.identify import LARGEST_SUBMISSION
from mspof_cli.schemas import Rule

E, Q, N = Severity.ERROR, Severity.QUERY, Severity.NOTE

ZERO_OR_BLANK = (
    "Enter a whole number: 0 if there were none. If the figure is not known, leave the whole question blank."
)

COVER = (
    Rule(
        code="COVER101",
        title="The council is stated",
        severity=E,
        found="council and ONS code blank",
        expected="the name of a council",
        message="The cover does not say which council this is.",
        fix="Choose your council from the list on the cover.",
        because="Figures can't be counted for a council that is not known.",
        example="a form with neither council nor ONS code",
    ),
    Rule(
        code="COVER102",
        title="The council is in the register",
        severity=E,
        expected="a council in the register, or its ONS code",
        message="'{label}' names no council in the register: {found}.{hint}",
        fix="Choose your council from the list on the cover, and check the ONS code.",
        because="Figures are collated for the councils in the register.",
        example="a district council's name",
    ),
    Rule(
        code="COVER103",
        title="The council existed in the period",
        severity=E,
        expected="a council that existed throughout {period}",
        message="{found} did not exist in the whole of {period}: it {when}.",
        fix="Choose the council that was responsible in that quarter, or check the year and quarter.",
        because="When councils are reorganised, each quarter belongs to the councils of that time.",
        example="Dorset County Council in 2019-20",
    ),
    Rule(
        code="COVER104",
        title="Council and ONS code agree",
        severity=E,
        found="the ONS code of {found}",
        expected="{code}, the code of {council}",
        message="The cover names {council}, but the ONS code is that of {found}.",
        fix="Check which of the two is right, and correct the other.",
        because="Where name and code disagree, figures could be counted for the wrong council.",
        example="Ravenstoke with the ONS code of Quillbridge",
    ),
    Rule(
        code="COVER201",
        title="Year and quarter make a period",
        severity=E,
        message="'{label}' does not say which period this is: {found}.",
        fix="Choose it from the list on the cover.",
        because="Figures belong to one quarter of one financial year, April to March.",
        example="the financial year 2018-20",
    ),
    Rule(
        code="COVER401",
        title="The submission number is stated",
        severity=E,
        expected=f"a whole number from 1 to {LARGEST_SUBMISSION:,}",
        message=f"'{{label}}' is not a whole number from 1 to {LARGEST_SUBMISSION:,}: {{found}}.",
        fix="Enter 1 if this is the first time you send this quarter, 2 if you send it again, and so on.",
        because="When a council sends a quarter twice, the submission number says which one counts.",
        example="a submission number left blank",
    ),
)

FIGURES = (
    Rule(
        code="FIG101",
        title="A count is a number",
        severity=E,
        message="'{label}' is not a number: {found}.",
        fix=ZERO_OR_BLANK,
        because="Only numbers can be added up. What was meant by words is never guessed.",
        example="'about ten'",
    ),
    Rule(
        code="FIG102",
        title="A count is not suppressed",
        severity=E,
        message="'{label}' was hidden as a small number: {found}.",
        fix="Enter the exact number. Small numbers are protected before anything is published.",
        because="Totals need exact numbers. The national summary hides small numbers itself.",
        example="'<5' or '*'",
    ),
    Rule(
        code="FIG103",
        title="A count is not a word for nothing",
        severity=E,
        message="'{label}' could mean none, or not known: {found}.",
        fix=ZERO_OR_BLANK,
        because="None and not known are different: blank is never counted as zero, and neither is 'n/a' or a dash.",
        example="'n/a', 'nil' or '-'",
    ),
    Rule(
        code="FIG104",
        title="A count is not a date",
        severity=E,
        message="'{label}' is a date, not a number.",
        fix="Enter the number again. If Excel turns it into a date, set the cell's format to Number first.",
        because="Excel turns entries such as 3/4 into a date, and the number that was meant is lost.",
        example="3/4 typed into a cell, which became 3 April",
    ),
    Rule(
        code="FIG105",
        title="A count is not an error value",
        severity=E,
        message="'{label}' holds an error value: {found}.",
        fix="Correct the formula in the cell, or enter the number itself.",
        because="A formula that refers to something that is gone has no result.",
        example="#REF! or #DIV/0!",
    ),
    Rule(
        code="FIG106",
        title="A formula was calculated before it was sent",
        severity=E,
        message="'{label}' holds a formula that was never calculated.",
        fix="Open the form in Excel, let it calculate, save it and send it again. Or enter the number itself.",
        because="Some systems write formulas without their results. That is not a blank, and it is not zero.",
        example="=SUM(D1:D9) written by an export and never opened in Excel",
    ),
    Rule(
        code="FIG107",
        title="A count is a whole number",
        severity=E,
        message="'{label}' is not a whole number: {found}.",
        fix="Enter the number of cases, not a percentage or an average.",
        because="People and enquiries are counted whole.",
        example="12.5",
    ),
    Rule(
        code="FIG108",
        title="A count is not negative",
        severity=E,
        message="'{label}' is less than zero: {found}.",
        fix="Enter the number of cases: 0 if there were none.",
        because="There can't be fewer than no cases.",
        example="-3",
    ),
    Rule(
        code="FIG109",
        title="A number is stored as a number",
        severity=N,
        expected="a number",
        message="'{label}' is a number stored as text: {found}. It was read as {value}.",
        fix="You do not need to do anything.",
        because="Spaces, commas or an apostrophe turn a number into text. It is read, and said, so that you can check it.",
        example="'1,024' with a comma typed into it",
    ),
    Rule(
        code="FIG111",
        title="A count is not true or false",
        severity=E,
        message="'{label}' is true or false, not a number.",
        fix=ZERO_OR_BLANK,
        because="Only numbers can be added up.",
        example="TRUE",
    ),
    Rule(
        code="FIG112",
        title="A number is within what is possible",
        severity=E,
        message="'{label}' is outside what is possible: {found}.",
        fix="Check the number. It should be {expected}.",
        because="A number far outside is a date, a telephone number or a slip of the keyboard.",
        example="1000000",
    ),
    Rule(
        code="FIG113",
        title="A choice is one of those on the form",
        severity=E,
        message="'{label}' is not one of the choices: {found}.",
        fix="Choose {expected}.",
        because="Cases are counted under the choices that the form offers.",
        example="'Maybe' where the form offers 'Yes' and 'No'",
    ),
    Rule(
        code="FIG201",
        title="A question is filled in whole, or left blank",
        severity=E,
        found="{count} of {of} answers blank: {blank}",
        expected="a number in each, or all of them blank",
        message="{question} is half filled in: {blank} blank.",
        fix="Enter a number in each blank cell: 0 if there were none. If it is not known, leave the whole question blank.",
        because="Blank is not zero. With one answer missing, the question can't be added up.",
        example="Q2 with a number for 'Fully achieved' only",
    ),
    Rule(
        code="FIG202",
        title="Every case on a list is complete",
        severity=E,
        found="blank",
        expected="an entry in each column that needs one",
        message="'{label}' is blank in this row.",
        fix="Enter it, or clear the whole row.",
        because="A case that is half entered can't be counted.",
        example="a row with a client and no score",
    ),
)
