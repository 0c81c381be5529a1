"""What happens between photo and mask: scores, maps, switches, kernels, receptive fields."""
