"""A real classifier as a segmenter: its scores as maps over a photo, and what they rest on."""
