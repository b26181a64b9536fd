using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;

namespace ProxyGroups.Benchmarks.Comparisons;

/// <summary>Our middleware in the app that bare YARP runs in too, as a process of its own.</summary>
internal static class DropInServer
{
    public const string Verb = "serve-drop-in";

    public static async Task RunAsync(string settings)
    {
        var builder = LeanServer.CreateBuilder();
        builder.Configuration.AddJsonFile(settings);
        builder.AddProxyGroups();
        await using var app = builder.Build();
        app.MapProxyGroups();
        await LeanServer.RunAsync(app);
    }
}
