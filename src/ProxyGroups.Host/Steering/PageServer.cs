using System.Net;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace ProxyGroups.Host.Steering;

/// <summary>Brings the live page of the admin socket to a browser: on loopback, to the one who has the link, with the rights of the user who runs it.</summary>
internal sealed class PageServer : IAsyncDisposable
{
    private readonly WebApplication _app;
    private readonly PageSession _session;

    private PageServer(WebApplication app, PageSession session)
    {
        _app = app;
        _session = session;
    }

    public string Link => _session.Link;

    /// <exception cref="SteeringException">The port is taken.</exception>
    public static async Task<PageServer> StartAsync(FrontDoorClient client, ushort port, CancellationToken cancellationToken)
    {
        // Empty: no settings, variables or log of the folder it happens to start in.
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore().ConfigureKestrel(kestrel =>
        {
            kestrel.AddServerHeader = false;
            kestrel.Listen(IPAddress.Loopback, port);
        });
        var app = builder.Build();
        var session = new PageSession();
        var relay = new PageRelay(client, app.Lifetime.ApplicationStopping);
        app.Run(context => AnswerAsync(context, session, relay));
        try
        {
            await app.StartAsync(cancellationToken);
        }
        catch (IOException exception)
        {
            await app.DisposeAsync();
            throw new SteeringException(ExitCode.WrongUse, $"{exception.Message} Choose another port with --port, or leave it out.");
        }

        session.Origin = app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.Single();
        return new PageServer(app, session);
    }

    public string DescribeAsJson() => JsonSerializer.Serialize(new { link = Link });

    public Task WaitForEndAsync(CancellationToken cancellationToken) => _app.WaitForShutdownAsync(cancellationToken);

    public ValueTask DisposeAsync() => _app.DisposeAsync();

    private static Task AnswerAsync(HttpContext context, PageSession session, PageRelay relay)
    {
        if (PageGuard.Check(context.Request, session.Origin) is { } refusal)
        {
            return RefuseAsync(context, refusal);
        }

        if (session.TryEnter(context.Request) is { } cookie)
        {
            context.Response.Headers.SetCookie = cookie;
            context.Response.Headers.Location = session.Path;
            context.Response.StatusCode = StatusCodes.Status303SeeOther;
            return Task.CompletedTask;
        }

        return session.IsOpenTo(context.Request, out var path) ? relay.SendAsync(context, path) : RefuseAsync(context, PageSession.Closed);
    }

    private static Task RefuseAsync(HttpContext context, string refusal)
    {
        context.Response.StatusCode = StatusCodes.Status403Forbidden;
        return context.Response.WriteAsJsonAsync(new { title = "Forbidden", detail = refusal }, context.RequestAborted);
    }
}
