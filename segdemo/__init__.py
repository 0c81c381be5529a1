"""segdemo: the classic ideas of image segmentation and generative models, made visible."""
