using System.Net;
using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using ProxyGroups.Admin.Api;
using ProxyGroups.Groups;
using ProxyGroups.Supervision;

namespace ProxyGroups.ProcessTests.Hosting;

/// <summary>The admin socket of somebody's own app: real workers, real requests over the socket.</summary>
public sealed class AdminTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact(Timeout = 60_000)]
    public async Task Status_tells_of_all_groups_and_one_group_of_itself()
    {
        await using var site = await StartAsync();
        using var admin = AdminSocket.Of(site);
        var status = await admin.GetAsync("/v1/status", Token);
        Assert.Equal((1, Environment.ProcessId), (status.GetProperty("version").GetInt32(), status.GetProperty("pid").GetInt32()));
        var group = Assert.Single(status.GetProperty("groups").EnumerateArray());
        Assert.Equal(("app", "serving", 2), (group.GetProperty("name").GetString(), group.GetProperty("state").GetString(), group.GetProperty("workers").GetArrayLength()));
        var one = await admin.GetAsync("/v1/groups/APP", Token);
        Assert.Equal("app", one.GetProperty("group").GetProperty("name").GetString());
    }

    [Fact(Timeout = 60_000)]
    public async Task The_front_door_asks_itself_for_the_first_status_before_a_person_does()
    {
        var (builder, lines) = (DropInSite.CreateBuilder(), new LogLines());
        builder.Logging.SetMinimumLevel(LogLevel.Debug).AddProvider(lines);
        builder.AddProxyGroups();
        var app = builder.Build();
        app.MapProxyGroups();
        await using var site = await DropInSite.StartAsync(app, Token);
        await Alive.UntilAsync(() => lines.Of(6009).Count > 0, "nobody has asked");
        Assert.Contains("HTTP/1.1 200 OK after ", lines.Of(6009)[0], StringComparison.Ordinal);
    }

    [Fact(Timeout = 60_000)]
    public async Task Status_tells_what_each_slot_does_what_workers_use_and_how_the_last_ones_ended()
    {
        await using var site = await StartAsync();
        using var admin = AdminSocket.Of(site);
        var running = HeldRequest.Send(site.Client, "/app/sleep?ms=3000&secret=1");
        var slot = JsonElement.Parse("{}");
        await Alive.UntilAsync(async () => TryFindSlot(await GroupAsync(admin), out slot), "nobody is seen at work");
        Assert.Equal(("GET", "/sleep", 0, false), (slot.GetProperty("method").GetString(), slot.GetProperty("path").GetString(), slot.GetProperty("slot").GetInt32(), slot.GetProperty("isUpgraded").GetBoolean()));
        var group = await GroupAsync(admin);
        Assert.All(group.GetProperty("workers").EnumerateArray(), static worker =>
        {
            var detail = worker.GetProperty("detail");
            Assert.InRange(worker.GetProperty("memory").GetInt64(), 1 << 20, detail.GetProperty("pss").GetInt64());
            Assert.InRange(Span(detail, "cpuTime"), TimeSpan.FromMilliseconds(10), TimeSpan.FromMinutes(1));
            Assert.InRange(detail.GetProperty("cpuShare").GetDouble(), 0, Environment.ProcessorCount);
            Assert.InRange(Span(detail, "uptime"), TimeSpan.FromMilliseconds(1), TimeSpan.FromMinutes(1));
            Assert.Equal(JsonValueKind.Null, detail.GetProperty("lastExit").ValueKind);
        });
        Assert.InRange(group.GetProperty("detail").GetProperty("utilisation").GetProperty("oneMinute").GetDouble(), double.Epsilon, 0.5);

        using var killed = await site.Client.PostAsync("/app/kill-self?secret=1", null, Token);
        Assert.Equal(HttpStatusCode.BadGateway, killed.StatusCode);
        var id = JsonElement.Parse(await killed.Content.ReadAsStringAsync(Token)).GetProperty("id").GetString();
        group = await GroupAsync(admin);
        var failed = group.GetProperty("detail").GetProperty("lastFailures")[0];
        Assert.Equal((id, "WorkerDied", "POST", "/app/kill-self", 1), (failed.GetProperty("id").GetString(), failed.GetProperty("cause").GetString(), failed.GetProperty("method").GetString(), failed.GetProperty("path").GetString(), failed.GetProperty("generation").GetInt32()));
        await running.LeaveAsync();
        Assert.Equal(16, group.GetProperty("detail").GetProperty("queueTime").GetProperty("counts").GetArrayLength());
        Assert.Equal(15, (await admin.GetAsync("/v1/status", Token)).GetProperty("timeBounds").GetArrayLength());
        await Alive.UntilAsync(async () => Exits(await GroupAsync(admin)).Any(), "its end is not told");
        group = await GroupAsync(admin);
        Assert.Equal("signal 9 (KILL)", Assert.Single(Exits(group)).GetProperty("exit").GetString());
        Assert.Equal(1, group.GetProperty("detail").GetProperty("serviceTime").GetProperty("count").GetInt64());
        Assert.DoesNotContain("secret", (await GroupAsync(admin)).GetRawText(), StringComparison.Ordinal);
    }

    [Fact(Timeout = 60_000)]
    public async Task What_clients_ask_for_is_not_on_the_overview()
    {
        await using var site = await StartAsync("""{ "ProxyGroups": { "Overview": "/overview", "ProcessGroups": { "app": { "Processes": 2 } } } }""");
        var running = HeldRequest.Send(site.Client, "/app/sleep?ms=3000");
        await Alive.UntilAsync(() => Group(site).Scheduler.Snapshot().Workers.Any(static worker => worker.Busy > 0), "it does not run");
        using var request = new HttpRequestMessage(HttpMethod.Get, "/overview") { Headers = { { "Accept", "application/json" } } };
        using var answer = await site.Client.SendAsync(request, Token);
        var text = await answer.Content.ReadAsStringAsync(Token);
        Assert.Contains("\"busySlots\":1", text, StringComparison.Ordinal);
        Assert.DoesNotContain("sleep", text, StringComparison.Ordinal);
        await running.LeaveAsync();
    }

    [Fact(Timeout = 60_000)]
    public async Task The_live_page_is_at_the_root_and_runs_nothing_but_its_own_script()
    {
        await using var site = await StartAsync();
        using var admin = AdminSocket.Of(site);
        using var answer = await admin.Client.GetAsync("/", Token);
        Assert.Equal("text/html", answer.Content.Headers.ContentType!.MediaType);
        var policy = Assert.Single(answer.Headers.GetValues("Content-Security-Policy"));
        var nonce = policy.Split("script-src 'nonce-")[1].Split('\'')[0];
        var page = await answer.Content.ReadAsStringAsync(Token);
        Assert.Contains($"<script nonce=\"{nonce}\">", page, StringComparison.Ordinal);
        Assert.DoesNotContain("{nonce}", page, StringComparison.Ordinal);
        Assert.DoesNotContain("http://", page.Replace("http://www.w3.org/2000/svg", string.Empty, StringComparison.Ordinal), StringComparison.Ordinal);
        using var second = await admin.Client.GetAsync("/", Token);
        Assert.NotEqual(policy, Assert.Single(second.Headers.GetValues("Content-Security-Policy")));
    }

    [Fact(Timeout = 60_000)]
    public async Task Every_command_is_taken_or_refused_with_the_reason()
    {
        await using var site = await StartAsync();
        using var admin = AdminSocket.Of(site);
        var group = Group(site);
        foreach (var command in new[] { "pause", "resume", "maintenance/on", "maintenance/off", "stop" })
        {
            var (status, answer) = await admin.PostAsync($"/v1/groups/app/{command}", Token);
            Assert.Equal((202, true, "app"), (status, answer.GetProperty("taken").GetBoolean(), answer.GetProperty("group").GetString()));
        }

        await Alive.UntilAsync(() => group.State is { Phase: GroupPhase.Stopped, Workers.IsEmpty: true }, "it does not stop");
        await AssertRefusedAsync(admin, "/v1/groups/app/stop", 409, "Group app is stopped: start it.");
        await AssertRefusedAsync(admin, "/v1/groups/app/restart", 409, "Group app is stopped: start it.");
        await AssertRefusedAsync(admin, "/v1/groups/app/resume", 409, "Group app is not paused.");
        await AssertRefusedAsync(admin, "/v1/groups/ap/stop", 404, "There is no process group ap. Did you mean app?");
        await AssertRefusedAsync(admin, "/v1/workers/1/drain", 404, "No process group has a worker with pid 1.");
        await AssertRefusedAsync(admin, "/v1/workers/-1/drain", 400, "is not a process id");
        Assert.Equal(202, (await admin.PostAsync("/v1/groups/app/start", Token)).Status);
        await SettleAsync(group, generation: 2);
        Assert.Equal(202, (await admin.PostAsync("/v1/groups/app/restart", Token)).Status);
        await SettleAsync(group, generation: 3);
        Assert.Equal(202, (await admin.PostAsync("/v1/reload", Token)).Status);
        await SettleAsync(group, generation: 4);
        var pid = group.State.Workers[0].Pid;
        Assert.Equal(202, (await admin.PostAsync($"/v1/workers/{pid}/drain", Token)).Status);
        await Alive.UntilGoneAsync(pid);
    }

    [Fact(Timeout = 60_000)]
    public async Task Events_tell_of_a_death_as_it_happens_and_an_id_leads_back_to_where_a_reader_was()
    {
        await using var site = await StartAsync();
        using var admin = AdminSocket.Of(site);
        var newest = (await admin.GetAsync("/v1/status", Token)).GetProperty("newestEvent").GetInt64();
        using var live = new EventReader(await admin.Client.GetStreamAsync("/v1/events", Token));
        var pid = Group(site).State.Workers[0].Pid;
        using (var kill = System.Diagnostics.Process.Start("kill", ["-9", $"{pid}"]))
        {
            await kill.WaitForExitAsync(Token);
        }

        var death = await live.UntilAsync(entry => entry.GetProperty("kind").GetString() == "worker" && entry.GetProperty("state").GetString() == "exited", Token);
        Assert.Equal((pid, "ExitedUnexpectedly", "app"), (death.GetProperty("pid").GetInt32(), death.GetProperty("reason").GetString(), death.GetProperty("group").GetString()));
        Assert.Contains("signal 9 (KILL)", death.GetProperty("text").GetString(), StringComparison.Ordinal);
        await live.UntilAsync(entry => entry.GetProperty("kind").GetString() == "worker" && entry.GetProperty("state").GetString() == "ready", Token);

        using var back = new EventReader(await StreamAfterAsync(admin, newest));
        Assert.Equal(newest + 1, (await back.UntilAsync(static _ => true, Token)).GetProperty("id").GetInt64());
        await admin.PostAsync("/v1/groups/app/pause", Token);
        var command = await back.UntilAsync(entry => entry.GetProperty("kind").GetString() == "command", Token);
        Assert.Equal("pause", command.GetProperty("text").GetString());
        using var list = new HttpRequestMessage(HttpMethod.Get, $"/v1/events?after={newest}") { Headers = { { "Accept", "application/json" } } };
        using var listed = await admin.Client.SendAsync(list, Token);
        using var events = JsonDocument.Parse(await listed.Content.ReadAsStringAsync(Token));
        Assert.Equal(newest + 1, events.RootElement.GetProperty("events")[0].GetProperty("id").GetInt64());
    }

    [Fact(Timeout = 60_000)]
    public async Task A_reader_of_lines_that_is_too_slow_is_told_how_many_it_lost_and_holds_up_nobody()
    {
        const int Written = 50_000;
        await using var site = await StartAsync();
        using var admin = AdminSocket.Of(site);
        var lines = site.Services.GetRequiredService<KeptLines>();
        using var stream = await admin.Client.GetStreamAsync("/v1/groups/app/logs?lines=0", Token);
        using var reader = new StreamReader(stream);
        Assert.Equal("retry: 1000", await reader.ReadLineAsync(Token));
        for (var number = 0; number < Written; number++)
        {
            lines.Add(new WorkerIdentity("app", 1, 0, 1), 4711, new OutputLine("stdout", $"{number} {new string('x', 100)}"));
        }

        var (read, lost) = (0L, 0L);
        while (read + lost < Written)
        {
            var line = (await reader.ReadLineAsync(Token))!;
            read += line.Contains("\"stream\":\"stdout\"", StringComparison.Ordinal) ? 1 : 0;
            lost += line.StartsWith("data: {\"lost\":", StringComparison.Ordinal) ? JsonElement.Parse(line["data: ".Length..]).GetProperty("lost").GetInt64() : 0;
        }

        Assert.Equal(Written, read + lost);
        Assert.InRange(lost, 1, Written - LineFollower.Backlog);
    }

    [Fact(Timeout = 60_000)]
    public async Task The_document_names_every_route_and_what_each_answers_with()
    {
        await using var site = await StartAsync();
        using var admin = AdminSocket.Of(site);
        var document = await admin.GetAsync("/v1/openapi.json", Token);
        Assert.Equal("3.1.0", document.GetProperty("openapi").GetString());
        var operations = document.GetProperty("paths").EnumerateObject().SelectMany(static path => path.Value.EnumerateObject().Select(operation => (Path: path.Name, Method: operation.Name, Operation: operation.Value))).ToList();
        Assert.Equal(
            site.Services.GetRequiredService<AdminApi>().Routes.Select(static route => $"{route.Method.ToLowerInvariant()} {route.Template}").Order(),
            operations.Select(static operation => $"{operation.Method} {operation.Path}").Order());
        Assert.All(operations, static operation => Assert.NotEqual(string.Empty, operation.Operation.GetProperty("summary").GetString()));
        foreach (var (path, method, operation) in operations)
        {
            using var request = new HttpRequestMessage(new HttpMethod(method.ToUpperInvariant()), path.Replace("{group}", "app", StringComparison.Ordinal).Replace("{pid}", $"{Group(site).State.Workers.Select(static worker => worker.Pid).FirstOrDefault()}", StringComparison.Ordinal)) { Headers = { { "Accept", "application/json" } } };
            using var answer = await admin.Client.SendAsync(request, Token);
            var known = operation.GetProperty("responses").TryGetProperty($"{(int)answer.StatusCode}", out var described) ? described : operation.GetProperty("responses").GetProperty("default");
            var (type, content) = (answer.Content.Headers.ContentType!.MediaType!, known.GetProperty("content"));
            Assert.True(content.TryGetProperty(type, out var shape), $"{method} {path} answers {(int)answer.StatusCode} {type}: {content}");
            if (shape.TryGetProperty("schema", out var schema))
            {
                var wrong = new JsonSchemaCheck(document).Look(schema, JsonElement.Parse(await answer.Content.ReadAsStringAsync(Token))).ToList();
                Assert.True(wrong.Count == 0, $"{method} {path} answers {(int)answer.StatusCode}: {string.Join("; ", wrong)}");
            }
        }
    }

    [Fact(Timeout = 60_000)]
    public async Task The_document_describes_what_a_group_tells_that_has_worked_failed_and_is_at_work()
    {
        await using var site = await StartAsync();
        using var admin = AdminSocket.Of(site);
        var check = new JsonSchemaCheck(await admin.GetAsync("/v1/openapi.json", Token));
        var running = HeldRequest.Send(site.Client, "/app/sleep?ms=3000");
        using var killed = await site.Client.PostAsync("/app/kill-self", null, Token);
        await Alive.UntilAsync(async () => Exits(await GroupAsync(admin)).Any(), "its end is not told");
        foreach (var path in new[] { "/v1/status", "/v1/groups/app", "/v1/explain", "/v1/groups/nowhere" })
        {
            using var answer = await admin.Client.GetAsync(path, Token);
            Assert.Empty(check.Look(check.OfAnswer("get", path.Replace("app", "{group}", StringComparison.Ordinal).Replace("nowhere", "{group}", StringComparison.Ordinal), (int)answer.StatusCode), JsonElement.Parse(await answer.Content.ReadAsStringAsync(Token))));
        }

        await running.LeaveAsync();
    }

    [Fact(Timeout = 60_000)]
    public async Task What_is_doubtful_is_denied_and_changes_nothing()
    {
        await using var site = await StartAsync();
        using var admin = AdminSocket.Of(site);
        Assert.Equal(421, await StatusAsync(admin, HttpMethod.Post, "/v1/groups/app/stop", request => request.Headers.Host = "evil.example"));
        Assert.Equal(403, await StatusAsync(admin, HttpMethod.Post, "/v1/groups/app/stop", request => request.Headers.Add("Origin", "http://evil.example")));
        Assert.Equal(413, await StatusAsync(admin, HttpMethod.Post, "/v1/groups/app/stop", request => request.Content = new StringContent("x")));
        Assert.Equal(405, await StatusAsync(admin, HttpMethod.Get, "/v1/groups/app/stop"));
        Assert.Equal(405, await StatusAsync(admin, HttpMethod.Delete, "/v1/groups/app"));
        Assert.Equal(405, await StatusAsync(admin, HttpMethod.Head, "/v1/status"));
        Assert.Equal(404, await StatusAsync(admin, HttpMethod.Post, "/v1/groups/app/explode"));
        Assert.Equal(404, await StatusAsync(admin, HttpMethod.Get, "/v1"));
        Assert.Equal(400, await StatusAsync(admin, HttpMethod.Get, "/v1/events?after=yesterday"));
        Assert.Equal(GroupPhase.Running, Group(site).State.Phase);
        using var refused = await admin.Client.PostAsync("/v1/groups/app/stop", new StringContent("x"), Token);
        Assert.True(refused.Headers.ConnectionClose, "the client is not told that the connection ends");
        using var outside = await site.Client.GetAsync("/v1/status", Token);
        Assert.Equal(HttpStatusCode.NotFound, outside.StatusCode);
    }

    [Fact(Timeout = 60_000)]
    public async Task A_stop_ends_the_streams_and_takes_the_socket_away()
    {
        await using var site = await StartAsync();
        using var admin = AdminSocket.Of(site);
        using var live = new EventReader(await admin.Client.GetStreamAsync("/v1/events", Token));
        await site.StopAsync();
        // A stop is watched to its end, then the stream ends as streams do.
        await Assert.ThrowsAsync<EndOfStreamException>(() => live.UntilAsync(static _ => false, Token));
        Assert.Contains("exited", live.Read, StringComparison.Ordinal);
        Assert.False(File.Exists(admin.Path));
    }

    [Fact(Timeout = 60_000)]
    public async Task Switched_off_there_is_no_socket()
    {
        var builder = DropInSite.CreateBuilder("""{ "ProxyGroups": { "Admin": false } }""");
        builder.AddProxyGroups();
        var app = builder.Build();
        app.MapProxyGroups();
        await using var site = await DropInSite.StartAsync(app, Token);
        using var admin = AdminSocket.Of(site);
        Assert.False(File.Exists(admin.Path));
    }

    private static bool TryFindSlot(JsonElement group, out JsonElement slot)
    {
        slot = group.GetProperty("workers").EnumerateArray().SelectMany(static worker => worker.GetProperty("detail").GetProperty("doing").EnumerateArray())
            .FirstOrDefault(static slot => slot.GetProperty("path").ValueKind == JsonValueKind.String);
        return slot.ValueKind == JsonValueKind.Object;
    }

    private static IEnumerable<JsonElement> Exits(JsonElement group) =>
        group.GetProperty("workers").EnumerateArray().Select(static worker => worker.GetProperty("detail").GetProperty("lastExit")).Where(static last => last.ValueKind == JsonValueKind.Object);

    private static TimeSpan Span(JsonElement element, string name) => TimeSpan.Parse(element.GetProperty(name).GetString()!, System.Globalization.CultureInfo.InvariantCulture);

    private static async Task<JsonElement> GroupAsync(AdminSocket admin) => (await admin.GetAsync("/v1/groups/app", Token)).GetProperty("group");

    private static async Task<DropInSite> StartAsync(string settings = """{ "ProxyGroups": { "ProcessGroups": { "app": { "Processes": 2 } } } }""")
    {
        var builder = DropInSite.CreateBuilder(settings);
        builder.AddProxyGroups();
        var app = builder.Build();
        app.MapProxyGroups();
        var site = await DropInSite.StartAsync(app, Token);
        await SettleAsync(Group(site), generation: 1);
        return site;
    }

    private static ProcessGroup Group(DropInSite site) => site.Services.GetRequiredService<ProcessGroupRegistry>().Find("app")!;

    private static Task SettleAsync(ProcessGroup group, int generation) => Alive.UntilAsync(
        () => group.State.Workers.Length == 2 && group.State.Workers.All(worker => worker.IsOffered && worker.Generation == generation), $"generation {generation} does not serve");

    private static async Task AssertRefusedAsync(AdminSocket admin, string path, int status, string reason)
    {
        var (found, answer) = await admin.PostAsync(path, Token);
        Assert.Equal((status, status), (found, answer.GetProperty("status").GetInt32()));
        Assert.Contains(reason, answer.GetProperty("detail").GetString(), StringComparison.Ordinal);
    }

    private static async Task<int> StatusAsync(AdminSocket admin, HttpMethod method, string path, Action<HttpRequestMessage>? change = null)
    {
        using var request = new HttpRequestMessage(method, path);
        change?.Invoke(request);
        using var answer = await admin.Client.SendAsync(request, Token);
        return (int)answer.StatusCode;
    }

    private static async Task<Stream> StreamAfterAsync(AdminSocket admin, long id)
    {
        var request = new HttpRequestMessage(HttpMethod.Get, "/v1/events") { Headers = { { "Last-Event-ID", $"{id}" } } };
        var answer = await admin.Client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, Token);
        Assert.Equal("text/event-stream", answer.Content.Headers.ContentType!.ToString());
        return await answer.Content.ReadAsStreamAsync(Token);
    }

    /// <summary>Reads a stream of events as a browser does.</summary>
    private sealed class EventReader(Stream stream) : IDisposable
    {
        private readonly StreamReader _lines = new(stream);
        private readonly StringBuilder _read = new();

        public string Read => _read.ToString();

        public async Task<JsonElement> UntilAsync(Func<JsonElement, bool> isWanted, CancellationToken cancellationToken)
        {
            while (await _lines.ReadLineAsync(cancellationToken) is { } line)
            {
                _read.AppendLine(line);
                if (line.StartsWith("data: ", StringComparison.Ordinal) && JsonElement.Parse(line["data: ".Length..]) is var entry && isWanted(entry))
                {
                    return entry;
                }
            }

            throw new EndOfStreamException(Read);
        }

        public void Dispose() => _lines.Dispose();
    }
}
