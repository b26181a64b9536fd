using ProxyGroups.Groups;
using Xunit;

namespace ProxyGroups.Tests.Groups;

/// <summary>Which files the patterns of Restart:Watch name, and what counts as a change of them.</summary>
public sealed class WatchedFilesTests : IDisposable
{
    private readonly string _root = Directory.CreateTempSubdirectory("proxygroups-watch-").FullName;

    public void Dispose() => Directory.Delete(_root, recursive: true);

    [Theory]
    [InlineData("tmp/restart.txt", "tmp/restart.txt")]
    [InlineData("./tmp/./restart.txt", "tmp/restart.txt")]
    [InlineData("tmp/*.txt", "tmp/always.txt tmp/restart.txt")]
    [InlineData("tmp/restart.tx?", "tmp/restart.txt")]
    [InlineData("TMP/restart.txt", "")]
    [InlineData("*", "wsgi.py")]
    [InlineData("tmp", "")]
    [InlineData("**/*.py", "shop/deep/views.py shop/models.py wsgi.py")]
    [InlineData("shop/**", "shop/deep/views.py shop/models.py")]
    [InlineData("shop/**/views.py", "shop/deep/views.py")]
    [InlineData("missing/*.txt", "")]
    [InlineData("code", "shop/deep/views.py shop/models.py wsgi.py")]
    public void Patterns_name_files(string pattern, string expected)
    {
        foreach (var file in new[] { "wsgi.py", "tmp/restart.txt", "tmp/always.txt", "shop/models.py", "shop/deep/views.py" })
        {
            Write(file);
        }

        Assert.Equal(expected, string.Join(' ', Names(pattern)));
    }

    [Fact]
    public void Code_covers_the_directories_of_several_apps_once_each()
    {
        foreach (var file in new[] { "group/wsgi.py", "group/blog/app.py", "wiki/app.py", "other/app.py" })
        {
            Write(file);
        }

        var found = new WatchedFiles(Path.Combine(_root, "group"), ["code"], Path.Combine(_root, "group", "blog"), Path.Combine(_root, "wiki")).Read();
        Assert.Equal(["group/blog/app.py", "group/wsgi.py", "wiki/app.py"], found.Keys.Select(path => Path.GetRelativePath(_root, path)).Order(StringComparer.Ordinal));
    }

    [Fact]
    public void Code_leaves_out_what_people_do_not_write()
    {
        foreach (var file in new[] { "app.py", "notes.txt", ".git/hook.py", "__pycache__/app.py", "node_modules/a/index.js", "venv/lib/x.py" })
        {
            Write(file);
        }

        Assert.Equal(["app.py"], Names("code"));
    }

    [Theory]
    [InlineData("**/*.py")]
    [InlineData("linked/*.py")]
    [InlineData("code")]
    public void A_link_to_a_folder_leads_nowhere(string pattern)
    {
        Write("elsewhere/secret.py");
        Directory.CreateDirectory(Path.Combine(_root, "app"));
        Directory.CreateSymbolicLink(Path.Combine(_root, "app", "linked"), Path.Combine(_root, "elsewhere"));
        Assert.Empty(new WatchedFiles(Path.Combine(_root, "app"), [pattern]).Read());
    }

    [Fact]
    public void A_link_that_leads_to_itself_or_to_nothing_is_an_entry_like_any_other()
    {
        File.CreateSymbolicLink(Path.Combine(_root, "loop.txt"), "loop.txt");
        File.CreateSymbolicLink(Path.Combine(_root, "void.txt"), "nothing");
        Assert.Equal(["loop.txt", "void.txt"], Names("*.txt"));
    }

    [Fact]
    public void What_is_new_written_again_or_gone_is_a_change_and_what_lies_still_is_none()
    {
        var file = Write("tmp/restart.txt");
        var before = Read("tmp/*.txt");
        Assert.Null(WatchedFiles.FirstChange(before, Read("tmp/*.txt")));

        File.SetLastWriteTimeUtc(file, new DateTime(2000, 1, 1, 0, 0, 0, DateTimeKind.Utc));
        var touched = Read("tmp/*.txt");
        Assert.Equal(file, WatchedFiles.FirstChange(before, touched));

        var other = Write("tmp/other.txt");
        Assert.Equal(other, WatchedFiles.FirstChange(touched, Read("tmp/*.txt")));
    }

    [Fact]
    public void A_folder_that_vanishes_takes_its_files_with_it_and_a_new_one_brings_them_back()
    {
        var file = Write("tmp/restart.txt");
        var before = Read("tmp/*.txt");
        Directory.Delete(Path.Combine(_root, "tmp"), recursive: true);
        var gone = Read("tmp/*.txt");
        Assert.Equal(file, WatchedFiles.FirstChange(before, gone));
        Write("tmp/restart.txt");
        Assert.Equal(file, WatchedFiles.FirstChange(gone, Read("tmp/*.txt")));
        Assert.Empty(new WatchedFiles(Path.Combine(_root, "never"), ["**"]).Read());
    }

    private string Write(string name)
    {
        var path = Path.Combine(_root, name);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        File.WriteAllText(path, name);
        return path;
    }

    private Dictionary<string, WriteStamp> Read(string pattern) => new WatchedFiles(_root, [pattern]).Read();

    private IEnumerable<string> Names(string pattern) => Read(pattern).Keys.Select(path => Path.GetRelativePath(_root, path)).Order(StringComparer.Ordinal);
}
