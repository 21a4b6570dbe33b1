"""What a solved equilibrium says: labelled outcomes, measures by name, gradients, decompositions."""
