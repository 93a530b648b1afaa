"""dropgui: find the same person again in folders of pictures, by body part, on your own machine."""
