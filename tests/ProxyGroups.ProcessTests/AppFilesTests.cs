using System.Diagnostics;
using System.Text;
using ProxyGroups.Configuration;
using ProxyGroups.Groups;
using ProxyGroups.ProcessTests.Supervision;
using ProxyGroups.Runtimes;
using ProxyGroups.Supervision;
using ProxyGroups.Supervision.Linux;

namespace ProxyGroups.ProcessTests;

/// <summary>
/// Every file that the front door reads or writes where an app's user may write, with a link that this user has put in its place:
/// as root we follow none of them. The list of the places in the code is held by FileAccessTests.
/// </summary>
public sealed class AppFilesTests : IDisposable
{
    private const string Secret = "SECRET";
    private const string User = "nobody";

    private readonly string _root = TestPaths.CreateFolder();
    private readonly LogLines _log = new();

    public AppFilesTests()
    {
        if (!UnixUser.IsRoot)
        {
            return;
        }

        new DirectoryInfo(_root).UnixFileMode |= UnixFileMode.OtherExecute;
        Run("root", "mkdir app private && chown nobody app && chmod 700 private && cd private && mkdir shop && printf '#!/SECRET\nSECRET=1\napplication = 1\n' | tee file wsgi.py shop/wsgi.py > run && chmod +x run");
    }

    private string App => Path.Combine(_root, "app");

    private string Private => Path.Combine(_root, "private");

    public void Dispose() => Directory.Delete(_root, recursive: true);

    [Theory]
    [InlineData("package.json", "")]
    [InlineData("passenger_wsgi.py", "")]
    [InlineData("wsgi.py", "")]
    [InlineData("app.py", "")]
    [InlineData("manage.py", "")]
    [InlineData("shop/wsgi.py", "mkdir shop; echo 'os.environ[\"DJANGO_SETTINGS_MODULE\"] = \"shop.settings\"' > manage.py")]
    [InlineData("Shop.csproj", "")]
    [InlineData("Shop.fsproj", "")]
    [InlineData("Shop.vbproj", "")]
    [InlineData("Shop.runtimeconfig.json", "")]
    [InlineData("Other.csproj", "echo '<Project Sdk=\"Microsoft.NET.Sdk.Web\"><ItemGroup><ProjectReference Include=\"Other.csproj\"/></ItemGroup></Project>' > Shop.csproj")]
    public void An_app_is_not_recognised_by_a_link(string file, string before)
    {
        if (UnixUser.IsRoot)
        {
            Run(User, $"cd app && {(before.Length > 0 ? before : "true")}; ln -s {Private}/file {file}");
            Assert.Contains("is a link", Refusal(new() { Directory = App, DotNet = file is "Other.csproj" ? "Shop.csproj" : null }), StringComparison.Ordinal);
        }
    }

    [Fact]
    public void An_app_is_not_recognised_in_a_folder_behind_a_link()
    {
        if (UnixUser.IsRoot)
        {
            Run(User, $"ln -s {Private} app/current");
            Assert.Contains("a link", Refusal(new() { Directory = Path.Combine(App, "current") }), StringComparison.Ordinal);
            Run(User, $"cd app && ln -s {Private}/shop shop && echo 'os.environ[\"DJANGO_SETTINGS_MODULE\"] = \"shop.settings\"' > manage.py");
            Assert.Contains("a link", Refusal(new() { Directory = App }), StringComparison.Ordinal);
        }
    }

    [Fact]
    public void A_project_file_takes_nothing_in_from_elsewhere()
    {
        if (UnixUser.IsRoot)
        {
            Run(User, $"echo '<!DOCTYPE p [<!ENTITY x SYSTEM \"file://{Private}/file\">]><Project Sdk=\"Microsoft.NET.Sdk.Web\"><AssemblyName>&x;</AssemblyName></Project>' > app/Shop.csproj");
            List<SettingsError> errors = [];
            var runtime = RuntimeFactory.Create("shop", new() { Directory = App }, new RuntimeHost(_root, _root), errors);
            Assert.DoesNotContain(Secret, $"{runtime?.Description} {string.Join(' ', errors)}", StringComparison.Ordinal);
        }
    }

    [Theory]
    [InlineData("env")]
    [InlineData("conf/file")]
    public void No_variables_are_read_through_a_link(string file)
    {
        if (UnixUser.IsRoot)
        {
            Run(User, $"cd app && ln -s {Private} conf && ln -s {Private}/file env");
            Assert.Contains("a link", Refusal(new() { Directory = App, Command = ["/bin/true", "{socket}"], Worker = new() { User = User, EnvironmentFile = file } }), StringComparison.Ordinal);
        }
    }

