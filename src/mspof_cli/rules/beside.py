"""Rules on a council's quarters beside what SAC published for it: one finding for one cause, both figures as ranges."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from mspof_cli.findings import Trouble
from mspof_cli.intervals import Share
from mspof_cli.reconcile import (
    QUARTERS,
    Compared,
    Far,
    Position,
    Swap,
    Year,
    compare,
    explained_by,
    grows_like_a_running_total,
    looks_cumulative,
    shares_apart,
    swapped,
    swapped_shares,
    volume_distance,
    years,
)
from mspof_cli.returns import Return
from mspof_cli.rules.standing import Met
from mspof_cli.rules.together import percent
from mspof_cli.sac import Publication, Published, Sac

# A sum of more figures than this is not shown term by term.
FIGURES_SHOWN = 5


def beside_sac(returns: Sequence[Return], sac: Sac) -> Iterator[Met]:
    """What the returns that count show beside SAC: each council's year, or where that was not published, its quarters."""
    for year in years(returns, sac):
        publication = sac.beside(year.start_year)
        if publication is None:
            continue
        why_not = _no_comparator(year, publication)
        if why_not:
            yield why_not
            continue
        compared = compare(year, publication, sac)
        yield from _not_supplied(year, compared, publication, sac)
        if publication.start_year == year.start_year:
            yield from _same_year(year, compared, publication, sac)
        else:
            yield from _volumes(year, publication, sac)
            for ret in year.returns:
                yield from _shares(ret, year, publication, sac)


def _no_comparator(year: Year, publication: Publication) -> Met | None:
    if publication.has(year.council):
        return None
    existed = year.council.existed_throughout(publication.start_year)
    facts = {"council": year.council.name, "year": publication.year}
    return year.returns[-1].file, Trouble("SAC402" if existed else "SAC401", facts=facts)


def _not_supplied(year: Year, compared: dict[str, Compared], publication: Publication, sac: Sac) -> Iterator[Met]:
    """Wholes that were returned, and that SAC has nothing of; a council that returned none of it has nothing to compare."""
    missing = [
        name
        for name in sac.comparator.compared
        if name in compared and compared[name].sum and not compared[name].published.interval.is_known
    ]
    if missing:
        last = year.returns[-1]
        facts = {
            "council": year.council.name,
            "year": publication.year,
            "missing": ", ".join(f"'{_label(last, name)}'" for name in missing),
        }
        yield last.file, Trouble("SAC403", last.places(missing), facts=facts)


# --- the same year --------------------------------------------------------------------------------------------------


def _same_year(year: Year, compared: dict[str, Compared], publication: Publication, sac: Sac) -> Iterator[Met]:
    """Each whole that is off, or else its parts; what a whole further up explains is not said again.

    Answers in each other's place are said beside it: no total that is off explains them.
    """
    explained: set[str] = set()
    for name in sac.comparator.compared:
        whole = compared.get(name)
        if whole is None:
            continue
        parts = [compared[part] for part in sac.comparator.parts(sac.collection, name) if part in compared]
        off = [part for part in parts if part.is_off]
        is_explained = bool(explained & {name, *explained_by(name, sac)})
        if whole.is_off and not is_explained:
            explained.add(name)
            yield _finding(year, _cause(year, whole, sac), [whole], sac)
        swap = _swap(year, name, parts, publication, sac)
        if swap:
            explained |= {part.name for part in off}
            yield _swapped(year, swap, [compared[answer] for answer in swap[:2]], sac)
        elif off and not whole.is_off and not is_explained:
            explained |= {part.name for part in off}
            yield from _parts_off(year, off, sac)


def _swap(year: Year, whole: str, parts: list[Compared], publication: Publication, sac: Sac) -> Swap | None:
    """Two answers in each other's place: by the sums of a whole year where they tell, else by shares.

    Only where an answer is off: quarters that are only part of the year may differ from it in any other way.
    """
    if not any(part.is_off for part in parts):
        return None
    if all(part.is_whole_year for part in parts):
        exact = swapped({part.name: part.counts for part in parts}, {part.name: part.allowed for part in parts})
        if exact:
            return exact
    return swapped_shares(year.returns, whole, year, publication, sac)


