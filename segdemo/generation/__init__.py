"""What the generative models do with pictures and codes: torch inside, numpy in and out."""
