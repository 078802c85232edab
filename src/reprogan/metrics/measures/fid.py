"""The Frechet distance of features. Heusel et al. 2017, eq. 6."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from .metric import Figure, Metric, Real

if TYPE_CHECKING:
    from ..seen import Seen

GROUPS = 10
"""Of the jackknife: so many times, a tenth of the samples is left out."""


class Fid(Metric):
    """Lower is better; 0 for equal Gaussians. It grows as samples get fewer, and as reals do."""

    name: Literal["fid"] = "fid"

    def of(self, fake: Seen, real: Real) -> dict[str, Figure]:
        """The stem `fid`; its error by the jackknife over groups of samples."""
        from ..frechet import distance_of, jackknifed

        value = distance_of(fake.moments, real.compared.moments)
        error = jackknifed(fake.features, real.compared.moments, GROUPS, real.seed)
        return {"fid": Figure(value, len(fake), real.split, error, f"jackknife of {GROUPS} groups")}

    def reading(self, real: Real, n: int) -> dict[str, float]:
        """fid_floor: what a perfect generator would have. fid_constant: what one image would.

        The floor is the distance of real images that are not compared with, `n` of them if there
        are so many: what remains is the bias of few images, and the difference of the splits. Where
        all are compared with, it is that of two halves. A generator whose every image has the real
        mean features has the real total variance.
        """
        import numpy as np

        from ..frechet import distance_of

        other, rest = real.apart(n)
        return {
            "fid_floor": distance_of(other.moments, rest.compared.moments),
            "fid_constant": float(np.trace(real.compared.moments.covariance)),
        }

    def warning(self, fake: Seen, real: Real) -> str:
        """Fewer images than features: a covariance has no full rank."""
        sizes = ((len(fake), "samples"), (len(real.compared), "real images"))
        few = " and ".join(f"{n} {what}" for n, what in sizes if n <= fake.dims)
        if not few:
            return ""
        floor = self.reading(real, len(fake))["fid_floor"]
        return (
            f"{few} are too few for {fake.dims} features: the FID is biased upwards, by about"
            f" {floor:.3g}, which real images have"
        )
