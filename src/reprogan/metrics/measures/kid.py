"""The kernel distance of features. Binkowski et al. 2018, section 4."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from ...component import Count, Index
from .metric import Figure, Metric, Real
from .numbers import Numbers

if TYPE_CHECKING:
    from ..seen import Seen


class Kid(Metric):
    """Lower is better, 0 in the mean for equal distributions whatever their number of images.

    unit_rms: features are divided by the root mean square of the real ones, without which their
    scale alone would decide; false for Inception features, of which KIDs are published. subsets:
    of subset_size images, for a figure as it is published (100 of 1000); 0 for none.
    """

    name: Literal["kid"] = "kid"
    unit_rms: bool = True
    subsets: Index = 0
    subset_size: Count = 1000

    @property
    def stem(self) -> str:
        """Figures in units of the real features' scale have another name."""
        return "kid_unit_rms" if self.unit_rms else "kid"

    def of(self, fake: Seen, real: Real) -> dict[str, Figure]:
        """The stem `kid` of all images; `kid_100x1000` besides where subsets are asked for."""
        from ..kernel_distance import drawn, kernel_distance, over_subsets

        a, b, rms = fake.features, real.compared.features, self.unit(real)
        value, error = kernel_distance(a, b, rms)
        figures = {self.stem: Figure(value, len(a), real.split, error, "jackknife of each sample")}
        if self.subsets:
            pairs = drawn(len(a), len(b), self.subsets, self.subset_size, real.seed)
            mean, spread = over_subsets(a, b, pairs, rms)
            how = f"spread over {self.subsets} subsets of {self.subset_size}"
            stem = f"{self.stem}_{self.subsets}x{self.subset_size}"
            figures[stem] = Figure(mean, len(a), real.split, spread, how)
        return figures

    def least(self, logits: bool) -> Numbers:
        """The jackknife leaves one of three out; a subset needs as many images as it has."""
        size = self.subset_size if self.subsets else 0
        return Numbers(max(3, size), max(2, size), 3)

    def why(self) -> str:
        """As it is typed."""
        return f"subset_size: {self.subset_size}" if self.subsets else ""

    def reading(self, real: Real, n: int) -> dict[str, float]:
        """kid_floor: of real images that are not compared with; what is not 0 tells the splits."""
        from ..kernel_distance import kernel_distance

        other, rest = real.apart(n)
        value, _ = kernel_distance(other.features, rest.compared.features, self.unit(real))
        return {f"{self.stem}_floor": value}

    def unit(self, real: Real) -> float:
        """What features are divided by."""
        from ..kernel_distance import root_mean_square

        return root_mean_square(real.compared.features) if self.unit_rms else 1.0
