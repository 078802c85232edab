"""Figures of images from anywhere: files in, metric cards out; no pipeline is needed."""
