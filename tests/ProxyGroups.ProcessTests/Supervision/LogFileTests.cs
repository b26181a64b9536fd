using System.Diagnostics;
using System.Globalization;
using System.Text.RegularExpressions;
using Microsoft.Extensions.Time.Testing;
using ProxyGroups.Supervision;
using ProxyGroups.Supervision.Linux;

namespace ProxyGroups.ProcessTests.Supervision;

/// <summary>What becomes of workers' lines in the file of their group.</summary>
public sealed class LogFileTests : IAsyncDisposable
{
    private const int LogFileFailed = 3020;
    private const int LogFileRecovered = 3021;

    private readonly WorkerBench _bench = new();
    private readonly FakeTimeProvider _time = new();
    private readonly string _folder = TestPaths.CreateFolder();

    public async ValueTask DisposeAsync()
    {
        await _bench.DisposeAsync();
        Directory.Delete(_folder, recursive: true);
    }

    private string FilePath => Path.Combine(_folder, "shop.log");

    [Fact(Timeout = WorkerBench.TestTimeout)]
    public async Task Lines_go_to_the_file_and_not_to_our_log()
    {
        var spec = _bench.Shell("""echo plain; echo '{"json":1}'; echo trouble >&2; exit 3""") with { Log = new(Path.Combine(_folder, "new", "shop.log"), 1 << 20, 1) };
        var worker = _bench.Start(spec);
        await worker.Completion.WaitAsync(TestContext.Current.CancellationToken);
        var lines = await File.ReadAllLinesAsync(spec.Log.File, TestContext.Current.CancellationToken);
        Assert.Contains("""{"json":1}""", lines);
        Assert.Matches(new Regex(@"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z shop/0 generation 1 pid \d+ stdout: plain$", RegexOptions.None, TimeSpan.FromSeconds(1)), lines.Single(line => line.EndsWith(" plain", StringComparison.Ordinal)));
        Assert.EndsWith(" stderr: trouble", lines.Single(line => line.Contains("trouble", StringComparison.Ordinal)), StringComparison.Ordinal);
        Assert.Equal(3, lines.Length);
        Assert.Empty(_bench.Output());
        Assert.Equal(["plain", "trouble", """{"json":1}"""], worker.LastOutput.Order());
    }

    [Fact(Timeout = WorkerBench.TestTimeout)]
    public async Task A_burst_that_our_own_log_would_cut_is_in_the_file_whole()
    {
        var worker = _bench.Start(_bench.Shell("seq 1 30000") with { Log = new(FilePath, 1L << 30, 0) });
        await worker.Completion.WaitAsync(TestContext.Current.CancellationToken);
        var numbers = (await File.ReadAllLinesAsync(FilePath, TestContext.Current.CancellationToken)).Select(line => line[(line.LastIndexOf(' ') + 1)..]);
        Assert.Equal(Enumerable.Range(1, 30_000).Select(number => number.ToString(CultureInfo.InvariantCulture)), numbers);
    }

    [Fact(Timeout = WorkerBench.TestTimeout)]
    public async Task Rotation_loses_no_line_of_many_writers_and_bounds_the_disk()
    {
        const int Writers = 4, Lines = 5000, MaxSize = 100_000;
        using var file = new BoundedLogFile(FilePath, _bench.Log, _time) { MaxSize = MaxSize, Keep = 50 };
        await Task.WhenAll(Enumerable.Range(0, Writers).Select(writer => Task.Run(() =>
        {
            for (var line = 0; line < Lines; line++)
            {
                Assert.True(file.Write($"{writer} {line} {new string('x', 100)}"));
            }
        })));
        var files = Directory.GetFiles(_folder);
        Assert.InRange(files.Length, 20, 51);
        Assert.All(files, path => Assert.InRange(new FileInfo(path).Length, 1, MaxSize));
        var seen = files.SelectMany(File.ReadAllLines).Select(line => line[..line.LastIndexOf(' ')]).ToList();
        Assert.Equal(Writers * Lines, seen.Count);
        Assert.Equal(Writers * Lines, seen.Distinct().Count());
    }

