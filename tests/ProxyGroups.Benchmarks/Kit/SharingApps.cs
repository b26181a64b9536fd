using System.Diagnostics;
using ProxyGroups.EndToEndTests.Kit;

namespace ProxyGroups.Benchmarks.Kit;

/// <summary>Apps whose workers may share memory, in <c>Apps</c>: three of Django that have Django in common and little else, one with large libraries, one that is small.</summary>
internal static class SharingApps
{
    private static readonly string Directory = Path.Combine(BenchFrontDoor.Apps, "django");
    private static readonly Lazy<string> Databases = new(MakeDatabases);

    /// <summary>ORM, admin, forms, templates of Django's own, pictures.</summary>
    public static SharedApp Shop(bool isPreloaded) => Django("shop", isPreloaded, "/", "/product/3/", "/product/3/picture.png", "/orders/", "/admin/login/");

    /// <summary>Templates of Jinja, feeds, code in colours, YAML.</summary>
    public static SharedApp Blog(bool isPreloaded) => Django("blog", isPreloaded, "/", "/post/post-3/", "/feed.xml", "/sitemap.xml");

    /// <summary>No template and no session: signed tokens, XML, statistics.</summary>
    public static SharedApp Api(bool isPreloaded) => Django("api", isPreloaded, "/devices", "/summary?xml", "/readings.csv", "/token");

    public static SharedApp Data(bool isPreloaded) => Flask("data_page:application", isPreloaded);

    public static SharedApp Small(bool isPreloaded) => Flask("hello:application", isPreloaded);

    private static SharedApp Django(string name, bool isPreloaded, params string[] pages) => new(
        new
        {
            Directory,
            Wsgi = name + ".wsgi:application",
            Threads = 2,
            Environment = Variables(name),
            PreloadApp = isPreloaded,
            Warmup = isPreloaded ? pages : [],
        },
        pages);

    private static SharedApp Flask(string app, bool isPreloaded) =>
        new(new { Directory = BenchFrontDoor.Apps, Wsgi = app, Threads = 2, PreloadApp = isPreloaded, Warmup = isPreloaded ? ["/"] : Array.Empty<string>() }, ["/"]);

    private static Dictionary<string, string> Variables(string name) => new() { ["DJANGO_SETTINGS_MODULE"] = name + ".settings", ["DATABASE"] = Path.Combine(Databases.Value, name + ".sqlite3") };

    // Once for all: the pages only read.
    private static string MakeDatabases()
    {
        var folder = FrontDoorProcess.CreateContentRoot();
        foreach (var name in new[] { "shop", "blog", "api" })
        {
            var start = new ProcessStartInfo(BenchFrontDoor.Python, [Path.Combine(Directory, "seed.py"), name]) { Environment = { ["DATABASE"] = Path.Combine(folder, name + ".sqlite3") } };
            using var seed = Process.Start(start)!;
            seed.WaitForExit();
            if (seed.ExitCode != 0)
            {
                throw new InvalidOperationException($"seed.py {name} ended with {seed.ExitCode}");
            }
        }

        return folder;
    }
}
