"""The maths of convolution, in numpy and scipy alone."""
