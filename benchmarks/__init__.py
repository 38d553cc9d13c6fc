"""Speed, measured as ratios: every lane runs its raw reference beside kdnx in the same run."""
