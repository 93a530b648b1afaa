"""Drawing: triangles, surfaces, light and shadow to pictures and labels, all on the CPU."""
