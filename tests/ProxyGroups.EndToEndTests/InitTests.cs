using System.Text.Json;
using ProxyGroups.EndToEndTests.Kit;

namespace ProxyGroups.EndToEndTests;

/// <summary>A first settings file for a directory of apps: what is written is good, and runs.</summary>
public sealed class InitTests
{
    private const string App = """
        import os
        def app(environ, start_response):
            start_response('200 OK', [('Content-Type', 'text/plain')])
            return [f"{os.environ.get('NAME', 'nobody')} at {environ['SCRIPT_NAME']}{environ['PATH_INFO']}".encode()]
        """;

    private readonly string _root = FrontDoorProcess.CreateContentRoot();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact(Timeout = 120_000)]
    public async Task Several_apps_get_a_group_and_a_prefix_each_and_what_cannot_run_is_named()
    {
        Write("apps/My Shop/app.py", App);
        Write("apps/My Shop/.env", "NAME=shop\n");
        Write("blog/wsgi.py", App.Replace("def app", "def application", StringComparison.Ordinal));
        Write("my-shop/app.py", App);
        Write("chat/app.py", "from fastapi import FastAPI\napp = FastAPI()\n");
        Write("docs/index.html", "nothing");
        var (code, text) = await FrontDoorProcess.RunToEndAsync(["init"], _root);
        Assert.Equal(0, code);
        Assert.Contains("my-shop: app.py defines app; at http://127.0.0.1:8080/my-shop/", text, StringComparison.Ordinal);
        Assert.Contains("left out: chat: app.py is an ASGI app", text, StringComparison.Ordinal);
        Assert.DoesNotContain("docs", text, StringComparison.Ordinal);
        (code, text) = await FrontDoorProcess.RunToEndAsync(["check"], _root);
        Assert.True(code == 0, text);
        Assert.Contains("3 groups", text, StringComparison.Ordinal);

        await using var frontDoor = await FrontDoorProcess.StartAsync(["run", "--urls", "http://127.0.0.1:0"], _root);
        Assert.Equal("shop at /my-shop/x", await frontDoor.Client.GetStringAsync("/my-shop/x", Token));
        Assert.Equal("nobody at /blog/x", await frontDoor.Client.GetStringAsync("/blog/x", Token));
        Assert.Equal("nobody at /my-shop-2/x", await frontDoor.Client.GetStringAsync("/my-shop-2/x", Token));
        Assert.Contains("3 process groups", await frontDoor.Client.GetStringAsync("/", Token), StringComparison.Ordinal);
    }

    [Fact(Timeout = 120_000)]
    public async Task One_app_is_at_the_root_and_a_file_that_is_there_stays()
    {
        Write("shop/app.py", App);
        var (code, text) = await FrontDoorProcess.RunToEndAsync(["init", "shop", "--output", "front-door.json"], _root);
        Assert.True(code == 0, text);
        Assert.Contains("proxygroups run --settings ", text, StringComparison.Ordinal);
        var written = await File.ReadAllTextAsync(Path.Combine(_root, "front-door.json"), Token);
        var settings = JsonElement.Parse(written, new JsonDocumentOptions { CommentHandling = JsonCommentHandling.Skip });
        Assert.Equal("app:app", settings.GetProperty("ProxyGroups").GetProperty("ProcessGroups").GetProperty("shop").GetProperty("Wsgi").GetString());
        await using (var frontDoor = await FrontDoorProcess.StartAsync(["run", "--settings", "front-door.json", "--urls", "http://127.0.0.1:0"], _root))
        {
            Assert.Equal("nobody at /x", await frontDoor.Client.GetStringAsync("/x", Token));
        }

        (code, text) = await FrontDoorProcess.RunToEndAsync(["init", "shop", "--output", "front-door.json"], _root);
        Assert.Equal((1, written), (code, await File.ReadAllTextAsync(Path.Combine(_root, "front-door.json"), Token)));
        Assert.Contains("is there already and stays as it is", text, StringComparison.Ordinal);
    }

    [Fact(Timeout = 60_000)]
    public async Task Where_there_is_no_app_the_reason_is_told_and_nothing_is_written()
    {
        var (code, text) = await FrontDoorProcess.RunToEndAsync(["init"], _root);
        Assert.Equal(1, code);
        Assert.Contains($"No app is recognised in {_root}", text, StringComparison.Ordinal);
        Write("chat/app.py", "from fastapi import FastAPI\napp = FastAPI()\n");
        (code, text) = await FrontDoorProcess.RunToEndAsync(["init"], _root);
        Assert.Equal(1, code);
        Assert.Contains("chat: app.py is an ASGI app", text, StringComparison.Ordinal);
        Assert.Equal(1, (await FrontDoorProcess.RunToEndAsync(["init", "nowhere"], _root)).ExitCode);
        Assert.False(File.Exists(Path.Combine(_root, "appsettings.json")));
    }

    [Fact(Timeout = 120_000)]
    public async Task A_hostile_tree_gives_a_file_that_holds_and_a_text_that_steers_no_terminal()
    {
        Write("shop/app.py", App);
        Write("two\nlines \"quo\u001b[31mte\\/app.py", App);
        Write("left\u001b]0;owned\u0007out/app.py", "from fastapi import FastAPI\napp = FastAPI()\n");
        Write("node/package.json", new string('{', 100_000));
        Directory.CreateDirectory(Path.Combine(_root, "folder/app.py"));
        foreach (var (link, target) in new[] { ("again", "shop"), ("loop", "."), ("self", "self"), ("shop/up", "..") })
        {
            Directory.CreateSymbolicLink(Path.Combine(_root, link), target);
        }

        // A name that is no text: nothing that we say about it can name it.
        using (var shell = System.Diagnostics.Process.Start("sh", ["-c", $"cd {_root} && mkdir \"$(printf 'bad\\377')\" pipe dev && touch \"$(printf 'bad\\377')/app.py\" && mkfifo pipe/app.py && ln -s /dev/zero dev/app.py"]))
        {
            await shell.WaitForExitAsync(Token);
        }

        try
        {
            await AssertHoldsAsync();
        }
        finally
        {
            // .NET cannot remove what it cannot name, and would end all tests over it.
            using var cleaner = System.Diagnostics.Process.Start("sh", ["-c", $"rm -r {_root}/bad*"]);
            await cleaner.WaitForExitAsync(CancellationToken.None);
        }
    }

    private async Task AssertHoldsAsync()
    {
        var (code, text) = await FrontDoorProcess.RunToEndAsync(["init", _root], _root);
        Assert.True(code == 0, text);
        Assert.All(text, static sign => Assert.True(sign == '\n' || !char.IsControl(sign)));
        var written = await File.ReadAllTextAsync(Path.Combine(_root, "appsettings.json"), Token);
        var groups = JsonElement.Parse(written, new JsonDocumentOptions { CommentHandling = JsonCommentHandling.Skip }).GetProperty("ProxyGroups").GetProperty("ProcessGroups");
        Assert.Equal(["shop", "two-lines--quo--31mte"], groups.EnumerateObject().Select(static group => group.Name).Order());
        Assert.All(written, static sign => Assert.True(sign == '\n' || !char.IsControl(sign)));
        (code, text) = await FrontDoorProcess.RunToEndAsync(["check"], _root);
        Assert.True(code == 0, text);
    }

    [Fact(Timeout = 60_000)]
    public async Task An_app_is_found_behind_the_link_to_its_release_and_once()
    {
        Write("site/releases/7/app.py", App);
        foreach (var (link, target) in new[] { ("site/current", "releases/7"), ("site/up", ".."), ("site/same", "current") })
        {
            Directory.CreateSymbolicLink(Path.Combine(_root, link), target);
        }

        var (code, text) = await FrontDoorProcess.RunToEndAsync(["init"], _root);
        Assert.True(code == 0, text);
        var written = await File.ReadAllTextAsync(Path.Combine(_root, "appsettings.json"), Token);
        var groups = JsonElement.Parse(written, new JsonDocumentOptions { CommentHandling = JsonCommentHandling.Skip }).GetProperty("ProxyGroups").GetProperty("ProcessGroups");
        Assert.Equal("site/current", Assert.Single(groups.EnumerateObject()).Value.GetProperty("Directory").GetString());
    }

    private void Write(string path, string text)
    {
        var full = Path.Combine(_root, path);
        Directory.CreateDirectory(Path.GetDirectoryName(full)!);
        File.WriteAllText(full, text);
    }
}
