using System.Diagnostics;
using System.Globalization;
using ProxyGroups.EndToEndTests.Kit;

namespace ProxyGroups.EndToEndTests;

/// <summary>What the apps hold and write is not the front door's affair, though it lies below its settings.</summary>
public sealed class SettingsFolderTests
{
    private static readonly string[] Watched = ["restart.txt"];

    [Fact(Timeout = 60_000)]
    public async Task No_folder_is_watched_by_the_kernel_and_a_change_of_the_settings_is_taken()
    {
        var token = TestContext.Current.CancellationToken;
        var root = FrontDoorProcess.CreateContentRoot();
        Directory.CreateDirectory(Path.Combine(root, "app", "node_modules"));
        var site = Site.Of(("app", new { Command = TestApps.TestWorker() }));
        await using var frontDoor = await FrontDoorProcess.StartAsync(site, root);
        await frontDoor.WaitForReadyAsync();
        site.Group("app")["Threads"] = 7;
        await File.WriteAllTextAsync(frontDoor.SettingsPath, site.ToJsonString(), token);
        await frontDoor.WaitForLogAsync(static line => line.Contains("Changed settings taken", StringComparison.Ordinal));
        Assert.Empty(Watches(frontDoor.Pid));
    }

    [Fact(Timeout = 60_000)]
    public async Task A_pipe_in_the_place_of_the_settings_holds_nobody_up()
    {
        var token = TestContext.Current.CancellationToken;
        var site = Site.Of(("app", new { Command = TestApps.TestWorker() }));
        await using var frontDoor = await FrontDoorProcess.StartAsync(site);
        await frontDoor.WaitForReadyAsync();
        File.Delete(frontDoor.SettingsPath);
        await MakePipeAsync(frontDoor.SettingsPath, token);
        await frontDoor.WaitForLogAsync(static line => line.Contains("is no regular file any more", StringComparison.Ordinal));
        var (code, text) = await FrontDoorProcess.RunToEndAsync(["check"], frontDoor.ContentRoot);
        Assert.NotEqual(0, code);
        Assert.Contains("appsettings.json is no regular file", text, StringComparison.Ordinal);

        // Who runs is asked, not the file.
        (code, text) = await FrontDoorProcess.RunToEndAsync(["status"], frontDoor.ContentRoot);
        Assert.True(code == 0, text);
        File.Delete(frontDoor.SettingsPath);
        (code, text) = await FrontDoorProcess.RunToEndAsync(["status"], frontDoor.ContentRoot);
        Assert.True(code == 0, text);

        site.Group("app")["Threads"] = 7;
        var good = frontDoor.SettingsPath + ".new";
        await File.WriteAllTextAsync(good, site.ToJsonString(), token);
        File.Move(good, frontDoor.SettingsPath, overwrite: true);
        await frontDoor.WaitForLogAsync(static line => line.Contains("Changed settings taken", StringComparison.Ordinal));
        frontDoor.Signal("TERM");
        await frontDoor.Exited;
        Assert.Equal(0, frontDoor.ExitCode);
    }

    [Theory(Timeout = 60_000)]
    [InlineData("appsettings.Production.json")]
    [InlineData("appsettings.live.json")]
    public async Task A_pipe_in_the_place_of_a_layer_is_told_at_the_start(string layer)
    {
        var root = FrontDoorProcess.CreateContentRoot();
        await File.WriteAllTextAsync(Path.Combine(root, "appsettings.json"), Site.Of(("app", new { Command = TestApps.TestWorker() })).ToJsonString(), TestContext.Current.CancellationToken);
        await MakePipeAsync(Path.Combine(root, layer), TestContext.Current.CancellationToken);
        foreach (var command in new[] { "run", "check" })
        {
            var (code, text) = await FrontDoorProcess.RunToEndAsync([command], root);
            Assert.NotEqual(0, code);
            Assert.Contains($"{layer} is no regular file", text, StringComparison.Ordinal);
        }
    }

    [Fact(Timeout = 60_000)]
    public async Task A_pipe_in_the_place_of_what_was_saved_fails_only_what_saves()
    {
        var token = TestContext.Current.CancellationToken;
        await using var frontDoor = await FrontDoorProcess.StartAsync(Site.Of(("app", new { Command = TestApps.TestWorker() })));
        await frontDoor.WaitForReadyAsync();
        await MakePipeAsync(Path.Combine(frontDoor.ContentRoot, "appsettings.live.json"), token);
        var (code, text) = await FrontDoorProcess.RunToEndAsync(["threads", "app", "3", "--save"], frontDoor.ContentRoot);
        Assert.NotEqual(0, code);
        Assert.Contains("It is empty, or no regular file", text, StringComparison.Ordinal);
        (code, text) = await FrontDoorProcess.RunToEndAsync(["threads", "app", "3"], frontDoor.ContentRoot);
        Assert.True(code == 0, text);
    }