    [Theory]
    [InlineData(0, 1)]
    [InlineData(2, 3)]
    public void No_more_files_are_kept_than_wanted(int keep, int files)
    {
        using var file = new BoundedLogFile(FilePath, _bench.Log, _time) { MaxSize = 100, Keep = keep };
        foreach (var number in Enumerable.Range(1, 9))
        {
            Assert.True(file.Write($"{number} {new string('x', 60)}"));
        }

        Assert.Equal(files, Directory.GetFiles(_folder).Length);
        Assert.StartsWith("9 ", File.ReadAllText(FilePath), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(2)]
    public void Files_beyond_a_lower_number_go_and_no_others(int keep)
    {
        string[] others = [FilePath + ".20251124", FilePath + ".gz", Path.Combine(_folder, "other.log.7")];
        foreach (var path in Enumerable.Range(1, 9).Where(static number => number is not 4).Select(number => $"{FilePath}.{number}").Concat(others))
        {
            File.WriteAllText(path, "old\n");
        }

        using var file = new BoundedLogFile(FilePath, _bench.Log, _time) { MaxSize = 100, Keep = keep };
        Assert.True(file.Write(new string('x', 98)) && file.Write("next"));
        Assert.Equal(others.Concat(Enumerable.Range(0, keep + 1).Select(number => number is 0 ? FilePath : $"{FilePath}.{number}")).Order(), Directory.GetFiles(_folder).Order());
    }

    [Fact]
    public void A_folder_in_the_place_of_an_older_file_is_named_as_the_operator_knows_it()
    {
        Directory.CreateDirectory(FilePath + ".2");
        using var file = new BoundedLogFile(FilePath, _bench.Log, _time) { MaxSize = 100, Keep = 2 };
        Assert.True(file.Write(new string('x', 98)));
        Assert.False(file.Write("next"));
        var told = Assert.Single(_bench.Log.Of(LogFileFailed));
        Assert.Contains(FilePath + ".2", told, StringComparison.Ordinal);
        Assert.DoesNotContain("/proc/self/fd", told, StringComparison.Ordinal);
    }

    [Fact]
    public void A_file_that_somebody_removed_is_made_anew()
    {
        using var file = new BoundedLogFile(FilePath, _bench.Log, _time) { MaxSize = 1 << 20, Keep = 1 };
        Assert.True(file.Write("one"));
        File.Delete(FilePath);
        _time.Advance(TimeSpan.FromSeconds(1));
        Assert.True(file.Write("two"));
        Assert.Equal("two\n", File.ReadAllText(FilePath));
    }

    [Fact]
    public void A_full_disk_is_told_once_and_no_line_is_half_once_there_is_room()
    {
        if (!UnixUser.IsRoot || !TryRun("mount", "-t", "tmpfs", "-o", "size=64k", "tmpfs", _folder))
        {
            return;
        }

        try
        {
            using var file = new BoundedLogFile(FilePath, _bench.Log, _time) { MaxSize = 1 << 20, Keep = 1 };
            var line = new string('x', 3000);
            while (file.Write(line))
            {
                // Until the disk is full.
            }

            Assert.False(file.Write(line));
            Assert.Contains("Remedy: free the disk", Assert.Single(_bench.Log.Of(LogFileFailed)), StringComparison.Ordinal);
            Assert.True(TryRun("mount", "-o", "remount,size=1m", _folder));
            Assert.False(file.Write("not yet tried again"));
            _time.Advance(TimeSpan.FromSeconds(5));
            Assert.True(file.Write("room"));
            Assert.Contains("3 did not get into it", Assert.Single(_bench.Log.Of(LogFileRecovered)), StringComparison.Ordinal);
            Assert.EndsWith("x\nroom\n", File.ReadAllText(FilePath), StringComparison.Ordinal);
        }
        finally
        {
            Assert.True(TryRun("umount", _folder));
        }
    }

    [Fact(Timeout = WorkerBench.TestTimeout)]
    public async Task While_the_file_takes_nothing_the_lines_are_in_our_log()
    {
        Directory.CreateDirectory(FilePath);
        var worker = _bench.Start(_bench.Shell("echo one; echo two") with { Log = new(FilePath, 1 << 20, 1) });
        await worker.Completion.WaitAsync(TestContext.Current.CancellationToken);
        Assert.Equal(2, _bench.Output().Count);
        Assert.Single(_bench.Log.Of(LogFileFailed));
    }

    [Theory]
    [InlineData("ln -s ../private/file app/shop.log", "app/shop.log")]
    [InlineData("ln private/file app/shop.log", "app/shop.log")]
    [InlineData("ln -s ../private app/logs", "app/logs/file")]
    [InlineData("ln -s ../private app/logs", "app/logs/new/shop.log")]
    [InlineData("mkfifo app/shop.log", "app/shop.log")]
    public void Nothing_of_the_apps_user_makes_us_write_elsewhere(string prank, string file)
    {
        if (!UnixUser.IsRoot)
        {
            return;
        }

        Play(prank);
        using var log = new BoundedLogFile(Path.Combine(_folder, file), _bench.Log, _time) { MaxSize = 1 << 20, Keep = 1 };
        Assert.False(log.Write("line"));
        Assert.Equal("secret", File.ReadAllText(Path.Combine(_folder, "private", "file")));
        Assert.Equal([Path.Combine(_folder, "private", "file")], Directory.GetFileSystemEntries(Path.Combine(_folder, "private")));
    }

    [Fact]
    public void A_link_in_the_place_of_an_older_file_is_replaced_and_not_followed()
    {
        if (!UnixUser.IsRoot)
        {
            return;
        }

        Play("ln -s ../private/file app/shop.log.1");
        using var log = new BoundedLogFile(Path.Combine(_folder, "app", "shop.log"), _bench.Log, _time) { MaxSize = 100, Keep = 1 };
        Assert.True(log.Write(new string('a', 90)));
        Assert.True(log.Write(new string('b', 90)));
        Assert.Equal("secret", File.ReadAllText(Path.Combine(_folder, "private", "file")));
        Assert.StartsWith("aaa", File.ReadAllText(Path.Combine(_folder, "app", "shop.log.1")), StringComparison.Ordinal);
    }

    private void Play(string prank) =>
        Assert.True(TryRun("sh", "-c", $"cd {_folder} && mkdir app private && printf secret > private/file && chown nobody app && {prank}"));

    private static bool TryRun(string program, params string[] arguments)
    {
        using var process = Process.Start(program, arguments);
        process.WaitForExit();
        return process.ExitCode is 0;
    }
}
