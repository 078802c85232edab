"""Reproducible GAN research: pipelines in DVC, figures in MLflow, bits that repeat."""

__version__ = "0.1.0"
