using System.Net;
using System.Text.Json;
using System.Text.RegularExpressions;
using ProxyGroups.EndToEndTests.Kit;

namespace ProxyGroups.EndToEndTests;

/// <summary>The log files of groups under load: what a worker wrote is in them, whole, whatever happens to files and workers.</summary>
public sealed class LogTests
{
    private const int Requests = 1500;

    private const string App = """
        import os
        def application(environ, start_response):
            number = environ["QUERY_STRING"]
            os.write(1, ('{ "number" : %s,"text": "\\u00fc ü 🍕",  "rest":"%s" }\n' % (number, "r" * 300)).encode())
            os.write(2, ("plain %s %s\n" % (number, "p" * 300)).encode())
            start_response("200 OK", [("Content-Type", "text/plain")])
            return [b"%d" % os.getpid()]
        """;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact(Timeout = 120_000)]
    public async Task No_line_is_lost_torn_or_touched_while_files_rotate_and_workers_are_replaced_and_die()
    {
        var root = FrontDoorProcess.CreateContentRoot();
        await File.WriteAllTextAsync(Path.Combine(root, "wsgi.py"), App, Token);
        await using var frontDoor = await FrontDoorProcess.StartAsync(
            Site.Of(("app", new
            {
                Wsgi = "wsgi:application",
                TestApps.Python,
                Processes = 3,
                Log = new { File = "log/app.log", MaxSize = "64KiB", Keep = 1000 },
                Restart = new { Watch = "restart.txt", Debounce = "100ms" },
            })),
            root);
        await frontDoor.WaitForReadyAsync(3);
        var answered = new List<int>();
        for (var number = 0; number < Requests; number++)
        {
            using var answer = await frontDoor.Client.GetAsync($"/app/?{number}", Token);
            Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
            if (number == Requests / 3)
            {
                await File.WriteAllTextAsync(Path.Combine(root, "restart.txt"), "now", Token);
            }

            if (number % 400 == 399)
            {
                Poll.Kill(int.Parse(await answer.Content.ReadAsStringAsync(Token), null));
            }
        }

        frontDoor.Signal("TERM");
        await frontDoor.Exited.WaitAsync(TimeSpan.FromSeconds(30), Token);
        var files = Directory.GetFiles(Path.Combine(root, "log"));
        Assert.InRange(files.Length, Requests * 600 / 65536, 1001);
        Assert.All(files, static file => Assert.InRange(new FileInfo(file).Length, 1, 65536));
        AssertWhole(files.SelectMany(File.ReadAllLines).ToList());
    }

    [Fact(Timeout = 120_000)]
    public async Task A_worker_that_writes_all_it_can_fills_neither_disk_nor_log_and_the_others_serve_on()
    {
        var shout = new[] { "sh", "-c", "while :; do echo 'all is well, and this line says so'; done" };
        var site = Site.Of(("calm", new { Directory = TestApps.Folder("trouble"), TestApps.Python }));
        site["ProxyGroups"]!["ProcessGroups"]!["own"] = JsonSerializer.SerializeToNode(new { Command = shout, Serves = false });
        site["ProxyGroups"]!["ProcessGroups"]!["file"] = JsonSerializer.SerializeToNode(
            new { Command = shout, Serves = false, Log = new { File = "log/file.log", MaxSize = "64KiB", Keep = 2 } });
        var start = TimeProvider.System.GetTimestamp();
        await using var frontDoor = await FrontDoorProcess.StartAsync(site);
        await frontDoor.WaitForReadyAsync(3);
        await frontDoor.WaitForLogAsync(static line => line.Contains("writes more than the log takes", StringComparison.Ordinal));
        var folder = Path.Combine(frontDoor.ContentRoot, "log");
        await Poll.UntilAsync(() => Directory.GetFiles(folder).Length == 3, "the rotation", Token);
        for (var number = 0; number < 200; number++)
        {
            Assert.Equal(HttpStatusCode.OK, (await frontDoor.Client.GetAsync("/calm/pid", Token)).StatusCode);
            Assert.InRange(Directory.GetFiles(folder).Length, 1, 3);
        }

        frontDoor.Signal("TERM");
        await frontDoor.Exited.WaitAsync(TimeSpan.FromSeconds(30), Token);
        var taken = 1000 * (2 + TimeProvider.System.GetElapsedTime(start).TotalSeconds);
        Assert.InRange(frontDoor.Log.Count(static line => line.Contains("all is well", StringComparison.Ordinal)), 1, taken);
        Assert.DoesNotContain(frontDoor.Log, static line => line.Contains("file/0", StringComparison.Ordinal) && line.Contains("all is well", StringComparison.Ordinal));
        Assert.All(Directory.GetFiles(folder), static file => Assert.InRange(new FileInfo(file).Length, 1, 65536));
    }

    private static void AssertWhole(List<string> lines)
    {
        var json = lines.Where(static line => line[0] == '{').Order(StringComparer.Ordinal);
        Assert.Equal(Enumerable.Range(0, Requests).Select(static number => $$"""{ "number" : {{number}},"text": "\u00fc ü 🍕",  "rest":"{{new string('r', 300)}}" }""").Order(StringComparer.Ordinal), json);
        var plain = lines.Select(static line => Plain.Match(line)).Where(static match => match.Success).Select(static match => int.Parse(match.Groups[1].Value, null)).Order();
        Assert.Equal(Enumerable.Range(0, Requests), plain);
        Assert.Equal(2 * Requests, lines.Count);
    }

    private static Regex Plain { get; } = new(@"^[^ ]+Z app/\d generation [12] pid \d+ stderr: plain (\d+) p{300}$", RegexOptions.None, TimeSpan.FromSeconds(1));
}
