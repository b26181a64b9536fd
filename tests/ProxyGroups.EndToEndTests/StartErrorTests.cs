using System.Text.Json;
using ProxyGroups.EndToEndTests.Kit;

namespace ProxyGroups.EndToEndTests;

/// <summary>A front door that cannot start says the cause and the remedy, no stack, and ends with 1.</summary>
public sealed class StartErrorTests
{
    [Theory(Timeout = 60_000)]
    [InlineData("missing", "/missing does not exist. Name the directory")]
    [InlineData("file", "/file is a file. Name the directory")]
    [InlineData("empty", "/empty:\nOne setting is wrong.")]
    public async Task A_directory_without_an_app_is_named(string directory, string expected)
    {
        var root = FrontDoorProcess.CreateContentRoot();
        Directory.CreateDirectory(Path.Combine(root, "empty"));
        await File.WriteAllTextAsync(Path.Combine(root, "file"), "1", TestContext.Current.CancellationToken);
        var (code, output) = await FrontDoorProcess.RunToEndAsync(["run", directory], root);
        Assert.Equal(1, code);
        Assert.Contains(expected, output, StringComparison.Ordinal);
    }

    [Theory(Timeout = 60_000)]
    [InlineData("foo")]
    [InlineData("http://127.0.0.1:99999")]
    [InlineData("http://192.0.2.1:7462")]
    public async Task An_address_that_cannot_be_used_comes_with_the_remedy(string url)
    {
        var root = FrontDoorProcess.CreateContentRoot();
        var (code, output) = await FrontDoorProcess.RunToEndAsync(["run", TestApps.Copy("node-hello", root), "--urls", url], root);
        Assert.Equal(1, code);
        Assert.Contains("Write an address of this machine as in http://127.0.0.1:8080", output, StringComparison.Ordinal);
        Assert.DoesNotContain("   at ", output, StringComparison.Ordinal);
    }

    [Fact(Timeout = 60_000)]
    public async Task A_good_directory_is_what_check_calls_good()
    {
        var root = FrontDoorProcess.CreateContentRoot();
        var app = TestApps.Copy("node-hello", root);
        var (code, output) = await FrontDoorProcess.RunToEndAsync(["check", app], root);
        Assert.Equal(0, code);
        Assert.Contains($"{app} is good.", output, StringComparison.Ordinal);
    }

    [Fact(Timeout = 60_000)]
    public async Task A_directory_in_the_place_of_the_settings_is_told_as_such()
    {
        var root = FrontDoorProcess.CreateContentRoot();
        Directory.CreateDirectory(Path.Combine(root, "appsettings.json"));
        foreach (var command in new[] { "run", "check", "status" })
        {
            var (code, output) = await FrontDoorProcess.RunToEndAsync([command], root);
            Assert.NotEqual(0, code);
            Assert.Contains("appsettings.json is a directory. Name your settings file", output, StringComparison.Ordinal);
        }
    }

    [Fact(Timeout = 60_000)]
    public async Task Settings_in_a_hidden_file_are_as_good_as_any()
    {
        var root = FrontDoorProcess.CreateContentRoot();
        await File.WriteAllTextAsync(Path.Combine(root, ".hidden.json"), Site.Of(("app", new { Command = TestApps.TestWorker() })).ToJsonString(), TestContext.Current.CancellationToken);
        var (code, output) = await FrontDoorProcess.RunToEndAsync(["check", "--settings", ".hidden.json"], root);
        Assert.True(code == 0, output);
        (_, output) = await FrontDoorProcess.RunToEndAsync(["status", "--settings", ".hidden.json"], root);
        Assert.Contains("No front door runs with", output, StringComparison.Ordinal);
    }

