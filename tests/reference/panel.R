# Reference values for the panel models and the comparison of predictors, by independent implementations: lavaan's
# random-intercept cross-lagged panel model with full-information maximum likelihood, lm with an indicator of every
# account, and Vuong's test by his own matrix formula.
#
#   Rscript tests/reference/panel.R > tests/reference/panel.csv
#
# Needs R with lavaan, sandwich and plm. The panel is made by a formula (no random numbers), so that the tests make the
# same one. The script checks itself (stopifnot) before it prints; the tests read the CSV only.

suppressMessages({library(lavaan); library(sandwich)})
rows <- list()
put <- function(name, values) {
  values <- unlist(values)
  for (i in seq_along(values))
    rows[[length(rows) + 1]] <<- sprintf("%s,%d,%.15g", name, i - 1, values[[i]])
}

# ---- the panel: 160 accounts, three waves, noise from a sine scrambled, about 30% of the waves missing ----
n <- 160
noise <- function(k) qnorm(0.001 + 0.998 * ((sin(k * (1:n)) * 43758.5453) %% 1))
lasting <- noise(7); trust <- 0.6 * lasting + 0.8 * noise(11)
p1 <- noise(13); q1 <- 0.5 * p1 + 0.8 * noise(17)
p2 <- 0.4 * p1 + 0.1 * q1 + 0.8 * noise(19); q2 <- 0.3 * p1 + 0.2 * q1 + 0.3 * p2 + 0.7 * noise(23)
p3 <- 0.4 * p2 + 0.1 * q2 + 0.8 * noise(29); q3 <- 0.3 * p2 + 0.2 * q2 + 0.3 * p3 + 0.7 * noise(31)
d <- data.frame(x1 = 65 + 10 * (lasting + p1), y1 = 60 + 10 * (trust + q1), x2 = 66 + 10 * (lasting + p2),
                y2 = 60 + 10 * (trust + q2), x3 = 64 + 10 * (lasting + p3), y3 = 61 + 10 * (trust + q3))
i <- 0:(n - 1)
gone <- cbind((i * 37) %% 10 < 3, (i * 53 + 4) %% 11 < 3, (i * 71 + 2) %% 13 < 4)
gone[rowSums(gone) == 3, 2] <- FALSE
d[gone[, 1], c("x1", "y1")] <- NA
d[gone[, 2], c("x2", "y2")] <- NA
d[gone[, 3], c("x3", "y3")] <- NA
head_rows <- as.numeric(t(as.matrix(d[1:4, ])))
put("panel_head", ifelse(is.na(head_rows), -999, head_rows))

