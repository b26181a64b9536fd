using System.Text.Json;

namespace ProxyGroups.EndToEndTests.Kit;

/// <summary>A front door and the commands that speak with it.</summary>
public abstract class CommandLineScene : IAsyncLifetime
{
    protected const int Done = 0;
    protected const int Refused = 1;
    protected const int WrongUse = 2;
    protected const int NotRunning = 3;

    protected string Root { get; } = FrontDoorProcess.CreateContentRoot();

    protected FrontDoorProcess? Started { get; set; }

    protected static CancellationToken Token => TestContext.Current.CancellationToken;

    protected FrontDoorProcess FrontDoor => Started!;

    public ValueTask InitializeAsync() => ValueTask.CompletedTask;

    public async ValueTask DisposeAsync()
    {
        if (Started is not null)
        {
            await Started.DisposeAsync();
        }

        GC.SuppressFinalize(this);
    }

    protected static object Worker(string? user = null) => new
    {
        Directory = "/",
        Command = new[] { TestApps.Python, "-c", WorkerProgram, "{socket}" },
        Worker = new { User = user },
    };

    private const string WorkerProgram = """
        import sys
        from http.server import BaseHTTPRequestHandler
        from socketserver import ThreadingUnixStreamServer
        class Handler(BaseHTTPRequestHandler):
            def address_string(self): return ''
            def log_message(self, *words): pass
            def do_GET(self):
                self.send_response(200)
                self.send_header('Content-Length', '0')
                self.end_headers()
        ThreadingUnixStreamServer(sys.argv[1], Handler).serve_forever()
        """;

    protected async Task StartAsync(params (string Name, object Group)[] groups) =>
        Started = await FrontDoorProcess.StartAsync(Site.Of(groups).ToJsonString(), Root);

    protected static int Pid(JsonElement worker) => worker.GetProperty("pid").GetInt32();

    protected static async Task AssertDoneAsync(string[] arguments, string root, string text) =>
        Assert.Equal((Done, text), await FrontDoorProcess.RunToEndAsync(arguments, root));

    protected async Task AssertRefusedAsync(string[] arguments, string reason)
    {
        var (code, text) = await FrontDoorProcess.RunToEndAsync(arguments, Root);
        Assert.Equal(Refused, code);
        Assert.Contains(reason, text, StringComparison.Ordinal);
    }

    protected static async Task<JsonElement> JsonAsync(string[] arguments, string root, int exitCode = Done)
    {
        var (code, text) = await FrontDoorProcess.RunToEndAsync(arguments, root);
        Assert.True(exitCode == code, $"{code}: {text}");
        return JsonElement.Parse(text);
    }

    protected static async Task<string> StateAsync(string group, string root) =>
        (await JsonAsync(["status", group, "--json"], root)).GetProperty("group").GetProperty("state").GetString()!;
}
