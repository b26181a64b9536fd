using System.Text.RegularExpressions;

namespace ProxyGroups.Tests.Tidy;

/// <summary>ARCHITECTURE.md and README.md speak of things that exist.</summary>
public sealed partial class ArchitectureTests
{
    [Fact]
    public void Every_type_that_the_map_names_exists()
    {
        var types = typeof(Microsoft.Extensions.DependencyInjection.ProxyGroupsServiceCollectionExtensions).Assembly.GetTypes().Select(static type => type.Name.Split('`')[0]).ToHashSet();
        var named = TypeName().Matches(Repository.Read("src", "ARCHITECTURE.md")).Select(static match => match.Groups[1].Value).Distinct();
        Assert.Equal([], named.Where(name => !types.Contains(name)));
    }

    // Test classes count there: they hold its sentences.
    [Fact]
    public void Every_type_that_the_threat_model_names_exists()
    {
        var tests = Directory.EnumerateFiles(Path.Combine(Repository.Root, "tests"), "*Tests.cs", SearchOption.AllDirectories).Select(static path => Path.GetFileNameWithoutExtension(path)!);
        var types = typeof(Microsoft.Extensions.DependencyInjection.ProxyGroupsServiceCollectionExtensions).Assembly.GetTypes().Select(static type => type.Name).Concat(tests).Append("MaxRequestBody").Append("PassEnvironment").ToHashSet();
        var named = TypeName().Matches(Repository.Read("src", "THREAT_MODEL.md")).Select(static match => match.Groups[1].Value).Distinct().ToList();
        Assert.True(named.Count > 15);
        Assert.Equal([], named.Where(name => !types.Contains(name)));
    }

    [Theory]
    [InlineData("src/ARCHITECTURE.md")]
    [InlineData("src/COMING_FROM.md")]
    [InlineData("src/THREAT_MODEL.md")]
    [InlineData("README.md")]
    [InlineData("samples/README.md")]
    public void Every_relative_link_leads_somewhere(string document)
    {
        var folder = Path.GetDirectoryName(Path.Combine(Repository.Root, document))!;
        var links = Link().Matches(Repository.Read(document)).Select(static match => match.Groups[1].Value).Where(static link => !link.Contains("://", StringComparison.Ordinal));
        Assert.Equal([], links.Where(link => !Path.Exists(Path.Combine(folder, link))));
    }

    [Fact]
    public void The_readme_opens_with_the_two_commands()
    {
        var readme = Repository.Read("README.md");
        Assert.Contains("dotnet run -c Release --project src/ProxyGroups.Host", readme, StringComparison.Ordinal);
        Assert.Contains("bash tests/run", readme, StringComparison.Ordinal);
    }

    // A type is named in code marks, in Pascal case of at least two humps: `SlotScheduler`.
    [GeneratedRegex("`([A-Z][a-z]+(?:[A-Z][a-z0-9]*)+)`")]
    private static partial Regex TypeName();

    [GeneratedRegex(@"\]\(([^)#\s]+)\)")]
    private static partial Regex Link();
}
