using ProxyGroups.Configuration;
using Xunit;

namespace ProxyGroups.Tests.Runtimes;

public sealed class WorkerEnvironmentTests : IDisposable
{
    private readonly RuntimeScene _scene = new();

    public WorkerEnvironmentTests() => _scene.WriteProgram("programs/serve");

    public void Dispose() => _scene.Dispose();

    [Fact]
    public void Only_a_short_list_of_ours_is_handed_on()
    {
        foreach (var name in new[] { "HOME", "USER", "LOGNAME", "TZ", "TMPDIR", "ASPNETCORE_URLS", "DOTNET_gcServer", "LISTEN_FDS", "NOTIFY_SOCKET", "SECRET", "LC_ALL" })
            _scene.Ours[name] = $"our {name}";

        Assert.Equal(new SortedDictionary<string, string>(StringComparer.Ordinal)
        {
            ["PATH"] = _scene.Programs,
            ["HOME"] = "our HOME",
            ["USER"] = "our USER",
            ["LOGNAME"] = "our LOGNAME",
            ["TZ"] = "our TZ",
            ["TMPDIR"] = "our TMPDIR",
            ["LANG"] = "C.UTF-8",
            ["PORT"] = "4711",
            ["PROXYGROUPS_PORT"] = "4711",
            ["PROXYGROUPS_THREADS"] = "4",
            ["PROXYGROUPS_GROUP"] = "shop",
            ["PROXYGROUPS_RANK"] = "2",
            ["PROXYGROUPS_GENERATION"] = "3",
            ["PROXYGROUPS_MULTIPROCESS"] = "0",
        }, new SortedDictionary<string, string>(Environment(new()).ToDictionary(), StringComparer.Ordinal));
    }

    [Theory]
    [InlineData(null, "C.UTF-8")]
    [InlineData("", "C.UTF-8")]
    [InlineData("C", "C.UTF-8")]
    [InlineData("de_DE@euro", "C.UTF-8")]
    [InlineData("de_DE.UTF-8", "de_DE.UTF-8")]
    [InlineData("en_GB.utf8", "en_GB.utf8")]
    public void The_locale_is_always_UTF_8(string? ours, string expected)
    {
        if (ours is not null)
            _scene.Ours["LANG"] = ours;

        Assert.Equal(expected, Environment(new())["LANG"]);
    }

    [Fact]
    public void The_settings_win_over_what_is_passed_and_that_over_ours()
    {
        (_scene.Ours["A"], _scene.Ours["B"], _scene.Ours["TZ"]) = ("ours", "ours", "ours");
        var environment = Environment(new()
        {
            PassEnvironment = ["A", "B"],
            Environment = new Dictionary<string, string> { ["B"] = "set", ["TZ"] = "set" },
        });

        Assert.Equal(("ours", "set", "set"), (environment["A"], environment["B"], environment["TZ"]));
    }

    [Fact]
    public void A_variable_to_pass_that_does_not_exist_is_refused() =>
        _scene.Refuses(Serve(new() { PassEnvironment = ["DATABASE_URL"] }), "PassEnvironment", "DATABASE_URL",
            "the front door itself has no variable DATABASE_URL",
            "Set DATABASE_URL before the front door starts, take it off this list, or give a value under \"Environment\".");

    [Fact]
    public void A_secret_in_the_list_of_names_is_not_shown()
    {
        _scene.Create(Serve(new() { PassEnvironment = ["DATABASE_URL=postgres://u:p@h"] }));
        Assert.Empty(_scene.Errors);
    }

    [Fact]
    public void A_value_in_the_settings_is_the_default_of_a_variable_to_pass()
    {
        var environment = Environment(new()
        {
            PassEnvironment = ["DATABASE_URL"],
            Environment = new Dictionary<string, string> { ["DATABASE_URL"] = "sqlite:" },
        });

        Assert.Equal("sqlite:", environment["DATABASE_URL"]);
    }

    [Theory]
    [InlineData("PROXYGROUPS_SOCKET", "Remove it.")]
    [InlineData("PROXYGROUPS_ANYTHING", "Remove it.")]
    [InlineData("NOTIFY_SOCKET", "Remove it; \"Readiness\": { \"Notify\": true } makes the front door wait for READY=1.")]
    public void What_the_front_door_sets_cannot_be_set(string name, string remedy)
    {
        _scene.Refuses(Serve(new() { Environment = new Dictionary<string, string> { [name] = "secret" } }),
            $"Environment:{name}", null, $"{name} is set by the front door for each worker", remedy);
        _scene.Errors.Clear();
        _scene.Refuses(Serve(new() { PassEnvironment = [name] }),
            "PassEnvironment", name, $"{name} is set by the front door for each worker", remedy);
    }

    [Theory]
    [InlineData(1, 1, "0")]
    [InlineData(2, 2, "1")]
    [InlineData(1, 3, "1")]
    [InlineData(0, 1, "0")]
    public void An_app_learns_whether_it_may_have_siblings(int processes, int maxProcesses, string expected) =>
        Assert.Equal(expected, Environment(new() { Processes = processes, MaxProcesses = maxProcesses })["PROXYGROUPS_MULTIPROCESS"]);

    [Theory]
    [InlineData("www-data")]
    [InlineData("33")]
    public void A_worker_of_another_user_lives_in_that_users_home(string user)
    {
        (_scene.Ours["HOME"], _scene.Ours["USER"]) = ("/home/ours", "ours");
        _scene.Write("passwd", "root:x:0:0:root:/root:/bin/bash\nwww-data:x:33:33:www-data:/var/www:/usr/sbin/nologin\n");
        var environment = Environment(new() { Worker = new() { User = user } });

        Assert.Equal(("/var/www", "www-data", "www-data"), (environment["HOME"], environment["USER"], environment["LOGNAME"]));
    }

    [Fact]
    public void A_user_unknown_to_the_list_gets_no_home_rather_than_ours()
    {
        _scene.Ours["HOME"] = "/home/ours";
        var environment = Environment(new() { Worker = new() { User = "ldap" } });

        Assert.Equal("ldap", environment["USER"]);
        Assert.False(environment.ContainsKey("HOME"));
    }

    [Fact]
    public void Without_a_path_of_ours_there_is_a_usual_one()
    {
        _scene.Ours.Remove("PATH");
        _scene.WriteProgram("app/serve");
        var spec = _scene.Launch(new() { Command = ["./serve"] }, _scene.Port);

        Assert.Equal("/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin", spec.Environment["PATH"]);
    }

    [Fact]
    public void Identity_and_limits_of_the_worker_go_into_the_launch()
    {
        var spec = _scene.Launch(Serve(new() { Worker = new() { User = "app", Nice = 5, OpenFiles = 4096 } }), _scene.Port);

        Assert.Equal(("app", 5, 4096), (spec.User, spec.Nice, spec.OpenFiles));
        Assert.Equal((_scene.App, _scene.Port), (spec.Directory, spec.Endpoint));
    }

    private IReadOnlyDictionary<string, string> Environment(ProcessGroupSettings settings) =>
        _scene.Launch(Serve(settings), _scene.Port).Environment;

    private static ProcessGroupSettings Serve(ProcessGroupSettings settings) => settings with { Command = ["serve"] };
}
