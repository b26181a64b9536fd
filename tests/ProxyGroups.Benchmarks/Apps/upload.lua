-- For wrk: 1 MiB by POST.
wrk.method = "POST"
wrk.body = string.rep("x", 1048576)
