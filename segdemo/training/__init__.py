"""Recipes, loops and the command line of training; nothing in the page imports it."""