# ---- random-intercept cross-lagged panel model ----
model <- function(equal) {
  label <- function(name, step) if (equal) paste0(name, "*") else paste0(name, step, "*")
  paste0("
  RIx =~ 1*x1 + 1*x2 + 1*x3
  RIy =~ 1*y1 + 1*y2 + 1*y3
  wx1 =~ 1*x1; wx2 =~ 1*x2; wx3 =~ 1*x3
  wy1 =~ 1*y1; wy2 =~ 1*y2; wy3 =~ 1*y3
  wx2 ~ ", label("a", 1), "wx1 + ", label("b", 1), "wy1
  wy2 ~ ", label("c", 1), "wx1 + ", label("d", 1), "wy1
  wx3 ~ ", label("a", 2), "wx2 + ", label("b", 2), "wy2
  wy3 ~ ", label("c", 2), "wx2 + ", label("d", 2), "wy2
  wx1 ~~ wy1; wx2 ~~ wy2; wx3 ~~ wy3
  RIx ~~ RIx; RIy ~~ RIy; RIx ~~ RIy
  wx1 ~~ wx1; wy1 ~~ wy1; wx2 ~~ wx2; wy2 ~~ wy2; wx3 ~~ wx3; wy3 ~~ wy3
  x1 ~~ 0*x1; x2 ~~ 0*x2; x3 ~~ 0*x3; y1 ~~ 0*y1; y2 ~~ 0*y2; y3 ~~ 0*y3
  RIx ~~ 0*wx1 + 0*wy1
  RIy ~~ 0*wx1 + 0*wy1
  x1 ~ 1; y1 ~ 1; x2 ~ 1; y2 ~ 1; x3 ~ 1; y3 ~ 1
  ")
}
fit_model <- function(equal, data = d / 10, ...)
  lavaan(model(equal), data = data, missing = "fiml", estimator = "MLR", information = "observed",
         control = list(rel.tol = 1e-11), ...)
value <- function(fit, lhs, op, rhs, column = "est") {
  p <- parameterEstimates(fit)
  p[p$lhs == lhs & p$op == op & p$rhs == rhs, column]
}
paths <- list(c("wx2", "wx1"), c("wx2", "wy1"), c("wy2", "wx1"), c("wy2", "wy1"),
              c("wx3", "wx2"), c("wx3", "wy2"), c("wy3", "wx2"), c("wy3", "wy2"))
variances <- list(c("RIx", "RIx"), c("RIx", "RIy"), c("RIy", "RIy"), c("wx1", "wx1"), c("wx1", "wy1"), c("wy1", "wy1"),
                  c("wx2", "wx2"), c("wx2", "wy2"), c("wy2", "wy2"), c("wx3", "wx3"), c("wx3", "wy3"), c("wy3", "wy3"))
for (equal in c(TRUE, FALSE)) {
  fit <- fit_model(equal)
  stopifnot(lavInspect(fit, "converged"))
  name <- if (equal) "riclpm_equal" else "riclpm_free"
  used <- if (equal) paths[1:4] else paths
  for (column in c("est", "se"))
    put(paste0(name, "_", column), c(sapply(used, \(p) value(fit, p[1], "~", p[2], column)),
                                     sapply(variances, \(p) value(fit, p[1], "~~", p[2], column)),
                                     sapply(names(d), \(v) value(fit, v, "~1", "", column))))
  put(paste0(name, "_loglik"), as.numeric(logLik(fit)))
  put(paste0(name, "_fit"), fitMeasures(fit, c("chisq", "df", "chisq.scaled", "chisq.scaling.factor", "rmsea", "cfi")))
}
equal <- fit_model(TRUE); free <- fit_model(FALSE)
stopifnot(logLik(free) >= logLik(equal))

# with survey weights: the weighted log-likelihood, weights of mean 1 (lavaan's own sampling weights, without holes)
full <- d[complete.cases(d), ] / 10
full$w <- 0.5 + (seq_len(nrow(full)) %% 5) / 2
weighted <- lavaan(model(TRUE), data = full, estimator = "MLR", sampling.weights = "w", meanstructure = TRUE,
                   information = "observed", control = list(rel.tol = 1e-11))
put("riclpm_weighted_est", c(sapply(paths[1:4], \(p) value(weighted, p[1], "~", p[2]))))
put("riclpm_weighted_se", c(sapply(paths[1:4], \(p) value(weighted, p[1], "~", p[2], "se"))))

# ---- fixed effects: an indicator of every account and wave, weights, CR3 by account ----
long <- data.frame(account = rep(i, 3), wave = rep(1:3, each = n), x = c(d$x1, d$x2, d$x3), y = c(d$y1, d$y2, d$y3))
long$w <- 0.5 + ((long$account + long$wave) %% 4) / 2
long <- long[complete.cases(long), ]
often <- ave(long$x, long$account, FUN = length)
long <- long[often > 1, ]
fe <- lm(y ~ x + factor(wave) + factor(account), data = long, weights = w)
without <- sapply(unique(long$account), \(g) coef(update(fe, data = long[long$account != g, ]))["x"])
put("fe_slope", coef(fe)["x"])
put("fe_cr3_se", sqrt(sum((coef(fe)["x"] - without)^2)))
unweighted <- lm(y ~ x + factor(wave) + factor(account), data = long)
if (requireNamespace("plm", quietly = TRUE)) {
  p <- plm::plm(y ~ x, data = long, index = c("account", "wave"), effect = "twoways", model = "within")
  stopifnot(abs(coef(p)["x"] - coef(unweighted)["x"]) < 1e-10)
}
put("fe_slope_unweighted", coef(unweighted)["x"])
# Mundlak: the account's mean beside its own value, with the account's means of the wave indicators
m <- \(v) ave(v * long$w, long$account, FUN = sum) / ave(long$w, long$account, FUN = sum)
long$xm <- m(long$x); long$w2 <- m(as.numeric(long$wave == 2)); long$w3 <- m(as.numeric(long$wave == 3))
mundlak <- lm(y ~ x + xm + factor(wave) + w2 + w3, data = long, weights = w)
stopifnot(abs(coef(mundlak)["x"] - coef(fe)["x"]) < 1e-10)
put("fe_contextual", coef(mundlak)["xm"])

# ---- change on change: first differences of consecutive waves, rises and falls apart ----
key <- paste(long$account, long$wave)
before <- match(paste(long$account, long$wave - 1), key)
change <- data.frame(account = long$account, wave = long$wave, x = long$x - long$x[before], y = long$y - long$y[before],
                     w = (long$w + long$w[before]) / 2)
change <- change[complete.cases(change), ]
cr3 <- function(fit, data, columns) {
  out <- sapply(unique(data$account), \(g) coef(update(fit, data = data[data$account != g, ]))[columns])
  out <- matrix(out, nrow = length(columns))
  sqrt(rowSums((coef(fit)[columns] - out)^2))
}
even <- lm(y ~ x + factor(wave), data = change, weights = w)
change$up <- pmax(change$x, 0); change$down <- pmin(change$x, 0)
apart <- lm(y ~ up + down + factor(wave), data = change, weights = w)
put("change_slope", c(coef(even)["x"], cr3(even, change, "x")))
put("change_apart", c(coef(apart)[c("up", "down")], cr3(apart, change, c("up", "down"))))

# ---- Vuong's test: two logits of the same outcome on mtcars, and of two useless predictors ----
vuong <- function(first, second) {
  dens <- \(fit) dbinom(fit$y, 1, fitted(fit), log = TRUE)
  k <- length(fit <- dens(first) - dens(second))
  omega2 <- mean(fit^2) - mean(fit)^2
  # Vuong (1989), theorem 3.3: under equal densities n omega^2 is a sum of chi-squares weighted by squared eigenvalues
  sf <- estfun(first); sg <- estfun(second)
  A <- \(fit) -solve(vcov(fit)) / k
  W <- rbind(cbind(-crossprod(sf) %*% solve(A(first)), -crossprod(sf, sg) %*% solve(A(second))),
             cbind(crossprod(sg, sf) %*% solve(A(first)), crossprod(sg) %*% solve(A(second)))) / k
  c(mean(fit), sqrt(omega2), sum(fit) / sqrt(k * omega2), sort(Re(eigen(W)$values)^2, decreasing = TRUE))
}
b <- MASS::bacteria
b$y <- as.numeric(b$y == "y")
b$drug <- as.numeric(b$trt != "placebo")
one <- glm(y ~ week, family = binomial, data = b, epsilon = 1e-14, maxit = 100)
two <- glm(y ~ drug, family = binomial, data = b, epsilon = 1e-14, maxit = 100)
put("vuong", vuong(one, two))

cat("name,index,value\n")
cat(paste(rows, collapse = "\n"), "\n", sep = "")
