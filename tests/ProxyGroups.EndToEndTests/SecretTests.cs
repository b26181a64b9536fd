using System.Net.Http.Headers;
using System.Runtime.Versioning;
using System.Text;
using System.Text.Json.Nodes;
using ProxyGroups.EndToEndTests.Kit;

namespace ProxyGroups.EndToEndTests;

/// <summary>A secret stands in every place where a person or a client puts one, and nothing that ProxyGroups says holds any of them.</summary>
[SupportedOSPlatform("linux")]
public sealed class SecretTests
{
    // It tells how many of its secrets it got, dies where it is told to, and writes no secret itself.
    private const string App = """
        import os, signal
        def app(environ, start_response):
            if environ['PATH_INFO'] == '/die':
                os.kill(os.getpid(), signal.SIGKILL)
            start_response('200 OK', [])
            return [str(sum('planted-' in value for value in os.environ.values())).encode()]
        """;

    private static readonly string[] Passed = ["PASSED_SECRET"];

    private const string Told = "events and commands at http";

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact(Timeout = 180_000)]
    public async Task No_output_holds_a_secret_that_stands_in_environment_settings_or_requests()
    {
        var root = FrontDoorProcess.CreateContentRoot();
        await File.WriteAllTextAsync(Path.Combine(root, "app.py"), App, Token);
        WritePrivate(root, "worker.env", "FROM_FILE=planted-file\n");
        WritePrivate(root, "admin.token", "planted-token-of-the-admin-endpoint-0123456789abcdef\n");
        var site = Site.Of(
            ("app", new { Wsgi = "app:app", Directory = ".", Environment = new { DATABASE_URL = "planted-own" }, PassEnvironment = Passed, Worker = new { EnvironmentFile = "worker.env" } }),
            ("failing", new { Command = "/bin/false", Environment = new { DATABASE_URL = "planted-failing" } }));
        site["ProxyGroups"]!["Defaults"] = new JsonObject { ["Environment"] = new JsonArray("API_KEY=planted-default") };
        site["ProxyGroups"]!["AccessLog"] = new JsonObject { ["Format"] = "json", ["File"] = "access.log", ["Query"] = false };
        site["ProxyGroups"]!["AdminEndpoint"] = new JsonObject { ["Url"] = "http://127.0.0.1:0", ["TokenFile"] = "admin.token" };
        site["FrontDoor"] = new JsonObject { ["Metrics"] = "/metrics" };
        site["ConnectionStrings"] = new JsonObject { ["Main"] = "planted-connection-string" };
        site["Logging"] = JsonNode.Parse("""{ "LogLevel": { "Default": "Information", "ProxyGroups": "Trace" } }""");
        var environment = new Dictionary<string, string> { ["PASSED_SECRET"] = "planted-passed", ["UNUSED_SECRET"] = "planted-unused", ["ProxyGroups__ProcessGroups__app__Environment__FROM_VARIABLE"] = "planted-variable" };
        await using var frontDoor = await FrontDoorProcess.StartAsync(site.ToJsonString(), root, environment);
        await frontDoor.WaitForReadyAsync();
        await frontDoor.WaitForLogAsync(static line => line.Contains("Group failing is failing", StringComparison.Ordinal));

        var said = new Dictionary<string, string>();
        using var request = new HttpRequestMessage(HttpMethod.Get, "/app/?token=planted-query");
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", "planted-header");
        request.Headers.Add("Cookie", "session=planted-cookie");
        request.Headers.Referrer = new Uri("http://localhost/?token=planted-referer");
        using var answer = await frontDoor.Client.SendAsync(request, Token);
        Assert.Equal("5", await answer.Content.ReadAsStringAsync(Token));
        foreach (var path in new[] { "/app/die?token=planted-death", "/failing/?token=planted-refused", "/nowhere?token=planted-nowhere", Site.Overview, "/metrics" })
        {
            using var page = await frontDoor.Client.GetAsync(path, Token);
            said[path.Split('?')[0]] = $"{page}{await page.Content.ReadAsStringAsync(Token)}";
        }

        foreach (var command in new[] { "check", "status", "status app", "explain", "events", "logs", "top", "set app Environment:DATABASE_URL planted-set", "status failing" })
        {
            said[command] = (await FrontDoorProcess.RunToEndAsync(command.Split(' '), root)).Output;
            said[$"{command} --json"] = (await FrontDoorProcess.RunToEndAsync([.. command.Split(' '), "--json"], root)).Output;
        }

        var line = await frontDoor.WaitForLogAsync(static line => line.Contains(Told, StringComparison.Ordinal));
        using var admin = new HttpClient { BaseAddress = new Uri(line[(line.IndexOf(Told, StringComparison.Ordinal) + Told.Length - "http".Length)..].Split(',')[0]) };
        admin.DefaultRequestHeaders.Authorization = new("Bearer", "planted-token-of-the-admin-endpoint-0123456789abcdef");
        admin.DefaultRequestHeaders.Accept.ParseAdd("application/json");
        foreach (var path in new[] { "/", "/v1/openapi.json", "/v1/status", "/v1/groups/app", "/v1/explain", "/v1/events", "/v1/logs" })
        {
            said[path] = await admin.GetStringAsync(path, Token);
        }

        // Settings that are refused are told with where and why, and not with what stands there.
        foreach (var (key, wrong) in new (string, JsonNode)[] { ("Environment", new JsonObject { ["DATABASE=URL"] = "planted-name" }), ("Environment", new JsonArray("planted-no-equals-sign")), ("PassEnvironment", new JsonArray("PASSED_SECRET=planted-value-beside-the-name")) })
        {
            var right = site.Group("app")[key]!.DeepClone();
            site.Group("app")[key] = wrong;
            await File.WriteAllTextAsync(frontDoor.SettingsPath, site.ToJsonString(), Token);
            foreach (var command in new[] { "reload", "check" })
            {
                var refused = (await FrontDoorProcess.RunToEndAsync([command], root)).Output;
                Assert.Contains($"ProcessGroups:app:{key}:", refused, StringComparison.Ordinal);
                said[$"{command} of {wrong.ToJsonString()}"] = refused;
            }

            site.Group("app")[key] = right;
        }

        frontDoor.Signal("TERM");
        await frontDoor.Exited;
        said["the front door's log"] = string.Join('\n', frontDoor.Log);
        said["the access log"] = await File.ReadAllTextAsync(Path.Combine(root, "access.log"), Token);
        Assert.Contains("/app/die", said["the access log"], StringComparison.Ordinal);
        Assert.All(said, static one => Assert.False(one.Value.Length == 0, one.Key));
        Assert.All(said, static one => Assert.DoesNotContain("planted-", one.Value, StringComparison.Ordinal));
    }

    private static void WritePrivate(string folder, string name, string content)
    {
        using var file = new FileStream(Path.Combine(folder, name), new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write, UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite });
        file.Write(Encoding.UTF8.GetBytes(content));
    }
}
