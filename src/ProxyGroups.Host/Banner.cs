using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.Extensions.DependencyInjection;
using ProxyGroups.Hosting;

namespace ProxyGroups.Host;

/// <summary>What a person sees after the start: where it listens, which groups with how many slots, what was detected.</summary>
internal static class Banner
{
    public static void Write(TextWriter output, WebApplication app)
    {
        var addresses = app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()?.Addresses ?? [];
        output.WriteLine();
        output.WriteLine($"ProxyGroups listens on {string.Join(", ", addresses)}");
        GroupTable.Write(output, app.Services.GetRequiredService<ProcessGroupsPlan>());
        output.WriteLine("Stop with Ctrl+C.");
        output.WriteLine();
    }
}
