"""FID extrapolated to infinitely many samples. Chong and Forsyth 2020."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Literal

from pydantic import Field

from .metric import Figure, Metric, Real
from .numbers import Numbers

if TYPE_CHECKING:
    from ..seen import Seen


class FidInfinity(Metric):
    """Lower is better. Noisier than FID, and the bias of few real images stays: never a headline.

    points: subsets of the samples that a line is laid through.
    """

    name: Literal["fid_infinity"] = "fid_infinity"
    points: Annotated[int, Field(ge=3)] = 15

    def of(self, fake: Seen, real: Real) -> dict[str, Figure]:
        """The stem `fid_infinity`; its error by the line's residuals, which is too small."""
        from ..extrapolation import extrapolated

        value, error = extrapolated(fake.features, real.compared.moments, self.points, real.seed)
        how = f"residuals of a line through {self.points} subsets"
        return {"fid_infinity": Figure(value, len(fake), real.split, error, how)}

    def least(self, logits: bool) -> Numbers:
        """The smallest subset is a tenth of the samples."""
        from ..extrapolation import SMALLEST

        return Numbers(3 * SMALLEST)

    def warning(self, fake: Seen, real: Real) -> str:
        """The law is a line in 1 / N only where covariances have full rank."""
        from ..extrapolation import SMALLEST

        least = len(fake) // SMALLEST
        if least > fake.dims:
            return ""
        return (
            f"FID-infinity is extrapolated from {least} samples, too few for {fake.dims} features"
        )
