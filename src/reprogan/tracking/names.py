"""How things are called in MLflow: two experiments, and the tags by which runs are found again."""

STORE = "reprogan"
"""The MLflow experiment that holds a run for every result."""

STUDIES = "reprogan-studies"
"""The MLflow experiment that holds a parent run for every study, and a child for each trial."""

RESULT, PENDING = "reprogan.result", "reprogan.pending"
"""The key of what a run shows: under the second name until the run is whole."""

NAME, COMMIT, WRITER = "reprogan.name", "reprogan.commit", "reprogan.writer"
"""Its row; the first commit known whose dvc.lock holds it; the repository that wrote the run."""

MODEL, FIGURE = "reprogan.model", "reprogan.figure"
"""The registered model that its generator may become a version of, and the figure that decides."""

STUDY, SEED, FAILED = "reprogan.study", "reprogan.seed", "reprogan.failed"
"""Of a study: its name; of a trial: its seed, and how it failed."""

DVC_EXPERIMENT, DVC_BASELINE = "dvc.experiment", "dvc.baseline"
"""Name of the DVC experiment that computed it, and the commit that this was based on."""

PARENT = "mlflow.parentRunId"
"""MLflow's own."""
