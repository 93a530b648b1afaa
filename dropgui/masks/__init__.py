"""The mask editor: a crop with its mask to correct, and the grid that masks are reviewed in."""
