"""Measure segdemo against what a user would pick instead: ratios within one run."""
