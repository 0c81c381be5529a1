"""The Convolution tab: one file a section or a concern of it."""
