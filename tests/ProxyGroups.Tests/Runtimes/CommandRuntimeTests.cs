using ProxyGroups.Configuration;
using ProxyGroups.Supervision;
using Xunit;

namespace ProxyGroups.Tests.Runtimes;

public sealed class CommandRuntimeTests : IDisposable
{
    private readonly RuntimeScene _scene = new();

    public CommandRuntimeTests() => _scene.WriteProgram("programs/serve");

    public void Dispose() => _scene.Dispose();

    [Theory]
    [InlineData("{socket}", "/run/x/7.sock")]
    [InlineData("--bind=unix:{socket}?n={threads}&m={threads}", "--bind=unix:/run/x/7.sock?n=8&m=8")]
    [InlineData("{{socket}{socket}", "{socket}/run/x/7.sock")]
    [InlineData("{{{socket}", "{/run/x/7.sock")]
    [InlineData("{socket}}", "/run/x/7.sock}")]
    [InlineData("{\"a\": {\"s\": \"{socket}\"}}", "{\"a\": {\"s\": \"/run/x/7.sock\"}}")]
    public void Placeholders_are_filled_in_any_argument(string argument, string filled)
    {
        var spec = _scene.Launch(Command("serve", argument), _scene.Socket);

        Assert.Equal([$"{_scene.Programs}/serve", filled], spec.Command);
    }

    [Theory]
    [InlineData("{port}", "4711")]
    [InlineData("127.0.0.1:{port}:{port}", "127.0.0.1:4711:4711")]
    [InlineData("{{port}", "{port}")]
    [InlineData("plain", "plain")]
    public void A_command_without_socket_gets_a_port(string argument, string filled)
    {
        var settings = Command("serve", argument);
        var spec = _scene.Launch(settings, _scene.Port);

        Assert.True(_scene.Good(settings).NeedsPort);
        Assert.Equal(filled, spec.Command[1]);
        Assert.Equal(("4711", "4711"), (spec.Environment["PORT"], spec.Environment["PROXYGROUPS_PORT"]));
        Assert.False(spec.Environment.ContainsKey("PROXYGROUPS_SOCKET"));
    }

    [Fact]
    public void A_background_worker_gets_no_address_and_has_to_stay_or_to_say_that_it_is_ready()
    {
        var settings = Command("serve", "{threads}") with { Serves = false };
        var spec = _scene.Launch(settings, WorkerEndpoint.Nowhere);

        Assert.False(_scene.Good(settings).NeedsPort);
        Assert.Equal("8", spec.Command[1]);
        Assert.DoesNotContain(spec.Environment.Keys, static name => name.EndsWith("PORT", StringComparison.Ordinal) || name.EndsWith("SOCKET", StringComparison.Ordinal));
        Assert.Equal(new ReadinessCheck(false, null) { Settle = TimeSpan.FromSeconds(1) }, spec.Readiness);
        var notifies = settings with { Readiness = new() { Notify = true } };
        Assert.Equal(new ReadinessCheck(true, null), _scene.Launch(notifies, WorkerEndpoint.Nowhere).Readiness);
    }

    [Fact]
    public void A_socket_in_a_variable_is_enough()
    {
        var settings = Command("serve") with
        {
            Environment = new Dictionary<string, string> { ["BIND"] = "unix:{socket}", ["FORMAT"] = "{{socket} {level} {\"a\":{}}" },
        };
        var spec = _scene.Launch(settings, _scene.Socket);

        Assert.False(_scene.Good(settings).NeedsPort);
        Assert.Equal("unix:/run/x/7.sock", spec.Environment["BIND"]);
        Assert.Equal("{{socket} {level} {\"a\":{}}", spec.Environment["FORMAT"]);
        Assert.Equal("/run/x/7.sock", spec.Environment["PROXYGROUPS_SOCKET"]);
        Assert.False(spec.Environment.ContainsKey("PORT"));
    }

    [Theory]
    [InlineData("{sock}", "sock")]
    [InlineData("http://{HOST}/", "HOST")]
    public void An_unknown_placeholder_is_refused(string argument, string name) =>
        _scene.Refuses(Command("serve", "x", argument), "Command:2", argument, $"{{{name}}} is no placeholder",
            $"Known are {{socket}}, {{port}} and {{threads}}; write {{{{{name}}} to pass {{{name}}} on.");

