using ProxyGroups.Configuration;
using ProxyGroups.Supervision;
using Xunit;

namespace ProxyGroups.Tests.Runtimes;

public sealed class DotNetRuntimeTests : IDisposable
{
    private const string WebProject = "<Project Sdk=\"Microsoft.NET.Sdk.Web\"/>";

    private readonly RuntimeScene _scene = new();

    public DotNetRuntimeTests() => _scene.WriteProgram("programs/dotnet");

    public void Dispose() => _scene.Dispose();

    [Fact]
    public void A_dll_runs_in_its_own_directory()
    {
        _scene.Write("app/out/Shop.dll").Write("app/out/Shop.runtimeconfig.json");
        var runtime = _scene.Good(new() { DotNet = "out/Shop.dll" });
        var spec = _scene.Launch(new() { DotNet = "out/Shop.dll" }, _scene.Socket);

        Assert.Equal([$"{_scene.Programs}/dotnet", $"{_scene.App}/out/Shop.dll"], spec.Command);
        Assert.Equal($"{_scene.App}/out", spec.Directory);
        Assert.Empty(runtime.Preparation);
        Assert.Equal([$"{_scene.Programs}/dotnet", $"{_scene.App}/out", $"{_scene.App}/out/Shop.dll"], runtime.RequiredPaths);
        Assert.Equal(("dotnet", false, false), (runtime.Kind, runtime.NeedsPort, runtime.KeepsIdleConnections));
    }

    [Fact]
    public void In_an_application_group_it_says_that_it_shares_no_interpreter_memory()
    {
        _scene.Write("app/out/Shop.dll").Write("app/out/Shop.runtimeconfig.json");
        Assert.EndsWith("Shop.dll, shares no interpreter memory", _scene.Good(new() { DotNet = "out/Shop.dll", ApplicationGroup = "python" }).Description, StringComparison.Ordinal);
    }

    [Fact]
    public void Kestrel_listens_where_it_is_told_whatever_the_app_says()
    {
        _scene.Ours["ASPNETCORE_URLS"] = "http://*:80";
        _scene.Ours["ASPNETCORE_ENVIRONMENT"] = "Development";
        _scene.Write("app/Shop.csproj", WebProject);
        var settings = new ProcessGroupSettings { DotNet = "Shop.csproj" };
        var environment = _scene.Launch(settings, _scene.Socket).Environment;

        Assert.Equal("http://unix:/run/x/7.sock", environment["ASPNETCORE_URLS"]);
        Assert.Equal("true", environment["ASPNETCORE_PREFERHOSTINGURLS"]);
        Assert.Equal("true", environment["ASPNETCORE_FORWARDEDHEADERS_ENABLED"]);
        Assert.Equal("0", environment["DOTNET_ThreadPool_UnfairSemaphoreSpinLimit"]);
        Assert.False(environment.ContainsKey("ASPNETCORE_ENVIRONMENT"));
        Assert.Equal("http://127.0.0.1:4711", _scene.Launch(settings, _scene.Port).Environment["ASPNETCORE_URLS"]);
    }

    [Fact]
    public void The_settings_may_switch_forwarded_headers_off()
    {
        _scene.Write("app/Shop.csproj", WebProject);
        var environment = _scene.Launch(new()
        {
            DotNet = "Shop.csproj",
            Environment = new Dictionary<string, string> { ["ASPNETCORE_FORWARDEDHEADERS_ENABLED"] = "false" },
        }, _scene.Socket).Environment;

        Assert.Equal("false", environment["ASPNETCORE_FORWARDEDHEADERS_ENABLED"]);
    }

    [Theory]
    [InlineData("ASPNETCORE_URLS")]
    [InlineData("ASPNETCORE_PREFERHOSTINGURLS")]
    public void The_settings_may_not_say_where_it_listens(string name)
    {
        _scene.Write("app/Shop.csproj", WebProject);

        _scene.Refuses(new() { DotNet = "Shop.csproj", Environment = new Dictionary<string, string> { [name] = "x" } },
            $"Environment:{name}", null, $"{name} is set by the front door for each worker", "Remove it.");
    }