    [Theory]
    [InlineData("page")]
    [InlineData("folder/file")]
    public void No_maintenance_page_is_read_through_a_link(string page)
    {
        if (UnixUser.IsRoot)
        {
            Run(User, $"cd app && ln -s {Private} folder && ln -s {Private}/file page");
            var looked = new MaintenancePage("shop", _log);
            looked.Look(App, new() { Maintenance = new() { Page = page } });
            Assert.Null(looked.Notice);
            Assert.Contains("a link", Assert.Single(_log.Of(2023)), StringComparison.Ordinal);
        }
    }

    [Theory]
    [InlineData("restart.txt", "restart.txt")]
    [InlineData("folder/*", "")]
    [InlineData("**", "folder restart.txt")]
    [InlineData("code", "")]
    public void A_watched_link_is_watched_itself_and_leads_nowhere(string pattern, string seen)
    {
        if (UnixUser.IsRoot)
        {
            Run(User, $"cd app && ln -s {Private} folder && ln -s {Private}/file restart.txt");
            var before = new WatchedFiles(App, [pattern]).Read();
            Assert.Equal(seen, string.Join(' ', before.Keys.Select(Path.GetFileName).Order(StringComparer.Ordinal)));
            Run("root", "touch -d 2001-01-01 private/file private/wsgi.py");
            Assert.Null(WatchedFiles.FirstChange(before, new WatchedFiles(App, [pattern]).Read()));
        }
    }

    [Theory]
    [InlineData("run")]
    [InlineData("bin/run")]
    public void The_first_line_of_a_program_is_not_read_through_a_link(string program)
    {
        if (UnixUser.IsRoot)
        {
            Run(User, $"cd app && ln -s {Private} bin && ln -s {Private}/run run");
            Assert.Equal(Path.Combine(App, program), ProgramPath.Resolve(Path.Combine(App, program), App, null));
        }
    }

    [Theory]
    [InlineData("shop.log")]
    [InlineData("logs/file")]
    [InlineData("logs/new/shop.log")]
    public void No_log_is_written_through_a_link(string file)
    {
        if (UnixUser.IsRoot)
        {
            var before = Everything();
            Run(User, $"cd app && ln -s {Private} logs && ln -s {Private}/file shop.log");
            using var log = new BoundedLogFile(Path.Combine(App, file), _log, TimeProvider.System) { MaxSize = 1 << 20, Keep = 1 };
            Assert.False(log.Write("line"));
            Assert.Equal(before, Everything());
        }
    }

    [Theory]
    [InlineData("http.sock")]
    [InlineData("notify.sock")]
    [InlineData("folder")]
    public void Nothing_is_removed_through_a_link_in_the_folder_of_a_workers_sockets(string name)
    {
        if (UnixUser.IsRoot)
        {
            var before = Everything();
            using var directory = RuntimeDirectory.Open(Path.Combine(_root, "run"), _root);
            directory.CreateWorkerFolder(1);
            directory.HandOver(1, UnixUser.Find(User)!);
            Run(User, $"cd {Path.GetDirectoryName(directory.SocketPath(1))} && ln -s {Private}{(name is "folder" ? "" : "/file")} {name}");
            directory.RemoveWorkerFolder(1);
            Assert.Empty(directory.FindWorkerFolders());
            Assert.Equal(before, Everything());
        }
    }

    [Theory]
    [InlineData("run")]
    [InlineData("run/deeper")]
    public void No_records_are_kept_where_an_apps_user_may_lead_us_elsewhere(string folder)
    {
        if (UnixUser.IsRoot)
        {
            var before = Everything();
            Run(User, $"ln -s {Private} app/run");
            Assert.Throws<LaunchException>(() => RuntimeDirectory.Open(Path.Combine(App, folder), _root));
            Assert.Equal(before, Everything());
        }
    }

    private string Refusal(ProcessGroupSettings settings)
    {
        List<SettingsError> errors = [];
        Assert.Null(RuntimeFactory.Create("shop", settings, new RuntimeHost(_root, _root), errors));
        var error = Assert.Single(errors);
        Assert.DoesNotContain(Secret, error.ToString(), StringComparison.Ordinal);
        return error.Message;
    }

    // What lies in the private folder, with its contents.
    private string Everything() => string.Join('\n', Directory.GetFileSystemEntries(Private, "*", SearchOption.AllDirectories).Order(StringComparer.Ordinal)
        .Select(static path => File.Exists(path) ? $"{path} {Convert.ToBase64String(Encoding.UTF8.GetBytes(File.ReadAllText(path)))}" : path));

    private void Run(string user, string script)
    {
        using var process = Process.Start(new ProcessStartInfo("setpriv", [$"--reuid={user}", "--clear-groups", "--regid=nogroup", "sh", "-ec", script]) { WorkingDirectory = _root })!;
        process.WaitForExit();
        Assert.Equal(0, process.ExitCode);
    }
}
