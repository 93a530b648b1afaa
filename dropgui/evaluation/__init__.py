"""How well a model version finds the persons of this library, from the vectors that it has stored."""