    [Fact(Timeout = 60_000)]
    public async Task The_output_of_check_is_its_table_and_what_is_odd_goes_to_standard_error()
    {
        var root = FrontDoorProcess.CreateContentRoot();
        var site = Site.Of(("unrouted", new { Command = "true" }));
        site["ReverseProxy"]!["Routes"] = new System.Text.Json.Nodes.JsonObject();
        await File.WriteAllTextAsync(Path.Combine(root, "appsettings.json"), site.ToJsonString(), TestContext.Current.CancellationToken);
        var (code, output) = await FrontDoorProcess.RunToEndThroughAsync(["sh", "-c", "exec \"$@\" 2>/dev/null", "sh"], ["check"], root);
        Assert.Equal(0, code);
        var lines = output.Split('\n');
        Assert.StartsWith("  group     processes x threads = slots  queue  app", lines[0], StringComparison.Ordinal);
        Assert.StartsWith("  unrouted          1 x 4 ", lines[1], StringComparison.Ordinal);
        Assert.Equal($"  1 groups, 1 processes, 4 slots\n{root}/appsettings.json is good.", string.Join('\n', lines[2..]));
        (_, output) = await FrontDoorProcess.RunToEndThroughAsync(["sh", "-c", "exec \"$@\" 2>&1 >/dev/null", "sh"], ["check"], root);
        Assert.All(output.Split('\n'), static line => Assert.StartsWith("warning: ProxyGroups:ProcessGroups", line, StringComparison.Ordinal));
        Assert.Contains("unrouted", output, StringComparison.Ordinal);
    }

    [Fact(Timeout = 60_000)]
    public async Task A_front_door_without_groups_starts_since_they_may_come_later()
    {
        var root = FrontDoorProcess.CreateContentRoot();
        await using var frontDoor = await FrontDoorProcess.StartAsync("{}", root);
        await frontDoor.WaitForLogAsync(static line => line.Contains("0 groups, 0 processes, 0 slots", StringComparison.Ordinal));
        var (code, output) = await FrontDoorProcess.RunToEndAsync(["check"], root);
        Assert.True(code == 0, output);
        await File.WriteAllTextAsync(frontDoor.SettingsPath, JsonSerializer.Serialize(Site.Of(("late", new { Command = TestApps.TestWorker() }))), TestContext.Current.CancellationToken);
        await frontDoor.WaitForReadyAsync();
        (code, output) = await FrontDoorProcess.RunToEndAsync(["status", "late"], root);
        Assert.True(code == 0 && output.StartsWith("late: serving", StringComparison.Ordinal), output);
    }

    [Fact(Timeout = 60_000)]
    public async Task A_runtime_directory_that_cannot_be_used_is_a_setting_that_is_wrong()
    {
        var root = FrontDoorProcess.CreateContentRoot();
        var file = Path.Combine(root, "file");
        await File.WriteAllTextAsync(file, "1", TestContext.Current.CancellationToken);
        var site = Site.Of(("app", new { Directory = TestApps.Folder("trouble"), TestApps.Python }));
        site["ProxyGroups"]!["RuntimeDirectory"] = "file";
        await File.WriteAllTextAsync(Path.Combine(root, "appsettings.json"), site.ToJsonString(), TestContext.Current.CancellationToken);
        var (code, output) = await FrontDoorProcess.RunToEndAsync(["run", "--urls", "http://127.0.0.1:0"], root);
        Assert.Equal(1, code);
        Assert.Contains("ProxyGroups:RuntimeDirectory = \"file\"", output, StringComparison.Ordinal);
        Assert.DoesNotContain("   at ", output, StringComparison.Ordinal);
    }

    [Fact(Timeout = 60_000)]
    public async Task Errors_of_the_machine_do_not_hide_those_of_the_apps()
    {
        var root = FrontDoorProcess.CreateContentRoot();
        Directory.CreateDirectory(Path.Combine(root, "empty"));
        var site = Site.Of(("one", new { Directory = "missing" }), ("two", new { Directory = "empty" }));
        await File.WriteAllTextAsync(Path.Combine(root, "appsettings.json"), JsonSerializer.Serialize(site), TestContext.Current.CancellationToken);
        var (code, output) = await FrontDoorProcess.RunToEndAsync(["check"], root);
        Assert.Equal(1, code);
        Assert.Contains("2 settings are wrong.", output, StringComparison.Ordinal);
        Assert.Contains("no app is recognised", output, StringComparison.Ordinal);
    }
}