    [Theory]
    [InlineData("Shop.csproj", "", "Shop.dll")]
    [InlineData(".", "", "Shop.dll")]
    [InlineData("Shop.csproj", "<AssemblyName>Acme.Shop</AssemblyName>", "Acme.Shop.dll")]
    [InlineData("Shop.csproj", "<AssemblyName>Acme.$(MSBuildProjectName)</AssemblyName>", "Acme.Shop.dll")]
    public void A_project_is_built_first_and_runs_in_its_directory(string dotnet, string properties, string dll)
    {
        _scene.Write("app/Shop.csproj", $"<Project Sdk=\"Microsoft.NET.Sdk.Web\"><PropertyGroup>{properties}</PropertyGroup></Project>");
        var settings = new ProcessGroupSettings { DotNet = dotnet };
        var (runtime, spec) = (_scene.Good(settings), _scene.Launch(settings, _scene.Socket));
        var output = Path.GetDirectoryName(spec.Command[1])!;

        Assert.Equal((dll, $"{_scene.App}/obj/proxygroups", _scene.App), (Path.GetFileName(spec.Command[1]), Path.GetDirectoryName(output), spec.Directory));
        Assert.Equal([$"{_scene.Programs}/dotnet", "build", $"{_scene.App}/Shop.csproj", "--configuration", "Release", "--output", output,
            "--nologo", "--verbosity", "quiet", "--disable-build-servers"], runtime.Preparation);
    }

    [Theory]
    [InlineData("app/Program.cs")]
    [InlineData("app/Pages/Index.cshtml")]
    [InlineData("lib/Lib.cs")]
    [InlineData("Directory.Build.props")]
    public void A_changed_source_goes_to_another_directory_than_running_workers_use(string source)
    {
        WriteProjectWithReference();
        var before = BuildDirectory();
        _scene.Write(source);

        Assert.NotEqual(before, BuildDirectory());
    }

    [Theory]
    [InlineData("app/obj/x.cs")]
    [InlineData("app/bin/x.cs")]
    [InlineData("app/.git/x.cs")]
    [InlineData("app/uploads/cat.jpg")]
    [InlineData("app/app.db")]
    public void What_is_no_source_changes_nothing(string file)
    {
        WriteProjectWithReference();
        var before = BuildDirectory();
        _scene.Write(file);

        Assert.Equal(before, BuildDirectory());
    }

    [Fact]
    public void Projects_that_refer_to_each_other_come_to_an_end()
    {
        WriteProjectWithReference();
        _scene.Write("lib/Lib.csproj", """<Project><ProjectReference Include="..\app\Shop.csproj"/></Project>""");

        Assert.NotEmpty(BuildDirectory());
    }

    [Theory]
    [InlineData("<Project><TargetFrameworks>net9.0;net10.0</TargetFrameworks></Project>", "builds for several target frameworks")]
    [InlineData("<Project><AssemblyName>$(Company).Shop</AssemblyName></Project>", "has the computed assembly name $(Company).Shop")]
    public void A_project_whose_output_cannot_be_known_is_refused(string project, string fault)
    {
        _scene.Write("app/Shop.csproj", project);

        _scene.Refuses(new() { DotNet = "Shop.csproj" }, "DotNet", "Shop.csproj", $"{{app}}/Shop.csproj {fault}", "Publish it with \"dotnet publish\", and name the dll.");
    }