    [Fact(Timeout = 60_000)]
    public async Task A_settings_file_of_gigabytes_is_not_read_and_what_runs_goes_on()
    {
        var token = TestContext.Current.CancellationToken;
        var site = Site.Of(("app", new { Command = TestApps.TestWorker() }));
        await using var frontDoor = await FrontDoorProcess.StartAsync(site);
        await frontDoor.WaitForReadyAsync();
        Enlarge(frontDoor.SettingsPath);
        await frontDoor.WaitForLogAsync(static line => line.Contains("it has 3072.0 MiB, more than the 16 MiB", StringComparison.Ordinal));
        foreach (var command in new[] { "run", "check" })
        {
            var (code, text) = await FrontDoorProcess.RunToEndAsync([command], frontDoor.ContentRoot);
            Assert.NotEqual(0, code);
            Assert.Contains("appsettings.json is not read: it has 3072.0 MiB", text, StringComparison.Ordinal);
        }

        Assert.Contains("GET /", await frontDoor.Client.GetStringAsync("/app/", token), StringComparison.Ordinal);
        site.Group("app")["Threads"] = 7;
        await File.WriteAllTextAsync(frontDoor.SettingsPath, site.ToJsonString(), token);
        await frontDoor.WaitForLogAsync(static line => line.Contains("Changed settings taken", StringComparison.Ordinal));

        Enlarge(Path.Combine(frontDoor.ContentRoot, "appsettings.Production.json"));
        var (refused, told) = await FrontDoorProcess.RunToEndAsync(["check"], frontDoor.ContentRoot);
        Assert.NotEqual(0, refused);
        Assert.Contains("appsettings.Production.json is not read: it has 3072.0 MiB", told, StringComparison.Ordinal);
    }

    [Fact(Timeout = 60_000)]
    public async Task Files_that_nobody_wants_watched_are_read_where_somebody_asks_for_it()
    {
        var token = TestContext.Current.CancellationToken;
        var root = FrontDoorProcess.CreateContentRoot();
        // Far longer than a change of the settings takes.
        var site = Site.Of(("app", new { Command = TestApps.TestWorker(), Directory = root, Restart = new { Watch = Watched, Debounce = "4s" } }));
        await using var frontDoor = await FrontDoorProcess.StartAsync(site, root, new Dictionary<string, string> { ["DOTNET_hostBuilder__reloadConfigOnChange"] = "false" });
        await frontDoor.WaitForReadyAsync();
        site.Group("app")["Queue"] = new System.Text.Json.Nodes.JsonObject { ["Limit"] = 7 };
        await File.WriteAllTextAsync(frontDoor.SettingsPath, site.ToJsonString(), token);
        await File.WriteAllTextAsync(Path.Combine(root, "restart.txt"), "", token);
        await frontDoor.WaitForLogAsync(static line => line.Contains("hence the restart", StringComparison.Ordinal));
        Assert.DoesNotContain(frontDoor.Log, static line => line.Contains("Changed settings taken", StringComparison.Ordinal));
        frontDoor.Signal("HUP");
        await frontDoor.WaitForLogAsync(static line => line.Contains("Changed settings taken", StringComparison.Ordinal));
    }

    // Without a byte on the disk.
    private static void Enlarge(string path)
    {
        using var file = File.OpenWrite(path);
        file.SetLength(3L << 30);
    }

    private static async Task MakePipeAsync(string path, CancellationToken token)
    {
        using var mkfifo = Process.Start("mkfifo", [path]);
        await mkfifo.WaitForExitAsync(token);
    }

    // proc_pid_fdinfo(5): a line for each that inotify has.
    private static List<string> Watches(int pid) => [.. Directory
        .EnumerateFiles(string.Create(CultureInfo.InvariantCulture, $"/proc/{pid}/fdinfo"))
        .SelectMany(ReadOrNothing)
        .Where(static line => line.StartsWith("inotify ", StringComparison.Ordinal))];

    private static string[] ReadOrNothing(string file)
    {
        try
        {
            return File.ReadAllLines(file);
        }
        catch (IOException)
        {
            // Closed meanwhile.
            return [];
        }
    }
}