    [Fact]
    public void Socket_and_port_together_are_refused() =>
        _scene.Refuses(Command("serve", "{socket}", "{port}"), "Command", null,
            "{socket} and {port} are both used; a worker listens on one of them",
            "Use {socket} where the program can listen on a Unix socket, else {port}.");

    [Fact]
    public void A_program_missing_on_the_path_is_refused() =>
        _scene.Refuses(Command("absent"), "Command:0", "absent", "there is no program absent on PATH ({programs})",
            "Install it, give its full path, or add its folder to PATH under \"Environment\".");

    [Fact]
    public void A_missing_file_is_refused() =>
        _scene.Refuses(Command("./run"), "Command:0", "./run", "there is no program {app}/run",
            "Correct the path; relative paths start at the app's directory.");

    [Fact]
    public void A_file_without_the_right_to_execute_is_refused()
    {
        _scene.Write("app/run");

        _scene.Refuses(Command("./run"), "Command:0", "./run", "{app}/run cannot be executed", "Run: chmod +x {app}/run");
    }

    [Fact]
    public void A_relative_program_starts_at_the_app()
    {
        _scene.WriteProgram("app/bin/run");

        Assert.Equal([$"{_scene.App}/bin/run"], _scene.Launch(Command("bin/run"), _scene.Port).Command);
    }

    [Fact]
    public void The_path_is_the_one_that_the_worker_will_have()
    {
        _scene.WriteProgram("app/node_modules/.bin/vite");
        var settings = Command("vite") with { Environment = new Dictionary<string, string> { ["PATH"] = "node_modules/.bin" } };

        Assert.Equal($"{_scene.App}/node_modules/.bin/vite", _scene.Launch(settings, _scene.Port).Command[0]);
    }

    [Fact]
    public void A_port_of_ones_own_is_refused() =>
        _scene.Refuses(Command("serve") with { Environment = new Dictionary<string, string> { ["PORT"] = "80" } }, "Environment:PORT", null,
            "PORT is set by the front door for each worker", "Remove it; each worker gets a free port in PORT and wherever {port} is written.");

    [Fact]
    public void With_a_socket_PORT_is_a_variable_like_any_other()
    {
        var settings = Command("serve", "{socket}") with { Environment = new Dictionary<string, string> { ["PORT"] = "80" } };

        Assert.Equal("80", _scene.Launch(settings, _scene.Socket).Environment["PORT"]);
    }

    [Theory]
    [InlineData(null, null, false, "/")]
    [InlineData(false, null, false, "/")]
    [InlineData(null, "/up", false, "/up")]
    [InlineData(true, null, true, null)]
    [InlineData(true, "/up", true, "/up")]
    public void It_is_ready_when_it_answers_or_as_the_settings_say(bool? notify, string? path, bool expectedNotify, string? expectedPath)
    {
        var settings = Command("serve") with { Readiness = new() { Notify = notify, Path = path } };

        Assert.Equal(new ReadinessCheck(expectedNotify, expectedPath), _scene.Launch(settings, _scene.Port).Readiness);
    }

    [Fact]
    public void In_an_application_group_it_says_that_it_shares_no_interpreter_memory() =>
        Assert.Equal("command serve x, shares no interpreter memory", _scene.Good(Command("serve", "x") with { ApplicationGroup = "python" }).Description);

    [Fact]
    public void It_is_what_it_says()
    {
        var runtime = _scene.Good(Command("serve", "x"));

        Assert.Equal(("command", "command serve x", false), (runtime.Kind, runtime.Description, runtime.KeepsIdleConnections));
        Assert.Equal([$"{_scene.Programs}/serve", _scene.App], runtime.RequiredPaths);
        Assert.Empty(runtime.Preparation);
        Assert.Null(_scene.Launch(Command("serve"), _scene.Port).StackDumpSignal);
    }

    private static ProcessGroupSettings Command(params string[] command) => new() { Command = command, Threads = 8 };
}
