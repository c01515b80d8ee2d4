"""The catalogue as the browser gets it, and what the page opens with."""

from fgsm import catalogue
from fgsm.catalogue import (
    ARTICLE_EPSILONS,
    ATTACKS,
    BUILTIN,
    EPSILONS,
    FGSM,
    LENET,
    MODELS,
    SOURCES,
    TWINS,
    Attack,
    Model,
    Source,
)
from fgsm.digits import PER_CLASS
from fgsm.picture import MOST_BYTES
from fgsm.service import FIGURES
from fgsm.service.answer import AttackEntry, Catalogue, First, ModelEntry, SourceEntry
from fgsm.service.fields import LONGEST_LINK, REACHES, SHORTEST_RAY
from fgsm.service.request import AimedRequest, WindowRequest

FIRST = AimedRequest(source=BUILTIN.key, index=403, attack=FGSM.key, model=LENET.key)
FIRST_EPSILON = 0.12
"""Enough to fool the first digit: the point is made before the first click."""


def listing() -> Catalogue:
    """All that can be chosen, in the order of the menus."""
    return Catalogue(
        attacks=[
            AttackEntry(
                key=attack.key,
                title=attack.title,
                name=attack.name,
                explanation=attack.explanation,
                formula=attack.formula,
                needs_target=attack.needs_target,
                gradients=attack.gradients,
                line=attack.line,
                offered=attack.offered,
            )
            for attack in ATTACKS.values()
        ],
        models=[ModelEntry(model.key, model.title, model.rank) for model in MODELS.values()],
        sources=[
            SourceEntry(source.key, source.title, source.phrase, source.size, source.unnamed)
            for source in SOURCES.values()
        ],
        twins=(TWINS[0].key, TWINS[1].key),
        epsilons=list(EPSILONS),
        article_epsilons=list(ARTICLE_EPSILONS),
        reaches=list(REACHES),
        first_reach=WindowRequest.model_fields["reach"].default,
        figures=[function.__name__ for function in FIGURES],
        per_class=PER_CLASS,
        largest_picture=MOST_BYTES,
        shortest_ray=SHORTEST_RAY,
        longest_link=LONGEST_LINK,
        first=First(FIRST.source, FIRST.index, FIRST.attack, FIRST.model, FIRST_EPSILON),
        keys={
            name: entry.key
            for name, entry in vars(catalogue).items()
            if isinstance(entry, (Attack, Model, Source))
        },
    )
