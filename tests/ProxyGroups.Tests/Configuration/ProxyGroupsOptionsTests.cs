using Microsoft.Extensions.Configuration;
using ProxyGroups.Configuration;
using Xunit;
using Yarp.ReverseProxy.Configuration;

namespace ProxyGroups.Tests.Configuration;

public sealed class ProxyGroupsOptionsTests
{
    private static readonly RouteConfig Route = new() { RouteId = "r", ClusterId = "shop", Match = new() { Path = "/" } };

    [Fact]
    public void Groups_in_code_need_no_configuration()
    {
        var options = new ProxyGroupsOptions { Routes = { Route }, Overview = "/groups" };
        options.ProcessGroups["shop"] = new() { Command = ["x"], Processes = 2 };
        var (snapshot, errors) = Load(options, "{}");
        Assert.Empty(errors);
        Assert.Empty(snapshot.Warnings);
        Assert.Equal((2, 80), (snapshot.Settings.ProcessGroups["shop"].MaxProcesses, snapshot.Settings.ProcessGroups["shop"].Queue.Limit));
        Assert.Equal([Route], snapshot.Routes);
    }

    [Fact]
    public void Code_is_laid_over_the_configuration()
    {
        var options = new ProxyGroupsOptions { Enabled = false, Launcher = LauncherKind.Plain };
        options.ProcessGroups["SHOP"] = new() { Threads = 2 };
        var (snapshot, errors) = Load(options, """{ "ProxyGroups": { "Overview": "/g", "ProcessGroups": { "shop": { "Threads": 9, "Processes": 9 }, "blog": {} } } }""");
        Assert.Empty(errors);
        Assert.Equal((false, "/g", LauncherKind.Plain), (snapshot.Settings.Enabled, snapshot.Settings.Overview, snapshot.Settings.Launcher));
        Assert.Equal(2, snapshot.Settings.ProcessGroups.Count);
        Assert.Equal((2, 1), (snapshot.Settings.ProcessGroups["shop"].Threads, snapshot.Settings.ProcessGroups["shop"].Processes));
    }

    [Fact]
    public void The_same_rules_hold_for_code()
    {
        var options = new ProxyGroupsOptions { Routes = { Route, Route, Route with { RouteId = "s", ClusterId = "shpo" } }, RuntimeDirectory = "" };
        options.ProcessGroups["Shop"] = new()
        {
            Threads = 0,
            Wsgi = "",
            ApplicationGroup = "python",
            Queue = new() { MaxWait = TimeSpan.FromSeconds(-5) },
            Timeouts = new() { Stop = TimeSpan.FromDays(50) },
            Buffering = new() { Request = -1 },
        };
        Assert.Equal("""
            ProxyGroups:RuntimeDirectory = "" is empty or holds a zero byte. Write a text, or null for the default.
            ProxyGroups:ProcessGroups:Shop is not a name of a process group. Write "shop".
            ProxyGroups:ProcessGroups:Shop:Wsgi = "" names no callable. Write "module:callable" or "file.py:callable", such as "shop.wsgi:application".
            ProxyGroups:ProcessGroups:Shop:Threads = "0" is below what is allowed. Write a whole number from 1 to 1024.
            ProxyGroups:ProcessGroups:Shop:Queue:MaxWait = "-5s" is not above zero. Write "1ms" or more, or "off".
            ProxyGroups:ProcessGroups:Shop:Timeouts:Stop = "50d" is too long: timers end at 49 days. Write less than "49d".
            ProxyGroups:ProcessGroups:Shop:Buffering:Request = "-1 bytes" is not within what is held in memory per request. Write "off", or up to "64MiB".
            ProxyGroups:ProcessGroups:Shop:ApplicationGroup = "python" is no application group. Define it in ProxyGroups:ApplicationGroups, or remove it.
            ReverseProxy:Routes:r exists twice, in the configuration and in code or twice in code. Give one of them another id.
            ReverseProxy:Routes:s:ClusterId = "shpo" is neither a process group nor a cluster. Did you mean "Shop"?
            """, string.Join('\n', Load(options, "{}").Errors));
    }

    [Fact]
    public void Application_groups_in_code_replace_those_of_the_configuration()
    {
        var options = new ProxyGroupsOptions { MaxProcesses = 9 };
        options.ApplicationGroups["Python"] = new() { MaxProcesses = 7 };
        var (snapshot, errors) = Load(options, """{ "ProxyGroups": { "ApplicationGroups": { "python": { "MaxProcesses": 3 }, "node": {} } } }""");
        Assert.Empty(errors);
        Assert.Equal((7, null), (snapshot.Settings.ApplicationGroups["python"].MaxProcesses, snapshot.Settings.ApplicationGroups["node"].MaxProcesses));
    }

    [Fact]
    public void Settings_are_compared_by_value()
    {
        ProxyGroupsSettings Build(string value) => new()
        {
            ProcessGroups = new Dictionary<string, ProcessGroupSettings>
            {
                ["shop"] = new() { Command = ["a", "b"], Environment = new Dictionary<string, string> { ["A"] = value, ["B"] = "2" } },
            },
        };
        Assert.Equal(Build("1"), Build("1"));
        Assert.Equal(Build("1").GetHashCode(), Build("1").GetHashCode());
        Assert.NotEqual(Build("1"), Build("2"));
        Assert.Equal(new ProcessGroupSettings().Completed(), new ProcessGroupSettings { MaxProcesses = 1, Queue = new() { Limit = 40 } }.Completed());
    }

    [Fact]
    public void A_record_keeps_its_own_copy_of_collections()
    {
        var command = new List<string> { "a" };
        var settings = new ProcessGroupSettings { Command = command };
        command.Add("b");
        Assert.Equal(["a"], settings.Command);
    }

    private static (SettingsSnapshot Snapshot, IReadOnlyList<SettingsError> Errors) Load(ProxyGroupsOptions options, string json) =>
        SettingsLoader.Load(new() { Configuration = Layers.Of(json), Code = options });
}
