# Reference values for the study: random-effects meta-analysis (metafor) and the power of a two-sided t test.
# Run once from the project's root:  Rscript tests/reference/study.R > tests/reference/study.csv
# The tests read the CSV only. Data: dat.bcg, the BCG vaccine trials (Colditz et al. 1994, JAMA 271, 698-702).

suppressMessages(library(metafor))

rows <- list()
add <- function(case, quantity, value) {
  rows[[length(rows) + 1]] <<- data.frame(case = case, quantity = quantity, value = unname(value))
}

meta <- function(case, yi, vi) {
  for (test in c("knha", "adhoc")) {
    fit <- rma(yi, vi, method = "REML", test = test, control = list(threshold = 1e-12, maxiter = 1000))
    add(paste(case, test, sep = "-"), "value", fit$b[1])
    add(paste(case, test, sep = "-"), "std_error", fit$se)
    add(paste(case, test, sep = "-"), "low", fit$ci.lb)
    add(paste(case, test, sep = "-"), "high", fit$ci.ub)
    add(paste(case, test, sep = "-"), "p_value", fit$pval)
    add(paste(case, test, sep = "-"), "tau2", fit$tau2)
    add(paste(case, test, sep = "-"), "i2", fit$I2 / 100)
    add(paste(case, test, sep = "-"), "q", fit$QE)
    add(paste(case, test, sep = "-"), "q_p_value", fit$QEp)
  }
  invisible(fit)
}

bcg <- escalc(measure = "RR", ai = tpos, bi = tneg, ci = cpos, di = cneg, data = dat.bcg)
for (i in seq_len(nrow(bcg))) {
  add("bcg-data", paste0("yi", i), bcg$yi[i])
  add("bcg-data", paste0("vi", i), bcg$vi[i])
}
fit <- meta("bcg", bcg$yi, bcg$vi)
# Published with these data: tau2 = 0.3132, I2 = 92.22%, log RR = -0.7145 (Viechtbauer 2010, J. Stat. Softw. 36(3), 11).
stopifnot(abs(fit$tau2 - 0.3132) < 5e-5, abs(fit$I2 - 92.22) < 5e-3, abs(fit$b[1] + 0.7145) < 5e-5)

# Two clients, and three clients without any difference between them (tau2 at its bound).
meta("two", c(2.1, 3.4), c(0.16, 0.25))
meta("alike", c(1.00, 1.10, 0.95), c(0.09, 0.16, 0.12))

power <- function(effect, se, df, alpha) {
  critical <- qt(1 - alpha / 2, df)
  pt(critical, df, effect / se, lower.tail = FALSE) + pt(-critical, df, effect / se)
}
for (case in list(c(1, 0.5, 59, 0.05), c(1, 0.35, 399, 0.05), c(0.5, 1, 9, 0.05), c(2, 0.6, 119, 0.01))) {
  add("power", paste(case, collapse = "_"), do.call(power, as.list(case)))
}
# The same by R's own function for one sample of n: se = sd / sqrt(n).
own <- power.t.test(n = 60, delta = 0.4, sd = 1, sig.level = 0.05, type = "one.sample", strict = TRUE)$power
stopifnot(abs(own - power(0.4, 1 / sqrt(60), 59, 0.05)) < 1e-12)

table <- do.call(rbind, rows)
table$value <- sprintf("%.15g", table$value)
write.csv(table, stdout(), row.names = FALSE, quote = FALSE)
