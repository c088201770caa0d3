# Computes tests/reference/statistics.json with R's spdep and spatstat, from Debian 12:
#   apt-get install r-base-core r-cran-spdep r-cran-spdata r-cran-spatstat.linnet r-cran-jsonlite
#   Rscript tests/reference/make_statistics.R > tests/reference/statistics.json
# Data (package spData, CC0): getisord, Getis and Ord 1996; afcon, Anselin 1995; auckland, Marshall 1991; nc.sids, Cressie 1993.
suppressMessages({library(spdep); library(jsonlite); library(spData); library(sf)})
neighbours <- function(nb) lapply(seq_along(nb), function(i) setdiff(as.integer(nb[[i]]), c(0L, i)))
g_star <- function(x, nb, style) as.numeric(localG(x, nb2listw(include.self(nb), style = style, zero.policy = TRUE), zero.policy = TRUE))
moran <- function(x, nb, style) { m <- unclass(localmoran(x, nb2listw(nb, style = style, zero.policy = TRUE), zero.policy = TRUE)); list(I = as.numeric(m[, 1]), z = as.numeric(m[, 4]), p = as.numeric(m[, 5])) }
out <- list(versions = list(R = R.version.string, spdep = as.character(packageVersion("spdep")), spData = as.character(packageVersion("spData")), spatstat.linnet = as.character(packageVersion("spatstat.linnet"))))

data(getisord, package = "spData")
xyz <- go_xyz
nb <- dnearneigh(cbind(xyz$x, xyz$y), 0, 30)
out$getis_ord_1996 <- list(x = xyz$x, y = xyz$y, values = xyz$val, neighbours = neighbours(nb), gi_star = g_star(xyz$val, nb, "B"), gi_star_rows = g_star(xyz$val, nb, "W"))

data(afcon, package = "spData")
out$anselin_1995 <- list(labels = as.character(afcon$id), values = afcon$totcon, neighbours = neighbours(paper.nb), rows = moran(afcon$totcon, paper.nb, "W"), binary = moran(afcon$totcon, paper.nb, "B"), gi_star = g_star(afcon$totcon, paper.nb, "B"))

auckland <- st_read(system.file("shapes/auckland.shp", package = "spData"), quiet = TRUE)
nb <- poly2nb(auckland)
events <- auckland$M77_85; exposure <- 9 * auckland$Und5_81
g <- EBest(events, exposure); l <- EBlocal(events, exposure, nb, geoda = TRUE); b <- EBlocal(events, exposure, nb)
out$marshall_1991 <- list(events = events, exposure = exposure, neighbours = neighbours(nb), global = g$estmm, local = l$est, local_bailey_gatrell = b$est)

nc <- st_read(system.file("shapes/sids.shp", package = "spData"), quiet = TRUE)
nb <- poly2nb(nc)
rate <- nc$SID74 / nc$BIR74
g <- EBest(nc$SID74, nc$BIR74); l <- EBlocal(nc$SID74, nc$BIR74, nb, geoda = TRUE)
out$north_carolina_sids <- list(labels = as.character(nc$FIPS), events = nc$SID74, exposure = nc$BIR74, rate = rate, neighbours = neighbours(nb), global = g$estmm, local = l$est, gi_star = g_star(rate, nb, "B"), rows = moran(rate, nb, "W"))

suppressMessages(library(spatstat.linnet))
w <- owin(c(0, 10), c(0, 10))
v <- ppp(c(0, 4, 4, 4, 8, 8), c(4, 4, 8, 0, 4, 7), window = w)
net <- linnet(v, edges = matrix(c(1, 2, 2, 3, 2, 4, 2, 5, 5, 6), ncol = 2, byrow = TRUE))
events <- lpp(ppp(c(3, 4, 8, 6), c(4, 5.5, 6, 4), window = w), net)
d <- densityEqualSplit(events, sigma = 3 / sqrt(5), kernel = "epanechnikov", continuous = FALSE, verbose = FALSE, eps = 0.05)
df <- attr(d, "df"); df <- df[seq(1, nrow(df), length.out = 60), ]
out$equal_split <- list(nodes = cbind(v$x, v$y), edges = cbind(net$from, net$to), events = cbind(c(3, 4, 8, 6), c(4, 5.5, 6, 4)), bandwidth = 3, edge = df$mapXY, fraction = df$tp, density = df$values)
cat(toJSON(out, digits = NA, auto_unbox = TRUE))
