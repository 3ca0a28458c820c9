"""What the entries of a collection's data files get wrong about each other: each problem in words, without the file."""

from __future__ import annotations

from collections import Counter
from collections.abc import Container, Iterable, Iterator, Mapping, Sequence
from itertools import pairwise
from string import Formatter

from mspof_cli.cells import Place, row_and_column
from mspof_cli.disclosure import Audience, Policy
from mspof_cli.layout import block_labels
from mspof_cli.lines import Line, LineError
from mspof_cli.periods import Period, parse_year
from mspof_cli.sac import Comparator
from mspof_cli.schemas import ANSWER, Block, Collection, Edition, Question, Rule, Spot

# Cover fields that the code itself reads: every return must say whose it is and when.
KNOWN_FIELDS = {"council", "ons_code", "year", "quarter", "submission", "completed", "signed_off"}


# What is reported regularly must be few enough to be read.
MOST_HEADLINES = 5


def audience_problems(audiences: Sequence[Audience], policies: Mapping[str, Policy]) -> Iterator[str]:
    """Audiences without a policy, and those who are not shown all that the ones above them are, as they are."""
    for each in audiences:
        if each.policy not in policies:
            yield f"the policy '{each.policy}' of '{each.slug}' is not there."
            return
    for above, below in pairwise(audiences):
        if policies[below.policy].base > 1 and above.policy != below.policy:
            yield f"the policy of '{below.slug}' is not that of '{above.slug}'."
        if not set(above.levels) <= set(below.levels) or above.councils < below.councils:
            yield f"'{below.slug}' is shown less than '{above.slug}', which stands above it."


def _repeated(names: Iterable[str]) -> list[str]:
    return [name for name, count in Counter(names).items() if count > 1]


def collection_problems(collection: Collection) -> Iterator[str]:
    """What the collection's own entries get wrong about each other."""
    missing = KNOWN_FIELDS - {field.slug for field in collection.cover}
    if missing:
        yield f"the cover has no field '{sorted(missing)[0]}'."
    for mark in ("supplies", "contact"):
        if sum(getattr(field, mark) for field in collection.cover) > 1:
            yield f"more than one field of the cover has '{mark}'."
    if sum(each.headline for each in collection.derived) > MOST_HEADLINES:
        yield f"more than {MOST_HEADLINES} derived measures have 'headline'."
    for question in collection.question:
        yield from _tally_problems(question)
        if bool(question.answers) == bool(question.columns):
            yield f"question '{question.slug}' must have either answers or columns."
        for respondent in question.respondents:
            if respondent not in collection.respondents:
                yield f"question '{question.slug}' names the respondent '{respondent}', who is not declared."
    measures = (measure for question in collection.question for measure in question.measures)
    names = [
        *collection.figures,
        *collection.totals,
        *collection.questions,
        *(each.slug for each in collection.derived),
    ]
    fields = (field.slug for field in collection.cover)
    for name in (*_repeated(names), *_repeated(fields), *_repeated(measures)):
        yield f"the name '{name}' is used more than once."
    yield from _name_problems(collection)


def _name_problems(collection: Collection) -> Iterator[str]:
    """Totals, percentages and watched counts that name what there is not."""
    counts = {*collection.figures, *collection.totals}
    uses = [
        *((f"total '{total.slug}'", total.of, set(collection.figures)) for total in collection.total),
        *((f"derived measure '{each.slug}'", each.numerator + each.denominator, counts) for each in collection.derived),
        *(
            (f"derived measure '{each.slug}'", (each.question,), set(collection.questions))
            for each in collection.derived
        ),
        ("watched_counts", collection.watched_counts, counts),
    ]
    for user, names, known in uses:
        for name in names:
            if name not in known:
                yield f"{user} names '{name}', which is not declared."


def _tally_problems(question: Question) -> Iterator[str]:
    """Tallies that speak of columns, or of choices, that their list does not have."""
    choices = {column.slug: column.choices for column in question.columns}
    numbers = {column.slug for column in question.columns if column.kind == "number"}
    for tally in question.tallies:
        for column, choice in tally.where.items():
            if choice not in choices.get(column, ()):
                yield f"tally '{tally.measure}' counts '{choice}', which is not a choice of a column '{column}'."
        try:
            names = Line(tally.when).names if tally.when is not None else ()
        except LineError as error:
            yield f"the line of tally '{tally.measure}' can't be used: {error}."
            continue
        for name in names:
            if name not in numbers:
                yield f"the line of tally '{tally.measure}' names '{name}', which is not a column of numbers."


def rule_problems(collection: Collection) -> Iterator[str]:
    """Rules that can't be tried, or whose words could not be filled in."""
    known = {*collection.figures, *collection.totals, *(q.returned_name for q in collection.question)}
    for code in _repeated(rule.code for rule in collection.rule):
        yield f"the rule code {code} is used more than once."
    for rule in collection.rule:
        if not rule.line or not rule.breaks:
            yield f"rule {rule.code} needs a line, and at least one example that breaks it."
            continue
        try:
            unknown = [name for name in rule.parsed.names if name not in known]
        except LineError as error:
            yield f"the line of rule {rule.code} can't be used: {error}."
            continue
        if unknown:
            yield f"the line of rule {rule.code} names '{unknown[0]}', which is not a figure, a total or a question."
            continue
        for year in filter(None, (rule.since, rule.until)):
            if not _is_year(year):
                yield f"rule {rule.code} gives '{year}', which is not a financial year such as 2018-19."
        if rule.question not in collection.questions:
            yield f"rule {rule.code} names the question '{rule.question}', which is not declared."
        yield from _wording_problems(collection, rule)


