# Independent numbers for the tests of the relation's shape and of moderation: run `Rscript shape.R > shape.csv` in this
# folder. Data follow from formulas, so that the tests make the same without random numbers. Needs splines and sandwich.
suppressMessages({library(splines); library(sandwich)})

i <- 0:119
x <- 20 + 80 * ((37 * i) %% 61) / 60
m <- ((17 * i) %% 23) / 22
account <- i %/% 2
y <- 10 + 0.5 * x + 6 * m + 0.15 * m * (x - 60) + 8 * sin(1.7 * i) + 4 * cos(0.9 * account)
bought <- as.integer(sin(2.3 * i) + 0.02 * (x - 60) + 0.6 * (m - 0.5) > 0)
out <- function(name, value) cat(sprintf("%s,%.12g\n", name, value))
cat("quantity,value\n")

# natural cubic spline: another basis of the same curves
knots <- c(25, 50, 70, 95)
curve <- lm(y ~ ns(x, knots = knots[2:3], Boundary.knots = knots[c(1, 4)]))
at <- predict(curve, data.frame(x = c(40, 60, 80)))
for (k in 1:3) out(paste0("spline_", c(40, 60, 80)[k]), at[k])
stopifnot(abs(sum(residuals(curve))) < 1e-8)

# least squares with an interaction, HC3
inter <- lm(y ~ I(x / 10) * m)
robust <- vcovHC(inter, type = "HC3")
out("interaction", coef(inter)[4])
out("interaction_error", sqrt(robust[4, 4]))
critical <- sqrt(2 * qf(0.95, 2, length(i) - 1))
band <- function(v) {  # an edge of the region lies where it is zero
  slope <- coef(inter)[2] + coef(inter)[4] * v
  abs(slope) - critical * sqrt(robust[2, 2] + 2 * v * robust[2, 4] + v^2 * robust[4, 4])
}
grid <- seq(-8, 8, by = 0.01)
change <- which(diff(sign(sapply(grid, band))) != 0)
stopifnot(length(change) >= 1)
roots <- sapply(change, function(k) uniroot(band, grid[k + 0:1], tol = 1e-13)$root)
for (k in seq_along(roots)) out(paste0("johnson_neyman_", k), roots[k])

# logit: average marginal effects at two values of the moderator, derivative by central differences
logit <- glm(bought ~ I(x / 10) * m, family = binomial, control = list(epsilon = 1e-14, maxit = 100))
stopifnot(logit$converged, max(fitted(logit)) < 0.9999)
effect <- function(v) {
  h <- 1e-4
  p <- function(shift) mean(predict(logit, data.frame(x = x + shift, m = v), type = "response"))
  10 * (p(h) - p(-h)) / (2 * h)
}
out("logit_effect_high", 100 * effect(0.75))
out("logit_effect_low", 100 * effect(0.25))

# slopes below and above the mean
centre <- mean(x)
bent <- lm(y ~ I(x / 10) + I(pmax(x - centre, 0) / 10) + m)
out("below", coef(bent)[2])
out("above", coef(bent)[2] + coef(bent)[3])

# Benjamini and Hochberg
for (k in 1:4) out(paste0("bh_", k), p.adjust(c(0.01, 0.02, 0.03, 0.5), "BH")[k])

# partial pooling, flat priors, by integrating over the spread between the groups
b <- c(5.6, 5.4, 5.0, 4.0)
s <- c(0.7, 0.55, 0.65, 0.7)
top <- 8 * (max(b) - min(b))
bottom <- 0.01 * median(s)
density <- Vectorize(function(tau) {
  v <- s^2 + tau^2
  mu <- sum(b / v) / sum(1 / v)
  exp(sum(dnorm(b, mu, sqrt(v), log = TRUE))) * sqrt(2 * pi / sum(1 / v))
})
total <- integrate(density, bottom, top, rel.tol = 1e-10)$value
below <- function(q, k, df = 200) {
  inner <- Vectorize(function(tau) {
    v <- s^2 + tau^2
    mu <- sum(b / v) / sum(1 / v)
    keep <- tau^2 / v[k]
    mean <- keep * b[k] + (1 - keep) * mu
    sd <- sqrt(keep * s[k]^2 + (1 - keep)^2 / sum(1 / v))
    density(tau) * pt((q - mean) / sd, df)
  })
  integrate(inner, bottom, top, rel.tol = 1e-10)$value / total
}
for (k in c(1, 4)) for (tail in c(0.025, 0.5, 0.975)) {
  q <- uniroot(function(q) below(q, k) - tail, c(-20, 30), tol = 1e-12)$root
  stopifnot(abs(below(q, k) - tail) < 1e-8)
  out(sprintf("pooled_%d_%g", k, tail), q)
}
