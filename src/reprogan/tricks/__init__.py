"""Tricks: name -> a change to a game that is neither its networks nor its objective."""

from __future__ import annotations

from typing import Annotated

from ..component import SeveralOf
from .adaptive_augment import AdaptiveAugment
from .augment import Augment
from .auxiliary_classifier import AuxiliaryClassifier
from .average import Average
from .critic_pretraining import CriticPretraining
from .critic_warm_up import CriticWarmUp
from .dequantize import Dequantize
from .drift import Drift
from .exponential_decay import ExponentialDecay
from .generator_batch import GeneratorBatch
from .gradient_clip import GradientClip
from .gradient_penalty import GradientPenalty
from .instance_noise import InstanceNoise
from .label_smoothing import LabelSmoothing
from .linear_decay import LinearDecay
from .max_norm import MaxNorm
from .momentum_ramp import MomentumRamp
from .n_critic_schedule import NCriticSchedule
from .noisy_labels import NoisyLabels
from .spectral_norm import SpectralNorm
from .trick import Trick
from .weight_clip import WeightClip

TRICKS: dict[str, type[Trick]] = {
    # layers and heads
    "auxiliary_classifier": AuxiliaryClassifier,
    "spectral_norm": SpectralNorm,
    # what is played, and terms of the losses
    "gradient_penalty": GradientPenalty,
    "drift": Drift,
    "generator_batch": GeneratorBatch,
    # how images and targets reach the critic
    "label_smoothing": LabelSmoothing,
    "noisy_labels": NoisyLabels,
    "dequantize": Dequantize,
    "augment": Augment,
    "adaptive_augment": AdaptiveAugment,
    "instance_noise": InstanceNoise,
    # what happens around an update
    "gradient_clip": GradientClip,
    "max_norm": MaxNorm,
    "weight_clip": WeightClip,
    # schedules
    "linear_decay": LinearDecay,
    "exponential_decay": ExponentialDecay,
    "momentum_ramp": MomentumRamp,
    "n_critic_schedule": NCriticSchedule,
    "critic_warm_up": CriticWarmUp,
    "critic_pretraining": CriticPretraining,
    # copies of what all the others have shaped
    "average": Average,
}
"""In the order in which they are applied."""

AnyTricks = Annotated[tuple[Trick, ...], SeveralOf(TRICKS)]
