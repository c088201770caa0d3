"""A team's route as its people use it: sheets to print, files to take along."""
