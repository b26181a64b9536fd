using System.Text;
using ProxyGroups.Supervision;
using Xunit;

namespace ProxyGroups.Tests.Supervision;

/// <summary>What is read from notify messages, status lines and last words.</summary>
public sealed class ReadinessWordsTests
{
    [Theory]
    [InlineData("READY=1", true, false, false, null)]
    [InlineData("STATUS=a\u001bb", false, false, false, "a\\x1bb")]
    [InlineData("STATUS=a=b\nREADY=1\nMAINPID=3", true, false, false, "a=b")]
    [InlineData("STOPPING=1\nWATCHDOG=1", false, true, true, null)]
    [InlineData("READY=0", false, false, false, null)]
    [InlineData("XREADY=1", false, false, false, null)]
    [InlineData("READY=1x", false, false, false, null)]
    [InlineData("", false, false, false, null)]
    public void A_notify_message_is_read_line_by_line(string text, bool ready, bool stopping, bool watchdog, string? status) =>
        Assert.Equal(new NotifyMessage(ready, stopping, watchdog, status), NotifyMessage.Parse(Encoding.UTF8.GetBytes(text)));

    [Theory]
    [InlineData("READY=1\nX_PROXYGROUPS_OVERHEAD=1200000", 1_200_000L)]
    [InlineData("X_PROXYGROUPS_OVERHEAD=0", 0L)]
    [InlineData("X_PROXYGROUPS_OVERHEAD=-5", null)]
    [InlineData("X_PROXYGROUPS_OVERHEAD=99999999999999999999", null)]
    [InlineData("READY=1", null)]
    public void A_process_that_workers_are_forked_from_says_what_they_have_of_it_beyond_plain_ones(string text, long? overhead) =>
        Assert.Equal(overhead, NotifyMessage.Parse(Encoding.UTF8.GetBytes(text)).Overhead);

    [Theory]
    [InlineData("HTTP/1.1 200 OK", "Ready")]
    [InlineData("HTTP/1.0 404 Not Found", "Ready")]
    [InlineData("HTTP/1.1 499", "Ready")]
    [InlineData("HTTP/1.1 500 Oops", "ServerError")]
    [InlineData("HTTP/1.1 abc", "NotHttp")]
    [InlineData("HTTP/2 200", "NotHttp")]
    [InlineData("SSH-2.0-OpenSSH", "NotHttp")]
    [InlineData("", "NoAnswer")]
    public void A_status_line_is_judged(string line, string outcome) => Assert.Equal(outcome, HttpCheck.Judge(line).Outcome.ToString());

    [Theory]
    [InlineData("ModuleNotFoundError: No module named 'shop.wsgi'", "shop.wsgi")]
    [InlineData("Error: Cannot find module './server.js'", "./server.js")]
    [InlineData("Error: listen EADDRINUSE: address already in use :::3000", "Another process listens")]
    [InlineData("sh: 1: gunicorn: not found", "'gunicorn'")]
    [InlineData("bash: line 1: flask: command not found", "'flask'")]
    [InlineData("PermissionError: [Errno 13] Permission denied: '/srv/x'", "owner and mode")]
    [InlineData("all is well", "otherwise")]
    public void Last_words_lead_to_a_remedy(string line, string part) =>
        Assert.Contains(part, StartupRemedy.For(["first", line], "otherwise"), StringComparison.Ordinal);

    [Theory]
    [InlineData(true, "import time")]
    [InlineData(false, "Readiness:Notify")]
    public void A_worker_of_ours_that_is_silent_hangs_in_import(bool stacksFollow, string part) =>
        Assert.Contains(part, StartupDiagnosis.TimedOut(new(), [], SpawnStep.Notify, null, [], TimeSpan.FromSeconds(60), stacksFollow).Remedy, StringComparison.Ordinal);

    [Fact]
    public void Only_output_that_exists_is_logged()
    {
        var failure = new SpawnFailure(SpawnStep.Launch, "cause", [], "remedy", TimeSpan.Zero);
        Assert.Empty(failure.OutputForLog);
        Assert.Equal(". Last output:\n    a\n    b", (failure with { LastOutput = ["a", "b"] }).OutputForLog.ReplaceLineEndings("\n"));
    }

    [Theory]
    [InlineData(0, "exit code 0")]
    [InlineData(128, "exit code 128")]
    [InlineData(137, "signal 9 (KILL)")]
    [InlineData(163, "signal 35")]
    [InlineData(255, "exit code 255")]
    [InlineData(-1, "never started")]
    public void An_exit_reads_as_an_operator_says_it(int code, string text) => Assert.Equal(text, new WorkerExit(code).ToString());
}
