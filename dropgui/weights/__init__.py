"""The models of a library: finding the weights of its versions, and keeping a few of them in memory."""
