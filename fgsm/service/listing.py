"""The catalogue as the browser gets it."""

from fgsm import catalogue
from fgsm.catalogue import (
    ARTICLE_EPSILONS,
    ATTACKS,
    EPSILONS,
    MODELS,
    SOURCES,
    TWINS,
    Attack,
    Model,
    Source,
)
from fgsm.digits import PER_CLASS
from fgsm.service.answer import AttackEntry, Catalogue, ModelEntry, SourceEntry
from fgsm.service.fields import REACHES


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
        per_class=PER_CLASS,
        keys={
            name: entry.key
            for name, entry in vars(catalogue).items()
            if isinstance(entry, (Attack, Model, Source))
        },
    )
