"""Scores and deduction rates with their margin of error."""

from geo.rates.bayes import empirical_bayes as empirical_bayes
from geo.rates.cells import cell_rates as cell_rates
from geo.rates.cells import cell_sums as cell_sums
from geo.rates.ranks import beats as beats
from geo.rates.ranks import ranks as ranks
from geo.rates.ranks import red_and_black as red_and_black
from geo.rates.scores import scores as scores
from geo.rates.scores import visit_scores as visit_scores
