"""Seed known bugs, one at a time, and show that the tests catch each: `python tests/mutants.py [WORD]`.

Each mutant is one replaced piece of text in a copy of the repository, and the tests that must fail for it. Prints a
line for each and exits with 1 if one survives, or if its text is no longer there.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[1]
COPIED = (
    "src", "tests", "dvc.yaml", "dvc.lock", "requirements.lock", "params.yaml", "pyproject.toml",
    "presets", "docs", "README.md",
)  # fmt: skip
"""What the tests below read of the repository."""


@dataclass(frozen=True)
class Mutant:
    """A bug: in `file` (under src/reprogan), `right` becomes `wrong`; `tests` must notice."""

    bug: str
    file: str
    right: str
    wrong: str
    tests: str


VARIANTS = "tests/contract/test_variants.py"
TRAINING = "tests/contract/test_training.py"
CONFIG = "tests/contract/test_config.py"
TRICKS = "tests/closed_form/test_tricks.py"
LOSSES = "tests/closed_form/test_losses.py"
PENALTIES = "tests/closed_form/test_penalties.py"
ENERGY = "tests/closed_form/test_energy.py"
UNROLL = "tests/closed_form/test_unroll.py"
INFORMATION = "tests/closed_form/test_information.py"
SCHEDULES = "tests/closed_form/test_schedules.py"
TARGETS = "tests/closed_form/test_targets.py"
TRAINER = "tests/closed_form/test_trainer.py"
RESNET = "tests/closed_form/test_resnet.py"
SIGHTS = "tests/closed_form/test_sights.py"
CONDITIONAL = "tests/closed_form/test_conditional.py"
NETWORKS = "tests/closed_form/test_networks.py"
REPRESENT = "tests/contract/test_represent.py"
LATENTS = "tests/contract/test_latents.py"
IMPROVED = "tests/closed_form/test_improved.py"
LABELS = "tests/closed_form/test_labels.py"
PROGRESSIVE = "tests/closed_form/test_progressive.py"
LAPLACIAN = "tests/closed_form/test_laplacian.py"
SUMMARY = "tests/metrics/test_summary.py"
CARD = "tests/metrics/test_metric_card.py"
SELECTION = "tests/metrics/test_selection.py"
LEADERBOARD = "tests/metrics/test_leaderboard.py"
SNAPSHOTS = "tests/contract/test_snapshots.py"
TRIAL = "tests/contract/test_trial.py"
PLAN = "tests/contract/test_plan.py"
BASE = "tests/contract/test_base.py"
DISTANCES = "tests/metrics/test_distances.py"
NEIGHBORS = "tests/metrics/test_neighbors.py"
MANIFOLDS = "tests/metrics/test_manifolds.py"
KERNEL = "tests/metrics/test_kernel_distance.py"
COPYING = "tests/metrics/test_copying.py"
MEASURES = "tests/metrics/test_measures.py"
STACKS = "tests/data/test_data_stacks.py"
POINTS = "tests/data/test_data_points.py"
MODES = "tests/metrics/test_modes.py"
WEIGHTS = "tests/metrics/test_inception_weights.py"
CUSTOM = "tests/metrics/test_custom.py"
CHANNELWISE = "tests/metrics/test_channelwise.py"
SCORE = "tests/metrics/test_score.py"
DEVICE = "tests/contract/test_device.py"

MUTANTS = [
    Mutant("no seed per step", "trainer.py", "torch.manual_seed(seed_of(seed, STEP, step))", "pass", VARIANTS),
    Mutant("players never rest", "trainer.py", "    let_learn(player, False)\n    for action", "    for action", VARIANTS),
    Mutant("lazy weight not scaled", "trainer.py", "weighted.weight * weighted.every *", "weighted.weight *", TRAINER),
    Mutant("generator acts every step", "game.py", "return 0 if waits else turn", "return turn + 1 if waits else turn", TRAINER),
    Mutant("generator acts first in its window", "game.py", "divmod(step + 1, every)", "divmod(step, every)", TRAINER),
    Mutant("optimizer not in the checkpoint", "variant.py", 'game.keep(f"{player.name}_optimizer", player.optimizer)', "pass", VARIANTS),
    Mutant("average not in the checkpoint", "tricks/average.py", 'game.keep(f"{pair.generator.name}_average", pair.published)', "pass", VARIANTS),
    Mutant("average moves the wrong way", "tricks/average.py", "1 - decay", "decay", TRICKS),
    Mutant("clip before the update", "tricks/weight_clip.py", "pair.critic.after.append(partial(clip, pair.critic, self.limit))", "clip(pair.critic, self.limit)", TRICKS),
    Mutant("clip from above only", "tricks/weight_clip.py", "torch._foreach_clamp_min_(parameters, -limit)", "pass", TRICKS),
    Mutant("penalty on fakes only", "tricks/gradient_penalty.py", "torch.lerp(fake, real, epsilon)", "fake", TRICKS),
    Mutant("penalty one-sided", "tricks/gradient_penalty.py", "- 1).square()", "- 1).relu().square()", TRICKS),
    Mutant("one epsilon a pixel", "tricks/gradient_penalty.py", "torch.rand(len(real), 1, 1, 1, device=real.device)", "torch.rand_like(real)", TRICKS),
    Mutant("penalty not differentiable", "tricks/penalty.py", "create_graph=True", "create_graph=False", TRICKS),
    Mutant("minimax is non-saturating", "losses/minimax.py", "return -softplus(round.on_fake.score).mean()", "return softplus(-round.on_fake.score).mean()", LOSSES),
    Mutant("hinge margin on one side", "losses/hinge.py", "(1 + round.on_fake.score).relu()", "round.on_fake.score.relu()", LOSSES),
    Mutant("least squares without halves", "losses/least_squares.py", "0.5 * (round", "1.0 * (round", LOSSES),
    Mutant("Wasserstein sign", "losses/wasserstein.py", "return -round", "return round", LOSSES),
    Mutant("linear decay from the current rate", "tricks/rates.py", 'group.setdefault("initial_lr", group["lr"])', 'group["lr"]', TRICKS),
    Mutant("batch norm in every critic", "networks/dcgan.py", '[norm2d(self.critic_norm, width, self.affine)] if normed else []', '[norm2d("batch", width, self.affine)] if depth else []', NETWORKS),
    Mutant("batch norm on the critic's input", "networks/dcgan.py", "normed = depth > 0 and", "normed =", NETWORKS),
    Mutant("labels not shown to the critic", "networks/modules.py", "x = self.tell(x, code(given, self.classes))", "x = self.tell(x, 0 * code(given, self.classes))", TRAINER),
    Mutant("the same order in every epoch", "resident.py", "generator_of(self.seed, self.stream, epoch)", "generator_of(self.seed, self.stream, 0)", TRAINER),
    Mutant("too few labels are found out late", "resident.py", "_ = self.labeled", "pass", LABELS),
    Mutant("bytes truncated instead of rounded", "resident.py", ".round_()", "", TRAINER),
    Mutant("samples drawn in train mode", "game.py", "network.eval()", "network.train()", VARIANTS),
    Mutant("noise depends on the batch", "latent.py", "SAMPLE + stream, i)", "SAMPLE + stream, i - images.start)", TRAINER),
    Mutant("history forgotten on resume", "training.py", 'self.history.load_state_dict(state["history"])', "pass", TRAINING),
    Mutant("torn checkpoints are believed", "sealed.py", "content if path.name == name_of(number_of(path), content) else None", "content", TRAINING),
    Mutant("checkpoints ignore the data", "scratch.py", "for path in (*files, *loaded_code()):", "for path in loaded_code():", TRAINING),
    Mutant("divergence goes unnoticed", "history.py", 'if not abs(value) < float("inf"):', "if False:", TRAINING),
    Mutant("a loss row's norm is another", "config.py", '{"critic_norm": loss.critic_norm}', '{"critic_norm": "none"}', CONFIG),
    Mutant("a row's own norm is overridden", "config.py", 'and "critic_norm" not in networks.model_fields_set', "", CONFIG),
    Mutant("ruined weights are saved", "training.py", "refuse_ruined(self.game, step)", "pass", TRAINING),
    Mutant("windows forgotten on resume", "history.py", 'self.lines, self.points = state["lines"], state["points"]', 'self.lines = state["lines"]', TRAINING),
    Mutant("a loss row's n_critic is ignored", "config.py", "row.n_critic or loss.n_critic", "row.n_critic or 1", CONFIG),
    Mutant("optimizers keep their moments at a new level", "games/progressive.py", "player.optimizer.state.clear()", "pass", PROGRESSIVE),
    Mutant("optimizers forget once a level only", "games/progressive.py", "math.floor(before) != math.floor(now) or ", "", PROGRESSIVE),
    Mutant("real images are not faded", "games/progressive.py", "return torch.lerp(coarse, fine, growth.alpha)", "return fine", PROGRESSIVE),
    Mutant("phases counted in steps", "games/progressive.py", "step * batch / self.phase_images", "step / self.phase_images", PROGRESSIVE),
    Mutant("growth is not saved", "networks/progressive_modules.py", "self.grown = float(state)", "pass", PROGRESSIVE),
    Mutant("the generator's fade is reversed", "networks/progressive_modules.py", "torch.lerp(coarse, image, self.alpha)", "torch.lerp(image, coarse, self.alpha)", PROGRESSIVE),
    Mutant("the critic does not fade", "networks/progressive_modules.py", "if level == self.level and self.alpha < 1:", "if False:", PROGRESSIVE),
    Mutant("deviation over the whole batch", "networks/progressive_modules.py", "groups = -(-len(x) // self.group)", "groups = 1", PROGRESSIVE),
    Mutant("weights scaled once, as they are drawn", "networks/progressive_modules.py", "return weight * self.scale", "return weight", PROGRESSIVE),
    Mutant("drift of generated images", "tricks/drift.py", "round.on_real", "round.on_fake", PROGRESSIVE),
    Mutant("unknown keys are accepted", "component.py", "if key not in cls.model_fields:", "if False:", CONFIG),
    Mutant("noise of DRAGAN to both sides", "tricks/dragan.py", "torch.rand_like(x)", "(2 * torch.rand_like(x) - 1)", PENALTIES),
    Mutant("DRAGAN around fakes", "tricks/dragan.py", "around(round.batch.x, self.spread)", "around(round.fake, self.spread)", PENALTIES),
    Mutant("R1 on fakes", "tricks/r1.py", "round.batch.x", "round.fake", PENALTIES),
    Mutant("R1 without its half", "tricks/r1.py", "self.gamma / 2", "self.gamma", PENALTIES),
    Mutant("penalties never lazy", "tricks/penalty.py", "self.strength, self.every", "self.strength", PENALTIES),
    Mutant("R2 without its half", "tricks/r2.py", "self.gamma / 2", "self.gamma", PENALTIES),
    Mutant("R2 on real images", "tricks/r2.py", "round.fake", "round.batch.x", PENALTIES),
    Mutant("relativistic against the mean", "losses/relativistic.py", "softplus(round.on_fake.score - round.on_real.score)", "softplus(round.on_fake.score - round.on_real.score.mean())", ENERGY),
    Mutant("margin of the mean energy", "losses/energy_margin.py", "(self.margin + round.on_fake.score).relu().mean()", "(self.margin + round.on_fake.score.mean()).relu()", ENERGY),
    Mutant("an image is pulled from itself", "tricks/pulling_away.py", "cosines.diagonal().square().sum()", "0", ENERGY),
    Mutant("k is not clipped", "tricks/control.py", ".clamp_(0, 1)", "", ENERGY),
    Mutant("k steered the wrong way", "tricks/control.py", "self.k.add_(", "self.k.sub_(", ENERGY),
    Mutant("k not in the checkpoint", "tricks/equilibrium.py", 'game.keep(f"{pair.critic.name}_control", control)', "pass", ENERGY),
    Mutant("error of the code alone", "networks/autoencoder_modules.py", "(x - self.decoder(features))", "self.decoder(features)", ENERGY),
    Mutant("unrolled to the first order", "tricks/unrolling.py", "weight - rate * slope", "weight - rate * slope.detach()", UNROLL),
    Mutant("unrolling moves the buffers", "tricks/unrolling.py", "buffer.clone()", "buffer", UNROLL),
    Mutant("unrolling takes lazy terms in full", "tricks/unrolling.py", "weighted.weight * weighted.term", "weighted.weight * weighted.every * weighted.term", UNROLL),
    Mutant("unrolling uphill", "tricks/unrolling.py", "weight - rate", "weight + rate", UNROLL),
    Mutant("no code in the samples", "tricks/coded_latent.py", "i % self.categories for i in images", "0 for i in images", INFORMATION),
    Mutant("numbers of the code not uniform", "tricks/coded_latent.py", "row[code] = random", "_ = random", INFORMATION),
    Mutant("the code's squared error in full", "tricks/information.py", "0.5 * off", "off", INFORMATION),
    Mutant("decay without a floor", "tricks/exponential_decay.py", "max(shrink * first, self.least)", "shrink * first", SCHEDULES),
    Mutant("decay a step early", "tricks/exponential_decay.py", "self.factor**-step", "self.factor**-(step + 1)", SCHEDULES),
    Mutant("momentum ramped from where it is", "tricks/momentum_ramp.py", 'group.setdefault("initial_momentum", group["momentum"])', 'group["momentum"]', SCHEDULES),
    Mutant("each gradient clipped alone", "tricks/gradient_clip.py", "clip_grad_norm_(player.parameters, limit)", "[clip_grad_norm_([p], limit) for p in player.parameters]", SCHEDULES),
    Mutant("max norm over a unit's outputs", "tricks/max_norm.py", "weight.renorm(2, 0, limit)", "weight.renorm(2, 1, limit)", SCHEDULES),
    Mutant("max norm on biases too", "tricks/max_norm.py", "if weight.ndim > 1:", "if weight.ndim:", SCHEDULES),
    Mutant("warm-up one turn short", "tricks/critic_warm_up.py", "min(turns, self.first)", "min(turns, self.first - 1)", SCHEDULES),
    Mutant("warm-up every 500th turn from 1", "tricks/critic_warm_up.py", "-(-turns // self.period) - -(-first // self.period)", "turns // self.period - first // self.period", SCHEDULES),
    Mutant("a change of n_critic takes over old steps", "tricks/n_critic_schedule.py", "step + 1 - start", "step + 1", SCHEDULES),
    Mutant("pretraining only drops turns", "tricks/critic_pretraining.py", "rhythm(every, step - wait)", "rhythm(every, step)", SCHEDULES),
    Mutant("half-life in steps", "tricks/average.py", "game.batch * pair.generator.every", "pair.generator.every", SCHEDULES),
    Mutant("half-life forgets n_critic", "tricks/average.py", "game.batch * pair.generator.every", "game.batch", SCHEDULES),
    Mutant("smoothing on both sides", "tricks/label_smoothing.py", "target if real else 0.0", "target if real else 1 - target", TARGETS),
    Mutant("a whole batch flipped at once", "tricks/noisy_labels.py", "torch.rand_like(score) < self.flip", "torch.rand(()) < self.flip", TARGETS),
    Mutant("noisy targets on the wrong side", "tricks/noisy_labels.py", "if real else (self.fake, self.real)", "if not real else (self.fake, self.real)", TARGETS),
    Mutant("noise of Mirza on (-1, 1)", "priors.py", '"unit_uniform": (0.0, 1.0)', '"unit_uniform": (-1.0, 1.0)', TRAINER),
    Mutant("class and pixels not apart", "networks/mlp_modules.py", "self.rest(rest)", "self.rest(rest + first.mean())", NETWORKS),
    Mutant("the joint layer has five pieces", "networks/mlp.py", "self.joint_pieces if shape.classes else self.pieces", "self.pieces", NETWORKS),
    Mutant("the critic sees pixels on [-1, 1]", "networks/mlp.py", "Scale(0.5, 0.5)", "Scale(1, 0)", NETWORKS),
    Mutant("pooling by sum for mean", "networks/resnet_modules.py", "x.mean(dim=(2, 3)) if", "x.sum(dim=(2, 3)) if", RESNET),
    Mutant("a ReLU before the critic's first block", "networks/resnet_modules.py", "relu(self.first(x))), 2)", "relu(self.first(relu(x)))), 2)", RESNET),
    Mutant("residual weights are plain Glorot", "networks/resnet_modules.py", "math.sqrt(2) if thrice else 1.0", "1.0", RESNET),
    Mutant("one scale for all classes", "networks/resnet_modules.py", "told @ self.scale, told", "self.scale.mean(0, keepdim=True), told", RESNET),
    Mutant("averages where strides are asked for", "networks/resampling.py", "nn.AvgPool2d(2)]", "nn.MaxPool2d(2)]", RESNET),
    Mutant("norms keep their scale", "networks/modules.py", "nn.BatchNorm2d(channels, affine=affine)", "nn.BatchNorm2d(channels)", RESNET),
    Mutant("moved pixels come back at the other edge", "augmentations.py", ".clamp_(0, side + 1)", ".sub_(1).remainder_(side).add_(1)", SIGHTS),
    Mutant("one move for all images", "augmentations.py", "torch.randint(-reach, reach + 1, (len(x), 1)", "torch.randint(-reach, reach + 1, (1, 1)", SIGHTS),
    Mutant("a hole of a quarter", "augmentations.py", "HOLE = 1 / 2", "HOLE = 1 / 4", SIGHTS),
    Mutant("saturation around the image's mean", "augmentations.py", "gray = x.mean(dim=1, keepdim=True)", "gray = x.mean(dim=(1, 2, 3), keepdim=True)", SIGHTS),
    Mutant("p falls where it should grow", "tricks/chance.py", "(self.signs / INTERVAL - self.target)", "(self.target - self.signs / INTERVAL)", SIGHTS),
    Mutant("p not in the checkpoint", "tricks/adaptive_augment.py", 'game.keep(f"{pair.critic.name}_chance", chance)', "pass", SIGHTS),
    Mutant("instance noise never fades", "tricks/instance_noise.py", "max(0.0, 1 - step / (self.until * steps))", "1.0", SIGHTS),
    Mutant("noise of two steps between bytes", "tricks/dequantize.py", "torch.rand_like(x) / 128", "torch.rand_like(x) / 64", SIGHTS),
    Mutant("classes of real images only", "tricks/auxiliary_classifier.py", "round.batch.y) + on_fake(round)", "round.batch.y)", CONDITIONAL),
    Mutant("one weight of the classes for both", "tricks/auxiliary_classifier.py", "Weighted(on_fake, self.generator_weight)", "Weighted(on_fake, self.weight)", CONDITIONAL),
    Mutant("the critic's batch is larger too", "tricks/generator_batch.py", "pair.generator.meet = partial(meet, pair.generator.meet, self.times)", "pair.critic.meet = pair.generator.meet = partial(meet, pair.generator.meet, self.times)", CONDITIONAL),
    Mutant("the projection escapes spectral norm", "tricks/spectral_norm.py", "nn.Linear | nn.Embedding", "nn.Linear", CONDITIONAL),
    Mutant("projection on another class", "networks/modules.py", "self.project(given) * features", "self.project(0 * given) * features", CONDITIONAL),
    Mutant("features matched image by image", "tricks/feature_matching.py", "round.on_real.features.mean(0) - round.on_fake.features.mean(0)", "round.on_real.features - round.on_fake.features", IMPROVED),
    Mutant("an image is close to itself", "networks/minibatch_modules.py", ".sum(1) - 1", ".sum(1)", IMPROVED),
    Mutant("closeness learns from one side", "networks/minibatch_modules.py", "slope + slope.transpose(0, 1)", "slope", IMPROVED),
    Mutant("the past is the latest weights", "tricks/historical_averaging.py", "1 / self.count", "1.0", IMPROVED),
    Mutant("the past not in the checkpoint", "tricks/historical_averaging.py", 'game.keep(f"{player.name}_past", past)', "pass", IMPROVED),
    Mutant("no own share in virtual batch norm", "networks/virtual_modules.py", "share = 1 / (self.count + 1)", "share = 0.0", IMPROVED),
    Mutant("virtual batch norm without the distance of the means", "networks/virtual_modules.py", "+ apart", "", IMPROVED),
    Mutant("the fake class has no logit of its own", "networks/modules.py", 'heads["class"].logsumexp(1)', 'heads["class"].amax(1)', IMPROVED),
    Mutant("hidden labels are shown", "resident.py", "torch.full_like(y, UNLABELED)", "y", LABELS),
    Mutant("the same labels known whatever the seed", "resident.py", "generator_of(seed, LABELS, 0).permutation(len(y))", "generator_of(0, LABELS, 0).permutation(len(y))", LABELS),
    Mutant("a pyramid's corners are not on corners", "games/pyramid.py", "align_corners=True", "align_corners=False", LAPLACIAN),
    Mutant("a level's critic sees the difference alone", "networks/laplacian_modules.py", "self.difference(z, given) + given.image", "self.difference(z, given)", LAPLACIAN),
    Mutant("a level is told the image that it shall make", "games/laplacian.py", "Blurred(up(down(told.x)),", "Blurred(told.x,", LAPLACIAN),
    Mutant("the class's plane is not shown on a finer level", "networks/laplacian_modules.py", "x = self.tell(x, code(given.y, self.classes))", "x = self.tell(x, 0 * code(given.y, self.classes))", LAPLACIAN),
    Mutant("a pyramid clamps its coarser images", "games/laplacian.py", "image = generator(plane, Blurred(up(image), given))", "image = generator(plane, Blurred(up(image.clamp(-1, 1)), given))", LAPLACIAN),
    Mutant("a level's critic misses the last row", "networks/laplacian.py", "stride=2, padding=kernel // 2", "stride=2, padding=(kernel - 1) // 4", LAPLACIAN),
    Mutant("a critic's images are standardized by the last batch", "tricks/standardizing.py", "self.batches += 1", "self.batches.fill_(1)", LAPLACIAN),
    Mutant("a critic's images are divided by their variance", "tricks/standardizing.py", ".clamp_min(LEAST**2).sqrt()", ".clamp_min(LEAST**2)", LAPLACIAN),
    Mutant("latents: arcs through a code", "tricks/coded_latent.py", 'return "coded"', "return self.prior", LATENTS),
    Mutant("latents: an arc is a line", "latents/walks.py", '"spherical": arc', '"spherical": line', LATENTS),
    Mutant("latents: an arc is through double the angle", "latents/walks.py", "(share * angle).sin()", "(share * 2 * angle).sin()", LATENTS),
    Mutant("latents: walks in the noise of one pair", "latents/walks.py", "starts, ends = (model.noise(seed, range(k, 2 * count, 2)) for k in (0, 1))", "starts, ends = (model.noise(seed, range(k, 2 * count, 2))[:1] for k in (0, 1))", LATENTS),
    Mutant("latents: the result is not in the middle", "latents/arithmetic.py", "off[CENTER] = 0", "off[0] = 0", LATENTS),
    Mutant("latents: one exemplar for the mean", "latents/arithmetic.py", "noise.mean(0, keepdim=True)", "noise[:1]", LATENTS),
    Mutant("latents: nothing is subtracted", "latents/arithmetic.py", "[sign * part for", "[part for", LATENTS),
    Mutant("latents: the least sure are chosen", "latents/labeler.py", "-log_shares[taken, kind]", "log_shares[taken, kind]", LATENTS),
    Mutant("latents: a column is of one class", "sampling.py", "labels = rows % kinds", "labels = columns % kinds", LATENTS),
    Mutant("represent: mean pooling", "representation.py", "return adaptive_max_pool2d(activation, (high, wide))", "return torch.nn.functional.adaptive_avg_pool2d(activation, (high, wide))", REPRESENT),
    Mutant("represent: before the nonlinearity", "representation.py", "self.kept.append(pooled(out))", "self.kept.append(pooled(args[0]))", REPRESENT),
    Mutant("represent: convolutions without a nonlinearity", "representation.py", "        elif name in NONLINEAR and self.open:", "        if name in WEIGHTED:", REPRESENT),
    Mutant("represent: critics in training mode", "representation.py", "network.eval()", "network.train()", REPRESENT),
    Mutant("represent: C chosen where it was learned", "linear_svm.py", "errors(c, kept, train[held])", "errors(c, kept, train[kept])", REPRESENT),
    Mutant("represent: C chosen on test images", "linear_svm.py", "errors(c, kept, train[held])", "errors(c, kept, test)", REPRESENT),
    Mutant("represent: untrained is trained", "stages/represent.py", "Model.untrained(model, device,", "Model.load(model, device,", REPRESENT),
    Mutant("represent: read through noise", "representation.py", '"dequantize", "instance_noise"', '"dequantize"', REPRESENT),
    Mutant("represent: read through what ADA does", "representation.py", '"adaptive_augment", ', "", REPRESENT),
    Mutant("represent: told critics are read", "representation.py", "if model.told > 1:", "if False:", REPRESENT),
    Mutant("seeds: spread with divisor n", "study/summary.py", "statistics.stdev", "statistics.pstdev", SUMMARY),
    Mutant("seeds: failed trials are not told", "study/outcome.py", "[self.failed] if self.card is None else", "[] if self.card is None else", SUMMARY),
    Mutant("seeds: the most classes that one hits", "study/summary.py", "min((value for value in values", "max((value for value in values", SUMMARY),
    Mutant("seeds: unlike protocols are summarized", "study/summary.py", "    refuse_unlike(outcomes)\n", "", SUMMARY),
    Mutant("seeds: every trial has the same", "stages/trial.py", 'update={"seed": seed}', "update={}", TRIAL),
    Mutant("seeds: the course of a divergence depends on saving", "history.py", "self._close(fault.step)", "pass", TRIAL),
    Mutant("seeds: trials depend on that of the experiment", "study/plan.py", '.model_copy(update={"seed": 0})', "", PLAN),
    Mutant("seeds: a plan knows code by its name alone", "stages/plan.py", " + (SRC.parent / name).read_bytes()", "", PLAN),
    Mutant("base: its rows stay among a study's own", "reading.py", 'key in ("variants", "beyond")', 'key == "variants"', BASE),
    Mutant("cards: deviation over draws with divisor n", "metrics/judging.py", "statistics.stdev(finite)", "statistics.pstdev(finite)", CARD),
    Mutant("cards: draws are mixed up", "stages/evaluate.py", "seen.take(slice(i * n, (i + 1) * n))", "seen.take(slice(i, None, samples.draws))", CARD),
    Mutant("cards: the jackknife leaves out runs", "metrics/frechet.py", "features[np.random.default_rng(seed).permutation(len(features))]", "features", CARD),
    Mutant("cards: the error of a score is too small", "metrics/measures/inception_score.py", "(self.splits - 1) ** 0.5", "self.splits**0.5", CARD),
    Mutant("cards: the floor is of the split compared with", "metrics/measures/metric.py", 'self.splits["train" if self.split != "train" else "test"]', "self.splits[self.split]", CARD),
    Mutant("cards: the floor has more images than a draw", "metrics/measures/metric.py", "return other.at_most(n, self.seed), self", "return other, self", CARD),
    Mutant("cards: a subset is the first images", "metrics/seen.py", "np.sort(np.random.default_rng(seed).permutation(len(self))[:count])", "np.arange(count)", CARD),
    Mutant("cards: names do not say of which split", "metrics/judging.py", "short(figure.n), figure.against)", "short(figure.n))", CARD),
    Mutant("cards: settings of metrics are no protocol", "metrics/ranking.py", '    "metrics",\n', "", LEADERBOARD),
    Mutant("selection by the reported split", "stages/evaluate.py", "at.real.splits[at.settings.select].moments", "at.real.compared.moments", SELECTION),
    Mutant("selection by the reported split, by default", "metrics/settings.py", "if self.select == self.split:", 'if self.select == self.split and "select" in self.model_fields_set:', "tests/metrics/test_settings.py"),
    Mutant("selection of raw weights", "stages/evaluate.py", '[point for point in points if point.kind == "published"]', "points", SELECTION),
    Mutant("selection: the curve calls published what is raw", "stages/evaluate.py", 'for point in points if point.kind == "raw"}', 'for point in points if point.kind == "published"}', SELECTION),
    Mutant("selection among unlike numbers of samples", "stages/evaluate.py", "if snapshot.images.shape != wanted:", "if False:", SELECTION),
    Mutant("snapshots: due a batch early", "saves.py", "shown // every > (shown - batch) // every", "(shown + batch) // every > shown // every", SNAPSHOTS),
    Mutant("snapshots: damaged ones are published", "sealed.py", "content if path.name == name_of(number_of(path), content) else None", "content", SNAPSHOTS),
    Mutant("snapshots: raw images are published ones", "stages/sample.py", "with model.raw():", "if True:", SNAPSHOTS),
    Mutant("a validation split of an earlier run stays", "stages/reference.py", "with replacing_folder(out) as folder:", "folder = out\n    if True:", "tests/metrics/test_reference.py"),
    Mutant("a validation split is of test images", "data/split.py", "train=self.train.take(~held), validation=self.train.take(held)", "train=self.train, validation=self.train.take(held)", "tests/data/test_data_split.py"),
    Mutant("a critic is measured when it is read", "tricks/standardizing.py", "if not self.training:", "if False:", "tests/closed_form/test_laplacian.py"),
    Mutant("R2 differentiates unrolled weights", "tricks/penalty.py", "x.view_as(x) if", "x if", "tests/closed_form/test_unroll.py"),
    Mutant("penalties cut the unrolled gradient", "tricks/penalty.py", "x.view_as(x) if x.requires_grad else x", "x", "tests/closed_form/test_unroll.py"),
    Mutant("a training without generators", "config.py", "0 < steps < variant.begins", "0 < steps < variant.begins - 1", CONFIG),
    Mutant("few labels for every trick", "config.py", "not any(trick.few_labels for", "not any(trick for", CONFIG),
    Mutant("a class that nobody asks for", "games/single.py", "and not asks", "and False", CONFIG),
    Mutant("a stopped zoo forgets the order", "zoo.py", "if note.exists() else", "if False else", "tests/pipeline/test_zoo.py"),
    Mutant("figures: products of float32 err as those of float64", "metrics/distances.py", "float(np.finfo(self.kind).eps)", "float(np.finfo(np.float64).eps)", DISTANCES),
    Mutant("figures: near ties by products", "metrics/distances.py", "self.exact(i[unsure], j[unsure]) < limit", "True", DISTANCES),
    Mutant("figures: balls are closed", "metrics/distances.py", "self.exact(i[unsure], j[unsure]) < limit", "self.exact(i[unsure], j[unsure]) <= limit", MANIFOLDS),
    Mutant("figures: a copy is no neighbor", "metrics/neighbors.py", "counts[ordered].cumsum", "(counts[ordered] > 0).cumsum", NEIGHBORS),
    Mutant("figures: ties beyond those kept are lost", "metrics/neighbors.py", "& dropped)", "& False)", NEIGHBORS),
    Mutant("figures: a ball reaches to the image itself", "metrics/manifolds.py", "points, k + 1)", "points, k)", MANIFOLDS),
    Mutant("figures: an image that two fakes cover has one", "metrics/manifolds.py", "single = covering == 1", "single = covering >= 1", MANIFOLDS),
    Mutant("figures: KID with a diagonal", "metrics/kernel_distance.py", "own = row_sums(fake, fake, rms) - on_itself(fake, rms)", "own = row_sums(fake, fake, rms)", KERNEL),
    Mutant("figures: KID counts a pair of blocks once", "metrics/kernel_distance.py", "sums[part_b] += kernel.sum(axis=0)", "pass", KERNEL),
    Mutant("figures: KID has one name in any unit", "metrics/measures/kid.py", 'return "kid_unit_rms" if self.unit_rms else "kid"', 'return "kid"', MEASURES),
    Mutant("figures: a copy of a twin is authentic", "metrics/copying.py", "self.distance > self.spacing", "self.distance >= self.spacing", COPYING),
    Mutant("figures: the larger set is nearer", "metrics/copying.py", "if train != held_out:", "if False:", COPYING),
    Mutant("figures: a held-out image is its own neighbor", "metrics/copying.py", "unseen, _ = kth_nearest(points.rows, points, 2)", "unseen, _ = kth_nearest(points.rows, points, 1)", COPYING),
    Mutant("figures: intra-class FID from the whole", "metrics/within_class.py", "real[labels == label]", "real", "tests/metrics/test_within_class.py"),
    Mutant("figures: the worst class is the best", "metrics/measures/conditional.py", "max(values)", "min(values)", MEASURES),
    Mutant("figures: FID-infinity at no samples", "metrics/extrapolation.py", "line_at_zero(1 / sizes,", "line_at_zero(1.0 * sizes,", "tests/metrics/test_extrapolation.py"),
    Mutant("modes: stacks of two splits share images", "data/sources/stacked.py", ".with_validation(settings.validation_share, settings.seed)", "", STACKS),
    Mutant("modes: a stack's class is read backwards", "data/sources/stacked.py", "(of[:, 0] * kinds + of[:, 1]) * kinds + of[:, 2]", "(of[:, 2] * kinds + of[:, 1]) * kinds + of[:, 0]", STACKS),
    Mutant("modes: points are cut off, not rounded", "data/sources/points.py", "np.rint(", "np.floor(", POINTS),
    Mutant("modes: samples far away cover", "metrics/measures/modes.py", "figures(modes, modes[near], counts)", "figures(modes, modes, counts)", MODES),
    Mutant("modes: a deviation is of both coordinates", "metrics/modes.py", "ddof=1).mean()", "ddof=1).sum()", MODES),
    Mutant("modes: channels' logits are summed as they are", "metrics/extractors/channelwise_modules.py", "logits.log_softmax(1)", "logits", CHANNELWISE),
    Mutant("modes: points upside down", "pictures.py", "(255 - y) * 256", "y * 256", MODES),
    Mutant("extractors: any file is Inception's", "metrics/extractors/inception_weights.py", "if found.hexdigest() == self.sha256:", "if True:", WEIGHTS),
    Mutant("extractors: any weights are Inception's", "metrics/extractors/inception_network.py", "if found != inception_weights.SHA256:", "if False:", WEIGHTS),
    Mutant("extractors: pickles are run", "metrics/extractors/inception_network.py", "weights_only=True", "weights_only=False", WEIGHTS),
    Mutant("extractors: exported pickles are run", "metrics/extractors/exported.py", 'os.environ[key] = "1"', 'os.environ[key] = "0"', CUSTOM),
    Mutant("extractors: exported steps may be anything", "metrics/extractors/exported.py", "and not STEP.fullmatch(value)", "and False", CUSTOM),
    Mutant("extractors: resizing without antialiasing", "metrics/extractors/custom_network.py", "antialias=True", "antialias=False", CUSTOM),
    Mutant("score: classes by place, not by name", "score/pile.py", "labels = np.array([classes.index(name) for name in self.classes])[self.labels]", "labels = self.labels", SCORE),
    Mutant("score: the first images", "score/pile.py", "np.random.default_rng(seed).permutation(len(self.images))[:count]", "np.arange(count)", SCORE),
    Mutant("score: images are resized unasked", "score/references.py", "if own != size:", "if False:", SCORE),
    Mutant("score: exchanged images stay in the cache", "score/kept.py", "if hashes(sets) == stated else", "if True else", SCORE),
    Mutant("score: a file that an extractor names may change", "score/kept.py", '"files": content', '"files": []', SCORE),
    Mutant("score: draws are one", "score/arrays.py", "draws = draws_in(path, held, len(images))", "draws = 1", SCORE),
    Mutant("score: halves of real images overlap", "metrics/measures/metric.py", "self.compared.take(~first)", "self.compared", SCORE),
    Mutant("device: matrix products in TF32", "device.py", "torch.backends.cuda.matmul.allow_tf32 = False", "pass", DEVICE),
    Mutant("device: convolutions in TF32", "device.py", "torch.backends.cudnn.allow_tf32 = False", "pass", DEVICE),
    Mutant("figures: images in [0, 1] are not told", "metrics/byte_range.py", "if top == 1 < other:", "if False:", SCORE),
    Mutant("figures: a class that no real image is of is not told", "metrics/within_class.py", "if label not in there]\n\n\ndef common", "if False]\n\n\ndef common", MEASURES),
    Mutant("score: too few images are found out late", "score/references.py", "refuse_few(settings.metrics, there, logits,", "_ = (settings.metrics, there, logits,", SCORE),
    Mutant("score: metrics without a figure are not told", "score/scoring.py", "absent_of(seen, at) if named or not card.figures else []", "[]", SCORE),
    Mutant("doctor: a lock cut short is whole", "doctor/torn.py", "return not whole(path.read_text", "return False and whole(path.read_text", "tests/contract/test_doctor_torn.py"),
    Mutant("doctor: a lock at work is cut short", "doctor/torn.py", "if time.monotonic() > deadline:", "if True:", "tests/contract/test_doctor_torn.py"),
    Mutant("doctor: a torn lock is brought back", "doctor/torn.py", "text is not None and is_lock(text)", "text is not None", "tests/contract/test_doctor_torn.py"),
    Mutant("doctor: git's locks below are named as here", "doctor/torn.py", "os.path.relpath(path, here)", 'f".git/{path.name}"', "tests/contract/test_doctor_torn.py"),
    Mutant("doctor: what is in an output is a leftover", "doctor/leftovers.py", 'name.startswith(f"{out}/") or ', "", "tests/contract/test_doctor.py"),
    Mutant("zoo: git keeps the order of ending", "zoo.py", 'git(lock.parent, "add", lock.name)', "pass", "tests/pipeline/test_zoo.py"),
    Mutant("zoo: git gets what a user had not added", "zoo.py", 'return changed == "" and bool(staged)', "return bool(staged)", "tests/pipeline/test_zoo.py"),
    Mutant("zoo: a torn lock is put in order", "zoo.py", 'not text.endswith("\\n") or not is_lock(text)', "False", "tests/pipeline/test_zoo.py"),
    Mutant("doctor: a dead task of the queue lives", "doctor/queue.py", "and not ended and not lives(task.pid):", "and False:", "tests/contract/test_doctor_queue.py"),
    Mutant("doctor: the repository itself is removed", "doctor/queue.py", "task.place.parent == experiments and not ended", "not ended", "tests/contract/test_doctor_queue.py"),
    Mutant("doctor: a task that runs is dead", "doctor/queue.py", "somebody else's\n    return True", "somebody else's\n    return False", "tests/contract/test_doctor_queue.py"),
    Mutant("extractors: networks in training mode are taken", "metrics/extractors/custom_trial.py", "if off > NEAR", "if False and off > NEAR", CUSTOM),
]  # fmt: skip


def tests_fail(file: str, right: str, wrong: str, tests: str) -> bool | None:
    """Whether the tests fail in a copy with the change; None where there is nothing to change."""
    with tempfile.TemporaryDirectory() as folder:
        copy = Path(folder) / "main"
        for name in COPIED:
            source = ROOT / name
            if source.is_dir():
                shutil.copytree(source, copy / name, ignore=shutil.ignore_patterns("__pycache__"))
            else:
                shutil.copy(source, copy / name)
        path = copy / "src/reprogan" / file
        text = path.read_text("utf-8")
        if right not in text:
            return None
        path.write_text(text.replace(right, wrong), "utf-8")
        command = [sys.executable, "-m", "pytest", "-q", "-x", "-p", "no:cacheprovider", tests]
        run = subprocess.run(
            command, cwd=copy, capture_output=True, check=False,
            env=os.environ | {"PYTHONPATH": str(copy / "src"), "PYTHONDONTWRITEBYTECODE": "1"},
        )  # fmt: skip
        if run.returncode not in (0, 1):
            raise RuntimeError(f"{tests} could not be run: {run.stdout.decode()[-2000:]}")
        return run.returncode == 1


def caught(mutant: Mutant) -> str:
    """What becomes of it."""
    failed = tests_fail(mutant.file, mutant.right, mutant.wrong, mutant.tests)
    return {True: "caught", False: "SURVIVED", None: "NOT APPLIED"}[failed]


def control(tests: str) -> str:
    """The tests must pass where nothing is changed, or their failing says nothing."""
    return "FAILS UNCHANGED" if tests_fail("trainer.py", "import", "import", tests) else "passes"


def main() -> int:
    """Every mutant whose description has the word, a core each."""
    word = sys.argv[1] if len(sys.argv) > 1 else ""
    chosen = [mutant for mutant in MUTANTS if word in mutant.bug]
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        files = sorted({mutant.tests for mutant in chosen})
        controls = list(pool.map(control, files))
        for file, state in zip(files, controls, strict=True):
            print(f"{file:40} {state} without a bug", flush=True)
        fates = []
        for mutant, fate in zip(chosen, pool.map(caught, chosen), strict=True):
            print(f"{mutant.bug:40} {fate}", flush=True)
            fates.append(fate)
    print(f"{fates.count('caught')} of {len(fates)} caught")
    return 0 if set(fates) <= {"caught"} and set(controls) == {"passes"} else 1


if __name__ == "__main__":
    sys.exit(main())