def _swapped(year: Year, swap: Swap, pair: list[Compared], sac: Sac) -> Met:
    file, trouble = _finding(year, "SAC103", pair, sac)
    ret = next(ret for ret in year.returns if ret.file == file)
    agree = "they agree with SAC" if pair[0].is_whole_year else "they are in line with SAC's shares"
    return file, trouble._replace(facts={**trouble.facts, **_swap_facts(ret, swap), "agree": agree})


def _cause(year: Year, whole: Compared, sac: Sac) -> str:
    """The likeliest cause of a whole that is off."""
    if whole.position is Position.BELOW:
        return "SAC101"
    if looks_cumulative(whole):
        return "SAC105"
    if not year.covers(sac):
        return "SAC104"
    return "SAC101" if whole.is_whole_year else "SAC201"


def _parts_off(year: Year, off: list[Compared], sac: Sac) -> Iterator[Met]:
    """Answers that are off though their total holds: those of whole years, and those that are too many already."""
    for code, parts in (
        ("SAC102", [part for part in off if part.is_whole_year]),
        ("SAC201", [part for part in off if not part.is_whole_year]),
    ):
        if parts:
            yield _finding(year, code, parts, sac)


def _swap_facts(ret: Return, swap: Swap) -> dict[str, object]:
    when = f"in Q{swap.quarter}" if swap.quarter else "in one quarter or more"
    return {"first": _label(ret, swap.first), "second": _label(ret, swap.second), "when": when}


def _finding(year: Year, code: str, off: list[Compared], sac: Sac) -> Met:
    """A finding about sums, in the last return that gave any of them."""
    quarter = max(quarter for each in off for quarter in each.counts)
    ret = next(ret for ret in year.returns if ret.who.period and ret.who.period.quarter == quarter)
    names = [each.name for each in off]
    facts = {
        "changes": "; ".join(_beside(ret, each) for each in off),
        "found": ", ".join(str(each.sum) for each in off),
        "allowed": ", ".join(str(each.allowed) for each in off),
        "most": ", ".join(str(each.allowed.high) for each in off),
        "counts": _by_quarter(off[0]),
        "fits": "The last alone would agree with SAC",
    }
    measure = names[0]
    return ret.file, Trouble(code, ret.places(names), sac.collection.question_of(measure), measure, facts)


def _beside(ret: Return, compared: Compared) -> str:
    """Both figures as ranges: "SAC shows 120 for 'Enquiries completed', that is between 118 and 122; ..."."""
    quarters = len(compared.counts)
    number = {1: "one quarter", 2: "two quarters", 3: "three quarters", QUARTERS: "four quarters"}[quarters]
    verb = "comes" if quarters == 1 else "come"
    return (
        f"{_published(compared.published, _label(ret, compared.name))}; the {number} {verb} to {compared.sum}"
        f" ({_by_quarter(compared)})"
    )


def _published(published: Published, label: str) -> str:
    """What SAC shows, as printed where that is short, and the range that it is."""
    figures = published.shown.count(" + ") + 1
    shown = published.shown if figures <= FIGURES_SHOWN else f"{figures} figures"
    rounded = str(published.interval) != published.shown
    return f"SAC shows {shown} for '{label}'" + (f", that is {published.interval}" if rounded else "")


def _by_quarter(compared: Compared) -> str:
    return ", ".join(f"Q{quarter} {count}" for quarter, count in sorted(compared.counts.items()))


def _label(ret: Return, name: str) -> str:
    assert ret.form is not None
    return ret.form.label_of(name)


# --- an earlier year ------------------------------------------------------------------------------------------------