    [Fact]
    public void A_project_that_is_no_XML_is_refused()
    {
        _scene.Write("app/Shop.csproj", "<Project");

        Assert.Null(_scene.Create(new() { DotNet = "Shop.csproj" }));
        Assert.StartsWith($"{_scene.App}/Shop.csproj is no valid XML: ", Assert.Single(_scene.Errors).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("Absent.csproj", "there is no file {app}/Absent.csproj", "Correct the path; relative paths start at the app's directory.")]
    [InlineData("Lib.dll", "{app}/Lib.dll is a library: Lib.runtimeconfig.json is not beside it", "Name the dll of the app itself, as \"dotnet publish\" makes it.")]
    [InlineData("shop", "{app}/shop is neither a project nor a dll", "Name a .csproj or a .dll; a program of its own runs by \"Command\".")]
    [InlineData("two", "{app}/two holds several projects: A.csproj, B.fsproj", "Name the .csproj or the .dll itself.")]
    [InlineData("none", "{app}/none holds no project", "Name the .csproj or the .dll itself.")]
    public void What_is_no_app_is_refused(string dotnet, string message, string remedy)
    {
        _scene.Write("app/Lib.dll").Write("app/shop").Write("app/two/A.csproj").Write("app/two/B.fsproj").Write("app/none/x");

        _scene.Refuses(new() { DotNet = dotnet }, "DotNet", dotnet, message, remedy);
    }

    [Theory]
    [InlineData("programs/dotnet", "programs/dotnet")]
    [InlineData("root/dotnet", "root/dotnet")]
    [InlineData("own/dotnet", "own/dotnet")]
    [InlineData("own/dotnet root/dotnet", "root/dotnet")]
    [InlineData("own/dotnet root/dotnet programs/dotnet", "programs/dotnet")]
    public void The_dotnet_program_is_the_one_on_the_path_then_of_DOTNET_ROOT_then_our_own(string there, string expected)
    {
        File.Delete(Path.Combine(_scene.Root, "programs/dotnet"));
        _scene.Ours["DOTNET_ROOT"] = Path.Combine(_scene.Root, "root");
        foreach (var program in there.Split(' '))
            _scene.WriteProgram(program);
        _scene.Write("app/Shop.csproj", WebProject);

        Assert.Equal(Path.Combine(_scene.Root, expected), _scene.Launch(new() { DotNet = "Shop.csproj" }, _scene.Socket).Command[0]);
    }

    [Fact]
    public void Without_a_dotnet_program_it_is_refused()
    {
        File.Delete(Path.Combine(_scene.Root, "programs/dotnet"));
        _scene.Write("app/Shop.csproj", WebProject);

        _scene.Refuses(new() { DotNet = "Shop.csproj" }, "DotNet", "Shop.csproj",
            "no dotnet was found: not on PATH ({programs}), not by DOTNET_ROOT (not set), not at {root}/own/dotnet",
            "Install the .NET runtime (the SDK for a project), or add its folder to PATH under \"Environment\".");
    }

    [Fact]
    public void Kestrel_does_not_notify()
    {
        _scene.Write("app/Shop.csproj", WebProject);
        var spec = _scene.Launch(new() { DotNet = "Shop.csproj" }, _scene.Socket);

        Assert.Equal(new ReadinessCheck(false, "/"), spec.Readiness);
        Assert.Null(spec.StackDumpSignal);
        Assert.Null(spec.StackTool);
    }

    [Fact]
    public void Its_stacks_are_shown_by_dotnet_stack_where_that_is_on_the_PATH()
    {
        _scene.Write("app/Shop.csproj", WebProject).WriteProgram("programs/dotnet-stack");
        Assert.Equal([Path.Combine(_scene.Programs, "dotnet-stack"), "report", "--process-id", "{pid}"], _scene.Launch(new() { DotNet = "Shop.csproj" }, _scene.Socket).StackTool!);
    }

    private void WriteProjectWithReference() => _scene
        .Write("app/Shop.csproj", """<Project Sdk="Microsoft.NET.Sdk.Web"><ItemGroup><ProjectReference Include="..\lib\Lib.csproj"/></ItemGroup></Project>""")
        .Write("lib/Lib.csproj", "<Project/>");

    private string BuildDirectory() =>
        Path.GetDirectoryName(_scene.Launch(new() { DotNet = "Shop.csproj" }, _scene.Socket).Command[1])!;
}
