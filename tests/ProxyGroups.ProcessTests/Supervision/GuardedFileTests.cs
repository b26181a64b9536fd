using System.Diagnostics;
using System.Text;
using ProxyGroups.Supervision.Linux;

namespace ProxyGroups.ProcessTests.Supervision;

/// <summary>
/// What an app's user can put in the way of a front door that is root. One that is not root reads with the app's own rights: a
/// link leads it to nothing new, but a pipe or an endless file must not hold it up either.
/// </summary>
public sealed class GuardedFileTests : IDisposable
{
    private const string Secret = "SECRET=1";

    private readonly string _root = TestPaths.CreateFolder();
    private readonly string _app;

    public GuardedFileTests()
    {
        _app = Path.Combine(_root, "app");
        Directory.CreateDirectory(Path.Combine(_app, "conf"));
        Directory.CreateDirectory(Path.Combine(_root, "private"));
        File.WriteAllText(Path.Combine(_root, "private", "file"), Secret);
        File.WriteAllText(Path.Combine(_app, "conf", "file"), "OWN=1");
        if (UnixUser.IsRoot)
        {
            Run("chown", "-R", "nobody", _app);
        }
    }

    public void Dispose() => Directory.Delete(_root, recursive: true);

    [Theory]
    [InlineData("ln -s ../private/file app/link", "link")]
    [InlineData("ln -s ../private app/folder", "folder/file")]
    [InlineData("ln private/file app/hard", "hard")]
    [InlineData("mkfifo app/pipe", "pipe")]
    [InlineData("ln -s /dev/zero app/zero", "zero")]
    public void Nothing_of_the_apps_user_leads_elsewhere(string prank, string file)
    {
        if (!UnixUser.IsRoot)
        {
            return;
        }

        Run("sh", "-c", $"cd {_root} && {prank}");
        Assert.Throws<IOException>(() => GuardedFile.ReadAllText(Path.Combine(_app, file)));
        Assert.Throws<IOException>(() => GuardedFile.ReadOwned(Path.Combine(_app, file), "nobody"));
    }

    [Theory(Timeout = WorkerBench.TestTimeout)]
    [InlineData("mkfifo app/pipe", "app/pipe")]
    [InlineData("ln -s /dev/zero app/zero", "app/zero")]
    [InlineData("true", "/proc/self/pagemap")]
    public async Task Nothing_holds_us_up_or_fills_our_memory(string prank, string file)
    {
        Run("sh", "-c", $"cd {_root} && {prank}");
        await Assert.ThrowsAsync<IOException>(() => Task.Run(() => GuardedFile.ReadAllText(Path.Combine(_root, file))));
    }

    [Fact(Timeout = WorkerBench.TestTimeout)]
    public async Task A_pipe_in_the_place_of_a_program_holds_up_no_start()
    {
        Run("sh", "-c", $"cd {_app} && mkfifo run && chmod +x run");
        Assert.Equal(Path.Combine(_app, "run"), await Task.Run(() => ProgramPath.Resolve(Path.Combine(_app, "run"), _app, null)));
    }

    [Theory]
    [InlineData(100)]
    [InlineData(100_000)]
    public void A_whole_file_is_read_whatever_its_size(int length)
    {
        var text = new string('x', length);
        File.WriteAllText(Path.Combine(_app, "conf", "long"), text);
        Assert.Equal(text, GuardedFile.ReadAllText(Path.Combine(_app, "conf", "long")));
        Assert.Equal(text[..50], Encoding.ASCII.GetString(GuardedFile.ReadHead(Path.Combine(_app, "conf", "long"), 50)));
    }

    [Fact]
    public void A_file_that_is_really_there_is_read() => Assert.Equal("OWN=1", GuardedFile.ReadOwned(Path.Combine(_app, "conf", "file"), "nobody"));

    [Fact]
    public void Links_in_folders_that_are_roots_alone_are_followed_up_to_the_file_itself()
    {
        Run("ln", "-s", "private", Path.Combine(_root, "current"));
        Assert.Equal(Secret, GuardedFile.ReadAllText(Path.Combine(_root, "current", "file")));
    }

    [Fact]
    public void A_link_of_roots_own_is_not_followed_where_it_leads_through_one_of_the_apps_user()
    {
        if (!UnixUser.IsRoot)
        {
            return;
        }

        Run("sh", "-c", $"cd {_root} && ln -s app/step current && ln -s ../private app/step && chown -h nobody app/step");
        Assert.Contains("is a link", Assert.Throws<IOException>(() => GuardedFile.ReadAllText(Path.Combine(_root, "current", "file"))).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("chown daemon app/conf/file", "belongs to user")]
    [InlineData("chmod 666 app/conf/file", "may be written by everybody")]
    public void What_somebody_else_may_have_written_decides_nothing(string prank, string message)
    {
        if (!UnixUser.IsRoot)
        {
            return;
        }

        Run("sh", "-c", $"cd {_root} && {prank}");
        var path = Path.Combine(_app, "conf", "file");
        Assert.Contains(message, Assert.Throws<IOException>(() => GuardedFile.ReadOwned(path, "nobody")).Message, StringComparison.Ordinal);
        Assert.Equal("OWN=1", GuardedFile.ReadAllText(path));
    }

    private static void Run(string program, params string[] arguments)
    {
        using var process = Process.Start(program, arguments);
        process.WaitForExit();
        Assert.Equal(0, process.ExitCode);
    }
}
