using System.Reflection;

namespace ProxyGroups.ProcessTests;

/// <summary>Where the tests find what they start.</summary>
internal static class TestPaths
{
    /// <summary>Command that starts the TestWorker.</summary>
    public static IReadOnlyList<string> TestWorker { get; } =
        ["dotnet", typeof(TestPaths).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>().Single(metadata => metadata.Key == "TestWorker").Value!];

    public static string ThisExecutable { get; } = Path.ChangeExtension(typeof(TestPaths).Assembly.Location, null);

    /// <summary>A new folder with a path short enough for sockets.</summary>
    public static string CreateFolder() => Directory.CreateTempSubdirectory("pgt").FullName;
}
