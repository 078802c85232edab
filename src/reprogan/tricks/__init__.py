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
from .dragan import Dragan
from .drift import Drift
from .equilibrium import Equilibrium
from .exponential_decay import ExponentialDecay
from .feature_matching import FeatureMatching
from .generator_batch import GeneratorBatch
from .gradient_clip import GradientClip
from .gradient_penalty import GradientPenalty
from .historical_averaging import HistoricalAveraging
from .information import Information
from .instance_noise import InstanceNoise
from .label_smoothing import LabelSmoothing
from .linear_decay import LinearDecay
from .max_norm import MaxNorm
from .minibatch_discrimination import MinibatchDiscrimination
from .momentum_ramp import MomentumRamp
from .n_critic_schedule import NCriticSchedule
from .noisy_labels import NoisyLabels
from .pulling_away import PullingAway
from .r1 import R1
from .r2 import R2
from .spectral_norm import SpectralNorm
from .standardize import Standardize
from .supervise import Supervise
from .trick import Trick
from .unroll import Unroll
from .virtual_batch_norm import VirtualBatchNorm
from .weight_clip import WeightClip

TRICKS: dict[str, type[Trick]] = {
    # layers and heads
    "auxiliary_classifier": AuxiliaryClassifier,
    "information": Information,
    "minibatch_discrimination": MinibatchDiscrimination,
    "supervise": Supervise,
    "virtual_batch_norm": VirtualBatchNorm,
    "spectral_norm": SpectralNorm,
    # what is played, and terms of the losses
    "gradient_penalty": GradientPenalty,
    "dragan": Dragan,
    "r1": R1,
    "r2": R2,
    "pulling_away": PullingAway,
    "equilibrium": Equilibrium,
    "unroll": Unroll,
    "drift": Drift,
    "feature_matching": FeatureMatching,
    "generator_batch": GeneratorBatch,
    # how images and targets reach the critic
    "label_smoothing": LabelSmoothing,
    "noisy_labels": NoisyLabels,
    "dequantize": Dequantize,
    "augment": Augment,
    "adaptive_augment": AdaptiveAugment,
    "instance_noise": InstanceNoise,
    "standardize": Standardize,
    # what happens around an update
    "gradient_clip": GradientClip,
    "max_norm": MaxNorm,
    "weight_clip": WeightClip,
    "historical_averaging": HistoricalAveraging,
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
