"""Figures: images -> features -> statistics -> figure."""