def _volumes(year: Year, publication: Publication, sac: Sac) -> Iterator[Met]:
    """Quarters that are far from a quarter of SAC's year; what has one cause in the whole year, in the last of them."""
    met = [found for ret in year.returns if (found := _volume(ret, year, publication, sac))]
    cumulative, scope = ([each for each in met if each[1].code == code] for code in ("SAC105", "SAC104"))
    if cumulative:  # which the quarters before are part of
        yield cumulative[-1]
        return
    yield from (each for each in met if each[1].code != "SAC104" or each is scope[-1])


def _volume(ret: Return, year: Year, publication: Publication, sac: Sac) -> Met | None:
    """The first whole that the quarter returned and SAC has, where it is far from a quarter of SAC's year."""
    values = ret.values()
    for name in sac.comparator.compared:
        published, count = publication.figure(sac.collection, year.council, name), values.get(name)
        if count is None or published.interval.high is None:
            continue
        far, side = volume_distance(count, published.interval, sac.comparator.tolerances)
        if far is Far.NEAR:
            return None
        facts = {
            "changes": f"{_published(published, _label(ret, name))}, for the whole of {publication.year}; "
            f"this quarter alone comes to {count}",
            "found": count,
            "allowed": f"about a quarter of what SAC shows for {publication.year}",
            "counts": ", ".join(f"Q{quarter} {n}" for quarter, n in sorted(year.counts(name).items())),
            "fits": f"As a year so far, the last would be in line with SAC for {publication.year}",
            "year": publication.year,
        }
        code = _why_far(ret, year, name, published, (far, side), sac)
        return ret.file, Trouble(code, ret.places([name]), sac.collection.question_of(name), name, facts)
    return None


def _why_far(ret: Return, year: Year, name: str, published: Published, distance: tuple[Far, int], sac: Sac) -> str:
    """The likeliest cause of a quarter that is far from a quarter of SAC's year."""
    assert ret.who.period is not None
    far, side = distance
    so_far = {quarter: n for quarter, n in year.counts(name).items() if quarter <= ret.who.period.quarter}
    pace = round(so_far[max(so_far)] / max(so_far))
    fits = volume_distance(pace, published.interval, sac.comparator.tolerances)[0] is Far.NEAR
    if side > 0 and fits and len(so_far) > 1 and grows_like_a_running_total(so_far):
        return "SAC105"
    if far is Far.NOTE:
        return "SAC302"
    return "SAC104" if side > 0 and not year.covers(sac) else "SAC301"


def _shares(ret: Return, year: Year, publication: Publication, sac: Sac) -> Iterator[Met]:
    """A quarter's answers in each other's place, and percentages away from SAC's."""
    for whole in sac.comparator.compared:
        swap = swapped_shares([ret], whole, year, publication, sac)
        if swap:
            values, names = ret.values(), swap[:2]
            shown = (publication.figure(sac.collection, year.council, name) for name in names)
            changes = "; ".join(
                f"{_published(figure, _label(ret, name))} in {publication.year}, and this quarter has {values[name]}"
                for name, figure in zip(names, shown, strict=True)
            )
            agree = f"they are in line with SAC for {publication.year}"
            facts = {**_swap_facts(ret, swap), "changes": changes, "agree": agree}
            yield ret.file, Trouble("SAC103", ret.places(names), sac.collection.question_of(whole), names[0], facts)
    for apart in shares_apart(ret, year, publication, sac):
        derived, (part, base) = apart.derived, apart.counts
        facts = {
            "label": derived.label,
            "found": percent(part, base),
            "base": base,
            "share": _in_words(apart.published),
            "year": publication.year,
        }
        code = "SAC303" if apart.far is Far.QUERY else "SAC304"
        yield ret.file, Trouble(code, ret.places(derived.numerator), derived.question, derived.slug, facts)


def _in_words(share: Share) -> str:
    low, high = f"{100 * share.low:.0f}", f"{100 * share.high:.0f}"
    return f"{low} %" if low == high else f"{low} to {high} %"
