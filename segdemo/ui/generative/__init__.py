"""The Generate tab: autoencoders, VAEs and a GAN. One file a section."""
