"""Whether conditional samples are of the class asked for, and as varied as that class is."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from .metric import Figure, Metric, Real

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

    from ..seen import Seen


class Conditional(Metric):
    """Class agreement, and the FID within each class (Miyato and Koyama 2018, section 4)."""

    name: Literal["conditional"] = "conditional"

    def of(self, fake: Seen, real: Real) -> dict[str, Figure]:
        """The stems `class_agreement`, `intra_class_fid` and `intra_class_fid_worst`.

        class_agreement: the share of samples that are taken for the class asked for; only where
        the extractor knows the data's classes. intra_class_fid: the mean over classes of the FID
        within one, and the worst class's. Nothing for samples that were asked for no class.
        """
        asked = fake.take(fake.labels >= 0)
        return (self.agreement(asked, real) | self.within(asked, real)) if len(asked) else {}

    def missing(self, fake: Seen, real: Real, extractor: str) -> str:
        """Samples without classes, or real images and an extractor without these."""
        from ..within_class import common, too_few

        labels, there = fake.labels, real.compared.labels
        if (labels < 0).all():
            return "the samples were asked for no class that real images have"
        if (fake.logits is not None and real.classes) or (
            common(there) and not too_few(labels, there)
        ):
            return ""
        return (
            f"{extractor} has no logits of the real images' classes, and of some class there are"
            " fewer than 2 images"
        )

    def agreement(self, asked: Seen, real: Real) -> dict[str, Figure]:
        """Blind to collapse within a class."""
        if asked.logits is None or not real.classes:
            return {}
        right = asked.logits.argmax(axis=1) == asked.labels
        error = float(right.std() / len(right) ** 0.5)
        how = "samples, each for itself"
        return {"class_agreement": Figure(float(right.mean()), len(right), "", error, how)}

    def within(self, asked: Seen, real: Real) -> dict[str, Figure]:
        """Higher than the FID even of a perfect generator: a class has fewer images than all.

        Nothing where a class has too few samples: a mean over the others is another figure.
        """
        from ..within_class import class_distances, too_few

        there = real.compared
        if too_few(asked.labels, there.labels):
            return {}
        found = class_distances(asked.features, asked.labels, there.features, there.labels)
        if not found:
            return {}
        n, values = len(asked), found.values()
        return {
            "intra_class_fid": Figure(sum(values) / len(values), n, real.split),
            "intra_class_fid_worst": Figure(max(values), n, real.split),
        }

    def reading(self, real: Real, n: int) -> dict[str, float]:
        """class_agreement_real, of real images with their labels, and intra_class_fid_floor.

        The floor is that of real images that are not compared with, n of them if there are so many.
        """
        other, rest = real.apart(n)
        other, compared = (
            other.take(other.labels >= 0),
            rest.compared.take(rest.compared.labels >= 0),
        )
        if not (len(other) and len(compared)):
            return {}
        figures = {
            "class_agreement_real": self.agreement(compared, real).get("class_agreement"),
            "intra_class_fid_floor": self.within(other, rest).get("intra_class_fid"),
        }
        return {key: f.value for key, f in figures.items() if f is not None and f.value is not None}

    def warning(self, fake: Seen, real: Real) -> str:
        """Classes that one side hardly shows; fewer images of a class than features."""
        return "; ".join(filter(None, (self.rare(fake, real), self.biased(fake, real))))

    def rare(self, fake: Seen, real: Real) -> str:
        """Classes asked for of which real images have no covariance."""
        from ..within_class import left_out

        there = real.compared.labels
        classes = left_out(fake.labels, there) if (there >= 0).any() else []
        if not classes:
            return ""
        return (
            f"the intra-class FID leaves out class {', '.join(map(str, classes))}, which samples"
            " were asked for: fewer than 2 real images are of it"
        )

    def biased(self, fake: Seen, real: Real) -> str:
        """Samples of some classes only; fewer images of a class than features, so no full rank."""
        from ..within_class import too_few

        sizes = {"samples": fake.labels, "real images": real.compared.labels}
        least = {what: fewest(labels) for what, labels in sizes.items()}
        if 0 in least.values():
            return ""
        if absent := too_few(fake.labels, real.compared.labels):
            return (
                f"no intra-class FID: fewer than 2 samples of class {', '.join(map(str, absent))}"
            )
        few = " and ".join(f"{n} {what}" for what, n in least.items() if n <= fake.dims)
        if not few:
            return ""
        floor = self.reading(real, len(fake)).get("intra_class_fid_floor")
        known = "" if floor is None else f", by about {floor:.3g}, which real images have"
        return (
            f"{few} of a class are too few for {fake.dims} features: the intra-class FID is biased"
            f" upwards{known}"
        )


def fewest(labels: npt.NDArray[np.int64]) -> int:
    """Images of the class with the fewest; 0 where none has a class."""
    import numpy as np

    counts = np.unique(labels[labels >= 0], return_counts=True)[1]
    return int(counts.min()) if len(counts) else 0
