"""Figures: plotly for the screen, matplotlib for vector export. Numpy in, figures out."""
