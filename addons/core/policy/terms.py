"""Approval terms of several rules as one: whoever satisfies it satisfies every rule."""

from collections.abc import Collection, Iterable, Sequence

from addons.core.exchange import ApprovalTerms


def strictest(all_terms: Iterable[ApprovalTerms]) -> ApprovalTerms:
    """Return the terms that satisfy all of ``all_terms``; the order does not matter.

    The count is the largest, the expiry the shortest, mitmweb counts only where all allow it. Of several sets of groups
    those stay that hold no other one: a person of a smaller set is in the larger one too. The first of them is
    ``groups``, further ones are ``also``.
    """
    terms = tuple(all_terms) or (ApprovalTerms(),)
    sets = _smallest({frozenset(groups) for one in terms for groups in group_sets(one)})
    first, *also = sets or [()]
    return ApprovalTerms(
        groups=first,
        count=max(one.count for one in terms),
        expires=min(one.expires for one in terms),
        mitmweb=all(one.mitmweb for one in terms),
        also=tuple(also),
    )


def group_sets(terms: ApprovalTerms) -> tuple[tuple[str, ...], ...]:
    """Return the sets of groups of which each needs ``terms.count`` distinct approvers; none where anybody may."""
    return tuple(groups for groups in (terms.groups, *terms.also) if groups)


def are_met(terms: ApprovalTerms, approvers: Sequence[Collection[str]]) -> bool:
    """Tell whether distinct people with these groups, one item per person, suffice."""
    if len(approvers) < terms.count:
        return False
    return all(
        sum(not set(groups).isdisjoint(person) for person in approvers) >= terms.count for groups in group_sets(terms)
    )


def _smallest(sets: set[frozenset[str]]) -> list[tuple[str, ...]]:
    return sorted(tuple(sorted(one)) for one in sets if not any(other < one for other in sets))