def _wording_problems(collection: Collection, rule: Rule) -> Iterator[str]:
    """Words of a rule that use what its line does not give a figure for."""
    single = bool(rule.parsed.expectation())
    figures = {*rule.parsed.names, *collection.expand(n for n in rule.parsed.names if not n.endswith("_returned"))}
    usable = figures | {f"{name}.label" for name in figures & set(collection.figures)}
    if single:
        usable |= {"left", "right", "difference", "found", "expected"}
    for entry in ("found", "expected", "message", "fix"):
        try:
            used = [name for _, name, _, _ in Formatter().parse(getattr(rule, entry)) if name is not None]
        except ValueError:
            yield f"'{entry}' of rule {rule.code} has a curly bracket without its other half."
            continue
        for name in used:
            if name not in usable:
                hint = "" if single or name != entry else ": give it, since the line is not a single comparison"
                yield f"'{entry}' of rule {rule.code} uses {{{name}}}, which its line does not give{hint}."


def edition_problems(collection: Collection, edition: Edition) -> Iterator[str]:
    """Addresses that do not fit the measures: every label once, every answer somewhere."""
    for year in edition.years:
        if not _is_year(year):
            yield f"'{year}' is not a financial year such as 2018-19."
    if sorted(block.question or "" for block in edition.block) != sorted(collection.questions):
        yield "it must have one block for each question of the collection."
        return
    cover = {field.slug for field in collection.cover}
    yield from _block_problems("cover", edition.cover, cover, {ANSWER})
    for block in edition.block:
        question = collection.questions[block.question or ""]
        yield from _block_problems(f"block '{question.slug}'", block, *_expected_keys(question))
    yield from _block_problems("comments", edition.comments, set(collection.questions), {ANSWER})
    yield from _spot_problems(collection, (edition.cover, *edition.block, edition.comments))


def comparator_problems(collection: Collection, comparator: Comparator, policies: Container[str]) -> Iterator[str]:
    """What is published of measures that the collection does not have, or that can't be compared."""
    if comparator.policy not in policies:
        yield f"the policy '{comparator.policy}' is not in disclosure.toml."
    choices = {field.slug: field.choices for field in collection.cover}
    if comparator.scope.choice not in choices.get(comparator.scope.field, ()):
        yield f"'{comparator.scope.choice}' is not a choice of '{comparator.scope.field}' on the cover."
    if "ons_code" not in comparator.identifiers:
        yield "'identifiers' has no headings for 'ons_code'."
    for measure in comparator.measures:
        if measure not in collection.figures:
            yield f"a table gives '{measure}', which is not a figure of the collection."
    for name in (*comparator.compared, *comparator.within, *comparator.within.values()):
        if name not in collection.figures and name not in collection.totals:
            yield f"'{name}' is compared, but is neither a figure nor a total."
            return
        if not set(collection.expand([name])) <= set(comparator.measures):
            yield f"'{name}' is compared, but no table gives every part of it."


def _is_year(text: str) -> bool:
    """Whether a text is a financial year as the data files write it, so that years can be compared as text."""
    start = parse_year(text)
    return start is not None and Period(start, 1).year == text


def _spot_problems(collection: Collection, blocks: Sequence[Block]) -> Iterator[str]:
    """Labels with no proper cell, with a cell that another has, or without words."""
    spots = [
        (block.sheet, spot.cell if isinstance(spot, Spot) else spot)
        for block in blocks
        for spot in (*([block.heading] if block.heading else []), *block.columns.values(), *block.rows.values())
    ]
    for _, cell in spots:
        if not _is_address(cell):
            yield f"'{cell}' is not the address of a cell, such as C8."
            return
    for (sheet, cell), count in Counter(spots).items():
        if count > 1:
            yield f"two labels stand in cell {cell} of sheet '{sheet}'."
    for block in blocks:
        for label in block_labels(collection, block).values():
            if not label.key:
                yield f"the label in cell {Place('', *label[:2]).ref} of sheet '{block.sheet}' has no words."


def _is_address(cell: str) -> bool:
    try:
        row, _ = row_and_column(cell)
    except ValueError:
        return False
    return row > 0


def _expected_keys(question: Question) -> tuple[set[str], set[str]]:
    """The keys of rows and of columns that a question's block must have."""
    if question.is_list:
        return set(), {column.slug for column in question.columns}
    return set(question.answers), set(question.respondents or (ANSWER,))


def _block_problems(name: str, block: Block, rows: set[str], columns: set[str]) -> Iterator[str]:
    for kind, given, wanted in (("row", set(block.rows), rows), ("column", set(block.columns), columns)):
        for key in sorted(wanted - given):
            yield f"{name} has no {kind} '{key}'."
        for key in sorted(given - wanted):
            yield f"{name} has a {kind} '{key}', which the collection does not have."
