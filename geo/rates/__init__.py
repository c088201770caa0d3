"""Scores and deduction rates with their margin of error."""

from geo.rates.bayes import empirical_bayes as empirical_bayes
from geo.rates.cells import cell_rates as cell_rates
from geo.rates.cells import cell_sums as cell_sums
